"""Adverse events of needling as a patient may hear of them: by session, and over a course of sessions."""

from __future__ import annotations

from dataclasses import dataclass

from deqi.protocols import Protocol
from deqi.trials.adverse import MINOR, SERIOUS, SIGNIFICANT, pierces, rates

#: Sessions of the surveys in which no serious event was seen.
SURVEYED = 66_229


@dataclass(frozen=True)
class Harms:
    """What is told of harms.

    Attributes
    ----------
    minor : tuple of (str, float)
        Kinds of minor events, and in how many of 100 sessions each was seen.
    course : float
        Of 100 people, how many have a minor event at least once in a course.
    sessions : int
        Sessions of the course.
    one_in : int
        One session in so many has an event that the practitioner called significant.
    surveyed : int
        Sessions in which no serious event was seen.
    sources : tuple of str
        Where the rates are from.
    """

    minor: tuple[tuple[str, float], ...]
    course: float
    sessions: int
    one_in: int
    surveyed: int
    sources: tuple[str, ...]


def harms_of(protocol: Protocol) -> Harms | None:
    """Harms of a protocol as it is planned; None where no needle pierces the skin.

    Examples
    --------
    >>> from deqi.protocols import load_protocol
    >>> found = harms_of(load_protocol("gerac-verum"))
    >>> found.sessions, round(found.course), found.one_in
    (10, 32, 770)
    """
    if not pierces(protocol):
        return None
    sessions = sum(len(session.days) for session in protocol.sessions)
    minor = rates().of(MINOR)
    (significant,) = rates().of(SIGNIFICANT)
    (serious,) = rates().of(SERIOUS)
    told = (*minor, significant, serious)
    return Harms(
        minor=tuple((event.name, 100 * event.per_session) for event in minor),
        course=100 * at_least_once(sum(event.per_session for event in minor), rates().clustering, sessions),
        sessions=sessions,
        one_in=int(round(1 / significant.per_session, -1)),
        surveyed=SURVEYED,
        sources=tuple(dict.fromkeys(event.source for event in told)),
    )


def at_least_once(rate: float, clustering: float, sessions: int) -> float:
    """Share of people who have an event at least once, where some are more prone to it than others.

    The chance of an event in a session differs between people (beta distribution).

    Parameters
    ----------
    rate : float
        Share of sessions with an event.
    clustering : float
        Intraclass correlation, between 0 and 1.
    sessions : int
        Sessions of each.

    Examples
    --------
    >>> round(at_least_once(0.1, 0.31, 1), 6)
    0.1
    >>> at_least_once(0.1, 0.31, 10) < 1 - 0.9**10
    True
    """
    left = (1 - clustering) / clustering
    none = 1.0
    for k in range(sessions):
        none *= ((1 - rate) * left + k) / (left + k)
    return 1 - none
