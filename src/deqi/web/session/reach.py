"""Which segments of the cord a session's needles enter, and how many needles' worth each.

The same sharing as in `deqi.atlas.reach`: the skin's part of a needle's signal
divides among the skin's segments, the muscle's among the muscle's, and the
muscle's part grows with depth. For groups whose points were not reported, the
share at the segments of the pain is spread over these evenly; the rest went in
elsewhere, and nobody knows where.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from deqi.atlas import find_site, sort_segments
from deqi.protocols import PainSite, Session

_HALF_DEPTH = "needle.depth.half_depth"


@dataclass(frozen=True)
class Reach:
    """Where needles enter the cord.

    Attributes
    ----------
    needles : mapping of str to float
        Needles' worth by segment, head to tail.
    unplaced : float
        Needles' worth that entered nobody knows where.
    """

    needles: Mapping[str, float]
    unplaced: float


def reach(session: Session, parameters: Mapping[str, float], site: PainSite) -> Reach:
    """The segments that a session's needles enter.

    Parameters
    ----------
    session : Session
        The session.
    parameters : mapping
        Parameter values; the half depth is used.
    site : PainSite
        Where the patient hurts.

    Examples
    --------
    >>> from deqi.web.session.question import Needles, ask
    >>> session = ask(needles=Needles(("BL23",))).protocol.sessions[0]
    >>> found = reach(session, {"needle.depth.half_depth": 8.0}, PainSite())
    >>> list(found.needles), round(sum(found.needles.values()), 6)
    (['L1', 'L2', 'L3'], 2.0)
    """
    found: dict[str, float] = {}
    unplaced = 0.0
    for group in session.needlings:
        deep = group.depth_mm / (group.depth_mm + parameters[_HALF_DEPTH])
        if group.segmental is not None or not group.points:
            inside = (group.segmental or 0.0) * group.needles if site.pain_segments else 0.0
            _spread(found, site.pain_segments, inside)
            unplaced += group.needles - inside
            continue
        one = group.needles / len(group.points)
        for text in group.points:
            place = find_site(text)
            _spread(found, place.skin_segments, (1 - deep) * one)
            _spread(found, place.muscle_segments or place.skin_segments, deep * one)
    return Reach({name: found[name] for name in sort_segments(found)}, unplaced)


def _spread(found: dict[str, float], segments: frozenset[str], worth: float) -> None:
    for name in segments if worth > 0 else ():
        found[name] = found.get(name, 0.0) + worth / len(segments)
