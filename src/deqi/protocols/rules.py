"""Rules that decide at a visit, from what the patient is like by then.

A rule names its days with `decision_days` and answers on each with `decide`:

| rule | what it does |
|---|---|
| `ContinueIf` | more sessions on a partial response, as in GERAC |
| `VisitLimit` | no visit beyond a payer's limit, and none without improvement |
| `Rescue` | medicine while a score is above a level |
| `Titration` | the dose of a medicine goes down or up by steps |
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import TYPE_CHECKING, TypeAlias

from deqi.errors import ProtocolError
from deqi.protocols.checks import LAST_DAY, check_text, put_number, put_numbers, put_whole
from deqi.protocols.decision import PAIN, Decision, improvement
from deqi.protocols.rescue import Rescue
from deqi.protocols.titration import Titration
from deqi.protocols.visit_limit import VisitLimit

if TYPE_CHECKING:
    from deqi.protocols.schema import Protocol


@dataclass(frozen=True)
class ContinueIf:
    """More sessions for a partial response.

    Parameters
    ----------
    day : float
        Day of the visit that decides.
    improvement : tuple of float
        Lowest and highest share of the baseline score lost that continues treatment.
    sessions : int
        How many more.
    from_day, spacing : float
        Day of the first of them, and days between them.
    measure : str
        Path of the score.

    Examples
    --------
    >>> rule = ContinueIf(day=42, improvement=(0.1, 0.5), sessions=5, from_day=42.5, spacing=3.5)
    >>> pain = "pain.report.intensity"
    >>> rule.decide(42, {pain: 60.0}, {pain: 45.0}, None).days
    (42.5, 46.0, 49.5, 53.0, 56.5)
    """

    day: float
    improvement: tuple[float, float]
    sessions: int
    from_day: float
    spacing: float
    measure: str = PAIN
    name: str = "continue-if"

    def __post_init__(self) -> None:
        check_text(self, "measure")
        put_number(self, "day", 0, LAST_DAY)
        put_numbers(self, "improvement", -10, 1)
        if len(self.improvement) != 2 or not self.improvement[0] < self.improvement[1]:
            raise ProtocolError(
                "improvement must be two shares, rising", fix="write improvement = [0.1, 0.5]"
            )
        put_whole(self, "sessions", 1, 1000)
        put_number(self, "from_day", 0, LAST_DAY)
        put_number(self, "spacing", 0.01, LAST_DAY)
        if self.from_day <= self.day:
            raise ProtocolError("the added sessions must come after the visit", fix="write a later from_day")

    def possible_days(self) -> tuple[float, ...]:
        """Days of the sessions that it may add."""
        return tuple(self.from_day + k * self.spacing for k in range(self.sessions))

    def decision_days(self, protocol: Protocol) -> tuple[float, ...]:
        """Days on which the rule looks at the patient."""
        return (self.day,)

    def decide(
        self, day: float, baseline: Mapping[str, float], now: Mapping[str, float], protocol: Protocol | None
    ) -> Decision:
        """Compare the score with its baseline."""
        gained = improvement(self.measure, baseline, now)
        if gained is None:
            return Decision(f"{self.measure} was nil at the start: no more visits")
        low, high = self.improvement
        percent, span = f"improvement {100 * gained:.0f} %", f"{100 * low:.0f} to {100 * high:.0f} %"
        if low <= gained <= high:
            return Decision(f"{percent}, {span}: {self.sessions} more visits", self.possible_days())
        return Decision(f"{percent}, outside {span}: no more visits")


Rule: TypeAlias = ContinueIf | VisitLimit | Rescue | Titration

#: Rules by the name they have in a file.
RULES: Mapping[str, type[Rule]] = MappingProxyType(
    {r.name: r for r in (ContinueIf, VisitLimit, Rescue, Titration)}
)
