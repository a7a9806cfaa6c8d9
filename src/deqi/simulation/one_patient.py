"""One patient, one protocol, so many weeks: the course of everything."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path

import numpy as np

from deqi.engine import Status
from deqi.errors import SimulationError
from deqi.models import Patient
from deqi.parameters import ParameterValue
from deqi.protocols import Challenge, Protocol, Timeline
from deqi.results import Run, provenance
from deqi.simulation.case import Case, make_solver
from deqi.simulation.course import Course, environment_at
from deqi.simulation.preparation import MINUTES_A_DAY, MINUTES_A_WEEK, Array
from deqi.simulation.threshold import NEEDS, pain_threshold

# The first session is reported minute by minute, from ten minutes before it.
_LEAD_MINUTES = 10.0
_SESSION_MINUTES = 180.0
_COURSE_STEP_DAYS = 0.25


def simulate(
    protocol: Protocol | str | Path,
    *,
    patient: Patient | str | Path = "chronic_low_back_pain",
    weeks: float = 26.0,
    challenges: Sequence[Challenge | str | Path] = (),
    parameters: Mapping[str, ParameterValue] | None = None,
    solver: str = "engine",
    rtol: float = 1e-6,
) -> Run:
    """Simulate one patient under one protocol.

    Parameters
    ----------
    protocol : Protocol, str or Path
        What is done: a library name, a TOML file, or an object.
    patient : Patient, str or Path
        Who it is done to: a preset, a TOML file, or an object.
    weeks : float
        Length of the course after week 0 [week].
    challenges : sequence of Challenge, str or Path
        What an experimenter adds: drugs, antagonists, lesions.
    parameters : mapping, optional
        Values laid over the patient's; they win.
    solver : str
        Name of the solver.
    rtol : float
        Relative tolerance of the solver.

    Returns
    -------
    Run
        Immutable: states, outputs, environment and read-outs over time, with units and provenance.

    Raises
    ------
    DeqiError
        If a name is unknown, a file unsound, or the course cannot be solved.

    Examples
    --------
    >>> run = simulate("li4-manual", patient="healthy_volunteer", weeks=0.02)
    >>> 20 < run.threshold_change(minute=30) < 80
    True
    """
    case = Case.of(protocol, patient, challenges, parameters)
    method = make_solver(solver, rtol)
    course = case.course(method, weeks)
    series, times = _follow(course, case.patient.name)
    return Run.build(
        {
            "time": times,
            "series": series,
            "about": {path: case.model.variable(path) for path in series},
            "threshold": pain_threshold({path: series[path] for path in NEEDS}, case.numbers),
            "sessions": course.timeline(0).sessions,
            "weeks": course.days * MINUTES_A_DAY / MINUTES_A_WEEK,
        },
        provenance(
            protocol=case.protocol,
            patient=case.patient,
            challenges=case.challenges,
            values=case.values,
            solver=method.settings(),
            decisions=[{"day": d.day, "rule": d.rule, "decision": d.decision} for d in course.decisions],
            notes=course.timeline(0).notes,
            model=case.model,
            packages=method.packages,
        ),
    )


def _follow(course: Course, where: str) -> tuple[dict[str, Array], Array]:
    """Every series of the course, and its times."""
    model = course.model
    report = (*model.states, *model.outputs)
    times, reported = course.run(lambda: report_times(course.timeline(0), course.days), report)
    values = reported[0]
    status = Status(int(course.status[0]))
    if status is not Status.DONE or not np.isfinite(values).all():
        raise SimulationError(f"the course could not be solved: {status.advice}", where=where)
    series = dict(zip(report, values.T, strict=True))
    return series | dict(environment_at(course.timeline(0), model, times)), times


def report_times(timeline: Timeline, days: float) -> Array:
    """Minutes at which a course is reported: each minute of the first session, then every six hours."""
    last = days * MINUTES_A_DAY
    course = np.arange(0.0, last + 1e-9, _COURSE_STEP_DAYS * MINUTES_A_DAY)
    edges = [minute for session in timeline.sessions for minute in session]
    first = float(timeline.sessions[0][0]) if timeline.sessions else 0.0
    closely = np.arange(max(first - _LEAD_MINUTES, 0.0), first + _SESSION_MINUTES + 0.5)
    whole_weeks = np.arange(0.0, last + 1e-9, MINUTES_A_WEEK)
    every = {*course.tolist(), *edges, *closely.tolist(), *whole_weeks.tolist(), last}
    return np.array(sorted(t for t in every if t <= last))
