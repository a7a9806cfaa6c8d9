"""Chunks computed by the workers of a Dask cluster; needs the optional package ``distributed``.

Workers send their chunks here, and this process writes them: they need not see
the folder. A task gets one thread, as a worker runs as many tasks at a time
as it was given threads.

A worker is asked before it is given work (see `deqi.execution.probe`). One that would
give other bits ends the run if it was there at the beginning, when that costs nothing;
one that comes later is left alone, and told at the end. A chunk may run on those alone
that were found fit. If all of them go, it waits for new ones, but not for ever.
"""

from __future__ import annotations

import contextlib
import pickle
import threading
import time
from asyncio import CancelledError as AsyncCancelledError
from collections.abc import Callable, Sequence
from concurrent.futures import CancelledError, Future
from typing import Any

from deqi.errors import FileError, SimulationError
from deqi.execution.crews import SPARE
from deqi.execution.probe import Guarded, answer, difference, probe, sample_of
from deqi.execution.roster import Roster
from deqi.execution.spans import Span
from deqi.execution.task import Task, Work

# How long a scheduler, or its first worker, may take to answer [s].
_ANSWER_SECONDS = 10.0
# How long workers may take to say what they are made of: the first patients may need machine code [s].
_PROBE_SECONDS = 300.0
# How long a run waits for a new worker when all have gone; a nanny starts one in a few seconds [s].
_GONE_SECONDS = 30.0
# How often workers are looked after [s].
_LOOK_SECONDS = 0.25


class WorkersGoneError(Exception):
    """Nobody is left that could do what was given out."""


class Cluster:
    """The workers of a scheduler.

    Parameters
    ----------
    work, key
        As in `deqi.execution.crews`.
    address : str
        Of the scheduler, such as ``tcp://10.0.0.1:8786``.
    patients : int
        Of the run; a few of them are computed everywhere, and compared.

    Raises
    ------
    FileError
        If ``distributed`` is not installed, or no scheduler with workers answers.
    SimulationError
        If a worker would give other bits.
    """

    def __init__(self, work: Work, key: str, address: str, patients: int) -> None:
        try:
            from distributed import Client, KilledWorker
        except ImportError as error:
            raise FileError("a cluster needs distributed", fix="pip install 'deqi[cluster]'") from error
        self.lost = (KilledWorker, CancelledError, AsyncCancelledError, WorkersGoneError)
        task, sample = Task.of(work, key, threads=1), sample_of(patients)
        # In two steps, so that one that does not get through can be closed: it has threads.
        kind: Any = Client
        self._client: Any = kind.__new__(kind)
        trouble = ("no scheduler answers", "give the address that it shows")
        try:
            kind.__init__(self._client, address, timeout=_ANSWER_SECONDS, set_as_default=False)
            trouble = ("the scheduler has no workers", "start some")
            self._client.wait_for_workers(1, timeout=_ANSWER_SECONDS)
        except (OSError, ValueError) as error:
            self._client.close()
            raise FileError(trouble[0], where=address, fix=trouble[1]) from error
        try:
            self._guarded = Guarded(task, sample, probe(task, sample))
            self._roster = Roster(
                ask=lambda worker: self._begin_call(_Call(answer, task, sample), [worker]),
                judge=lambda said: difference(said, self._guarded.wanted, sample),
            )
            self._begin(address)
        except BaseException:
            self._client.close()
            raise
        self._given: dict[Span, _Given] = {}
        self._lock = threading.Lock()
        self._last_seen = time.monotonic()

    def _begin(self, address: str) -> None:
        """Have all workers asked that are there, and refuse those that would give other bits."""
        until = time.monotonic() + _PROBE_SECONDS
        seen = time.monotonic()
        while True:
            self._roster.look(self._threads())
            if self._roster.fit or self._roster.asked:
                seen = time.monotonic()
            elif not self._roster.unfit and time.monotonic() - seen > _ANSWER_SECONDS:
                raise FileError(
                    "all workers have gone while they were asked", where=address, fix="see what they say"
                )
            if self._roster.unfit:
                worker, why = next(iter(self._roster.unfit.items()))
                others = len(self._roster.unfit) - 1
                more = f" (and {others} more)" if others else ""
                raise SimulationError(
                    f"may give other bits{more}: {why}",
                    where=f"worker {worker}",
                    fix="install there what is here, or stop it",
                )
            late = time.monotonic() > until
            if self._roster.fit and (late or not self._roster.asked):
                return
            if late:
                raise FileError(
                    f"no worker has answered within {_PROBE_SECONDS:g} s", where=address, fix="start others"
                )
            time.sleep(0.02)

    @property
    def size(self) -> int:
        """Tasks that all fit workers run at the same time; they may come and go."""
        return self._roster.threads or 1

    @property
    def room(self) -> int:
        """Chunks that may be given out at the same time."""
        return self.size + SPARE

    @property
    def notices(self) -> tuple[str, ...]:
        """Workers that came later, and were given no work."""
        return tuple(
            f"worker {worker} was given no work, as it may give other bits: {why}"
            for worker, why in self._roster.unfit.items()
        )

    def submit(self, span: Span) -> Future[bytes | None]:
        """Begin a chunk on some worker."""
        if self._client.status != "running":
            raise CancelledError("the scheduler has gone")
        given = _Given(span)
        with self._lock:
            self._given[span] = given
        self._send(given)
        return given.outer

    def look(self) -> float | None:
        """Look after workers: ask new ones, and give what the lost ones had to others."""
        there = self._client.status == "running"
        if there:
            # A scheduler that goes in this moment is noticed the next time.
            with contextlib.suppress(OSError):
                self._roster.look(self._threads())
        if self._roster.fit or self._roster.asked:
            self._last_seen = time.monotonic()
        with self._lock:
            waiting = list(self._given.values())
        gone = time.monotonic() - self._last_seen > _GONE_SECONDS
        for given in waiting:
            if gone or not there:
                # Dask forgets what a scheduler had that was lost, also if another comes.
                who = "all workers have" if there else "the scheduler has"
                self._end(given, error=WorkersGoneError(f"{who} gone"))
            elif not given.among & self._roster.fit.keys():
                self._send(given)
        return _LOOK_SECONDS

    def suspects(self, given: Sequence[Span]) -> Sequence[Span]:
        """A scheduler suspects all that a lost worker had been sent, begun or not."""
        return given

    def close(self) -> None:
        """Leave the cluster."""
        self._client.close()

    def stop(self) -> None:
        """Cancel what has not begun, and leave."""
        with self._lock:
            inner = [given.inner for given in self._given.values() if given.inner is not None]
            self._given.clear()
        if self._client.status == "running":
            with contextlib.suppress(OSError):
                self._client.cancel(inner)
        self._client.close()

    def _begin_call(self, call: _Call, workers: list[str]) -> Any:
        return self._client.submit(
            pickle.loads, pickle.dumps(call), workers=workers, allow_other_workers=False, pure=False
        )

    def _threads(self) -> dict[str, int]:
        return dict(self._client.nthreads())

    def _send(self, given: _Given) -> None:
        """Give a chunk to all workers that are fit now; whoever had it before has gone."""
        fit = frozenset(self._roster.fit)
        if not fit or self._client.status != "running":
            return
        given.among, before = fit, given.inner
        given.inner = self._begin_call(_Call(self._guarded.chunk, given.span), sorted(fit))
        # Not by a callback of the future: those of all clients share one thread, and one that waits for bytes
        # which were lost with a worker would hold up the others.
        self._client.loop.add_callback(self._fetch, given, given.inner)
        if before is not None:
            before.cancel()

    async def _fetch(self, given: _Given, inner: Any) -> None:
        """Wait for a chunk, and get it."""
        try:
            content = await self._client.gather(inner, asynchronous=True)
        except BaseException as error:
            # One that was given to others since has been cancelled by us.
            if inner is given.inner:
                self._end(given, error=error)
        else:
            self._end(given, content=content)

    def _end(self, given: _Given, content: bytes | None = None, error: BaseException | None = None) -> None:
        with self._lock:
            if self._given.pop(given.span, None) is not given:
                return
        if error is not None:
            given.outer.set_exception(error)
        else:
            given.outer.set_result(content)


class _Call:
    """What a worker does when it unpickles this.

    Dask ends a worker that cannot read what it is sent. So it is sent bytes and a function of Python: of
    deqi, or another deqi, it knows nothing before it is at work, where an error is an answer.
    """

    def __init__(self, function: Callable[..., Any], *given: Any) -> None:
        self._function, self._given = function, given

    def __reduce__(self) -> tuple[Callable[..., Any], tuple[Any, ...]]:
        return self._function, self._given


class _Given:
    """A chunk that was given out."""

    def __init__(self, span: Span) -> None:
        self.span = span
        self.outer: Future[bytes | None] = Future()
        #: What the scheduler has of it, and the workers that may do it.
        self.inner: Any = None
        self.among: frozenset[str] = frozenset()
