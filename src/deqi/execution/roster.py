"""Who of a cluster's workers may be given work: those that answered as this process does."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any


class Roster:
    """Workers by what is known of them; `look` brings it up to date.

    Parameters
    ----------
    ask : callable
        Begins to ask a worker, by address; gives a future of its answer.
    judge : callable
        Says of an answer why such a worker would give other bits; empty if it would not.

    Attributes
    ----------
    fit : dict of str to int
        Threads of each that may be given work.
    unfit : dict of str to str
        Why the others may not; kept when they have gone.
    asked : dict of str to future
        Those that have not answered yet.
    """

    def __init__(self, ask: Callable[[str], Any], judge: Callable[[Any], str]) -> None:
        self._ask, self._judge = ask, judge
        self.fit: dict[str, int] = {}
        self.unfit: dict[str, str] = {}
        self.asked: dict[str, Any] = {}

    @property
    def threads(self) -> int:
        """Of all that may be given work."""
        return sum(self.fit.values())

    def look(self, there: Mapping[str, int]) -> None:
        """Take in who is there now.

        Parameters
        ----------
        there : mapping of str to int
            Threads of each worker, by address.
        """
        self.fit = {worker: there[worker] for worker in self.fit if worker in there}
        for worker in there:
            if worker not in self.fit and worker not in self.unfit and worker not in self.asked:
                self.asked[worker] = self._ask(worker)
        for worker, answer in list(self.asked.items()):
            if worker not in there:
                # It would be waited for, for ever.
                answer.cancel()
                del self.asked[worker]
            elif answer.done():
                del self.asked[worker]
                why = self._verdict(answer)
                if why is None:
                    # It went in the middle of its answer; if it is still there, it is asked again.
                    continue
                if why:
                    self.unfit[worker] = why
                else:
                    self.fit[worker] = there[worker]

    def _verdict(self, answer: Any) -> str | None:
        if answer.cancelled():
            return None
        error = answer.exception()
        if error is None:
            return self._judge(answer.result())
        if type(error).__name__ == "KilledWorker":
            return "it died while it was asked"
        # Without deqi, or with one that knows no such question.
        return f"it cannot say what it is made of ({type(error).__name__}: {error})"
