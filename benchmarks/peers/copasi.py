"""COPASI's deterministic LSODA, from the SBML file; its Jacobian is by differences."""

from __future__ import annotations

from typing import Any

import numpy as np

from peers.peer import NotHere, Peer, asked, begin
from peers.workload import FOLDER, Array, Case, Workload, symbol


class Copasi(Peer):
    """LSODA, model evaluated by COPASI's own compiled expressions."""

    name = "copasi"
    title = "COPASI LSODA"

    def load(self, workload: Workload, outputs: tuple[str, ...]) -> None:
        """Read the model; see `Peer`."""
        try:
            import COPASI
        except ImportError as error:
            raise NotHere(f"python-copasi is not installed ({error})") from error
        self._version = f"COPASI {COPASI.__version__}"
        self._data = COPASI.CRootContainer.addDatamodel()
        if not self._data.importSBML(str(FOLDER / "model.xml")):
            raise NotHere(f"COPASI refuses the SBML file: {COPASI.CCopasiMessage.getAllMessageText()}")
        self._model = self._data.getModel()
        values = self._model.getModelValues()
        by_name = {values.get(k).getObjectName(): values.get(k) for k in range(values.size())}
        self._parameters = [by_name[symbol(path)] for path in workload.parameters]
        self._inputs = [by_name[symbol(path)] for path in workload.inputs]
        self._states = [by_name[symbol(path)] for path in workload.states]
        self._outputs = outputs
        self._columns = workload.columns(outputs)
        self._vector = COPASI.ObjectStdVector
        self._task = self._data.getTask("Time-Course")
        self._task.setMethodType(COPASI.CTaskEnum.Method_deterministic)
        problem = self._task.getProblem()
        problem.setAutomaticStepSize(False)
        problem.setUseValues(True)
        problem.setTimeSeriesRequested(True)
        problem.setOutputStartTime(0.0)
        self._model.setInitialTime(0.0)
        self._series: list[int] = []

    def solve(self, case: Case, rtol: float, atol: float) -> Array:
        """Outputs of one case; see `Peer`."""
        method, problem = self._task.getMethod(), self._task.getProblem()
        method.getParameter("Relative Tolerance").setDblValue(rtol)
        method.getParameter("Absolute Tolerance").setDblValue(atol)
        method.getParameter("Max Internal Steps").setUIntValue(1_000_000)
        found = np.empty((case.times.size, len(self._columns)))
        y = case.start
        found[case.times <= case.edges[0]] = y[self._columns]
        self._set(self._parameters, case.parameters)
        for k, slot in enumerate(case.slots):
            minutes, rows = asked(case, k)
            self._set(self._inputs, case.inputs[k])
            self._set(self._states, begin(case, k, y))
            problem.setValues(" ".join(map(repr, minutes.tolist())))
            problem.setDuration(minutes[-1])
            if not self._task.process(True):
                where = f"patient {case.patient}, minute {case.edges[k]:g}"
                raise RuntimeError(f"{where}: COPASI gave up: {self._task.getProcessError()}")
            series = self._task.getTimeSeries()
            if series.getRecordedSteps() != minutes.size:
                raise RuntimeError(f"COPASI gave {series.getRecordedSteps()} times, not {minutes.size}")
            if not self._series:
                columns = {series.getTitle(j): j for j in range(series.getNumVariables())}
                self._series = [columns[f"Values[{symbol(path)}]"] for path in self._outputs]
            for time, row in zip(range(slot.start, slot.stop), rows.tolist(), strict=True):
                found[time] = [series.getData(row, j) for j in self._series]
            y = np.array([state.getValue() for state in self._states])
        return found

    def _set(self, quantities: list[Any], values: Array) -> None:
        changed = self._vector()
        for quantity, value in zip(quantities, values.tolist(), strict=True):
            quantity.setInitialValue(value)
            changed.append(quantity.getInitialValueReference())
        self._model.updateInitialValues(changed)

    def version(self) -> str:
        """Name and version of the package."""
        return self._version
