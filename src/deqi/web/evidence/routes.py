"""Addresses of the evidence: all findings, and each."""

from __future__ import annotations

from collections import Counter
from functools import lru_cache
from typing import Annotated, Any

from fastapi import APIRouter, Path, Query, Request
from fastapi.responses import HTMLResponse

from deqi.evidence import Setup
from deqi.web.api.about import about
from deqi.web.errors import Refused
from deqi.web.evidence import words
from deqi.web.evidence.choice import Choice, by_study, misfits_first
from deqi.web.evidence.rows import ORDER, beside, rows
from deqi.web.evidence.scores import scores
from deqi.web.evidence.strips import figure, key
from deqi.web.model.places import places, title
from deqi.web.pages import page

router = APIRouter(include_in_schema=False)

_Text = Annotated[str, Query(max_length=80)]


@router.get("/evidence")
def get_evidence(
    request: Request,
    role: _Text = "",
    mechanism: _Text = "",
    study: _Text = "",
    verdict: _Text = "",
    construction: _Text = "",
    q: _Text = "",
) -> HTMLResponse:
    """Findings with their verdicts, known misfits first; what is shown is in the address."""
    choice = Choice(role, mechanism, study, verdict, construction, q.strip())
    found = choice.found
    parts = [
        (name, len(some), [(one, list(figure(mine))) for one, mine in by_study(some)])
        for name, some in misfits_first(found)
    ]
    return page(
        request,
        "evidence.html",
        here="/evidence",
        choice=choice,
        parts=parts,
        count=len(found),
        studies=len({row.study.id for row in found}),
        options=_options(),
        scores=scores(),
        validation=about()["validation"],
        **_told(),
    )


@router.get("/evidence/{name}")
def get_finding(request: Request, name: Annotated[str, Path(max_length=120)]) -> HTMLResponse:
    """One finding: what was done, read, published and computed, and what speaks against it."""
    if name not in rows():
        raise Refused(404, f"there is no finding {name}", where="address", fix="see /evidence")
    row = rows()[name]
    one, read = row.finding, row.finding.read
    return page(
        request,
        "finding.html",
        here="/evidence",
        row=row,
        drawn=list(figure([row])),
        arms=words.arms(one),
        what="" if read is None else words.what(read),
        when="" if read is None else words.when(read),
        of_whom=_of_whom(one.setup),
        sources=[words.source(cited) for cited in row.study.cites],
        beside=[(other, list(figure([other]))) for other in beside(name)],
        others=[other for other in rows().values() if other.study is row.study and other is not row],
        validation=about()["validation"],
        **_told(),
    )


def _of_whom(setup: Setup | None) -> str:
    if setup is None:
        return ""
    if setup.of_cohort:
        return f"a cohort of the recipe {setup.population}, the same people under every arm"
    return f"one typical patient: {setup.patient.replace('_', ' ')}"


def _told() -> dict[str, Any]:
    return {
        "roles": words.ROLES,
        "roles_mean": words.ROLES_MEAN,
        "verdicts": words.VERDICTS,
        "meanings": words.MEANINGS,
        "alone": words.MEANINGS_ALONE,
        "order": ORDER,
        "key": key,
        "place": places(),
        "title": title,
        "source": words.source,
        "interval": words.interval,
    }


@lru_cache(maxsize=1)
def _options() -> dict[str, list[tuple[str, str]]]:
    """What can be chosen, with how many findings that are scored there are."""
    scored = [row for row in rows().values() if row.verdict is not None]
    of = Counter(name for row in scored for name in row.tested.mechanisms)
    mine = Counter(row.study.id for row in rows().values())
    counts = Counter(row.code for row in rows().values())
    return {
        "role": list(words.ROLES.items()),
        "mechanism": sorted(
            ((name, f"{title(name)} ({n})") for name, n in of.items()), key=lambda one: one[1]
        ),
        "study": [
            (row.study.id, f"{row.study.id}: {row.study.title} ({mine[row.study.id]})")
            for row in {row.study.id: row for row in rows().values()}.values()
        ],
        "verdict": [
            (name, f"{words.VERDICTS.get(name, words.NOT_SCORED)} ({counts[name]})") for name in ORDER
        ],
        "construction": [
            ("without", "without those by construction"),
            ("only", "by construction alone"),
        ],
    }
