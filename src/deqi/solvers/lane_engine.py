"""The engine as a solver: every patient a lane; see `deqi.engine`."""

from __future__ import annotations

import threading
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from functools import lru_cache
from typing import Any

import numpy as np

from deqi.core.wiring import Model
from deqi.engine import Batch, Courses, Engine, Schedule, Settings, host, joined
from deqi.engine.fields import MOVING, TIME
from deqi.errors import SimulationError
from deqi.solvers.task import Array, Stretch, Task, parameter_table

# Absolute tolerance over the relative one, in each state's unit. Errors are held against a state's
# largest value so far; this only spares digits to states that have hardly left zero. Where they rest
# there, terms that cancel leave noise: of 1e-7 in float32.
_ATOL_RATIO = {64: 1e-6, 32: 1e-2}
_LEAST_ATOL = 1e-14
_LOOSER = 10.0
# Length of a step [min] that the fastest states bear after an edge at a tolerance of 1e-5.
_EDGE_STEP = 0.02


@dataclass(frozen=True)
class LaneEngine:
    """Machine code for all patients at once.

    Parameters
    ----------
    rtol : float
        Relative tolerance.
    bits : {64, 32}
        Float type of the lanes; 32 is twice as fast, and good for 1e-4.
    holdable : tuple of str
        States that a task may hold.
    loose : tuple of str
        States that are held to ten times the tolerance.
    absent : tuple of str
        States and environment variables that are left out for patients in whom all of them are 0.
    threads : int, optional
        By default as many as there are processors. Results do not depend on it.
    progress : callable, optional
        Called now and then with the number of patients begun.
    cancel : threading.Event, optional
        Set it to stop.
    """

    rtol: float = 1e-5
    bits: int = 64
    holdable: tuple[str, ...] = ()
    loose: tuple[str, ...] = ()
    absent: tuple[str, ...] = ()
    threads: int | None = None
    progress: Callable[[int], None] | None = None
    cancel: threading.Event | None = None
    name: str = "engine"

    @property
    def packages(self) -> tuple[str, ...]:
        """Packages that take part in a course."""
        return ("numpy", "llvmlite")

    @property
    def _atol(self) -> float:
        return max(self.rtol * _ATOL_RATIO[self.bits], _LEAST_ATOL)

    def tolerances(self, engine: Engine) -> Settings:
        """Tolerances and steps, as the engine takes them."""
        return Settings(
            rtol=np.array([self.rtol * (_LOOSER if p in self.loose else 1.0) for p in engine.states]),
            atol=self._atol,
            # The error of a step of this method goes with its fifth power.
            edge_step=_EDGE_STEP * (self.rtol / 1e-5) ** 0.2,
        )

    def settings(self) -> Mapping[str, Any]:
        """What a run's provenance tells of it."""
        return {
            "name": self.name,
            "method": "Rodas5P",
            "rtol": self.rtol,
            "atol": self._atol,
            "bits": self.bits,
            "held_to_ten_times_the_tolerance": list(self.loose),
            "host": host().summary(),
        }

    def follow(self, task: Task) -> Courses:
        """Follow every patient of a task.

        Raises
        ------
        SimulationError
            If the task holds a state that the engine was not asked to make holdable.
        """
        loose = [path for path in task.held if path not in self.holdable]
        if loose:
            raise SimulationError("cannot be held", where=loose[0], fix="name it in `holdable`")
        spared = self._spared(task)
        if not spared.any() or spared.all():
            return self._follow(task, self.absent if spared.all() else ())
        return joined(
            [
                (rows, self._follow(task.part(rows), absent))
                for rows, absent in (
                    (np.flatnonzero(spared), self.absent),
                    (np.flatnonzero(~spared), ()),
                )
            ]
        )

    def _spared(self, task: Task) -> Array:
        """Who has nothing of what may be left out: neither at the start, nor by their plan."""
        if not self.absent:
            return np.zeros(len(task.start), bool)
        columns = [k for k, path in enumerate(task.model.states) if path in self.absent]
        clean = [
            not any(
                value and path in self.absent
                for stretch in plan
                for path, value in (*stretch.environment.items(), *stretch.jumps.items())
            )
            for plan in task.plans
        ]
        untouched: Array = (task.start[:, columns] == 0).all(axis=1)
        return np.asarray(clean, bool)[task.plan] & untouched

    def _follow(self, task: Task, absent: tuple[str, ...]) -> Courses:
        """Follow patients with the engine that leaves some states out; they are 0 in what it returns."""
        engine = _engine(task.model, self.bits, self._holdable(absent), absent)
        count, states = len(task.start), list(task.model.states)
        column = {path: k for k, path in enumerate(states)}
        begin = np.array([plan[0].start for plan in task.plans])[task.plan]
        start = np.empty((count, len(engine.states)))
        for k, path in enumerate(engine.states):
            start[:, k] = begin if path == TIME else task.start[:, column[path]]
        table = task.table(engine.parameters)
        seen = [path for path in task.report if path not in absent]
        batch = Batch(
            start=start,
            common=table[0] if count else np.zeros(len(engine.parameters)),
            varied=table,
            schedules=tuple(schedule_of(engine, plan, task.held) for plan in task.plans),
            schedule=task.plan,
            times=task.times,
            report=tuple(seen),
        )
        courses = engine.run(
            batch, self.tolerances(engine), threads=self.threads, progress=self.progress, cancel=self.cancel
        )
        kept = [k for k, path in enumerate(engine.states) if path != TIME]
        final = np.where(courses.done[:, None], 0.0, np.full((count, len(states)), np.nan))
        final[:, [column[engine.states[k]] for k in kept]] = courses.final[:, kept]
        reports = courses.reports
        if len(seen) < len(task.report):
            # 0 as long as the patient was followed.
            followed = np.isfinite(reports).all(axis=2) if seen else courses.done[:, None]
            reports = np.zeros((*reports.shape[:2], len(task.report)))
            reports[~np.broadcast_to(followed, reports.shape[:2])] = np.nan
            reports[:, :, [task.report.index(path) for path in seen]] = courses.reports
        return replace(courses, final=final, reports=reports)

    def rates(self, model: Model, parameters: Mapping[str, float | Array], states: Array) -> Array:
        """Rate of each state with nothing done, shape (patient, state) [unit/min]."""
        engine = self.engine(model)
        return engine.rates(states, *self._at_rest(engine, parameters, len(states)))

    def jacobian(self, model: Model, parameters: Mapping[str, float | Array], states: Array) -> Array:
        """Derivative of the rates in the states, shape (patient, state, state) [1/min]."""
        engine = self.engine(model)
        return engine.jacobian(states, *self._at_rest(engine, parameters, len(states)))

    def engine(self, model: Model) -> Engine:
        """The engine for a model with nothing left out; made once a process."""
        return _engine(model, self.bits, self.holdable, ())

    def _holdable(self, absent: tuple[str, ...]) -> tuple[str, ...]:
        return tuple(path for path in self.holdable if path not in absent)

    @staticmethod
    def _at_rest(engine: Engine, parameters: Mapping[str, float | Array], count: int) -> tuple[Array, Array]:
        moving = [1.0 if path.startswith(MOVING) else 0.0 for path in engine.inputs]
        return parameter_table(parameters, engine.parameters, count), np.tile(moving, (count, 1))


@lru_cache(maxsize=8)
def _engine(model: Model, bits: int, holdable: tuple[str, ...], absent: tuple[str, ...]) -> Engine:
    return Engine(model, bits=bits, holdable=holdable, absent=absent)


def schedule_of(engine: Engine, plan: tuple[Stretch, ...], held: tuple[str, ...] = ()) -> Schedule:
    """A plan as the tables of an engine; what is held has the input 0 that lets it move."""
    moving = {MOVING + path: float(path not in held) for path in engine.holdable}
    column = {path: k for k, path in enumerate(engine.states)}
    jumps = np.zeros((len(plan), len(column)))
    for row, stretch in zip(jumps, plan, strict=True):
        for path, amount in stretch.jumps.items():
            if path not in engine.absent:
                row[column[path]] = amount
    inputs = [
        [stretch.environment[path] if path not in moving else moving[path] for path in engine.inputs]
        for stretch in plan
    ]
    edges = np.array([plan[0].start, *(stretch.stop for stretch in plan)])
    return Schedule(edges, np.array(inputs).reshape(len(plan), -1), jumps)
