"""Addresses of the front page: the page, the answer, the points, the library, a protocol as TOML."""

from __future__ import annotations

import tempfile
from pathlib import Path
from typing import Annotated, Any

from fastapi import APIRouter, Depends, Query, Request
from fastapi.responses import HTMLResponse, JSONResponse, Response

from deqi.models import patients
from deqi.protocols import protocols, write_protocol
from deqi.web.errors import responses
from deqi.web.pages import page
from deqi.web.session.body import body_points
from deqi.web.session.payload import session
from deqi.web.session.question import LOW_BACK, NOTHING, OWN_SHAM, PATIENT, Needles, Question, ask

router = APIRouter()

_Text = Annotated[str | None, Query(max_length=200)]
_Number = Annotated[float | None, Query(allow_inf_nan=False)]


def _question(
    protocol: Annotated[
        str | None, Query(max_length=200, description="name of a protocol of the library")
    ] = None,
    points: Annotated[
        str | None, Query(max_length=2000, description="or points, with commas between: BL23,BL25")
    ] = None,
    technique: Annotated[
        str | None,
        Query(max_length=40, description="manual, retained, superficial, touch, dry; or 2hz, 2/100hz"),
    ] = None,
    depth_mm: _Number = None,
    minutes: _Number = None,
    vigour: _Number = None,
    current_ma: _Number = None,
    side: _Text = None,
    patient: Annotated[str, Query(max_length=200)] = PATIENT,
    compare: Annotated[
        str | None, Query(max_length=200, description="sham, none, or a protocol of the library")
    ] = None,
) -> Question:
    more = (technique, depth_mm, minutes, vigour, current_ma, side)
    if points is None and all(part is None for part in more):
        return ask(protocol, None, patient, compare)
    named = LOW_BACK if points is None else tuple(p.strip() for p in points.split(",") if p.strip())
    needles = Needles(named, technique, depth_mm, minutes, vigour, current_ma, side)
    return ask(protocol, needles, patient, compare)


_Asked = Annotated[Question, Depends(_question)]


@router.get("/", response_class=HTMLResponse, include_in_schema=False)
def front_page(request: Request) -> HTMLResponse:
    """The page; what it shows is in its address."""
    return page(request, "session.html", here="/")


@router.get("/api/session", tags=["session"], responses=responses())
def get_session(asked: _Asked) -> Any:
    """One session, minute by minute."""
    return JSONResponse(session(asked))


@router.get("/api/session/protocol.toml", tags=["session"], responses=responses(), response_class=Response)
def get_protocol(asked: _Asked) -> Response:
    """What is done, as a file that `deqi simulate` reads."""
    with tempfile.TemporaryDirectory() as folder:
        written = write_protocol(asked.protocol, Path(folder) / f"{asked.protocol.name}.toml")
        text = written.read_text(encoding="utf-8")
    name = {"content-disposition": f'attachment; filename="{asked.protocol.name}.toml"'}
    return Response(text, media_type="application/toml; charset=utf-8", headers=name)


@router.get("/api/session/protocols", tags=["session"], responses=responses())
def get_protocols() -> dict[str, Any]:
    """What a session may be of: the library's protocols with needles, patients, the set to begin with."""
    return {
        "protocols": [
            {
                "name": p.name,
                "title": p.title,
                "role": p.role,
                "points": list(dict.fromkeys(t for s in p.sessions for n in s.needlings for t in n.points)),
            }
            for p in protocols().values()
            if p.sessions
        ],
        "patients": [{"name": p.name, "title": p.title} for p in patients().values()],
        "low_back": list(LOW_BACK),
        "compare": [OWN_SHAM, NOTHING],
    }


@router.get("/api/points", tags=["session"], responses=responses())
def get_points() -> dict[str, Any]:
    """Points of the atlas, and where they are on the drawings."""
    return body_points()
