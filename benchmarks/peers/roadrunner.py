"""CVODE through libRoadRunner, from the SBML file; its Jacobian is by differences."""

from __future__ import annotations

import numpy as np

from peers.peer import NotHere, Peer, asked, begin
from peers.workload import FOLDER, Array, Case, Workload, symbol


class RoadRunner(Peer):
    """CVODE (BDF), model compiled by LLVM."""

    name = "roadrunner"
    title = "libRoadRunner CVODE"

    def load(self, workload: Workload, outputs: tuple[str, ...]) -> None:
        """Read the model; see `Peer`."""
        try:
            import roadrunner
        except ImportError as error:
            raise NotHere(f"libroadrunner is not installed ({error})") from error
        self._version = f"libroadrunner {roadrunner.__version__}"
        self._rr = roadrunner.RoadRunner((FOLDER / "model.xml").read_text())
        number = {name: k for k, name in enumerate(self._rr.model.getGlobalParameterIds())}
        self._parameters = [number[symbol(path)] for path in workload.parameters]
        self._inputs = [number[symbol(path)] for path in workload.inputs]
        self._states = [number[symbol(path)] for path in workload.states]
        self._columns = workload.columns(outputs)
        self._rr.timeCourseSelections = [symbol(path) for path in outputs]

    def solve(self, case: Case, rtol: float, atol: float) -> Array:
        """Outputs of one case; see `Peer`."""
        rr = self._rr
        integrator = rr.integrator
        integrator.relative_tolerance, integrator.absolute_tolerance = rtol, atol
        integrator.stiff, integrator.maximum_num_steps = True, 1_000_000
        found = np.empty((case.times.size, len(self._columns)))
        y = case.start
        found[case.times <= case.edges[0]] = y[self._columns]
        rr.model.setGlobalParameterValues(self._parameters, case.parameters.tolist())
        for k, slot in enumerate(case.slots):
            minutes, rows = asked(case, k)
            rr.model.setGlobalParameterValues(self._inputs, case.inputs[k].tolist())
            rr.model.setGlobalParameterValues(self._states, begin(case, k, y).tolist())
            integrator.restart(0.0)
            found[slot] = np.asarray(rr.simulate(times=minutes.tolist()))[rows]
            y = np.asarray(rr.model.getGlobalParameterValues(self._states))
        return found

    def version(self) -> str:
        """Name and version of the package."""
        return self._version
