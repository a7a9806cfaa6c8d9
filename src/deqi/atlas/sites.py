"""Sites of needles: a point, or a place beside one, as the shams of trials use it.

Written in a protocol as `BL23` (at the point) or `off:BL18` (beside it), with
room for the trial's words: `off:BL18 (1 cm lateral)`. A site beside a point
takes the region and the segments of that point: one or two centimetres away,
skin and muscle still report to the same segments.
"""

from __future__ import annotations

import math
import re
from dataclasses import dataclass

from deqi.atlas.points import Point, find_point, regions
from deqi.atlas.segments import sort_segments
from deqi.errors import DeqiError, UnknownNameError

__all__ = ["Site", "depth_warning", "find_site"]

_BESIDE = re.compile(r"(?:off\s*:|near\s)(?P<point>[^()]*)(?:\((?P<words>.*)\))?", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Site:
    """A place where a needle goes in, on a point or off every point.

    Parameters
    ----------
    description : str
        The place in words, as the trial tells it.
    skin_segments, muscle_segments : frozenset of str
        Segments that the skin and the muscles there report to.
    region : str
        Part of the body, one of `regions()`.
    near : Point or None
        The point at the site or beside it.
    off_point : bool
        Whether the site is meant to miss every point.

    Raises
    ------
    DeqiError
        If the region or a segment is unknown, or a site on a point names no point.

    Examples
    --------
    >>> lateral = Site("lateral back, off the channels", frozenset({"T11"}), frozenset(), "back")
    >>> lateral.off_point, lateral.near is None
    (True, True)
    """

    description: str
    skin_segments: frozenset[str]
    muscle_segments: frozenset[str]
    region: str
    near: Point | None = None
    off_point: bool = True

    def __post_init__(self) -> None:
        if self.region not in regions():
            raise UnknownNameError("region", self.region, regions(), fix=f"one of {', '.join(regions())}")
        if not self.off_point and self.near is None:
            raise DeqiError(f"the site '{self.description}' is on a point, but names none", fix="give `near`")
        sort_segments(self.skin_segments | self.muscle_segments)

    @property
    def name(self) -> str:
        """What a protocol writes for the site; its description where no point is near.

        Examples
        --------
        >>> find_site("near UB18 (1 cm lateral)").name
        'off:BL18 (1 cm lateral)'
        """
        if self.near is None:
            return self.description
        if not self.off_point:
            return self.near.code
        words = self.description.removeprefix(f"beside {self.near.code}").strip()
        if words and not words.startswith("("):
            words = f"({words})"
        return f"off:{self.near.code} {words}".rstrip()


def find_site(text: str) -> Site:
    """The site that a protocol's text names.

    Parameters
    ----------
    text : str
        `BL23`, or `off:BL18`, or `near BL18 (1 cm lateral)`; the point as in `find_point`.

    Raises
    ------
    UnknownNameError
        If the point is unknown.
    DeqiError
        If the text is empty, or the point's name is shared.

    Examples
    --------
    >>> site = find_site("off:BL18 (1 cm lateral)")
    >>> site.off_point, site.near.code, sorted(site.skin_segments)
    (True, 'BL18', ['T9'])
    """
    found = re.fullmatch(
        r"\s*(?:off\s*:|near\s)(?P<point>[^()]*)(?:\((?P<words>.*)\))?\s*", text, re.IGNORECASE
    )
    if found is None:
        point = find_point(text)
        return _site(point, f"at {point.code}", off_point=False)
    point = find_point(found["point"])
    words = (found["words"] or "").strip()
    return _site(point, f"beside {point.code} ({words})" if words else f"beside {point.code}", off_point=True)


def depth_warning(place: Point | Site, depth_mm: float) -> str | None:
    """A warning where a needle goes deeper than the literature has it, else None.

    Parameters
    ----------
    place : Point or Site
        Where the needle goes in; a site has the range of the point it is near.
    depth_mm : float
        Depth of insertion [mm].

    Raises
    ------
    DeqiError
        If the depth is negative or not a number.

    Examples
    --------
    >>> print(depth_warning(find_point("BL13"), 30))
    BL13: 30 mm is deeper than the 12-20 mm of the literature; hazards named there: pneumothorax
    (ranges are literature ranges, not instructions)
    >>> depth_warning(find_point("BL13"), 15) is None
    True
    """
    if not math.isfinite(depth_mm) or depth_mm < 0:
        raise DeqiError(f"a needle cannot be {depth_mm} mm deep", fix="write a depth of 0 mm or more")
    point = place if isinstance(place, Point) else place.near
    if point is None or depth_mm == 0:
        return None
    hazards = f"; hazards named there: {', '.join(point.hazards)}" if point.hazards else ""
    closing = f"{hazards} (ranges are literature ranges, not instructions)"
    if point.depth_mm is None:
        return f"{point.code}: the atlas has no depth from the literature{closing}"
    shallowest, deepest = point.depth_mm
    if depth_mm <= deepest:
        return None
    known = f"the {shallowest:g}-{deepest:g} mm of the literature"
    return f"{point.code}: {depth_mm:g} mm is deeper than {known}{closing}"


def _site(point: Point, description: str, *, off_point: bool) -> Site:
    return Site(
        description=description,
        skin_segments=point.skin_segments,
        muscle_segments=point.muscle_segments,
        region=point.region,
        near=point,
        off_point=off_point,
    )
