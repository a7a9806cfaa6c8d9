"""The model as C text, for solvers that take a compiled right-hand side and Jacobian.

Two functions, `rates` and `jacobian`. Derivatives go by the chain rule: each
output's slope in each state has a name, and each local slope is written once.
"""

from __future__ import annotations

from typing import Any

import sympy as sp
from sympy.printing.c import C99CodePrinter

from deqi.core.trace import SymbolicModel, trace
from deqi.core.wiring import Model

_HEAD = """\
#include <math.h>

static inline double positive(double x) { return x > 0.0 ? x : 0.0; }
static inline double step(double x) { return x > 0.0 ? 1.0 : 0.0; }
static inline double power(double x, double n) {
    return x > 0.0 ? pow(x, n) : n == 0.0 ? 1.0 : n > 0.0 ? 0.0 : INFINITY;
}
static inline double softplus(double x) { return x > 0.0 ? x + log1p(exp(-x)) : log1p(exp(x)); }
"""


class _Printer(C99CodePrinter):  # type: ignore[misc]
    def _print_Pow(self, expr: Any) -> str:
        base, exponent = expr.args
        if exponent.is_Integer and 1 < abs(exponent) <= 4:
            text = "*".join([f"({self._print(base)})"] * abs(int(exponent)))
            return f"({text})" if exponent > 0 else f"(1.0/({text}))"
        return str(super()._print_Pow(expr))

    def _print_Power(self, expr: Any) -> str:
        return f"power({self._print(expr.args[0])}, {self._print(expr.args[1])})"

    def _print_Softplus(self, expr: Any) -> str:
        return f"softplus({self._print(expr.args[0])})"

    def _print_Positive(self, expr: Any) -> str:
        return f"positive({self._print(expr.args[0])})"

    def _print_Step(self, expr: Any) -> str:
        return f"step({self._print(expr.args[0])})"

    def _print_Select(self, expr: Any) -> str:
        x, a, b = (self._print(arg) for arg in expr.args)
        return f"(({x}) > 0.0 ? ({a}) : ({b}))"

    def _print_Float(self, expr: Any) -> str:
        return repr(float(expr))


def to_c(model: Model) -> str:
    """C text of a model.

    ``rates(y, p, u, out)`` writes the rate of each state [unit/min];
    ``jacobian(y, p, u, out)`` adds nothing and writes only entries that may
    differ from 0, at ``out[i*n + j]`` for rate i and state j.
    """
    return _Text(trace(model)).whole()


class _Text:
    def __init__(self, symbolic: SymbolicModel) -> None:
        self.symbolic = symbolic
        self.text = _Printer().doprint
        self.column = {symbol: j for j, symbol in enumerate(symbolic.states.values())}
        self.slopes: dict[Any, dict[int, str]] = {}

    def whole(self) -> str:
        size = len(self.symbolic.states)
        outputs = [f"const double {s} = {self.text(e)};" for s, e in self.symbolic.algebraic.values()]
        rates = [f"out[{i}] = {self.text(e)};" for i, e in enumerate(self.symbolic.rates.values())]
        chain = [line for symbol, e in self.symbolic.algebraic.values() for line in self._chain(symbol, e)]
        matrix = [
            line
            for i, e in enumerate(self.symbolic.rates.values())
            for line in self._total(e, f"r{i}", lambda j, i=i: f"out[{i * size + j}]")[0]
        ]
        functions = (("rates", [*outputs, *rates]), ("jacobian", [*outputs, *chain, *matrix]))
        return "\n".join([_HEAD, *(line for name, body in functions for line in self._function(name, body))])

    def _function(self, name: str, body: list[str]) -> list[str]:
        groups = (
            ("y", self.symbolic.states),
            ("p", self.symbolic.parameters),
            ("u", self.symbolic.environment),
        )
        named = [f"const double {s} = {a}[{k}];" for a, g in groups for k, s in enumerate(g.values())]
        head = f"void {name}(const double *y, const double *p, const double *u, double *out)\n{{"
        return [head, *(f"    {line}" for line in [*named, *body]), "}"]

    def _chain(self, symbol: Any, expression: Any) -> list[str]:
        name = f"d_{symbol}"
        lines, columns = self._total(expression, name, lambda j: f"const double {name}_{j}")
        self.slopes[symbol] = {j: f"{name}_{j}" for j in columns}
        return lines

    def _total(self, expression: Any, name: str, target: Any) -> tuple[list[str], list[int]]:
        """Lines of the derivative of one expression in each state, and those states' numbers."""
        lines: list[str] = []
        terms: dict[int, list[str]] = {}
        for k, symbol in enumerate(sorted(expression.free_symbols, key=str)):
            if symbol in self.column:
                direct = {self.column[symbol]: ""}
            else:
                direct = {j: f"*{d}" for j, d in self.slopes.get(symbol, {}).items()}
            if not direct:
                continue
            slope = sp.diff(expression, symbol)
            lines.append(f"const double l_{name}_{k} = {self.text(slope)};")
            for j, factor in direct.items():
                terms.setdefault(j, []).append(f"l_{name}_{k}{factor}")
        lines += [f"{target(j)} = {' + '.join(parts)};" for j, parts in sorted(terms.items())]
        return lines, sorted(terms)
