"""Whom a trial takes: limits on covariates and on what instruments say at baseline."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

from deqi.errors import PopulationError
from deqi.measurement import instruments, load_instrument
from deqi.population.draws import Array
from deqi.population.reading import maybe, table, texts

#: What is known of a person before they are seen.
KNOWN = ("age", "sex")
#: What else a criterion may be about, besides instruments.
COVARIATES = (*KNOWN, "duration", "expectation", "opioid_responsiveness", "descending_control")
SEXES = ("female", "male")
_LIMITS = ("at_least", "at_most", "above", "below")


@dataclass(frozen=True)
class Criterion:
    """Limits on one covariate or instrument; all of them must hold.

    Attributes
    ----------
    name : str
        A covariate, or an instrument.
    at_least, at_most, above, below : float, optional
        Limits in the unit of what they limit (age and duration in years).
    only : tuple of str
        Sexes that are taken.
    """

    name: str
    at_least: float | None = None
    at_most: float | None = None
    above: float | None = None
    below: float | None = None
    only: tuple[str, ...] = ()

    def admits(self, values: Array) -> Array:
        """Whether each value is within the limits; NaN never is."""
        if self.only:
            return np.isin(values, self.only)
        fine = np.isfinite(values)
        for limit, passes in (
            (self.at_least, np.greater_equal),
            (self.at_most, np.less_equal),
            (self.above, np.greater),
            (self.below, np.less),
        ):
            if limit is not None:
                fine = fine & passes(values, limit)
        return fine

    def __str__(self) -> str:
        limits = [
            f"{key.replace('_', ' ')} {value:g}"
            for key in _LIMITS
            if (value := getattr(self, key)) is not None
        ]
        if self.only:
            limits.append(f"only {' and '.join(self.only)}")
        return f"{self.name} {', '.join(limits)}"

    def as_dict(self) -> dict[str, Any]:
        """The criterion as a table of a file has it."""
        limits = {key: value for key in _LIMITS if (value := getattr(self, key)) is not None}
        return {**limits, **({"only": list(self.only)} if self.only else {})}


@dataclass(frozen=True)
class Eligibility:
    """Criteria that must all hold.

    Examples
    --------
    >>> rule = Eligibility.of({"age": {"at_least": 18}, "hfaq": {"below": 70}})
    >>> [str(criterion) for criterion in rule.criteria]
    ['age at least 18', 'hfaq below 70']
    >>> rule.instruments
    ('hfaq',)
    """

    criteria: tuple[Criterion, ...] = ()

    @classmethod
    def of(cls, entry: Mapping[str, Any], where: str = "eligibility") -> Eligibility:
        """Criteria from a mapping such as ``{"age": {"at_least": 18}, "hfaq": {"below": 70}}``.

        Raises
        ------
        UnknownNameError
            If a covariate, an instrument or a limit is unknown.
        PopulationError
            If limits are none, or cannot both hold.
        """
        known = (*COVARIATES, *instruments())
        for name in entry:
            # An instrument may be a user's own file.
            if name.endswith(".toml"):
                load_instrument(name)
        own = [name for name in entry if name.endswith(".toml")]
        named = table(dict(entry), (*known, *own), where, "covariate or instrument")
        return cls(tuple(_criterion(name, limits, f"{where}: {name}") for name, limits in named.items()))

    @property
    def known(self) -> tuple[Criterion, ...]:
        """Criteria that can be judged before a person is seen."""
        return tuple(c for c in self.criteria if c.name in KNOWN)

    @property
    def asked(self) -> tuple[Criterion, ...]:
        """Criteria that are judged when a candidate has been seen and measured."""
        return tuple(c for c in self.criteria if c.name not in KNOWN)

    @property
    def instruments(self) -> tuple[str, ...]:
        """Instruments that must be filled in at screening."""
        return tuple(c.name for c in self.criteria if c.name not in COVARIATES)

    def as_dict(self) -> dict[str, Any]:
        """The mapping that `of` reads."""
        return {c.name: c.as_dict() for c in self.criteria}


def _criterion(name: str, entry: Any, where: str) -> Criterion:
    if name == "sex":
        only = texts(table(entry, ("only",), where), "only", where)
        if not only or not set(only) <= set(SEXES):
            raise PopulationError(
                "only is a list of female or male", where=where, fix='write only = ["female"]'
            )
        return Criterion(name, only=only)
    fields = table(entry, _LIMITS, where)
    at_least, at_most, above, below = (maybe(fields, key, where) for key in _LIMITS)
    lows = [v for v in (at_least, above) if v is not None]
    highs = [v for v in (at_most, below) if v is not None]
    if not lows and not highs:
        raise PopulationError("has no limit", where=where, fix=f"give one of {', '.join(_LIMITS)}")
    if lows and highs and max(lows) >= min(highs):
        raise PopulationError("nobody is within its limits", where=where)
    return Criterion(name, at_least, at_most, above, below)
