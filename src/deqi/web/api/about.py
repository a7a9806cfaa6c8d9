"""What this is, and how sure: versions, hashes, kinds of parameters, grades."""

from __future__ import annotations

from functools import lru_cache
from typing import Any

from fastapi import APIRouter, Request

from deqi.web.errors import Refused, responses
from deqi.web.settings import Settings

router = APIRouter(tags=["about"])


@lru_cache(maxsize=1)
def about() -> dict[str, Any]:
    """Figures that the package says of itself; none is written down twice."""
    from deqi import __version__
    from deqi.atlas import points
    from deqi.core import references
    from deqi.credibility import everything, grades, stored
    from deqi.evidence import findings, studies
    from deqi.models import needling_analgesia
    from deqi.parameters import base_values, count_kinds
    from deqi.protocols import protocols
    from deqi.results import code_hash, model_hash, values_hash

    model, values, result = needling_analgesia(), base_values(), stored()
    told = everything()
    return {
        "version": __version__,
        "licence": "Apache-2.0",
        "code": code_hash(),
        "model": {
            "name": model.name,
            "hash": model_hash(model),
            "mechanisms": len({i.mechanism for i in model.instances}),
            "states": len(model.states),
            "wires": len(model.wires),
        },
        "parameters": {
            "total": len(values),
            "hash": values_hash(values),
            "kinds": count_kinds(values.values()),
        },
        "grades": [grade.as_dict() for grade in grades()],
        "words": told["words"],
        "contexts": [
            {name: one[name] for name in ("name", "title", "question", "adequacy", "risk")}
            for one in told["contexts"]
        ],
        "validation": None
        if result is None
        else {
            "made": dict(result.made),
            # A verdict of another model says nothing of this one.
            "of_this_model": result.made.get("model") == model_hash(model),
            "scores": {
                name: {"counted": score.counted(), "says": score.words()}
                for name in ("calibration", "one person", "cohorts")
                for score in [result.score(name)]
            },
        },
        "counts": {
            "points": len(points()),
            "protocols": len(protocols()),
            "studies": len(studies()),
            "findings": len(findings()),
            "references": len(references()),
        },
    }


@router.get("/api/about", responses=responses())
def get_about(request: Request) -> dict[str, Any]:
    """Version, model hash, kinds of parameters, grades of answers, and what is refused as too much."""
    from dataclasses import asdict

    settings: Settings = request.app.state.settings
    return {**about(), "limits": asdict(settings.limits)}


@router.get("/healthz", responses=responses(503))
def healthz(request: Request) -> dict[str, str]:
    """Whether the server can work: its queue can be read."""
    import sqlite3

    from deqi import __version__

    try:
        request.app.state.store.get("")
    except sqlite3.Error as error:
        raise Refused(503, f"the queue cannot be read: {error}") from error
    return {"status": "ok", "version": __version__}
