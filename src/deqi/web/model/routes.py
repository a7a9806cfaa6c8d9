"""Addresses of the model: the map, and each mechanism."""

from __future__ import annotations

from functools import lru_cache
from typing import Annotated, Any

from fastapi import APIRouter, Path, Query, Request
from fastapi.responses import HTMLResponse

from deqi.core import cite
from deqi.errors import UnknownNameError
from deqi.mechanisms.environment import Environment
from deqi.models import needling_analgesia
from deqi.web.errors import Refused
from deqi.web.evidence.words import number, source
from deqi.web.model.drawing import HEIGHT, WIDTH, drawing
from deqi.web.model.graph import bundles
from deqi.web.model.mechanism import findings_of, linked, meaning, told
from deqi.web.model.places import groups, mechanisms, places, title
from deqi.web.pages import page

router = APIRouter(include_in_schema=False)

#: What kinds of values are, in the words of reports, which take long to load.
KINDS = {
    "measured": "read from a source",
    "derived": "worked out from a source, or a definition",
    "fitted": "adjusted so that the model meets published results; no test of the model",
    "scaled": "from a literature range, another species or another preparation",
    "assumed": "no source: chosen so that the part behaves plausibly",
}
#: What grades of values mean.
GRADES = {
    "A": "measured in people as used here",
    "B": "measured, or worked out from measurements",
    "C": "fitted or scaled",
    "D": "assumed",
}


@router.get("/model")
def get_model(request: Request, at: Annotated[str, Query(max_length=80)] = "") -> HTMLResponse:
    """Mechanisms as a map and as a list; a place that is named in the address is lit up."""
    if at and at not in places():
        raise UnknownNameError("place", at, places(), where="at")
    return page(
        request,
        "model.html",
        here="/model",
        at=at,
        drawn=drawing(),
        box=(WIDTH, HEIGHT),
        near=_near(),
        groups=groups(),
        place=places(),
        says=_says(),
        title=title,
        count={"mechanisms": len(mechanisms()), "wires": len(needling_analgesia().wires)},
    )


@router.get("/model/{name}")
def get_mechanism(request: Request, name: Annotated[str, Path(max_length=80)]) -> HTMLResponse:
    """One mechanism."""
    if name not in mechanisms():
        raise Refused(404, f"there is no mechanism {name}", where="address", fix="see /model")
    found, misfits = findings_of(name)
    return page(
        request,
        "mechanism.html",
        here="/model",
        of=told(name),
        found=found,
        misfits=misfits,
        kinds=KINDS,
        grades=GRADES,
        number=number,
        source=source,
        cited=_cited,
        linked=linked,
    )


@lru_cache(maxsize=1)
def _near() -> dict[str, tuple[list[str], list[str]]]:
    """What feeds each place, and what it feeds; itself apart."""
    found: dict[str, tuple[list[str], list[str]]] = {path: ([], []) for path in places()}
    for one in bundles():
        if one.source != one.target:
            found[one.target][0].append(one.source)
            found[one.source][1].append(one.target)
    return found


@lru_cache(maxsize=1)
def _says() -> dict[str, str]:
    """What each place is, in a line."""
    return {
        path: meaning(place.mechanism).says
        if place.mechanism
        else f"From outside: {'; '.join(Environment.variables[name].doc for name in place.variables)}."
        for path, place in places().items()
    }


def _cited(key: str) -> str:
    """First author and year, or who published it."""
    fields: Any = cite(key).fields
    author = fields.get("author", key).split(" and ")[0].split()[-1].strip("{}")
    return f"{author} {fields.get('year', '')}".strip()
