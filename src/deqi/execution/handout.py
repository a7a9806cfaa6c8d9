"""Handing out ranges to a crew, a few ahead, and keeping what comes back."""

from __future__ import annotations

import contextlib
import math
import os
import time
from collections import deque
from collections.abc import Mapping, Sequence
from concurrent.futures import FIRST_COMPLETED, Future, wait

from deqi.errors import DeqiError, SimulationError
from deqi.execution.chunks import discard, is_there, keep
from deqi.execution.crews import Crew
from deqi.execution.folder import RunFolder
from deqi.execution.manifest import run_key
from deqi.execution.progress import Progress, Watch, time_left
from deqi.execution.spans import Span, count, spoken

_GOLDEN = (math.sqrt(5) - 1) / 2
_Waiting = Mapping["Future[bytes | None]", Span]


class Ledger:
    """What is done, in this call and before.

    Parameters
    ----------
    found : RunFolder
        The folder as it was when this call began.
    watch : callable, optional
        Whoever wants to know.
    """

    def __init__(self, found: RunFolder, watch: Watch | None = None) -> None:
        self.found = found
        self.key = run_key(found.manifest)
        self._done = set(found.chunks)
        self._watch = watch
        self._began = time.monotonic()

    def there(self, span: Span) -> bool:
        """Whether somebody else has done a range since."""
        return is_there(self.found.place, span, self.key)

    def add(self, span: Span, content: bytes | None) -> None:
        """Take in a chunk; without content, it is in its place already.

        Raises
        ------
        FileError
            If it cannot be written.
        """
        if content is not None:
            keep(self.found.place, span, content)
        discard(self.found.damaged.get(span, ()), span, self.key)
        self._done.add(span)

    def tell(self, crew_size: int = 1) -> None:
        """Tell whoever watches."""
        if self._watch is None:
            return
        total, done, kept = self.found.manifest["patients"], count(self._done), count(self.found.chunks)
        seconds = time.monotonic() - self._began
        # The first chunk of many workers says nothing of the others, which are nearly done.
        known = done == total or len(self._done) - len(self.found.chunks) >= crew_size
        self._watch(
            Progress(
                done=done,
                total=total,
                chunks_done=len(self._done),
                chunks_total=len(self.found.ranges),
                kept=kept,
                seconds=seconds,
                seconds_left=time_left(seconds, done - kept, total - done) if known else None,
                notices=self.found.notices,
            )
        )


def hand_out(crew: Crew, ledger: Ledger) -> None:
    """Have all missing ranges done; the crew is gone afterwards, however that ends.

    Raises
    ------
    DeqiError
        What the work raises, or that a chunk cannot be written, or that a worker was lost.
    KeyboardInterrupt
        On Ctrl-C. What is done by then is kept.
    """
    todo = _order(ledger.found.missing)
    waiting: dict[Future[bytes | None], Span] = {}
    try:
        while todo or waiting:
            while todo and len(waiting) < crew.room:
                span = todo.popleft()
                if ledger.there(span):
                    ledger.add(span, None)
                    ledger.tell(crew.size)
                else:
                    waiting[crew.submit(span)] = span
            for future in wait(waiting, timeout=crew.look(), return_when=FIRST_COMPLETED).done:
                ledger.add(waiting[future], future.result())
                del waiting[future]
                ledger.tell(crew.size)
    except BaseException as error:
        for span, content in _came(waiting):
            # One error is enough.
            with contextlib.suppress(DeqiError):
                ledger.add(span, content)
        crew.stop()
        if isinstance(error, crew.lost):
            raise _lost(waiting, crew) from error
        raise
    crew.close()


def _order(spans: Sequence[Span]) -> deque[Span]:
    """Ranges in turn, from a place of this process's own.

    Processes that share a folder would else compute the same ranges at the same time. Multiples of the
    golden section lie far from each other.
    """
    todo = deque(spans)
    todo.rotate(-int(len(spans) * (os.getpid() * _GOLDEN % 1)))
    return todo


def _came(waiting: _Waiting) -> list[tuple[Span, bytes | None]]:
    """Chunks that have come, and were not taken in yet."""
    return [
        (span, future.result())
        for future, span in waiting.items()
        if future.done() and not future.cancelled() and future.exception() is None
    ]


def _lost(waiting: _Waiting, crew: Crew) -> SimulationError:
    came = {span for span, _ in _came(waiting)}
    under = crew.suspects([span for span in waiting.values() if span not in came])
    return SimulationError(
        f"a worker was lost, which computed {'one of ' if len(under) > 1 else ''}{spoken(under)}",
        fix="what is done is kept: add --resume to go on, with fewer workers if memory was short",
    )
