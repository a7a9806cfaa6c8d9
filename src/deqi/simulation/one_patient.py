"""One patient, one protocol, so many weeks: the course of everything."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np

from deqi.engine import Status
from deqi.errors import SimulationError, UnknownNameError
from deqi.models import Patient, load_patient, needling_analgesia, parameter_schema
from deqi.parameters import ParameterValue, base_values, merge, overlay, resolve
from deqi.protocols import Challenge, Protocol, Timeline, load_challenge, load_protocol
from deqi.results import Run, provenance
from deqi.simulation.course import Course, environment_at
from deqi.simulation.preparation import MINUTES_A_DAY, MINUTES_A_WEEK, SLOW, prepare_many
from deqi.simulation.threshold import NEEDS, pain_threshold
from deqi.solvers import SOLVERS, LaneEngine, ScipyReference, Solver

Array = np.ndarray[Any, Any]

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
    plan = load_protocol(protocol) if isinstance(protocol, str | Path) else protocol
    person = load_patient(patient) if isinstance(patient, str | Path) else patient
    asked = tuple(load_challenge(c) if isinstance(c, str | Path) else c for c in challenges)
    named = {c.name for c in asked}
    added = (*(load_challenge(name) for name in plan.challenges if name not in named), *asked)
    if not 0 < weeks <= 520:
        raise SimulationError(
            f"{weeks:g} weeks cannot be simulated", where="weeks", fix="give 0 to 520 weeks"
        )
    method = make_solver(solver, rtol)
    values = merge(
        base_values(), *(overlay(n).values for n in plan.overlays()), person.values, parameters or {}
    )
    numbers = resolve(parameter_schema(), values, where=person.name)
    model = needling_analgesia()
    start = prepare_many(model, person, numbers, method, 1)
    course = Course(model, numbers, person.site, plan, added, start, 7 * weeks, method)
    series, times = _follow(course, person)
    return Run.build(
        {
            "time": times,
            "series": series,
            "about": {path: model.variable(path) for path in series},
            "threshold": pain_threshold({path: series[path] for path in NEEDS}, numbers),
            "sessions": course.timeline(0).sessions,
            "weeks": course.days * MINUTES_A_DAY / MINUTES_A_WEEK,
        },
        provenance(
            protocol=plan,
            patient=person,
            challenges=added,
            values=values,
            solver=method.settings(),
            decisions=[{"day": d.day, "rule": d.rule, "decision": d.decision} for d in course.decisions],
            notes=course.timeline(0).notes,
            model=model,
            packages=method.packages,
        ),
    )


def make_solver(name: str, rtol: float) -> Solver:
    """A solver by name.

    Raises
    ------
    UnknownNameError
        If there is none of that name.
    SimulationError
        If the tolerance makes no sense.
    """
    if name not in SOLVERS:
        raise UnknownNameError("solver", name, SOLVERS)
    if not 1e-13 <= rtol <= 1e-2:
        raise SimulationError(f"a relative tolerance of {rtol:g}", where="rtol", fix="give 1e-13 to 1e-2")
    return LaneEngine(rtol=rtol, holdable=SLOW) if name == "engine" else ScipyReference(rtol=rtol)


def _follow(course: Course, person: Patient) -> tuple[dict[str, Array], Array]:
    """Every series of the course, and its times."""
    model = course.model
    report = (*model.states, *model.outputs)
    times, reported = course.run(lambda: report_times(course.timeline(0), course.days), report)
    values = reported[0]
    status = Status(int(course.status[0]))
    if status is not Status.DONE or not np.isfinite(values).all():
        raise SimulationError(f"the course could not be solved: {status.advice}", where=person.name)
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
