"""The same hundred patients in each course, with the same luck: what they say at visits.

They are the first hundred of the virtual trial that `trial` describes, followed
as `deqi trial --paired` follows them: nobody leaves, misses a session or is
treated otherwise; flare-ups, ups and downs of days and errors of measurement
are theirs, whatever is done.
"""

from __future__ import annotations

from functools import lru_cache
from typing import Any

import numpy as np

from deqi.errors import SimulationError
from deqi.population import Array, Enrolled, Met, enrol
from deqi.protocols import Protocol
from deqi.results import WEEKS
from deqi.trials.estimates import Share
from deqi.trials.paired import Answers, Mean, answers
from deqi.trials.parts import Arm, Better, Endpoint, Responder
from deqi.trials.run import population_of
from deqi.trials.schema import Trial
from deqi.web.course.courses import Course
from deqi.web.course.question import RECIPES
from deqi.web.session.keeping import Kept

PATIENTS, SEED = 100, 1
#: Whoever reports so much less than at the beginning counts as better.
BETTER = 0.3
#: Who is between, and who is worse, by as much less or more.
WORSE = 0.1
#: Level of bands between patients [percent], and of the narrower ones inside.
LEVEL, INNER = 95, 50
# Fewer than this are no crowd to speak of.
_LEAST = 50
_INSTRUMENT = "vas_pain_week"
_KEPT = Kept[Answers](most=64)


@lru_cache(maxsize=64)
def trial(patient: str, weeks: float, arms: tuple[tuple[str, str], ...] = (("none", "none"),)) -> Trial:
    """The trial whose patients they are.

    Parameters
    ----------
    patient : str
        A preset that is in pain.
    weeks : float
        How long [week].
    arms : tuple of (str, str)
        Names of arms and of their protocols. What a patient says under a protocol depends on no other arm.

    Examples
    --------
    >>> trial("chronic_low_back_pain", 26).visits
    (1.0, 2.0, 4.0, 6.0, 8.0, 13.0, 26.0)
    """
    visits = sorted({float(week) for week in WEEKS if 0 < week <= weeks} | {weeks})
    return Trial(
        "course",
        "Courses of pain",
        arms=tuple(Arm(name, protocol) for name, protocol in arms),
        endpoints=(Endpoint("pain", _INSTRUMENT, primary=True),),
        responders=(Responder("pain-30", (Better("pain", better_by=BETTER),)),),
        patients=PATIENTS,
        weeks=weeks,
        visits=tuple(visits),
        population=RECIPES[patient],
    )


def follow(protocol: Protocol, patient: str, weeks: float) -> Answers:
    """What the hundred say under a protocol, and what each followed in the end.

    Raises
    ------
    DeqiError
        If the protocol cannot be followed.
    """
    everybody = np.arange(PATIENTS)
    key = (protocol, patient, weeks)
    return _KEPT.get(key, lambda: follow_some(protocol, patient, weeks, everybody))


def follow_some(protocol: Protocol, patient: str, weeks: float, rows: Array) -> Answers:
    """The same of some of the hundred, by number."""
    plan = trial(patient, weeks)
    met, enrolled = _drawn(patient)
    return answers(plan, plan.arms[0], met, SEED, enrolled, rows, plan.primary, protocol=protocol)


@lru_cache(maxsize=8)
def _drawn(patient: str) -> tuple[Met, Enrolled]:
    met = population_of(trial(patient, 1.0))
    return met, enrol(met, SEED, 0, PATIENTS)


def hundred(course: Course, patient: str, weeks: float) -> dict[str, Any]:
    """A course of the hundred as plain data.

    Returns
    -------
    dict
        ``weeks``, ``mean``, ``sd``; ``between`` (bands between patients, with level and kind);
        ``patients`` (a row of scores each); ``groups`` (0 better, 1 between, 2 worse, at the end); both
        None for who could not be followed; ``better`` (share by week, with its interval).

    Raises
    ------
    DeqiError
        If the protocol cannot be followed, or most patients cannot.
    """
    found = follow(course.whole, patient, weeks).scores
    scores = np.stack(list(found.values()), axis=1)
    done = np.isfinite(scores).all(axis=1)
    known = scores[done]
    if len(known) < _LEAST:
        raise SimulationError(
            f"only {len(known)} of {PATIENTS} patients could be followed",
            where=course.protocol.name,
            fix="choose another protocol, or fewer challenges",
        )
    groups = group(scores[:, 0], scores[:, -1]).tolist()
    return {
        "key": course.key,
        "label": course.label,
        "name": course.protocol.name,
        "challenges": list(course.challenges),
        "weeks": list(found),
        "followed": len(known),
        "mean": _plain(known.mean(axis=0)),
        "sd": _plain(known.std(axis=0, ddof=1)),
        "between": [_band(known, LEVEL), _band(known, INNER)],
        "patients": [_plain(row) if fine else None for row, fine in zip(scores, done, strict=True)],
        "groups": [number if fine else None for number, fine in zip(groups, done, strict=True)],
        "better": {
            f"{week:g}": {
                **Share.of(group(known[:, 0], known[:, k]) == 0).as_dict(),
                "level": LEVEL,
                "kind": "sampling",
            }
            for k, week in enumerate(found)
            if week
        },
    }


def group(before: Array, after: Array) -> Array:
    """0 for at least 30 % less pain than before, 2 for at least 10 % more, 1 for what is between.

    Examples
    --------
    >>> group(np.array([50.0, 50.0, 50.0, 0.0]), np.array([35.0, 45.0, 55.0, 0.0])).tolist()
    [0, 1, 2, 1]
    """
    less = before - after
    better = (before > 0) & (less >= BETTER * before - 1e-9)
    worse = (less < 0) & (-less >= WORSE * before - 1e-9)
    return np.where(better, 0, np.where(worse, 2, 1))


def difference(first: Course, second: Course, patient: str, weeks: float) -> dict[str, Any]:
    """The first minus the second in the same patients, by week: mean, Monte Carlo error, patients."""
    a, b = (follow(course.whole, patient, weeks).scores for course in (first, second))
    return {
        "of": [first.key, second.key],
        "error": "Monte Carlo: standard error of the mean, were as many other patients drawn",
        "by_week": {f"{week:g}": Mean.of(a[week] - b[week]).as_dict() for week in a},
    }


def _band(known: Array, level: int) -> dict[str, Any]:
    ends = np.percentile(known, [50 - level / 2, 50 + level / 2], axis=0)
    low, high = map(_plain, ends)
    return {"level": level, "kind": "between patients", "low": low, "high": high}


def _plain(values: Array) -> list[float]:
    return [round(float(value), 3) for value in values]
