"""A group of needles, and a session: checked when they are made."""

from __future__ import annotations

from dataclasses import dataclass
from typing import get_args

from deqi.atlas import depth_warning, find_site
from deqi.atlas.reach import Side
from deqi.errors import ProtocolError, UnknownNameError
from deqi.mechanisms.needle.techniques import TECHNIQUES
from deqi.protocols.checks import LAST_DAY, check_text, put_number, put_numbers, put_texts, put_whole

_DEEPEST_MM = 150.0
_SIDES: tuple[str, ...] = get_args(Side)


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
    frequency_hz : float or tuple of float
        One frequency, or two that alternate [Hz]; electrical only.
    current_ma : float, optional
        Peak current [mA]; electrical only.
    side : {'left', 'right', 'both', 'midline'}
        Side of the body.
    segmental, local : float, optional
        Share entering at the segments of the pain, and share standing in the painful region, for
        groups whose points were not reported; where given, they count and not the atlas.

    Examples
    --------
    >>> Needling("manual", needles=2, depth_mm=20, points=("BL233",))
    Traceback (most recent call last):
    deqi.errors.UnknownNameError: unknown point 'BL233'; did you mean BL33 or BL23? ...
    """

    technique: str
    needles: int
    depth_mm: float
    points: tuple[str, ...] = ()
    vigour: float = 1.0
    frequency_hz: float | tuple[float, ...] = ()
    current_ma: float | None = None
    side: str = "both"
    segmental: float | None = None
    local: float | None = None

    def __post_init__(self) -> None:
        check_text(self, "technique")
        if self.technique not in TECHNIQUES:
            raise UnknownNameError("technique", str(self.technique), TECHNIQUES)
        if self.side not in _SIDES:
            raise UnknownNameError("side", str(self.side), _SIDES)
        put_whole(self, "needles", 1, 100)
        put_number(self, "vigour", 0, 1)
        self._check_depth()
        self._check_place()
        self._check_current()

    def _check_depth(self) -> None:
        put_number(self, "depth_mm", 0, _DEEPEST_MM)
        if self.technique == "touch" and self.depth_mm > 0:
            raise ProtocolError(
                f"depth_mm = {self.depth_mm:g}, but a touch has no depth", fix="write depth_mm = 0"
            )

    def _check_place(self) -> None:
        put_texts(self, "points")
        for point in self.points:
            find_site(point)
        for name in ("segmental", "local"):
            if getattr(self, name) is not None:
                put_number(self, name, 0, 1)
            elif not self.points:
                raise ProtocolError(
                    f"neither points nor {name} are given", fix=f"add points, or {name} from 0 to 1"
                )

    def _check_current(self) -> None:
        if isinstance(self.frequency_hz, int | float):
            object.__setattr__(self, "frequency_hz", (self.frequency_hz,))
        put_numbers(self, "frequency_hz", 0.1, 200)
        electrical = self.technique == "electrical"
        if electrical != bool(self.frequency_hz) or electrical != (self.current_ma is not None):
            raise ProtocolError(
                "frequency_hz and current_ma go with electrical needling, and only with it",
                fix="add both, or remove both",
            )
        if len(self.frequencies) > 2:
            raise ProtocolError("more than two frequencies cannot alternate", fix="write one or two")
        if self.current_ma is not None:
            put_number(self, "current_ma", 0.01, 50)

    @property
    def frequencies(self) -> tuple[float, ...]:
        """Frequencies of the current [Hz]: none, one, or two that alternate."""
        hz = self.frequency_hz
        return hz if isinstance(hz, tuple) else (hz,)

    @property
    def warnings(self) -> tuple[str, ...]:
        """Depths beyond the literature's range."""
        found = (depth_warning(find_site(p), self.depth_mm) for p in self.points)
        return tuple(w for w in found if w)


@dataclass(frozen=True)
class Session:
    """One kind of visit with needles, and the days it takes place on.

    Parameters
    ----------
    minutes : float
        How long the needles stay [min].
    needlings : tuple of Needling
        Groups of needles.
    days : tuple of float
        Days from week 0 [d]; a session on day 3.5 begins at minute 5040.
    context : float
        Treatment ritual as the patient meets it, 0 to 1.
    """

    minutes: float
    needlings: tuple[Needling, ...]
    days: tuple[float, ...]
    context: float = 1.0

    def __post_init__(self) -> None:
        put_number(self, "minutes", 0.1, 24 * 60)
        put_number(self, "context", 0, 1)
        put_numbers(self, "days", 0, LAST_DAY, least=1)
        if not self.needlings:
            raise ProtocolError("a session has no needling", fix="add one, or use a contact")
