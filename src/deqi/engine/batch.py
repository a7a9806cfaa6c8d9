"""What goes into the engine for many patients at once, and what comes out."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from enum import IntEnum
from typing import Any

import numpy as np

from deqi.engine import driver
from deqi.errors import EngineError

Array = np.ndarray[Any, Any]


class Status(IntEnum):
    """What became of a patient.

    Examples
    --------
    >>> Status.STUCK.advice
    'the step had to shrink to nothing; look for an extreme parameter, or a jump beyond bounds'
    """

    DONE = driver.DONE
    STUCK = driver.STUCK
    TOO_MANY_STEPS = driver.TOO_MANY_STEPS
    NOT_RUN = driver.NOT_RUN
    NOT_FINITE = driver.NOT_FINITE

    @property
    def advice(self) -> str:
        """What happened, and what to do."""
        return _ADVICE[self]


_ADVICE = {
    Status.DONE: "solved to the end",
    Status.STUCK: "the step had to shrink to nothing; look for an extreme parameter, or a jump beyond bounds",
    Status.TOO_MANY_STEPS: "more steps than allowed; ask for a looser tolerance, or allow more",
    Status.NOT_RUN: "not run, because the work was cancelled; run it again",
    Status.NOT_FINITE: "a rate was no finite number; look for a parameter or state out of its bounds",
}


@dataclass(frozen=True)
class Schedule:
    """What is done to a patient, constant between two edges.

    Parameters
    ----------
    edges : ndarray, shape (stretch + 1,)
        Rising minutes.
    inputs : ndarray, shape (stretch, input)
        Value of each input.
    jumps : ndarray, shape (stretch, state)
        What is added to each state at the start of a stretch.
    """

    edges: Array
    inputs: Array
    jumps: Array

    def __post_init__(self) -> None:
        if self.edges.ndim != 1 or len(self.edges) < 2 or not (np.diff(self.edges) > 0).all():
            raise EngineError("edges must rise, and be two at least", where="schedule")
        for name in ("inputs", "jumps"):
            table = getattr(self, name)
            if table.ndim != 2 or len(table) != len(self.edges) - 1:
                raise EngineError(f"{name} needs one row a stretch", where="schedule")
        if not all(np.isfinite(t).all() for t in (self.edges, self.inputs, self.jumps)):
            raise EngineError("every number must be finite", where="schedule")


@dataclass(frozen=True)
class Batch:
    """Patients to follow.

    Parameters
    ----------
    start : ndarray, shape (patient, state)
        State at the first edge.
    common : ndarray, shape (parameter,)
        Parameters that all share.
    varied : ndarray, shape (patient, varied parameter)
        The others, in the order of the engine's `varied`.
    schedules : tuple of Schedule
        What is done.
    schedule : ndarray of int, shape (patient,)
        Which of them each patient follows.
    times : ndarray, shape (time,)
        Rising minutes at which to report; at an edge, the value before it.
    report : tuple of str
        States and outputs to report, by path.
    """

    start: Array
    common: Array
    varied: Array
    schedules: tuple[Schedule, ...]
    schedule: Array
    times: Array = field(default_factory=lambda: np.zeros(0))
    report: tuple[str, ...] = ()

    def __len__(self) -> int:
        return len(self.start)

    def part(self, rows: Array) -> Batch:
        """The patients of some rows."""
        return Batch(
            self.start[rows],
            self.common,
            self.varied[rows],
            self.schedules,
            self.schedule[rows],
            self.times,
            self.report,
        )


@dataclass(frozen=True)
class Settings:
    """How closely, and how long, to follow a patient.

    Parameters
    ----------
    rtol : float or ndarray, shape (state,)
        Relative tolerance of a step, in the mean square over the states; an error is held against
        the largest value that its state has had in the course. Where a state must creep far below
        that before it sets something off, as in relaxation oscillators, ask for a tighter one.
    atol : float or ndarray, shape (state,)
        Absolute tolerance in each state's unit.
    first_step, edge_step : float
        First step of a course, and longest first step after an edge [min].
    smallest_step : float
        A patient who needs a shorter step is given up [min].
    most_steps : int
        A patient who needs more steps is given up.
    growth : float
        By what factor a step may grow at most.
    """

    rtol: float | Array = 1e-5
    atol: float | Array = 1e-9
    first_step: float = 1e-3
    edge_step: float = 1e-2
    smallest_step: float = 1e-9
    most_steps: int = 100_000
    growth: float = 6.0

    def __post_init__(self) -> None:
        numbers = (self.first_step, self.edge_step, self.smallest_step, self.growth - 1)
        if not (
            all(np.isfinite(x) and x > 0 for x in numbers)
            and np.all(np.asarray(self.atol) > 0)
            and np.all(np.asarray(self.rtol) > 0)
        ):
            raise EngineError("tolerances and steps must be above 0", where="settings")
        if self.most_steps < 1:
            raise EngineError("at least one step must be allowed", where="settings")

    def tighter(self) -> Settings:
        """For a second try: a tenth of the tolerance and of the steps, ten times their number."""
        return Settings(
            self.rtol / 10,
            self.atol / 10,
            self.first_step / 10,
            self.edge_step / 10,
            self.smallest_step / 10,
            self.most_steps * 10,
            self.growth,
        )


@dataclass(frozen=True)
class Courses:
    """What became of the patients of a batch.

    Attributes
    ----------
    reports : ndarray, shape (patient, time, report)
        Reported values; NaN from where a patient could not be followed.
    final : ndarray, shape (patient, state)
        State at the last edge; NaN for a patient who did not get there.
    status : ndarray of int, shape (patient,)
        `Status` of each.
    steps, rejected : ndarray of int, shape (patient,)
        Attempted and rejected steps.
    retried : ndarray of bool, shape (patient,)
        Who was run a second time at tighter settings.
    cpu_seconds : float
        Processor time of all threads.
    attempts : int
        Steps of a whole vector of lanes.
    """

    reports: Array
    final: Array
    status: Array
    steps: Array
    rejected: Array
    retried: Array
    cpu_seconds: float
    attempts: int

    @property
    def done(self) -> Array:
        """Who was followed to the end."""
        return np.equal(self.status, Status.DONE)

    def complaints(self) -> list[str]:
        """A line for each kind of failure, with the first patients that it befell."""
        lines = []
        for status in Status:
            rows = np.flatnonzero(self.status == status)
            if status is not Status.DONE and len(rows):
                shown = ", ".join(map(str, rows[:5])) + (", ..." if len(rows) > 5 else "")
                lines.append(f"{len(rows)} of {len(self.status)} patients (row {shown}): {status.advice}")
        return lines


def joined(parts: Sequence[tuple[Array, Courses]]) -> Courses:
    """Courses of several groups of patients as one, each group with the rows that its patients take."""
    count = sum(len(rows) for rows, _ in parts)
    merged: dict[str, Array] = {}
    for name in ("reports", "final", "status", "steps", "rejected", "retried"):
        first = getattr(parts[0][1], name)
        table = np.empty((count, *first.shape[1:]), first.dtype)
        for rows, courses in parts:
            table[rows] = getattr(courses, name)
        merged[name] = table
    return Courses(
        **merged,
        cpu_seconds=sum(courses.cpu_seconds for _, courses in parts),
        attempts=sum(courses.attempts for _, courses in parts),
    )
