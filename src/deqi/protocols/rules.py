"""Rules that decide at a visit, from what the patient is like by then."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

from deqi.errors import ProtocolError


@dataclass(frozen=True)
class Decision:
    """What a rule decided: in words, and how the protocol changes (no days: not at all)."""

    text: str
    days: tuple[float, ...] = ()

    @property
    def changes(self) -> bool:
        """Whether anything changes."""
        return bool(self.days)

    def apply(self, protocol: Any) -> Any:
        """The protocol with more of its sessions, or of its contacts where it has none."""
        group = "sessions" if protocol.sessions else "contacts"
        first, *rest = getattr(protocol, group)
        return replace(protocol, **{group: (replace(first, days=(*first.days, *self.days)), *rest)})


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
    """

    day: float
    improvement: tuple[float, float]
    sessions: int
    from_day: float
    spacing: float
    measure: str = "pain.report.intensity"
    name: str = "continue-if"

    def __post_init__(self) -> None:
        low, high = self.improvement
        if not low < high:
            raise ProtocolError("improvement must rise from low to high", where="rule")
        if self.from_day <= self.day or self.sessions < 1 or self.spacing <= 0:
            raise ProtocolError("the added sessions must come after the visit, one at least", where="rule")

    def decision_days(self, protocol: Any) -> tuple[float, ...]:
        """Days on which the rule looks at the patient."""
        return (self.day,)

    def decide(
        self, day: float, baseline: Mapping[str, float], now: Mapping[str, float], protocol: Any
    ) -> Decision:
        """Compare the score with its baseline."""
        gained = 1 - now[self.measure] / baseline[self.measure]
        low, high = self.improvement
        percent = f"improvement {100 * gained:.0f} %"
        if low <= gained <= high:
            days = tuple(self.from_day + k * self.spacing for k in range(self.sessions))
            return Decision(
                f"{percent}, {100 * low:.0f} to {100 * high:.0f} %: {self.sessions} more visits", days
            )
        return Decision(f"{percent}, outside {100 * low:.0f} to {100 * high:.0f} %: no more visits")
