"""How far a run is, and how long it may take."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass


@dataclass(frozen=True)
class Progress:
    """How far a run is.

    Attributes
    ----------
    done, total : int
        Patients.
    chunks_done, chunks_total : int
        Chunks.
    kept : int
        Patients that were there before this call.
    seconds : float
        Since this call began [s].
    seconds_left : float or None
        If things go on as they went [s]; None until every worker has had its first chunk.
    notices : tuple of str
        What the user should know; see `RunFolder.notices`.
    """

    done: int
    total: int
    chunks_done: int
    chunks_total: int
    kept: int
    seconds: float
    seconds_left: float | None
    notices: tuple[str, ...] = ()


#: Whoever wants to know.
Watch = Callable[[Progress], None]


def time_left(seconds: float, done: int, left: int) -> float | None:
    """Seconds for what is left, from the seconds for what was done; None if nothing was done.

    Examples
    --------
    >>> time_left(10.0, done=2048, left=1024), time_left(10.0, done=0, left=1024)
    (5.0, None)
    """
    return seconds * left / done if done else None
