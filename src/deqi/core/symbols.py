"""The reading of a mechanism as symbols.

`SymbolOps` offers the closed list of `deqi.core.ops` on SymPy expressions. The
kinked functions are small SymPy classes of our own: `sympy.Max` sorts and
simplifies its arguments at every step, and its derivative is a Heaviside that
no printer expects.
"""

from __future__ import annotations

from typing import Any

import sympy as sp

from deqi.core.variables import Expr


class Step(sp.Function):
    """1 where the argument is positive, else 0."""

    nargs = 1

    def fdiff(self, argindex: int = 1) -> Any:
        return sp.Integer(0)


class Select(sp.Function):
    """``Select(x, a, b)``: `a` where `x` is positive, else `b`."""

    nargs = 3

    def fdiff(self, argindex: int = 1) -> Any:
        x, _, _ = self.args
        if argindex == 1:
            return sp.Integer(0)
        return Step(x) if argindex == 2 else 1 - Step(x)


class Positive(sp.Function):
    """The argument where it is positive, else 0."""

    nargs = 1

    def fdiff(self, argindex: int = 1) -> Any:
        return Step(self.args[0])


class Softplus(sp.Function):
    """``log(1 + exp(x))``, kept whole so that a printer can write its stable form."""

    nargs = 1

    def fdiff(self, argindex: int = 1) -> Any:
        return 1 / (1 + sp.exp(-self.args[0]))


class Power(sp.Function):
    """``x**n`` for ``x >= 0``, kept whole: SymPy would write its slope as ``n*x**n/x``, which breaks at 0."""

    nargs = 2

    def fdiff(self, argindex: int = 1) -> Any:
        x, n = self.args
        return n * Power(x, n - 1) if argindex == 1 else Power(x, n) * sp.log(x)


class SymbolOps:
    """The closed list of `deqi.core.ops`, on SymPy expressions.

    Examples
    --------
    >>> x = sp.Symbol("x", real=True)
    >>> SymbolOps().at_least(x, 2)
    Positive(x - 2) + 2
    """

    def exp(self, x: Expr) -> Expr:
        return sp.exp(x)

    def log(self, x: Expr) -> Expr:
        return sp.log(x)

    def sqrt(self, x: Expr) -> Expr:
        return sp.sqrt(x)

    def power(self, x: Expr, n: Expr) -> Expr:
        return Power(x, n)

    def hill(self, x: Expr, half: Expr, n: Expr) -> Expr:
        xn = Power(Positive(x / half), n)
        return xn / (xn + 1)

    def hill2(self, x: Expr, half: Expr) -> Expr:
        return x**2 / (x**2 + half**2)

    def sigmoid(self, x: Expr) -> Expr:
        return 1 / (1 + sp.exp(-sp.sympify(x)))

    def softplus(self, x: Expr) -> Expr:
        return Softplus(x)

    def positive(self, x: Expr) -> Expr:
        return Positive(x)

    def at_least(self, x: Expr, low: Expr) -> Expr:
        return low + Positive(x - low)

    def at_most(self, x: Expr, high: Expr) -> Expr:
        return high - Positive(high - x)

    def where(self, x: Expr, a: Expr, b: Expr) -> Expr:
        return Select(x, a, b)
