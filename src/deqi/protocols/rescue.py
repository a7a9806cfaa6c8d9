"""Rescue medicine: a course is added while a score is above a level."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

from deqi.errors import ProtocolError
from deqi.protocols.care import DrugCourse, ExtraCourse
from deqi.protocols.checks import LAST_DAY, check_text, put_number, put_numbers
from deqi.protocols.decision import PAIN, Decision, score

if TYPE_CHECKING:
    from deqi.protocols.schema import Protocol


@dataclass(frozen=True)
class Rescue:
    """Medicine for so many days if a score is above a level at a visit.

    Parameters
    ----------
    days : tuple of float
        Days on which it is asked for.
    above : float
        Level of the score, in its unit.
    drug : str
        Name of a medicine by mouth.
    mg_per_day : float
        Amount [mg/d].
    for_days : float
        How long a course is [d].
    measure : str
        Path of the score.
    on_top : bool
        Whether it is given on top of the same medicine taken steadily; a course of it that still runs
        holds it back all the same.
    """

    days: tuple[float, ...]
    above: float
    drug: str
    mg_per_day: float
    for_days: float
    measure: str = PAIN
    on_top: bool = False
    name: str = "rescue"

    def __post_init__(self) -> None:
        check_text(self, "measure")
        if not isinstance(self.on_top, bool):
            raise ProtocolError(
                f"on_top = {self.on_top!r} is neither true nor false", fix="write on_top = true"
            )
        put_numbers(self, "days", 0, LAST_DAY / 2, least=1)
        put_number(self, "above", 0, 100)
        put_number(self, "for_days", 0.01, LAST_DAY / 2)
        put_number(self, "mg_per_day", 0, 10000)
        self._course(0.0)

    def decision_days(self, protocol: Protocol) -> tuple[float, ...]:
        """Days on which the rule looks at the patient."""
        return self.days

    def decide(
        self, day: float, baseline: Mapping[str, float], now: Mapping[str, float], protocol: Protocol
    ) -> Decision:
        """Add a course where the score is above the level and the medicine is not taken already."""
        level = score(self.measure, now)
        said = f"{self.measure} {level:.0f}, rescue above {self.above:g}"
        if level <= self.above:
            return Decision(f"{said}: no medicine")
        if any(self._holds_back(d) and d.from_day <= day < d.to_day for d in protocol.drugs):
            return Decision(f"{said}: {self.drug} is taken already")
        return Decision(
            f"{said}: {self.drug} {self.mg_per_day:g} mg a day for {self.for_days:g} days",
            drugs=(self._course(day),),
        )

    def _holds_back(self, taken: DrugCourse) -> bool:
        return taken.drug == self.drug and (not self.on_top or isinstance(taken, ExtraCourse))

    def _course(self, day: float) -> ExtraCourse:
        return ExtraCourse(self.drug, self.mg_per_day, day, day + self.for_days)
