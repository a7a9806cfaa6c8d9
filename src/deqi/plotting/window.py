"""The hours around the first session of a run, which is what minute-by-minute figures show."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

from deqi.errors import DeqiError
from deqi.results import Run

Array = np.ndarray[Any, Any]

BEFORE, AFTER = -10.0, 180.0  # minutes around the needles' going in
_NOTHING = 1e-6  # in the units of the model, far below any level that means something


@dataclass(frozen=True)
class Change:
    """What became of one quantity in the window.

    Attributes
    ----------
    before : float
        Level at minute 0, the last moment before the needles.
    extreme : float
        The level farthest from it afterwards.
    minute : float
        When that was [min].
    """

    before: float
    extreme: float
    minute: float

    @property
    def fold(self) -> float | None:
        """Extreme over before; None if either is not above what rounding leaves of zero."""
        return self.extreme / self.before if min(self.before, self.extreme) > _NOTHING else None


@dataclass(frozen=True)
class Window:
    """Ten minutes before the first session's start to three hours after it.

    A run without needle sessions has its window at the start of week 0.

    Attributes
    ----------
    run : Run
        The run.
    start : float
        When the needles go in [min since week 0].
    needles_out : float or None
        When they come out [min after `start`].
    """

    run: Run
    start: float
    needles_out: float | None

    @classmethod
    def of(cls, run: Run) -> Window:
        """The window of a run.

        Raises
        ------
        DeqiError
            If the run reports fewer than three moments of it.
        """
        first = run.sessions[0] if run.sessions else None
        window = cls(run, first[0] if first else 0.0, first[1] - first[0] if first else None)
        if window.minutes.size < 3:
            raise DeqiError(
                "too few moments are reported", where="first session", fix="simulate a longer course"
            )
        return window

    @property
    def _mask(self) -> Array:
        offset = self.run.time - self.start
        return (offset >= BEFORE - 1e-6) & (offset <= AFTER + 1e-6)

    @property
    def minutes(self) -> Array:
        """Minutes after the needles go in, shape (time,)."""
        return self.run.time[self._mask] - self.start

    def series(self, path: str) -> Array:
        """A series in the window, shape (time,)."""
        return self.run[path][self._mask]

    def change(self, path: str) -> Change:
        """Level before, and the level farthest from it afterwards."""
        minutes, values = self.minutes, self.series(path)
        zero = int(np.argmin(np.abs(minutes)))
        after = values[zero:]
        k = int(np.argmax(np.abs(after - after[0])))
        return Change(float(after[0]), float(after[k]), float(minutes[zero + k]))

    def percent(self, path: str) -> Array:
        """Change of a series since before the needles [percent], shape (time,)."""
        return 100 * (self.series(path) / self.change(path).before - 1)
