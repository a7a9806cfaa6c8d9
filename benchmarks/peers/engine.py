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
            from deqi.engine import Batch, Engine, Schedule
            from deqi.models import needling_analgesia
            from deqi.simulation.preparation import FAST
            from deqi.solvers import LaneEngine
        except ImportError as error:
            raise NotHere(f"deqi has no engine here ({error})") from error
        self._version = f"deqi {deqi.__version__}"
        model = needling_analgesia()
        self._engine = Engine(model, bits=self.bits, varied=workload.varied)
        began = time.perf_counter()
        Engine(model, bits=self.bits, varied=workload.varied)
        self.notes = {"load_from_cache_wall": time.perf_counter() - began}
        self._batch, self._outputs = Batch, outputs
        # Tolerances as `deqi.simulate` sets them, from the one that is asked for.
        self._settings = lambda rtol: LaneEngine(rtol=rtol, bits=self.bits, loose=FAST).tolerances(
            self._engine
        )
        number = {path: k for k, path in enumerate(workload.parameters)}
        self._common = [number[path] for path in self._engine.parameters]
        self._varied = [number[path] for path in self._engine.varied]
        inputs = [workload.inputs.index(path) for path in self._engine.inputs]
        states = workload.columns(self._engine.states)
        self._states = states
        self._schedules = tuple(
            Schedule(edges, doses[:, inputs], jumps[:, states])
            for edges, doses, jumps in zip(workload.edges, workload.doses, workload.jumps, strict=True)
        )

    def solve(self, case: Case, rtol: float, atol: float) -> Array:
        """Outputs of one case; see `Peer`."""
        return self.solve_all([case], rtol, atol)[0]

    def solve_all(self, cases: Sequence[Case], rtol: float, atol: float) -> Array:
        """Outputs of many cases at once; see `Peer`."""
        batch = self._batch(
            start=np.array([case.start for case in cases])[:, self._states],
            common=cases[0].parameters[self._common],
            varied=np.array([case.parameters for case in cases])[:, self._varied],
            schedules=self._schedules,
            schedule=np.array([case.protocol for case in cases]),
            times=cases[0].times,
            report=self._outputs,
        )
        courses: Any = self._engine.run(batch, self._settings(rtol), threads=1)
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
