"""Regimens simulated: what each does, the best, and the smallest near it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from deqi.parameters import Ensemble
from deqi.protocols import Protocol
from deqi.trials.dose.asked import Asked
from deqi.trials.dose.following import Plan
from deqi.trials.dose.regimens import Regimen
from deqi.trials.dose.response import Response, response
from deqi.trials.dose.smallest import Smallest, smallest_near_best
from deqi.trials.dose.surface import Surface
from deqi.trials.dose.variables import Varied

_AGAINST = "against"


@dataclass(frozen=True, eq=False)
class Curve:
    """The regimens and what they do.

    Attributes
    ----------
    varied : tuple of Varied
        The variables.
    regimens : tuple of Regimen
        Simulated, in order; with three variables or more, those that the surface pointed to last.
    week : float
        The week that was asked for.
    late, early : tuple of Response
        In that week, and a week after each regimen's last visit.
    smallest : tuple of Smallest
        In the week that was asked for, and a week after the last visit.
    cost : str
        What is small.
    surface : Surface, optional
        With three variables or more.
    digests : tuple of str
        Of the folders.
    not_followed : int
        Courses that could not be computed.
    some : Ensemble
        The members.
    """

    varied: tuple[Varied, ...]
    regimens: tuple[Regimen, ...]
    week: float
    late: tuple[Response, ...]
    early: tuple[Response, ...]
    smallest: tuple[Smallest, ...]
    cost: str
    surface: Surface | None
    digests: tuple[str, ...]
    not_followed: int
    some: Ensemble


def simulate_curve(
    base: Protocol,
    against: Protocol,
    varied: tuple[Varied, ...],
    regimens: Sequence[Regimen],
    week: float,
    cost: str,
    asked: Asked,
) -> Curve:
    """Follow everybody under every regimen, and find the best and the smallest near it.

    Parameters
    ----------
    base, against : Protocol
        What is changed, and what regimens are held against.
    varied : tuple of Varied
        The variables.
    regimens : sequence of Regimen
        Of the curve, the grid or the points.
    week : float
        When responses are told, besides after the last visit [wk].
    cost : str
        What is small.
    asked : Asked
        Who is asked, and how the work is done.
    """
    late, early, digests, missing = _responses("regimens", against, regimens, week, asked)
    every, surface = tuple(regimens), None
    if len(varied) > 2:
        some = asked.members.some
        by_member = np.array([r.by_member for r in late])
        mean = np.array([0.0 if r.benefit.mean is None else r.benefit.mean for r in late])
        surface = Surface.fit(varied, regimens, by_member, mean)
        more = surface.worth_simulating(base, some, cost, asked.seed + 1)
        # A regimen that was pointed to may be longer than the others, but not than what is looked at.
        more = tuple(one for one in more if one.end_week <= week)
        if more:
            found = _responses("pointed-to", against, more, week, asked)
            every, late, early = (*every, *more), (*late, *found[0]), (*early, *found[1])
            digests, missing = (*digests, *found[2]), missing + found[3]
    return Curve(
        varied,
        every,
        week,
        late,
        early,
        tuple(smallest_near_best(every, told, asked.members.some, cost) for told in (late, early)),
        cost,
        surface,
        digests,
        missing,
        asked.members.some,
    )


def _responses(
    part: str, against: Protocol, regimens: Sequence[Regimen], week: float, asked: Asked
) -> tuple[tuple[Response, ...], tuple[Response, ...], tuple[str, ...], int]:
    plans = [Plan(f"regimen {k}", one.protocol) for k, one in enumerate(regimens)]
    visits = {float(week), *(one.end_week for one in regimens)}
    followed = asked.follow(part, [Plan(_AGAINST, against), *plans], week, sorted(visits))
    late, early = (
        tuple(
            response(followed, plan.name, _AGAINST, at, asked.outcome)
            for plan, at in zip(plans, weeks, strict=True)
        )
        for weeks in ([float(week)] * len(plans), [one.end_week for one in regimens])
    )
    return late, early, (followed.folder.digest(),), followed.not_followed
