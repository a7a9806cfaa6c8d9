"""A finished trial as figures and tables, with the report's own tables and words."""

from __future__ import annotations

import json
import tempfile
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any

from markupsafe import Markup

from deqi.measurement import Instrument
from deqi.reports.html import Table
from deqi.reports.tables import percent, points, with_interval
from deqi.reports.trial_tables import (
    contrast_table,
    digits,
    minus,
    outcome_table,
    responder_contrast_table,
    responder_table,
    which,
)
from deqi.trials import Trial
from deqi.web.jobs.folders import RESULT, folder_of
from deqi.web.jobs.job import Job
from deqi.web.jobs.trial import plan_of
from deqi.web.trial.care import Care, care
from deqi.web.trial.drawing import NARROW, WIDE, means_figure
from deqi.web.trial.forest import MOST, forest

#: Finished trials whose page is kept; a result never changes.
_KEPT = 8


@dataclass(frozen=True)
class Endpoint:
    """What was found in one endpoint.

    Attributes
    ----------
    name, scale : str
        What it is, and what it is measured with.
    figures : tuple of Markup
        Means over visits, wide and narrow; empty where nobody was measured.
    forest : Markup
        Contrasts, of every visit unless they are too many.
    left_out : bool
        Whether they were.
    means : tuple of Table
        Means in figures; of changes too, where they were published.
    contrasts : Table or None
        Contrasts in figures.
    """

    name: str
    scale: str
    figures: tuple[Markup, ...]
    forest: Markup
    left_out: bool
    means: tuple[Table, ...]
    contrasts: Table | None


@dataclass(frozen=True)
class Results:
    """Everything that the page of a finished trial shows.

    Attributes
    ----------
    title : str
        Of the trial.
    published : bool
        Whether published figures stand beside.
    arms : tuple of str
        Names.
    said : tuple of str
        Main differences in words.
    primary, others : Endpoint
        Endpoints.
    responders : tuple of Table
        Shares, and their differences.
    flow : tuple of (str, tuple of (str, str))
        Boxes of the flow of patients, lines in each.
    care : Care
        What to read with care.
    grades : mapping
        How far each kind of answer may be believed.
    kinds : mapping
        What each interval is.
    """

    title: str
    published: bool
    arms: tuple[str, ...]
    said: tuple[str, ...]
    primary: Endpoint
    others: tuple[Endpoint, ...]
    responders: tuple[Table, ...]
    flow: tuple[tuple[str, tuple[tuple[str, str], ...]], ...]
    care: Care
    grades: Mapping[str, str]
    kinds: Mapping[str, str]


def results_of(job: Job, data: Path) -> Results | None:
    """What a finished job found; None if its files are gone.

    Parameters
    ----------
    job : Job
        Finished.
    data : Path
        Folder of the queue.
    """
    file = folder_of(data, job.id) / RESULT
    if not file.is_file():
        return None
    return _results(file, json.dumps(dict(job.spec), sort_keys=True))


@lru_cache(maxsize=_KEPT)
def _results(file: Path, spec: str) -> Results:
    result: dict[str, Any] = json.loads(file.read_bytes())
    # Shams are written as files, which are read while the trial is told.
    with tempfile.TemporaryDirectory(prefix="deqi-") as folder:
        plan = plan_of(json.loads(spec), Path(folder))
        scales = {one.name: one.load() for one in sorted(plan.endpoints, key=lambda one: not one.primary)}
        careful = care(plan, result, scales)
    primary, *others = (_endpoint(result, name, scale) for name, scale in scales.items())
    return Results(
        title=result["title"],
        published=any(result["published"].values()) or any(result["published_change"].values()),
        arms=tuple(result["arms"]),
        said=_said(plan, result, scales[plan.primary.name]),
        primary=primary,
        others=tuple(others),
        responders=_responders(result),
        flow=tuple(_flow(result)),
        care=careful,
        grades=result["grades"],
        kinds=result["intervals"],
    )


def _endpoint(result: Mapping[str, Any], name: str, scale: Instrument) -> Endpoint:
    rows = [row for row in result["contrasts"] if row["endpoint"] == name]
    change = _as_change(result, name)
    tables = (False, True) if any(name in by for by in result["published_change"].values()) else (False,)
    drawn = (means_figure(result, name, scale, size, change=change) for size in (WIDE, NARROW))
    return Endpoint(
        name=name.replace("_", " "),
        scale=f"{'change since week 0: ' if change else ''}{which(scale)}",
        figures=tuple(one for one in drawn if one),
        forest=forest(rows, scale),
        left_out=len(rows) > MOST,
        means=tuple(outcome_table(result, name, scale, change=one) for one in tables),
        contrasts=contrast_table(result, name, scale) if rows else None,
    )


def _as_change(result: Mapping[str, Any], name: str) -> bool:
    """Whether changes are drawn, because nothing else was published after week 0; as in the report."""
    if not any(name in by for by in result["published_change"].values()):
        return False
    said = [by.get(name, {}) for by in result["published"].values()]
    return not any(float(week) > 0 for by_week in said for week in by_week)


def _said(plan: Trial, result: Mapping[str, Any], scale: Instrument) -> tuple[str, ...]:
    """The contrasts of the primary endpoint at the last visit, in words."""
    rows = [row for row in result["contrasts"] if row["endpoint"] == plan.primary.name]
    found = []
    for row in (row for row in rows if row["week"] == rows[-1]["week"]):
        if row["difference"] is None:
            found.append(f"{minus(row['arms'])}: not estimated ({row['reason'] or 'too few measured'})")
            continue
        value = with_interval(row["difference"], row["ci95"], digits(scale), signed=True)
        smd = "" if row["smd"] is None else f", {points(row['smd'], 2, signed=True)} SD"
        found.append(f"{minus(row['arms'])} in week {row['week']:g}: {value}{smd}")
    return tuple(found)


def _responders(result: Mapping[str, Any]) -> tuple[Table, ...]:
    if not next(iter(result["arms"].values()))["responders"]:
        return ()
    tables = [responder_table(result)]
    if result["responder_contrasts"]:
        tables.append(responder_contrast_table(result))
    return tuple(tables)


def _flow(result: Mapping[str, Any]) -> list[tuple[str, tuple[tuple[str, str], ...]]]:
    flow = result["flow"]
    refused = [(reason, str(n)) for reason, n in flow["refused"].items() if n]
    boxes = [
        (
            "Enrolment",
            (
                ("people looked at", str(flow["looked_at"])),
                ("refused, and drawn anew", str(flow["looked_at"] - flow["randomised"])),
                *((f"– {reason}", n) for reason, n in refused),
                ("randomised", str(flow["randomised"])),
            ),
        )
    ]
    for arm, told in flow["arms"].items():
        about = result["arms"][arm]
        missed = about["missed_sessions"]
        lines = [("allocated", str(told["randomised"]))]
        lines += [("could not be computed", str(told["failed"]))] if told["failed"] else []
        lines += [] if missed is None else [("missed sessions, mean", points(missed, 2))]
        lines += [
            ("other treatment", percent(about["co_treated_share"])),
            ("unblinded", percent(about["unblinded_share"])),
        ]
        lines += [(f"had left by week {week}", str(n)) for week, n in _few(told["lost"])]
        lines += [(f"measured in week {week}", str(n)) for week, n in _few(told["measured"])]
        boxes.append((arm, tuple(lines)))
    return boxes


def _few(by_week: Mapping[str, int], most: int = 6) -> list[tuple[str, int]]:
    """All weeks, or so many of them that the first and the last are among them."""
    rows = list(by_week.items())
    if len(rows) <= most:
        return rows
    step = (len(rows) - 1) / (most - 1)
    return [rows[round(k * step)] for k in range(most)]


def in_words(spec: Mapping[str, Any]) -> str:
    """What was asked for, in a line.

    Examples
    --------
    >>> in_words({"trial": "gerac", "patients": 120, "seed": 1, "sham": None})
    '120 patients, seed 1'
    """
    parts = [f"{spec['patients']} patients", f"seed {spec['seed']}"]
    if spec.get("sham"):
        parts.append(f"sham {spec['sham']}")
    return ", ".join(parts)


__all__ = ["Endpoint", "Results", "in_words", "results_of"]
