"""A year of a regimen: alone, kept up, going on, and going on under a payer's rule."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from deqi.protocols import VisitLimit
from deqi.trials.dose.asked import Asked
from deqi.trials.dose.following import Plan
from deqi.trials.dose.longer import AGAINST, SEEN, YEAR, Added, Paid, maintenance, payer
from deqi.trials.dose.response import Response, response


@dataclass(frozen=True, eq=False)
class Year:
    """A year of a regimen.

    Attributes
    ----------
    every_weeks : float
        Weeks between visits that keep up the effect; 0 for no such plan.
    ongoing : float
        Visits a week that go on where the rule is looked at; 0 for no such plan.
    added : tuple of Added
        What maintenance adds, by week.
    paid : Paid, optional
        What the rule costs and keeps.
    course : mapping of str to tuple of Response
        By plan, over the weeks.
    digest : str
        Of the folder.
    not_followed : int
        Courses that could not be computed.
    """

    every_weeks: float
    ongoing: float
    added: tuple[Added, ...]
    paid: Paid | None
    course: Mapping[str, tuple[Response, ...]]
    digest: str
    not_followed: int


def simulate_year(
    plans: Sequence[Plan], every_weeks: float, ongoing: float, limit: VisitLimit, asked: Asked
) -> Year:
    """Follow everybody for a year.

    Parameters
    ----------
    plans : sequence of Plan
        Of `deqi.trials.dose.longer.year_plans`.
    every_weeks, ongoing, limit
        What they were made with.
    asked : Asked
        Who is asked, and how the work is done.
    """
    followed = asked.follow("year", plans, float(YEAR), SEEN)
    course = {
        plan.name: tuple(response(followed, plan.name, AGAINST, week, asked.outcome) for week in SEEN)
        for plan in plans
        if plan.name != AGAINST
    }
    return Year(
        every_weeks,
        ongoing,
        maintenance(followed, plans, asked.outcome) if every_weeks else (),
        payer(followed, plans, limit, asked.outcome) if ongoing else None,
        course,
        followed.folder.digest(),
        followed.not_followed,
    )
