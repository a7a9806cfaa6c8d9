"""Titration: the dose of a medicine goes up or down a step at a time, by pain.

On each of its days a patient is asked; below one level, or with enough improvement, the dose goes down
a step, above another level up a step, and between them it stays. The medicine itself is in the
protocol's ``[[drugs]]``, from before the first of these days to after the last: a step takes its place
from that day on.

Assumes: the dose is what the rule says and is taken as said; a step is taken at once, at a steady rate.
Leaves out: withdrawal. In the model a lower dose means less analgesia at once, and tolerance that
recovers over weeks; there is no rebound of pain, no craving and no illness from stopping, so that
tapering looks easier than it is.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

from deqi.errors import ProtocolError
from deqi.protocols.care import DrugCourse, ExtraCourse, NewDose
from deqi.protocols.checks import LAST_DAY, check_text, put_number, put_numbers
from deqi.protocols.decision import PAIN, Decision, improvement, score

if TYPE_CHECKING:
    from deqi.protocols.schema import Protocol


@dataclass(frozen=True)
class Titration:
    """A dose that follows a score.

    Parameters
    ----------
    days : tuple of float
        Days on which the dose may change; so far apart as a dose must be kept.
    drug : str
        Name of a medicine by mouth, which the protocol gives steadily.
    step_mg_per_day : float
        How much a dose goes up or down at once [mg/d].
    least_mg_per_day, most_mg_per_day : float
        Lowest and highest dose [mg/d].
    down_below : float
        Score below which the dose goes down, in its unit.
    up_above : float
        Score above which it goes up.
    down_on_improvement : float
        Share of the baseline score lost that lets the dose go down too, unless the score is above
        `up_above`; 1 for the level alone.
    measure : str
        Path of the score.
    """

    days: tuple[float, ...]
    drug: str
    step_mg_per_day: float
    least_mg_per_day: float
    most_mg_per_day: float
    down_below: float
    up_above: float
    down_on_improvement: float = 1.0
    measure: str = PAIN
    name: str = "titration"

    def __post_init__(self) -> None:
        check_text(self, "measure")
        put_numbers(self, "days", 0, LAST_DAY, least=1)
        put_number(self, "step_mg_per_day", 0.01, 10000)
        put_number(self, "least_mg_per_day", 0, 10000)
        put_number(self, "most_mg_per_day", 0, 10000)
        put_number(self, "down_below", 0, 100)
        put_number(self, "up_above", 0, 100)
        put_number(self, "down_on_improvement", 0.01, 1)
        # Whether it is a medicine by mouth.
        DrugCourse(self.drug, self.most_mg_per_day, 0.0, 1.0)
        if self.least_mg_per_day > self.most_mg_per_day:
            raise ProtocolError(
                f"least_mg_per_day = {self.least_mg_per_day:g} is above "
                f"most_mg_per_day = {self.most_mg_per_day:g}",
                fix="exchange them",
            )
        if self.down_below > self.up_above:
            raise ProtocolError(
                f"down_below = {self.down_below:g} is above up_above = {self.up_above:g}", fix="exchange them"
            )

    def decision_days(self, protocol: Protocol) -> tuple[float, ...]:
        """Days on which the rule looks at the patient."""
        return self.days

    def decide(
        self, day: float, baseline: Mapping[str, float], now: Mapping[str, float], protocol: Protocol
    ) -> Decision:
        """One step down, one up, or none.

        Raises
        ------
        ProtocolError
            If the medicine is not taken on that day.
        """
        steady = self.steady(day, protocol)
        wanted, why = self._wanted(steady.mg_per_day, baseline, now)
        dose = min(max(wanted, self.least_mg_per_day), self.most_mg_per_day)
        if dose == steady.mg_per_day:
            return Decision(f"{why}: {self.drug} stays at {dose:g} mg a day")
        return Decision(
            f"{why}: {self.drug} from {steady.mg_per_day:g} to {dose:g} mg a day",
            drugs=(NewDose(self.drug, dose, day, steady.to_day),),
        )

    def steady(self, day: float, protocol: Protocol) -> DrugCourse:
        """The course that is titrated, as it is taken on a day; errors as for `decide`."""
        for course in protocol.drugs:
            if (
                course.drug == self.drug
                and not isinstance(course, ExtraCourse)
                and course.from_day <= day < course.to_day
            ):
                return course
        raise ProtocolError(
            f"{self.drug} is titrated on day {day:g}, but is not taken then",
            where=f"protocol {protocol.name}: rules",
            fix=f'add [[drugs]] with drug = "{self.drug}" over that day',
        )

    def _wanted(
        self, dose: float, baseline: Mapping[str, float], now: Mapping[str, float]
    ) -> tuple[float, str]:
        level, gained = score(self.measure, now), improvement(self.measure, baseline, now)
        said = f"{self.measure} {level:.0f}"
        if level > self.up_above:
            return dose + self.step_mg_per_day, f"{said}, above {self.up_above:g}"
        if level < self.down_below:
            return dose - self.step_mg_per_day, f"{said}, below {self.down_below:g}"
        if gained is not None and gained >= self.down_on_improvement:
            return dose - self.step_mg_per_day, f"{said}, improved by {100 * gained:.0f} %"
        return dose, f"{said}, from {self.down_below:g} to {self.up_above:g}"
