"""How patients do under a plan against another, in the same patients, each kind of spread told apart."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

from deqi.measurement import load_instrument
from deqi.parameters import Ensemble
from deqi.population import Array
from deqi.simulation import AcrossMembers
from deqi.trials.dose.following import Followed
from deqi.trials.paired import Mean

#: Share of the baseline that must be gained to count as improved.
IMPROVED = 0.3
#: Quantiles of the spread between patients.
_TENTHS = (0.1, 0.9)


@dataclass(frozen=True)
class Spread:
    """How a difference differs between patients; measurement error is the same in both plans.

    Attributes
    ----------
    sd, low, high : float or None
        SD, and the 10th and 90th of a hundred patients [points]: means over members.
    """

    sd: float | None
    low: float | None
    high: float | None

    @classmethod
    def of(cls, some: Ensemble, values: Array) -> Spread:
        """Of one value a member and patient."""
        if values.shape[1] < 2 or not np.isfinite(values).any():
            return cls(None, None, None)
        rows = np.asarray(np.isfinite(values).any(axis=1))
        sd = AcrossMembers.of(some, _in_place(rows, np.nanstd(values[rows], axis=1, ddof=1)))
        ends = [
            AcrossMembers.of(some, _in_place(rows, np.nanquantile(values[rows], q, axis=1))) for q in _TENTHS
        ]
        return cls(sd.mean, ends[0].mean, ends[1].mean)

    def as_dict(self) -> dict[str, float | None]:
        """As plain data."""
        return {"sd": self.sd, "p10": self.low, "p90": self.high}


@dataclass(frozen=True, eq=False)
class Response:
    """What a plan does against another in some week.

    Attributes
    ----------
    week : float
        The week.
    benefits : ndarray, shape (member, patient)
        By how much each patient is better under the plan [points]; NaN of whoever was not followed.
    by_member : ndarray, shape (member,)
        Their means.
    benefit : AcrossMembers
        Mean over patients [points], with the 95 % interval about parameters.
    error : float or None
        Monte Carlo error (SE) of the mean, were as many other patients drawn.
    spread : Spread
        Between patients.
    improved, more_improved : AcrossMembers
        Share who gained `IMPROVED` of their baseline, and that minus the share under the other plan.
    """

    week: float
    benefits: Array
    by_member: Array
    benefit: AcrossMembers
    error: float | None
    spread: Spread
    improved: AcrossMembers
    more_improved: AcrossMembers

    def as_dict(self) -> dict[str, Any]:
        """As plain data."""
        return {
            "week": self.week,
            "benefit": self.benefit.as_dict(),
            "monte_carlo_error": self.error,
            "between_patients": self.spread.as_dict(),
            "improved": self.improved.as_dict(),
            "more_improved": self.more_improved.as_dict(),
        }


def response(followed: Followed, plan: str, against: str, week: float, outcome: str) -> Response:
    """A plan against another in a week.

    Parameters
    ----------
    followed : Followed
        The same patients under both.
    plan, against : str
        Names of plans.
    week : float
        One of the weeks that they were asked in.
    outcome : str
        Instrument, which says what is better.
    """
    some = followed.members.some
    sign = sign_of(outcome)
    before = followed.at(plan, 0.0)
    values = sign * (followed.at(plan, week) - followed.at(against, week))
    known = np.isfinite(values)
    gained, other = (
        np.where(known, improved(before, followed.at(name, week), sign), np.nan) for name in (plan, against)
    )
    by_member = mean_of_each(values)
    return Response(
        week,
        values,
        by_member,
        AcrossMembers.of(some, by_member),
        error_of(some, values),
        Spread.of(some, values),
        AcrossMembers.of(some, mean_of_each(gained)),
        AcrossMembers.of(some, mean_of_each(gained - other)),
    )


def sign_of(outcome: str) -> int:
    """What a score is multiplied by so that more is better."""
    return 1 if load_instrument(outcome).better == "up" else -1


def improved(before: Array, after: Array, sign: int) -> Array:
    """Whether patients have gained `IMPROVED` of their baseline: 1 or 0; NaN where the baseline is nil.

    Examples
    --------
    >>> improved(np.array([60.0, 60.0, 0.0]), np.array([42.0, 43.0, 0.0]), -1).tolist()
    [1.0, 0.0, nan]
    """
    # Not a quotient: rounding would leave a drop from 60 to 42 just short.
    enough = sign * (after - before) >= IMPROVED * before - 1e-9
    return np.where((before > 0) & np.isfinite(after), enough, np.nan)


def mean_of_each(values: Array) -> Array:
    """Mean over the patients of each member; NaN of a member without any.

    Examples
    --------
    >>> mean_of_each(np.array([[1.0, 3.0, np.nan], [np.nan] * 3])).tolist()
    [2.0, nan]
    """
    known = np.isfinite(values)
    count = known.sum(axis=1)
    total = np.where(known, values, 0.0).sum(axis=1)
    return np.where(count > 0, total / np.maximum(count, 1), np.nan)


def error_of(some: Ensemble, values: Array) -> float | None:
    """Monte Carlo error of a mean over patients and members: members share their patients.

    Parameters
    ----------
    some : Ensemble
        The members.
    values : ndarray, shape (member, patient)
        One value each.
    """
    return Mean.of(of_each_patient(some, values)).error


def of_each_patient(some: Ensemble, values: Array) -> Array:
    """Weighted mean over the members of each patient; NaN of whoever was followed under none."""
    weights = np.where(np.isfinite(values), some.weights[:, None], 0.0)
    total = weights.sum(axis=0)
    summed = (weights * np.nan_to_num(values)).sum(axis=0)
    return np.where(total > 0, summed / np.where(total > 0, total, 1.0), np.nan)


def ratio_of(some: Ensemble, over: Array, under: Array) -> tuple[AcrossMembers, float | None]:
    """Ratio of two means in the same patients, across members, and its Monte Carlo error.

    Parameters
    ----------
    over, under : ndarray, shape (member, patient)
        What is divided by what.

    Returns
    -------
    AcrossMembers
        Its mean is the ratio of the means over members; its interval is of members' own ratios.
    float or None
        By the delta method; None where there is no ratio.
    """
    tops, bottoms = mean_of_each(over), mean_of_each(under)
    top, bottom = AcrossMembers.of(some, tops).mean, AcrossMembers.of(some, bottoms).mean
    if top is None or bottom is None or bottom <= 0:
        return AcrossMembers(None, None, None), None
    ratio = top / bottom
    own = AcrossMembers.of(some, np.where(bottoms > 0, tops / np.where(bottoms > 0, bottoms, 1.0), np.nan))
    rest = of_each_patient(some, over) - ratio * of_each_patient(some, under)
    error = Mean.of(rest).error
    return AcrossMembers(ratio, own.low, own.high), None if error is None else error / bottom


def _in_place(rows: Array, values: Array) -> Array:
    whole = np.full(len(rows), np.nan)
    whole[rows] = values
    return whole


#: What each number of a response is, in words.
MEANINGS: Mapping[str, str] = {
    "benefit": "by how many points the same patients are better under the plan than under what it is held "
    "against: mean over patients and members, low and high the 95 % interval about parameters (members)",
    "monte_carlo_error": "standard error of that mean, were as many other patients drawn: the same patients "
    "are under every plan, so that differences between plans are surer than this",
    "between_patients": "SD and 10th and 90th percentile of patients' own benefits (means over members)",
    "improved": "share of patients who gained 30 % of their baseline or more",
    "more_improved": "that share minus the share of the same patients under what it is held against",
}
