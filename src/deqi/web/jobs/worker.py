"""A process that takes one job after the other, and ends with the server that started it."""

from __future__ import annotations

import contextlib
import os
import signal
import threading
import time
import traceback
from collections.abc import Mapping
from multiprocessing.connection import Connection
from pathlib import Path
from typing import TYPE_CHECKING, Any

from deqi.errors import DeqiError
from deqi.web.jobs.folders import make_folder, remove_folder
from deqi.web.jobs.job import Job
from deqi.web.jobs.store import Store
from deqi.web.settings import Limits

if TYPE_CHECKING:
    from deqi.execution import Progress

# It looks for a job, and for its parent, this often [s].
_LOOK_SECONDS = 0.3
# A lease is renewed this many times before it would end.
_BEATS = 5
# What has lost its job may end its chunk in so long [s]; then the process ends.
_GRACE_SECONDS = 3.0
_NICE = 5
_BROKEN = {
    "says": "the server met an error that is its own fault",
    "where": "",
    "fix": "ask again; if it stays, tell the authors",
}


class _Lost(Exception):
    """The job is this worker's no more."""


def work(lifeline: Connection, parent: int, data: Path, owner: str, lease: float, limits: Limits) -> None:
    """Take jobs until the lifeline is cut.

    Parameters
    ----------
    lifeline : Connection
        Closes when the server ends, however that happens.
    parent : int
        Process id of the server.
    data : Path
        Folder of the queue.
    owner : str
        What this worker calls itself.
    lease : float
        How long a job is held without being renewed [s].
    limits : Limits
        How long a job may take.
    """
    # Ctrl-C reaches all processes of a terminal; the server says what becomes of them.
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    signal.signal(signal.SIGTERM, signal.SIG_DFL)
    threading.Thread(target=_hang, args=(lifeline, parent), daemon=True).start()
    with contextlib.suppress(OSError):
        # Pages come first.
        os.nice(_NICE)
    store = Store(data)
    while True:
        job = store.claim(owner, lease=lease)
        if job is None:
            time.sleep(_LOOK_SECONDS)
        else:
            _do(job, store, owner, lease, limits)


def _hang(lifeline: Connection, parent: int) -> None:
    # The pipe tells at once. But a process that was forked off the parent may hold its end open.
    while not lifeline.poll(_LOOK_SECONDS) and os.getppid() == parent:
        pass
    os._exit(1)


def _do(job: Job, store: Store, owner: str, lease: float, limits: Limits) -> None:
    held = _Held(job, store, owner, lease, limits.job_seconds)
    try:
        from deqi.web.jobs.trial import run_job

        digest = run_job(job.spec, make_folder(store.data, job.id), held.watch, held.stage)
        store.finish(job.id, owner, digest)
    except _Lost:
        _left(job, store)
    except DeqiError as error:
        from deqi.web.errors import told

        store.fail(job.id, owner, told(error))
    except Exception:
        # A job must not end the process that does others; whoever runs the server sees why.
        traceback.print_exc()
        store.fail(job.id, owner, _BROKEN)
    finally:
        held.let_go()


class _Held:
    """A job in work: its lease is renewed by a thread, which also sees when it is lost or too long."""

    def __init__(self, job: Job, store: Store, owner: str, lease: float, seconds: float) -> None:
        self._job, self._store, self._owner, self._lease = job, store, owner, lease
        self._end = time.monotonic() + seconds
        self._seconds = seconds
        self._lost, self._over = threading.Event(), threading.Event()
        threading.Thread(target=self._beat, daemon=True).start()

    def watch(self, progress: Progress) -> None:
        """Tell how far it is."""
        self._tell({"done": progress.done, "total": progress.total, "seconds_left": progress.seconds_left})

    def stage(self, words: str) -> None:
        """Tell what is being done."""
        self._tell({"stage": words, "seconds_left": None})

    def let_go(self) -> None:
        """It has ended."""
        self._over.set()

    def _tell(self, values: Mapping[str, Any]) -> None:
        if self._lost.is_set() or not self._store.tell(self._job.id, self._owner, **values):
            raise _Lost

    def _beat(self) -> None:
        while not self._over.wait(self._lease / _BEATS):
            if time.monotonic() > self._end:
                self._store.fail(self._job.id, self._owner, _too_long(self._seconds))
            if not self._renewed():
                self._lost.set()
                if not self._over.wait(_GRACE_SECONDS):
                    # Chunks are whole or not there: nothing is spoilt by ending here.
                    _left(self._job, self._store)
                    os._exit(0)
                return

    def _renewed(self) -> bool:
        return self._store.renew(self._job.id, self._owner, lease=self._lease)


def _left(job: Job, store: Store) -> None:
    """Remove what is there of a job that was cancelled; of one that another has, nothing."""
    now = store.get(job.id)
    if now is None or now.state == "cancelled":
        remove_folder(store.data, job.id)


def _too_long(seconds: float) -> dict[str, str]:
    return {"says": f"took longer than {seconds:g} s", "where": "patients", "fix": "ask for fewer patients"}
