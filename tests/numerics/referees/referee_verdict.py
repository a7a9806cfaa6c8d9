"""How far the engine is from a referee, observable by observable."""

from __future__ import annotations

import time
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Protocol as Shape

import numpy as np
from referee_arms import Arm, task
from referee_patients import Array, Cohort

from deqi.engine import Status
from deqi.protocols import Challenge, Protocol
from deqi.simulation import Course, make_solver
from deqi.solvers import Solver, Task

#: Largest error that is allowed.
LIMIT = 1e-5
#: An observable that stays below this has no scale, and is compared absolutely.
NO_SCALE = 1e-9
#: The tolerance at which the engine must hold. Of the states that hardly leave zero, 1e-8 asks so little
#: that one in some hundred patients comes close to the limit.
RTOL = 1e-9


class Referee(Shape):
    """Another way to solve the same courses."""

    @property
    def name(self) -> str:
        """Who it is."""
        ...

    @property
    def method(self) -> str:
        """In words."""
        ...

    def reports(self, task: Task) -> Array:
        """Every observable, shape (patient, time, report)."""
        ...


def errors(found: Array, referee: Array) -> Array:
    """Error of each observable in each course.

    It is the largest ``|found - referee|`` over time, by the largest
    ``|referee|`` over time. An observable that stays below `NO_SCALE` has no
    scale: there a difference as large as `NO_SCALE` counts as an error of
    `LIMIT`, a tenth of it as a tenth.

    Parameters
    ----------
    found, referee : ndarray, shape (patient, time, observable)
        Two solutions of the same courses.

    Returns
    -------
    ndarray, shape (patient, observable)
        Infinite where a solution is not finite, so that nothing is missed.

    Examples
    --------
    >>> referee = np.array([[[2.0, 0.0], [4.0, 0.0]]])
    >>> errors(referee + [1.0, 1e-9], referee).tolist()
    [[0.25, 1e-05]]
    """
    apart = np.abs(found - referee).max(axis=1)
    relative = apart / np.where(unscaled(referee), NO_SCALE / LIMIT, np.abs(referee).max(axis=1))
    return np.where(np.isfinite(relative), relative, np.inf)


def unscaled(referee: Array) -> Array:
    """Which observables stay below `NO_SCALE`, shape (patient, observable)."""
    return np.asarray(np.abs(referee).max(axis=1) < NO_SCALE)


@dataclass(frozen=True)
class Verdict:
    """Errors of the engine in one arm, by one referee.

    Attributes
    ----------
    arm, referee : str
        What was done, and who judged.
    rtol : float
        Tolerance of the engine.
    observables : tuple of str
        What was compared.
    patients : ndarray of int, shape (patient,)
        Who was compared.
    errors : ndarray, shape (patient, observable)
        See `errors`.
    unscaled : ndarray of bool, shape (patient, observable)
        What was compared absolutely.
    seconds : float
        Processor time of the referee.
    """

    arm: str
    referee: str
    rtol: float
    observables: tuple[str, ...]
    patients: Array
    errors: Array
    unscaled: Array
    seconds: float

    @property
    def worst(self) -> float:
        """Largest error of any observable in any patient."""
        return float(self.errors.max())

    @property
    def worst_observable(self) -> str:
        """The observable that it is of."""
        return self.observables[int(self.errors.max(axis=0).argmax())]

    @property
    def worst_patient(self) -> int:
        """The patient that it is of."""
        return int(self.patients[self.errors.max(axis=1).argmax()])

    @property
    def median(self) -> float:
        """Half of the patients have their largest error below this."""
        return float(np.median(self.errors.max(axis=1)))

    @property
    def holds(self) -> bool:
        """Whether no error is above `LIMIT`."""
        return self.worst <= LIMIT

    def __str__(self) -> str:
        return (
            f"{self.arm}, {self.referee}: worst {self.worst:.1e} "
            f"({self.worst_observable}, patient {self.worst_patient}), median {self.median:.1e}"
        )


def judge(
    arm: Arm,
    cohort: Cohort,
    weeks: float,
    referee: Referee,
    rtols: Sequence[float] = (RTOL,),
) -> list[Verdict]:
    """Solve an arm with a referee, and with the engine at some tolerances; one verdict for each."""
    given = task(arm, cohort, weeks)
    begun = time.process_time()
    theirs = referee.reports(given)
    seconds = time.process_time() - begun
    return [
        Verdict(
            arm=arm.name,
            referee=referee.name,
            rtol=rtol,
            observables=given.report,
            patients=cohort.numbers,
            errors=errors(engine_reports(arm, cohort, weeks, rtol), theirs),
            unscaled=unscaled(theirs),
            seconds=seconds,
        )
        for rtol in rtols
    ]


def join(verdicts: Sequence[Verdict]) -> Verdict:
    """Verdicts on different patients, as one."""
    return replace(
        verdicts[0],
        patients=np.concatenate([v.patients for v in verdicts]),
        errors=np.concatenate([v.errors for v in verdicts]),
        unscaled=np.concatenate([v.unscaled for v in verdicts]),
        seconds=sum(v.seconds for v in verdicts),
    )


def engine_reports(arm: Arm, cohort: Cohort, weeks: float, rtol: float) -> Array:
    """Every observable as a user of the engine gets it, shape (patient, time, report)."""
    made = course(cohort, arm.plan, 7 * weeks, make_solver("engine", rtol), arm.challenges)
    given = task(arm, cohort, weeks)
    times, values = made.run(given.times, given.report)
    assert np.array_equal(times, given.times)
    return values


def course(
    cohort: Cohort,
    protocol: Protocol,
    days: float,
    solver: Solver,
    challenges: Sequence[Challenge] = (),
) -> Course:
    """A cohort under a protocol, with whatever rules it has."""
    return Course(
        model=cohort.model,
        parameters=cohort.parameters,
        site=cohort.person.site,
        protocol=protocol,
        challenges=challenges,
        start=cohort.start,
        days=days,
        solver=solver,
        status=np.full(len(cohort), int(Status.DONE)),
    )
