"""A chunk's file: its name carries its range and the hash of its own bytes.

::

    chunks/0000000-0001024.3f2a91c07be4d518.parquet

Whether it is sound can be told from the file alone, and two processes that compute
the same range write the same file. Inside it says which run and range it belongs
to: a chunk that was moved or renamed is not taken for another.
"""

from __future__ import annotations

import contextlib
import hashlib
import re
from collections.abc import Iterable
from dataclasses import dataclass

from deqi.errors import FileError
from deqi.execution import disk
from deqi.execution.address import Place
from deqi.execution.digest import Columns
from deqi.execution.parquet import read_mark
from deqi.execution.spans import Span

_FOLDER = "chunks"
_NAME = re.compile(r"(\d{7,})-(\d{7,})\.[0-9a-f]{16}\.parquet")


@dataclass(frozen=True)
class Sound:
    """What is in a file that is what its name says."""

    content: bytes
    columns: Columns


def mark_of(span: Span, key: str) -> str:
    """What a chunk says of itself: its run's key and its range."""
    return f"{key} {span}"


def chunk_files(folder: Place) -> dict[Span, list[Place]]:
    """Files that have the name of a chunk, sound or not, by range; those of a range sorted by name.

    Raises
    ------
    FileError
        If they cannot be listed.
    """
    found: dict[Span, list[Place]] = {}
    try:
        entries: list[Place] = list((folder / _FOLDER).iterdir())
        for entry in sorted(entries, key=lambda e: e.name):
            if match := _NAME.fullmatch(entry.name):
                found.setdefault(Span(int(match[1]), int(match[2])), []).append(entry)
    except FileNotFoundError:
        return {}
    except OSError as error:
        raise FileError(f"cannot be read: {error.strerror}", where=str(folder / _FOLDER)) from error
    return dict(sorted(found.items()))


def examine(file: Place, span: Span, key: str) -> Sound | str | None:
    """What is in a sound file; what is wrong with one that is not; None if there is no such file."""
    try:
        content = file.read_bytes()
    except FileNotFoundError:
        return None
    except OSError as error:
        return f"cannot be read: {error.strerror}"
    if file.name != _name(span, content):
        return "is damaged"
    try:
        mark, columns = read_mark(content)
    except ValueError:
        return "is no chunk"
    return Sound(content, columns) if mark == mark_of(span, key) else "is of another run or range"


def is_there(folder: Place, span: Span, key: str) -> bool:
    """Whether a range has a sound chunk by now."""
    return any(isinstance(examine(f, span, key), Sound) for f in chunk_files(folder).get(span, ()))


def keep(folder: Place, span: Span, content: bytes) -> None:
    """Put a chunk in its place.

    Raises
    ------
    FileError
        If it cannot be written.
    """
    file = folder / _FOLDER / _name(span, content)
    try:
        file.parent.mkdir(exist_ok=True)
    except OSError as error:
        raise FileError(f"cannot be made: {error.strerror}", where=str(file.parent)) from error
    disk.put(file, content)


def discard(files: Iterable[Place], span: Span, key: str) -> None:
    """Remove files that were found damaged, unless they have been made good since."""
    for file in files:
        if isinstance(examine(file, span, key), str):
            # One that cannot be removed is told again the next time.
            with contextlib.suppress(OSError):
                file.unlink()


def sweep(folder: Place) -> None:
    """Remove what killed processes left."""
    disk.sweep(folder)
    disk.sweep(folder / _FOLDER)


def _name(span: Span, content: bytes) -> str:
    return f"{span}.{hashlib.sha256(content).hexdigest()[:16]}.parquet"
