"""A protocol laid out in time: what reaches the body, constant between two edges.

Each needling is turned into firing, winding and frequency gates by the
mechanisms of `deqi.mechanisms.needle.techniques`; the atlas says how much of it
enters the cord at the segments of the pain, and whether the needle stands in
the pain. Intervals are half-open. Where several meet, firing and intake add up,
and everything that runs from 0 to 1 takes the largest.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Any

from deqi.atlas import find_site, needle_is_local, segmental_share
from deqi.core.arrays import evaluate
from deqi.mechanisms.environment import FRACTION, Environment
from deqi.mechanisms.needle.techniques import CODE, DEPTH, SUMMATION, TECHNIQUES
from deqi.protocols.challenges import Challenge
from deqi.protocols.drugs import DRUGS
from deqi.protocols.schema import Needling, Protocol, Session
from deqi.protocols.site import PainSite

MINUTES_A_DAY = 1440.0
_FIBRES = ("a_beta", "a_delta", "c")


@dataclass(frozen=True)
class Interval:
    """Something done from `start` to `stop` [min]."""

    start: float
    stop: float
    values: Mapping[str, float]


@dataclass(frozen=True)
class Dose:
    """An amount added to a state at a minute."""

    minute: float
    state: str
    amount: float


@dataclass(frozen=True)
class Segment:
    """A stretch with a constant environment; `jumps` happen at its start."""

    start: float
    stop: float
    environment: Mapping[str, float]
    jumps: Mapping[str, float]


@dataclass(frozen=True)
class Timeline:
    """Everything that is done, over so many days."""

    intervals: tuple[Interval, ...]
    doses: tuple[Dose, ...]
    sessions: tuple[tuple[float, float], ...]
    days: float

    def segments(self) -> list[Segment]:
        """Consecutive stretches from week 0 to the end."""
        last = self.days * MINUTES_A_DAY
        edges = {0.0, last}
        for interval in self.intervals:
            edges |= {min(interval.start, last), min(interval.stop, last)}
        edges |= {d.minute for d in self.doses if d.minute < last}
        rising = sorted(edges)
        return [
            Segment(start, stop, self._environment((start + stop) / 2), self._jumps(start))
            for start, stop in pairwise(rising)
        ]

    def _environment(self, minute: float) -> dict[str, float]:
        values = dict.fromkeys(Environment.variables, 0.0)
        for interval in self.intervals:
            if interval.start <= minute < interval.stop:
                for name, value in interval.values.items():
                    if Environment.variables[name].bounds == FRACTION:
                        values[name] = max(values[name], value)
                    else:
                        values[name] += value
        return values

    def _jumps(self, minute: float) -> dict[str, float]:
        jumps: dict[str, float] = {}
        for dose in self.doses:
            if dose.minute == minute:
                jumps[dose.state] = jumps.get(dose.state, 0.0) + dose.amount
        return jumps


def lay_out(
    protocol: Protocol,
    parameters: Mapping[str, float],
    site: PainSite,
    *,
    days: float,
    challenges: Sequence[Challenge] = (),
) -> Timeline:
    """Lay a protocol and challenges out in time.

    Parameters
    ----------
    protocol : Protocol
        The plan.
    parameters : mapping
        Value of each parameter in its declared unit.
    site : PainSite
        Where the patient hurts.
    days : float
        Length [d].
    challenges : sequence of Challenge
        What an experimenter adds.
    """
    last = days * MINUTES_A_DAY
    intervals: list[Interval] = []
    sessions: list[tuple[float, float]] = []
    for session in protocol.sessions:
        given = stimulus(session, parameters, site)
        for start, stop in _visits(session.days, session.minutes, last):
            intervals.append(Interval(start, stop, given))
            sessions.append((start, stop))
    for contact in protocol.contacts:
        given = {"context": contact.context}
        intervals += [Interval(a, b, given) for a, b in _visits(contact.days, contact.minutes, last)]
    intervals += [_over_days(e.from_day, e.to_day, {"exercise": e.intensity}) for e in protocol.exercise]
    for course in protocol.drugs:
        drug = DRUGS[course.drug]
        rate = drug.amount(course.mg_per_day) / MINUTES_A_DAY
        intervals.append(_over_days(course.from_day, course.to_day, {str(drug.oral): rate}))
    sessions.sort()
    doses: list[Dose] = []
    for challenge in challenges:
        if challenge.drug:
            drug = DRUGS[challenge.drug]
            starts = [start for start, _ in sessions] or [0.0]
            for start in starts if challenge.every_session else starts[:1]:
                minute = max(start - challenge.minutes_before, 0.0)
                doses.append(Dose(minute, drug.depot, drug.amount(challenge.mg) * challenge.bioavailability))
        elif challenge.during_sessions:
            intervals += [Interval(a, b, {challenge.variable: challenge.level}) for a, b in sessions]
        else:
            intervals.append(Interval(0.0, last, {challenge.variable: challenge.level}))
    return Timeline(tuple(intervals), tuple(doses), tuple(sessions), days)


def _visits(days: Sequence[float], minutes: float, last: float) -> list[tuple[float, float]]:
    starts = (day * MINUTES_A_DAY for day in days)
    return [(start, min(start + minutes, last)) for start in starts if start < last]


def _over_days(first: float, last: float, values: Mapping[str, float]) -> Interval:
    return Interval(first * MINUTES_A_DAY, last * MINUTES_A_DAY, values)


def stimulus(session: Session, parameters: Mapping[str, float], site: PainSite) -> dict[str, float]:
    """What a session's needles and its setting give the body, by environment variable."""
    given = dict.fromkeys((f"{f}_{s}" for f in _FIBRES for s in ("painful", "other")), 0.0)
    winding = twitch = weight = low = high = 0.0
    for needling in session.needlings:
        one = _one_needle(needling, parameters)
        gain = evaluate(SUMMATION, parameters, {"needles": needling.needles})["gain"]
        segmental, local = _share(needling, parameters, site), _local(needling, site)
        for fibre in _FIBRES:
            firing = gain * one[fibre]
            given[f"{fibre}_painful"] += segmental * firing
            given[f"{fibre}_other"] += (1 - segmental) * firing
        total = gain * sum(one[f] for f in _FIBRES)
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
    deep = evaluate(DEPTH, parameters, {"depth": needling.depth_mm})["deep"]
    technique = TECHNIQUES[needling.technique]
    if needling.technique == "electrical":
        pulses = needling.frequency_hz
        inputs = [{"current": needling.current_ma, "pulse_frequency": f, "deep": deep} for f in pulses]
    else:
        inputs = [{"vigour": needling.vigour, "deep": deep}]
    each: list[Mapping[str, Any]] = [evaluate(technique, parameters, i) for i in inputs]
    mean = {name: float(sum(e[name] for e in each)) / len(each) for name in each[0]}
    frequencies = [float(e["frequency"]) for e in each]
    code = {
        "frequency": frequencies[0],
        "other_frequency": frequencies[-1],
        "alternating": float(len(frequencies) > 1),
    }
    gates = evaluate(CODE, parameters, code)
    return {**mean, "low": float(gates["low"]), "high": float(gates["high"])}


def _share(needling: Needling, parameters: Mapping[str, float], site: PainSite) -> float:
    if not site.pain_segments:
        return 0.0
    if needling.segmental is not None:
        return needling.segmental
    shares = [
        segmental_share(
            find_site(point),
            needling.depth_mm,
            site.pain_segments,
            half_depth_mm=parameters["needle.depth.half_depth"],
            side=needling.side,  # type: ignore[arg-type]
            pain_side=site.pain_side,  # type: ignore[arg-type]
            contralateral=parameters["needle.reach.contralateral"],
        )
        for point in needling.points
    ]
    return sum(shares) / len(shares)


def _local(needling: Needling, site: PainSite) -> float:
    if not site.painful_areas:
        return 0.0
    if needling.local is not None:
        return needling.local
    standing = [needle_is_local(find_site(point), site.painful_areas) for point in needling.points]
    return sum(standing) / len(standing)
