"""Each course in the typical patient, as `deqi simulate` tells it, and how sure as far as parameters go."""

from __future__ import annotations

from functools import lru_cache
from typing import Any

import numpy as np

from deqi.parameters import Ensemble, load_ensemble
from deqi.results import summarise
from deqi.simulation import about_parameters, simulate
from deqi.web.course.courses import Course
from deqi.web.session.keeping import Kept

#: Members of the ensemble that whiskers are told from.
MEMBERS = 8
PAIN = "pain.report.intensity"
_MINUTES_A_WEEK = 10080.0
#: Below so many weeks, whole weeks are too few to draw a course by.
_WEEKLY_FROM = 4.0
_KEPT = Kept[dict[str, Any]](most=64)


def typical(course: Course, patient: str, weeks: float) -> dict[str, Any]:
    """A course of the typical patient as plain data.

    Parameters
    ----------
    course : Course
        What is done.
    patient : str
        A preset.
    weeks : float
        How long [week].

    Returns
    -------
    dict
        ``weeks`` and ``pain`` (what is drawn), ``sessions`` (weeks), ``summary`` as `deqi simulate` prints
        it, ``about`` (interval about parameters).

    Raises
    ------
    DeqiError
        If the course cannot be solved.

    Examples
    --------
    >>> from deqi.protocols import load_protocol
    >>> found = typical(Course("none", "", load_protocol("none")), "chronic_low_back_pain", 6)
    >>> found["about"]["kind"], found["weeks"][-1]
    ('parameters', 6.0)
    """
    key = (course.protocol, course.challenges, patient, weeks)
    found = _KEPT.get(key, lambda: _simulated(course, patient, weeks))
    return {"key": course.key, "label": course.label, **found}


def _simulated(course: Course, patient: str, weeks: float) -> dict[str, Any]:
    run = simulate(course.protocol, patient=patient, weeks=weeks, challenges=course.challenges)
    summary = summarise(run)
    about = about_parameters(
        course.protocol,
        _ensemble(),
        members=MEMBERS,
        patient=patient,
        weeks=weeks,
        at=[float(week) for week in summary["pain_intensity"]],
        challenges=course.challenges,
    )
    step = 1.0 if weeks >= _WEEKLY_FROM else 1 / 7
    drawn = np.unique(np.append(np.arange(0.0, weeks + 1e-9, step), weeks))
    pain = np.interp(drawn, run.time / _MINUTES_A_WEEK, run[PAIN])
    return {
        "name": course.protocol.name,
        "title": course.protocol.title,
        "role": course.protocol.role,
        "challenges": list(course.challenges),
        "assumptions": list(course.protocol.assumptions),
        "weeks": [round(float(week), 4) for week in drawn],
        "pain": [round(float(value), 3) for value in pain],
        "sessions": [round(start / _MINUTES_A_WEEK, 4) for start, _ in run.sessions],
        "summary": summary,
        "about": about.as_json(),
    }


@lru_cache(maxsize=1)
def _ensemble() -> Ensemble:
    return load_ensemble()
