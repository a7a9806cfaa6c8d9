"""The workers of a server process: started anew when one ends, and gone when the server is.

They are spawned, not forked: a server has threads, and none of its sockets may
be held by a process that outlives it.
"""

from __future__ import annotations

import multiprocessing
import os
import secrets
import threading
import time
from dataclasses import dataclass
from multiprocessing.connection import Connection, wait
from multiprocessing.process import BaseProcess
from typing import Any

from deqi.web.jobs.folders import sweep
from deqi.web.jobs.store import Store
from deqi.web.jobs.worker import work
from deqi.web.settings import Settings

_SWEEP_SECONDS = 60.0
# A worker that ends as soon as it has begun is not started anew at once [s].
_PAUSE_SECONDS = 1.0
_END_SECONDS = 5.0


@dataclass
class _Worker:
    """A process, and what it calls itself."""

    process: BaseProcess
    owner: str


class Runners:
    """The workers of a server process.

    Parameters
    ----------
    store : Store
        The queue.
    settings : Settings
        How many there are, and what a job may take.
    """

    def __init__(self, store: Store, settings: Settings) -> None:
        self._store, self._settings = store, settings
        self._context = multiprocessing.get_context("spawn")
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._watch, name="deqi runners", daemon=True)
        self._workers: list[_Worker] = []
        self._held: Connection | None = None
        self._lifeline: Connection | None = None

    def start(self) -> None:
        """Start the workers."""
        self._held, self._lifeline = self._context.Pipe(duplex=False)
        self._workers = [self._started() for _ in range(self._settings.runners)]
        self._thread.start()

    def stop(self) -> None:
        """End the workers at once; what they had is put back into the queue."""
        self._stop.set()
        self._thread.join()
        if self._lifeline is not None and self._held is not None:
            self._lifeline.close()
            for worker in self._workers:
                self._end(worker)
            self._held.close()

    def _started(self) -> _Worker:
        owner = f"{os.getpid()} {secrets.token_hex(8)}"
        about: tuple[Any, ...] = (
            self._held,
            os.getpid(),
            self._store.data,
            owner,
            self._settings.lease_seconds,
            self._settings.limits,
        )
        # A daemon: whatever happens to this process's own ending, they are ended with it.
        process = self._context.Process(target=work, args=about, name="deqi worker", daemon=True)
        process.start()
        return _Worker(process, owner)

    def _end(self, worker: _Worker) -> None:
        worker.process.join(_END_SECONDS)
        if worker.process.is_alive():
            worker.process.kill()
            worker.process.join()
        self._store.release(worker.owner)

    def _watch(self) -> None:
        """Start workers anew, and tidy up now and then."""
        swept = float("-inf")
        while not self._stop.is_set():
            if time.monotonic() - swept > _SWEEP_SECONDS:
                sweep(self._store, self._settings.limits)
                swept = time.monotonic()
            wait([worker.process.sentinel for worker in self._workers], timeout=0.2)
            for place, worker in enumerate(self._workers):
                if not worker.process.is_alive() and not self._stop.wait(_PAUSE_SECONDS):
                    self._workers[place] = self._started()
