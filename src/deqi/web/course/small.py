"""A hundred small figures: each patient's pain in each course; and a hundred figures that are counted."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from markupsafe import Markup, escape

from deqi.web.course.svg import Scale, figure, path

_CELL = (60.0, 42.0)
#: Columns of an icon array.
_ACROSS = 10
_STEP = 20.0
#: What the groups are called, in the order of their numbers.
GROUPS = ("better", "between", "worse")


def small_multiples(rows: Sequence[Mapping[str, Any]], weeks: float) -> list[Markup]:
    """A small figure of each patient, the most improved under the first course first.

    Parameters
    ----------
    rows : sequence of mapping
        As `deqi.web.course.crowd.hundred` gives them.
    weeks : float
        Length of the axis [week].
    """
    everybody = [n for n in range(len(rows[0]["patients"])) if all(row["patients"][n] for row in rows)]
    first = rows[0]["patients"]
    everybody.sort(key=lambda n: first[n][-1] - first[n][0])
    return [_cell(n, rows, weeks) for n in everybody]


def _cell(number: int, rows: Sequence[Mapping[str, Any]], weeks: float) -> Markup:
    x, y = Scale((0, weeks), (3, _CELL[0] - 3)), Scale((0, 100), (_CELL[1] - 3, 3))
    lines: list[str] = []
    said: list[str] = []
    # What is asked for lies on top.
    for row in rows[::-1]:
        scores = row["patients"][number]
        points = path(map(x, row["weeks"]), map(y, scores))
        lines.append(f'<g class="c-{row["key"]}"><polyline class="l" points="{points}"/></g>')
        said.insert(0, f"{row['label']} {scores[-1]:.0f}")
    before = rows[0]["patients"][number][0]
    told = f"Patient {number}: {before:.0f} at week 0; {', '.join(said)} at week {weeks:g}"
    glyph = icon(GROUPS[rows[0]["groups"][number]], _CELL[0] - 8, 8, 4)
    return Markup(
        f'<svg class="cell" viewBox="0 0 {_CELL[0]:g} {_CELL[1]:g}" aria-hidden="true" '
        f'data-says="{escape(told)}">'
        f"<title>{escape(told)}</title>{''.join(lines)}{glyph}</svg>"
    )


def icon_array(groups: Sequence[int | None], label: str) -> Markup:
    """A hundred figures in rows of ten, those that are better first.

    Parameters
    ----------
    groups : sequence of int or None
        Group of each patient, see `deqi.web.course.crowd.group`; None is left out.
    label : str
        What is counted, for those who cannot see it.
    """
    parts = []
    known = sorted(number for number in groups if number is not None)
    for place, number in enumerate(known):
        row, column = divmod(place, _ACROSS)
        parts.append(icon(GROUPS[number], _STEP * (column + 0.5), _STEP * (row + 0.5), 7.5))
    tall = _STEP * -(-len(known) // _ACROSS)
    return figure((_STEP * _ACROSS, tall), parts, label, "icons")


def icon(group: str, x: float, y: float, size: float) -> str:
    """One figure: full for better, a ring for between, a triangle for worse.

    Examples
    --------
    >>> icon("between", 1, 2, 3)
    '<circle class="i between" cx="1" cy="2" r="2.4"/>'
    """
    if group == "worse":
        spots = f"{x:g},{y - size:g} {x + size:g},{y + 0.8 * size:g} {x - size:g},{y + 0.8 * size:g}"
        return f'<polygon class="i worse" points="{spots}"/>'
    radius = size if group == "better" else 0.8 * size
    return f'<circle class="i {group}" cx="{x:g}" cy="{y:g}" r="{radius:g}"/>'


def icon_sample(group: str) -> Markup:
    """One figure, for a legend."""
    return Markup(
        '<svg class="sample" viewBox="0 0 16 16" width="16" height="16" aria-hidden="true">'
        f"{icon(group, 8, 8, 6.5)}</svg>"
    )
