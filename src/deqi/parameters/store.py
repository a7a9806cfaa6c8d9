"""Reading parameter files, laying one over another, and turning them into numbers.

A file holds a ``[set]`` table and one table a path::

    ["spinal.gate.projection_max"]
    value = 60.0
    unit = "Hz"
    kind = "scaled"
    grade = "C"
    source = "crodelle2019"
    note = "upper end of the range used there"

Kinds: *measured* (read from a source), *derived* (worked out from one, or a
definition), *fitted* (to published results), *scaled* (a literature range,
another species or another preparation), *assumed*. Grades: A measured in
people as used here, B measured or worked out from measurements, C fitted or
scaled, D assumed.
"""

from __future__ import annotations

import math
import tomllib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

from deqi.core import Variable, units
from deqi.errors import FileError, ParameterError, UnitError, UnknownNameError

if TYPE_CHECKING:
    from importlib.resources.abc import Traversable

_SETS = Path(__file__).parent / "sets"
KINDS = ("measured", "derived", "fitted", "scaled", "assumed")
GRADES = ("A", "B", "C", "D")
_FIELDS = ("value", "unit", "distribution", "kind", "grade", "source", "locator", "species", "note")
_SHAPES: Mapping[str, tuple[str, ...]] = {
    "lognormal": ("sd",),
    "normal": ("sd", "low", "high"),
    "beta": ("a", "b"),
}


@dataclass(frozen=True)
class Distribution:
    """How a parameter differs between patients.

    Attributes
    ----------
    kind : {'lognormal', 'normal', 'beta'}
        Log-normal about the value with `sd` on the log scale; normal about the
        value, cut to `low`-`high`; or beta with `a` and `b`.
    """

    kind: str
    numbers: Mapping[str, float] = field(default_factory=dict)


@dataclass(frozen=True)
class ParameterValue:
    """One value with its provenance; `unit` is the unit it was written in."""

    path: str
    value: float
    unit: str
    kind: str
    grade: str
    source: str = ""
    locator: str = ""
    species: str = ""
    note: str = ""
    distribution: Distribution | None = None
    origin: str = ""

    def as_dict(self) -> dict[str, Any]:
        """The value as plain data, for tables and JSON."""
        spread = None
        if self.distribution is not None:
            spread = {"kind": self.distribution.kind, **self.distribution.numbers}
        return {
            "path": self.path,
            "value": self.value,
            "unit": self.unit,
            "kind": self.kind,
            "grade": self.grade,
            "source": self.source,
            "locator": self.locator,
            "species": self.species,
            "note": self.note,
            "distribution": spread,
            "set": self.origin,
        }


@dataclass(frozen=True)
class ParameterSet:
    """A file of values."""

    name: str
    title: str
    values: Mapping[str, ParameterValue]


def read_set(path: Path | Traversable) -> ParameterSet:
    """Read a parameter file.

    Raises
    ------
    FileError
        If it cannot be read, or is no TOML.
    ParameterError, UnitError, UnknownNameError
        If a value lacks what it needs, or holds what it must not.
    """
    data = read_toml(path)
    head = data.pop("set", {})
    name = head.get("name", path.name.removesuffix(".toml"))
    values = parse_values(data, name, path.name, species=head.get("species", ""))
    return ParameterSet(name, head.get("title", name), values)


def read_toml(path: Path | Traversable) -> dict[str, Any]:
    """The content of a TOML file.

    Raises
    ------
    FileError
        If it cannot be read, or is no TOML.
    """
    try:
        return tomllib.loads(path.read_text(encoding="utf-8"))
    except OSError as error:
        raise FileError(f"cannot be read: {error.strerror}", where=str(path)) from error
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise FileError(
            f"is no valid TOML: {error}", where=path.name, fix="mend the line it names"
        ) from error


def parse_values(
    data: Mapping[str, Any], origin: str, where: str, *, species: str = ""
) -> dict[str, ParameterValue]:
    """Values from the tables of a file, by path; errors as in `read_set`."""
    return {key: _value(key, entry, origin, species, where) for key, entry in data.items()}


def _value(path: str, entry: Any, origin: str, species: str, where: str) -> ParameterValue:
    place = f"{where}: {path}"
    if not isinstance(entry, dict):
        raise ParameterError("is not a table", where=place, fix=f'write ["{path}"] with value and unit')
    for key in entry:
        if key not in _FIELDS:
            raise UnknownNameError("field", key, _FIELDS, where=place)
    for key in ("value", "unit", "kind"):
        if key not in entry:
            raise ParameterError(f"has no {key}", where=place, fix=f"add {key} = ...")
    value = entry["value"]
    if isinstance(value, bool) or not isinstance(value, int | float) or not math.isfinite(value):
        raise ParameterError(f"value {value!r} is no finite number", where=place)
    try:
        units.check(entry["unit"])
    except UnitError as error:
        raise UnitError(error.what, where=place, fix=error.fix) from error
    kind = entry["kind"]
    grade = entry.get("grade", "D")
    if kind not in KINDS:
        raise UnknownNameError("kind", str(kind), KINDS, where=place)
    if grade not in GRADES:
        raise UnknownNameError("grade", str(grade), GRADES, where=place)
    return ParameterValue(
        path=path,
        value=float(value),
        unit=entry["unit"],
        kind=kind,
        grade=grade,
        source=entry.get("source", ""),
        locator=entry.get("locator", ""),
        species=entry.get("species", species),
        note=entry.get("note", ""),
        distribution=_distribution(entry.get("distribution"), place),
        origin=origin,
    )


def _distribution(entry: Any, where: str) -> Distribution | None:
    if entry is None:
        return None
    kind = str(entry.get("kind")) if isinstance(entry, dict) else repr(entry)
    if kind not in _SHAPES:
        raise UnknownNameError("distribution", kind, _SHAPES, where=where)
    numbers = {k: v for k, v in entry.items() if k != "kind"}
    if set(numbers) != set(_SHAPES[kind]):
        raise ParameterError(f"a {kind} distribution needs {', '.join(_SHAPES[kind])}", where=where)
    return Distribution(kind, {k: float(v) for k, v in numbers.items()})


@lru_cache(maxsize=1)
def base_values() -> Mapping[str, ParameterValue]:
    """The complete set that every model starts from, by path.

    Examples
    --------
    >>> base_values()["spinal.gate.projection_max"].unit
    'Hz'
    """
    found: dict[str, ParameterValue] = {}
    for values in (read_set(file).values for file in toml_files(_SETS / "base")):
        doubled = set(found) & set(values)
        if doubled:
            raise ParameterError("stands in two files of the base set", where=min(doubled))
        found.update(values)
    return found


@lru_cache(maxsize=1)
def overlays() -> Mapping[str, ParameterSet]:
    """Sets that are laid over the base by name, such as another opioid's kinetics.

    A plug-in adds sets; it cannot take the name of one of ours.
    """
    files = [f for folder in plugin_folders("deqi.parameters") for f in toml_files(folder)]
    ours = {name: _our_overlay(name) for name in our_overlays()}
    theirs = {s.name: s for s in map(read_set, files) if s.name not in ours}
    return dict(sorted({**ours, **theirs}.items()))


@lru_cache(maxsize=1)
def our_overlays() -> tuple[str, ...]:
    """Names of the overlays that ship with deqi; each has a file of its name."""
    return tuple(file.name.removesuffix(".toml") for file in toml_files(_SETS / "overlays"))


@lru_cache(maxsize=64)
def _our_overlay(name: str) -> ParameterSet:
    return read_set(_SETS / "overlays" / f"{name}.toml")


def plugin_folders(group: str) -> list[Traversable]:
    """Folders that installed packages offer under an entry-point group.

    An entry point names a package; its TOML files join ours. Groups:
    ``deqi.parameters`` and ``deqi.protocols``.
    """
    from importlib import resources
    from importlib.metadata import entry_points

    return [resources.files(point.value) for point in sorted(entry_points(group=group), key=lambda e: e.name)]


def toml_files(folder: Traversable) -> list[Traversable]:
    """The TOML files of a folder, by name."""
    return sorted((f for f in folder.iterdir() if f.name.endswith(".toml")), key=lambda f: f.name)


def overlay(name: str) -> ParameterSet:
    """An overlay by name.

    Raises
    ------
    UnknownNameError
        If there is none.
    """
    if name in our_overlays():
        return _our_overlay(name)
    if name not in overlays():
        raise UnknownNameError("parameter set", name, overlays())
    return overlays()[name]


def merge(*layers: Mapping[str, ParameterValue]) -> dict[str, ParameterValue]:
    """Lay value tables over each other; what comes later wins."""
    merged: dict[str, ParameterValue] = {}
    for layer in layers:
        merged.update(layer)
    return merged


def resolve(
    schema: Mapping[str, Variable], values: Mapping[str, ParameterValue], *, where: str = "parameters"
) -> dict[str, float]:
    """Numbers in the units that the mechanisms declare, one for each path of `schema`.

    Raises
    ------
    UnknownNameError
        If a value is for a path that nothing uses.
    ParameterError
        If a path has no value, or its value is out of bounds.
    UnitError
        If a value's unit measures something else.
    """
    for path in values:
        if path not in schema:
            raise UnknownNameError("parameter", path, schema, where=where)
    missing = [path for path in schema if path not in values]
    if missing:
        more = f" (and {len(missing) - 1} more)" if len(missing) > 1 else ""
        raise ParameterError(
            f"no value for {missing[0]}{more}", where=where, fix="add it to a parameter file"
        )
    return {path: _number(path, values[path], variable, where) for path, variable in schema.items()}


def _number(path: str, value: ParameterValue, variable: Variable, where: str) -> float:
    try:
        # Divide by the inverse factor where that is the rounder number: 1/d to 1/min is exactly / 1440.
        factor = units.factor(value.unit, variable.unit)
        inverse = units.factor(variable.unit, value.unit)
    except UnitError as error:
        raise UnitError(error.what, where=f"{where}: {path}", fix=f"give it in {variable.unit}") from error
    number = value.value * factor if factor >= 1 else value.value / inverse
    low, high = variable.bounds
    if not low <= number <= high:
        raise ParameterError(
            f"{number:g} {variable.unit} is outside {low:g} to {high:g}", where=f"{where}: {path}"
        )
    return number


def count_kinds(values: Iterable[ParameterValue]) -> dict[str, int]:
    """How many values there are of each kind."""
    counts = dict.fromkeys(KINDS, 0)
    for value in values:
        counts[value.kind] += 1
    return counts
