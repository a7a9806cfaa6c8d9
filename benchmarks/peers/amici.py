"""CVODES through AMICI, from the SBML file: C++ with a symbolic sparse Jacobian and KLU."""

from __future__ import annotations

import logging
import os
import sys
import tempfile
from pathlib import Path

import numpy as np

from peers.peer import NotHere, Peer, asked, begin
from peers.workload import FOLDER, Array, Case, Workload, symbol


class Amici(Peer):
    """CVODES (BDF), model compiled by a C++ compiler."""

    name = "amici"
    title = "AMICI CVODES, sparse symbolic Jacobian"

    def load(self, workload: Workload, outputs: tuple[str, ...]) -> None:
        """Read the model; see `Peer`."""
        # The model must be wrapped by the SWIG that AMICI was wrapped by: the one beside this interpreter.
        os.environ["PATH"] = os.pathsep.join([str(Path(sys.executable).parent), os.environ["PATH"]])
        try:
            import amici
            from amici.importers.sbml import SbmlImporter
            from amici.sim import sundials
        except ImportError as error:
            raise NotHere(f"not built: {_why(error)}") from error
        # It reports each root function that starts at 0 (every `max` whose argument does).
        logging.disable(logging.WARNING)
        self._version = f"AMICI {amici.__version__}"
        model = SbmlImporter(FOLDER / "model.xml").sbml2amici(
            "deqi_model",
            tempfile.mkdtemp(prefix="amici-", dir=FOLDER),
            fixed_parameters=[symbol(path) for path in workload.inputs],
            observation_model=[],
            generate_sensitivity_code=False,
            compute_conservation_laws=False,
        )
        self._model, self._run, self._ok = model, sundials.run_simulation, sundials.AMICI_SUCCESS
        # Else it stores and copies room for sensitivities in every parameter at every output time.
        model.set_parameter_list([])
        self._array = sundials.stdVec2ndarray
        self._solver = model.create_solver()
        self._solver.set_max_steps(1_000_000)
        self._solver.set_linear_solver(sundials.LinearSolver_KLU)
        self._free = _order(workload.parameters, model.get_free_parameter_ids())
        self._fixed = _order(workload.inputs, model.get_fixed_parameter_ids())
        self._theirs = _order(workload.states, model.get_state_ids())
        self._ours = np.argsort(self._theirs)
        self._columns = workload.columns(outputs)

    def solve(self, case: Case, rtol: float, atol: float) -> Array:
        """Outputs of one case; see `Peer`."""
        model, solver = self._model, self._solver
        solver.set_relative_tolerance(rtol)
        solver.set_absolute_tolerance(atol)
        found = np.empty((case.times.size, len(self._columns)))
        y = case.start
        found[case.times <= case.edges[0]] = y[self._columns]
        model.set_free_parameters(case.parameters[self._free].tolist())
        for k, slot in enumerate(case.slots):
            minutes, rows = asked(case, k)
            model.set_fixed_parameters(case.inputs[k][self._fixed].tolist())
            model.set_initial_state(begin(case, k, y)[self._theirs].tolist())
            model.set_timepoints(minutes.tolist())
            # Through the pointer: as an attribute, `x` is copied number by number in Python.
            result = self._run(model, solver)._swigptr
            if result.status != self._ok:
                raise RuntimeError(
                    f"patient {case.patient}, minute {case.edges[k]:g}: AMICI status {result.status}"
                )
            states = self._array(result.x, result.nt, result.nx_rdata)[:, self._ours]
            found[slot] = states[rows][:, self._columns]
            y = states[-1]
        return found

    def version(self) -> str:
        """Name and version of the package."""
        return self._version


def _why(error: ImportError) -> str:
    """Last error of the build, if `make bench` tried one."""
    log = Path(sys.prefix) / "amici.log"
    lines = log.read_text().splitlines() if log.exists() else []
    told = [line.strip() for line in lines if "error" in line.lower()]
    return told[-1] if told else str(error)


def _order(paths: tuple[str, ...], theirs: tuple[str, ...]) -> list[int]:
    """Our numbers in their order."""
    number = {symbol(path): k for k, path in enumerate(paths)}
    return [number[name] for name in theirs]
