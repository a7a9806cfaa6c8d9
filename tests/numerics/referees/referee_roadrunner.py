"""libRoadRunner as a referee: CVODE on the SBML that deqi writes, restarted at every edge.

None of deqi's kernels takes part: rates and outputs come from the SBML text,
which another parser reads and another compiler compiles.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from functools import lru_cache

import numpy as np
from referee_patients import Array

from deqi.core.wiring import Model
from deqi.exporters import to_sbml
from deqi.solvers import Task

#: Weeks of decay leave 1e-80 and the like, at which CVODE fails here; so small a state starts a stretch at 0.
_TINY = 1e-20


@dataclass(frozen=True)
class RoadRunner:
    """CVODE (BDF) through libRoadRunner.

    Parameters
    ----------
    rtol, atol : float
        Tolerances; the absolute one in each state's unit. Much tighter, CVODE stalls where a kinked
        function bends.
    """

    rtol: float = 1e-8
    atol: float = 1e-11
    name: str = "libRoadRunner"

    @property
    def method(self) -> str:
        """In words."""
        return f"CVODE (BDF), rtol {self.rtol:g}, atol {self.atol:g}, Jacobian by differences"

    def reports(self, task: Task) -> Array:
        """Every observable, shape (patient, time, report)."""
        loaded = _load(task.model)
        integrator = loaded.engine.integrator
        integrator.relative_tolerance, integrator.absolute_tolerance = self.rtol, self.atol
        integrator.stiff, integrator.maximum_num_steps = True, 1_000_000
        loaded.engine.timeCourseSelections = [_symbol(path) for path in task.report]
        return np.array([loaded.follow(task, n) for n in range(len(task.start))])


class _Loaded:
    """A model as libRoadRunner has read and compiled it."""

    def __init__(self, model: Model) -> None:
        # Where it is not installed, the tests that need it are skipped.
        import roadrunner

        nothing = dict.fromkeys([*model.parameters, *model.states], 1.0)
        self.engine = roadrunner.RoadRunner(to_sbml(model, nothing, nothing))
        number = {name: k for k, name in enumerate(self.engine.model.getGlobalParameterIds())}
        paths = (model.states, model.parameters, model.outside)
        self.states, self.parameters, self.inputs = (
            [number[_symbol(path)] for path in group] for group in paths
        )

    def put(self, numbers: list[int], values: Iterable[float]) -> None:
        """Set some values."""
        self.engine.model.setGlobalParameterValues(numbers, [float(v) for v in values])

    def follow(self, task: Task, n: int) -> Array:
        """Every observable of one patient, shape (time, report)."""
        model, engine, times = task.model, self.engine, task.times
        stretches, state = task.plans[task.plan[n]], task.start[n]
        found = np.full((len(times), len(task.report)), np.nan)
        self.put(self.parameters, task.table(tuple(model.parameters))[n])
        self.put(self.inputs, np.zeros(len(self.inputs)))
        self.put(self.states, state)
        found[times <= stretches[0].start] = engine.getSelectedValues()
        for stretch in stretches:
            jumped = state + [stretch.jumps.get(path, 0.0) for path in model.states]
            self.put(self.inputs, (stretch.environment[path] for path in model.outside))
            self.put(self.states, np.where(np.abs(jumped) < _TINY, 0.0, jumped))
            # Minutes count from the edge: the equations hold no time, and first steps keep their digits.
            engine.integrator.restart(0.0)
            inside = (times > stretch.start) & (times <= stretch.stop)
            stops = np.unique([stretch.start, *times[inside], stretch.stop])
            rows = np.asarray(engine.simulate(times=(stops - stretch.start).tolist()))
            found[inside] = rows[np.searchsorted(stops, times[inside])]
            state = np.array(engine.model.getGlobalParameterValues(self.states))
        return found


@lru_cache(maxsize=2)
def _load(model: Model) -> _Loaded:
    return _Loaded(model)


def _symbol(path: str) -> str:
    return path.replace(".", "__")
