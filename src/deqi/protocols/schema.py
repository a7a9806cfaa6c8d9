"""A protocol and its parts: frozen, checked when they are made.

Days count from week 0, the day of randomisation; a session on day 3.5 begins
at minute 5040.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, field, replace
from functools import cached_property
from itertools import pairwise
from typing import Any

from deqi.atlas import depth_warning, find_site, refuse_if_not_simulated
from deqi.errors import ProtocolError, UnknownNameError
from deqi.mechanisms.needle.techniques import TECHNIQUES
from deqi.protocols.drugs import DRUGS
from deqi.protocols.rules import ContinueIf
from deqi.protocols.stricta import Stricta

ROLES = ("verum", "sham", "care", "none", "experiment", "drug")
_DEEPEST_MM = 150.0


def _number(value: Any, what: str, low: float, high: float) -> None:
    if isinstance(value, bool) or not isinstance(value, int | float) or not math.isfinite(value):
        raise ProtocolError(f"{what} = {value!r} is no number")
    if not low <= value <= high:
        raise ProtocolError(f"{what} = {value:g} is outside {low:g} to {high:g}")


@dataclass(frozen=True)
class Needling:
    """A group of needles that are alike.

    Parameters
    ----------
    technique : str
        manual, retained, superficial, touch, dry or electrical.
    needles : int
        Needles in the group.
    depth_mm : float
        Depth of the tips [mm]; 0 for a touch.
    points : tuple of str
        Points of the atlas, or ``off:BL23`` for a place beside one.
    vigour : float
        Vigour of manipulation, 0 to 1.
    frequency_hz : tuple of float
        One frequency, or two that alternate [Hz]; electrical only.
    current_ma : float, optional
        Peak current [mA]; electrical only.
    side : str
        left, right or both.
    segmental, local : float, optional
        Share entering at the segments of the pain, and share standing in the painful region, for
        groups whose points were not reported.
    """

    technique: str
    needles: int
    depth_mm: float
    points: tuple[str, ...] = ()
    vigour: float = 1.0
    frequency_hz: tuple[float, ...] = ()
    current_ma: float | None = None
    side: str = "both"
    segmental: float | None = None
    local: float | None = None

    def __post_init__(self) -> None:
        if self.technique not in TECHNIQUES:
            raise UnknownNameError("technique", str(self.technique), TECHNIQUES)
        _number(self.needles, "needles", 1, 100)
        _number(self.depth_mm, "depth_mm", 0, _DEEPEST_MM)
        _number(self.vigour, "vigour", 0, 1)
        if self.technique == "touch" and self.depth_mm > 0:
            raise ProtocolError("a touch has no depth", fix="write depth_mm = 0")
        if self.side not in ("left", "right", "both"):
            raise UnknownNameError("side", self.side, ("left", "right", "both"))
        for point in self.points:
            find_site(point)
        for name in ("segmental", "local"):
            value = getattr(self, name)
            if value is None and not self.points:
                raise ProtocolError(
                    f"neither points nor {name} are given", fix=f"add points, or {name} from 0 to 1"
                )
            if value is not None:
                _number(value, name, 0, 1)
        electrical = self.technique == "electrical"
        if electrical != bool(self.frequency_hz) or electrical != (self.current_ma is not None):
            raise ProtocolError(
                "frequency_hz and current_ma go with electrical needling, and only with it",
                fix="add or remove both",
            )
        if len(self.frequency_hz) > 2:
            raise ProtocolError("more than two frequencies cannot alternate")
        for hz in self.frequency_hz:
            _number(hz, "frequency_hz", 0.1, 200)
        if self.current_ma is not None:
            _number(self.current_ma, "current_ma", 0, 50)

    @property
    def warnings(self) -> tuple[str, ...]:
        """Depths beyond the literature's range."""
        found = (depth_warning(find_site(p), self.depth_mm) for p in self.points)
        return tuple(w for w in found if w)


@dataclass(frozen=True)
class Session:
    """One kind of visit with needles, and the days it takes place on."""

    minutes: float
    needlings: tuple[Needling, ...]
    days: tuple[float, ...]
    context: float = 1.0

    def __post_init__(self) -> None:
        _number(self.minutes, "minutes", 0.1, 24 * 60)
        _number(self.context, "context", 0, 1)
        if not self.needlings:
            raise ProtocolError("a session has no needling", fix="add one, or use a contact")
        for day in self.days:
            _number(day, "days", 0, 3650)


@dataclass(frozen=True)
class DrugCourse:
    """A medicine taken by mouth at a steady rate over days."""

    drug: str
    mg_per_day: float
    from_day: float
    to_day: float

    def __post_init__(self) -> None:
        if self.drug not in DRUGS:
            raise UnknownNameError("drug", str(self.drug), DRUGS)
        if DRUGS[self.drug].oral is None:
            raise ProtocolError(f"{self.drug} is not taken by mouth", fix="give it as a challenge")
        _number(self.mg_per_day, "mg_per_day", 0, 10000)
        _number(self.from_day, "from_day", 0, 3650)
        _number(self.to_day, "to_day", self.from_day, 3650)


@dataclass(frozen=True)
class Exercise:
    """Exercise and physiotherapy at an intensity from 0 to 1 over days."""

    intensity: float
    from_day: float
    to_day: float

    def __post_init__(self) -> None:
        _number(self.intensity, "intensity", 0, 1)
        _number(self.from_day, "from_day", 0, 3650)
        _number(self.to_day, "to_day", self.from_day, 3650)


@dataclass(frozen=True)
class Contact:
    """Visits without needles: what the patient meets is their context."""

    minutes: float
    context: float
    days: tuple[float, ...]

    def __post_init__(self) -> None:
        _number(self.minutes, "minutes", 0.1, 24 * 60)
        _number(self.context, "context", 0, 1)
        for day in self.days:
            _number(day, "days", 0, 3650)


@dataclass(frozen=True)
class Protocol:
    """A plan: who gets what, when; with what was reported about it and what had to be assumed."""

    name: str
    title: str
    role: str
    condition: str = "chronic-low-back-pain"
    cites: tuple[str, ...] = ()
    sessions: tuple[Session, ...] = ()
    drugs: tuple[DrugCourse, ...] = ()
    exercise: tuple[Exercise, ...] = ()
    contacts: tuple[Contact, ...] = ()
    rules: tuple[ContinueIf, ...] = ()
    stricta: Stricta = field(default_factory=Stricta)
    assumptions: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        if self.role not in ROLES:
            raise UnknownNameError("role", str(self.role), ROLES, where=self.name)
        if self.condition != "experiment":
            refuse_if_not_simulated(self.condition)
        kinds = [DRUGS[d.drug].oral for d in self.drugs]
        names = {d.drug for d in self.drugs}
        if len(names) > len(set(kinds)):
            raise ProtocolError("two opioids or two NSAIDs at once cannot be simulated", where=self.name)
        visits = sorted((d * 1440.0, d * 1440.0 + s.minutes) for s in self.sessions for d in s.days)
        for (_, stop), (start, _) in pairwise(visits):
            if start < stop:
                raise ProtocolError(
                    f"two sessions overlap on day {start / 1440:g}", where=self.name, fix="move one of them"
                )

    @cached_property
    def warnings(self) -> tuple[str, ...]:
        """What a reader should know before believing the result."""
        found = (w for s in self.sessions for n in s.needlings for w in n.warnings)
        return tuple(dict.fromkeys(found))

    def overlays(self) -> tuple[str, ...]:
        """Parameter sets that its medicines need laid over the base set."""
        return tuple(dict.fromkeys(o for d in self.drugs if (o := DRUGS[d.drug].overlay)))

    def sham(self, **changes: Any) -> Protocol:
        """A sham made by changing the verum's needling.

        Parameters
        ----------
        **changes
            Fields of `Needling` (technique, depth_mm, points, ...) set in every group, and
            ``context`` of the sessions.

        Examples
        --------
        >>> from deqi.protocols import load_protocol
        >>> load_protocol("li4-manual").sham(technique="touch", depth_mm=0).role
        'sham'
        """
        context = changes.pop("context", None)
        sessions = tuple(
            replace(
                s,
                context=s.context if context is None else context,
                needlings=tuple(replace(n, **changes) for n in s.needlings),
            )
            for s in self.sessions
        )
        said = ", ".join(f"{k} = {v}" for k, v in changes.items()) or "context only"
        return replace(
            self,
            name=f"{self.name}-sham",
            title=f"Sham of: {self.title}",
            role="sham",
            sessions=sessions,
            stricta=replace(self.stricta, control=f"the verum with {said}"),
        )
