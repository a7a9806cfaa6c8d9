"""A report as one HTML file: figures and styles inside, no script, nothing fetched."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from deqi.core import cite
from deqi.core.writing import replace_file
from deqi.plotting.style import to_inline_svg
from deqi.results import Run

if TYPE_CHECKING:
    from matplotlib.figure import Figure

#: What each kind of parameter value is worth.
KINDS: Mapping[str, str] = {
    "measured": "read from a source",
    "derived": "worked out from a source, or a definition",
    "fitted": "adjusted so that the model meets published results; no test of the model",
    "scaled": "from a literature range, another species or another preparation",
    "assumed": "no source: chosen so that the part behaves plausibly",
}


@dataclass(frozen=True)
class Table:
    """A table of a report.

    Attributes
    ----------
    caption : str
        What it shows, and how sure it is.
    columns : sequence of str
        Column heads.
    rows : sequence of sequence of str
        Cells as text; the first of a row heads it.
    """

    caption: str
    columns: Sequence[str]
    rows: Sequence[Sequence[str]]


@dataclass(frozen=True)
class FigureItem:
    """A figure of a report.

    Attributes
    ----------
    figure : Figure
        The figure.
    caption : str
        What is shown, and what the uncertainty is.
    description : str
        Its gist in words, for readers who cannot see it.
    """

    figure: Figure
    caption: str
    description: str


def write_report(
    path: str | Path,
    *,
    title: str,
    lead: str,
    tables: Sequence[Table],
    figures: Sequence[FigureItem],
    runs: Mapping[str, Run],
    notes: Sequence[str] = (),
) -> Path:
    """Write a report; a file of that name is replaced at once or not at all.

    Parameters
    ----------
    path : str or Path
        File to write.
    title, lead : str
        Heading, and what the reader must know first.
    tables, figures : sequence
        What is shown, in order.
    runs : mapping of str to Run
        Runs by label; their provenance, warnings, decisions and sources are printed.
    notes : sequence of str
        What to read with care, besides what the runs say themselves.

    Returns
    -------
    Path
        The file.

    Raises
    ------
    UnknownNameError
        If a run cites what is not in the bibliography.
    FileError
        If it cannot be written.
    """
    from jinja2 import Environment, PackageLoader, StrictUndefined

    made = {label: run.provenance for label, run in runs.items()}
    pictures = [
        {"svg": to_inline_svg(item.figure, f"f{k}", item.description), "caption": item.caption}
        for k, item in enumerate(figures, start=1)
    ]
    environment = Environment(
        loader=PackageLoader("deqi.reports", "."),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    text = environment.get_template("page.html").render(
        title=title,
        lead=lead,
        tables=tables,
        figures=pictures,
        notes=[*notes, *_careful(made)],
        assumptions=_grouped(made, "assumptions"),
        kinds=_kinds(made),
        decisions=[{"arm": label, **d} for label, m in made.items() for d in m["decisions"]],
        provenance=_provenance(runs, made),
        references=_references(made),
    )
    return replace_file(Path(path), text.encode())


def _careful(made: Mapping[str, Any]) -> list[str]:
    warnings = [f"{', '.join(labels)}: {text}" for text, labels in _grouped(made, "warnings").items()]
    gates = [
        f"{', '.join(labels)}: “{text}” acts through an input gate alone, so what it does here is put in by "
        "construction and is no finding"
        for text, labels in _grouped(made, "input_gates").items()
    ]
    return warnings + gates


def _grouped(made: Mapping[str, Any], key: str) -> dict[str, list[str]]:
    """Labels of the runs that share a line, by line, in order."""
    found: dict[str, list[str]] = {}
    for label, m in made.items():
        for text in m[key]:
            labels = found.setdefault(text, [])
            if label not in labels:
                labels.append(label)
    return found


def _kinds(made: Mapping[str, Any]) -> Table:
    rows = [
        [kind, meaning, *(str(m["parameter_kinds"].get(kind, 0)) for m in made.values())]
        for kind, meaning in KINDS.items()
    ]
    return Table("How many parameter values are of each kind.", ["kind", "meaning", *made], rows)


def _provenance(runs: Mapping[str, Run], made: Mapping[str, Any]) -> Table:
    fields: dict[str, Callable[[Any], str]] = {
        "protocol": lambda m: m["protocol"]["name"],
        "patient": lambda m: m["patient"]["name"],
        "challenges": lambda m: ", ".join(m["challenges"]) or "none",
        "deqi": lambda m: m["deqi"],
        "model": lambda m: f"{m['model']['name']} {m['model']['hash']}",
        "parameters": lambda m: m["parameters"]["hash"],
        "solver": lambda m: m["solver"]["name"],
        "relative tolerance": lambda m: f"{m['solver']['rtol']:g}",
        "absolute tolerance": lambda m: _tolerance(m["solver"]["atol"]),
        "Python": lambda m: m["python"],
        "packages": lambda m: ", ".join(f"{name} {v}" for name, v in m["packages"].items()),
    }
    rows = [[name, *(read(m) for m in made.values())] for name, read in fields.items()]
    rows.insert(2, ["weeks", *(f"{run.weeks:g}" for run in runs.values())])
    return Table("What each run was made with.", ["", *made], rows)


def _tolerance(given: object) -> str:
    return f"{given:g}" if isinstance(given, int | float) else str(given)


def _references(made: Mapping[str, Any]) -> list[str]:
    keys = sorted({key for m in made.values() for key in m["cites"]})
    found = [(cite(key, where="report"), key) for key in keys]
    return [
        f"{reference} ({reference.fields['note']})" if "note" in reference.fields else str(reference)
        for reference, _ in found
    ]
