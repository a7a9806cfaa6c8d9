"""Which part of a needle's signal enters the cord where the pain does, and whether it stands in the pain.

A needle's signal comes in part from the skin it passes, in part from the muscle
it reaches; each part enters the cord at its own segments. What enters at the
segments of the pain acts there directly (segmental); the rest acts through the
brain and by spread (remote). The deeper the needle, the more of its signal is
the muscle's: depth / (depth + half depth), as in the recruitment of deep fibres.

Assumes: a tissue's signal divides evenly among its segments.
Leaves out: overlap of dermatomes, branching of afferents over several segments.
"""

from __future__ import annotations

import math
from collections.abc import Iterable
from typing import Literal

from deqi.atlas.points import Point, regions
from deqi.atlas.segments import parse_segments, sort_segments
from deqi.atlas.sites import Site
from deqi.errors import DeqiError, UnknownNameError

__all__ = ["PAINFUL_AREAS", "Side", "needle_is_local", "segmental_share"]

Side = Literal["left", "right", "both", "midline"]


PAINFUL_AREAS: tuple[str, ...] = ("low back", "upper back", "buttock")
"""Areas beside the atlas's own regions in which pain may sit."""

# The back at and below the twelfth rib, the sacrum included.
_LOW_BACK = parse_segments("T12-Co")
# The drawing of the body tells the buttock from the groin; both are region `hip`.
_BUTTOCK_VIEWS = ("back", "side")


def segmental_share(
    place: Point | Site,
    depth_mm: float,
    pain_segments: Iterable[str],
    *,
    half_depth_mm: float,
    side: Side = "both",
    pain_side: Side = "both",
    contralateral: float,
) -> float:
    """Share of a needle's signal that enters the cord at the segments of the pain, from 0 to 1.

    Parameters
    ----------
    place : Point or Site
        Where the needle goes in.
    depth_mm : float
        Depth of insertion [mm]; 0 for a touch.
    pain_segments : iterable of str
        Segments of the pain.
    half_depth_mm : float
        Depth at which half the signal is the muscle's [mm].
    side, pain_side : {'left', 'right', 'both', 'midline'}
        Side of the needle, or of a pair of needles, and of the pain.
    contralateral : float
        Worth of a signal that enters on the other side [1], from 0 to 1.

    Returns
    -------
    float
        Skin and muscle shares, weighted by depth. A place without muscle counts as skin
        at any depth. A pair, or a needle on the midline, against pain on one side counts
        half as on that side, half as on the other.

    Raises
    ------
    DeqiError
        If a depth is negative or not finite, the half depth is 0, `contralateral` is outside
        0 to 1, or a segment is unknown.

    Examples
    --------
    >>> from deqi.atlas.points import find_point
    >>> pain = {"L3", "L4", "L5", "S1"}
    >>> segmental_share(find_point("BL25"), 24, pain, half_depth_mm=8, contralateral=0.3)
    1.0
    >>> segmental_share(find_point("LI4"), 24, pain, half_depth_mm=8, contralateral=0.3)
    0.0
    """
    _check(depth_mm, half_depth_mm, contralateral)
    pain = frozenset(sort_segments(pain_segments))
    skin, muscle = place.skin_segments, place.muscle_segments or place.skin_segments
    deep = depth_mm / (depth_mm + half_depth_mm)
    share = (1.0 - deep) * _overlap(skin, pain) + deep * _overlap(muscle, pain)
    return share * _side_weight(side, pain_side, contralateral)


def needle_is_local(place: Point | Site, painful_regions: Iterable[str]) -> bool:
    """Whether the needle stands in the part of the body that hurts.

    Only then do the winding of tissue and the adenosine that it frees act where the
    pain is. The rule is coarse, and is this:

    - a region of the atlas (`back`, `leg`, `neck` and so on): the place is in that region;
    - `low back`: in region `back`, with skin or muscle at or below T12. By this rule the points
      that the ART trial called local and that lie in region `back` (BL20-BL34, BL50-BL52, GV3-GV6,
      EX-B8) are local, and BL19 and above are not (Brinkhaus 2006, doi:10.1001/archinte.166.4.450).
      EX-B2 without a level runs from T1 to L5 and counts as local: name the level, EX-B2-L4, to be
      exact;
    - `upper back`: in region `back`, and not low back;
    - `buttock`: in region `hip`, drawn from behind or the side (GB29, GB30, BL35, BL53, BL54, GV1),
      not the groin (SP12, LR12).

    A site beside a point stands where the point stands; a site near no point is judged by its
    region and segments alone.

    Parameters
    ----------
    place : Point or Site
        Where the needle goes in.
    painful_regions : iterable of str
        Regions of the atlas, or names in `PAINFUL_AREAS`.

    Raises
    ------
    UnknownNameError
        If a region is unknown.

    Examples
    --------
    >>> from deqi.atlas.points import find_point
    >>> [needle_is_local(find_point(c), ["low back", "buttock"]) for c in ("BL23", "GB30", "BL13", "LI4")]
    [True, True, False, False]
    """
    # A list, so that a misspelt region is an error even after one that fits.
    return any([_stands_in(place, name) for name in painful_regions])


def _stands_in(place: Point | Site, name: str) -> bool:
    if name in regions():
        return place.region == name
    in_low_back = bool((place.skin_segments | place.muscle_segments) & _LOW_BACK)
    if name == "low back":
        return place.region == "back" and in_low_back
    if name == "upper back":
        return place.region == "back" and not in_low_back
    if name == "buttock":
        point = place if isinstance(place, Point) else place.near
        return place.region == "hip" and (point is None or point.position.view in _BUTTOCK_VIEWS)
    known = (*regions(), *PAINFUL_AREAS)
    raise UnknownNameError("region", name, known, fix=f"one of {', '.join(known)}")


def _overlap(tissue: frozenset[str], pain: frozenset[str]) -> float:
    return len(tissue & pain) / len(tissue) if tissue else 0.0


def _side_weight(side: Side, pain_side: Side, contralateral: float) -> float:
    if pain_side in ("both", "midline") or side == pain_side:
        return 1.0
    if side in ("both", "midline"):
        return (1.0 + contralateral) / 2.0
    return contralateral


def _check(depth_mm: float, half_depth_mm: float, contralateral: float) -> None:
    if not (math.isfinite(depth_mm) and depth_mm >= 0.0):
        raise DeqiError(f"a needle cannot be {depth_mm} mm deep", fix="write a depth of 0 mm or more")
    if not (math.isfinite(half_depth_mm) and half_depth_mm > 0.0):
        raise DeqiError(f"the half depth cannot be {half_depth_mm} mm", fix="give a depth above 0 mm")
    if not 0.0 <= contralateral <= 1.0:
        raise DeqiError(f"the worth of the other side cannot be {contralateral}", fix="give 0 to 1")
