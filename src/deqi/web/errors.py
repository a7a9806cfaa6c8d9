"""What was wrong, as JSON or as a page: says, where, and what to do."""

from __future__ import annotations

import os
from collections.abc import Sequence
from http import HTTPStatus
from pathlib import Path
from typing import Any

from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse, Response
from starlette.exceptions import HTTPException

from deqi.errors import DeqiError

#: The shape of every error, for OpenAPI.
SCHEMA: dict[str, Any] = {
    "type": "object",
    "required": ["error"],
    "properties": {
        "error": {
            "type": "object",
            "required": ["says", "where", "fix"],
            "properties": {name: {"type": "string"} for name in ("says", "where", "fix")},
            "additionalProperties": False,
        }
    },
    "additionalProperties": False,
}


def responses(*statuses: int) -> dict[int | str, dict[str, Any]]:
    """What OpenAPI is told of errors: those that any request may meet, and others by status."""
    every = {400, 401, 403, 413, 422, *statuses}
    content = {"application/json": {"schema": SCHEMA}}
    return {
        status: {"description": HTTPStatus(status).phrase, "content": content} for status in sorted(every)
    }


class Refused(HTTPException):
    """A request that is not carried out, with a status of its own.

    Parameters
    ----------
    status : int
        HTTP status, 400 to 499.
    says, where, fix : str
        As in `deqi.errors.DeqiError`.
    """

    def __init__(self, status: int, says: str, *, where: str = "", fix: str = "") -> None:
        super().__init__(status, detail=says)
        self.where, self.fix = where, fix


def told(error: DeqiError) -> dict[str, str]:
    """An error as plain data; of a file, its name, and not where it lies on this machine.

    Examples
    --------
    >>> told(DeqiError("cannot be read", where="/home/me/data/run"))
    {'says': 'cannot be read', 'where': 'run', 'fix': ''}
    """
    where = Path(error.where).name if os.path.isabs(error.where) else error.where
    return {"says": error.what, "where": where, "fix": error.fix}


def answer(request: Request, status: int, says: str, where: str = "", fix: str = "") -> Response:
    """An error, as a page where one was asked for, and as JSON elsewhere."""
    if wants_page(request.url.path, request.headers.get("accept", "")):
        from deqi.web.pages import page

        heading = HTTPStatus(status).phrase
        return page(request, "error.html", status=status, heading=heading, says=says, where=where, fix=fix)
    return JSONResponse({"error": {"says": says, "where": where, "fix": fix}}, status_code=status)


def wants_page(path: str, accept: str) -> bool:
    """Whether a browser shows what is answered.

    Examples
    --------
    >>> wants_page("/about", "text/html,*/*"), wants_page("/api/about", "text/html,*/*")
    (True, False)
    """
    return not path.startswith(("/api/", "/static/")) and "text/html" in accept


def add_handlers(app: FastAPI) -> None:
    """Tell an application how to answer errors."""

    async def deqi_error(request: Request, error: Exception) -> Response:
        assert isinstance(error, DeqiError)
        return answer(request, 422, **told(error))

    async def invalid(request: Request, error: Exception) -> Response:
        assert isinstance(error, RequestValidationError)
        first = error.errors()[0]
        where = ".".join(str(part) for part in first["loc"])
        return answer(request, 422, _in_words(first["msg"]), where, f"see {app.openapi_url}")

    async def http_error(request: Request, error: Exception) -> Response:
        assert isinstance(error, HTTPException)
        where, fix = getattr(error, "where", ""), getattr(error, "fix", "")
        made = answer(request, error.status_code, str(error.detail), where, fix)
        made.headers.update(error.headers or {})
        return made

    app.add_exception_handler(DeqiError, deqi_error)
    app.add_exception_handler(RequestValidationError, invalid)
    app.add_exception_handler(HTTPException, http_error)


def _in_words(message: str | Sequence[str]) -> str:
    text = str(message)
    return text[:1].lower() + text[1:]
