"""The slow, obvious reference: SciPy's LSODA with the analytic Jacobian.

Between two edges of a timeline the environment is constant; the solver is
started afresh at each edge. It stays for ever as the referee of faster engines.
"""

from __future__ import annotations

import time
import warnings
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from deqi.core.wiring import Model
from deqi.engine.batch import Courses, Status
from deqi.errors import SimulationError
from deqi.solvers.task import Stretch, Task, parameter_table

if TYPE_CHECKING:
    from deqi.solvers.python_kernel import Kernel


@dataclass(frozen=True)
class ScipyReference:
    """LSODA through `scipy.integrate.solve_ivp`.

    Parameters
    ----------
    rtol : float
        Relative tolerance.
    atol : float
        Absolute tolerance, in each state's unit.
    """

    rtol: float = 1e-6
    atol: float = 1e-9
    name: str = "scipy"

    @property
    def packages(self) -> tuple[str, ...]:
        """Packages that take part in a course."""
        return ("numpy", "scipy", "sympy")

    def settings(self) -> Mapping[str, Any]:
        """What a run's provenance tells of it."""
        return {"name": self.name, "method": "LSODA", "rtol": self.rtol, "atol": self.atol}

    def follow(self, task: Task) -> Courses:
        """Follow every patient of a task, one after the other."""
        kernel, count = _kernel(task.model), len(task.start)
        seen = {path: k for k, path in enumerate(kernel.states)}
        observed = {path: k for k, path in enumerate(kernel.outputs)}
        table = task.table(kernel.parameters)
        reports = np.full((count, len(task.times), len(task.report)), np.nan)
        final = np.full_like(task.start, np.nan)
        status = np.full(count, int(Status.DONE))
        begun = time.process_time()
        for n in range(count):
            stretches = task.plans[task.plan[n]]
            parameters = dict(zip(kernel.parameters, table[n].tolist(), strict=True))
            start = dict(zip(kernel.states, task.start[n].tolist(), strict=True))
            # The end is asked for too, as the state from which to go on.
            asked = np.array(sorted({*task.times.tolist(), stretches[-1].stop}))
            try:
                states = self.solve(task.model, parameters, start, stretches, asked, task.held)
            except SimulationError:
                status[n] = Status.STUCK
                continue
            final[n] = states[:, -1]
            for k, minute in enumerate(task.times):
                y = states[:, np.searchsorted(asked, minute)].tolist()
                outputs = kernel.algebra(
                    float(minute), y, table[n].tolist(), _inputs(kernel, stretches, minute)
                )
                reports[n, k] = [y[seen[p]] if p in seen else outputs[observed[p]] for p in task.report]
        return Courses(
            reports=reports,
            final=final,
            status=status,
            steps=np.zeros(count, int),
            rejected=np.zeros(count, int),
            retried=np.zeros(count, bool),
            cpu_seconds=time.process_time() - begun,
            attempts=0,
        )

    def rates(self, model: Model, parameters: Mapping[str, Any], states: np.ndarray[Any, Any]) -> Any:
        """Rate of each state with nothing done, shape (patient, state) [unit/min]."""
        return self._at_rest("rates", model, parameters, states)

    def jacobian(self, model: Model, parameters: Mapping[str, Any], states: np.ndarray[Any, Any]) -> Any:
        """Derivative of the rates in the states, shape (patient, state, state) [1/min]."""
        return self._at_rest("jacobian", model, parameters, states)

    @staticmethod
    def _at_rest(what: str, model: Model, parameters: Mapping[str, Any], states: np.ndarray[Any, Any]) -> Any:
        kernel = _kernel(model)
        nothing = [0.0] * len(kernel.environment)
        table = parameter_table(parameters, kernel.parameters, len(states))
        function = getattr(kernel, what)
        return np.array(
            [function(0.0, y.tolist(), p.tolist(), nothing) for y, p in zip(states, table, strict=True)]
        )

    def solve(
        self,
        model: Model,
        parameters: Mapping[str, float],
        initial: Mapping[str, float],
        stretches: Sequence[Stretch],
        times: np.ndarray[Any, Any],
        held: Sequence[str] = (),
    ) -> np.ndarray[Any, Any]:
        """States at the given times.

        Parameters
        ----------
        model : Model
            The model.
        parameters, initial : mapping
            Value of each parameter, and of each state at the first stretch's start.
        stretches : sequence of Stretch
            Consecutive stretches of time.
        times : ndarray, shape (time,)
            Rising minutes at which to report; at an edge, the state before its jump.
        held : sequence of str
            States that are kept where they are.

        Returns
        -------
        ndarray, shape (state, time)
            In the order of ``model.states``.

        Raises
        ------
        SimulationError
            If the solver gives up or yields a number that is not finite.
        """
        from scipy.integrate import solve_ivp

        kernel = _kernel(model)
        p = [parameters[path] for path in kernel.parameters]
        y = np.array([initial[path] for path in kernel.states])
        free = np.array([0.0 if path in held else 1.0 for path in kernel.states])
        found = np.full((len(y), len(times)), np.nan)
        first = stretches[0].start
        found[:, times <= first] = y[:, None]
        for stretch in stretches:
            y = y + self._jump(kernel, stretch)
            u = [stretch.environment[path] for path in kernel.environment]
            inside = (times > stretch.start) & (times <= stretch.stop)
            asked = np.unique(np.append(times[inside], stretch.stop))
            with warnings.catch_warnings():
                # LSODA warns before it fails; failure is reported below.
                warnings.simplefilter("ignore")
                solution = solve_ivp(  # type: ignore[call-overload]
                    lambda t, s, u=u: np.asarray(kernel.rates(t, s.tolist(), p, u)) * free,
                    (stretch.start, stretch.stop),
                    y,
                    method="LSODA",
                    t_eval=asked,
                    rtol=self.rtol,
                    atol=self.atol,
                    jac=lambda t, s, u=u: kernel.jacobian(t, s.tolist(), p, u) * free[:, None],
                )
            if not solution.success or not np.isfinite(solution.y).all():
                raise SimulationError(
                    f"the solver gave up at minute {stretch.start:g}: {solution.message}",
                    where=model.name,
                    fix="look for an extreme parameter, or ask for tighter tolerances",
                )
            y = solution.y[:, -1]
            found[:, inside] = solution.y[:, np.searchsorted(asked, times[inside])]
        return found

    @staticmethod
    def _jump(kernel: Kernel, stretch: Stretch) -> np.ndarray[Any, Any]:
        return np.array([stretch.jumps.get(path, 0.0) for path in kernel.states])


def _kernel(model: Model) -> Kernel:
    # SymPy takes its time to load, and is needed for the reference only.
    from deqi.solvers.python_kernel import compile_kernel

    return compile_kernel(model)


def _inputs(kernel: Kernel, stretches: Sequence[Stretch], minute: float) -> list[float]:
    """The environment just before a minute; up to the start, nothing has been done."""
    if minute <= stretches[0].start:
        return [0.0] * len(kernel.environment)
    stretch = next(s for s in stretches if minute <= s.stop)
    return [stretch.environment[path] for path in kernel.environment]
