"""Addresses of the Course page: the page, the same as JSON, and the trial whose patients are the hundred."""

from __future__ import annotations

from typing import Annotated, Any

from fastapi import APIRouter, Depends, Query, Request
from fastapi.responses import JSONResponse, Response

from deqi.models import patients
from deqi.protocols import Protocol, challenges, protocols
from deqi.web.course import bars, lines, small
from deqi.web.course.again import trial_file
from deqi.web.course.courses import main_courses
from deqi.web.course.payload import (
    commands,
    course,
    crowd_part,
    graded,
    question,
    shares_part,
    typical_part,
)
from deqi.web.course.question import LEAST, MOST, PROTOCOL, RECIPES, Asked, ask
from deqi.web.course.streaming import later, streamed
from deqi.web.errors import responses
from deqi.web.patient.sheet import needle_protocols
from deqi.web.session.question import NOTHING, OWN_SHAM

router = APIRouter()

#: Blocks that are offered first, with the question that each answers.
FIRST_BLOCKS = {
    "mu-antagonist": "endorphins could not act (mu receptors blocked)",
    "naloxone-8mg": "naloxone, 8 mg, were given before each session",
    "a1-antagonist": "adenosine could not act at the needle",
    "5ht1a-antagonist": "serotonin could not act (5-HT1A)",
    "funiculus-lesion": "no signal came down from the brainstem",
    "cckb-antagonist": "CCK could not work against opioids",
}
#: Kinds of protocols in the form, with their titles.
_ROLES = {"verum": "Needles", "sham": "Sham", "care": "Care", "drug": "Medicine", "none": "Nothing"}


def _asked(
    protocol: Annotated[
        str, Query(max_length=200, description="name of a protocol of the library")
    ] = PROTOCOL,
    compare: Annotated[
        str | None, Query(max_length=200, description="sham, none, or a protocol of the library")
    ] = None,
    patient: Annotated[str | None, Query(max_length=200, description="a preset that is in pain")] = None,
    weeks: Annotated[
        float, Query(allow_inf_nan=False, description=f"length of the course, {LEAST:g} to {MOST:g}")
    ] = 26.0,
    challenge: Annotated[
        list[str] | None, Query(max_length=20, description="drugs, blocks, lesions; may be repeated")
    ] = None,
) -> Asked:
    return ask(protocol, compare or None, patient or None, weeks, challenge or ())


_Question = Annotated[Asked, Depends(_asked)]


@router.get("/course", include_in_schema=False)
def course_page(request: Request, asked: _Question) -> Response:
    """The page: the form and the typical patient first, the hundred when they are worked out."""
    return streamed(
        request,
        "course.html",
        asked=asked,
        question=question(asked),
        form=_form(asked),
        in_words=asked.protocol.name in needle_protocols(asked.protocol.condition),
        commands=commands(asked),
        grades=graded(),
        typical=later(lambda: typical_part(asked)),
        crowd=later(lambda: crowd_part(asked)),
        shares=later(lambda: shares_part(asked)),
        labels={one.key: one.label for one in main_courses(asked)},
        signed=signed,
        lines=lines,
        small=small,
        bars=bars,
    )


@router.get("/api/course", tags=["course"], responses=responses())
def get_course(asked: _Question) -> Any:
    """Courses of the typical patient and of a hundred, with shares of the change."""
    return JSONResponse(course(asked))


@router.get("/api/course/trial.toml", tags=["course"], responses=responses(), response_class=Response)
def get_trial(asked: _Question) -> Response:
    """The trial whose patients the hundred are, as a file that `deqi trial` reads."""
    name = {"content-disposition": 'attachment; filename="course.toml"'}
    return Response(trial_file(asked), media_type="application/toml; charset=utf-8", headers=name)


def signed(value: float) -> str:
    """A number to one decimal with its sign; a rounded zero has none.

    Examples
    --------
    >>> signed(-2.66), signed(0.04), signed(1.0)
    ('−2.7', '0.0', '+1.0')
    """
    shown = round(value, 1) + 0.0
    return (f"{shown:+.1f}" if shown else "0.0").replace("-", "−")


def _form(asked: Asked) -> dict[str, Any]:
    """What the form offers, by group: (name, title)."""
    by_role: dict[str, list[tuple[str, str]]] = {title: [] for title in _ROLES.values()}
    for one in protocols().values():
        if one.role in _ROLES:
            by_role[_ROLES[one.role]].append((one.name, _short(one)))
    others = [(n, c.title) for n, c in challenges().items() if n not in FIRST_BLOCKS]
    weeks = sorted({6.0, 13.0, 26.0, 39.0, 52.0} | {asked.weeks})
    return {
        "protocols": by_role,
        "compare": [(OWN_SHAM, "the same needles, shallow and beside the points"), (NOTHING, "nothing else")],
        "patients": [(n, p.title) for n, p in patients().items() if n in RECIPES],
        "weeks": [(f"{week:g}", "1 year" if week == MOST else f"{week:g} weeks") for week in weeks],
        "blocks": list(FIRST_BLOCKS.items()),
        "more_blocks": others,
        "more_open": any(name in asked.challenges for name, _ in others),
    }


def _short(protocol: Protocol) -> str:
    return f"{protocol.title} ({protocol.name})"
