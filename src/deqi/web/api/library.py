"""What the libraries hold: protocols, trials."""

from __future__ import annotations

from dataclasses import asdict
from functools import lru_cache
from typing import Annotated, Any

from fastapi import APIRouter, Path

from deqi.errors import UnknownNameError
from deqi.web.errors import responses

router = APIRouter(tags=["library"])
#: A name of a library; whatever else it may look like, a path is none.
Name = Annotated[str, Path(min_length=1, max_length=80, pattern=r"^[A-Za-z0-9][A-Za-z0-9_.-]*$")]


@lru_cache(maxsize=1)
def _protocols() -> dict[str, dict[str, Any]]:
    from deqi.protocols import protocols

    return {
        name: {**asdict(p), "missing": p.stricta.missing(), "warnings": list(p.warnings)}
        for name, p in protocols().items()
    }


@router.get("/api/protocols", responses=responses())
def get_protocols() -> dict[str, Any]:
    """Protocols of the library, a line each."""
    heads = ("name", "title", "role", "condition")
    rows = [
        {**{key: p[key] for key in heads}, "sessions": sum(len(s["days"]) for s in p["sessions"])}
        for p in _protocols().values()
    ]
    return {"protocols": rows}


@router.get("/api/protocols/{name}", responses=responses(404))
def get_protocol(name: Name) -> dict[str, Any]:
    """A protocol: what was reported, item by item, and what had to be assumed."""
    if name not in _protocols():
        raise UnknownNameError("protocol", name, _protocols(), where="name")
    return _protocols()[name]


@lru_cache(maxsize=1)
def _shams() -> list[dict[str, Any]]:
    from deqi.trials.design import SHAMS

    return [{"name": s.name, "says": s.says, "penetrating": s.penetrating} for s in SHAMS.values()]


@router.get("/api/trials", responses=responses())
def get_trials() -> dict[str, Any]:
    """Trials of the library, a line each, and types of sham that can take the place of theirs."""
    from deqi.trials import load_trial, trials

    rows = [
        {
            "name": t.name,
            "title": t.title,
            "patients": t.patients,
            "weeks": t.weeks,
            "arms": list(t.arm_names),
        }
        for t in map(load_trial, trials())
    ]
    return {"trials": rows, "shams": _shams()}


@router.get("/api/trials/{name}", responses=responses(404))
def get_trial(name: Name) -> dict[str, Any]:
    """A trial of the library: its design, its sources, and what had to be assumed."""
    from deqi.core import cite
    from deqi.trials import load_trial, trials
    from deqi.trials.estimands import told

    if name not in trials():
        raise UnknownNameError("trial", name, trials(), where="name", fix=f"one of {', '.join(trials())}")
    trial = load_trial(name)
    return {
        **trial.describe(),
        "estimands": told(trial),
        "sources": [str(cite(key)) for key in trial.cites],
        "shams": _shams(),
    }
