"""Differences between arms beside the published ones, as a forest plot an endpoint."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from deqi.measurement import Instrument
from deqi.plotting.forest import Axis, Band, Key, Line, Mark, forest
from deqi.plotting.style import MUTED
from deqi.reports.html import Drawing
from deqi.reports.tables import MINUS, points, with_interval
from deqi.reports.trial_tables import digits, minus

_KEYS: Sequence[Sequence[Key]] = (
    ((Mark(0, (0, 0)), "this simulated trial, 95 % interval"),),
    ((Band(-1, 1, 0), "published, 95 % interval"),),
)
_NO_INTERVAL: Sequence[Key] = ((Mark(0, None, "diamond", MUTED), "published, no interval"),)


def published_forest(summary: Mapping[str, Any], endpoint: str, scale: Instrument) -> Drawing | None:
    """The contrasts of an endpoint that were published, the simulated trial's beside.

    Parameters
    ----------
    summary : mapping
        Summary of a trial.
    endpoint : str
        Which endpoint.
    scale : Instrument
        What it is measured with.

    Returns
    -------
    Drawing or None
        None if nothing was published to compare with.
    """
    rows = [
        c
        for c in summary["contrasts"]
        if c["endpoint"] == endpoint and c["published"] is not None and c["difference"] is not None
    ]
    if not rows:
        return None
    decimals = digits(scale)
    lines, values = [], []
    for row in rows:
        said = row["published"]
        star = "" if said["printed"] else " *"
        ends = said["interval"]
        marks = [Mark(row["difference"], _pair(row["ci95"]))]
        if ends is None:
            marks.append(Mark(said["difference"], None, "diamond", MUTED))
        band = None if ends is None else Band(ends[0], ends[1], said["difference"])
        lines.append(Line(f"{minus(row['arms'])}, week {row['week']:g}{star}", marks, band))
        values += [row["difference"], said["difference"], *(row["ci95"] or ()), *(ends or ())]
    told = "; ".join(
        f"{minus(c['arms'])}, week {c['week']:g}: model "
        f"{with_interval(c['difference'], c['ci95'], decimals, signed=True)}, published "
        f"{with_interval(c['published']['difference'], c['published']['interval'], decimals, signed=True)}"
        for c in rows
    )
    gaps = [abs(c["difference"] - c["published"]["difference"]) for c in rows]
    outside = _outside(rows)
    side = "left" if scale.better == "down" else "right"
    name = endpoint.replace("_", " ")
    caption = (
        f"{name.capitalize()}: differences between arms, the second subtracted from the first (points; on "
        f"the {side} of 0 the first arm is better). Lines are 95 % intervals (sampling, from analysis of "
        f"covariance, of a trial of this size); bands are the published 95 % intervals. An asterisk: of the "
        f"published means, not adjusted. Model {MINUS} published is "
        f"{points(sum(gaps) / len(gaps), decimals)} points in size on average{outside}."
    )
    axis = Axis.about(values, f"difference in {name} (points)")
    keys = _KEYS if all(line.band for line in lines) else (*_KEYS, _NO_INTERVAL)
    drawn = forest(lines, axis, keys, f"Forest plot. {told}.")
    return Drawing(drawn, caption)


def _outside(rows: Sequence[Mapping[str, Any]]) -> str:
    """How many of the model's differences lie outside of the published interval."""
    known = [row for row in rows if row["published"]["interval"] is not None]
    if not known:
        return ""
    count = 0
    for row in known:
        low, high = row["published"]["interval"]
        count += not low <= row["difference"] <= high
    return f"; {count} of {len(known)} lie outside the published 95 % interval"


def _pair(ends: Sequence[float] | None) -> tuple[float, float] | None:
    return None if ends is None else (ends[0], ends[1])
