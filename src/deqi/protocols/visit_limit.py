"""A payer's limit on visits, such as that of Medicare for chronic low back pain.

The limit of the Centers for Medicare & Medicaid Services (national coverage
determination 30.3.3, 2020): up to 12 visits in 90 days; 8 more for patients who
improve; not more than 20 in a year; and an end to treatment without improvement.
How much improvement counts it does not say: `improvement` is ours to set.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

from deqi.protocols.checks import check_text, put_number, put_whole
from deqi.protocols.decision import PAIN, Decision, improvement

if TYPE_CHECKING:
    from deqi.protocols.schema import Protocol

_YEAR_DAYS = 365.0


@dataclass(frozen=True)
class VisitLimit:
    """So many visits in a time, some more on improvement, so many a year.

    Parameters
    ----------
    visits, within_days : int, float
        Visits of a year that are given without asking, and days in which they must take place; a later
        visit is given only while the patient improves.
    more : int
        Visits allowed beyond them, in so many days, while the patient improves.
    a_year : int
        Visits allowed in any 365 days.
    improvement : float
        Share of the baseline score lost that counts as improvement.
    measure : str
        Path of the score.
    """

    visits: int = 12
    within_days: float = 90.0
    more: int = 8
    a_year: int = 20
    improvement: float = 0.1
    measure: str = PAIN
    name: str = "visit-limit"

    def __post_init__(self) -> None:
        check_text(self, "measure")
        put_whole(self, "visits", 1, 1000)
        put_number(self, "within_days", 1, 365)
        put_whole(self, "more", 0, 1000)
        put_whole(self, "a_year", 1, 1000)
        put_number(self, "improvement", 0, 1)

    def decision_days(self, protocol: Protocol) -> tuple[float, ...]:
        """Every visit, planned or possible, that could go beyond a limit."""
        possible = (d for r in protocol.rules if hasattr(r, "possible_days") for d in r.possible_days())
        days = sorted({*_session_days(protocol), *possible})
        return tuple(d for d in days if self._beyond(d, days))

    def decide(
        self, day: float, baseline: Mapping[str, float], now: Mapping[str, float], protocol: Protocol
    ) -> Decision:
        """Let the visit take place, drop it, or drop all that follow too."""
        days = _session_days(protocol)
        if day not in days or not self._beyond(day, days):
            return Decision("no visit beyond the limit")
        here, year = _count(day, days, self.within_days), _count(day, days, _YEAR_DAYS)
        if year > self.a_year:
            return Decision(f"visit {year} in a year, {self.a_year} allowed: not given", without=(day,))
        gained = improvement(self.measure, baseline, now)
        counts = f"visit {year} in a year, {here} in {self.within_days:g} days"
        said = f"{counts}, improvement {100 * (gained or 0):.0f} %"
        if gained is None or gained < self.improvement:
            return Decision(f"{said}: treatment ends", without=tuple(d for d in days if d >= day))
        if here > self.visits + self.more:
            return Decision(f"{said}, {self.visits + self.more} allowed: not given", without=(day,))
        return Decision(f"{said}: treatment goes on")

    def _beyond(self, day: float, days: list[float]) -> bool:
        # Spreading visits out must not spare a patient the question: the first visits of a year are free
        # only within the days given for them.
        first = min(d for d in days if day - _YEAR_DAYS < d <= day)
        return _count(day, days, _YEAR_DAYS) > min(self.visits, self.a_year) or day - first > self.within_days


def _session_days(protocol: Protocol) -> list[float]:
    return sorted(d for s in protocol.sessions for d in s.days)


def _count(day: float, days: list[float], span: float) -> int:
    """Visits in the `span` days that end with the visit on `day`."""
    return sum(day - span < d <= day for d in days)
