"""Equations as MathML, which a browser draws by itself."""

from __future__ import annotations

import html
import re
from collections.abc import Mapping
from typing import Any
from xml.dom import minidom

import sympy as sp
from markupsafe import Markup, escape
from sympy.printing.mathml import MathMLPresentationPrinter

from deqi.core import Block, Mechanism
from deqi.core.symbols import Power, SymbolOps
from deqi.web.model.symbols import symbol, whole

_NAMED = re.compile(r"&(?!(?:lt|gt|amp|quot|apos);)[A-Za-z]+;")


class _Printer(MathMLPresentationPrinter):  # type: ignore[misc]
    """SymPy's own, with symbols as mechanisms declare them and the functions that they may call."""

    def __init__(self, names: Mapping[str, str]) -> None:
        super().__init__({"fold_short_frac": False})
        self._names = names

    def _print_Symbol(self, sym: Any, style: str = "plain") -> Any:
        return self._made(f"<mrow>{symbol(self._names[sym.name])}</mrow>")

    def _print_exp(self, expr: Any) -> Any:
        # As a power, what is long would be too small to read.
        return self._made("<mrow><mi>exp</mi><mo>(</mo><slot/><mo>)</mo></mrow>", expr.args[0])

    def _print_Positive(self, expr: Any) -> Any:
        return self._made("<msub><mrow><mo>[</mo><slot/><mo>]</mo></mrow><mo>+</mo></msub>", expr.args[0])

    def _print_Step(self, expr: Any) -> Any:
        return self._made("<mrow><mo>[</mo><slot/><mo>&gt;</mo><mn>0</mn><mo>]</mo></mrow>", expr.args[0])

    def _print_Softplus(self, expr: Any) -> Any:
        inner = "<mrow><mi>ln</mi><mo>(</mo><mn>1</mn><mo>+</mo><slot/><mo>)</mo></mrow>"
        return self._made(inner, sp.exp(expr.args[0]))

    def _print_Select(self, expr: Any) -> Any:
        x, a, b = expr.args
        rows = (
            "<mrow><mo>{</mo><mtable><mtr><mtd><slot/></mtd><mtd><mtext>if&#160;</mtext><slot/><mo>&gt;</mo>"
            "<mn>0</mn></mtd></mtr><mtr><mtd><slot/></mtd><mtd><mtext>else</mtext></mtd></mtr></mtable></mrow>"
        )
        return self._made(rows, a, x, b)

    def _made(self, text: str, *parts: Any) -> Any:
        """An element from text, each slot taken by a part."""
        made = minidom.parseString(text).documentElement
        assert made is not None
        for slot, part in zip(list(made.getElementsByTagName("slot")), parts, strict=True):
            assert slot.parentNode is not None
            slot.parentNode.replaceChild(self._print(part), slot)
        return made


def _written(printer: _Printer, value: Any) -> Markup:
    text = printer.doprint(sp.sympify(value))
    # SymPy writes names of characters that only HTML knows, and a hyphen for a minus.
    text = _NAMED.sub(lambda match: str(escape(html.unescape(match[0]))), text)
    return Markup(text.replace("<mo>-</mo>", "<mo>\u2212</mo>"))


def equations(mechanism: type[Mechanism]) -> list[tuple[str, str, Markup]]:
    """What a mechanism offers, and the rate of each state: variable, unit, equation.

    Examples
    --------
    >>> from deqi.mechanisms.peptides.store import PeptideStore
    >>> [(name, unit) for name, unit, _ in equations(PeptideStore)]
    [('store', '1/min')]
    """
    names = {"t": "t"}

    def block(kind: type[Block], word: str) -> Block:
        for name, variable in kind.variables.items():
            names[f"{word}_{name}"] = variable.symbol
        return kind(**{name: sp.Symbol(f"{word}_{name}", real=True) for name in kind.variables})

    t, ops = sp.Symbol("t", real=True), SymbolOps()
    x, p, u = block(mechanism.State, "x"), block(mechanism.Params, "p"), block(mechanism.Inputs, "u")
    printer = _Printer(names)
    found = []
    for kind, given in (
        ("output", mechanism.outputs(t, x, p, u, ops)),
        ("rate", mechanism.rhs(t, x, p, u, ops)),
    ):
        for name, value in given.items():
            letter, of = _declared(mechanism, name)
            # The engine's own power is kept apart for its slope at 0, which nobody reads here.
            plain = sp.sympify(value).replace(Power, lambda base, exponent: base**exponent)
            left = symbol(letter)
            if kind == "rate":
                left = Markup(
                    "<mfrac><mrow><mi>d</mi>{}</mrow><mrow><mi>d</mi><mi>t</mi></mrow></mfrac>"
                ).format(left)
            row = Markup("<mrow>{}<mo>=</mo>{}</mrow>").format(left, _written(printer, plain))
            unit = of if kind == "output" else f"{of}/min"
            found.append((name, unit, whole(row, alone=True)))
    return found


def _declared(mechanism: type[Mechanism], name: str) -> tuple[str, str]:
    """Symbol and unit of a state or an output."""
    every = {**mechanism.Outputs.variables, **mechanism.State.variables}
    return every[name].symbol, every[name].unit
