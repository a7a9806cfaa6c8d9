"""Protocols as TOML: the library, reading, writing."""

from __future__ import annotations

import contextlib
import os
from collections.abc import Mapping
from dataclasses import MISSING, fields, is_dataclass
from functools import lru_cache
from importlib import resources
from importlib.resources.abc import Traversable
from pathlib import Path
from typing import Any

from deqi.errors import DeqiError, FileError, ProtocolError, UnknownNameError
from deqi.parameters import read_toml
from deqi.protocols.rules import ContinueIf
from deqi.protocols.schema import Contact, DrugCourse, Exercise, Needling, Protocol, Session
from deqi.protocols.stricta import Stricta

#: Lists of tables in a file, and what they are made into.
_LISTS: Mapping[str, type] = {
    "sessions": Session,
    "drugs": DrugCourse,
    "exercise": Exercise,
    "contacts": Contact,
    "rules": ContinueIf,
    "needlings": Needling,
}
_REGIMEN = ("number", "per_week", "start_day")


@lru_cache(maxsize=1)
def protocols() -> Mapping[str, Protocol]:
    """The library by name."""
    folder = resources.files("deqi.protocols") / "library"
    files = sorted((f for f in folder.iterdir() if f.name.endswith(".toml")), key=lambda f: f.name)
    return {p.name: p for p in map(read_protocol, files)}


def load_protocol(name: str | Path) -> Protocol:
    """A protocol by name, or from a TOML file.

    Raises
    ------
    UnknownNameError
        If it is neither.

    Examples
    --------
    >>> load_protocol("gerac-verum").role
    'verum'
    """
    text = str(name)
    if text in protocols():
        return protocols()[text]
    if text.endswith(".toml"):
        return read_protocol(Path(text))
    raise UnknownNameError("protocol", text, protocols(), fix="give a library name or a .toml file")


def read_protocol(path: Path | Traversable) -> Protocol:
    """Read a protocol file.

    Raises
    ------
    DeqiError
        If it cannot be read, or is not sound; the message names the file and the place.
    """
    data = read_toml(path)
    head = data.pop("protocol", None)
    if not isinstance(head, dict):
        raise ProtocolError("there is no [protocol] table", where=path.name, fix="begin with [protocol]")
    protocol: Protocol = _make(Protocol, {**head, **data}, path.name)
    return protocol


def _make(kind: type, entry: Any, where: str) -> Any:
    """A dataclass from a table; every error says where."""
    if not isinstance(entry, dict):
        raise ProtocolError(f"{entry!r} is not a table", where=where)
    entry = dict(entry)
    if kind in (Session, Contact):
        entry["days"] = _days(entry, where)
    known = {f.name: f for f in fields(kind)}
    values: dict[str, Any] = {}
    for key, value in entry.items():
        if key not in known:
            extra = _REGIMEN if kind in (Session, Contact) else ()
            raise UnknownNameError("field", key, [*known, *extra], where=where)
        if key in _LISTS and kind in (Protocol, Session):
            if not isinstance(value, list):
                raise ProtocolError(f"{key} must be a list of tables", where=where)
            value = tuple(_make(_LISTS[key], v, f"{where}: {key} {k + 1}") for k, v in enumerate(value))
        elif key == "stricta":
            value = _make(Stricta, value, f"{where}: stricta")
        elif isinstance(value, list):
            value = tuple(value)
        elif key == "frequency_hz":
            value = (value,)
        values[key] = value
    for name, f in known.items():
        if name not in values and f.default is MISSING and f.default_factory is MISSING:
            raise ProtocolError(f"{name} is missing", where=where, fix=f"add {name} = ...")
    try:
        return kind(**values)
    except DeqiError as error:
        error.where = where if not error.where else f"{where}: {error.where}"
        raise
    except TypeError as error:
        raise ProtocolError(f"a value is of the wrong type: {error}", where=where) from error


def _days(entry: dict[str, Any], where: str) -> list[float]:
    """Days given one by one, or as a number of visits so many a week."""
    if "days" in entry:
        return list(entry["days"])
    number, per_week = entry.pop("number", None), entry.pop("per_week", None)
    start = entry.pop("start_day", 0.0)
    if not isinstance(number, int) or not isinstance(per_week, int | float) or per_week <= 0 or number < 1:
        raise ProtocolError(
            "says neither days nor number and per_week", where=where, fix="write number = 10, per_week = 2"
        )
    return [start + k * 7.0 / per_week for k in range(number)]


def write_protocol(protocol: Protocol, path: str | Path) -> Path:
    """Write a protocol; a file of that name is replaced at once or not at all.

    Raises
    ------
    FileError
        If it cannot be written.
    """
    import tomli_w

    target = Path(path)
    data = _plain(protocol)
    lists = {k: data.pop(k) for k in (*_LISTS, "stricta") if k in data}
    text = tomli_w.dumps({"protocol": data, **lists})
    part = target.with_name(f".{target.name}.part")
    try:
        part.write_text(text, encoding="utf-8")
        os.replace(part, target)
    except OSError as error:
        with contextlib.suppress(OSError):
            part.unlink(missing_ok=True)
        raise FileError(
            f"cannot be written: {error.strerror}", where=str(target), fix="nothing was changed"
        ) from error
    return target


def _plain(value: Any) -> Any:
    if is_dataclass(value):
        made = {f.name: _plain(getattr(value, f.name)) for f in fields(value)}
        return {k: v for k, v in made.items() if v is not None and v != []}
    if isinstance(value, tuple):
        return [_plain(v) for v in value]
    return value
