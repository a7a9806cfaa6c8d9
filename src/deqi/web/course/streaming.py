"""Pages that are sent while they are worked out: what is ready is seen, and what takes seconds follows."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

from fastapi import Request
from fastapi.responses import StreamingResponse

from deqi import __version__
from deqi.errors import DeqiError
from deqi.web.errors import told
from deqi.web.pages import NAVIGATION, templates

#: Written in a template where all before it is to be seen at once.
_SEND = "\x1esend\x1e"


def streamed(request: Request, name: str, **context: Any) -> StreamingResponse:
    """A page made from a template that has ``{{ send }}`` where it waits.

    Parameters
    ----------
    request : Request
        What was asked.
    name : str
        Template in ``templates``; it extends ``base.html``.
    **context
        What the template uses. A part that takes long is a `later`.
    """
    known = {"navigation": NAVIGATION, "here": request.url.path, "version": __version__, "send": _SEND}
    made = templates.env.get_template(name).generate(known | context)
    return StreamingResponse(_pieces(made), media_type="text/html; charset=utf-8")


def later(work_out: Callable[[], Any]) -> Callable[[], dict[str, Any]]:
    """A part that is worked out where the template calls it.

    Parameters
    ----------
    work_out : callable
        Gives the part.

    Returns
    -------
    callable
        Gives ``found``, or None and ``error`` with what was wrong: the head of the page is out by then.

    Examples
    --------
    >>> later(lambda: 3)()
    {'found': 3, 'error': None}
    """

    def part() -> dict[str, Any]:
        try:
            return {"found": work_out(), "error": None}
        except DeqiError as error:
            return {"found": None, "error": told(error)}

    return part


def _pieces(made: Iterator[str]) -> Iterator[str]:
    waiting: list[str] = []
    for piece in made:
        if _SEND in piece:
            waiting.append(piece.replace(_SEND, ""))
            yield "".join(waiting)
            waiting = []
        else:
            waiting.append(piece)
    yield "".join(waiting)
