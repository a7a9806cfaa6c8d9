"""Address of patient mode."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Depends, Query, Request
from fastapi.responses import Response

from deqi.web.course import small
from deqi.web.course.streaming import later, streamed
from deqi.web.patient.harms import harms_of
from deqi.web.patient.sheet import Sheet, needle_protocols, offered, sheet
from deqi.web.patient.told import told

router = APIRouter()


def _sheet(
    protocol: Annotated[str | None, Query(max_length=200, description="a way of needling")] = None,
    condition: Annotated[str | None, Query(max_length=200, description="what people have")] = None,
    weeks: Annotated[float, Query(allow_inf_nan=False, description="when it is counted")] = 26.0,
) -> Sheet:
    return sheet(protocol or None, condition or None, weeks)


@router.get("/patient", include_in_schema=False)
def patient_page(request: Request, asked: Annotated[Sheet, Depends(_sheet)]) -> Response:
    """The sheet; it prints on one page."""
    courses = asked.asked
    if courses is None:
        return streamed(request, "patient.html", sheet=asked, offered=offered(), ways={}, harms=None)
    return streamed(
        request,
        "patient.html",
        sheet=asked,
        offered=offered(),
        ways=needle_protocols(courses.protocol.condition),
        harms=harms_of(courses.protocol),
        simulated=later(lambda: told(courses)),
        small=small,
    )
