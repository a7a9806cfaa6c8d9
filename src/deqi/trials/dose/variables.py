"""What of a regimen may be varied, and how values are typed: ``sessions=4..16``, ``technique=manual,2hz``."""

from __future__ import annotations

import math
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType
from typing import TypeAlias

import numpy as np

from deqi.errors import TrialError, UnknownNameError
from deqi.mechanisms.needle.techniques import TECHNIQUES

#: A number, or the word of a technique.
Value: TypeAlias = float | str

WHOLE, NUMBER, WORD = "whole", "number", "word"
#: Whole numbers of a range are all taken up to so many.
_ALL_OF = 16
#: Values of a range that are taken otherwise.
_STEPS = 7
#: Most values of one variable.
_MOST = 64
_RANGE = re.compile(r"(?P<low>[^.:][^:]*?)\.\.(?P<high>[^:]+?)(?::(?P<steps>\d+))?")
_CURRENT = re.compile(r"(?P<one>\d+(?:\.\d+)?)(?:/(?P<other>\d+(?:\.\d+)?))?hz")


@dataclass(frozen=True)
class Variable:
    """Something of a regimen that may be varied.

    Attributes
    ----------
    name, label : str
        Name on the command line, and in words.
    unit : str
        Unit; empty for words.
    kind : {'whole', 'number', 'word'}
        What its values are.
    low, high : float
        Ends of what may be asked for.
    ratio : bool
        Whether values are spread by their ratio, as frequencies are.
    """

    name: str
    label: str
    unit: str
    kind: str
    low: float = 0.0
    high: float = 0.0
    ratio: bool = False


#: Variables by name, in the order of tables.
VARIABLES: Mapping[str, Variable] = MappingProxyType(
    {
        v.name: v
        for v in (
            Variable("sessions", "sessions", "visits", WHOLE, 1, 200),
            Variable("per_week", "sessions per week", "visits a week", NUMBER, 0.05, 14),
            Variable("minutes", "needle retention", "min", NUMBER, 0.5, 240),
            Variable("technique", "technique", "", WORD),
            Variable("frequency_hz", "frequency of the current", "Hz", NUMBER, 0.5, 200, ratio=True),
            Variable("depth_mm", "depth of the tips", "mm", NUMBER, 0.5, 150),
            Variable("needles", "needles", "needles a visit", WHOLE, 1, 100),
        )
    }
)


@dataclass(frozen=True)
class Varied:
    """A variable and its values.

    Attributes
    ----------
    variable : Variable
        The variable.
    values : tuple of float or str
        What a curve or a grid takes, numbers in rising order, each once.
    span : tuple of float, optional
        Ends of the range that was typed; None for a list.
    """

    variable: Variable
    values: tuple[Value, ...]
    span: tuple[float, float] | None = None

    @property
    def name(self) -> str:
        """Name of the variable."""
        return self.variable.name

    def at(self, share: float) -> Value:
        """The value at a share of the way from the first to the last, 0 to below 1; of a list, one of it.

        Examples
        --------
        >>> vary("sessions=4..16").at(0.5), vary("technique=manual,2hz").at(0.5)
        (10.0, '2hz')
        """
        if self.span is None:
            return self.values[int(share * len(self.values))]
        low, high = self.span
        if self.variable.kind == WHOLE:
            return float(math.floor(low + share * (high - low + 1)))
        if self.variable.ratio:
            return float(f"{low * (high / low) ** share:.3g}")
        return float(f"{low + share * (high - low):.3g}")

    def place(self, value: Value) -> float:
        """Where a number lies between the ends, 0 to 1; of a list too."""
        low, high = self.span or (float(self.values[0]), float(self.values[-1]))
        found = float(value)
        if self.variable.ratio:
            low, high, found = math.log(low), math.log(high), math.log(found)
        return (found - low) / (high - low) if high > low else 0.0


def vary(text: str) -> Varied:
    """Read what was typed after ``--vary``.

    Parameters
    ----------
    text : str
        ``name=a..b`` for a range, ``name=a..b:7`` for a range in 7 steps, ``name=a,b,c`` for a list.

    Raises
    ------
    UnknownNameError
        If the variable or a technique is unknown.
    TrialError
        If values are no numbers, out of range, or too many.

    Examples
    --------
    >>> vary("per_week=1,2,3").values, vary("minutes=10..40").values
    ((1.0, 2.0, 3.0), (10.0, 15.0, 20.0, 25.0, 30.0, 35.0, 40.0))
    """
    name, equals, typed = (part.strip() for part in text.partition("="))
    if name not in VARIABLES:
        raise UnknownNameError(
            "variable", name, VARIABLES, where="--vary", fix=f"one of {', '.join(VARIABLES)}"
        )
    variable, where = VARIABLES[name], f"--vary {name}"
    if not equals or not typed:
        raise TrialError("has no values", where=where, fix=f"write --vary {name}={_example(variable)}")
    if variable.kind == WORD:
        words = tuple(dict.fromkeys(part.strip() for part in typed.split(",")))
        for word in words:
            check_technique(word, where)
        return Varied(variable, words)
    if ".." in typed:
        return _range(variable, typed, where)
    numbers = sorted({_number(variable, part, where) for part in typed.split(",")})
    return _enough(Varied(variable, tuple(numbers)), where)


def check_together(varied: Sequence[Varied]) -> None:
    """Refuse variables that stand twice, or that say the same thing.

    Raises
    ------
    TrialError
        If so.
    """
    names = [one.name for one in varied]
    for name in names:
        if names.count(name) > 1:
            raise TrialError(f"{name} is varied twice", where="--vary", fix="give all its values at once")
    if {"technique", "frequency_hz"} <= set(names):
        raise TrialError(
            "technique says the frequency too",
            where="--vary frequency_hz",
            fix="write --vary technique=2hz,10hz,100hz, or leave technique out",
        )


def frequencies(word: str) -> tuple[float, ...]:
    """Frequencies of a technique's word [Hz]; none of what has no current.

    Examples
    --------
    >>> frequencies("2/100hz"), frequencies("manual")
    ((2.0, 100.0), ())
    """
    found = _CURRENT.fullmatch(word)
    if found is None:
        return ()
    return tuple(float(part) for part in found.groups() if part is not None)


def check_technique(word: str, where: str) -> None:
    """Refuse a word that is no technique.

    Raises
    ------
    UnknownNameError
        If it is none.
    """
    plain = [name for name in TECHNIQUES if name != "electrical"]
    if word not in plain and not frequencies(word):
        raise UnknownNameError(
            "technique",
            word,
            [*plain, "2hz", "100hz", "2/100hz"],
            where=where,
            fix=f"one of {', '.join(plain)}, or a frequency such as 2hz or 2/100hz",
        )


def _range(variable: Variable, typed: str, where: str) -> Varied:
    found = _RANGE.fullmatch(typed)
    if found is None:
        raise TrialError(
            f"'{typed}' is no range", where=where, fix=f"write --vary {variable.name}={_example(variable)}"
        )
    low, high = (_number(variable, found[end], where) for end in ("low", "high"))
    if not low < high:
        raise TrialError(f"{low:g}..{high:g} does not rise", where=where, fix=f"write {high:g}..{low:g}")
    steps = int(found["steps"]) if found["steps"] else None
    if steps is not None and not 2 <= steps <= _MOST:
        raise TrialError(f"{steps} values are none for a range", where=where, fix=f"give 2 to {_MOST}")
    if variable.kind == WHOLE:
        # With no number of steps, every whole number where they are few.
        every = int(high - low) + 1
        count = min(steps or (every if every <= _ALL_OF else _STEPS), every)
        values = np.unique(np.round(np.linspace(low, high, count)))
    else:
        spread = np.geomspace if variable.ratio else np.linspace
        values = np.array([float(f"{v:.3g}") for v in spread(low, high, steps or _STEPS)])
        values[0], values[-1] = low, high
    return _enough(Varied(variable, tuple(float(v) for v in np.unique(values)), (low, high)), where)


def _enough(varied: Varied, where: str) -> Varied:
    if len(varied.values) > _MOST:
        raise TrialError(
            f"{len(varied.values)} values are too many", where=where, fix=f"give {_MOST} at most"
        )
    return varied


def _number(variable: Variable, text: str, where: str) -> float:
    try:
        value = float(text)
    except ValueError as error:
        raise TrialError(
            f"'{text.strip()}' is no number",
            where=where,
            fix=f"write --vary {variable.name}={_example(variable)}",
        ) from error
    if not variable.low <= value <= variable.high:
        raise TrialError(
            f"{value:g} is outside {variable.low:g} to {variable.high:g} {variable.unit}", where=where
        )
    if variable.kind == WHOLE and value != int(value):
        raise TrialError(f"{value:g} is no whole number", where=where, fix=f"write {round(value)}")
    return value


def _example(variable: Variable) -> str:
    if variable.kind == WORD:
        return "manual,2hz,100hz"
    return {"sessions": "4..16", "per_week": "1,2,3", "minutes": "10..40", "depth_mm": "2..30"}.get(
        variable.name, "2,10,100" if variable.ratio else "4..20"
    )
