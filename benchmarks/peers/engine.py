"""deqi's own engine: many patients at once, one a lane; one thread."""

from __future__ import annotations

import os
import tempfile
import time
from collections.abc import Sequence
from typing import Any, ClassVar

import numpy as np

from peers.peer import NotHere, Peer
from peers.workload import FOLDER, Array, Case, Workload


class Engine64(Peer):
    """Rodas5P in float64 lanes."""

    name = "engine"
    title = "deqi engine, float64"
    patients = 200
    bits: ClassVar[int] = 64

    def load(self, workload: Workload, outputs: tuple[str, ...]) -> None:
        """Read the model; see `Peer`."""
        # A folder of its own: nothing that was compiled before is found there.
        os.environ["DEQI_CACHE"] = tempfile.mkdtemp(prefix="engine-", dir=FOLDER)
        try:
            import deqi
            from deqi.engine import Engine
            from deqi.models import needling_analgesia
            from deqi.simulation import lane_engine
            from deqi.simulation.preparation import DRUGS
            from deqi.solvers import Stretch, Task
        except ImportError as error:
            raise NotHere(f"deqi has no engine here ({error})") from error
        self._version = f"deqi {deqi.__version__}"
        self._model, self._outputs, self._task = needling_analgesia(), outputs, Task
        # As `deqi.simulate` sets it: some states loosely, and drugs left out where there are none.
        self._solver = lambda rtol: lane_engine(rtol=rtol, bits=self.bits, threads=1)
        Engine(self._model, bits=self.bits)
        began = time.perf_counter()
        Engine(self._model, bits=self.bits)
        self.notes = {"load_from_cache_wall": time.perf_counter() - began}
        Engine(self._model, bits=self.bits, absent=DRUGS)
        self._parameters = workload.parameters
        self._states = workload.columns(tuple(self._model.states))
        self._plans = tuple(
            tuple(
                Stretch(
                    start,
                    stop,
                    dict(zip(workload.inputs, dose.tolist(), strict=True)),
                    dict(zip(workload.states, jump.tolist(), strict=True)),
                )
                for start, stop, dose, jump in zip(edges[:-1], edges[1:], doses, jumps, strict=True)
            )
            for edges, doses, jumps in zip(workload.edges, workload.doses, workload.jumps, strict=True)
        )

    def solve(self, case: Case, rtol: float, atol: float) -> Array:
        """Outputs of one case; see `Peer`."""
        return self.solve_all([case], rtol, atol)[0]

    def solve_all(self, cases: Sequence[Case], rtol: float, atol: float) -> Array:
        """Outputs of many cases at once; see `Peer`."""
        start = np.array([case.start for case in cases])[:, self._states]
        table = np.array([case.parameters for case in cases])
        task = self._task(
            model=self._model,
            parameters=dict(zip(self._parameters, table.T, strict=True)),
            # What is below 1e-20 is nothing, as for the peers.
            start=np.where(np.abs(start) < 1e-20, 0.0, start),
            plans=self._plans,
            plan=np.array([case.protocol for case in cases]),
            times=cases[0].times,
            report=self._outputs,
        )
        courses: Any = self._solver(rtol).follow(task)
        if not courses.done.all():
            raise RuntimeError("; ".join(courses.complaints()))
        return np.asarray(courses.reports)

    def version(self) -> str:
        """Name and version of the package."""
        return self._version


class Engine32(Engine64):
    """Rodas5P in float32 lanes, time in float64."""

    name = "engine32"
    title = "deqi engine, float32"
    bits = 32
    #: Below these, rounding to seven digits is the error.
    tolerances = (1e-2, 1e-3, 1e-4, 1e-5)
