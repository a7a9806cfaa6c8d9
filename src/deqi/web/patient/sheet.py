"""What an address of patient mode asks for: a condition that is simulated, or one that is not."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType

from deqi.atlas import Indication, find_indication, indications
from deqi.errors import DeqiError
from deqi.protocols import Protocol, protocols
from deqi.web.course.question import PROTOCOL, WEEKS, Asked, ask
from deqi.web.session.question import OWN_SHAM, SHAM_OF

#: Words that stand for more than one condition, or for one by another name.
GROUPS: Mapping[str, tuple[str, ...]] = MappingProxyType(
    {"digestive": ("nausea", "constipation"), "fertility": ("infertility",)}
)
#: Protocol that a condition begins with.
_FIRST = {"chronic-low-back-pain": PROTOCOL, "acute-low-back-pain": "acute-acupuncture"}


@dataclass(frozen=True)
class Sheet:
    """What is asked.

    Attributes
    ----------
    conditions : tuple of Indication
        What people have.
    condition : str
        As an address has it.
    asked : Asked or None
        Courses to follow; None where nothing is simulated.
    """

    conditions: tuple[Indication, ...]
    condition: str
    asked: Asked | None


def needle_protocols(condition: str) -> dict[str, Protocol]:
    """Ways of needling a condition, and nothing but needles.

    Examples
    --------
    >>> "sciatica-acupuncture" in needle_protocols("sciatica"), "morphine" in needle_protocols("sciatica")
    (True, False)
    """
    return {
        name: one
        for name, one in protocols().items()
        if one.role == "verum" and one.condition == condition and one.sessions and not one.medicines()
    }


def sheet(protocol: str | None = None, condition: str | None = None, weeks: float = WEEKS) -> Sheet:
    """A sheet from the parts of an address.

    Parameters
    ----------
    protocol : str, optional
        A way of needling; by default one for the condition.
    condition : str, optional
        A condition of the atlas, ``digestive`` or ``fertility``; by default that of the protocol.
    weeks : float
        When it is counted who is better.

    Raises
    ------
    DeqiError
        If a name is unknown, or the protocol is no course of needles alone.

    Examples
    --------
    >>> sheet().asked.compare_name, sheet(condition="fertility").asked
    ('gerac-sham', None)
    """
    if condition:
        names = GROUPS.get(condition.strip().casefold())
        found = tuple(map(find_indication, names)) if names else (find_indication(condition),)
        name = found[0].name if len(found) == 1 else condition.strip().casefold()
        if not all(one.simulated for one in found):
            return Sheet(found, name, None)
        # A protocol that was chosen for another condition gives way.
        known = needle_protocols(name)
        if protocol not in known:
            protocol = _FIRST.get(name) or next(iter(known))
    asked = ask(protocol or PROTOCOL, "none", None, weeks)
    plan = asked.protocol
    if plan.name not in needle_protocols(plan.condition):
        raise DeqiError(
            f"{plan.name} is no course of needles alone",
            where="protocol",
            fix="choose another, or see the Course page",
        )
    asked = ask(plan.name, SHAM_OF.get(plan.name, OWN_SHAM), None, weeks)
    return Sheet((indications()[plan.condition],), plan.condition, asked)


def offered() -> dict[str, list[tuple[str, str]]]:
    """Conditions by whether anything is simulated: (name, title)."""
    found: dict[str, list[tuple[str, str]]] = {"Simulated": [], "Not simulated: what trials found": []}
    simulated, other = found.values()
    for name, one in indications().items():
        (simulated if one.simulated else other).append((name, one.title[0].upper() + one.title[1:]))
    other += [(name, f"{name.capitalize()} complaints") for name in GROUPS if len(GROUPS[name]) > 1]
    return found
