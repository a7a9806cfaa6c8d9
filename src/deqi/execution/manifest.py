"""What a folder holds: written once, before the first chunk, and never changed.

A manifest is a description in plain data (which trial, seed, hashes and versions,
as the caller has them), the number of patients, and the size of a chunk. Two runs are
the same if the first two are; the size of a chunk changes no result.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator, Mapping
from typing import Any

from deqi.errors import FileError
from deqi.execution import disk
from deqi.execution.address import Place

NAME = "manifest.json"
_FORMAT = "deqi chunks 1"
_ELSEWHERE = "choose another --out"
# Characters of a value that an error shows.
_SHOWN = 40

Manifest = dict[str, Any]


def manifest_of(described: Mapping[str, Any], patients: int, chunk: int) -> Manifest:
    """The manifest of a run; `described` must be plain data, as JSON has it."""
    # Through JSON and back, so that it equals what is read later: tuples become lists.
    return dict(
        json.loads(_text({"format": _FORMAT, "described": described, "patients": patients, "chunk": chunk}))
    )


def run_key(manifest: Manifest) -> str:
    """Sixteen hexadecimal digits that tell a run from every other, whatever its chunks."""
    return hashlib.sha256(_text(_identity(manifest)).encode()).hexdigest()[:16]


def begin(folder: Place, wanted: Manifest) -> bool:
    """Make a folder the home of a run, unless it is already; whether it was none before.

    Raises
    ------
    FileError
        If it holds another run or anything else, or cannot be made or written to.
    """
    try:
        folder.mkdir(parents=True, exist_ok=True)
        # A part may be that of a process that begins the same run beside us.
        foreign = any(not disk.is_part(entry.name) and entry.name != NAME for entry in folder.iterdir())
    except FileExistsError as error:
        raise FileError("is no folder", where=str(folder), fix=_ELSEWHERE) from error
    except OSError as error:
        raise FileError(f"cannot be used: {error.strerror}", where=str(folder), fix=_ELSEWHERE) from error
    # Asked after listing: another process may have begun in between.
    new = not (folder / NAME).exists()
    if new and foreign:
        raise FileError("is not empty, and holds no run", where=str(folder), fix=_ELSEWHERE)
    if new and disk.put_once(folder / NAME, (_text(wanted, indent=2) + "\n").encode()):
        return True
    there = read_manifest(folder)
    for difference in _differences(_identity(there), _identity(wanted)):
        raise FileError(f"holds another run: {difference}", where=str(folder), fix=_ELSEWHERE)
    return new


def read_manifest(folder: Place) -> Manifest:
    """The manifest of a folder.

    Raises
    ------
    FileError
        If there is none, or not one of this version.
    """
    file = folder / NAME
    try:
        found = json.loads(file.read_text(encoding="utf-8"))
    except (FileNotFoundError, NotADirectoryError) as error:
        what = "holds no run" if folder.is_dir() else "is no folder"
        raise FileError(what, where=str(folder), fix="give the --out of a run") from error
    except OSError as error:
        raise FileError(f"cannot be read: {error.strerror}", where=str(file)) from error
    except ValueError as error:
        raise FileError("is damaged", where=str(file), fix=_ELSEWHERE) from error
    if not isinstance(found, dict) or found.get("format") != _FORMAT:
        raise FileError("is no manifest of this version", where=str(file), fix=_ELSEWHERE)
    sizes = (found.get("patients"), found.get("chunk"))
    if not all(isinstance(size, int) and size > 0 for size in sizes) or "described" not in found:
        raise FileError("is damaged", where=str(file), fix=_ELSEWHERE)
    return found


def _identity(manifest: Manifest) -> dict[str, Any]:
    return {"described": manifest["described"], "patients": manifest["patients"]}


def _text(data: Any, indent: int | None = None) -> str:
    return json.dumps(data, sort_keys=True, ensure_ascii=False, allow_nan=False, indent=indent)


def _differences(there: Any, here: Any, path: str = "") -> Iterator[str]:
    """How two pieces of plain data differ, in words."""
    if isinstance(there, dict) and isinstance(here, dict):
        for key in sorted({*there, *here}):
            inner = f"{path}.{key}".removeprefix(".").removeprefix("described.")
            if key not in there or key not in here:
                yield f"{inner} is given only {'here' if key in here else 'there'}"
            else:
                yield from _differences(there[key], here[key], inner)
    elif there != here:
        yield f"{path} is {_short(there)} there and {_short(here)} here"


def _short(value: Any) -> str:
    text = _text(value)
    return text if len(text) <= _SHOWN else text[: _SHOWN - 3] + "..."
