"""Who feeds whom: wires between places, and the shortest way along them."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import lru_cache

from deqi.models import needling_analgesia
from deqi.web.model.places import place_of


@dataclass(frozen=True)
class Bundle:
    """All wires from one place to another.

    Attributes
    ----------
    source, target : str
        Paths of the places.
    wires : tuple of (str, str)
        What leaves the source, and the input that it feeds.
    """

    source: str
    target: str
    wires: tuple[tuple[str, str], ...]


@lru_cache(maxsize=1)
def bundles() -> tuple[Bundle, ...]:
    """Every pair of places that is wired, in the model's order; a place may feed itself.

    Examples
    --------
    >>> sum(len(bundle.wires) for bundle in bundles()) == len(needling_analgesia().wires)
    True
    """
    found: dict[tuple[str, str], list[tuple[str, str]]] = {}
    for wire in needling_analgesia().wires:
        ends = (place_of(wire.source).path, place_of(wire.target).path)
        found.setdefault(ends, []).append((wire.source, wire.target))
    return tuple(Bundle(source, target, tuple(some)) for (source, target), some in found.items())


@lru_cache(maxsize=1)
def _onward() -> Mapping[str, tuple[str, ...]]:
    found: dict[str, list[str]] = {}
    for bundle in bundles():
        found.setdefault(bundle.source, []).append(bundle.target)
    return {source: tuple(targets) for source, targets in found.items()}


def way(start: Iterable[str], end: Iterable[str]) -> tuple[str, ...]:
    """The shortest way along wires from one of some places to one of some others; empty if there is none.

    Of ways of one length, the one whose wires stand first in the model.

    Examples
    --------
    >>> way(["drugs.naloxone"], ["brainstem.signal"])
    ('drugs.naloxone', 'brainstem.delta', 'brainstem.signal')
    """
    ends = set(end)
    came: dict[str, str | None] = dict.fromkeys(start)
    queue = deque(came)
    while queue:
        here: str | None = queue.popleft()
        if here in ends:
            steps = []
            while here is not None:
                steps.append(here)
                here = came[here]
            return tuple(reversed(steps))
        for there in _onward().get(here or "", ()):
            if there not in came:
                came[there] = here
                queue.append(there)
    return ()
