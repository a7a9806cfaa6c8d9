"""Who computes chunks: this process, or processes that it starts.

Started processes hang on a lifeline, a pipe whose other end this process holds:
when it closes, whether on purpose or because this process was killed, they end
at once. They write their chunks themselves, and send back a few bytes: a
process that ends in the middle of a long message would leave its pool waiting.
"""

from __future__ import annotations

import multiprocessing
import os
import signal
import threading
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import BrokenExecutor, Future, ProcessPoolExecutor
from contextlib import contextmanager
from multiprocessing.connection import Connection
from typing import Protocol

from deqi.engine.workers import processors
from deqi.execution.address import Place
from deqi.execution.chunks import keep
from deqi.execution.spans import Span
from deqi.execution.task import Task, Work, make_chunk

#: Chunks that wait for a worker, so that none waits for a chunk.
SPARE = 2
# How often a worker looks whether its parent has changed [s].
_LOOK_SECONDS = 1.0


class Crew(Protocol):
    """Whoever computes chunks."""

    @property
    def lost(self) -> tuple[type[BaseException], ...]:
        """What a future raises if its worker was lost."""
        ...

    @property
    def size(self) -> int:
        """Chunks that are computed at the same time."""
        ...

    @property
    def room(self) -> int:
        """Chunks that may be given out at the same time."""
        ...

    def submit(self, span: Span) -> Future[bytes | None]:
        """Begin a chunk; its bytes will come of it, or None if it is in its place already."""
        ...

    def suspects(self, given: Sequence[Span]) -> Sequence[Span]:
        """Of chunks that were given out, first to last, those that a lost worker may have computed."""
        ...

    def look(self) -> float | None:
        """Look after the workers; seconds until that should be done again, None for never."""
        ...

    @property
    def notices(self) -> tuple[str, ...]:
        """What the user should know of the workers at the end."""
        ...

    def close(self) -> None:
        """End when all is done."""
        ...

    def stop(self) -> None:
        """End at once, whatever is under way."""
        ...


class Alone:
    """No workers: this process computes, with all its processors."""

    lost = ()
    notices = ()
    size = 1
    room = 1

    def __init__(self, work: Work, key: str) -> None:
        self._make: Callable[[Span], bytes] = lambda span: make_chunk(work, span, key, processors())

    def submit(self, span: Span) -> Future[bytes | None]:
        """Compute a chunk; it is done when this returns."""
        future: Future[bytes | None] = Future()
        try:
            future.set_result(self._make(span))
        except Exception as error:
            future.set_exception(error)
        return future

    def suspects(self, given: Sequence[Span]) -> Sequence[Span]:
        """Whoever is alone is not lost."""
        return ()

    def look(self) -> float | None:
        """There is nobody to look after."""
        return None

    def close(self) -> None:
        """Nothing is left to end."""

    def stop(self) -> None:
        """Nothing is left to end."""


class Processes:
    """So many processes of their own; they share the processors evenly."""

    lost = (BrokenExecutor,)
    notices = ()

    def __init__(self, work: Work, key: str, folder: Place, workers: int) -> None:
        task = Task.of(work, key, threads=max(1, processors() // workers))
        context = multiprocessing.get_context("spawn")
        self.size = workers
        self.room = workers + SPARE
        self._held, self._lifeline = context.Pipe(duplex=False)
        self._pool = ProcessPoolExecutor(
            workers,
            mp_context=context,
            initializer=_begin,
            initargs=(self._held, os.getpid(), task, folder),
        )

    def submit(self, span: Span) -> Future[bytes | None]:
        """Begin a chunk in some process."""
        with _no_interrupt():
            return self._pool.submit(_compute, span)

    def suspects(self, given: Sequence[Span]) -> Sequence[Span]:
        """They begin in the order of giving out, so the last few have not begun."""
        return given[: self.size]

    def look(self) -> float | None:
        """A process that ends breaks its pool, which tells."""
        return None

    def close(self) -> None:
        """Let the processes end."""
        self._pool.shutdown()
        self._lifeline.close()
        self._held.close()

    def stop(self) -> None:
        """Cut the lifeline."""
        self._lifeline.close()
        self._pool.shutdown(cancel_futures=True)
        self._held.close()


@contextmanager
def _no_interrupt() -> Iterator[None]:
    """Let Ctrl-C wait while a process starts.

    A process inherits the mask: what it would do with the signal before its own code runs is to print a
    traceback. Here the signal may come to any thread, and would leave a process that is half made.
    """
    heard: list[object] = []
    handled = threading.current_thread() is threading.main_thread() and signal.getsignal(signal.SIGINT)
    if handled:
        signal.signal(signal.SIGINT, lambda *said: heard.append(said))
    mask = signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGINT})
    try:
        yield
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, mask)
        if handled:
            signal.signal(signal.SIGINT, handled)
    if heard:
        signal.raise_signal(signal.SIGINT)


# What a worker process works at; set once, when it starts.
_given: list[tuple[Task, Place]] = []


def _begin(lifeline: Connection, parent: int, task: Task, folder: Place) -> None:
    # Ctrl-C reaches all processes of a terminal; the parent says what becomes of it.
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    threading.Thread(target=_hang, args=(lifeline, parent), daemon=True).start()
    _given.append((task, folder))


def _hang(lifeline: Connection, parent: int) -> None:
    # The pipe tells at once. But a process that was forked off the parent may hold its end open.
    while not lifeline.poll(_LOOK_SECONDS) and os.getppid() == parent:
        pass
    os._exit(1)


def _compute(span: Span) -> None:
    task, folder = _given[0]
    keep(folder, span, task.chunk(span))
