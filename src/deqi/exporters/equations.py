"""The equations to read: as LaTeX, and as Markdown with formulas between dollar signs.

A symbol stands for a quantity wherever it is; as mechanisms share symbols, each
gets the place that it belongs to as a superscript (with its name, if two share one there).
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping
from itertools import groupby
from typing import Any

from sympy.printing.latex import LatexPrinter

from deqi.core.citations import cite
from deqi.exporters.walk import CONVERSION, ENVIRONMENT, OUTPUT, PARAMETER, STATE, Quantity, Walk


class _Formula(LatexPrinter):  # type: ignore[misc]
    """LaTeX of a formula, with the functions that mechanisms may call."""

    def __init__(self, names: Mapping[str, str]) -> None:
        super().__init__({"symbol_names": {}, "fold_short_frac": False})
        self._names = names

    def _print_Symbol(self, expr: Any, style: str = "plain") -> str:
        return self._names[str(expr)]

    def _print_Positive(self, expr: Any, exp: str | None = None) -> str:
        return _raised(rf"\left[{self._print(expr.args[0])}\right]_{{+}}", exp)

    def _print_Power(self, expr: Any, exp: str | None = None) -> str:
        base, power = (self._print(a) for a in expr.args)
        return _raised(rf"\left({base}\right)^{{{power}}}", exp and f"{exp}", again=True)

    def _print_Step(self, expr: Any, exp: str | None = None) -> str:
        return _raised(rf"\left[{self._print(expr.args[0])} > 0\right]", exp)

    def _print_Select(self, expr: Any, exp: str | None = None) -> str:
        x, a, b = (self._print(one) for one in expr.args)
        cases = rf"\begin{{cases}} {a} & \text{{if }} {x} > 0 \\ {b} & \text{{else}} \end{{cases}}"
        return _raised(rf"\left({cases}\right)" if exp else cases, exp)

    def _print_Softplus(self, expr: Any, exp: str | None = None) -> str:
        return _raised(rf"\ln\left(1 + e^{{{self._print(expr.args[0])}}}\right)", exp)


def _raised(text: str, exponent: str | None, *, again: bool = False) -> str:
    if not exponent:
        return text
    return rf"\left({text}\right)^{{{exponent}}}" if again else f"{text}^{{{exponent}}}"


def names_of(walked: Walk) -> dict[str, str]:
    r"""LaTeX of each symbol: its mechanism's, with its place as a superscript.

    Examples
    --------
    >>> from deqi.models import needling_analgesia
    >>> from deqi.exporters.walk import walk
    >>> model = needling_analgesia()
    >>> walked = walk(model, dict.fromkeys(model.parameters, 1.0), dict.fromkeys(model.states, 0.0))
    >>> names_of(walked)["brainstem__grey__activity"]
    'P_{AG}^{\\mathrm{brainstem.grey}}'
    """
    known = Counter(_place_and_symbol(q) for q in walked.quantities)
    return {q.symbol: _named(q, alone=known[_place_and_symbol(q)] == 1) for q in walked.quantities}


def _place_and_symbol(quantity: Quantity) -> tuple[str, str]:
    return quantity.path.rpartition(".")[0], quantity.latex


def _named(quantity: Quantity, *, alone: bool) -> str:
    if quantity.role == CONVERSION:
        return quantity.latex
    # A level may be a parameter and an output of one symbol: its name tells them apart.
    place = (quantity.path.rpartition(".")[0] if alone else quantity.path).replace("_", r"\_")
    # A superscript must not follow another.
    inside = quantity.latex if "^" not in quantity.latex else f"{{{quantity.latex}}}"
    return rf"{inside}^{{\mathrm{{{place}}}}}"


def _equations(walked: Walk, roles: tuple[str, ...]) -> Iterator[tuple[str, list[tuple[Quantity, str]]]]:
    """Equations of each mechanism, by its path."""
    names = names_of(walked)
    printer = _Formula(names)
    found = []
    for quantity in walked.of(*roles):
        name = names[quantity.symbol]
        left = rf"\frac{{d}}{{dt}} {name}" if quantity.role == STATE else name
        found.append((quantity, f"{left} = {printer.doprint(quantity.formula)}"))
    found.sort(key=lambda pair: pair[0].path.rpartition(".")[0])
    for place, group in groupby(found, key=lambda pair: pair[0].path.rpartition(".")[0]):
        yield place, list(group)


def markdown_text(walked: Walk) -> str:
    """Every equation, value and source of a walk as Markdown.

    Parameters
    ----------
    walked : Walk
        A model with numbers.
    """
    lines = [f"# {walked.title}", "", *(f"- {note}" for note in walked.notes), ""]
    lines += ["Time is in minutes. $[x]_+$ is $x$ where it is positive, else 0.", "", "## Equations", ""]
    for place, equations in _equations(walked, (OUTPUT, STATE)):
        lines += [f"### {place}", ""]
        for quantity, text in equations:
            lines += [f"{quantity.meaning} [{quantity.unit}]:", "", f"$$ {text} $$", ""]
    lines += _markdown_tables(walked)
    return "\n".join(lines)


def _markdown_tables(walked: Walk) -> list[str]:
    names = names_of(walked)
    lines: list[str] = []
    for title, role in (
        ("At week 0", STATE),
        ("From outside, at the start", ENVIRONMENT),
        ("Parameters", PARAMETER),
        ("Between scales", CONVERSION),
    ):
        lines += [f"## {title}", "", "| symbol | path | value | unit | meaning | kind | source |"]
        lines.append("|---|---|--:|---|---|---|---|")
        for q in walked.of(role):
            kind, source = (q.given.kind, q.given.source) if q.given is not None else ("", "")
            cells = (f"${names[q.symbol]}$", q.path, f"{q.value:.6g}", q.unit, q.meaning, kind, source)
            lines.append(f"| {' | '.join(cell.replace('|', chr(92) + '|') for cell in cells)} |")
        lines.append("")
    if walked.edges:
        lines += ["## What happens", "", "| minute | what | set | added |", "|--:|---|---|---|"]
        for edge in walked.edges:
            sets = ", ".join(f"{path} = {value:.6g}" for path, value in edge.sets.items())
            adds = ", ".join(f"{path} + {value:.6g}" for path, value in edge.adds.items())
            lines.append(f"| {edge.minute:g} | {edge.label} | {sets} | {adds} |")
        lines.append("")
    cited = walked.sources
    return [*lines, "## Sources", "", *(f"- `{key}`: {cite(key)}" for key in cited), ""]


def latex_text(walked: Walk) -> str:
    """Every equation of a walk as a LaTeX document that stands alone.

    Parameters
    ----------
    walked : Walk
        A model with numbers.
    """
    head = [
        r"\documentclass[a4paper,landscape]{article}",
        r"\usepackage[margin=1.5cm]{geometry}",
        r"\usepackage[T1]{fontenc}",
        r"\usepackage{amsmath,breqn,longtable}",
        rf"\title{{{_plain(walked.title)}}}",
        r"\author{written by deqi}\date{}",
        r"\begin{document}",
        r"\maketitle",
        r"Time is in minutes. $[x]_{+}$ is $x$ where it is positive, else 0.",
        "",
        *(f"{_plain(note)}\n" for note in walked.notes),
    ]
    body: list[str] = []
    for place, equations in _equations(walked, (OUTPUT, STATE)):
        body.append(rf"\section*{{{_plain(place)}}}")
        for quantity, text in equations:
            body.append(f"{_plain(quantity.meaning)} [{_plain(quantity.unit)}]:")
            body.append(rf"\begin{{dmath*}} {text} \end{{dmath*}}")
    return "\n".join([*head, *body, *_latex_values(walked), r"\end{document}", ""])


def _latex_values(walked: Walk) -> list[str]:
    names = names_of(walked)
    rows = [
        rf"${names[q.symbol]}$ & {q.value:.6g} & {_plain(q.unit)} & {_plain(q.meaning)} & "
        rf"{_plain(q.given.kind if q.given else '')} & {_plain(q.given.source if q.given else '')} \\"
        for q in walked.of(PARAMETER, CONVERSION, STATE)
    ]
    head = r"symbol & value & unit & meaning & kind & source \\ \hline \endhead"
    return [
        r"\section*{Values}",
        r"\small",
        r"\begin{longtable}{llllll}",
        head,
        *rows,
        r"\end{longtable}",
    ]


def _plain(text: str) -> str:
    """Text without what LaTeX reads as commands."""
    table = {c: rf"\{c}" for c in "&%$#_{}"} | {"\\": r"\textbackslash{}", "~": r"\textasciitilde{}"}
    return "".join({**table, "^": r"\textasciicircum{}"}.get(letter, letter) for letter in text)
