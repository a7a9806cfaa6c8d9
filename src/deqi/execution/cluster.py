"""Chunks computed by the workers of a Dask cluster; needs the optional package ``distributed``.

Workers send their chunks here, and this process writes them: they need not see
the folder. A task gets one thread, as a worker runs as many tasks at a time
as it was given threads.
"""

from __future__ import annotations

import contextlib
from asyncio import CancelledError as AsyncCancelledError
from collections.abc import Sequence
from concurrent.futures import CancelledError, Future
from typing import Any

from deqi.errors import FileError
from deqi.execution.crews import SPARE
from deqi.execution.spans import Span
from deqi.execution.task import Task, Work

# How long a scheduler, or its first worker, may take to answer [s].
_ANSWER_SECONDS = 10.0


class Cluster:
    """The workers of a scheduler.

    Parameters
    ----------
    work, key
        As in `deqi.execution.crews`.
    address : str
        Of the scheduler, such as ``tcp://10.0.0.1:8786``.

    Raises
    ------
    FileError
        If ``distributed`` is not installed, or no scheduler with workers answers.
    """

    def __init__(self, work: Work, key: str, address: str) -> None:
        try:
            from distributed import Client, KilledWorker
        except ImportError as error:
            raise FileError("a cluster needs distributed", fix="pip install 'deqi[cluster]'") from error
        self.lost = (KilledWorker, CancelledError, AsyncCancelledError)
        self._task = Task.of(work, key, threads=1)
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
        self._pool = self._client.get_executor(pure=False)
        self._size = 1

    @property
    def size(self) -> int:
        """Tasks that all workers run at the same time; they may come and go."""
        # A scheduler that has gone is no news here: what it was given will fail.
        with contextlib.suppress(OSError):
            if self._client.status == "running":
                self._size = sum(self._client.nthreads().values()) or self._size
        return self._size

    @property
    def room(self) -> int:
        """Chunks that may be given out at the same time."""
        return self.size + SPARE

    def submit(self, span: Span) -> Future[bytes | None]:
        """Begin a chunk on some worker."""
        if self._client.status != "running":
            raise CancelledError("the scheduler has gone")
        future: Future[bytes | None] = self._pool.submit(self._task.chunk, span)
        return future

    def suspects(self, given: Sequence[Span]) -> Sequence[Span]:
        """A scheduler suspects all that a lost worker had been sent, begun or not."""
        return given

    def close(self) -> None:
        """Leave the cluster."""
        self._client.close()

    def stop(self) -> None:
        """Cancel what has not begun, and leave."""
        self._pool.shutdown(wait=False)
        self._client.close()
