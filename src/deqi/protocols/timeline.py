"""A protocol laid out in time: what reaches the body, constant between two edges.

Intervals are half-open. Where several meet, firing and intake add up, and
everything that runs from 0 to 1 takes the largest. A dose is a jump of a state
at the start of a stretch.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise

from deqi.errors import ProtocolError, UnknownNameError
from deqi.mechanisms.environment import FRACTION, Environment
from deqi.protocols.challenges import Challenge, load_challenge
from deqi.protocols.drugs import DRUGS
from deqi.protocols.schema import Protocol
from deqi.protocols.site import PainSite
from deqi.protocols.stimulus import stimulus

MINUTES_A_DAY = 1440.0

Visit = tuple[float, float]


@dataclass(frozen=True)
class Interval:
    """Something done from `start` to `stop` [min]; `values` by environment variable."""

    start: float
    stop: float
    values: Mapping[str, float]
    label: str = ""

    def __post_init__(self) -> None:
        if not 0 <= self.start < self.stop < math.inf:
            raise ProtocolError(f"from minute {self.start:g} to {self.stop:g} is no time", where=self.label)
        for name in self.values:
            if name not in Environment.variables:
                raise UnknownNameError("variable", name, Environment.variables, where=self.label)


@dataclass(frozen=True)
class Dose:
    """An amount added to a state, by its path and in its unit, at a minute."""

    minute: float
    state: str
    amount: float
    label: str = ""


@dataclass(frozen=True)
class Segment:
    """A stretch with a constant environment; `jumps` happen at its start."""

    start: float
    stop: float
    environment: Mapping[str, float]
    jumps: Mapping[str, float]


@dataclass(frozen=True)
class Timeline:
    """Everything that is done, over so many days.

    Attributes
    ----------
    intervals : tuple of Interval
        What is done, and until when.
    doses : tuple of Dose
        What is given at once.
    sessions : tuple of (float, float)
        Start and stop of each session [min].
    days : float
        Length [d].
    notes : tuple of str
        What could not be laid out as asked.
    """

    intervals: tuple[Interval, ...]
    doses: tuple[Dose, ...]
    sessions: tuple[Visit, ...]
    days: float
    notes: tuple[str, ...] = ()

    def breaks(self) -> list[float]:
        """Minutes at which something changes, from 0 to the end."""
        last = self.days * MINUTES_A_DAY
        edges = {0.0, last}
        for interval in self.intervals:
            edges |= {interval.start, interval.stop}
        edges |= {d.minute for d in self.doses}
        return sorted(e for e in edges if 0 <= e <= last)

    def segments(self) -> list[Segment]:
        """Consecutive stretches from week 0 to the end."""
        return [
            Segment(start, stop, self.environment((start + stop) / 2), self._jumps(start))
            for start, stop in pairwise(self.breaks())
        ]

    def environment(self, minute: float) -> dict[str, float]:
        """Every environment variable at a minute, in the order of `Environment`."""
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
        Value of each of `deqi.protocols.stimulus.STIMULUS_PARAMETERS` in its declared unit.
    site : PainSite
        Where the patient hurts.
    days : float
        Length [d].
    challenges : sequence of Challenge
        What an experimenter adds to the challenges that the protocol names.

    Raises
    ------
    ProtocolError
        If the length is no time, or a challenge comes twice or against the protocol's medicine.
    ParameterError
        If a parameter has no value.

    Examples
    --------
    >>> from deqi.parameters import base_values
    >>> from deqi.protocols import load_protocol
    >>> numbers = {path: v.value for path, v in base_values().items()}
    >>> timeline = lay_out(load_protocol("gerac-verum"), numbers, PainSite(), days=42)
    >>> len(timeline.sessions), timeline.environment(10)["context"]
    (10, 1.0)
    """
    if not (math.isfinite(days) and days > 0):
        raise ProtocolError(f"{days:g} days cannot be laid out", where="days", fix="give a number above 0")
    _check_challenges(protocol, challenges)
    given_too = {c.name for c in challenges}
    challenges = (*map(load_challenge, (n for n in protocol.challenges if n not in given_too)), *challenges)
    last = days * MINUTES_A_DAY
    intervals: list[Interval] = []
    sessions: list[Visit] = []
    for session in protocol.sessions:
        given = stimulus(session, parameters, site)
        visits = _visits(session.days, session.minutes, last)
        intervals += [Interval(a, b, given, "session") for a, b in visits]
        sessions += visits
    for contact in protocol.contacts:
        visits = _visits(contact.days, contact.minutes, last)
        intervals += [Interval(a, b, {"context": contact.context}, "contact") for a, b in visits]
    for e in protocol.exercise:
        intervals += _over_days(e.from_day, e.to_day, last, {"exercise": e.intensity}, "exercise")
    for course in protocol.drugs:
        drug = DRUGS[course.drug]
        rate = drug.amount(course.mg_per_day) / MINUTES_A_DAY
        intervals += _over_days(course.from_day, course.to_day, last, {str(drug.oral): rate}, course.drug)
    doses = [
        Dose(d.day * MINUTES_A_DAY + d.minute, DRUGS[d.drug].depot, DRUGS[d.drug].amount(d.mg), d.drug)
        for d in protocol.doses
    ]
    sessions.sort()
    notes: list[str] = []
    for challenge in challenges:
        if challenge.drug:
            doses += _doses(challenge, sessions, notes)
        else:
            times = sessions if challenge.during_sessions else [(0.0, last)]
            values = {challenge.variable: challenge.level}
            intervals += [Interval(a, b, values, challenge.name) for a, b in times]
    within = tuple(d for d in doses if d.minute < last)
    return Timeline(tuple(intervals), within, tuple(sessions), days, tuple(dict.fromkeys(notes)))


def _check_challenges(protocol: Protocol, challenges: Sequence[Challenge]) -> None:
    taken = {DRUGS[name].depot: name for name in protocol.medicines()}
    seen: set[str] = set()
    for challenge in challenges:
        if challenge.name in seen:
            raise ProtocolError("is given twice", where=f"challenge {challenge.name}", fix="name it once")
        seen.add(challenge.name)
        other = taken.get(DRUGS[challenge.drug].depot, challenge.drug) if challenge.drug else ""
        if other != challenge.drug:
            raise ProtocolError(
                f"{challenge.drug} cannot be followed beside {other}, which {protocol.name} gives",
                where=f"challenge {challenge.name}",
                fix="take another challenge, or another protocol",
            )


def _doses(challenge: Challenge, sessions: Sequence[Visit], notes: list[str]) -> list[Dose]:
    drug = DRUGS[challenge.drug]
    amount = drug.amount(challenge.mg) * challenge.bioavailability
    starts = [start for start, _ in sessions]
    if not starts:
        notes.append(f"{challenge.name}: no session to come before; given at week 0")
        return [Dose(0.0, drug.depot, amount, challenge.name)]
    found = []
    for start in starts if challenge.every_session else starts[:1]:
        minute = start - challenge.minutes_before
        if minute < 0:
            notes.append(f"{challenge.name}: would fall before week 0; given at week 0")
        found.append(Dose(max(minute, 0.0), drug.depot, amount, challenge.name))
    return found


def _visits(days: Sequence[float], minutes: float, last: float) -> list[Visit]:
    starts = (day * MINUTES_A_DAY for day in days)
    return [(start, min(start + minutes, last)) for start in starts if start < last]


def _over_days(
    first: float, after: float, last: float, values: Mapping[str, float], label: str
) -> list[Interval]:
    start, stop = first * MINUTES_A_DAY, min(after * MINUTES_A_DAY, last)
    return [Interval(start, stop, values, label)] if start < stop else []
