"""Machine code on disk, so that a model is compiled once a machine.

An entry is one file: a digest of what follows, a line of JSON about the code,
and the object code. It is written beside its place and moved there, so that
several processes may write the same entry; one that was cut short or changed
fails its digest, is thrown away and made again.
"""

from __future__ import annotations

import hashlib
import json
import os
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from deqi.core.writing import replace_file
from deqi.errors import FileError

_FORMAT = b"deqi object 1\n"
_DIGEST_LENGTH = 65  # 64 hexadecimal digits and the end of the line


@dataclass(frozen=True)
class Entry:
    """Object code and what must be known to call it (plain JSON data)."""

    about: dict[str, Any]
    code: bytes


def folder() -> Path:
    """Where entries are kept: ``$DEQI_CACHE``, or ``deqi`` in the user's cache folder."""
    if given := os.environ.get("DEQI_CACHE"):
        return Path(given)
    return Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "deqi"


def key_of(*parts: str) -> str:
    """The name of an entry, from everything that its code depends on.

    Examples
    --------
    >>> key_of("model", "host") == key_of("modelhost")
    False
    """
    return hashlib.sha256(json.dumps(parts).encode()).hexdigest()[:40]


def read(key: str) -> Entry | None:
    """An entry, or None if there is none or it is not whole."""
    try:
        content = _path(key).read_bytes()
    except OSError:
        return None
    start = len(_FORMAT) + _DIGEST_LENGTH
    body = content[start:]
    digest = hashlib.sha256(body).hexdigest().encode() + b"\n"
    if content[:start] != _FORMAT + digest:
        with suppress(OSError):
            _path(key).unlink(missing_ok=True)
        return None
    about, _, code = body.partition(b"\n")
    return Entry(json.loads(about), code)


def write(key: str, entry: Entry) -> None:
    """Keep an entry, if it can be: on a full or a read-only disk, code is made again each time."""
    body = json.dumps(entry.about).encode() + b"\n" + entry.code
    digest = hashlib.sha256(body).hexdigest().encode() + b"\n"
    path = _path(key)
    with suppress(OSError, FileError):
        path.parent.mkdir(parents=True, exist_ok=True)
        replace_file(path, _FORMAT + digest + body)


def _path(key: str) -> Path:
    return folder() / f"{key}.object"
