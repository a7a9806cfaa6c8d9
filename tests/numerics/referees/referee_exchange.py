"""Files that deqi writes, run by tools that know nothing of deqi, against the engine."""

from __future__ import annotations

import locale
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from types import MappingProxyType
from typing import Any

import numpy as np
from referee_arms import AFTER, MINUTES_A_DAY
from referee_patients import Array
from referee_verdict import errors

from deqi.exporters import sbml_faults, sbml_text, walk_case
from deqi.exporters.walk import OUTPUT, STATE, Walk
from deqi.protocols import Protocol, load_protocol
from deqi.simulation import Case, make_solver

#: Largest error of any observable that is allowed, by its largest value.
BAR = 1e-4
RTOL_ENGINE = 1e-9
RTOL, ATOL = 1e-8, 1e-11
_MOST_STEPS = 1_000_000


@dataclass(frozen=True)
class Course:
    """What is exported and run."""

    name: str
    protocol: Protocol
    challenges: tuple[str, ...] = ()
    weeks: float = 26.0
    patient: str = "chronic_low_back_pain"


def alternating() -> Protocol:
    """A course of ten sessions at 2 and 100 Hz in turn: that of 2 Hz, with its device set otherwise."""
    given = load_protocol("electroacupuncture-2hz")
    sessions = tuple(
        replace(s, needlings=tuple(replace(n, frequency_hz=(2.0, 100.0)) for n in s.needlings))
        for s in given.sessions
    )
    return replace(given, name="electroacupuncture-2-100hz", sessions=sessions)


def courses() -> tuple[Course, ...]:
    """What `make verify` runs: needles with a rule, alternating current, and an opioid met by naloxone."""
    return (
        Course("GERAC, verum", load_protocol("gerac-verum")),
        Course("2/100 Hz", alternating()),
        Course("opioid and naloxone", load_protocol("acupuncture-plus-opioid"), ("naloxone-0.8mg",)),
    )


@dataclass(frozen=True)
class Exchanged:
    """A course as it was written, and as the engine sees it.

    Attributes
    ----------
    walk : Walk
        What was written.
    sbml : str
        The file.
    faults : tuple of str
        What libSBML finds in it.
    times : ndarray, shape (time,)
        Minutes at which all are compared: each day, and some after each edge, but never an edge itself,
        where one tool reports the moment before and another the moment after.
    ours : ndarray, shape (time, observable)
        Every state and output by the engine.
    """

    walk: Walk
    sbml: str
    faults: tuple[str, ...]
    times: Array
    ours: Array = field(repr=False)

    @property
    def symbols(self) -> list[str]:
        """What is compared, as the file names it."""
        return [q.symbol for q in self.walk.of(STATE, OUTPUT)]


def exchange(course: Course) -> Exchanged:
    """Write a course, and solve it with the engine."""
    case = Case.of(course.protocol, course.patient, course.challenges)
    walk = walk_case(case, course.weeks)
    edges = np.array([edge.minute for edge in walk.edges])
    last = walk.days * MINUTES_A_DAY
    every = np.concatenate([np.arange(MINUTES_A_DAY, last + 0.5, MINUTES_A_DAY), *(edges + d for d in AFTER)])
    times = np.setdiff1d(every[every <= last], edges)
    report = tuple(q.path for q in walk.of(STATE, OUTPUT))
    _, values = case.course(make_solver("engine", RTOL_ENGINE), course.weeks).run(times, report)
    sbml = sbml_text(walk)
    return Exchanged(walk, sbml, sbml_faults(sbml), times, values[0])


def by_roadrunner(given: Exchanged) -> Array:
    """Every observable by libRoadRunner, shape (time, observable)."""
    import roadrunner

    engine = roadrunner.RoadRunner(given.sbml)
    integrator = engine.integrator
    # As one number, libRoadRunner makes the tolerance tighter for what is small at an event, and stalls.
    integrator.absolute_tolerance = [ATOL] * len(given.walk.of(STATE))
    integrator.relative_tolerance, integrator.maximum_num_steps = RTOL, _MOST_STEPS
    engine.timeCourseSelections = given.symbols
    return np.asarray(engine.simulate(times=[0.0, *given.times.tolist()]))[1:]


def copasi() -> Any:
    """The package `basico`; loaded, it leaves the locale as it was, which it would set to C for everybody."""
    before = locale.setlocale(locale.LC_CTYPE)
    import basico

    locale.setlocale(locale.LC_CTYPE, before)
    return basico


def by_copasi(given: Exchanged) -> Array:
    """Every observable by COPASI, shape (time, observable)."""
    basico = copasi()
    model = basico.load_model_from_string(given.sbml)
    try:
        method = {
            "name": "Deterministic (LSODA)",
            "Relative Tolerance": RTOL,
            "Absolute Tolerance": ATOL,
            "Max Internal Steps": _MOST_STEPS,
        }
        basico.set_task_settings("Time-Course", {"method": method}, model=model)
        found = basico.run_time_course(values=[0.0, *given.times.tolist()], use_sbml_id=True, model=model)
        return np.asarray(found[given.symbols].to_numpy()[1:])
    finally:
        basico.remove_datamodel(model)


TOOLS: Mapping[str, Callable[[Exchanged], Array]] = MappingProxyType(
    {"libRoadRunner": by_roadrunner, "COPASI": by_copasi}
)


@dataclass(frozen=True)
class Compared:
    """How far a tool's course is from the engine's."""

    course: str
    tool: str
    worst: float
    worst_observable: str
    seconds: float

    @property
    def holds(self) -> bool:
        """Whether no error is above `BAR`."""
        return self.worst <= BAR


def compare(course: Course, given: Exchanged, tool: str) -> Compared:
    """Run a file in a tool; errors are as in `referee_verdict.errors`."""
    begun = time.perf_counter()
    theirs = TOOLS[tool](given)
    seconds = time.perf_counter() - begun
    apart = errors(given.ours[None], theirs[None])[0]
    worst = int(apart.argmax())
    return Compared(course.name, tool, float(apart[worst]), given.symbols[worst], seconds)
