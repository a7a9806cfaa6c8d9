"""The page that says what this is, what it is not, and how sure."""

from __future__ import annotations

from fastapi import APIRouter, Request
from fastapi.responses import HTMLResponse

from deqi.web.api.about import about
from deqi.web.pages import page

router = APIRouter(include_in_schema=False)


@router.get("/about")
def get_about(request: Request) -> HTMLResponse:
    """What deqi is; every figure is the package's own."""
    from deqi.reports.html import KINDS

    return page(request, "about.html", about=about(), meanings=KINDS)
