"""What a trial found: arms, contrasts, responders, flow, and the published figures beside.

Patients whose course could not be computed are counted under failures and in
nothing else: they are a defect of the computation, not of the trial.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field, fields
from functools import cached_property, partial
from typing import TYPE_CHECKING, Any, TypeAlias

import numpy as np

from deqi.trials.analyses.dispatch import analyses_of
from deqi.trials.analysis import Comparison, arms_of, compare
from deqi.trials.estimates import INTERVALS, Share, ShareDifference, Values
from deqi.trials.responders import responders
from deqi.trials.schema import Trial, column

if TYPE_CHECKING:
    import pandas as pd

    from deqi.evidence import Published

Array: TypeAlias = np.ndarray[Any, Any]
ByWeek: TypeAlias = dict[str, dict[str, Any]]

#: Columns that count people refused at screening, by reason after these words.
REFUSED = "refused: "


@dataclass(frozen=True)
class Summary:
    """The result of a trial as plain data; weeks are texts such as ``"6"``.

    Attributes
    ----------
    trial, title : str
        Name of the trial, in commands and in words.
    seed : int or None
        What everything random was drawn with.
    patients : int
        Randomised.
    arms : dict
        By name: ``n`` (randomised), ``outcomes``, ``change`` and ``responders`` (by endpoint or rule, then
        week), ``pain_spread`` (SDs of the kinds of spread, by week), missed sessions a patient, shares with
        extra sessions, co-treated, left and unblinded.
    contrasts, responder_contrasts : list of dict
        Differences between arms, the second subtracted from the first, with the published one or None.
    published, published_change, published_responders : dict
        By arm, endpoint or rule, and week: the published figure, the model's, and the model's minus it.
    flow : dict
        People looked at, refused by reason, randomised; by arm and visit, measured and lost.
    failures : dict
        Patients whose course could not be computed, by what happened.
    intervals : dict
        What each interval is, in words.
    further : callable
        Gives `analyses`; they take longer than all the rest, and wait until someone looks.
    """

    trial: str
    title: str
    seed: int | None
    patients: int
    arms: dict[str, Any]
    contrasts: list[dict[str, Any]]
    responder_contrasts: list[dict[str, Any]]
    published: dict[str, Any]
    published_change: dict[str, Any]
    published_responders: dict[str, Any]
    flow: dict[str, Any]
    failures: dict[str, int]
    intervals: dict[str, str]
    further: Callable[[], list[dict[str, Any]]] = field(default=list, repr=False, compare=False)

    @cached_property
    def analyses(self) -> list[dict[str, Any]]:
        """Analyses that the trial asks for beside that of covariance; see `deqi.trials.analyses.told`."""
        return self.further()

    def as_json(self) -> dict[str, Any]:
        """The summary as plain data; its schema is ``docs/schemas/trial.schema.json``."""
        told = {f.name: getattr(self, f.name) for f in fields(self) if f.name != "further"}
        return {**told, "analyses": self.analyses}


def summarise(
    trial: Trial,
    table: pd.DataFrame,
    published: Published | None = None,
    *,
    seed: int | None = None,
    refused: Mapping[str, int] | None = None,
) -> Summary:
    """Summarise the cohort of a trial.

    Parameters
    ----------
    trial : Trial
        The trial.
    table : pandas.DataFrame
        Its cohort, one row a patient.
    published : Published, optional
        What stands beside it.
    seed : int, optional
        To be told in the summary.
    refused : mapping, optional
        People refused at screening, by reason; by default from the columns ``refused: REASON``.
    """
    done = table[_done(table)]
    met = responders(trial, done)
    of, randomised = arms_of(trial, done), arms_of(trial, table)
    told = {name: _arm(trial, done, met, randomised[name], who) for name, who in of.items()}
    compared = [
        found
        for endpoint in trial.endpoints
        for week in trial.visits
        for found in compare(trial, done, endpoint, week)
    ]
    return Summary(
        trial=trial.name,
        title=trial.title,
        seed=seed,
        patients=len(table),
        arms=told,
        contrasts=[_beside(found, published) for found in compared],
        responder_contrasts=list(_responder_contrasts(trial, met, of, published)),
        published=_published(told, published, "mean"),
        published_change=_published(told, published, "change"),
        published_responders=_published(told, published, "share"),
        flow=_flow(trial, table, refused),
        failures=_failures(table),
        intervals=dict(INTERVALS),
        further=partial(analyses_of, trial, table, 1 if seed is None else seed),
    )


def _done(table: pd.DataFrame) -> Array:
    from deqi.engine import Status

    return np.asarray(table["status"].to_numpy(int) == int(Status.DONE))


def _arm(
    trial: Trial,
    done: pd.DataFrame,
    met: Mapping[str, Mapping[float, Array]],
    randomised: Array,
    who: Array,
) -> dict[str, Any]:
    rows = done[who]
    outcomes: dict[str, ByWeek] = {}
    change: dict[str, ByWeek] = {}
    for endpoint in trial.endpoints:
        seen = {week: rows[column(endpoint.name, week)].to_numpy(float) for week in trial.weeks_seen}
        start = seen[0.0] if endpoint.has_baseline else None
        outcomes[endpoint.name] = {
            f"{week:g}": Values.of(values).as_dict()
            for week, values in seen.items()
            if week or start is not None
        }
        if start is not None:
            change[endpoint.name] = {
                f"{week:g}": Values.of(seen[week] - start).as_dict() for week in trial.visits
            }
    return {
        "n": int(randomised.sum()),
        "outcomes": outcomes,
        "change": change,
        "responders": {
            rule: {f"{week:g}": Share.of(yes[who]).as_dict() for week, yes in by_week.items()}
            for rule, by_week in met.items()
        },
        "pain_spread": _pain_spread(trial, rows),
        "missed_sessions": _mean(rows["missed_sessions"]),
        "extra_sessions_share": _mean(rows["extra_sessions"] > 0),
        "co_treated_share": _mean(rows["co_treatment_week"].notna()),
        "dropped_out_share": _mean(rows["dropout_week"].notna()),
        "unblinded_share": _mean(rows["unblinded_week"].notna()),
    }


def _pain_spread(trial: Trial, rows: pd.DataFrame) -> dict[str, dict[str, float | None]]:
    """SDs of the kinds of spread in the pain endpoint, each alone, in points of 0 to 100, by week."""
    endpoint = trial.pain_endpoint
    scale = endpoint.load()
    found = {}
    for week in trial.weeks_seen:
        state, recalled = (
            rows[column(name, week)].to_numpy(float) for name in ("pain_state", "pain_recalled")
        )
        score = rows[column(endpoint.name, week)].to_numpy(float)
        points = 100 * (score - scale.low) / (scale.high - scale.low)
        found[f"{week:g}"] = {
            "between_patients": Values.of(state).sd,
            "within_patient": Values.of(recalled - state).sd,
            "measurement": Values.of(points - recalled).sd,
        }
    return found


def _mean(values: pd.Series[Any]) -> float | None:
    return float(values.mean()) if len(values) else None


def _beside(found: Comparison, published: Published | None) -> dict[str, Any]:
    """A contrast, and the published one of a mean or a change."""
    said = published.difference(found.arms, found.endpoint, found.week) if published else None
    beside = said and {
        "difference": said.value,
        "interval": said.interval and list(said.interval),
        "printed": said.printed,
    }
    return {**found.as_dict(), "published": beside}


def _printed(said: Any) -> dict[str, Any] | None:
    return None if said is None else {"difference": said.difference, "interval": [said.low, said.high]}


def _responder_contrasts(
    trial: Trial,
    met: Mapping[str, Mapping[float, Array]],
    of: Mapping[str, Array],
    published: Published | None,
) -> Iterator[dict[str, Any]]:
    for rule, by_week in met.items():
        for week, yes in by_week.items():
            for first, second in trial.contrasts:
                said = published.contrast((first, second), rule, week, share=True) if published else None
                yield {
                    "rule": rule,
                    "week": week,
                    "arms": [first, second],
                    **ShareDifference.of(yes[of[first]], yes[of[second]]).as_dict(),
                    "published": _printed(said),
                }


#: Where an arm tells what a kind of published figure is compared with, and what it is called there.
_TOLD = {"mean": ("outcomes", "mean"), "change": ("change", "mean"), "share": ("responders", "share")}


def _published(arms: Mapping[str, Any], published: Published | None, kind: str) -> dict[str, Any]:
    """Published figures of one kind that the trial has a figure for."""
    found: dict[str, Any] = {}
    part, figure = _TOLD[kind]
    for row in published.rows if published else ():
        week = f"{row.week:g}"
        ours = arms.get(row.arm, {}).get(part, {}).get(row.endpoint, {}).get(week)
        if row.kind != kind or ours is None:
            continue
        model = ours[figure]
        found.setdefault(row.arm, {}).setdefault(row.endpoint, {})[week] = {
            figure: row.value,
            "sd": row.sd,
            "n": row.n,
            "interval": row.interval and list(row.interval),
            "interval_kind": row.interval_kind,
            "role": row.role,
            "model": model,
            "difference": None if model is None else model - row.value,
        }
    return found


def _flow(trial: Trial, table: pd.DataFrame, refused: Mapping[str, int] | None) -> dict[str, Any]:
    done = _done(table)
    left = table["dropout_week"].to_numpy(float)
    if refused is None:
        named = [name for name in table.columns if name.startswith(REFUSED)]
        refused = {name.removeprefix(REFUSED): int(table[name].sum()) for name in named}
    arms = {}
    for name, who in arms_of(trial, table).items():
        here = who & done
        arms[name] = {
            "randomised": int(who.sum()),
            "failed": int(np.sum(who & ~done)),
            "measured": {f"{week:g}": _measured(trial, table, here, week) for week in trial.weeks_seen},
            "lost": {f"{week:g}": int(np.sum(here & (left < week))) for week in trial.visits},
        }
    return {
        "looked_at": int(table["candidates"].sum()),
        "refused": {reason: int(count) for reason, count in refused.items()},
        "randomised": len(table),
        "arms": arms,
    }


def _measured(trial: Trial, table: pd.DataFrame, here: Array, week: float) -> int:
    """Patients with a primary score at a visit."""
    return int(np.isfinite(table[column(trial.primary.name, week)].to_numpy(float)[here]).sum())


def _failures(table: pd.DataFrame) -> dict[str, int]:
    from deqi.engine import Status

    status = table["status"].to_numpy(int)
    counts = {
        s.name.lower().replace("_", " "): int(np.sum(status == s)) for s in Status if s is not Status.DONE
    }
    return {name: count for name, count in counts.items() if count}
