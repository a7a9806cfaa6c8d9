"""The change of the hundred taken apart: what needles do, what context does, what would have come anyway."""

from __future__ import annotations

from collections.abc import Mapping
from itertools import combinations
from typing import Any

import numpy as np

from deqi.population import Array
from deqi.protocols import Protocol, load_protocol
from deqi.trials.shares import given, shapley, with_only
from deqi.trials.shares_told import NATURAL, TOTAL, Shares
from deqi.web.course.courses import Course
from deqi.web.course.crowd import PATIENTS, SEED, follow, follow_some, trial
from deqi.web.session.keeping import Kept

#: Plans of their own that rules may have given patients, for shares to be told at once.
_MOST_PLANS = 8
_KEPT = Kept[dict[str, Array]](most=64)


def shares_of(courses: list[Course], patient: str, weeks: float) -> dict[str, Any]:
    """Shares of the change as `deqi trial --shares` tells them, of all hundred.

    Parameters
    ----------
    courses : list of Course
        Those with needles are taken apart, if no challenge goes with their sessions.
    patient : str
        A preset that is in pain.
    weeks : float
        How long [week].

    Returns
    -------
    dict
        ``reason`` (why there are none; empty if there are) and ``told``: `Shares.as_json`, or None.
    """
    needled = [course for course in courses if course.protocol.sessions]
    if not needled:
        return {"reason": "Nothing here has needles that could be taken away.", "told": None}
    if any(course.whole.challenges for course in needled):
        reason = (
            "What is blocked goes with the sessions, and would change when those are taken away. "
            "Take the blocks off to see shares."
        )
        return {"reason": reason, "told": None}
    for course in needled:
        count = len(set(follow(course.protocol, patient, weeks).plans))
        if count > _MOST_PLANS:
            reason = (
                f"Rules gave the hundred {count} plans under {course.protocol.name}, each to be taken apart; "
                "`deqi trial --shares` has the time for it."
            )
            return {"reason": reason, "told": None}
    plan = trial(patient, weeks)
    parts = {course.key: _parts(course.protocol, patient, weeks) for course in needled}
    told = Shares(plan.name, SEED, plan.primary.name, plan.visits, np.arange(PATIENTS), parts)
    return {"reason": "", "told": told.as_json()}


def _parts(protocol: Protocol, patient: str, weeks: float) -> dict[str, Array]:
    return _KEPT.get((protocol, patient, weeks), lambda: _worked_out(protocol, patient, weeks))


def _worked_out(protocol: Protocol, patient: str, weeks: float) -> dict[str, Array]:
    names = given(protocol)
    all_of_it = follow(protocol, patient, weeks)
    whole = _stacked(all_of_it.scores)
    nothing = _stacked(follow(load_protocol("none"), patient, weeks).scores)
    worth = {frozenset[str](): nothing, frozenset(names): whole}
    for size in range(1, len(names)):
        for some in map(frozenset, combinations(names, size)):
            worth[some] = _with_only(all_of_it.plans, some, patient, weeks)
    found = shapley({some: scores[:, 1:] for some, scores in worth.items()}, names)
    return {
        TOTAL: whole[:, 1:] - whole[:, :1],
        NATURAL: nothing[:, 1:] - nothing[:, :1],
        **found,
    }


def _with_only(plans: tuple[Protocol, ...], some: frozenset[str], patient: str, weeks: float) -> Array:
    """Scores of everybody with some of what their own plan had become."""
    alike: dict[Protocol, list[int]] = {}
    for row, plan in enumerate(plans):
        alike.setdefault(plan, []).append(row)
    found: Array = np.empty((len(plans), len(trial(patient, weeks).weeks_seen)))
    for plan, rows in alike.items():
        part = follow_some(with_only(plan, some), patient, weeks, np.array(rows))
        found[rows] = _stacked(part.scores)
    return found


def _stacked(scores: Mapping[float, Array]) -> Array:
    return np.stack(list(scores.values()), axis=1)
