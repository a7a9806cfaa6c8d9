"""Over a year: what visits after the course add, and what a payer's rule costs and keeps."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np

from deqi.errors import TrialError
from deqi.population import Array
from deqi.protocols import Protocol, VisitLimit
from deqi.protocols.decision import PAIN
from deqi.simulation import AcrossMembers
from deqi.trials.dose.following import KEPT, Followed, Plan
from deqi.trials.dose.response import Response, error_of, mean_of_each, ratio_of, response, sign_of
from deqi.trials.paired import Mean

#: How the rule goes by what patients say, and what follows.
SAYS = (
    "The rule goes by one answer of pain at a visit, error and ups and downs included, and asks at each "
    "visit beyond its limit: whoever once falls short has no more visits"
)
#: How long patients are followed [wk].
YEAR = 52
#: Weeks that are told.
TOLD = (26.0, 52.0)
#: Weeks that are drawn.
SEEN = tuple(float(week) for week in sorted({*range(4, YEAR + 1, 4), *map(int, TOLD)}))
#: Weeks between visits that keep up the effect, unless said otherwise.
EVERY = 4.0
#: Visits a week that go on after the course where a payer's rule is looked at, unless said otherwise.
ONGOING = 1.0

AGAINST, ALONE, MAINTAINED = "against", "alone", "with maintenance"
WITHOUT, WITH = "without the rule", "with the rule"


def carried_on(protocol: Protocol, gap_days: float, until_week: float = YEAR) -> Protocol:
    """A protocol with visits that go on after its course, like its first kind of session.

    Parameters
    ----------
    protocol : Protocol
        Of `deqi.trials.dose.regimens.fixed_dose`.
    gap_days : float
        Days between its last visit and the next, and so on [d].
    until_week : float
        Before which they end [wk].

    Raises
    ------
    TrialError
        If there is no room for another visit.

    Examples
    --------
    >>> from deqi.protocols import load_protocol
    >>> made = carried_on(load_protocol("dose-few-sessions"), 28, 26)
    >>> made.sessions[0].days
    (0.0, 7.0, 14.0, 21.0, 28.0, 56.0, 84.0, 112.0, 140.0, 168.0)
    """
    last = max(d for s in protocol.sessions for d in s.days)
    many = int(np.ceil((7 * until_week - last) / gap_days - 1e-9)) - 1
    if many < 1:
        raise TrialError(
            f"{protocol.name} ends on day {last:g}: another visit {gap_days:g} days later is not within "
            f"{until_week:g} weeks",
            where="visits that go on",
            fix="choose a shorter protocol or a shorter gap",
        )
    more = tuple(last + (k + 1) * gap_days for k in range(many))
    first, *rest = protocol.sessions
    return replace(protocol, sessions=(replace(first, days=(*first.days, *more)), *rest))


def year_plans(
    protocol: Protocol, against: Protocol, every_weeks: float, ongoing: float, limit: VisitLimit
) -> tuple[Plan, ...]:
    """The plans that are followed for a year.

    Parameters
    ----------
    protocol : Protocol
        The regimen.
    against : Protocol
        What it is held against.
    every_weeks : float
        Between visits that keep up the effect [wk]; 0 for no such plan.
    ongoing : float
        Visits a week that go on where the rule is looked at; 0 for no such plan.
    limit : VisitLimit
        The payer's rule.
    """
    plans = [Plan(AGAINST, against)]
    if every_weeks:
        plans += [Plan(ALONE, protocol), Plan(MAINTAINED, carried_on(protocol, 7 * every_weeks))]
    if ongoing:
        on = carried_on(protocol, 7 / ongoing)
        plans += [Plan(WITHOUT, on), Plan(WITH, replace(on, rules=(limit,)))]
    return tuple(plans)


@dataclass(frozen=True, eq=False)
class Added:
    """What maintenance adds by some week.

    Attributes
    ----------
    week : float
        The week.
    alone, maintained : Response
        The regimen without and with it, against the other plan.
    added : Response
        With against without, in the same patients.
    visits : float
        Visits added until then.
    """

    week: float
    alone: Response
    maintained: Response
    added: Response
    visits: float


def maintenance(followed: Followed, plans: Sequence[Plan], outcome: str) -> tuple[Added, ...]:
    """What visits after the course add, by the weeks that are told."""
    days = {plan.name: [d for s in plan.protocol.sessions for d in s.days] for plan in plans}
    return tuple(
        Added(
            week,
            response(followed, ALONE, AGAINST, week, outcome),
            response(followed, MAINTAINED, AGAINST, week, outcome),
            response(followed, MAINTAINED, ALONE, week, outcome),
            float(sum(d < 7 * week for d in days[MAINTAINED]) - sum(d < 7 * week for d in days[ALONE])),
        )
        for week in TOLD
    )


@dataclass(frozen=True, eq=False)
class Visits:
    """Visits given in a year.

    Attributes
    ----------
    mean : AcrossMembers
        Mean over patients.
    error : float or None
        Its Monte Carlo error.
    shares : tuple of (int, float)
        Numbers of visits, and the share of patients (mean over members) who had them.
    """

    mean: AcrossMembers
    error: float | None
    shares: tuple[tuple[int, float], ...]

    @classmethod
    def of(cls, followed: Followed, plan: str) -> Visits:
        """Under a plan."""
        some = followed.members.some
        given = np.where(np.isfinite(followed.at(plan, 0.0)), followed.visits[plan], np.nan)
        counted: Counter[int] = Counter()
        for row, weight in zip(given, some.weights, strict=True):
            known = row[np.isfinite(row)].astype(int).tolist()
            for number, count in Counter(known).items():
                counted[number] += weight * count / len(known)
        whole = sum(counted.values())
        return cls(
            AcrossMembers.of(some, mean_of_each(given)),
            error_of(some, given),
            tuple((number, counted[number] / whole) for number in sorted(counted)),
        )


@dataclass(frozen=True, eq=False)
class Paid:
    """What a payer's rule costs and keeps.

    Attributes
    ----------
    limit : VisitLimit
        The rule.
    without, ruled : Visits
        Visits given without and with it.
    most : int
        Visits of a patient who always improves under the rule.
    told : tuple of (Response, Response, AcrossMembers, float or None)
        By week: without, with, share of the benefit kept, its Monte Carlo error.
    stopped : AcrossMembers
        Share of patients whose treatment was ended as they did not improve.
    who : mapping of str to tuple of (Mean, Mean)
        Means of those stopped, and of the others.
    lost : Mean
        By how much those stopped would be better without the rule at the end [points].
    would_improve : float or None
        Share of those stopped who would be as much better as the rule asks at the end, without it.
    """

    limit: VisitLimit
    without: Visits
    ruled: Visits
    most: int
    told: tuple[tuple[Response, Response, AcrossMembers, float | None], ...]
    stopped: AcrossMembers
    who: dict[str, tuple[Mean, Mean]]
    lost: Mean
    would_improve: float | None


def payer(followed: Followed, plans: Sequence[Plan], limit: VisitLimit, outcome: str) -> Paid:
    """The plan that goes on, without and with a payer's rule."""
    some = followed.members.some
    told = []
    for week in TOLD:
        without, ruled = (response(followed, name, AGAINST, week, outcome) for name in (WITHOUT, WITH))
        told.append((without, ruled, *ratio_of(some, ruled.benefits, without.benefits)))
    on = next(plan.protocol for plan in plans if plan.name == WITHOUT)
    most = visits_of_one_who_improves(on, limit)
    known = np.isfinite(followed.at(WITH, 0.0))
    given = np.where(known, followed.visits[WITH], np.nan)
    stopped = known & (given < most)
    lost = response(followed, WITHOUT, WITH, TOLD[-1], outcome).benefits
    before, after = followed.at(WITHOUT, 0.0), followed.at(WITHOUT, TOLD[-1])
    better = sign_of(outcome) * (after - before) >= limit.improvement * before - 1e-9
    about = {"baseline": followed.at(WITH, 0.0), **{name: followed.covariates[name] for name in KEPT}}
    return Paid(
        limit,
        Visits.of(followed, WITHOUT),
        Visits.of(followed, WITH),
        most,
        tuple(told),
        AcrossMembers.of(some, mean_of_each(np.where(known, stopped, np.nan))),
        {name: (_among(values, stopped), _among(values, known & ~stopped)) for name, values in about.items()},
        _among(lost, stopped),
        _among(better.astype(float), stopped).mean,
    )


def visits_of_one_who_improves(protocol: Protocol, limit: VisitLimit) -> int:
    """Visits within the year of a patient who improves at every look.

    Examples
    --------
    >>> from deqi.protocols import load_protocol
    >>> on = carried_on(load_protocol("dose-few-sessions"), 7)
    >>> visits_of_one_who_improves(on, VisitLimit())
    20
    """
    plan = protocol
    for day in limit.decision_days(protocol):
        decision = limit.decide(day, {PAIN: 50.0}, {PAIN: 0.0}, plan)
        plan = decision.apply(plan)
    return sum(d < 7 * YEAR for s in plan.sessions for d in s.days)


def _among(values: Array, so: Array) -> Mean:
    """Mean over patients of whom something is so under some member; each patient's own mean counts once."""
    chosen = np.where(so, values, np.nan)
    counts = np.isfinite(chosen).sum(axis=0)
    some = counts > 0
    own = np.nansum(chosen[:, some], axis=0) / counts[some]
    return Mean.of(own)
