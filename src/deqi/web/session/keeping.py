"""Answers kept for whoever asks the same again: the latest used, each worked out once."""

from __future__ import annotations

import threading
from collections import OrderedDict
from collections.abc import Callable, Hashable
from typing import Generic, TypeVar

_Answer = TypeVar("_Answer")


class Kept(Generic[_Answer]):
    """A few answers, for many threads; whoever asks while an answer is worked out waits for it.

    Parameters
    ----------
    most : int
        How many are kept; the one longest unused goes first.

    Examples
    --------
    >>> kept = Kept[int](most=2)
    >>> [kept.get("a", lambda: 1), kept.get("a", lambda: 2)]
    [1, 1]
    """

    def __init__(self, most: int) -> None:
        self._most = most
        self._found: OrderedDict[Hashable, _Answer] = OrderedDict()
        self._busy: dict[Hashable, threading.Lock] = {}
        self._lock = threading.Lock()

    def get(self, key: Hashable, work_out: Callable[[], _Answer]) -> _Answer:
        """The answer kept under a key, worked out if there is none; an error is not kept."""
        with self._lock:
            if key in self._found:
                self._found.move_to_end(key)
                return self._found[key]
            busy = self._busy.setdefault(key, threading.Lock())
        with busy:
            with self._lock:
                if key in self._found:
                    return self._found[key]
            try:
                answer = work_out()
                with self._lock:
                    self._found[key] = answer
                    while len(self._found) > self._most:
                        self._found.popitem(last=False)
            finally:
                with self._lock:
                    self._busy.pop(key, None)
            return answer
