"""Differences between arms, a line each, with their intervals; published ones as open marks below."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from textwrap import shorten
from typing import Any

from markupsafe import Markup

from deqi.measurement import Instrument
from deqi.reports.tables import MINUS, with_interval
from deqi.reports.trial_tables import digits, minus
from deqi.web.course.svg import Scale, figure, marker, text

_WIDTH, _LINE, _HEAD, _PAD, _FOOT = 420.0, 39.0, 22.0, 8.0, 38.0
#: Lines that are drawn at most, and characters of a name.
MOST, _LONGEST = 12, 44
_TICKS = 6


def forest(rows: Sequence[Mapping[str, Any]], scale: Instrument) -> Markup:
    """Contrasts of an endpoint, visit by visit; of many, those of the last visit.

    Parameters
    ----------
    rows : sequence of mapping
        Contrasts of a result as JSON.
    scale : Instrument
        What the endpoint is measured with.
    """
    known = [row for row in rows if row["difference"] is not None and row["ci95"] is not None]
    if len(known) > MOST:
        known = [row for row in known if row["week"] == known[-1]["week"]]
    if not known:
        return Markup()
    ends = [0.0]
    for row in known:
        ends += row["ci95"]
        ends += (row["published"] or {}).get("interval") or []
    low, high = min(ends), max(ends)
    room = 0.04 * (high - low)
    x = Scale((low - room, high + room), (_PAD, _WIDTH - _PAD))
    lines, told, top, week = [], [], 4.0, None
    for row in known:
        if row["week"] != week:
            week = row["week"]
            lines.append(text(_PAD, top + 15, f"week {week:g}", kind="week"))
            top += _HEAD
        value = with_interval(row["difference"], row["ci95"], digits(scale), signed=True)
        lines += _line(x, row, value, top)
        told.append(f"{minus(row['arms'])}, week {week:g}: {value}")
        top += _LINE
    parts = [f'<line class="zero" x1="{x(0):g}" x2="{x(0):g}" y1="2" y2="{top:g}"/>', *lines]
    for level in _round(low - room, high + room):
        at = x(level)
        parts.append(f'<line class="mark" x1="{at:g}" x2="{at:g}" y1="{top:g}" y2="{top + 5:g}"/>')
        parts.append(text(at, top + 18, f"{level:g}".replace("-", MINUS), "middle", "tick"))
    better = "left" if scale.better == "down" else "right"
    parts.append(text(_WIDTH / 2, top + 34, f"{better} of 0 favours the first arm", "middle", "tick"))
    return figure((_WIDTH, top + _FOOT), parts, f"Differences. {'; '.join(told)}.", "forest")


def _line(x: Scale, row: Mapping[str, Any], value: str, top: float) -> list[str]:
    """Words of a contrast, its interval, and the published one below."""
    name = shorten(minus(row["arms"]), _LONGEST, placeholder="…")
    y = top + 21
    parts = [text(_PAD, top + 12, name), text(_WIDTH - _PAD, top + 12, value, "end")]
    parts.append(f'<g class="model">{_interval(x, row["ci95"], row["difference"], y)}</g>')
    paper = row["published"]
    if paper is not None and paper["interval"] is not None:
        drawn = _interval(x, paper["interval"], paper["difference"], y + 9)
        parts.append(f'<g class="paper">{drawn}</g>')
    return parts


def _interval(x: Scale, ends: Sequence[float], value: float, y: float) -> str:
    a, b = (x(end) for end in ends)
    return (
        f'<path class="w" d="M{a:g} {y:g}H{b:g}M{a:g} {y - 3:g}v6M{b:g} {y - 3:g}v6"/>'
        f"{marker('square', x(value), y, 3.4)}"
    )


def _round(low: float, high: float) -> list[float]:
    """Round numbers between two ends."""
    power = 10.0 ** math.floor(math.log10((high - low) / _TICKS))
    step = next(n * power for n in (1, 2, 5, 10) if (high - low) / (n * power) <= _TICKS)
    return [round(k * step, 10) + 0.0 for k in range(math.ceil(low / step), math.floor(high / step) + 1)]
