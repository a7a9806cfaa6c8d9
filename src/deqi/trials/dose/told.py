"""Dose and response as plain data; its schema is ``docs/schemas/dose.schema.json``."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from deqi.measurement import load_instrument
from deqi.simulation.about_parameters import LEVEL
from deqi.trials.dose.curve import Curve
from deqi.trials.dose.dose import DoseResponse
from deqi.trials.dose.longer import SAYS, SEEN, YEAR, Added, Paid, Visits
from deqi.trials.dose.regimens import Regimen
from deqi.trials.dose.response import MEANINGS, Response
from deqi.trials.dose.smallest import NEAR, Smallest, cost_in_words
from deqi.trials.dose.surface import Surface
from deqi.trials.dose.year import Year

#: What nobody may forget who reads a dose and its response here.
CAVEAT = (
    "How the response depends on the dose is not identified by data: trials hardly inform it, and number, "
    "depth, retention and place of needles act by equations whose slopes were not fitted to trials of dose. "
    "The bands are about the parameters that were fitted, not about the form of these equations. A curve is "
    "a hypothesis to be tested; it says nothing about how anybody should be treated."
)


def dose_as_json(found: DoseResponse) -> dict[str, Any]:
    """Dose and response as plain data.

    Parameters
    ----------
    found : DoseResponse
        What `dose_response` gave.
    """
    members = found.members
    return {
        "protocol": found.protocol.name,
        "title": found.protocol.title,
        "against": found.against.name,
        "against_title": found.against.title,
        "outcome": found.outcome,
        "outcome_title": load_instrument(found.outcome).title,
        "patients": found.patients,
        "seed": found.seed,
        "ensemble": members.ensemble.name,
        "fingerprint": members.ensemble.fingerprint,
        "members": len(members.rows),
        "failed": sum(row in members.failed for row in members.rows),
        "interval": {"level": LEVEL, "kind": "parameters"},
        "curve": _curve(found.curve) if found.curve else None,
        "year": _year(found.year) if found.year else None,
        "caveat": CAVEAT,
        "meanings": dict(MEANINGS),
        "notes": list(found.notes),
        "run": str(found.folder),
    }


def _curve(curve: Curve) -> dict[str, Any]:
    return {
        "week": curve.week,
        "cost": curve.cost,
        "cost_in_words": cost_in_words(curve.cost),
        "near": NEAR,
        "variables": [
            {
                "name": one.name,
                "label": one.variable.label,
                "unit": one.variable.unit or None,
                "values": list(one.values),
                "span": list(one.span) if one.span else None,
            }
            for one in curve.varied
        ],
        "design": ("curve", "grid", "filling")[min(len(curve.varied), 3) - 1],
        "regimens": [
            _regimen(one, late, early)
            for one, late, early in zip(curve.regimens, curve.late, curve.early, strict=True)
        ],
        "smallest": [
            _smallest(one, curve, when)
            for one, when in zip(curve.smallest, ("in the week", "a week after the last visit"), strict=True)
        ],
        "surface": None if curve.surface is None else _surface(curve.surface, curve),
        "not_followed": curve.not_followed,
        "digests": list(curve.digests),
    }


def _regimen(one: Regimen, late: Response, early: Response) -> dict[str, Any]:
    visits = one.costs["visits"]
    return {
        "settings": dict(one.settings),
        "label": one.label,
        "costs": one.costs,
        "last_day": one.days[-1],
        "late": late.as_dict(),
        "early": early.as_dict(),
        "benefit_per_visit": None if late.benefit.mean is None else late.benefit.mean / visits,
        "warnings": list(one.protocol.warnings),
    }


def _smallest(one: Smallest, curve: Curve, when: str) -> dict[str, Any]:
    return {
        "when": when,
        "best": None if one.best is None else curve.regimens[one.best].label,
        "best_place": one.best,
        "smallest": None if one.smallest is None else curve.regimens[one.smallest].label,
        "smallest_place": one.smallest,
        "share_of_best": one.share.as_dict(),
        "monte_carlo_error": one.error,
        "sure": one.sure,
        "best_sure": one.best_sure,
    }


def _surface(surface: Surface, curve: Curve) -> dict[str, Any]:
    return {
        "method": "Gaussian process, Matérn 5/2, a length for each variable, fitted to the mean benefit in "
        "the week",
        "points": surface.points,
        "pointed_to": len(curve.regimens) - surface.points,
        "left_out_error": surface.left_out,
        "explained": surface.explained,
        "alone": [
            {
                "name": one.name,
                "values": [
                    {"value": value, "benefit": found.as_dict()}
                    for value, found in surface.alone(curve.some, one)
                ],
            }
            for one in curve.varied
        ],
    }


def _year(year: Year) -> dict[str, Any]:
    return {
        "weeks": YEAR,
        "maintain_every": year.every_weeks or None,
        "ongoing_per_week": year.ongoing or None,
        "maintenance": [_added(one) for one in year.added],
        "payer": None if year.paid is None else _paid(year.paid),
        "course": {
            name: [{"week": week, **_short(found)} for week, found in zip(SEEN, responses, strict=True)]
            for name, responses in year.course.items()
        },
        "not_followed": year.not_followed,
        "digest": year.digest,
    }


def _short(found: Response) -> dict[str, Any]:
    return {"benefit": found.benefit.as_dict(), "monte_carlo_error": found.error}


def _added(one: Added) -> dict[str, Any]:
    gained = one.added.benefit.mean
    return {
        "week": one.week,
        "visits_added": one.visits,
        "alone": one.alone.as_dict(),
        "maintained": one.maintained.as_dict(),
        "added": one.added.as_dict(),
        "added_per_visit": gained / one.visits if gained is not None and one.visits else None,
    }


def _paid(paid: Paid) -> dict[str, Any]:
    limit = paid.limit
    return {
        "rule": {
            "visits": limit.visits,
            "within_days": limit.within_days,
            "more": limit.more,
            "a_year": limit.a_year,
            "improvement": limit.improvement,
        },
        "without": _visits(paid.without),
        "with": _visits(paid.ruled),
        "most": paid.most,
        "told": [
            {
                "week": without.week,
                "without": without.as_dict(),
                "with": ruled.as_dict(),
                "kept": kept.as_dict(),
                "kept_error": error,
                # Visits are counted over the year.
                "per_visit": _per_visit(paid, without, ruled) if without.week == YEAR else None,
            }
            for without, ruled, kept, error in paid.told
        ],
        "stopped": paid.stopped.as_dict(),
        "who": {
            name: {"stopped": stopped.as_dict(), "others": others.as_dict()}
            for name, (stopped, others) in paid.who.items()
        },
        "lost_by_stopped": paid.lost.as_dict(),
        "would_improve": paid.would_improve,
        "says": SAYS,
    }


def _per_visit(paid: Paid, without: Response, ruled: Response) -> dict[str, float | None]:
    pairs = {"without": (without, paid.without), "with": (ruled, paid.ruled)}
    return {
        name: None
        if found.benefit.mean is None or not visits.mean.mean
        else found.benefit.mean / visits.mean.mean
        for name, (found, visits) in pairs.items()
    }


def _visits(visits: Visits) -> Mapping[str, Any]:
    return {
        **visits.mean.as_dict(),
        "monte_carlo_error": visits.error,
        "shares": [{"visits": number, "share": share} for number, share in visits.shares],
    }
