"""Who asks: a cookie that the server signed, or else the address that a request comes from.

There are no accounts. The cookie tells browsers apart, so that one user's jobs
do not fill the queue of all, and nobody cancels another's job.
"""

from __future__ import annotations

import hashlib
import hmac
import os
import secrets
from pathlib import Path

from starlette.requests import Request

from deqi.errors import FileError

COOKIE = "deqi_user"
#: A browser keeps the cookie so long [s].
COOKIE_SECONDS = 90 * 86400
_NAME = "secret"
_BYTES = 32


def secret_of(data: Path) -> bytes:
    """The secret that cookies are signed with; made once, for all processes that share a folder.

    Raises
    ------
    FileError
        If it cannot be read or written.
    """
    file = data / _NAME
    try:
        if not file.exists():
            part = data / f".{_NAME}.{secrets.token_hex(8)}.part"
            handle = os.open(part, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
            with os.fdopen(handle, "wb") as stream:
                stream.write(secrets.token_bytes(_BYTES))
            try:
                # Linking fails where another process was faster; then its secret holds.
                os.link(part, file)
            except FileExistsError:
                pass
            finally:
                part.unlink()
        found = file.read_bytes()
    except OSError as error:
        raise FileError(
            f"cannot be used: {error.strerror}", where=str(file), fix="choose another --data"
        ) from error
    if len(found) != _BYTES:
        raise FileError("is damaged", where=str(file), fix="remove it")
    return found


def signature(secret: bytes, what: str) -> str:
    """What shows that this server made a text.

    Examples
    --------
    >>> len(signature(b"s", "a")), signature(b"s", "a") == signature(b"s", "b")
    (64, False)
    """
    return hmac.new(secret, what.encode(), hashlib.sha256).hexdigest()


def new_cookie(secret: bytes) -> str:
    """The cookie of a new user."""
    name = secrets.token_hex(16)
    return f"{name}.{signature(secret, name)}"


def known(secret: bytes, cookie: str) -> str:
    """The user of a cookie; empty if this server did not make it.

    Examples
    --------
    >>> known(b"s", new_cookie(b"s")) != "", known(b"s", new_cookie(b"t")), known(b"s", "é.x")
    (True, '', '')
    """
    name, _, signed = cookie.partition(".")
    fine = hmac.compare_digest(signature(secret, name).encode(), signed.encode("utf-8", "replace"))
    return name if fine else ""


def user_of(request: Request) -> str:
    """Who asks."""
    name = known(request.app.state.secret, request.cookies.get(COOKIE, ""))
    if name:
        return name
    return f"address {request.client.host if request.client else 'unknown'}"
