"""The slow, obvious reference: SciPy's LSODA with the analytic Jacobian.

Between two edges of a timeline the environment is constant; the solver is
started afresh at each edge. It stays for ever as the referee of faster engines.
"""

from __future__ import annotations

import warnings
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from deqi.core.wiring import Model
from deqi.errors import SimulationError
from deqi.solvers.python_kernel import Kernel, compile_kernel


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

        kernel = compile_kernel(model)
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
