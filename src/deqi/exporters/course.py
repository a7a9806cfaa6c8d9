"""A protocol in a patient as a walk: the model at week 0, and every edge of the timetable as it was followed.

Where the protocol has rules, the course is solved first: the walk then holds
what was decided for this patient, as other tools know no visits.
"""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise
from pathlib import Path

import numpy as np

from deqi.core.wiring import ENVIRONMENT
from deqi.engine import Status
from deqi.errors import SimulationError
from deqi.exporters.walk import Edge, Walk, walk
from deqi.models import Patient
from deqi.protocols import Challenge, Protocol, Segment, Timeline
from deqi.simulation import Case, Course, make_solver

RTOL = 1e-8

#: Rest leaves 1e-32 and the like of what decays, at which other engines' first steps fail: nothing is left.
_NOTHING = 1e-15


def walk_course(
    protocol: Protocol | str | Path,
    *,
    patient: Patient | str | Path = "chronic_low_back_pain",
    weeks: float = 26.0,
    challenges: Sequence[Challenge | str | Path] = (),
    rtol: float = RTOL,
) -> Walk:
    """The walk of a course.

    Parameters
    ----------
    protocol, patient, challenges
        As for `deqi.simulate`.
    weeks : float
        Length of the course after week 0 [week].
    rtol : float
        Relative tolerance of what is solved: the time before week 0, and the course if rules decide.

    Raises
    ------
    DeqiError
        If a name is unknown, a file unsound, or the course cannot be solved.

    Examples
    --------
    >>> walked = walk_course("li4-2hz", patient="healthy_volunteer", weeks=0.1)
    >>> [(edge.minute, edge.label) for edge in walked.edges]
    [(10.0, 'session begins'), (40.0, 'session ends')]
    """
    return walk_case(Case.of(protocol, patient, challenges), weeks, rtol)


def walk_model(patient: Patient | str | Path = "chronic_low_back_pain", *, rtol: float = RTOL) -> Walk:
    """The walk of the model alone: a patient at week 0, to whom nothing is done.

    Parameters
    ----------
    patient : Patient, str or Path
        Whose values, and whose states at week 0.
    rtol : float
        Relative tolerance of the time before week 0.

    Raises
    ------
    DeqiError
        If the patient is unknown, or cannot be brought to week 0.
    """
    case = Case.of("none", patient)
    start = _start(case, case.course(make_solver("engine", rtol), 1.0))
    title = f"{case.model.name}, in {case.patient.title}"
    return walk(case.model, case.numbers, start, given=case.values, title=title)


def walk_case(case: Case, weeks: float, rtol: float = RTOL) -> Walk:
    """The walk of a case; see `walk_course`."""
    course = case.course(make_solver("engine", rtol), weeks)
    if course.visits():
        course.run(np.zeros(0), ())
    start = _start(case, course)
    timeline = course.timeline(0)
    segments = timeline.segments()
    first = segments[0]
    for path, amount in first.jumps.items():
        start[path] += amount
    outside = {f"{ENVIRONMENT}.{name}": value for name, value in first.environment.items()}
    walked = walk(case.model, case.numbers, start, outside, given=case.values)
    return walked.with_course(
        name=case.protocol.name,
        title=f"{case.protocol.title}, in {case.patient.title}",
        edges=edges(timeline),
        days=course.days,
        notes=_notes(case, course, timeline),
        cites=(*case.protocol.cites, *(key for c in case.challenges for key in c.cites)),
    )


def _start(case: Case, course: Course) -> dict[str, float]:
    """States at week 0."""
    status = Status(int(course.status[0]))
    if status is not Status.DONE:
        raise SimulationError(f"the course could not be solved: {status.advice}", where=case.patient.name)
    came = zip(case.model.states, course.start[0].tolist(), strict=True)
    return {path: 0.0 if abs(value) < _NOTHING else value for path, value in came}


def edges(timeline: Timeline) -> list[Edge]:
    """What changes at each minute after week 0."""
    return [
        Edge(after.start, changed, dict(after.jumps), _label(timeline, after))
        for before, after in pairwise(timeline.segments())
        if (changed := _changed(before, after)) or after.jumps
    ]


def _changed(before: Segment, after: Segment) -> dict[str, float]:
    return {
        f"{ENVIRONMENT}.{name}": value
        for name, value in after.environment.items()
        if value != before.environment[name]
    }


def _label(timeline: Timeline, segment: Segment) -> str:
    """In words what happens at the start of a stretch."""
    minute = segment.start
    said = [f"{dose.label} given" for dose in timeline.doses if dose.minute == minute]
    said += [f"{i.label} begins" for i in timeline.intervals if i.start == minute]
    said += [f"{i.label} ends" for i in timeline.intervals if i.stop == minute]
    return ", ".join(dict.fromkeys(said))


def _notes(case: Case, course: Course, timeline: Timeline) -> list[str]:
    notes = [
        f"Written by deqi: protocol {case.protocol.name} in patient {case.patient.name} from week 0, with "
        f"{', '.join(c.title for c in case.challenges) or 'no challenge'}, {course.days:g} days.",
        "Time is in minutes since week 0; scores of 0 to 100 points have the unit item.",
        "For research and teaching; no advice on anybody's care.",
    ]
    if course.visits():
        told = [f"day {d.day:g}, {d.rule}: {d.decision}" for d in course.decisions]
        decided = "; ".join(told) or "nothing was changed"
        notes.append(f"Rules of the protocol were decided for this patient and are events here: {decided}.")
    notes += [f"Assumed: {text}." for text in case.protocol.assumptions]
    return [*notes, *(f"Note: {text}." for text in (*case.protocol.warnings, *timeline.notes))]
