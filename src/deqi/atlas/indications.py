"""What needling is used for, at which points in trials, what they found, and what deqi simulates.

Points and findings are in `indications.toml`, each with its source. A list of
points is what a trial used; it is not advice. Where the model has no mechanism
for a condition, deqi lists the evidence and refuses to simulate a benefit.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from types import MappingProxyType
from typing import Any

from deqi.atlas.legend import read_toml
from deqi.atlas.points import Point, points
from deqi.errors import RefusedError, UnknownNameError

__all__ = [
    "Finding",
    "Indication",
    "Prescription",
    "find_indication",
    "indications",
    "refuse_if_not_simulated",
]


@dataclass(frozen=True, slots=True)
class Prescription:
    """Points that a trial or a consensus used.

    Parameters
    ----------
    points : tuple of str
        Codes, in the source's order.
    use : str
        How and when they were used.
    citation, doi : str
        Source.
    seen : bool
        Whether the list was read, in the source or another's summary; False means from memory
        or not confirmed.
    read : str
        Where it was read.
    """

    points: tuple[str, ...]
    use: str
    citation: str
    doi: str
    seen: bool
    read: str


@dataclass(frozen=True, slots=True)
class Finding:
    """A published result, in our words.

    Parameters
    ----------
    text : str
        What was found.
    citation, doi, pmid : str
        Source; `pmid` may be empty.
    seen : bool
        Whether the result was read; False means from memory.
    read : str
        Where it was read.
    """

    text: str
    citation: str
    doi: str
    pmid: str
    seen: bool
    read: str


@dataclass(frozen=True, slots=True)
class Indication:
    """A condition that needling is used for.

    Parameters
    ----------
    name, title : str
        Short name; name in full.
    aliases : tuple of str
        Other names.
    simulated : bool
        Whether deqi computes a course for it; if not, `reason` says why.
    summary : str
        What trials found, in one line.
    prescriptions : tuple of Prescription
        Points used.
    findings : tuple of Finding
        Results.
    """

    name: str
    title: str
    aliases: tuple[str, ...]
    simulated: bool
    reason: str
    summary: str
    prescriptions: tuple[Prescription, ...]
    findings: tuple[Finding, ...]

    @property
    def points(self) -> tuple[Point, ...]:
        """Every point that is used for it, each once, in the order of the lists.

        Examples
        --------
        >>> [point.code for point in indications()["nausea"].points]
        ['PC6', 'ST36', 'LI4']
        """
        codes = dict.fromkeys(code for listed in self.prescriptions for code in listed.points)
        return tuple(points()[code] for code in codes)


@cache
def indications() -> Mapping[str, Indication]:
    """All conditions by name.

    Examples
    --------
    >>> [name for name, it in indications().items() if it.simulated]
    ['chronic-low-back-pain', 'acute-low-back-pain', 'sciatica']
    """
    table = read_toml("indications.toml")
    return MappingProxyType({name: _indication(name, entry) for name, entry in table.items()})


def find_indication(query: str) -> Indication:
    """The condition that a person means.

    Raises
    ------
    UnknownNameError
        If no condition has that name.

    Examples
    --------
    >>> find_indication("Low back pain").name
    'chronic-low-back-pain'
    """
    by_name = _by_name()
    found = by_name.get(_fold(query))
    if found is None:
        fix = f"one of {', '.join(indications())}"
        raise UnknownNameError("condition", query, by_name, fix=fix)
    return found


def refuse_if_not_simulated(condition: str) -> None:
    """Refuse a condition that the model has no mechanism for, and say what trials found.

    Raises
    ------
    RefusedError
        If the condition is known, but not simulated.
    UnknownNameError
        If no condition has that name.

    Examples
    --------
    >>> refuse_if_not_simulated("sciatica")
    >>> refuse_if_not_simulated("constipation")
    Traceback (most recent call last):
    deqi.errors.RefusedError: constipation: deqi simulates no benefit here, because ...
    """
    found = find_indication(condition)
    if not found.simulated:
        raise RefusedError(
            f"deqi simulates no benefit here, because {found.reason}",
            where=found.name,
            fix=f"trials found: {found.summary} (deqi points --for {found.name})",
        )


@cache
def _by_name() -> Mapping[str, Indication]:
    found: dict[str, Indication] = {}
    for indication in indications().values():
        for name in (indication.name, indication.title, *indication.aliases):
            found[_fold(name)] = indication
    return MappingProxyType(found)


def _fold(name: str) -> str:
    return "-".join(name.casefold().replace("-", " ").split())


def _indication(name: str, entry: Mapping[str, Any]) -> Indication:
    return Indication(
        name=name,
        title=entry["title"],
        aliases=tuple(entry["aliases"]),
        simulated=entry["simulated"],
        reason="" if entry["simulated"] else entry["reason"],
        summary=entry["summary"],
        prescriptions=tuple(
            Prescription(**{**listed, "points": tuple(listed["points"])}) for listed in entry["prescription"]
        ),
        findings=tuple(Finding(**{"pmid": "", **finding}) for finding in entry["finding"]),
    )
