"""Templates, and the pages that the navigation shows.

To add a page: write `deqi.web.NAME.routes` with a `router`, include it in
`deqi.web.app`, and add a line to `NAVIGATION`.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

from fastapi import Request
from fastapi.responses import HTMLResponse
from fastapi.templating import Jinja2Templates
from jinja2 import Environment, PackageLoader, StrictUndefined

from deqi import __version__

#: Files that a browser loads as they are.
STATIC = Path(__file__).parent / "static"


@dataclass(frozen=True)
class Place:
    """A page of the navigation.

    Attributes
    ----------
    title : str
        What it is called there.
    path : str
        Its address.
    """

    title: str
    path: str


#: Pages that there are, in order.
NAVIGATION: tuple[Place, ...] = (
    Place("Session", "/"),
    Place("Course", "/course"),
    Place("Trial", "/trial"),
    Place("Evidence", "/evidence"),
    Place("Model", "/model"),
    Place("About", "/about"),
)

templates = Jinja2Templates(
    env=Environment(
        loader=PackageLoader("deqi.web", "templates"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
)


def page(request: Request, name: str, *, status: int = 200, **context: Any) -> HTMLResponse:
    """A page made from a template.

    Parameters
    ----------
    request : Request
        What was asked; ``request.url.path`` says which page of the navigation this is.
    name : str
        Template in ``templates``: ``about.html``. It extends ``base.html``.
    status : int
        HTTP status.
    **context
        What the template uses. Everything is escaped.
    """
    return templates.TemplateResponse(
        request,
        name,
        {"navigation": NAVIGATION, "here": request.url.path, "version": __version__, **context},
        status_code=status,
    )
