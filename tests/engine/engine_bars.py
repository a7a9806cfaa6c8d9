"""Numbers that carry a bound of their rounding error, for tests of code that may round elsewhere.

Each operation adds what rounding can do to it and passes on what its arguments
had, to first order, in any order of summation. Where a switch (`where`) may fall
either way, the bound is infinite.
"""

import numpy as np


class Bar:
    """A value and a bound of its error, arrays of one shape."""

    __array_ufunc__ = None

    def __init__(self, value, error, eps):
        self.value, self.error, self.eps = np.asarray(value, float), np.asarray(error, float), eps

    def of(self, value, error, ulps=1.0):
        return Bar(value, error + ulps * self.eps * np.abs(value), self.eps)

    def lift(self, x):
        return x if isinstance(x, Bar) else self.of(np.asarray(x, float), 0.0)

    def __neg__(self):
        return Bar(-self.value, self.error, self.eps)

    def __add__(self, other):
        other = self.lift(other)
        size = np.abs(self.value) + np.abs(other.value)
        return self.of(self.value + other.value, self.error + other.error + self.eps * size)

    def __sub__(self, other):
        return self + (-self.lift(other))

    def __mul__(self, other):
        other = self.lift(other)
        a, b = np.abs(self.value), np.abs(other.value)
        return self.of(self.value * other.value, a * other.error + (b + other.error) * self.error)

    def __truediv__(self, other):
        other = self.lift(other)
        value = self.value / other.value
        room = np.maximum(np.abs(other.value) - other.error, 0)
        return self.of(value, (self.error + np.abs(value) * other.error) / room)

    def __radd__(self, other):
        return self.lift(other) + self

    def __rsub__(self, other):
        return self.lift(other) - self

    def __rmul__(self, other):
        return self.lift(other) * self

    def __rtruediv__(self, other):
        return self.lift(other) / self


class BarOps:
    """The closed list on `Bar`."""

    def __init__(self, eps):
        self.zero = Bar(0.0, 0.0, eps)

    def exp(self, x):
        x = self.zero.lift(x)
        value = np.exp(x.value)
        return x.of(value, value * np.expm1(np.minimum(x.error, 700)), 3 + np.abs(x.value))

    def log(self, x):
        x = self.zero.lift(x)
        return x.of(np.log(x.value), x.error / np.maximum(x.value - x.error, 0), 3)

    def sqrt(self, x):
        x = self.zero.lift(x)
        value = np.sqrt(x.value)
        return x.of(value, x.error / np.maximum(value, np.sqrt(np.maximum(x.error, 1e-300))), 2)

    def power(self, x, n):
        x, n = self.zero.lift(x), self.zero.lift(n)
        value = np.where(x.value > 0, np.power(np.maximum(x.value, 0), n.value), np.power(0.0, n.value))
        with np.errstate(divide="ignore", invalid="ignore"):
            slope = np.where(x.error > 0, np.abs(n.value) * x.error / np.maximum(x.value - x.error, 0), 0)
            turn = np.where(x.value > 0, np.abs(np.log(np.maximum(x.value, 1e-300))), 0)
        return x.of(value, value * (slope + turn * n.error), 5 + np.abs(n.value) * turn)

    def hill(self, x, half, n):
        xn = self.power(self.positive(self.zero.lift(x) / half), n)
        return xn / (xn + 1)

    def hill2(self, x, half):
        x, half = self.zero.lift(x), self.zero.lift(half)
        return x * x / (x * x + half * half)

    def sigmoid(self, x):
        return 1 / (1 + self.exp(-self.zero.lift(x)))

    def softplus(self, x):
        x = self.zero.lift(x)
        return x.of(np.logaddexp(0.0, x.value), x.error, 6)

    def positive(self, x):
        x = self.zero.lift(x)
        return Bar(np.maximum(x.value, 0), x.error, x.eps)

    def at_least(self, x, low):
        return self.positive(self.zero.lift(x) - low) + low

    def at_most(self, x, high):
        return high - self.positive(self.zero.lift(high) - x)

    def where(self, x, a, b):
        x, a, b = (self.zero.lift(each) for each in (x, a, b))
        sure = np.abs(x.value) > x.error
        value = np.where(x.value > 0, a.value, b.value)
        return Bar(value, np.where(sure, np.where(x.value > 0, a.error, b.error), np.inf), x.eps)
