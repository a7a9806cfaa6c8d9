"""Threads that work together, and can be stopped."""

from __future__ import annotations

import os
import threading
from collections.abc import Callable

# Progress is told, and Ctrl-C heard, this often [s].
_POLL_SECONDS = 0.1


def processors() -> int:
    """Processors that this process may use."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


def work_together(
    task: Callable[[], None], count: int, *, poll: Callable[[], None], stop: Callable[[], None]
) -> None:
    """Run a task in several threads at once until all have ended.

    Parameters
    ----------
    task : callable
        What each thread does.
    count : int
        Number of threads.
    poll : callable
        Called now and then meanwhile.
    stop : callable
        Asks the threads to end soon; called when the caller is interrupted.
    """
    failures: list[BaseException] = []

    def guarded() -> None:
        try:
            task()
        except BaseException as error:
            failures.append(error)

    # Threads even for one: machine code that runs in the main thread would not hear Ctrl-C.
    threads = [threading.Thread(target=guarded, daemon=True) for _ in range(count)]
    try:
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join(_POLL_SECONDS)
            while thread.is_alive():
                poll()
                thread.join(_POLL_SECONDS)
    except BaseException:
        stop()
        raise
    finally:
        # No thread may outlive the arrays that it writes to.
        for thread in threads:
            if thread.ident is not None:
                thread.join()
    if failures:
        raise failures[0]
