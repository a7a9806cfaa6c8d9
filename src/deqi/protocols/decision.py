"""What a rule decided at a visit, and how a score changed until then."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from deqi.errors import UnknownNameError
from deqi.protocols.care import DrugCourse, NewDose

if TYPE_CHECKING:
    from deqi.protocols.schema import Protocol

#: The score that rules look at unless they name another.
PAIN = "pain.report.intensity"


@dataclass(frozen=True)
class Decision:
    """A decision in words, and how the protocol changes.

    Attributes
    ----------
    text : str
        The decision, with the figures it rests on.
    days : tuple of float
        Days of sessions to add, or of contacts where there is no session.
    without : tuple of float
        Days whose sessions and contacts are dropped.
    drugs : tuple of DrugCourse
        Medicine to add; a `NewDose` takes the place of what is taken steadily.
    """

    text: str
    days: tuple[float, ...] = ()
    without: tuple[float, ...] = ()
    drugs: tuple[DrugCourse, ...] = ()

    @property
    def changes(self) -> bool:
        """Whether the protocol changes."""
        return bool(self.days or self.without or self.drugs)

    def apply(self, protocol: Protocol) -> Protocol:
        """The protocol as decided; what is added is like its first group of sessions, or of contacts."""
        sessions = tuple(
            replace(s, days=kept)
            for s in protocol.sessions
            if (kept := tuple(d for d in s.days if d not in self.without))
        )
        contacts = tuple(
            replace(c, days=kept)
            for c in protocol.contacts
            if (kept := tuple(d for d in c.days if d not in self.without))
        )
        if self.days and sessions:
            sessions = (replace(sessions[0], days=(*sessions[0].days, *self.days)), *sessions[1:])
        elif self.days:
            contacts = (replace(contacts[0], days=(*contacts[0].days, *self.days)), *contacts[1:])
        drugs = protocol.drugs
        for course in self.drugs:
            drugs = course.instead_in(drugs) if isinstance(course, NewDose) else (*drugs, course)
        return replace(protocol, sessions=sessions, contacts=contacts, drugs=drugs)


def improvement(measure: str, baseline: Mapping[str, float], now: Mapping[str, float]) -> float | None:
    """Share of the baseline score that is lost; None where the baseline is nil.

    Raises
    ------
    UnknownNameError
        If the patient has no such score.

    Examples
    --------
    >>> improvement("pain", {"pain": 60.0}, {"pain": 45.0})
    0.25
    """
    before, after = score(measure, baseline), score(measure, now)
    # Not 1 - after / before: rounding would leave a drop from 70 to 63 just short of a tenth.
    return (before - after) / before if before > 0 else None


def score(measure: str, state: Mapping[str, float]) -> float:
    """A score of the patient; errors as in `improvement`."""
    if measure not in state:
        raise UnknownNameError("score", measure, state, where="rule: measure")
    return state[measure]
