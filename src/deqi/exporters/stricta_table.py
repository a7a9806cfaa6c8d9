"""A protocol as a STRICTA 2010 table: to read as Markdown, and as CSV that comes back.

The CSV has the seventeen items as they were reported, and below them what is
simulated, one value a row: the checklist alone is prose, and no prose is
simulated. Fill in both and `read_stricta` makes a protocol of it.

Source of the items: MacPherson et al. 2010 (`stricta2010`).
"""

from __future__ import annotations

import csv
import io
import json
import re
import tempfile
import tomllib
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from deqi.errors import FileError, UnknownNameError
from deqi.protocols import NOT_REPORTED, Protocol, Stricta, read_protocol, write_protocol

_HEADS = ("item", "field", "meaning", "value")
_SIMULATED = "simulated"
_HEAD = "protocol"
_STEP = re.compile(r"([a-z_]+)(?:\[(\d+)\])?\Z")


def stricta_markdown(protocol: Protocol) -> str:
    """The checklist of a protocol, its missing items and what had to be assumed, as Markdown.

    Parameters
    ----------
    protocol : Protocol
        The protocol.

    Examples
    --------
    >>> from deqi.protocols import load_protocol
    >>> text = stricta_markdown(load_protocol("gerac-verum"))
    >>> "| 2f | needle retention time | 30 min |" in text, "Not reported: 1b" in text
    (True, True)
    """
    stricta, items = protocol.stricta, Stricta.items()
    lines = [f"# {protocol.title}: STRICTA 2010", "", "| item | meaning | reported |", "|---|---|---|"]
    for name, (number, meaning) in items.items():
        lines.append(f"| {number} | {meaning} | {getattr(stricta, name).replace('|', chr(92) + '|')} |")
    missing = stricta.missing()
    told = ", ".join(f"{items[name][0]} ({items[name][1]})" for name in missing) or "nothing"
    lines += ["", f"Not reported: {told}: {len(missing)} of {len(items)} items."]
    if protocol.assumptions:
        lines += ["", "Assumed, so that it can be simulated:", ""]
        lines += [f"- {text}" for text in protocol.assumptions]
    lines += ["", f"Sources: {', '.join(protocol.cites) or 'none'}. Checklist: stricta2010.", ""]
    return "\n".join(lines)


def stricta_csv(protocol: Protocol) -> str:
    """The checklist of a protocol, and below it what is simulated, as CSV.

    Parameters
    ----------
    protocol : Protocol
        The protocol.
    """
    text = io.StringIO()
    rows = csv.writer(text, lineterminator="\n")
    rows.writerow(_HEADS)
    for name, (number, meaning) in Stricta.items().items():
        rows.writerow((number, name, meaning, getattr(protocol.stricta, name)))
    for name, value in _flat(_plain(protocol)):
        rows.writerow((_SIMULATED, name, "", value))
    return text.getvalue()


def read_stricta(path: str | Path) -> Protocol:
    """A protocol from a filled CSV of the checklist.

    Parameters
    ----------
    path : str or Path
        A file as `stricta_csv` writes it: columns item, field and value (meaning may be left out). An
        empty value is not reported, or not given.

    Raises
    ------
    FileError
        If it is no such file.
    UnknownNameError
        If it names what is no item, or no field of a protocol.
    DeqiError
        If what it says cannot be carried out.
    """
    place = Path(path)
    try:
        with place.open(encoding="utf-8-sig", newline="") as opened:
            rows = list(csv.DictReader(opened))
    except (OSError, UnicodeDecodeError, csv.Error) as error:
        reason = getattr(error, "strerror", None) or str(error)
        raise FileError(f"cannot be read: {reason}", where=str(path)) from error
    if not rows or not {"item", "field", "value"} <= set(rows[0]):
        raise FileError(
            "has no columns item, field and value",
            where=str(path),
            fix="begin with what deqi export stricta-csv writes",
        )
    data: dict[str, Any] = {}
    for number, row in enumerate(rows, start=2):
        _put(data, row, f"{place.name}, line {number}")
    return _made(data, place.name)


# ------------------------------------------------------------------ out


def _plain(protocol: Protocol) -> dict[str, Any]:
    """What the TOML file of a protocol says, but for the checklist."""
    with tempfile.TemporaryDirectory() as folder:
        written = write_protocol(protocol, Path(folder, "protocol.toml"))
        data = tomllib.loads(written.read_text(encoding="utf-8"))
    data.pop("stricta", None)
    return data


def _flat(value: Any, name: str = "") -> Iterator[tuple[str, str]]:
    if isinstance(value, dict):
        for key, inside in value.items():
            yield from _flat(inside, f"{name}.{key}" if name else key)
    elif isinstance(value, list) and value and all(isinstance(v, dict) for v in value):
        for k, inside in enumerate(value):
            yield from _flat(inside, f"{name}[{k + 1}]")
    else:
        # A text stands as it is where it comes back as that; everything else is JSON.
        bare = isinstance(value, str) and value.strip() == value != "" and _read(value) == value
        yield name, value if bare else json.dumps(value, ensure_ascii=False)


# ------------------------------------------------------------------ in


def _put(data: dict[str, Any], row: dict[Any, Any], where: str) -> None:
    if None in row:
        # The reader puts what has no column there.
        raise FileError("has a cell too many", where=where, fix="put text with commas between quotes")
    name, value = (row["field"] or "").strip(), (row["value"] or "").strip()
    if (row["item"] or "").strip() != _SIMULATED:
        if name not in Stricta.items():
            raise UnknownNameError("item", name, Stricta.items(), where=where)
        data.setdefault("stricta", {})[name] = value or NOT_REPORTED
        return
    if not value:
        return
    at: Any = data
    *steps, last = name.split(".")
    for step in steps:
        match = _STEP.match(step)
        if match is None:
            raise FileError(f"'{name}' is no field", where=where, fix="write sessions[1].minutes")
        at = _inside(at, match[1], match[2], where)
    at[last] = _read(value)


def _inside(at: dict[str, Any], name: str, number: str | None, where: str) -> dict[str, Any]:
    if number is None:
        found = at.setdefault(name, {})
    else:
        every = at.setdefault(name, [])
        if not isinstance(every, list) or int(number) > len(every) + 1 or int(number) < 1:
            raise FileError(f"{name}[{number}] comes before {name}[{int(number) - 1}]", where=where)
        if int(number) == len(every) + 1:
            every.append({})
        found = every[int(number) - 1]
    if not isinstance(found, dict):
        raise FileError(f"{name} is a value and has parts too", where=where, fix="keep one")
    return found


def _read(value: str) -> Any:
    try:
        return json.loads(value)
    except ValueError:
        return value


def _made(data: dict[str, Any], where: str) -> Protocol:
    import tomli_w

    if not isinstance(data.get(_HEAD), dict):
        raise FileError(
            "has no rows 'simulated' with protocol.name, protocol.title and protocol.role",
            where=where,
            fix="begin with what deqi export stricta-csv writes",
        )
    with tempfile.TemporaryDirectory() as folder:
        # Under its own name, so that whatever is wrong is said of the file that was given.
        file = Path(folder, where)
        file.write_text(tomli_w.dumps(data), encoding="utf-8")
        return read_protocol(file)
