"""The reading of a mechanism as units.

`UnitOps` runs a mechanism's functions on `UnitValue`s: numbers that carry a
unit and refuse any sum, exponential or comparison that does not close. It is
stricter than `pint`: nanomolar plus picomolar is an error here, because the
array reading of the same line would be wrong by a thousand. Conversions happen
in two places only, where they can be seen: when a parameter file is read, and
along a wire.

`pint` judges every unit but the few of `KNOWN`, which the shipped pages and
sets are written in: loading it and reading its definitions takes longer than to
simulate half a year.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from functools import lru_cache
from types import MappingProxyType
from typing import Any

from deqi.core.variables import Expr
from deqi.errors import UnitError

#: Scores such as 0-100 pain points are no pure numbers: they may not be added to one.
SCORE_UNIT = "point"

#: Units by what they measure, and how many of the first unit of its line each is.
#: A test holds every pair against `pint`.
KNOWN: Mapping[str, Mapping[str, float]] = MappingProxyType(
    {
        "number": {"1": 1.0},
        "score": {SCORE_UNIT: 1.0},
        "change per score": {f"1/{SCORE_UNIT}": 1.0},
        "time": {"min": 1.0, "d": 1440.0, "1/Hz": 1 / 60},
        "rate": {"1/min": 1.0, "1/d": 1 / 1440, "Hz": 60.0},
        "concentration": {"nM": 1.0, "nmol/L": 1.0, "pmol/L": 0.001},
        "amount": {"nmol": 1.0},
        "amount a time": {"nmol/min": 1.0},
        "mass": {"mg": 1.0},
        "mass a time": {"mg/min": 1.0},
        "mass a volume": {"mg/L": 1.0},
        "volume": {"L": 1.0},
        "flow": {"L/min": 1.0, "L/h": 1 / 60},
        "length": {"mm": 1.0},
        "current": {"mA": 1.0},
    }
)
_MEASURE = {unit: (measure, scale) for measure, row in KNOWN.items() for unit, scale in row.items()}


@lru_cache(maxsize=1)
def registry() -> Any:
    """The one unit registry (`pint.UnitRegistry`), made at first use."""
    import pint

    made: Any = pint.UnitRegistry()
    made.define(f"{SCORE_UNIT} = [score]")
    return made


@lru_cache(maxsize=4096)
def parse(unit: object) -> Any:
    """A `pint.Unit` from text.

    Raises
    ------
    UnitError
        If the text is no unit.

    Examples
    --------
    >>> str(parse("1/nM/min"))
    '1 / minute / nanomolar'
    """
    if not isinstance(unit, str) or not unit.strip():
        raise UnitError("a unit is missing", fix='write "1" for a pure number')
    try:
        return registry().parse_units("" if unit == "1" else unit)
    except Exception as error:  # pint raises a dozen kinds
        raise UnitError(
            f"'{unit}' is not a unit", fix="write it as in 1/nM/min, pmol/L, Hz, point"
        ) from error


def check(unit: object) -> None:
    """Refuse a text that is no unit.

    Raises
    ------
    UnitError
        As `parse`.

    Examples
    --------
    >>> check("furlongish")
    Traceback (most recent call last):
    deqi.errors.UnitError: 'furlongish' is not a unit; write it as in 1/nM/min, pmol/L, Hz, point
    """
    text = unit if isinstance(unit, str) else ""
    if text not in _MEASURE:
        parse(text)


def alike(a: str, b: str) -> bool:
    """Whether two units, as text, are the same measure on the same scale.

    Raises
    ------
    UnitError
        If a text is no unit.

    Examples
    --------
    >>> alike("nM", "nmol/L"), alike("nM", "pmol/L"), alike("1/min", "min**-1")
    (True, False, True)
    """
    if a in _MEASURE and b in _MEASURE:
        return _MEASURE[a] == _MEASURE[b]
    return same(parse(a), parse(b))


@lru_cache(maxsize=4096)
def factor(source: str, target: str) -> float:
    """The number that turns a value in `source` into a value in `target`.

    Raises
    ------
    UnitError
        If the two measure different things.

    Examples
    --------
    >>> factor("pmol/L", "nM")
    0.001
    >>> factor("d", "min")
    1440.0
    """
    known, wanted = _MEASURE.get(source), _MEASURE.get(target)
    if known and wanted and known[0] == wanted[0]:
        return _short(known[1] / wanted[1])
    ratio = registry().Quantity(1.0, parse(source) / parse(target)).to_base_units()
    if not ratio.dimensionless:
        raise UnitError(f"{source} cannot be turned into {target}")
    return _short(ratio.magnitude)


def _short(ratio: float) -> float:
    # Ratios of named units are short decimals; working them out leaves 1e-16 of noise on them.
    return float(f"{ratio:.14g}")


@lru_cache(maxsize=65536)
def _scale(unit: Any) -> float | None:
    """Magnitude of a dimensionless unit (nM/(pmol/L) is 1000), or None if it has a dimension."""
    quantity = registry().Quantity(1.0, unit).to_base_units()
    return float(quantity.magnitude) if quantity.dimensionless else None


def same(a: Any, b: Any) -> bool:
    """Whether two `pint` units are the same measure on the same scale."""
    scale = _scale(a / b)
    return scale is not None and math.isclose(scale, 1.0, rel_tol=1e-12)


class UnitValue:
    """A number with a unit that refuses what does not close.

    Examples
    --------
    >>> a = UnitValue(2.0, "nM")
    >>> a + UnitValue(1.0, "pmol/L")
    Traceback (most recent call last):
    deqi.errors.UnitError: nanomolar + picomole / liter does not close; wire or declare them in one unit
    """

    def __init__(self, magnitude: float, unit: Any) -> None:
        self.magnitude = float(magnitude)
        self.unit = parse(unit) if isinstance(unit, str) else unit

    @staticmethod
    def of(x: Expr) -> UnitValue:
        """A plain number is a pure number."""
        return x if isinstance(x, UnitValue) else UnitValue(x, "1")

    def __repr__(self) -> str:
        return f"{self.magnitude:g} {self.unit:~P}"

    def _closes(self, other: Expr, sign: str) -> UnitValue:
        found = UnitValue.of(other)
        if not same(self.unit, found.unit):
            raise UnitError(
                f"{self.unit} {sign} {found.unit} does not close", fix="wire or declare them in one unit"
            )
        return found

    def __add__(self, other: Expr) -> UnitValue:
        return UnitValue(self.magnitude + self._closes(other, "+").magnitude, self.unit)

    def __sub__(self, other: Expr) -> UnitValue:
        return UnitValue(self.magnitude - self._closes(other, "-").magnitude, self.unit)

    def __radd__(self, other: Expr) -> UnitValue:
        return UnitValue.of(other) + self

    def __rsub__(self, other: Expr) -> UnitValue:
        return UnitValue.of(other) - self

    def __neg__(self) -> UnitValue:
        return UnitValue(-self.magnitude, self.unit)

    def __mul__(self, other: Expr) -> UnitValue:
        other = UnitValue.of(other)
        return UnitValue(self.magnitude * other.magnitude, self.unit * other.unit)

    def __rmul__(self, other: Expr) -> UnitValue:
        return UnitValue.of(other) * self

    def __truediv__(self, other: Expr) -> UnitValue:
        other = UnitValue.of(other)
        return UnitValue(self.magnitude / other.magnitude, self.unit / other.unit)

    def __rtruediv__(self, other: Expr) -> UnitValue:
        return UnitValue.of(other) / self

    def __pow__(self, n: int) -> UnitValue:
        if not isinstance(n, int):
            raise UnitError("only a whole number may stand after **", fix="use ops.power or ops.hill")
        return UnitValue(self.magnitude**n, self.unit**n)


class UnitOps:
    """The closed list of `deqi.core.ops`, on `UnitValue`s."""

    def _pure(self, x: Expr, function: str) -> float:
        found = UnitValue.of(x)
        if not same(found.unit, parse("1")):
            raise UnitError(f"{function} needs a pure number, got {found.unit}")
        return found.magnitude

    def exp(self, x: Expr) -> UnitValue:
        return UnitValue(math.exp(self._pure(x, "exp")), "1")

    def log(self, x: Expr) -> UnitValue:
        return UnitValue(math.log(self._pure(x, "log")), "1")

    def sqrt(self, x: Expr) -> UnitValue:
        x = UnitValue.of(x)
        return UnitValue(math.sqrt(x.magnitude), x.unit**0.5)

    def power(self, x: Expr, n: Expr) -> UnitValue:
        return UnitValue(self._pure(x, "power") ** self._pure(n, "an exponent"), "1")

    def hill(self, x: Expr, half: Expr, n: Expr) -> UnitValue:
        ratio = self._pure(UnitValue.of(x) / half, "hill(x / half)")
        xn = max(ratio, 0.0) ** self._pure(n, "an exponent")
        return UnitValue(xn / (xn + 1), "1")

    def hill2(self, x: Expr, half: Expr) -> UnitValue:
        ratio = self._pure(UnitValue.of(x) / half, "hill2(x / half)")
        return UnitValue(ratio**2 / (ratio**2 + 1), "1")

    def sigmoid(self, x: Expr) -> UnitValue:
        return UnitValue(1 / (1 + math.exp(-self._pure(x, "sigmoid"))), "1")

    def softplus(self, x: Expr) -> UnitValue:
        return UnitValue(math.log1p(math.exp(self._pure(x, "softplus"))), "1")

    def positive(self, x: Expr) -> UnitValue:
        x = UnitValue.of(x)
        return UnitValue(max(x.magnitude, 0.0), x.unit)

    def at_least(self, x: Expr, low: Expr) -> UnitValue:
        x = UnitValue.of(x)
        return UnitValue(max(x.magnitude, x._closes(low, "against").magnitude), x.unit)

    def at_most(self, x: Expr, high: Expr) -> UnitValue:
        x = UnitValue.of(x)
        return UnitValue(min(x.magnitude, x._closes(high, "against").magnitude), x.unit)

    def where(self, x: Expr, a: Expr, b: Expr) -> UnitValue:
        first = UnitValue.of(a)
        second = first._closes(b, "or")
        return first if UnitValue.of(x).magnitude > 0 else second
