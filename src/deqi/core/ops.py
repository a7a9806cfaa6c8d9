r"""The closed list of functions that a mechanism may call, and their array reading.

A mechanism must read equally as units, symbols and arrays, so it may not use
``if``, ``max`` or ``numpy`` on its variables. It gets `ops` instead; every
interpreter offers the same names:

==============================  =====================================================
``exp(x) log(x) sqrt(x)``        as usual; ``exp`` and ``log`` take pure numbers
``power(x, n)``                  :math:`x^n` for a pure number ``x >= 0``
``hill(x, half, n)``             :math:`x^n / (x^n + half^n)`, 0 where ``x <= 0``
``hill2(x, half)``               the same with ``n = 2``, smooth through 0
``sigmoid(x)``                   :math:`1 / (1 + e^{-x})`
``softplus(x)``                  :math:`\ln(1 + e^x)`, a smooth ``positive``
``positive(x)``                  ``x`` where ``x > 0``, else 0
``at_least(x, low)``             the larger of the two
``at_most(x, high)``             the smaller of the two
``where(x, a, b)``               ``a`` where ``x > 0``, else ``b``
==============================  =====================================================
"""

from __future__ import annotations

from typing import Protocol

import numpy as np

from deqi.core.variables import Expr

#: Names of the closed list; a test holds every interpreter to it.
NAMES = (
    "exp",
    "log",
    "sqrt",
    "power",
    "hill",
    "hill2",
    "sigmoid",
    "softplus",
    "positive",
    "at_least",
    "at_most",
    "where",
)


class Ops(Protocol):
    """What a mechanism may call on its variables; see the table above."""

    def exp(self, x: Expr) -> Expr: ...
    def log(self, x: Expr) -> Expr: ...
    def sqrt(self, x: Expr) -> Expr: ...
    def power(self, x: Expr, n: Expr) -> Expr: ...
    def hill(self, x: Expr, half: Expr, n: Expr) -> Expr: ...
    def hill2(self, x: Expr, half: Expr) -> Expr: ...
    def sigmoid(self, x: Expr) -> Expr: ...
    def softplus(self, x: Expr) -> Expr: ...
    def positive(self, x: Expr) -> Expr: ...
    def at_least(self, x: Expr, low: Expr) -> Expr: ...
    def at_most(self, x: Expr, high: Expr) -> Expr: ...
    def where(self, x: Expr, a: Expr, b: Expr) -> Expr: ...


class ArrayOps:
    """The slow, obvious reading: NumPy over floats or arrays.

    Examples
    --------
    >>> float(ArrayOps().hill(2.0, 2.0, 4.0))
    0.5
    """

    def exp(self, x: Expr) -> Expr:
        return np.exp(x)

    def log(self, x: Expr) -> Expr:
        return np.log(x)

    def sqrt(self, x: Expr) -> Expr:
        return np.sqrt(x)

    def power(self, x: Expr, n: Expr) -> Expr:
        return np.power(x, n)

    def hill(self, x: Expr, half: Expr, n: Expr) -> Expr:
        # max(x, 0) keeps a round-off below zero from becoming NaN under a broken power.
        xn = np.power(np.maximum(x / half, 0.0), n)
        return xn / (xn + 1)

    def hill2(self, x: Expr, half: Expr) -> Expr:
        return x * x / (x * x + half * half)

    def sigmoid(self, x: Expr) -> Expr:
        return 1 / (1 + np.exp(-x))

    def softplus(self, x: Expr) -> Expr:
        return np.logaddexp(0.0, x)

    def positive(self, x: Expr) -> Expr:
        return np.maximum(x, 0.0)

    def at_least(self, x: Expr, low: Expr) -> Expr:
        return np.maximum(x, low)

    def at_most(self, x: Expr, high: Expr) -> Expr:
        return np.minimum(x, high)

    def where(self, x: Expr, a: Expr, b: Expr) -> Expr:
        return np.where(np.asarray(x) > 0, a, b)
