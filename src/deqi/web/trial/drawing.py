"""Means by arm and visit with their intervals, published ones as open marks; every arm has its shape."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from itertools import pairwise
from typing import Any

from markupsafe import Markup

from deqi.measurement import Instrument
from deqi.plotting.trial import Visit, visits
from deqi.reports.tables import MINUS, points
from deqi.reports.trial_tables import digits
from deqi.web.course.svg import Scale, apart, figure, marker, path, text, week_ticks

WIDE, NARROW = (700.0, 380.0), (340.0, 310.0)
#: Shapes of arms, in order; colours and dashes go with classes a0 to a4.
SHAPES = ("circle", "square", "up", "diamond", "down")
_LEFT, _TOP, _FOOT, _RIGHT = 40.0, 12.0, 42.0, 12.0
#: Scales up to this length are drawn whole.
_WHOLE = 100.0
_MARK, _OPEN = 4.0, 3.8
# What stands at one visit takes this part of the room between two, and neighbours are so far apart [px].
_CROWDED, _APART = 0.85, (3.0, 9.0)
_CHARACTER, _LONGEST = 7.0, 22


def means_figure(
    result: Mapping[str, Any],
    endpoint: str,
    scale: Instrument,
    size: tuple[float, float],
    *,
    change: bool = False,
) -> Markup:
    """Means of one endpoint over visits.

    Parameters
    ----------
    result : mapping
        Result of a trial as JSON.
    endpoint : str
        Which endpoint.
    scale : Instrument
        What it is measured with.
    size : tuple of float
        Width and height.
    change : bool
        Draw the change since week 0.
    """
    what, said = ("change", "published_change") if change else ("outcomes", "published")
    model = {arm: visits(told[what].get(endpoint, {})) for arm, told in result["arms"].items()}
    paper = {arm: visits(result[said].get(arm, {}).get(endpoint, {})) for arm in model}
    seen = [visit for rows in (*model.values(), *paper.values()) for visit in rows]
    if not seen or len(model) > len(SHAPES):
        return Markup()
    wide = size[0] > 500
    names = {arm: arm if len(arm) <= _LONGEST else f"{arm[: _LONGEST - 1]}…" for arm in model}
    right = _RIGHT + (14 + _CHARACTER * max(map(len, names.values())) if wide else 0)
    weeks = sorted({visit.week for visit in seen} | ({0.0} if change else set()))
    keys = [(arm, of_paper) for arm in model for of_paper in (False, True) if not of_paper or paper[arm]]
    room = (size[0] - right - _LEFT) / max(weeks[-1] - weeks[0], 1.0)
    gap = min((b - a for a, b in pairwise(weeks)), default=1.0) * room
    step = min(max(_CROWDED * gap / len(keys), _APART[0]), _APART[1])
    beside = {key: (k - (len(keys) - 1) / 2) * step for k, key in enumerate(keys)}
    margin = step * len(keys) / 2 + 4
    x = Scale((weeks[0], max(weeks[-1], weeks[0] + 1)), (_LEFT + margin, size[0] - right - margin))
    low, high, ticks = reach_of(seen) if change else ends_of(scale, seen)
    y = Scale((low, high), (size[1] - _FOOT, _TOP))
    parts = _axes(x, y, weeks, ticks, size, wide=wide)
    last = []
    for place, (arm, rows) in enumerate(model.items()):
        parts.append(f'<g class="a{place}">')
        xs = [x(v.week) + beside[arm, False] for v in rows]
        ys = [y(v.mean) for v in rows]
        # A change begins at nothing.
        begin = [(x(0) + beside[arm, False], y(0))] if change else []
        line = path([a for a, _ in begin] + xs, [b for _, b in begin] + ys)
        parts.append(f'<polyline class="l" points="{line}"/>')
        parts += [_mark(SHAPES[place], at, y, v, _MARK) for at, v in zip(xs, rows, strict=True)]
        parts += [
            f'<g class="paper">{_mark(SHAPES[place], x(v.week) + beside[arm, True], y, v, _OPEN)}</g>'
            for v in paper[arm]
        ]
        parts.append("</g>")
        if rows:
            last.append((place, names[arm], y(rows[-1].mean)))
    if wide:
        spots = apart([at for *_, at in last], 14, _TOP + 4, y(low))
        parts += [
            f'<g class="a{place}">{text(size[0] - right + 10, at + 4, name, kind="end")}</g>'
            for (place, name, _), at in zip(last, spots, strict=True)
        ]
    return figure(size, parts, _spoken(model, endpoint, scale, change=change), "wide" if wide else "narrow")


def sample(place: int, *, published: bool = False) -> Markup:
    """The mark of an arm, for a key."""
    inside = marker(SHAPES[place], 17, 7, _MARK)
    if published:
        inside = f'<g class="paper">{inside}</g>'
    else:
        inside = f'<line class="l" x1="1" x2="33" y1="7" y2="7"/>{inside}'
    return Markup(
        f'<svg class="sample" viewBox="0 0 34 14" width="34" height="14" aria-hidden="true">'
        f'<g class="a{place}">{inside}</g></svg>'
    )


def ends_of(scale: Instrument, seen: Sequence[Visit]) -> tuple[float, float, list[float]]:
    """Ends of the axis, and its ticks; a long scale is drawn as far as there is anything."""
    top = scale.high
    if scale.high - scale.low > _WHOLE:
        reach = max([v.mean for v in seen] + [v.high for v in seen if not math.isnan(v.high)])
        step = _step(reach - scale.low)
        top = scale.low + step * math.ceil((reach - scale.low) / step)
    step = _step(top - scale.low)
    return scale.low, top, [scale.low + step * k for k in range(int((top - scale.low) / step + 1e-9) + 1)]


def reach_of(seen: Sequence[Visit]) -> tuple[float, float, list[float]]:
    """Ends of an axis of changes, with 0 on it, and its ticks."""
    ends = [0.0, *(end for v in seen for end in (v.mean, v.low, v.high) if not math.isnan(end))]
    step = _step(max(max(ends) - min(ends), 1.0))
    first, last = math.floor(min(ends) / step), math.ceil(max(ends) / step)
    return first * step, last * step, [k * step for k in range(first, last + 1)]


def _step(length: float) -> float:
    """A round step of which four to eight make a length."""
    power = 10.0 ** math.floor(math.log10(max(length, 1e-9) / 4))
    return next(n * power for n in (1, 2, 5, 10) if length / (n * power) <= 8)


def _mark(shape: str, at: float, y: Scale, visit: Visit, size: float) -> str:
    drawn = ""
    if not math.isnan(visit.low):
        # Small arms have intervals that leave the scale.
        bottom, top = (y(min(max(end, y.of[0]), y.of[1])) for end in (visit.low, visit.high))
        drawn = (
            f'<path class="w" d="M{at:g} {top:g}V{bottom:g}M{at - 3:g} {top:g}h6M{at - 3:g} {bottom:g}h6"/>'
        )
    return drawn + marker(shape, round(at, 2), y(visit.mean), size)


def _axes(
    x: Scale,
    y: Scale,
    weeks: Sequence[float],
    ticks: Sequence[float],
    size: tuple[float, float],
    *,
    wide: bool,
) -> list[str]:
    # A scale is entered at its margins, where marks beside week 0 stand.
    left = _LEFT
    end = x.to[1] + (x.to[0] - _LEFT)
    parts = []
    for level in ticks:
        parts.append(f'<line class="grid" x1="{left:g}" x2="{end:g}" y1="{y(level):g}" y2="{y(level):g}"/>')
        parts.append(text(left - 6, y(level) + 4, f"{level:g}".replace("-", MINUS), "end", "tick"))
    told = (
        weeks if len(weeks) <= (9 if wide else 6) else [w for w in week_ticks(weeks[-1], 6) if w >= weeks[0]]
    )
    foot = size[1] - _FOOT + 19
    for week in told:
        parts.append(
            f'<line class="mark" x1="{x(week):g}" x2="{x(week):g}" y1="{foot - 17:g}" y2="{foot - 12:g}"/>'
        )
        parts.append(text(x(week), foot, f"{week:g}", "middle", "tick"))
    parts.append(text((x.to[0] + x.to[1]) / 2, size[1] - 5, "weeks since randomisation", "middle", "tick"))
    return parts


def _spoken(model: Mapping[str, Sequence[Visit]], endpoint: str, scale: Instrument, *, change: bool) -> str:
    said = []
    for arm, rows in model.items():
        means = ", ".join(f"{points(v.mean, digits(scale), signed=change)} in week {v.week:g}" for v in rows)
        said.append(f"{arm}: {means or 'nobody measured'}")
    what = f"{endpoint.replace('_', ' ')}{', change since week 0' if change else ''}"
    return f"Means of {what}. {'; '.join(said)}."
