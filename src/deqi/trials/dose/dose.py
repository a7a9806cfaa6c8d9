"""How the response depends on the dose of needling: regimens, the smallest that will do, a year of it."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, fields
from pathlib import Path

from deqi.errors import TrialError, UnknownNameError
from deqi.execution import Watch
from deqi.parameters import Ensemble, load_ensemble
from deqi.population import check_seed
from deqi.protocols import Protocol, VisitLimit, load_protocol
from deqi.trials.dose.asked import Asked
from deqi.trials.dose.curve import Curve, simulate_curve
from deqi.trials.dose.filling import POINTS, filled
from deqi.trials.dose.following import Members, asked_trial, members_of
from deqi.trials.dose.longer import EVERY, ONGOING, year_plans
from deqi.trials.dose.regimens import COSTS, Regimen, assumed, fixed_dose, grid
from deqi.trials.dose.variables import Varied, check_together, vary
from deqi.trials.dose.year import Year, simulate_year
from deqi.trials.schema import Trial

#: Patients and members unless said otherwise.
PATIENTS, MEMBERS = 64, 8
#: Week that responses are told in [wk], besides that after the last visit.
WEEK = 26.0
_LAST_WEEK = 104.0


@dataclass(frozen=True, eq=False)
class DoseResponse:
    """How the response depends on the dose; see `dose_response`."""

    protocol: Protocol
    against: Protocol
    outcome: str
    patients: int
    seed: int
    members: Members
    curve: Curve | None
    year: Year | None
    notes: tuple[str, ...]
    folder: Path


def dose_response(
    protocol: Protocol | str | Path,
    vary_these: Sequence[str] = (),
    *,
    against: Protocol | str | Path = "none",
    patients: int = PATIENTS,
    points: int = POINTS,
    week: float = WEEK,
    outcome: str = "vas_pain",
    cost: str = "visits",
    maintain_every: float = EVERY,
    ongoing: float = ONGOING,
    limit: VisitLimit | None = None,
    ensemble: Ensemble | None = None,
    members: int | None = MEMBERS,
    seed: int = 1,
    workers: int = 1,
    out: str | Path | None = None,
    resume: bool = False,
    watch: Watch | None = None,
) -> DoseResponse:
    """How the response depends on the dose of needling, in the same patients under every dose.

    Parameters
    ----------
    protocol : Protocol, str or Path
        The regimen that is changed.
    vary_these : sequence of str
        As for `deqi.trials.dose.variables.vary`: one is a curve, two a grid, more fill the space.
    against : Protocol, str or Path
        What every regimen is held against.
    patients : int
        Patients under every plan and member.
    points : int
        Regimens that fill the space of three variables or more.
    week : float
        When responses are told [wk], besides after the last visit.
    outcome : str
        Instrument.
    cost : str
        What is small: one of `COSTS`.
    maintain_every : float
        Weeks between visits that keep up the effect for a year; 0 to leave that out.
    ongoing : float
        Visits a week that go on for a year, without and with a payer's rule; 0 to leave that out.
    limit : VisitLimit, optional
        The rule; by default 12 visits in 90 days, 8 more while improving.
    ensemble, members
        What is known about the parameters, and so many members of equal weight; None for all.
    seed : int
        Seed of everything random.
    workers, resume, watch
        As for `deqi.execution.execute`. Results depend on none of them.
    out : str or Path, optional
        Folder; by default one under ``runs/``.

    Raises
    ------
    DeqiError
        If a name is unknown, a number out of range, or settings do not go together.

    Examples
    --------
    >>> import tempfile
    >>> with tempfile.TemporaryDirectory() as out:
    ...     found = dose_response(
    ...         "dose-reference",
    ...         ["sessions=1,4"],
    ...         week=8,
    ...         patients=4,
    ...         members=1,
    ...         maintain_every=0,
    ...         ongoing=0,
    ...         out=out,
    ...     )
    >>> [one.costs["visits"] for one in found.curve.regimens]
    [1.0, 4.0]
    """
    given = protocol if isinstance(protocol, Protocol) else load_protocol(protocol)
    other = against if isinstance(against, Protocol) else load_protocol(against)
    check_seed(seed)
    for plan in (given, other):
        _check_condition(plan)
    varied = tuple(vary(text) for text in vary_these)
    check_together(varied)
    if cost not in COSTS:
        raise UnknownNameError("cost", cost, COSTS, where="--cost", fix=f"one of {', '.join(COSTS)}")
    base, notes = fixed_dose(given)
    regimens = _regimens(base, varied, points, seed)
    _check_week(week, regimens)
    _check_year(maintain_every, ongoing, nothing_else=not varied)
    rule = VisitLimit() if limit is None else limit
    plans = year_plans(base, other, maintain_every, ongoing, rule) if maintain_every or ongoing else ()
    # What cannot be asked is better told before the work than after it.
    asked = asked_trial(outcome, week, (week,), patients)
    home = Path("runs") / f"dose-{Path(given.name).stem}" if out is None else Path(out)
    some = members_of(asked, load_ensemble() if ensemble is None else ensemble, members)
    how = Asked(outcome, patients, some, seed, home, workers, resume, watch)
    try:
        curve = simulate_curve(base, other, varied, regimens, week, cost, how) if regimens else None
        year = simulate_year(plans, maintain_every, ongoing, rule, how) if plans else None
    except KeyboardInterrupt as stop:
        raise KeyboardInterrupt(f"{home}: stopped; what is done is kept, --resume goes on with it") from stop
    every = curve.regimens if curve else ()
    warned = dict.fromkeys(w for plan in (base, *(one.protocol for one in every)) for w in plan.warnings)
    said = (*notes, *_about(other), *assumed(base, varied), *warned)
    return DoseResponse(given, other, outcome, patients, seed, some, curve, year, said, home)


def _regimens(base: Protocol, varied: Sequence[Varied], points: int, seed: int) -> tuple[Regimen, ...]:
    if not varied:
        return ()
    return grid(base, varied) if len(varied) <= 2 else filled(base, varied, points, seed)


def _check_condition(plan: Protocol) -> None:
    # The patients are those of a trial that says nothing else.
    known = {f.name: f.default for f in fields(Trial)}["condition"]
    if plan.condition != known:
        raise TrialError(
            f"is for {plan.condition}, and the patients have {known}",
            where=plan.name,
            fix=f"choose a protocol for {known}: see `deqi protocols`",
        )


def _check_week(week: float, regimens: Sequence[Regimen]) -> None:
    if not 1 <= week <= _LAST_WEEK or week != int(week):
        raise TrialError(f"{week:g} is no whole week", where="--week", fix=f"give 1 to {_LAST_WEEK:g}")
    longest = max(regimens, key=lambda one: one.end_week, default=None)
    if longest is not None and longest.end_week > week:
        raise TrialError(
            f"{longest.label} is over on day {longest.days[-1]:g}, and a week later is after week {week:g}",
            where="--week",
            fix=f"give --week {math.ceil(longest.end_week)} or later, or fewer sessions",
        )


def _check_year(every: float, ongoing: float, *, nothing_else: bool) -> None:
    if every and not 0.5 <= every <= 26:
        raise TrialError(f"{every:g} weeks are out of range", where="--maintain-every", fix="give 0.5 to 26")
    if ongoing and not 0.1 <= ongoing <= 7:
        raise TrialError(
            f"{ongoing:g} visits a week are out of range", where="--ongoing", fix="give 0.1 to 7"
        )
    if nothing_else and not every and not ongoing:
        raise TrialError("there is nothing to simulate", where="--vary", fix="write --vary sessions=4..16")


def _about(against: Protocol) -> tuple[str, ...]:
    found = []
    if not against.sessions:
        found.append(
            f"{against.name} has no visits, so that a benefit holds what the ritual of each visit does "
            "besides what needles do"
        )
    if against.rules:
        found.append(f"{against.name}, which regimens are held against, keeps its rules")
    return tuple(found)
