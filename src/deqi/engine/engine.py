"""Machine code of one model, and how to call it."""

from __future__ import annotations

import ctypes
import hashlib
import threading
import time
from collections.abc import Callable, Iterable, Mapping
from dataclasses import replace
from functools import cache as remember
from pathlib import Path
from typing import Any

import numpy as np

from deqi.core.fingerprint import fingerprint
from deqi.core.wiring import Model
from deqi.engine import cache
from deqi.engine.batch import Array, Batch, Courses, Settings, Status
from deqi.engine.compiler import Loaded
from deqi.engine.fields import KERNELS
from deqi.engine.host import host
from deqi.engine.tables import check_batch, check_settings, shared_tables
from deqi.engine.workers import processors, work_together
from deqi.engine.workspace import Workspace, caller
from deqi.errors import EngineError, UnknownNameError


class Engine:
    """Follows many patients of one model at once, one a lane.

    Parameters
    ----------
    model : Model
        The model.
    bits : {64, 32}
        Float type of the lanes. Time is always float64.
    varied : iterable of str, optional
        Parameters that differ between patients; by default all may. Naming them makes faster code.
    holdable : iterable of str
        States that a schedule may hold still.
    absent : iterable of str
        States and inputs that are 0 throughout, and left out: they are in no array.
    width : int, optional
        Number of lanes; by default what suits the host. Results do not depend on it.

    Attributes
    ----------
    states, parameters, inputs, outputs, varied : tuple of str
        Paths in the order of the arrays.
    compiled : bool
        Whether code had to be made, for want of it in the cache.

    Examples
    --------
    >>> from deqi.core import Block, Expr, Instance, Mechanism, Model, var
    >>> from deqi.engine import Batch, Schedule
    >>> class Decay(Mechanism):
    ...     class State(Block):
    ...         level: Expr = var("nM", "level", symbol="c", initial=1.0)
    ...
    ...     class Params(Block):
    ...         rate: Expr = var("1/min", "decay", symbol="k")
    ...
    ...     @staticmethod
    ...     def rhs(t, x, p, u, ops):
    ...         return {"level": -p.rate * x.level}
    >>> engine = Engine(Model("decay", [Instance("drug", Decay)], []))
    >>> once = Schedule(np.array([0.0, 10.0]), np.zeros((1, 0)), np.zeros((1, 1)))
    >>> batch = Batch(np.ones((2, 1)), np.zeros(1), np.array([[0.1], [0.2]]), (once,), np.zeros(2, int))
    >>> engine.run(batch).final[:, 0].round(4).tolist()
    [0.3679, 0.1353]
    """

    def __init__(
        self,
        model: Model,
        *,
        bits: int = 64,
        varied: Iterable[str] | None = None,
        holdable: Iterable[str] = (),
        absent: Iterable[str] = (),
        width: int | None = None,
    ) -> None:
        if bits not in (64, 32):
            raise EngineError(f"there are no lanes of {bits} bits", fix="take 64 or 32")
        self.model, self.bits = model, bits
        self.width = host().width(bits) if width is None else width
        if self.width not in (1, 2, 4, 8, 16) or self.width * bits > 512:
            raise EngineError(f"there are no {self.width} lanes of {bits} bits", fix="take 1, 2, 4 or 8")
        self.holdable = tuple(dict.fromkeys(holdable))
        self.absent = tuple(dict.fromkeys(absent))
        named = None if varied is None else tuple(dict.fromkeys(varied))
        for path in named or ():
            if path not in model.parameters:
                raise UnknownNameError("parameter", path, model.parameters, where="varied")
        options = repr((bits, self.width, named, self.holdable, self.absent))
        key = cache.key_of(fingerprint(model), _own_digest(), str(host()), options)
        entry = cache.read(key)
        self.compiled = entry is None
        if entry is None:
            from deqi.engine.build import build

            entry = build(model, bits, self.width, named, self.holdable, self.absent)
            cache.write(key, entry)
        about = entry.about
        self.states: tuple[str, ...] = tuple(about["states"])
        self.parameters: tuple[str, ...] = tuple(about["parameters"])
        self.inputs: tuple[str, ...] = tuple(about["inputs"])
        self.outputs: tuple[str, ...] = tuple(about["outputs"])
        self.varied = self.parameters if named is None else named
        self.sizes: Mapping[str, int] = about["sizes"]
        self.entries = np.array(about["entries"], int).reshape(-1, 2)
        self.lane = np.float64 if bits == 64 else np.float32
        self.code = Loaded(entry.code, [*(f"kernel_{name}" for name in KERNELS), "drive"])
        self._drive = ctypes.CFUNCTYPE(ctypes.c_int64, ctypes.c_void_p)(self.code.addresses["drive"])

    # ------------------------------------------------------------------ many patients

    def run(
        self,
        batch: Batch,
        settings: Settings | None = None,
        *,
        threads: int | None = None,
        retry: bool = True,
        progress: Callable[[int], None] | None = None,
        cancel: threading.Event | None = None,
    ) -> Courses:
        """Follow every patient of a batch.

        Parameters
        ----------
        batch : Batch
            Who, and what is done.
        settings : Settings
            How closely.
        threads : int, optional
            Threads, each with its own lanes; by default as many as there are processors, and no
            more than there is work for. Results do not depend on it.
        retry : bool
            Whether patients who fail are run again at tighter settings.
        progress : callable, optional
            Called now and then with the number of patients begun.
        cancel : threading.Event, optional
            Set it to stop; patients who are not done by then have the status ``NOT_RUN``.

        Raises
        ------
        EngineError
            If the arrays do not fit the model.
        KeyboardInterrupt
            If interrupted; nothing goes on in the background.
        """
        settings = settings or Settings()
        check_batch(self, batch)
        check_settings(self, settings)
        if threads is not None and threads < 1:
            raise EngineError("at least one thread must run", where="threads")
        courses = self._follow(batch, settings, threads, progress, cancel)
        again = np.flatnonzero(~courses.done & (courses.status != Status.NOT_RUN))
        if not retry or not len(again):
            return courses
        second = self._follow(batch.part(again), settings.tighter(), threads, None, cancel)
        for name in ("reports", "final", "status"):
            getattr(courses, name)[again] = getattr(second, name)
        for name in ("steps", "rejected"):
            getattr(courses, name)[again] += getattr(second, name)
        courses.retried[again] = True
        return replace(
            courses,
            cpu_seconds=courses.cpu_seconds + second.cpu_seconds,
            attempts=courses.attempts + second.attempts,
        )

    def _follow(
        self,
        batch: Batch,
        settings: Settings,
        threads: int | None,
        progress: Callable[[int], None] | None,
        cancel: threading.Event | None,
    ) -> Courses:
        given = self.shared(batch, settings)
        queue, cpu, attempts = given["queue"], [], []

        def task() -> None:
            workspace = Workspace(given, self.sizes, self.lane)
            # Both must live until the call returns: machine code sees only their addresses.
            record = workspace.record()
            begun = time.thread_time()
            attempts.append(self._drive(record.ctypes.data))
            cpu.append(time.thread_time() - begun)

        def stop() -> None:
            queue[1] = 1

        def poll() -> None:
            if cancel is not None and cancel.is_set():
                stop()
            if progress is not None:
                progress(min(int(queue[0]), len(batch)))

        count = min(threads or processors(), -(-len(batch) // self.width))
        work_together(task, count, poll=poll, stop=stop)
        status, reports, final = given["status"], given["reports"], given["final"]
        for n in np.flatnonzero(status != Status.DONE):
            reports[n, given["rows"][n] :] = np.nan
            final[n] = np.nan
        return Courses(
            reports=reports,
            final=final,
            status=status,
            steps=given["steps"],
            rejected=given["rejected"],
            retried=np.zeros(len(batch), bool),
            cpu_seconds=sum(cpu),
            attempts=sum(attempts),
        )

    def shared(self, batch: Batch, settings: Settings) -> dict[str, Any]:
        """Numbers and tables that all threads share, by field of the workspace."""
        return shared_tables(self, batch, settings)

    # ------------------------------------------------------------------ one evaluation

    def rates(self, states: Array, parameters: Array, inputs: Array) -> Array:
        """Rate of each state [unit/min].

        Parameters
        ----------
        states, parameters, inputs : ndarray, shape (patient, ...)
            In the order of the attributes of the same names; float64.

        Returns
        -------
        ndarray, shape (patient, state)
        """
        return self._evaluate("rates", "slope", states, parameters, inputs)

    def observe(self, states: Array, parameters: Array, inputs: Array) -> Array:
        """Value of each algebraic output, shape (patient, output); arguments as for `rates`."""
        return self._evaluate("observe", "observed", states, parameters, inputs)

    def jacobian(self, states: Array, parameters: Array, inputs: Array) -> Array:
        """Derivative of each rate in each state [1/min], shape (patient, state, state); see `rates`."""
        found = np.zeros((len(states), len(self.states), len(self.states)))
        rows, columns = self.entries.T
        found[:, rows, columns] = self._evaluate("slopes", "entries", states, parameters, inputs)
        return found

    def _evaluate(self, kernel: str, result: str, states: Array, parameters: Array, inputs: Array) -> Array:
        count, width = len(states), self.width
        groups = {"states": (states, self.states), "parameters": (parameters, self.parameters)}
        for name, (table, paths) in {**groups, "inputs": (inputs, self.inputs)}.items():
            if np.shape(table) != (count, len(paths)):
                raise EngineError(f"has shape {np.shape(table)}, needs {(count, len(paths))}", where=name)
        call = {name: caller(name, self.code.addresses) for name in ("prepare", kernel)}
        lanes = Workspace({"width": width}, self.sizes, self.lane)
        found = np.empty((count, self.sizes[result]))
        # The last lanes repeat the last patient.
        for first in range(0, count, width):
            rows = np.minimum(np.arange(first, first + width), count - 1)
            for field, table in (("p", parameters), ("u", inputs)):
                put_rows(lanes, field, table[rows])
            for field in ("y", "point", "within"):
                put_rows(lanes, field, states[rows])
            lanes.slope[:] = 0.0
            for name, function in call.items():
                function(*(getattr(lanes, field).ctypes.data for field in KERNELS[name]))
            values = getattr(lanes, result).reshape(-1, width).T
            found[first : first + width] = values[: min(width, count - first), : found.shape[1]]
        return found


def put_rows(lanes: Workspace, field: str, table: Array) -> None:
    """Write one row a lane into a field of vectors."""
    vectors = getattr(lanes, field).reshape(-1, len(table))
    vectors[: table.shape[1]] = table.T


@remember
def _own_digest() -> str:
    """Changes with the code that writes machine code."""
    here = Path(__file__).parent
    sources = [*sorted(here.glob("*.py")), *(here.parent / "core" / f for f in ("symbols.py", "trace.py"))]
    return hashlib.sha256(b"".join(path.read_bytes() for path in sources)).hexdigest()
