"""Exponential, logarithm and power of our own, on vectors of lanes.

| function | error at most | range |
|---|---|---|
| ``exp(x)`` | 2 ulp | -708 <= x <= 708 (float32: 87); beyond, the value at the bound |
| ``log(x)`` | 2 ulp | every positive number; -inf at 0, NaN below |
| ``log1p(x)`` | 3 ulp | 0 <= x <= 1 |
| ``power(x, n)`` | 4 ulp | finite x > 0 and abs(n log2 x) <= 64; 0, 1 or inf where x <= 0 |

A NaN passes through. The exponential is held at its bounds so that a sigmoid of
a huge number has a slope of 0, not of inf / inf. The polynomials are least-maximum
fits; ``tests/engine/test_elementary.py`` holds all four to many digits.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

from deqi.engine.lanes import Lanes, Value


@dataclass(frozen=True)
class _Format:
    """Numbers that belong to a float format."""

    limit: float  # largest argument of exp
    mantissa: int  # bits after the leading one
    magic: float  # adding it rounds to a whole number, which then stands in the low bits
    ln2_high: float  # so few bits that a product with an exponent is exact
    ln2_low: float
    exp: tuple[float, ...]  # (e^r - 1 - r) / r^2 on |r| <= ln(2) / 2
    atanh: tuple[float, ...]  # (atanh(s) - s) / s^3 in s^2, on |s| <= 0.1716
    root_half: int  # bits of sqrt(1/2)
    one: int  # bits of 1
    bias: int  # of the exponent
    smallest: float  # smallest normal number
    up: int  # power of two that lifts every smaller number above it


_DOUBLE = _Format(
    limit=708.0,
    mantissa=52,
    magic=1.5 * 2.0**52,
    ln2_high=6.93147180369123816490e-01,
    ln2_low=1.90821492927058770002e-10,
    exp=(
        0.5000000000000001,
        0.16666666666666669,
        0.04166666666662399,
        0.008333333333330051,
        0.0013888888917281794,
        0.00019841269863105968,
        2.480152119021773e-05,
        2.7557268378684192e-06,
        2.7620138719733994e-07,
        2.5100424157005067e-08,
    ),
    atanh=(
        0.3333333333333335,
        0.19999999999949095,
        0.14285714313285103,
        0.11111105518908294,
        0.09091448091741543,
        0.07665743617932867,
        0.07309671726756307,
    ),
    root_half=0x3FE6A09E667F3BCD,
    one=0x3FF0000000000000,
    bias=1023,
    smallest=2.0**-1022,
    up=54,
)
_SINGLE = _Format(
    limit=87.0,
    mantissa=23,
    magic=1.5 * 2.0**23,
    ln2_high=0.693359375,
    ln2_low=-2.12194440e-4,
    exp=(0.5, 0.16666576845993977, 0.04166655443768594, 0.008363202971575855, 0.0013926213466332444),
    atanh=(0.3333334257938534, 0.19994365915582074, 0.14791079473384275),
    root_half=0x3F3504F3,
    one=0x3F800000,
    bias=127,
    smallest=2.0**-126,
    up=25,
)
_LOG2_E = 1.4426950408889634
_INF = float("inf")


class Elementary:
    """The functions, written with the instructions of `lanes`."""

    def __init__(self, lanes: Lanes) -> None:
        self.lanes = lanes
        self.format = _DOUBLE if lanes.bits == 64 else _SINGLE
        #: No exponential is much below this.
        self.least = 1.01 * math.exp(-self.format.limit)
        # One base is often raised to several powers.
        self._logarithms: dict[int, tuple[Value, Value, Value]] = {}

    def exp(self, x: Value) -> Value:
        """e^x."""
        return self._exp(x, None)

    def _exp(self, x: Value, low: Value | None) -> Value:
        """e^(x + low), where `low` is below the last digit of x."""
        v, fmt = self.lanes, self.format
        # This order of operands lets a NaN through.
        x = v.select(v.greater(x, v.constant(fmt.limit)), v.constant(fmt.limit), x)
        x = v.select(v.greater(v.constant(-fmt.limit), x), v.constant(-fmt.limit), x)
        shifted = v.fma(x, v.constant(_LOG2_E), v.constant(fmt.magic))
        n = v.sub(shifted, v.constant(fmt.magic))
        r = v.fma(n, v.constant(-fmt.ln2_high), x)
        r = v.fma(n, v.constant(-fmt.ln2_low), r)
        if low is not None:
            r = v.add(r, low)
        p = v.fma(v.mul(r, r), v.polynomial(fmt.exp, r), v.add(r, v.constant(1.0)))
        b = v.builder
        scale = b.shl(b.bitcast(shifted, v.integers), v.whole(fmt.mantissa))
        return b.bitcast(b.add(b.bitcast(p, v.integers), scale), v.vector)

    def log(self, x: Value) -> Value:
        """Natural logarithm of x."""
        v, fmt = self.lanes, self.format
        e, f = self._split(x)
        s = v.div(f, v.add(f, v.constant(2.0)))
        z = v.mul(s, s)
        tail = v.mul(v.mul(z, v.constant(2.0)), v.polynomial(fmt.atanh, z))
        # log(1 + f) = f - s (f - tail): the leading term is exact.
        low = v.fma(e, v.constant(fmt.ln2_low), v.neg(v.mul(s, v.sub(f, tail))))
        y = v.fma(e, v.constant(fmt.ln2_high), v.add(f, low))
        return self._at_the_ends(x, y)

    def log1p(self, x: Value) -> Value:
        """log(1 + x) for 0 <= x <= 1, to full precision where x is tiny."""
        v = self.lanes
        whole = v.add(x, v.constant(1.0))
        lost = v.sub(x, v.sub(whole, v.constant(1.0)))
        return v.add(self.log(whole), v.div(lost, whole))

    def power(self, x: Value, n: Value) -> Value:
        """x^n for x >= 0; below 0 as at 0."""
        v, zero, one = self.lanes, self.lanes.constant(0.0), self.lanes.constant(1.0)
        at_zero = v.select(v.greater(n, zero), zero, v.constant(_INF))
        at_zero = v.select(v.builder.fcmp_ordered("==", n, zero), one, at_zero)
        return v.add(self.power_or(x, n, at_zero), v.mul(n, zero))

    def power_or(self, x: Value, n: Value, at_zero: Value) -> Value:
        """x^n where x > 0, else `at_zero`."""
        v = self.lanes
        return v.select(
            v.builder.fcmp_ordered("<=", x, v.constant(0.0)), at_zero, self.power_above_zero(x, n)
        )

    def power_above_zero(self, x: Value, n: Value) -> Value:
        """x^n for x > 0."""
        v = self.lanes
        if id(x) not in self._logarithms:
            # The value is kept too: its number may not pass to another while it stands for this one.
            self._logarithms[id(x)] = (x, *self._log_in_two(x))
        _, high, low = self._logarithms[id(x)]
        product = v.mul(n, high)
        rest = v.fma(n, low, v.fma(n, high, v.neg(product)))
        # The bits of a NaN, or of infinity, were read as a number: this makes it one again.
        return v.fma(x, v.constant(0.0), self._exp(product, rest))

    # ------------------------------------------------------------------ parts of the logarithm

    def _split(self, x: Value) -> tuple[Value, Value]:
        """E and f with x = 2^e (1 + f), sqrt(1/2) <= 1 + f < sqrt(2)."""
        v, fmt, b = self.lanes, self.format, self.lanes.builder
        tiny = v.greater(v.constant(fmt.smallest), x)
        x = v.select(tiny, v.mul(x, v.constant(2.0**fmt.up)), x)
        raw, place = b.bitcast(x, v.integers), v.whole(fmt.mantissa)
        biased = b.lshr(b.add(raw, v.whole(fmt.one - fmt.root_half)), place)
        m = b.bitcast(b.sub(raw, b.shl(b.sub(biased, v.whole(fmt.bias)), place)), v.vector)
        # A small whole number becomes a float by standing in the low bits of a large one.
        large = 2.0**fmt.mantissa
        e = b.bitcast(b.or_(biased, b.bitcast(v.constant(large), v.integers)), v.vector)
        shift = v.select(tiny, v.constant(large + fmt.bias + fmt.up), v.constant(large + fmt.bias))
        return v.sub(e, shift), v.sub(m, v.constant(1.0))

    def _log_in_two(self, x: Value) -> tuple[Value, Value]:
        """Natural logarithm of x > 0 as a sum of two numbers, five bits better than one number."""
        v, fmt = self.lanes, self.format
        e, f = self._split(x)
        d = v.add(f, v.constant(2.0))
        d_low = v.sub(f, v.sub(d, v.constant(2.0)))
        inverse = v.div(v.constant(1.0), d)
        s = v.mul(f, inverse)
        # What the rounded quotient leaves over, exactly.
        s_low = v.mul(v.fms(s, d_low, v.fms(s, d, f)), inverse)
        z = v.mul(s, s)
        cubic = v.mul(v.mul(s, z), v.polynomial(fmt.atanh, z))
        big, small = v.mul(e, v.constant(fmt.ln2_high)), v.add(s, s)
        high = v.add(big, small)
        low = v.sub(small, v.sub(high, big))
        low = v.add(
            low,
            v.fma(e, v.constant(fmt.ln2_low), v.mul(v.constant(2.0), v.add(v.fma(s_low, z, s_low), cubic))),
        )
        # The power needs the second number below the last digit of the first.
        total = v.add(high, low)
        return total, v.sub(low, v.sub(total, high))

    def _at_the_ends(self, x: Value, y: Value) -> Value:
        v, zero = self.lanes, self.lanes.constant(0.0)
        below = v.select(v.builder.fcmp_ordered("==", x, zero), v.constant(-_INF), v.constant(float("nan")))
        y = v.select(v.greater(x, zero), y, below)
        return v.select(v.greater(v.constant(_INF), x), y, x)
