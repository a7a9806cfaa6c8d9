"""A regimen: a protocol with some of its dose changed, what it costs, and the regimens of a question."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import pairwise, product

from deqi.errors import DeqiError, ProtocolError, TrialError
from deqi.protocols import ContinueIf, Needling, Protocol, Session, VisitLimit
from deqi.trials.dose.variables import Value, Varied, frequencies

#: Current of electrical needling where the protocol has none [mA]: as in electroacupuncture-2hz, assumed.
CURRENT_MA = 2.5
#: Vigour of manipulation where the protocol's needles are not moved: as in gerac-verum, assumed.
VIGOUR = 0.45
#: What a regimen may cost: what is compared first, second, third.
COSTS: Mapping[str, tuple[str, ...]] = {
    "visits": ("visits", "minutes", "needles"),
    "needle-minutes": ("needle_minutes", "visits"),
}
_MOST = 400


@dataclass(frozen=True)
class Regimen:
    """A dose of needling, fixed before the first visit.

    Attributes
    ----------
    settings : mapping of str to float or str
        What was varied, by name of the variable.
    protocol : Protocol
        What is done.
    """

    settings: Mapping[str, Value]
    protocol: Protocol

    @property
    def label(self) -> str:
        """What was varied, in one line."""
        return said(self.settings)

    @property
    def days(self) -> tuple[float, ...]:
        """Days of its visits, in order."""
        return tuple(sorted(d for s in self.protocol.sessions for d in s.days))

    @property
    def end_week(self) -> float:
        """A week after the last visit, on a whole day [wk]."""
        return (math.ceil(self.days[-1]) + 7) / 7

    @property
    def costs(self) -> dict[str, float]:
        """Visits, minutes with needles, needles and needle-minutes of the whole course."""
        counts = [
            (len(s.days), s.minutes, sum(n.needles for n in s.needlings)) for s in self.protocol.sessions
        ]
        return {
            "visits": float(sum(days for days, _, _ in counts)),
            "minutes": sum(days * minutes for days, minutes, _ in counts),
            "needles": float(sum(days * needles for days, _, needles in counts)),
            "needle_minutes": sum(days * minutes * needles for days, minutes, needles in counts),
        }

    def cost(self, kind: str) -> tuple[float, ...]:
        """What regimens are ordered by, of `COSTS`."""
        return tuple(self.costs[name] for name in COSTS[kind])


def said(settings: Mapping[str, Value]) -> str:
    """Settings in one line.

    Examples
    --------
    >>> said({"sessions": 8.0, "technique": "2hz"})
    'sessions 8, technique 2hz'
    """
    return ", ".join(f"{n} {v if isinstance(v, str) else f'{v:g}'}" for n, v in settings.items())


def fixed_dose(protocol: Protocol) -> tuple[Protocol, tuple[str, ...]]:
    """The protocol without the rules that would change its dose, and a line for each of them.

    Raises
    ------
    ProtocolError
        If nobody is needled, or it has a rescue rule.

    Examples
    --------
    >>> from deqi.protocols import load_protocol
    >>> plan, notes = fixed_dose(load_protocol("gerac-verum"))
    >>> plan.rules, notes
    ((), ('the rule continue-if of gerac-verum is left out: a dose is fixed before the first visit',))
    """
    if not protocol.sessions:
        raise ProtocolError(
            "has no sessions, so that there is no dose of needling",
            where=protocol.name,
            fix="choose a protocol with needles: see `deqi protocols`",
        )
    dropped = [rule for rule in protocol.rules if isinstance(rule, ContinueIf | VisitLimit)]
    if len(dropped) < len(protocol.rules):
        raise ProtocolError(
            "has a rescue rule, so that medicine would stand in for needles",
            where=protocol.name,
            fix="remove the rule",
        )
    notes = tuple(
        f"the rule {rule.name} of {protocol.name} is left out: a dose is fixed before the first visit"
        for rule in dropped
    )
    return replace(protocol, rules=()), notes


def regimen(protocol: Protocol, settings: Mapping[str, Value]) -> Regimen:
    """A protocol with some of its dose changed; what is not named stays.

    Parameters
    ----------
    protocol : Protocol
        Of `fixed_dose`.
    settings : mapping of str to float or str
        By name of a variable.

    Raises
    ------
    DeqiError
        If the settings do not go together; the message names them.

    Examples
    --------
    >>> from deqi.protocols import load_protocol
    >>> made = regimen(load_protocol("dose-reference"), {"sessions": 4.0, "needles": 5.0})
    >>> made.days, [n.needles for n in made.protocol.sessions[0].needlings]
    ((0.0, 7.0, 14.0, 21.0), [3, 2])
    """
    try:
        sessions = tuple(_session(one, settings) for one in protocol.sessions)
        if {"sessions", "per_week"} & set(settings):
            sessions = (replace(_only(sessions), days=_days(sessions, settings)),)
        return Regimen(dict(settings), replace(protocol, sessions=sessions))
    except DeqiError as error:
        place = f"{protocol.name} with {said(settings)}"
        error.where = f"{place}: {error.where}" if error.where else place
        raise


def grid(protocol: Protocol, varied: Sequence[Varied]) -> tuple[Regimen, ...]:
    """Every combination of the values of one or two variables, the last changing fastest.

    Raises
    ------
    DeqiError
        If there are too many, or some do not go together.
    """
    many = math.prod(len(one.values) for one in varied)
    if many > _MOST:
        raise TrialError(
            f"{many} regimens are too many",
            where="--vary",
            fix=f"give fewer values, {_MOST} combinations at most: sessions=2..16:5 takes five of a range",
        )
    names = [one.name for one in varied]
    return tuple(
        regimen(protocol, dict(zip(names, values, strict=True)))
        for values in product(*(one.values for one in varied))
    )


def assumed(protocol: Protocol, varied: Sequence[Varied]) -> tuple[str, ...]:
    """What has to be assumed where a protocol does not say it."""
    groups = [n for s in protocol.sessions for n in s.needlings]
    words = [str(v) for one in varied if one.name == "technique" for v in one.values]
    found = []
    if any(map(frequencies, words)) and any(n.current_ma is None for n in groups):
        found.append(f"current of electrical needling {CURRENT_MA:g} mA (assumed: the protocol has none)")
    if {"manual", "dry"} & set(words) and any(n.technique not in ("manual", "dry") for n in groups):
        found.append(f"vigour of manipulation {VIGOUR:g} (assumed: the protocol moves no needles)")
    if any(one.name in ("sessions", "per_week") for one in varied):
        found.append("visits are spaced evenly from the protocol's first day on")
    return tuple(found)


def _session(session: Session, settings: Mapping[str, Value]) -> Session:
    groups = session.needlings
    if "technique" in settings:
        groups = tuple(_technique(n, str(settings["technique"])) for n in groups)
    if "frequency_hz" in settings:
        groups = tuple(_frequency(n, float(settings["frequency_hz"])) for n in groups)
    if "depth_mm" in settings:
        groups = tuple(replace(n, depth_mm=float(settings["depth_mm"])) for n in groups)
    if "needles" in settings:
        counts = _shared([n.needles for n in groups], int(settings["needles"]))
        groups = tuple(replace(n, needles=count) for n, count in zip(groups, counts, strict=True))
    minutes = float(settings.get("minutes", session.minutes))
    return replace(session, minutes=minutes, needlings=groups)


def _technique(group: Needling, word: str) -> Needling:
    hz = frequencies(word)
    if hz:
        return replace(
            group, technique="electrical", frequency_hz=hz, current_ma=group.current_ma or CURRENT_MA
        )
    moved = word in ("manual", "dry")
    vigour = group.vigour if group.technique in ("manual", "dry") or not moved else VIGOUR
    return replace(group, technique=word, frequency_hz=(), current_ma=None, vigour=vigour)


def _frequency(group: Needling, hz: float) -> Needling:
    if group.technique != "electrical":
        raise ProtocolError(
            f"{group.technique} needles carry no current that could have a frequency",
            fix="write --vary technique=2hz,10hz,100hz",
        )
    return replace(group, frequency_hz=(hz,))


def _shared(counts: Sequence[int], total: int) -> list[int]:
    """A number of needles over groups in proportion to what they have, one each at least."""
    if total < len(counts):
        raise ProtocolError(
            f"{total} needles do not go into {len(counts)} groups of needles",
            fix=f"give {len(counts)} needles at least",
        )
    whole = sum(counts)
    # Each has one; the others go by the largest remainder, the first of equals first.
    exact = [max(total * n / whole, 1.0) for n in counts]
    found = [math.floor(v) for v in exact]
    while sum(found) > total:
        found[max(range(len(found)), key=lambda k: (found[k], -k))] -= 1
    order = sorted(range(len(found)), key=lambda k: (found[k] - exact[k], k))
    for k in order[: total - sum(found)]:
        found[k] += 1
    return found


def _only(sessions: Sequence[Session]) -> Session:
    if len(sessions) > 1:
        raise ProtocolError(
            f"has {len(sessions)} kinds of session, and their number cannot be varied together",
            fix="vary minutes, technique, depth_mm or needles, or give a protocol with one kind",
        )
    return sessions[0]


def _days(sessions: Sequence[Session], settings: Mapping[str, Value]) -> tuple[float, ...]:
    days = sorted(_only(sessions).days)
    count = int(settings.get("sessions", len(days)))
    rate = settings.get("per_week")
    if rate is None:
        gaps = {round(b - a, 6) for a, b in pairwise(days)}
        if not gaps and count > 1:
            raise ProtocolError(
                "has one visit, so that it does not say how many there are a week",
                fix="add --vary per_week=2",
            )
        # Uneven visits are spread evenly at their mean rate.
        rate = 7.0 * (len(days) - 1) / (days[-1] - days[0]) if gaps else 1.0
    return tuple(days[0] + k * 7.0 / float(rate) for k in range(count))
