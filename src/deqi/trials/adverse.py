"""Adverse events of needling, drawn session by session at published rates.

In each session that a patient of a needle arm attended one minor event may
happen; some patients are more prone to them than others (beta-binomial), so that
few have many. Significant and serious events are drawn by themselves. Rates and
their sources stand in ``adverse.toml``; they come from prospective surveys that
are not among the findings held back for validation.

Assumes: the same rates for every needle that pierces the skin, however deep and
wherever it stands, and none for a touch; that nobody leaves because of an event.
Leaves out: how long an event lasts, and what a patient's age or medicines do to it.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from deqi.errors import TrialError
from deqi.parameters import read_toml
from deqi.population import Array, uniforms
from deqi.protocols import ContinueIf, Protocol, Rescue, Titration
from deqi.trials.conduct import MISSED
from deqi.trials.estimates import Share
from deqi.trials.schema import Arm, Trial
from deqi.trials.staff import every_visit_day

if TYPE_CHECKING:
    import pandas as pd

MINOR, SIGNIFICANT, SERIOUS = "minor", "significant", "serious"
#: What the uniform draws of a slot are for: streams that nothing else takes from.
PRONE, HAPPENING, WHICH = "adverse events: prone", "adverse events: session", "adverse events: which"
_DATA = Path(__file__).parent / "adverse.toml"


@dataclass(frozen=True)
class Event:
    """A kind of adverse event, how many sessions have one, and where that is from."""

    name: str
    severity: str
    per_session: float
    source: str
    seen: str
    note: str


@dataclass(frozen=True)
class Rates:
    """Every kind, and how unequal patients are.

    Attributes
    ----------
    events : tuple of Event
        Kinds.
    clustering : float
        Intraclass correlation of a minor event in a session, 0 to 1.
    """

    events: tuple[Event, ...]
    clustering: float

    def of(self, severity: str) -> tuple[Event, ...]:
        """Kinds of a severity."""
        return tuple(event for event in self.events if event.severity == severity)


@lru_cache(maxsize=1)
def rates() -> Rates:
    """The rates by which events are drawn.

    Examples
    --------
    >>> [event.name for event in rates().of("minor")][:2]
    ['bleeding or bruising', 'needling pain']
    """
    data = read_toml(_DATA)
    events = tuple(Event(severity=e.pop("class"), **e) for e in map(dict, data["events"]))
    return Rates(events, float(data["clustering"]["value"]))


def attended(trial: Trial, arm: Arm, table: pd.DataFrame, seed: int) -> Array:
    """Which sessions patients of an arm attended.

    Parameters
    ----------
    trial : Trial
        The trial.
    arm : Arm
        The arm.
    table : pandas.DataFrame
        The whole cohort.
    seed : int
        The trial's.

    Returns
    -------
    ndarray of bool, shape (patient, session)
        Rows are the arm's, in order; columns are `session_days`.

    Raises
    ------
    TrialError
        If a rule takes visits away, which the cohort's table does not tell.
    """
    protocol = arm.plan()
    days = np.array(session_days(protocol))
    rows = (table["arm"] == arm.name).to_numpy()
    first = int(table["patient"].iloc[0])
    every = every_visit_day(protocol)
    columns = np.searchsorted(every, days)
    drawn = uniforms(seed, MISSED, first, first + len(table), len(every))[rows][:, columns]
    chance = trial.adherence.missed if trial.adherence else 0.0
    kept = (drawn >= chance) | (days == min(every, default=0.0))
    planned = np.isin(days, [d for s in protocol.sessions for d in s.days])
    more = table["extra_sessions"].to_numpy(int)[rows] > 0
    gone = 7 * np.nan_to_num(table["dropout_week"].to_numpy(float)[rows], nan=np.inf)
    until = np.minimum(gone, 7 * trial.weeks)
    return np.asarray((planned | more[:, None]) & kept & (days < until[:, None]))


def session_days(protocol: Protocol) -> tuple[float, ...]:
    """Days of all sessions with needles, those that a rule may add included.

    Raises
    ------
    TrialError
        If a rule takes visits away, or several add some.
    """
    # Medicine leaves visits as they are.
    moving = [rule for rule in protocol.rules if not isinstance(rule, Rescue | Titration)]
    adding = [rule for rule in moving if isinstance(rule, ContinueIf)]
    if len(adding) < len(moving) or len(adding) > 1:
        raise TrialError(
            "which sessions were attended is not told by the cohort",
            where=f"protocol {protocol.name}: rules",
            fix="keep one continue-if rule at most, and no visit-limit",
        )
    planned = {d for s in protocol.sessions for d in s.days}
    return tuple(sorted(planned | {d for rule in adding for d in rule.possible_days()}))


def adverse_events(trial: Trial, table: pd.DataFrame, seed: int) -> pd.DataFrame:
    """How many sessions of each patient had an adverse event.

    Parameters
    ----------
    trial : Trial
        The trial.
    table : pandas.DataFrame
        Its cohort, all of it.
    seed : int
        The trial's.

    Returns
    -------
    pandas.DataFrame
        A row a patient, as in `table`: ``patient``, ``arm``, ``sessions`` (attended, with needles that
        pierce the skin; 0 for others) and a column each kind.

    Raises
    ------
    TrialError
        If the sessions that were attended cannot be told.
    """
    import pandas as pd

    kinds = rates().events
    counts = {name: np.zeros(len(table), int) for name in ("sessions", *(event.name for event in kinds))}
    first = int(table["patient"].iloc[0])
    for arm in trial.arms:
        protocol = arm.plan()
        rows = np.flatnonzero(table["arm"] == arm.name)
        if not len(rows) or not pierces(protocol):
            continue
        went = attended(trial, arm, table, seed)
        draws = {
            purpose: uniforms(seed, purpose, first, first + len(table), size)[rows]
            for purpose, size in (
                (PRONE, 1),
                (WHICH, went.shape[1]),
                *((f"{HAPPENING} {s}", went.shape[1]) for s in (MINOR, SIGNIFICANT, SERIOUS)),
            )
        }
        counts["sessions"][rows] = went.sum(axis=1)
        for name, happened in _happened(draws).items():
            counts[name][rows] = (happened & went).sum(axis=1)
    return pd.DataFrame({"patient": table["patient"].to_numpy(), "arm": table["arm"].to_numpy(), **counts})


def pierces(protocol: Protocol) -> bool:
    """Whether any of a protocol's needles goes through the skin."""
    return any(n.technique != "touch" for s in protocol.sessions for n in s.needlings)


def _happened(draws: Mapping[str, Array]) -> dict[str, Array]:
    """By kind, whether it would happen in each session, shape (patient, session)."""
    from scipy import stats

    found: dict[str, Array] = {}
    minor = rates().of(MINOR)
    shares = np.array([event.per_session for event in minor])
    mean, left = float(shares.sum()), (1 - rates().clustering) / rates().clustering
    prone = stats.beta.ppf(draws[PRONE], mean * left, (1 - mean) * left)
    some = draws[f"{HAPPENING} {MINOR}"] < prone
    which = np.searchsorted(np.cumsum(shares / mean)[:-1], draws[WHICH], side="right")
    for number, event in enumerate(minor):
        found[event.name] = some & (which == number)
    for severity in (SIGNIFICANT, SERIOUS):
        # One kind each, so that a session has one of them at most.
        for event in rates().of(severity):
            found[event.name] = draws[f"{HAPPENING} {severity}"] < event.per_session
    return found


def adverse_summary(trial: Trial, events: pd.DataFrame) -> dict[str, Any]:
    """By arm: sessions, and the share of patients with at least one event, by kind and of any kind.

    Parameters
    ----------
    trial : Trial
        The trial.
    events : pandas.DataFrame
        From `adverse_events`.
    """
    names = [event.name for event in rates().events]
    told = {}
    for arm in trial.arms:
        mine = events[events["arm"] == arm.name]
        treated = mine[mine["sessions"] > 0]
        told[arm.name] = {
            "sessions": int(mine["sessions"].sum()),
            "events": {name: int(mine[name].sum()) for name in names},
            "patients": {name: Share.of(treated[name].to_numpy() > 0).as_dict() for name in names}
            | {"any": Share.of(treated[names].to_numpy().sum(axis=1) > 0).as_dict()},
        }
    return told
