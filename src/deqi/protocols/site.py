"""Where a patient hurts."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class PainSite:
    """Segments, region and side of the pain; empty in a healthy volunteer.

    Attributes
    ----------
    pain_segments : frozenset of str
        Segments of the cord that the pain enters.
    painful_areas : tuple of str
        Regions of the atlas, or areas such as ``low back``.
    pain_side : str
        ``left``, ``right`` or ``both``.
    """

    pain_segments: frozenset[str] = frozenset()
    painful_areas: tuple[str, ...] = ()
    pain_side: str = "both"
