"""Trials as TOML: the library, and reading."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import MISSING, fields
from functools import lru_cache
from pathlib import Path
from typing import Any

from deqi.errors import FileError, TrialError, UnknownNameError
from deqi.parameters import read_toml, toml_files
from deqi.trials.asked import Asked
from deqi.trials.checks import trial_checks
from deqi.trials.estimands import Estimand
from deqi.trials.parts import Allocation, Analysis, Arm, Better, Endpoint, Responder
from deqi.trials.processes import Adherence, CoTreatment, Dropout, Practitioners, Unblinding
from deqi.trials.schema import Trial

_LIBRARY = Path(__file__).parent / "library"
_HEAD = (
    "name",
    "title",
    "condition",
    "cites",
    "patients",
    "weeks",
    "population",
    "published",
    "assumptions",
)
#: Tables of a file that are one part each, and lists of tables that are parts.
_TABLES: Mapping[str, type] = {
    "allocation": Allocation,
    "adherence": Adherence,
    "dropout": Dropout,
    "co_treatment": CoTreatment,
    "unblinding": Unblinding,
    "practitioners": Practitioners,
    "analysis": Analysis,
}
_LISTS: Mapping[str, type] = {
    "arms": Arm,
    "endpoints": Endpoint,
    "responders": Responder,
    "estimands": Estimand,
    "analyses": Asked,
}
_PARTS = ("trial", "visits", "eligibility", *_TABLES, *_LISTS)


@lru_cache(maxsize=1)
def trials() -> tuple[str, ...]:
    """Names of the trials that ship with deqi; each has a file of its name.

    Examples
    --------
    >>> trials()
    ('art', 'dose-finding', 'frequency-comparison', 'gerac', 'opioid-sparing', 'three-arm-sham')
    """
    return tuple(file.name.removesuffix(".toml") for file in toml_files(_LIBRARY))


def load_trial(name: str | Path) -> Trial:
    """A trial by name, or from a TOML file.

    Protocols, populations, instruments and published tables that are named as
    files are looked for beside the trial's own.

    Raises
    ------
    UnknownNameError
        If it is neither, or the file holds something unknown.
    DeqiError
        If the file cannot be read, or is not sound; the message names the file and the place.

    Examples
    --------
    >>> load_trial("gerac").arm_names
    ('verum', 'sham', 'guideline care')
    """
    text = str(name)
    if text in trials():
        return _ours(text)
    if text.endswith(".toml"):
        return read_trial(Path(text))
    raise UnknownNameError("trial", text, trials(), fix=f"one of {', '.join(trials())}, or a .toml file")


def copy_trial(name: str, path: Path) -> Path:
    """Write a trial of the library to a file, comments and all, to be changed there.

    Raises
    ------
    UnknownNameError
        If the library has no such trial.
    FileError
        If the file is there already, or cannot be written; or its name does not end in .toml.
    """
    if name not in trials():
        raise UnknownNameError("trial", name, trials())
    if path.suffix != ".toml":
        raise FileError("is no name of a trial's file", where=str(path), fix="let it end in .toml")
    text = (_LIBRARY / f"{name}.toml").read_text(encoding="utf-8")
    # A name of its own, so that results are told from those of the trial it came from.
    text = text.replace(f'name = "{name}"', f'name = "{path.stem}"', 1)
    try:
        with path.open("x", encoding="utf-8") as file:
            file.write(text)
    except FileExistsError as error:
        raise FileError("is there already", where=str(path), fix="give another name") from error
    except OSError as error:
        raise FileError(
            f"cannot be written: {error.strerror}", where=str(path), fix="try another folder"
        ) from error
    return path


@lru_cache(maxsize=16)
def _ours(name: str) -> Trial:
    return read_trial(_LIBRARY / f"{name}.toml")


def read_trial(path: Path) -> Trial:
    """A trial from a TOML file; errors as for `load_trial`."""
    where = path.name
    data = _table(read_toml(path), _PARTS, where, "table")
    if "trial" not in data:
        raise TrialError("there is no [trial] table", where=where, fix="begin with [trial]")
    values = _table(data["trial"], _HEAD, f"{where}: trial")
    values.setdefault("name", where.removesuffix(".toml"))
    values.setdefault("title", values["name"])
    if "visits" in data:
        visits = _table(data["visits"], ("weeks",), f"{where}: visits")
        if not visits.get("weeks"):
            raise TrialError("has no weeks", where=f"{where}: visits", fix="write weeks = [6, 13]")
        values["visits"] = visits["weeks"]
    if "eligibility" in data:
        values["eligibility"] = _limits(data["eligibility"], path.parent, f"{where}: eligibility")
    for key, kind in _TABLES.items():
        if key in data:
            values[key] = _part(kind, data[key], f"{where}: {key}")
    for key, kind in _LISTS.items():
        values[key] = _list(kind, data.get(key, []), f"{where}: {key}", key)
    values["arms"] = tuple(_beside(arm, "protocol", path.parent) for arm in values["arms"])
    values["endpoints"] = tuple(_beside(e, "instrument", path.parent) for e in values["endpoints"])
    for key in ("population", "published"):
        if key in values:
            values[key] = _found(values[key], path.parent)
    with trial_checks(where):
        return Trial(**values)


def _table(entry: Any, known: tuple[str, ...], where: str, kind: str = "field") -> dict[str, Any]:
    """A table that holds nothing unknown."""
    if not isinstance(entry, dict):
        raise TrialError(f"{entry!r} is no table", where=where, fix="write [...] and fields below")
    for key in entry:
        if key not in known:
            raise UnknownNameError(kind, key, known, where=where, fix=f"one of {', '.join(known)}")
    return dict(entry)


def _part(kind: type, entry: Any, where: str) -> Any:
    """A part from a table; every error says where."""
    known = {f.name: f for f in fields(kind) if f.init}
    values = _table(entry, tuple(known), where)
    for name, f in known.items():
        if name not in values and f.default is MISSING and f.default_factory is MISSING:
            raise TrialError(f"{name} is missing", where=where, fix=f"add {name} = ...")
    if kind is Responder:
        values["any"] = _list(Better, values["any"], f"{where}: any", "any")
    with trial_checks(where):
        return kind(**values)


def _list(kind: type, entries: Any, where: str, key: str) -> tuple[Any, ...]:
    if not isinstance(entries, list):
        raise TrialError(f"{key} is no list of tables", where=where, fix=f"write [[{key}]]")
    return tuple(_part(kind, entry, f"{where} {k + 1}") for k, entry in enumerate(entries))


def _limits(entry: Any, folder: Path, where: str) -> Any:
    """Eligibility; an instrument may be a file beside the trial's."""
    from deqi.population.eligibility import Eligibility

    if not isinstance(entry, dict):
        raise TrialError(f"{entry!r} is no table", where=where, fix="write [eligibility] and criteria below")
    return Eligibility.of({_found(name, folder): limits for name, limits in entry.items()}, where)


def _beside(part: Any, name: str, folder: Path) -> Any:
    from dataclasses import replace

    return replace(part, **{name: _found(getattr(part, name), folder)})


def _found(name: Any, folder: Path) -> Any:
    """The path of a file beside the trial's, or the name as it is."""
    if isinstance(name, str) and name.endswith((".toml", ".csv")):
        return str(folder / name)
    return name
