"""People who look after patients during a course: they see what was seen so far, and may change the plan.

A protocol's rules look at one patient and know nothing else. Whoever oversees a
trial looks at all patients of an arm at once: who has missed a session, left,
or begun another treatment, and what a questionnaire showed.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Protocol as Interface

from deqi.protocols import Decision, Protocol
from deqi.simulation.preparation import Array


@dataclass(frozen=True)
class Decided:
    """What was decided about a patient: the day, by which rule, and the decision in words."""

    patient: int
    day: float
    rule: str
    decision: str


@dataclass(frozen=True)
class Look:
    """What can be seen of the patients on a day.

    Attributes
    ----------
    day : float
        The day.
    minutes : ndarray, shape (time,)
        The moments reported up to then.
    values : ndarray, shape (patient, time, report)
        What was seen at them; NaN from where a patient could not be followed. On day 0 it is the states
        that patients come in, and NaN for outputs.
    report : tuple of str
        What was looked at, by path.
    plan : callable
        The protocol that a patient, by number, follows so far.
    """

    day: float
    minutes: Array
    values: Array
    report: tuple[str, ...]
    plan: Callable[[int], Protocol]

    def __getitem__(self, path: str) -> Array:
        """What was seen of one path, shape (patient, time)."""
        return self.values[:, :, self.report.index(path)]


class Oversight(Interface):
    """Who oversees the patients of a course."""

    @property
    def days(self) -> Sequence[float]:
        """Days on which they decide."""
        ...

    def scores(self, look: Look) -> Mapping[str, tuple[Array, Array]]:
        """Scores at week 0 and now that a protocol's rules are shown in place of the true state.

        Each by path, shape (patient,). Of a patient who is shown as NaN now, no rule is asked.
        """
        ...

    def decide(self, look: Look) -> Mapping[int, Decision]:
        """What is decided about patients, by number; whoever is not named goes on as before."""
        ...
