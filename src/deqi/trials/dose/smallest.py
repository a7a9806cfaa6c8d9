"""The best regimen of those simulated, and the smallest that comes near it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from deqi.parameters import Ensemble
from deqi.population import Array
from deqi.simulation import AcrossMembers
from deqi.trials.dose.regimens import COSTS, Regimen
from deqi.trials.dose.response import Response, ratio_of

#: Share of the best that is near enough.
NEAR = 0.8


@dataclass(frozen=True)
class Smallest:
    """The best regimen and the smallest near it, in one week.

    Attributes
    ----------
    week : float
        The week.
    best, smallest : int or None
        Their places among the regimens; None where nothing does any good.
    share : AcrossMembers
        Benefit of the smallest by that of the best; interval about parameters, of members' own ratios.
    error : float or None
        Monte Carlo error of the share.
    sure : float or None
        Share of members in which the smallest is within `NEAR` of that member's own best regimen.
    best_sure : float or None
        Share of members whose own best regimen is the best.
    """

    week: float
    best: int | None
    smallest: int | None
    share: AcrossMembers
    error: float | None
    sure: float | None
    best_sure: float | None


def smallest_near_best(
    regimens: Sequence[Regimen], responses: Sequence[Response], some: Ensemble, cost: str
) -> Smallest:
    """The cheapest regimen whose mean benefit is within `NEAR` of the largest.

    Parameters
    ----------
    regimens : sequence of Regimen
        The regimens.
    responses : sequence of Response
        One each, in one week.
    some : Ensemble
        The members.
    cost : str
        What is small: one of `COSTS`.
    """
    week = responses[0].week
    means = np.array([np.nan if r.benefit.mean is None else r.benefit.mean for r in responses])
    if not (means > 0).any():
        return Smallest(week, None, None, AcrossMembers(None, None, None), None, None, None)
    best = int(np.nanargmax(means))
    near = np.flatnonzero(means >= NEAR * means[best] - 1e-12).tolist()
    # Of regimens that cost the same the better one is taken.
    small = min(near, key=lambda k: (*regimens[k].cost(cost), -means[k], k))
    by_member = np.array([r.by_member for r in responses])
    share, error = ratio_of(some, responses[small].benefits, responses[best].benefits)
    with_numbers = np.isfinite(by_member).all(axis=0)
    own = np.where(with_numbers, by_member, -np.inf).max(axis=0)
    return Smallest(
        week,
        best,
        small,
        share,
        error,
        _share(some, with_numbers, (own > 0) & (by_member[small] >= NEAR * own - 1e-12)),
        _share(some, with_numbers, by_member[best] >= own - 1e-12),
    )


def _share(some: Ensemble, known: Array, so: Array) -> float | None:
    """Weight of the members of which something is so, of those that have numbers."""
    weight = float(some.weights[known].sum())
    return float(some.weights[known & so].sum()) / weight if weight > 0 else None


def cost_in_words(cost: str) -> str:
    """What regimens are ordered by, in words.

    Examples
    --------
    >>> cost_in_words("visits")
    'visits, then minutes, then needles of the whole course'
    """
    return f"{', then '.join(name.replace('_', '-') for name in COSTS[cost])} of the whole course"
