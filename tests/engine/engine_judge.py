"""The truth about an expression: many digits, no largest number, and a bound of what floats may lose."""

import mpmath
import sympy as sp

from deqi.core.symbols import Positive, Power, Select, Softplus, Step

#: Beyond these, sums and products of floats lose digits or end.
LEAST, MOST = mpmath.mpf(10) ** -150, mpmath.mpf(10) ** 150
EPS = mpmath.mpf(2) ** -52


class Judge:
    """Value of an expression and a bound of the error of floats, at some place.

    `clear` turns false where a part leaves the range of floats, or a switch may fall either way.
    """

    def __init__(self, symbols):
        self.symbols, self.clear = symbols, True

    def __call__(self, e):
        value, error = self.rule(e)
        if mpmath.isinf(value) or mpmath.isnan(value) or isinstance(value, mpmath.mpc):
            raise ZeroDivisionError(str(e))
        if not (value == 0 or abs(value) > LEAST) or abs(value) > MOST or not error < MOST:
            self.clear = False
        return value, error + EPS * abs(value)

    def rule(self, e):
        if e in self.symbols:
            return mpmath.mpf(self.symbols[e]), mpmath.mpf(0)
        if e.is_Number or e.is_NumberSymbol:
            return mpmath.mpf(str(e.evalf(40))), mpmath.mpf(0)
        try:
            parts = [self(a) for a in e.args]
        except ZeroDivisionError:
            # The engine holds exponentials, so powers too, at their bounds: e^inf is a number to it.
            self.clear &= not (e.func is sp.exp or isinstance(e, Power))
            raise
        if e.is_Add:
            return mpmath.fsum(v for v, _ in parts), mpmath.fsum(
                r + len(parts) * EPS * abs(v) for v, r in parts
            )
        if e.is_Mul:
            return self.product(parts)
        if e.is_Pow:
            return self.whole_power(*parts)
        (x, dx), *rest = parts
        one = mpmath.mpf(1)
        if e.func.__name__ == "exp":
            # The engine holds it at its bounds, so nothing is clear there.
            self.clear &= abs(x) + dx < 700
            value = mpmath.exp(max(min(x, 708), -708))
            return value, value * (mpmath.expm1(min(dx, 300)) + 3 * EPS)
        if e.func.__name__ == "log":
            if x < 0 or not x > dx:
                self.clear &= x <= 0 and dx == 0
                raise ZeroDivisionError(str(e))
            return mpmath.log(x), dx / (x - dx) + 2 * EPS
        if isinstance(e, Positive):
            return max(x, 0 * one), dx
        if isinstance(e, Softplus):
            return mpmath.log1p(mpmath.exp(-abs(x))) + max(x, 0 * one), dx + 5 * EPS * (1 + abs(x))
        if isinstance(e, Step | Select):
            self.clear &= abs(x) > dx or (x == 0 and dx == 0)
            return ((one if x > 0 else 0 * one), 0 * one) if isinstance(e, Step) else rest[0 if x > 0 else 1]
        assert isinstance(e, Power), e
        return self.power((x, dx), rest[0])

    def product(self, parts):
        value, error = mpmath.mpf(1), mpmath.mpf(0)
        for v, r in parts:
            value, error = value * v, abs(value) * r + abs(v) * error + error * r
            self.clear &= value == 0 or LEAST < abs(value) < MOST
        # Floats may multiply in another order.
        sizes = [abs(mpmath.log10(abs(v))) for v, _ in parts if v]
        self.clear &= sum(sizes) < 150
        return value, error + len(parts) * EPS * abs(value)

    def whole_power(self, base, exponent):
        (x, dx), (n, _) = base, exponent
        if n < 0 and abs(x) <= dx:
            self.clear &= dx == 0
            raise ZeroDivisionError
        if n != int(n) and x < 0:
            self.clear &= -x > dx
            raise ZeroDivisionError
        value = mpmath.power(x, n)
        room = abs(x) - dx
        slope = abs(n) * dx / room if room > 0 else (dx and mpmath.inf)
        return value, abs(value) * (slope + abs(n) * 2 * EPS) if value else (dx and mpmath.sqrt(dx) + dx)

    def power(self, base, exponent):
        (x, dx), (n, dn) = base, exponent
        if x <= 0 or x <= dx:
            self.clear &= dx == 0 and dn == 0
            if n < 0:
                raise ZeroDivisionError
            return mpmath.mpf(n == 0), mpmath.mpf(0)
        turn = abs(mpmath.log(x))
        self.clear &= abs(n) * turn < 44
        value = mpmath.exp(max(min(n * mpmath.log(x), 1e4), -1e4))
        return value, value * (abs(n) * dx / (x - dx) + turn * dn + 8 * EPS)


def judged(expression, symbols):
    """Truth, its bound, and whether all is within floats; (None, None, ...) where no truth is finite."""
    judge = Judge(symbols)
    with mpmath.workdps(40):
        try:
            value, error = judge(expression)
        except ZeroDivisionError:
            return None, None, judge.clear
        return value, 8 * error, judge.clear
