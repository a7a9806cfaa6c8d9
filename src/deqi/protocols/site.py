"""Where a patient hurts."""

from __future__ import annotations

from dataclasses import dataclass
from typing import get_args

from deqi.atlas import PAINFUL_AREAS, regions, sort_segments
from deqi.atlas.reach import Side
from deqi.errors import UnknownNameError


@dataclass(frozen=True)
class PainSite:
    """Segments, region and side of the pain; empty in a healthy volunteer.

    Attributes
    ----------
    pain_segments : frozenset of str
        Segments of the cord that the pain enters.
    painful_areas : tuple of str
        Regions of the atlas, or areas such as ``low back``.
    pain_side : {'left', 'right', 'both', 'midline'}
        Side of the pain.

    Raises
    ------
    DeqiError
        If a segment, an area or the side is unknown.
    """

    pain_segments: frozenset[str] = frozenset()
    painful_areas: tuple[str, ...] = ()
    pain_side: str = "both"

    def __post_init__(self) -> None:
        sort_segments(self.pain_segments)
        known = (*regions(), *PAINFUL_AREAS)
        for area in self.painful_areas:
            if area not in known:
                raise UnknownNameError("area", str(area), known, fix=f"one of {', '.join(known)}")
        if self.pain_side not in get_args(Side):
            raise UnknownNameError("side", str(self.pain_side), get_args(Side))
