"""Published results, and what the model did on each: the verdicts that ship with the package."""

from __future__ import annotations

from collections.abc import Iterator
from functools import lru_cache
from typing import Annotated, Any, Literal

from fastapi import APIRouter, Query

from deqi.errors import UnknownNameError
from deqi.web.errors import responses

router = APIRouter(tags=["evidence"])


@lru_cache(maxsize=1)
def _rows() -> tuple[dict[str, Any], ...]:
    return tuple(_each())


def _each() -> Iterator[dict[str, Any]]:
    from deqi.core import cite
    from deqi.credibility import stored
    from deqi.evidence import studies

    result = stored()
    verdicts = {} if result is None else {row.id: row for row in result.verdicts}
    for study in studies():
        about = {
            "id": study.id,
            "title": study.title,
            "design": study.design,
            "species": study.species,
            "risk_of_bias": study.risk_of_bias,
            "note": study.note,
            "sources": [str(cite(key)) for key in study.cites],
        }
        for one in study.findings:
            figure, verdict = one.published, verdicts.get(one.id)
            yield {
                "id": one.id,
                "role": one.role,
                "says": one.says,
                "note": one.note,
                "study": about,
                "published": {
                    "value": figure.value,
                    "unit": figure.unit,
                    "interval95": None if figure.ends is None else list(figure.ends),
                    "interval_from": figure.interval or None,
                    "direction": figure.direction or None,
                    "sd": figure.sd,
                    "n": figure.n or None,
                    "seen": figure.seen,
                },
                "assumptions": list(one.setup.assumptions) if one.setup else [],
                "excluded": one.excluded or None,
                "verdict": None if verdict is None else verdict.verdict,
                "by_construction": None if verdict is None else verdict.by_construction,
                "predicted": None if verdict is None else verdict.predicted,
            }


@router.get("/api/findings", responses=responses())
def get_findings(
    role: Annotated[Literal["calibration", "validation"] | None, Query(description="One role alone.")] = None,
    study: Annotated[str | None, Query(max_length=80, description="One study alone.")] = None,
) -> dict[str, Any]:
    """Findings with their verdicts, scores, and what the words mean.

    A verdict is of the validation that ships with the package, made with what `made` says; null where a
    finding was not scored. Findings for calibration were open to fitting: agreement is no test there.
    """
    from deqi.credibility import stored
    from deqi.validation import MEANINGS

    known = {row["study"]["id"] for row in _rows()}
    if study is not None and study not in known:
        raise UnknownNameError("study", study, known, where="study")
    rows = [
        row
        for row in _rows()
        if (role is None or row["role"] == role) and (study is None or row["study"]["id"] == study)
    ]
    result = stored()
    return {
        "findings": rows,
        "count": len(rows),
        "verdicts": dict(MEANINGS),
        "made": None if result is None else dict(result.made),
        "scores": {}
        if result is None
        else {name: result.score(name).words() for name in ("calibration", "one person", "cohorts")},
    }
