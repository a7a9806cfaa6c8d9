"""SciPy's LSODA through `odeint`, which steps in compiled code and calls back for rates and Jacobian."""

from __future__ import annotations

import warnings

import numpy as np

from peers.compiled import build
from peers.peer import Peer, asked, begin
from peers.workload import Array, Case, Workload


class Lsoda(Peer):
    """LSODA with compiled rates and analytic Jacobian."""

    name = "lsoda"
    title = "SciPy LSODA (odeint), compiled rates and Jacobian"

    def load(self, workload: Workload, outputs: tuple[str, ...]) -> None:
        """Read the model; see `Peer`."""
        compiled = build()
        self._columns = workload.columns(outputs)
        size = len(workload.states)
        self._out, self._matrix = np.empty(size), np.zeros((size, size))

        def rates(y: Array, t: float, p: Array, u: Array) -> Array:
            compiled.rates(y, p, u, self._out)
            return self._out

        def jacobian(y: Array, t: float, p: Array, u: Array) -> Array:
            compiled.jacobian(y, p, u, self._matrix)
            return self._matrix

        self._rates, self._jacobian = rates, jacobian

    def solve(self, case: Case, rtol: float, atol: float) -> Array:
        """Outputs of one case; see `Peer`."""
        from scipy.integrate import ODEintWarning, odeint

        found = np.empty((case.times.size, len(self._columns)))
        y = case.start
        found[case.times <= case.edges[0]] = y[self._columns]
        with warnings.catch_warnings():
            warnings.simplefilter("error", ODEintWarning)
            for k, slot in enumerate(case.slots):
                minutes, rows = asked(case, k)
                path = odeint(
                    self._rates,
                    begin(case, k, y),
                    minutes,
                    args=(case.parameters, case.inputs[k]),
                    Dfun=self._jacobian,
                    rtol=rtol,
                    atol=atol,
                    mxstep=1_000_000,
                )
                found[slot] = path[rows][:, self._columns]
                y = path[-1]
        return found

    def version(self) -> str:
        """Name and version of the package."""
        import scipy

        return f"scipy {scipy.__version__}"
