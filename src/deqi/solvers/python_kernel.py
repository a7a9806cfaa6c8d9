"""Plain Python functions written from the symbols of a model: rates, Jacobian, outputs.

One line an output, in the order of the trace, so that the source can be read
beside the mechanisms. The Jacobian is built by the chain rule over the same
lines; every number in it is a derivative of one short expression.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

import numpy as np
import sympy as sp
from sympy.printing.pycode import PythonCodePrinter

from deqi.core.trace import SymbolicModel, trace
from deqi.core.wiring import Model

#: ``f(t, y, p, u)`` with sequences in the order of the kernel's path tuples.
Function = Callable[[float, Sequence[float], Sequence[float], Sequence[float]], list[float]]


@dataclass(frozen=True)
class Kernel:
    """Compiled functions of a model.

    Attributes
    ----------
    states, parameters, environment, outputs : tuple of str
        Paths, in the order in which the functions take or give numbers.
    rates : callable
        ``rates(t, y, p, u)``: rate of each state [unit/min].
    jacobian : callable
        ``jacobian(t, y, p, u)``: array (state, state), derivative of rates in states [1/min].
    algebra : callable
        ``algebra(t, y, p, u)``: value of each output.
    source : str
        The Python text they were compiled from.
    """

    states: tuple[str, ...]
    parameters: tuple[str, ...]
    environment: tuple[str, ...]
    outputs: tuple[str, ...]
    rates: Function
    jacobian: Callable[..., np.ndarray[Any, Any]]
    algebra: Function
    source: str


@lru_cache(maxsize=8)
def compile_kernel(model: Model) -> Kernel:
    """Write and compile the functions of a model; made once a model and process."""
    symbolic = trace(model)
    lines = _Lines(symbolic)
    size = len(symbolic.states)
    source = "\n\n".join(
        [
            lines.function("rates", lines.algebra, lines.rates()),
            lines.function("algebra", lines.algebra, lines.outputs()),
            lines.function("jacobian", [*lines.algebra, *lines.chain()], lines.matrix()),
        ]
    )
    namespace: dict[str, Any] = {
        "exp": _exp,
        "log": math.log,
        "power": _power,
        "softplus": _softplus,
        "positive": _positive,
        "step": _step,
        "zeros": lambda: np.zeros((size, size)),
    }
    exec(compile(source, f"<kernel of {model.name}>", "exec"), namespace)
    return Kernel(
        states=tuple(symbolic.states),
        parameters=tuple(symbolic.parameters),
        environment=tuple(symbolic.environment),
        outputs=tuple(symbolic.algebraic),
        rates=namespace["rates"],
        jacobian=namespace["jacobian"],
        algebra=namespace["algebra"],
        source=source,
    )


def _exp(x: float) -> float:
    return math.exp(x) if x < 700.0 else math.inf


def _power(x: float, n: float) -> float:
    # A state may sit a rounding error below zero; a broken power of it would be complex.
    if x > 0.0:
        return float(x**n)
    return float(n == 0.0) if n >= 0.0 else math.inf


def _softplus(x: float) -> float:
    return x + math.log1p(_exp(-x)) if x > 0 else math.log1p(math.exp(x))


def _positive(x: float) -> float:
    return x if x > 0.0 else 0.0


def _step(x: float) -> float:
    return 1.0 if x > 0.0 else 0.0


class _Printer(PythonCodePrinter):  # type: ignore[misc]
    """Python text of one expression, with our own functions by name."""

    def _print_exp(self, expr: Any) -> str:
        return f"exp({self._print(expr.args[0])})"

    def _print_log(self, expr: Any) -> str:
        return f"log({self._print(expr.args[0])})"

    def _print_Pow(self, expr: Any, rational: bool = False) -> str:
        base, exponent = expr.args
        if base == sp.E:
            return f"exp({self._print(exponent)})"
        text = f"({self._print(base)})"
        if exponent == -1:
            return f"(1.0/{text})"
        if exponent.is_Integer:
            return f"{text}**({int(exponent)})"
        return f"power({self._print(base)}, {self._print(exponent)})"

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
        return f"(({a}) if ({x}) > 0.0 else ({b}))"

    def _print_Float(self, expr: Any) -> str:
        return repr(float(expr))


class _Lines:
    """The lines of the generated functions."""

    def __init__(self, symbolic: SymbolicModel) -> None:
        self.symbolic = symbolic
        self._text = _Printer().doprint
        self._state_of = {symbol: path for path, symbol in symbolic.states.items()}
        self._output_of = {symbol: path for path, (symbol, _) in symbolic.algebraic.items()}
        self.algebra = [f"{s} = {self._text(e)}" for s, e in symbolic.algebraic.values()]
        # Name of the derivative of each output in each state it depends on.
        self._slopes: dict[str, dict[str, str]] = {}

    def function(self, name: str, body: list[str], result: list[str]) -> str:
        unpack = [
            f"{', '.join(str(s) for s in group.values())}, = {argument}"
            for group, argument in (
                (self.symbolic.states, "y"),
                (self.symbolic.parameters, "p"),
                (self.symbolic.environment, "u"),
            )
            if group
        ]
        return "\n    ".join([f"def {name}({self.symbolic.time}, y, p, u):", *unpack, *body, *result])

    def rates(self) -> list[str]:
        return [f"return [{', '.join(self._text(e) for e in self.symbolic.rates.values())}]"]

    def outputs(self) -> list[str]:
        return [f"return [{', '.join(str(s) for s, _ in self.symbolic.algebraic.values())}]"]

    def chain(self) -> list[str]:
        """Lines that give the derivative of each output in each state."""
        lines: list[str] = []
        for k, (path, (_, expression)) in enumerate(self.symbolic.algebraic.items()):
            slopes = self._total(expression)
            self._slopes[path] = {}
            for j, (state, text) in enumerate(slopes.items()):
                name = f"d{k}_{j}"
                lines.append(f"{name} = {text}")
                self._slopes[path][state] = name
        return lines

    def matrix(self) -> list[str]:
        """Lines that fill the Jacobian; `chain` must have run before."""
        column = {path: j for j, path in enumerate(self.symbolic.states)}
        lines = ["J = zeros()"]
        for i, expression in enumerate(self.symbolic.rates.values()):
            lines += [f"J[{i}, {column[s]}] = {text}" for s, text in self._total(expression).items()]
        return [*lines, "return J"]

    def _total(self, expression: Any) -> dict[str, str]:
        terms: dict[str, list[str]] = {}
        for symbol in sorted(expression.free_symbols, key=str):
            if symbol in self._state_of:
                slope = self._text(sp.diff(expression, symbol))
                terms.setdefault(self._state_of[symbol], []).append(f"({slope})")
            elif self._slopes.get(self._output_of.get(symbol, "")):
                slope = self._text(sp.diff(expression, symbol))
                for state, name in self._slopes[self._output_of[symbol]].items():
                    terms.setdefault(state, []).append(f"({slope})*{name}")
        return {state: " + ".join(parts) for state, parts in terms.items()}
