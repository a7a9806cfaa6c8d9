"""Plain names of the model's places, and the part of the body that each belongs to."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import lru_cache
from pathlib import Path

from deqi.core import Instance
from deqi.errors import FileError
from deqi.mechanisms.environment import Environment
from deqi.mechanisms.needle.techniques import STIMULUS
from deqi.models import needling_analgesia
from deqi.parameters import read_toml

_FILE = Path(__file__).parent / "names.toml"
#: Before the id of a group of variables from outside.
OUTSIDE = "outside."


@dataclass(frozen=True)
class Place:
    """Something that is drawn on the map.

    Attributes
    ----------
    path : str
        Path of the instance; ``outside.ID`` for variables of the environment that are drawn as one.
    name, group : str
        What it is called, and the part of the body.
    mechanism : str
        Name of the mechanism at this place; empty for what comes from outside.
    variables : tuple of str
        Names of variables of the environment, for what comes from outside.
    """

    path: str
    name: str
    group: str
    mechanism: str = ""
    variables: tuple[str, ...] = ()

    @property
    def full_name(self) -> str:
        """The name with the part of the body, since some parts have places of one name."""
        return f"{self.name} ({self.group.lower()})"


@dataclass(frozen=True)
class Group:
    """A part of the body.

    Attributes
    ----------
    name : str
        What it is called.
    column : int
        Column of the map, from the left.
    places : tuple of Place
        What belongs to it.
    """

    name: str
    column: int
    places: tuple[Place, ...] = field(default=())


@lru_cache(maxsize=1)
def instances() -> Mapping[str, Instance]:
    """Instances by path: those of the model, after those that are worked out from a protocol beforehand."""
    return {one.path: one for one in (*STIMULUS, *needling_analgesia().instances)}


@lru_cache(maxsize=1)
def mechanisms() -> Mapping[str, tuple[Instance, ...]]:
    """Instances of each mechanism, by its name.

    Examples
    --------
    >>> [place.path for place in mechanisms()["DorsalHornGate"]]
    ['spinal.painful.gate']
    """
    found: dict[str, list[Instance]] = {}
    for one in instances().values():
        found.setdefault(one.mechanism.__name__, []).append(one)
    return {name: tuple(some) for name, some in found.items()}


@lru_cache(maxsize=1)
def groups() -> tuple[Group, ...]:
    """Parts of the body with their places, from the needle to the pain.

    Raises
    ------
    FileError
        If a place of the model has no name, or a name no place.
    """
    found = []
    for one in read_toml(_FILE)["group"]:
        outside = [
            Place(OUTSIDE + each["id"], each["name"], one["name"], variables=tuple(each["of"]))
            for each in one.get("outside", ())
        ]
        inside = [
            Place(
                path, name, one["name"], instances()[path].mechanism.__name__ if path in instances() else ""
            )
            for path, name in one["places"].items()
        ]
        found.append(Group(one["name"], one["column"], (*inside, *outside)))
    every = [place for group in found for place in group.places]
    _all_named({place.path for place in every if not place.variables}, set(instances()))
    _all_named({name for place in every for name in place.variables}, set(Environment.variables))
    return tuple(found)


def _all_named(named: set[str], there: set[str]) -> None:
    if named != there:
        odd = min(named ^ there)
        says = "has no name" if odd in there else "names what the model does not have"
        raise FileError(f"{odd} {says}", where=_FILE.name)


@lru_cache(maxsize=1)
def places() -> Mapping[str, Place]:
    """Every place by its path.

    Examples
    --------
    >>> places()["brainstem.grey"].name, places()["brainstem.grey"].mechanism
    ('Periaqueductal grey', 'PeriaqueductalGrey')
    """
    return {place.path: place for group in groups() for place in group.places}


@lru_cache(maxsize=256)
def place_of(path: str) -> Place:
    """The place that a state, an output or a variable of the environment belongs to.

    Examples
    --------
    >>> place_of("fluids.beta_endorphin.csf").name, place_of("environment.a1_block").name
    ('Beta-endorphin', 'Blocks and lesions')
    """
    at, _, name = path.rpartition(".")
    if at != "environment":
        return places()[at]
    return next(place for place in places().values() if name in place.variables)


@lru_cache(maxsize=128)
def title(mechanism: str) -> str:
    """What a mechanism is called.

    Raises
    ------
    FileError
        If it stands at several places of different names, and has no title.

    Examples
    --------
    >>> title("PainReport"), title("MuOpioidSite")
    ('Pain as reported', 'Mu receptors of cord and forebrain')
    """
    titles = read_toml(_FILE)["titles"]
    if mechanism in titles:
        return str(titles[mechanism])
    names = {places()[one.path].name for one in mechanisms()[mechanism]}
    if len(names) > 1:
        raise FileError(f"{mechanism} has no title", where=_FILE.name)
    return names.pop()
