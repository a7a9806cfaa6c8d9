"""What one session gives the body: firing, winding, twitching, frequency gates, context.

Each group of needles is turned into these by the mechanisms of
`deqi.mechanisms.needle.techniques`. The atlas says how much of its firing
enters the cord at the segments of the pain, and whether it stands in the pain;
of several points, the mean. Firing adds up over groups; winding and twitching
are those of the strongest group; gates are the mean over groups, weighted by
firing.

Assumes: needles of a group are shared out evenly among its points.
Leaves out: the ramp of a session; a group does the same from its first minute to its last.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, cast

from deqi.atlas import find_site, needle_is_local, segmental_share
from deqi.atlas.reach import Side
from deqi.errors import ParameterError
from deqi.mechanisms.needle.techniques import CODE, DEPTH, STIMULUS, SUMMATION, TECHNIQUES
from deqi.protocols.needling import Needling, Session
from deqi.protocols.site import PainSite

FIBRES = ("a_beta", "a_delta", "c")
_HALF_DEPTH = "needle.depth.half_depth"
_CONTRALATERAL = "needle.reach.contralateral"

#: Every parameter that a session is worked out with.
STIMULUS_PARAMETERS: tuple[str, ...] = (
    *(i.parameter(n) for i in STIMULUS for n in i.mechanism.Params.variables),
    _CONTRALATERAL,
)


def stimulus(session: Session, parameters: Mapping[str, float], site: PainSite) -> dict[str, float]:
    """What a session's needles and its setting give the body, by environment variable.

    Parameters
    ----------
    session : Session
        The session.
    parameters : mapping
        Value of each of `STIMULUS_PARAMETERS` in its declared unit.
    site : PainSite
        Where the patient hurts; in a volunteer nothing is segmental or local.

    Raises
    ------
    ParameterError
        If a parameter has no value.
    """
    missing = [path for path in STIMULUS_PARAMETERS if path not in parameters]
    if missing:
        raise ParameterError(f"no value for {missing[0]}", where="needling", fix="add it to the parameters")
    given = dict.fromkeys((f"{f}_{s}" for f in FIBRES for s in ("painful", "other")), 0.0)
    winding = twitch = weight = low = high = 0.0
    for needling in session.needlings:
        one = _one_needle(needling, parameters)
        gain = float(SUMMATION.evaluate(parameters, {"needles": needling.needles})["gain"])
        segmental, local = segmental_part(needling, parameters, site), local_part(needling, site)
        for fibre in FIBRES:
            firing = gain * one[fibre]
            given[f"{fibre}_painful"] += segmental * firing
            given[f"{fibre}_other"] += (1 - segmental) * firing
        total = gain * sum(one[f] for f in FIBRES)
        weight, low, high = weight + total, low + total * one["low"], high + total * one["high"]
        winding, twitch = max(winding, local * one["winding"]), max(twitch, local * one["twitch"])
    return {
        **given,
        "low_frequency": low / weight if weight > 0 else 0.0,
        "high_frequency": high / weight if weight > 0 else 0.0,
        "winding": winding,
        "twitch": twitch,
        "context": session.context,
    }


def _one_needle(needling: Needling, parameters: Mapping[str, float]) -> dict[str, float]:
    """Firing, winding, twitching and gates of one needle of a group."""
    deep = DEPTH.evaluate(parameters, {"depth": needling.depth_mm})["deep"]
    technique = TECHNIQUES[needling.technique]
    if needling.technique == "electrical":
        pulses = needling.frequencies
        inputs = [{"current": needling.current_ma, "pulse_frequency": f, "deep": deep} for f in pulses]
    else:
        inputs = [{"vigour": needling.vigour, "deep": deep}]
    each: list[Mapping[str, Any]] = [technique.evaluate(parameters, i) for i in inputs]
    mean = {name: float(sum(e[name] for e in each)) / len(each) for name in each[0]}
    frequencies = [float(e["frequency"]) for e in each]
    code = {
        "frequency": frequencies[0],
        "other_frequency": frequencies[-1],
        "alternating": float(len(frequencies) > 1),
    }
    gates = CODE.evaluate(parameters, code)
    return {**mean, "low": float(gates["low"]), "high": float(gates["high"])}


def segmental_part(needling: Needling, parameters: Mapping[str, float], site: PainSite) -> float:
    """Share of a group's firing that enters the cord at the segments of the pain, 0 to 1."""
    if not site.pain_segments:
        return 0.0
    if needling.segmental is not None:
        return needling.segmental
    shares = [
        segmental_share(
            find_site(point),
            needling.depth_mm,
            site.pain_segments,
            half_depth_mm=parameters[_HALF_DEPTH],
            side=_side(point, needling.side),
            pain_side=cast(Side, site.pain_side),
            contralateral=parameters[_CONTRALATERAL],
        )
        for point in needling.points
    ]
    return sum(shares) / len(shares)


def _side(point: str, side: str) -> Side:
    near = find_site(point).near
    return "midline" if near is not None and near.side == "midline" else cast(Side, side)


def local_part(needling: Needling, site: PainSite) -> float:
    """Share of a group's points that stand in the painful areas, 0 to 1."""
    if not site.painful_areas:
        return 0.0
    if needling.local is not None:
        return needling.local
    standing = [needle_is_local(find_site(point), site.painful_areas) for point in needling.points]
    return sum(standing) / len(standing)
