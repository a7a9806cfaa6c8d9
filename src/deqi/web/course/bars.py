"""Shares of a change as bars: natural course, context, needles, other care, by course and week."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from markupsafe import Markup

from deqi.web.course.svg import Scale, figure, text

#: Parts in the order in which they are stacked; each has a class and a pattern.
PARTS = {"natural course": "natural", "context": "context", "needles": "needles", "other care": "care"}
TOTAL = "total"
_WIDE = 720.0
_LEFT, _RIGHT, _ROW, _BAR = 168.0, 14.0, 34.0, 18.0
_Z = 1.96


def chosen_weeks(weeks: Sequence[float]) -> list[str]:
    """Weeks that there is room for.

    Examples
    --------
    >>> chosen_weeks([1, 2, 4, 6, 8, 13, 26]), chosen_weeks([1, 2, 3.5])
    (['6', '13', '26'], ['3.5'])
    """
    return [f"{w:g}" for w in weeks if w in (6, 13, 26, 52) or w == weeks[-1]]


def shares_figure(told: Mapping[str, Any], labels: Mapping[str, str], *, slim: bool = False) -> Markup:
    """Parts of the mean change of each course, as less pain to the right.

    Parameters
    ----------
    told : mapping
        `deqi.trials.shares_told.Shares.as_json`.
    labels : mapping
        What each course is called.
    slim : bool
        Whether it is for a phone.
    """
    rows = [(labels[arm], week, parts) for arm, parts in told["arms"].items() for week in weeks_of(told)]
    width = 340.0 if slim else _WIDE
    left = 16.0 if slim else _LEFT
    each = _ROW + (16.0 if slim else 0.0)
    size = (width, each * len(rows) + 46)
    reach = [_reach({name: one[week] for name, one in parts.items()}) for _, week, parts in rows]
    low, high = min(0.0, *(a for a, _ in reach)), max(5.0, *(b for _, b in reach))
    x = Scale((low, high), (left, width - _RIGHT))
    parts_drawn = _axis(x, size, low, high)
    for number, (label, week, parts) in enumerate(rows):
        y = each * number + (24 if slim else 8)
        where = (left, y - 4, "start") if slim else (left - 8, y + 13, "end")
        parts_drawn.append(text(where[0], where[1], f"{label}, week {week}", where[2], "tick"))
        parts_drawn += _bar(x, y, {name: one[week] for name, one in parts.items()})
    said = "; ".join(
        f"{label}, week {week}: "
        + ", ".join(f"{name} {-parts[name][week]['mean']:.1f}" for name in PARTS if name in parts)
        for label, week, parts in rows
    )
    spoken = f"Points of pain less. {said}."
    return figure(size, parts_drawn, spoken, "narrow" if slim else "wide")


def weeks_of(told: Mapping[str, Any]) -> list[str]:
    """Weeks of shares that are shown."""
    first = next(iter(told["arms"].values()))
    return chosen_weeks([float(week) for week in first[TOTAL]])


def part_sample(part: str) -> Markup:
    """A part's look, for a legend."""
    return Markup(
        '<svg class="sample" viewBox="0 0 20 14" width="20" height="14" aria-hidden="true">'
        f"{_filled(PARTS[part], 1, 1, 18, 12)}</svg>"
    )


def _filled(part: str, x: float, y: float, width: float, height: float) -> str:
    """A rectangle in a part's colour, and over it the part's hatch, which is told without colour."""
    place = f'x="{x:g}" y="{y:g}" width="{width:.2f}" height="{height:g}"'
    hatch = "" if part == "natural" else f'<rect {place} fill="url(#hatch-{part})"/>'
    return f'<rect class="p-{part}" {place}/>{hatch}'


def _bar(x: Scale, y: float, parts: Mapping[str, Mapping[str, float | None]]) -> list[str]:
    drawn, reached = [], {True: 0.0, False: 0.0}
    for name, kind in PARTS.items():
        mean = (parts.get(name) or {}).get("mean")
        if mean is None:
            continue
        less = -mean
        start, stop = reached[less > 0], reached[less > 0] + less
        reached[less > 0] = stop
        a, b = sorted((x(start), x(stop)))
        drawn.append(_filled(kind, a, y, b - a, _BAR))
        if b - a > 26:
            drawn.append(text((a + b) / 2, y + 13, f"{less:.1f}".replace("-", "−"), "middle", "on"))
    whole = parts[TOTAL]
    if whole["mean"] is not None:
        middle, half = -whole["mean"], _Z * (whole["error"] or 0.0)
        a, b, m = x(middle - half), x(middle + half), x(middle)
        below = y + _BAR + 5
        drawn.append(
            f'<path class="total" d="M{a:g} {below:g}H{b:g}M{a:g} {below - 3:g}v6M{b:g} {below - 3:g}v6"/>'
        )
        drawn.append(f'<circle class="total-at" cx="{m:g}" cy="{below:g}" r="3"/>')
    return drawn


def _reach(parts: Mapping[str, Mapping[str, float | None]]) -> tuple[float, float]:
    less = [-(one["mean"] or 0.0) for name, one in parts.items() if name != TOTAL]
    whole, error = -(parts[TOTAL]["mean"] or 0.0), parts[TOTAL]["error"] or 0.0
    low = min(sum(v for v in less if v < 0), whole - _Z * error)
    return low, max(sum(v for v in less if v > 0), whole + _Z * error)


def _axis(x: Scale, size: tuple[float, float], low: float, high: float) -> list[str]:
    foot = size[1] - 40
    drawn = []
    step = 5 if high - low < 45 else 10
    for value in range(int(low // step) * step, int(high) + 1, step):
        if value < low:
            continue
        kind = "zero" if value == 0 else "grid"
        drawn.append(f'<line class="{kind}" x1="{x(value):g}" x2="{x(value):g}" y1="2" y2="{foot + 4:g}"/>')
        drawn.append(text(x(value), foot + 18, str(value).replace("-", "−"), "middle", "tick"))
    drawn.append(
        text((x.to[0] + x.to[1]) / 2, foot + 34, "less pain since week 0 (points of 100)", "middle", "tick")
    )
    return drawn
