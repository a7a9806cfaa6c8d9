"""What a solver is given: patients of one model, and what is done to each."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any, Protocol

import numpy as np

from deqi.core.wiring import Model
from deqi.engine.batch import Courses

Array = np.ndarray[Any, Any]


@dataclass(frozen=True)
class Stretch:
    """A stretch of time with a constant environment.

    Attributes
    ----------
    start, stop : float
        Minutes; half-open.
    environment : mapping
        Value of each environment path.
    jumps : mapping
        Amount added to a state's value at `start`, by path.
    """

    start: float
    stop: float
    environment: Mapping[str, float]
    jumps: Mapping[str, float]


@dataclass(frozen=True)
class Task:
    """Patients to follow.

    Attributes
    ----------
    model : Model
        The model.
    parameters : mapping
        Value of each parameter path, in its declared unit: one number, or an array of one a patient.
    start : ndarray, shape (patient, state)
        State at the first stretch's start, in the order of ``model.states``.
    plans : tuple of tuple of Stretch
        What may be done, as consecutive stretches.
    plan : ndarray of int, shape (patient,)
        Which of them each patient follows.
    times : ndarray, shape (time,)
        Rising minutes at which to report; at an edge, the value before its jump, and up to the
        start, the value before anything is done.
    report : tuple of str
        States and outputs to report, by path.
    held : tuple of str
        States that are kept where they are.
    """

    model: Model
    parameters: Mapping[str, float | Array]
    start: Array
    plans: tuple[tuple[Stretch, ...], ...]
    plan: Array
    times: Array
    report: tuple[str, ...]
    held: tuple[str, ...] = ()

    def part(self, rows: Array) -> Task:
        """The task for some of its patients."""
        return replace(
            self,
            parameters={p: v[rows] if isinstance(v, np.ndarray) else v for p, v in self.parameters.items()},
            start=self.start[rows],
            plan=self.plan[rows],
        )

    def table(self, paths: tuple[str, ...]) -> Array:
        """Values of some parameters, shape (patient, parameter)."""
        return parameter_table(self.parameters, paths, len(self.start))


def parameter_table(parameters: Mapping[str, float | Array], paths: tuple[str, ...], count: int) -> Array:
    """Values of some parameters, shape (patient, parameter)."""
    table = np.empty((count, len(paths)))
    for k, path in enumerate(paths):
        table[:, k] = parameters[path]
    return table


class Solver(Protocol):
    """What `deqi.simulation` needs of a solver."""

    @property
    def name(self) -> str:
        """Its name in commands."""
        ...

    @property
    def rtol(self) -> float:
        """Relative tolerance."""
        ...

    @property
    def packages(self) -> tuple[str, ...]:
        """Packages that take part in a course."""
        ...

    def settings(self) -> Mapping[str, Any]:
        """What a run's provenance tells of it."""
        ...

    def follow(self, task: Task) -> Courses:
        """Follow every patient; one who cannot be followed gets a status, not an exception."""
        ...

    def rates(self, model: Model, parameters: Mapping[str, float | Array], states: Array) -> Array:
        """Rate of each state with nothing done, shape (patient, state) [unit/min]."""
        ...

    def jacobian(self, model: Model, parameters: Mapping[str, float | Array], states: Array) -> Array:
        """Derivative of the rates in the states, shape (patient, state, state) [1/min]."""
        ...
