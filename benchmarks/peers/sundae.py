"""CVODE through scikit-sundae, with compiled rates and analytic Jacobian."""

from __future__ import annotations

import numpy as np

from peers.compiled import build
from peers.peer import Peer, asked, begin
from peers.workload import Array, Case, Workload


class Sundae(Peer):
    """CVODE (BDF), dense linear solver."""

    name = "sundae"
    title = "scikit-sundae CVODE, compiled rates and Jacobian"

    def load(self, workload: Workload, outputs: tuple[str, ...]) -> None:
        """Read the model; see `Peer`."""
        from sksundae.cvode import CVODE

        compiled = build()
        self._columns = workload.columns(outputs)
        self._made = CVODE
        self._solvers: dict[tuple[float, float], CVODE] = {}
        self._now: tuple[Array, Array] = (np.empty(0), np.empty(0))

        def rates(t: float, y: Array, out: Array) -> None:
            compiled.rates(y, *self._now, out)

        def jacobian(t: float, y: Array, dy: Array, out: Array) -> None:
            compiled.jacobian(y, *self._now, out)

        self._rates, self._jacobian = rates, jacobian

    def solve(self, case: Case, rtol: float, atol: float) -> Array:
        """Outputs of one case; see `Peer`."""
        solver = self._solvers.get((rtol, atol))
        if solver is None:
            solver = self._made(
                self._rates, jacfn=self._jacobian, rtol=rtol, atol=atol, max_num_steps=1_000_000
            )
            self._solvers[rtol, atol] = solver
        found = np.empty((case.times.size, len(self._columns)))
        y = case.start
        found[case.times <= case.edges[0]] = y[self._columns]
        for k, slot in enumerate(case.slots):
            minutes, rows = asked(case, k)
            if minutes.size == 2:
                # Two times would ask for every internal step.
                minutes = np.array([minutes[0], minutes.mean(), minutes[1]])
                rows = 2 * rows
            self._now = (case.parameters, case.inputs[k])
            solution = solver.solve(minutes, begin(case, k, y))
            if not solution.success:
                raise RuntimeError(f"patient {case.patient}, minute {case.edges[k]:g}: {solution.message}")
            found[slot] = solution.y[rows][:, self._columns]
            y = solution.y[-1]
        return found

    def version(self) -> str:
        """Name and version of the package."""
        import sksundae

        return f"scikit-sundae {sksundae.__version__}"
