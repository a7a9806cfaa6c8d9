"""What the model says of some patients at some visits: all that an instrument can read."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Any

import numpy as np

from deqi.errors import PopulationError

Array = np.ndarray[Any, Any]

#: What a patient feels, by path of the model, and the other states that an instrument may read.
PAIN = "pain.report.intensity"
STATES: Mapping[str, str] = MappingProxyType(
    {
        "disability": "pain.disability.disability",
        "mood": "mind.mood.mood",
        "stress": "mind.stress.stress",
        "unpleasantness": "pain.report.unpleasantness",
    }
)
#: Days of pain before a visit, its own day included: the longest time over which daily pain is recalled.
RECALL_DAYS: int = 7
#: Days before a visit over which it is known which opioid was taken.
OPIOID_DAYS: int = 28


@dataclass(frozen=True, eq=False)
class Seen:
    """Patients at visits, as the model has them; NaN where a patient could not be followed.

    Attributes
    ----------
    pain : ndarray, shape (patient, visit, day)
        Pain of each of the last `RECALL_DAYS` days, 0 to 100; the last is the day of the
        visit. Day-to-day fluctuation is in it.
    disability : ndarray, shape (patient, visit)
        0 to 100.
    mood, stress : ndarray, shape (patient, visit)
        The model's own scales: mood 0 is neutral, stress rises.
    unpleasantness : ndarray, shape (patient, visit)
        0 to 100.
    pain_at_start : ndarray, shape (patient,)
        Pain recalled at week 0, 0 to 100: what change is judged against.
    opioid : ndarray, shape (patient, visit, day), optional
        Opioid taken on each of the `OPIOID_DAYS` days before a visit, as morphine by mouth [mg]; the last
        is the day before. NaN before week 0. Without, nobody has taken any.

    Raises
    ------
    PopulationError
        If the shapes do not fit each other.

    Examples
    --------
    >>> visit = np.full((2, 1), 40.0)
    >>> seen = Seen(np.full((2, 1, RECALL_DAYS), 60.0), visit, visit, visit, visit, np.array([70.0, 50.0]))
    >>> seen.change()
    array([[-10.],
           [ 10.]])
    """

    pain: Array
    disability: Array
    mood: Array
    stress: Array
    unpleasantness: Array
    pain_at_start: Array
    opioid: Array = field(default_factory=lambda: np.zeros(0))

    def __post_init__(self) -> None:
        for name in self.__dataclass_fields__:
            object.__setattr__(self, name, np.asarray(getattr(self, name), dtype=float))
        if self.pain.ndim != 3 or self.pain.shape[2] != RECALL_DAYS:
            raise PopulationError(
                f"has the shape {self.pain.shape}, not (patient, visit, {RECALL_DAYS} days)",
                where="seen.pain",
            )
        for name in ("disability", "mood", "stress", "unpleasantness"):
            check_shape(getattr(self, name), self.pain.shape[:2], f"seen.{name}")
        check_shape(self.pain_at_start, self.pain.shape[:1], "seen.pain_at_start")
        taken = (*self.pain.shape[:2], OPIOID_DAYS)
        if self.opioid.shape == (0,):
            object.__setattr__(self, "opioid", np.broadcast_to(0.0, taken))
        check_shape(self.opioid, taken, "seen.opioid")

    def recalled(self, days: int) -> Array:
        """Average pain of the last days, shape (patient, visit); at most `RECALL_DAYS` are known."""
        average: Array = self.window(days).mean(axis=2)
        return average

    def window(self, days: int) -> Array:
        """Pain of the last days, shape (patient, visit, day); 0 days is the day of the visit alone."""
        return self.pain[:, :, -min(max(days, 1), RECALL_DAYS) :]

    def change(self) -> Array:
        """Recalled pain less what was recalled at week 0, shape (patient, visit)."""
        difference: Array = self.recalled(RECALL_DAYS) - self.pain_at_start[:, None]
        return difference

    def opioid_a_day(self, days: int) -> Array:
        """Opioid taken over the last days, those before week 0 left out [mg/d], shape (patient, visit).

        NaN where there is no day since week 0; at most `OPIOID_DAYS` are known.
        """
        taken = self.opioid[:, :, -min(max(days, 1), OPIOID_DAYS) :]
        known = np.isfinite(taken)
        count = known.sum(axis=2)
        total = np.where(known, taken, 0.0).sum(axis=2)
        return np.asarray(np.divide(total, count, out=np.full(count.shape, np.nan), where=count > 0))


def check_shape(values: Array, shape: tuple[int, ...], where: str) -> None:
    """Refuse an array of another shape.

    Raises
    ------
    PopulationError
        If it is.
    """
    if values.shape != shape:
        raise PopulationError(f"has the shape {values.shape}, not {shape}", where=where)
