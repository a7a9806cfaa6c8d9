"""Courses as lines over weeks, and bands between patients."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from markupsafe import Markup

from deqi.web.course.svg import MARKERS, Scale, apart, figure, marker, path, text, week_ticks

WIDE, NARROW = (640.0, 340.0), (340.0, 300.0)
_PANEL = (400.0, 250.0)
_LEFT, _TOP, _FOOT = 34.0, 12.0, 40.0
_TICK = 7.0
# Whiskers of courses stand beside each other, so far apart.
_BESIDE = 4.5


def courses_figure(rows: Sequence[Mapping[str, Any]], weeks: float, size: tuple[float, float]) -> Markup:
    """Pain of the typical patient in some courses, with intervals about parameters as whiskers.

    Parameters
    ----------
    rows : sequence of mapping
        As `deqi.web.course.typical.typical` gives them.
    weeks : float
        Length of the axis [week].
    size : tuple of float
        Width and height.
    """
    width, height = size
    wide = width > 500
    right = 146.0 if wide else 12.0
    ticks = _TICK * sum(bool(row["sessions"]) for row in rows)
    x = Scale((0, weeks), (_LEFT + 6, width - right))
    y = Scale((0, 100), (height - _FOOT - ticks - 2, _TOP))
    parts = _axes(x, y, weeks, size, 9 if wide else 6)
    ends = []
    for number, row in enumerate(rows):
        shift = _BESIDE * (number - (len(rows) - 1) / 2)
        parts.append(f'<g class="c-{row["key"]}">')
        parts.append(f'<polyline class="l" points="{path(map(x, row["weeks"]), map(y, row["pain"]))}"/>')
        parts += [
            _whisker(x(float(w)) + shift, y, one) for w, one in _intervals(row) if wide or _few(w, weeks)
        ]
        parts += [
            marker(MARKERS[row["key"]], x(float(week)), y(value))
            for week, value in row["summary"]["pain_intensity"].items()
            if wide or _few(week, weeks)
        ]
        ends.append((y(row["pain"][-1]), row))
        parts.append("</g>")
    if wide:
        places = apart([end for end, _ in ends], 13, _TOP + 4, y(0))
        for place, (_, row) in zip(places, ends, strict=True):
            parts.append(f'<g class="c-{row["key"]}">')
            parts.append(text(width - right + 10, place + 4, row["label"], kind="end"))
            parts.append("</g>")
    parts += _sessions(x, y(0) + 6, [row for row in rows if row["sessions"]])
    parts.append(f'<line class="now" x1="{x(0):g}" x2="{x(0):g}" y1="{_TOP:g}" y2="{y(0):g}"/>')
    return figure(size, parts, _spoken(rows), "wide" if wide else "narrow")


def band_figure(row: Mapping[str, Any], weeks: float) -> Markup:
    """One course of the hundred: bands between patients, and their mean.

    Parameters
    ----------
    row : mapping
        As `deqi.web.course.crowd.hundred` gives it.
    weeks : float
        Length of the axis [week].
    """
    x = Scale((0, weeks), (_LEFT + 6, _PANEL[0] - 12))
    y = Scale((0, 100), (_PANEL[1] - _FOOT, _TOP))
    parts = _axes(x, y, weeks, _PANEL, 6)
    xs = [x(week) for week in row["weeks"]]
    parts.append(f'<g class="c-{row["key"]}">')
    for place, band in enumerate(row["between"]):
        there = path(xs, map(y, band["low"]))
        back = path(xs[::-1], map(y, band["high"][::-1]))
        parts.append(f'<polygon class="band b{place}" points="{there} {back}"/>')
    means = [y(value) for value in row["mean"]]
    parts.append(f'<polyline class="l" points="{path(xs, means)}"/>')
    parts += [marker(MARKERS[row["key"]], a, b, 3) for a, b in zip(xs, means, strict=True)]
    parts.append("</g>")
    wide, half = row["between"]
    said = (
        f"{row['label']}: mean pain {row['mean'][0]:.0f} at week 0 and {row['mean'][-1]:.0f} at week "
        f"{weeks:g}; 95 of 100 patients between {wide['low'][-1]:.0f} and {wide['high'][-1]:.0f}, half of "
        f"them between {half['low'][-1]:.0f} and {half['high'][-1]:.0f}."
    )
    return figure(_PANEL, parts, said)


def key_sample(key: str) -> Markup:
    """A line with its marker, for a legend."""
    inside = (
        f'<g class="c-{key}"><line class="l" x1="1" x2="33" y1="7" y2="7"/>{marker(MARKERS[key], 17, 7)}</g>'
    )
    return Markup(
        f'<svg class="sample" viewBox="0 0 34 14" width="34" height="14" aria-hidden="true">{inside}</svg>'
    )


def _axes(x: Scale, y: Scale, weeks: float, size: tuple[float, float], most: int) -> list[str]:
    parts = []
    for level in range(0, 101, 20):
        parts.append(
            f'<line class="grid" x1="{x.to[0]:g}" x2="{x.to[1]:g}" y1="{y(level):g}" y2="{y(level):g}"/>'
        )
        parts.append(text(x.to[0] - 6, y(level) + 4, str(level), "end", "tick"))
    foot = size[1] - _FOOT + 18
    for week in week_ticks(weeks, most):
        parts.append(
            f'<line class="mark" x1="{x(week):g}" x2="{x(week):g}" y1="{foot - 15:g}" y2="{foot - 11:g}"/>'
        )
        parts.append(text(x(week), foot, f"{week:g}", "middle", "tick"))
    parts.append(text((x.to[0] + x.to[1]) / 2, size[1] - 6, "weeks", "middle", "tick"))
    return parts


def _intervals(row: Mapping[str, Any]) -> list[tuple[str, Mapping[str, float | None]]]:
    return list(row["about"]["outcomes"]["pain_intensity"].items())


def _whisker(x: float, y: Scale, one: Mapping[str, float | None]) -> str:
    low, high = one["low"], one["high"]
    if low is None or high is None:
        return ""
    a, b = y(low), y(high)
    return f'<path class="w" d="M{x:g} {a:g}V{b:g}M{x - 2.5:g} {a:g}h5M{x - 2.5:g} {b:g}h5"/>'


def _few(week: str, weeks: float) -> bool:
    """Whether there is room for a week on a phone."""
    return float(week) in (0, 6, 13, 26, 39, 52, weeks)


def _sessions(x: Scale, top: float, rows: Sequence[Mapping[str, Any]]) -> list[str]:
    parts = []
    for number, row in enumerate(rows):
        y = top + _TICK * number
        d = "".join(f"M{x(start):g} {y:g}v5" for start in row["sessions"])
        parts.append(f'<g class="c-{row["key"]}"><path class="s" d="{d}"/></g>')
    return parts


def _spoken(rows: Sequence[Mapping[str, Any]]) -> str:
    said = (f"{row['label']} {row['pain'][0]:.0f} to {row['pain'][-1]:.0f}" for row in rows)
    last = rows[0]["weeks"][-1]
    return f"Pain from 0 to 100 of a typical patient, from week 0 to week {last:g}: {'; '.join(said)}."
