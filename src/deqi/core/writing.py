"""Writing a file whole, or not at all."""

from __future__ import annotations

import contextlib
import os
import threading
from pathlib import Path

from deqi.errors import FileError


def replace_file(path: str | Path, content: bytes) -> Path:
    """Put a file in place of whatever has its name, at once.

    Parameters
    ----------
    path : str or Path
        The file.
    content : bytes
        All of it.

    Raises
    ------
    FileError
        If it cannot be written (no such folder, no right, a full disk); what was there stays.
    """
    target = Path(path)
    if target.exists() and not target.is_file():
        # Renaming over a device such as /dev/null would replace it.
        raise FileError("cannot be written: it is no file", where=str(target), fix="give another name")
    # Two processes or threads may write the same file; each has a part of its own.
    part = target.with_name(f".{target.name}.{os.getpid()}.{threading.get_ident()}.part")
    try:
        part.write_bytes(content)
        part.replace(target)
    except OSError as error:
        with contextlib.suppress(OSError):
            part.unlink(missing_ok=True)
        reason = error.strerror or str(error)
        raise FileError(
            f"cannot be written: {reason}", where=str(target), fix="nothing was changed"
        ) from error
    return target
