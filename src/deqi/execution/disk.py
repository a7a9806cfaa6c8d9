"""Putting a file on the disk for good, and sweeping up after processes that were killed over it.

A file is written beside its place, as ``.NAME.HOST.PID.TOKEN.part``, pushed to the
disk, and renamed. Whoever sees the name sees all of the file, also after a
power cut. A part whose process is gone is swept by the next run in the folder.
At an address, what the store can do is done: see `deqi.execution.address`.
"""

from __future__ import annotations

import contextlib
import errno
import os
import re
import secrets
import socket
import time
from collections.abc import Callable, Iterator
from pathlib import Path

from deqi.errors import FileError
from deqi.execution.address import Address, Place

# A part lives for milliseconds. Of another machine's processes nothing is known but the age of their
# parts, and clocks differ; a day is beyond doubt.
_OLD_SECONDS = 86400.0
# How often a part may vanish under our hands before that is an error.
_TRIES = 3
_PART = re.compile(r"\..+\.(?P<host>[^.]+)\.(?P<pid>\d+)\.[0-9a-f]+\.part")
# Not every file system can link.
_NO_LINKS = {errno.EPERM, errno.ENOTSUP, errno.EOPNOTSUPP, errno.ENOSYS, errno.EMLINK}


def put(path: Place, content: bytes) -> None:
    """Write a file whole, or not at all; a file of that name is replaced.

    Raises
    ------
    FileError
        If it cannot be written: a full or read-only disk, no right. No part is left.
    """
    if isinstance(path, Address):
        with _told(path):
            path.put(content, _part_of(path.name))
        return
    _write(path, content, os.replace)


def put_once(path: Place, content: bytes) -> bool:
    """Write a file whole unless one of that name is there; whether it was written.

    Of several processes that try, one succeeds. Errors as in `put`.
    """
    if isinstance(path, Address):
        with _told(path):
            return path.put_once(content, _part_of(path.name))
    try:
        _write(path, content, _link)
    except FileExistsError:
        return False
    return True


def sweep(folder: Place) -> None:
    """Remove parts that nobody is writing any more."""
    # A folder that may only be read keeps them; they do no harm.
    with contextlib.suppress(OSError):
        for entry in folder.iterdir():
            if is_part(entry.name) and _is_left(entry):
                entry.unlink(missing_ok=True)


def is_part(name: str) -> bool:
    """Whether a name is that of a part."""
    return _PART.fullmatch(name) is not None


def _write(path: Path, content: bytes, move: Callable[[Path, Path], None]) -> None:
    for left in reversed(range(_TRIES)):
        part = path.with_name(_part_of(path.name))
        try:
            with open(part, "xb") as file:
                file.write(content)
                file.flush()
                os.fsync(file.fileno())
            move(part, path)
            _settle(path.parent)
            return
        except FileExistsError:
            raise
        except OSError as error:
            # In a container of its own, with our host's name, a process may have taken us for gone.
            if isinstance(error, FileNotFoundError) and left and path.parent.is_dir():
                continue
            raise _unwritten(path, error) from error
        finally:
            with contextlib.suppress(OSError):
                part.unlink(missing_ok=True)


def _part_of(name: str) -> str:
    return f".{name}.{_host()}.{os.getpid()}.{secrets.token_hex(4)}.part"


@contextlib.contextmanager
def _told(path: Place) -> Iterator[None]:
    try:
        yield
    except OSError as error:
        raise _unwritten(path, error) from error


def _unwritten(path: Place, error: OSError) -> FileError:
    reason = error.strerror or str(error)
    return FileError(f"cannot be written: {reason}", where=str(path), fix="what was there before is kept")


def _link(part: Path, path: Path) -> None:
    """Give a part its name if that is free."""
    try:
        os.link(part, path)
    except OSError as error:
        if error.errno not in _NO_LINKS:
            raise
        # Here two processes that begin in the same instant could both believe they were first.
        if path.exists():
            raise FileExistsError(errno.EEXIST, os.strerror(errno.EEXIST), str(path)) from error
        os.replace(part, path)


def _settle(folder: Path) -> None:
    """Push a new name to the disk; what a power cut still takes is done again on resuming."""
    with contextlib.suppress(OSError):
        handle = os.open(folder, os.O_RDONLY)
        try:
            os.fsync(handle)
        finally:
            os.close(handle)


def _is_left(part: Place) -> bool:
    match = _PART.fullmatch(part.name)
    assert match is not None
    if match["host"] == _host() and not _runs(int(match["pid"])):
        return True
    if isinstance(part, Address):
        # Of ages in stores too little is known.
        return False
    try:
        return time.time() - part.stat().st_mtime > _OLD_SECONDS
    except FileNotFoundError:
        return False


def _runs(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except (ProcessLookupError, OverflowError):
        return False
    except PermissionError:
        return True
    try:
        # One that is dead keeps its number until its parent asks; in a container that may be never.
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] not in "ZX"
    except OSError:
        return True


def _host() -> str:
    return re.sub(r"[^\w-]", "-", socket.gethostname()) or "-"
