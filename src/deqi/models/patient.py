"""One virtual person: parameter values of their own, where it hurts, and how they came to be ill.

Presets stand in ``patients/*.toml``; a user's file has the same form and may
start from a preset with ``like = "NAME"``.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import lru_cache
from pathlib import Path
from typing import Any

from deqi.atlas import parse_segments
from deqi.errors import ParameterError, UnknownNameError
from deqi.models.schema import parameter_schema
from deqi.parameters import ParameterValue, merge, parse_values, read_toml, toml_files
from deqi.protocols import PainSite

#: How the state at week 0 is reached; see `deqi.simulation.preparation`.
STARTS = ("healthy", "onset", "chronic")
_PRESETS = Path(__file__).parent / "patients"
_FIELDS = (
    "name",
    "title",
    "like",
    "start",
    "pain_segments",
    "painful_areas",
    "pain_side",
    "root",
    "onset_load",
    "onset_weeks",
)


@dataclass(frozen=True)
class Patient:
    """A virtual person.

    Attributes
    ----------
    name, title : str
        Name in commands, and in words.
    start : {'healthy', 'onset', 'chronic'}
        How the state at week 0 is reached.
    site : PainSite
        Where it hurts.
    values : mapping
        Parameter values that differ from the base set.
    root : float
        Activity of the nerve root at week 0 (sciatica).
    onset_load : float
        Load of the injury, for ``start = "onset"``.
    onset_weeks : float
        Weeks of pain before week 0, for ``start = "onset"`` [week].
    """

    name: str
    title: str
    start: str
    site: PainSite
    values: Mapping[str, ParameterValue] = field(default_factory=dict)
    root: float = 0.0
    onset_load: float = 0.0
    onset_weeks: float = 0.0


@lru_cache(maxsize=1)
def patients() -> Mapping[str, Patient]:
    """The presets by name."""
    return {name: _preset(name) for name in preset_names()}


@lru_cache(maxsize=1)
def preset_names() -> tuple[str, ...]:
    """Names of the presets; each has a file of its name."""
    return tuple(file.name.removesuffix(".toml") for file in toml_files(_PRESETS))


@lru_cache(maxsize=64)
def _preset(name: str) -> Patient:
    return _read(_PRESETS / f"{name}.toml")


def load_patient(name: str | Path) -> Patient:
    """A preset by name, or a patient from a TOML file.

    Raises
    ------
    UnknownNameError
        If it is neither.
    FileError, ParameterError
        If the file is not sound.

    Examples
    --------
    >>> load_patient("healthy_volunteer").start
    'healthy'
    """
    text = str(name)
    if text in preset_names():
        return _preset(text)
    if text.endswith(".toml"):
        return _read(Path(text))
    raise UnknownNameError("patient", text, preset_names(), fix="give a preset or a .toml file")


def _read(path: Path) -> Patient:
    data = read_toml(path)
    head = data.pop("patient", None)
    where = f"{path.name}: patient"
    if not isinstance(head, dict):
        raise ParameterError("there is no [patient] table", where=path.name, fix="begin with [patient]")
    for key in head:
        if key not in _FIELDS:
            raise UnknownNameError("field", key, _FIELDS, where=where)
    like = None
    if "like" in head:
        if head["like"] not in preset_names():
            raise UnknownNameError("patient", str(head["like"]), preset_names(), where=where)
        like = _preset(head["like"])
    name = str(head.get("name", path.name.removesuffix(".toml")))
    values = parse_values(data, name, path.name)
    for key in values:
        if key not in parameter_schema():
            raise UnknownNameError("parameter", key, parameter_schema(), where=path.name)
    start = head.get("start", like.start if like else None)
    if start not in STARTS:
        raise UnknownNameError("start", str(start), STARTS, where=where)
    return Patient(
        name=name,
        title=str(head.get("title", name)),
        start=start,
        site=_site(head, like, where),
        values=merge(like.values if like else {}, values),
        root=_number(head, "root", like.root if like else 0.0, where),
        onset_load=_number(head, "onset_load", like.onset_load if like else 0.0, where),
        onset_weeks=_number(head, "onset_weeks", like.onset_weeks if like else 0.0, where),
    )


def _site(head: Mapping[str, Any], like: Patient | None, where: str) -> PainSite:
    if like and not {"pain_segments", "painful_areas", "pain_side"} & set(head):
        return like.site
    segments = head.get("pain_segments", "")
    return PainSite(
        pain_segments=parse_segments(segments, where=where) if segments else frozenset(),
        painful_areas=tuple(head.get("painful_areas", ())),
        pain_side=head.get("pain_side", "both"),
    )


def _number(head: Mapping[str, Any], key: str, default: float, where: str) -> float:
    value = head.get(key, default)
    if isinstance(value, bool) or not isinstance(value, int | float) or not 0 <= value < 1e6:
        raise ParameterError(f"{key} = {value!r} is no number from 0 up", where=where)
    return float(value)
