"""What is done besides needling: medicines, exercise, visits without needles."""

from __future__ import annotations

from dataclasses import dataclass

from deqi.errors import ProtocolError, UnknownNameError
from deqi.protocols.checks import LAST_DAY, check_text, put_number, put_numbers
from deqi.protocols.drugs import DRUGS


@dataclass(frozen=True)
class DrugCourse:
    """A medicine taken by mouth at a steady rate over days.

    Parameters
    ----------
    drug : str
        Name of a medicine.
    mg_per_day : float
        Amount [mg/d].
    from_day, to_day : float
        First moment, and the moment after the last [d].

    Examples
    --------
    >>> DrugCourse("morfine", 60, 0, 84)
    Traceback (most recent call last):
    deqi.errors.UnknownNameError: unknown drug 'morfine'; did you mean morphine?
    """

    drug: str
    mg_per_day: float
    from_day: float
    to_day: float

    def __post_init__(self) -> None:
        check_text(self, "drug")
        if self.drug not in DRUGS:
            raise UnknownNameError("drug", self.drug, DRUGS)
        if DRUGS[self.drug].oral is None:
            raise ProtocolError(
                f"{self.drug} is not taken by mouth", fix="give it as a dose, or as a challenge"
            )
        put_number(self, "mg_per_day", 0, 10000)
        _check_span(self)


@dataclass(frozen=True)
class ExtraCourse(DrugCourse):
    """A course that a decision adds for a time, besides what may be taken steadily."""


@dataclass(frozen=True)
class NewDose(DrugCourse):
    """A course that takes the place of what is taken steadily of its medicine, from its first day on."""

    def instead_in(self, drugs: tuple[DrugCourse, ...]) -> tuple[DrugCourse, ...]:
        """Courses with the old dose cut short where this one begins, and this one."""
        kept: list[DrugCourse] = []
        for course in drugs:
            if course.drug != self.drug or isinstance(course, ExtraCourse) or course.to_day <= self.from_day:
                kept.append(course)
            elif course.from_day < self.from_day:
                kept.append(DrugCourse(course.drug, course.mg_per_day, course.from_day, self.from_day))
        # It stays in the plan at nil, so that the dose can go up again.
        return (*kept, DrugCourse(self.drug, self.mg_per_day, self.from_day, self.to_day))


@dataclass(frozen=True)
class DrugDose:
    """One dose, at once: into the gut, or for naloxone into a vein.

    Parameters
    ----------
    drug : str
        Name of a medicine.
    mg : float
        Amount [mg].
    day : float
        Day [d].
    minute : float
        Minutes after the beginning of that day [min].
    """

    drug: str
    mg: float
    day: float
    minute: float = 0.0

    def __post_init__(self) -> None:
        check_text(self, "drug")
        if self.drug not in DRUGS:
            raise UnknownNameError("drug", self.drug, DRUGS)
        put_number(self, "mg", 0, 10000)
        put_number(self, "day", 0, LAST_DAY)
        put_number(self, "minute", 0, 24 * 60)


@dataclass(frozen=True)
class Exercise:
    """Exercise and physiotherapy at an intensity from 0 to 1 over days."""

    intensity: float
    from_day: float
    to_day: float

    def __post_init__(self) -> None:
        put_number(self, "intensity", 0, 1)
        _check_span(self)


@dataclass(frozen=True)
class Contact:
    """Visits without needles: what the patient meets is their context."""

    minutes: float
    context: float
    days: tuple[float, ...]

    def __post_init__(self) -> None:
        put_number(self, "minutes", 0.1, 24 * 60)
        put_number(self, "context", 0, 1)
        put_numbers(self, "days", 0, LAST_DAY, least=1)


def _check_span(part: DrugCourse | Exercise) -> None:
    put_number(part, "from_day", 0, LAST_DAY)
    put_number(part, "to_day", 0, LAST_DAY)
    if part.to_day <= part.from_day:
        raise ProtocolError(
            f"it ends on day {part.to_day:g}, but begins on day {part.from_day:g}", fix="write a later to_day"
        )
