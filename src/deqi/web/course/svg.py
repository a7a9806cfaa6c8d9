"""Scales, ticks and text of drawings. Looks are classes, so that a page's style sheet decides them."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from html import escape
from itertools import pairwise

from markupsafe import Markup

#: A key of a course, its class and its marker; dashes and colours go with the class.
MARKERS = {
    "real": "circle",
    "compare": "square",
    "none": "diamond",
    "unblocked": "ring",
    "opioid": "up",
    "nsaid": "down",
    "both": "cross",
}
_SIZE = 3.6
# The end of an axis is written too, unless it is nearer to the week before than this part of a step.
_NEAR = 0.45


@dataclass(frozen=True)
class Scale:
    """From numbers to places, linear.

    Examples
    --------
    >>> Scale((0, 10), (100, 200))(5)
    150.0
    """

    of: tuple[float, float]
    to: tuple[float, float]

    def __call__(self, value: float) -> float:
        """The place of a number."""
        (a, b), (c, d) = self.of, self.to
        return round(c + (d - c) * (value - a) / (b - a), 2)


def week_ticks(weeks: float, most: int = 8) -> list[float]:
    """Weeks that are written below an axis, from 0, in steps that a reader counts in.

    Examples
    --------
    >>> week_ticks(26), week_ticks(52, most=6)
    ([0.0, 4.0, 8.0, 12.0, 16.0, 20.0, 24.0, 26.0], [0.0, 13.0, 26.0, 39.0, 52.0])
    """
    steps = (0.5, 1, 2, 4, 13)
    step = next((s for s in steps if weeks / s < most), steps[-1])
    found = [float(step * k) for k in range(int(weeks / step + 1e-9) + 1)]
    return [*found, float(weeks)] if weeks - found[-1] >= _NEAR * step else found


def marker(kind: str, x: float, y: float, size: float = _SIZE) -> str:
    """A marker of a kind; what it looks like besides its shape is its class's.

    Examples
    --------
    >>> marker("square", 10, 20, 2)
    '<rect class="m" x="8" y="18" width="4" height="4"/>'
    """
    if kind in ("circle", "ring"):
        return f'<circle class="m {kind}" cx="{x:g}" cy="{y:g}" r="{size:g}"/>'
    if kind == "square":
        return (
            f'<rect class="m" x="{x - size:g}" y="{y - size:g}" width="{2 * size:g}" height="{2 * size:g}"/>'
        )
    s = 1.25 * size
    corners = {
        "diamond": [(0, -s), (s, 0), (0, s), (-s, 0)],
        "up": [(0, -s), (s, 0.8 * s), (-s, 0.8 * s)],
        "down": [(0, s), (s, -0.8 * s), (-s, -0.8 * s)],
    }
    if kind == "cross":
        d = f"M{x - s:g} {y - s:g}l{2 * s:g} {2 * s:g}m0 {-2 * s:g}l{-2 * s:g} {2 * s:g}"
        return f'<path class="m open" d="{d}"/>'
    spots = " ".join(f"{x + dx:g},{y + dy:g}" for dx, dy in corners[kind])
    return f'<polygon class="m" points="{spots}"/>'


def path(xs: Iterable[float], ys: Iterable[float]) -> str:
    """Points of a polyline.

    Examples
    --------
    >>> path([0, 1.5], [2, 3])
    '0,2 1.5,3'
    """
    return " ".join(f"{x:g},{y:g}" for x, y in zip(xs, ys, strict=True))


def text(x: float, y: float, said: str, anchor: str = "start", kind: str = "") -> str:
    """Text at a place, escaped."""
    extra = f' class="{kind}"' if kind else ""
    return f'<text{extra} x="{x:g}" y="{y:g}" text-anchor="{anchor}">{escape(said)}</text>'


def figure(size: tuple[float, float], parts: Iterable[str], label: str, kind: str = "") -> Markup:
    """Parts as a drawing with a name for those who cannot see it."""
    width, height = size
    body = "".join(parts)
    return Markup(
        f'<svg class="{kind}" viewBox="0 0 {width:g} {height:g}" role="img" '
        f'aria-label="{escape(label, quote=True)}">{body}</svg>'
    )


def apart(places: Sequence[float], least: float, low: float, high: float) -> list[float]:
    """Places of labels moved so that none lies on another, in the order given.

    Examples
    --------
    >>> apart([50, 52, 10], 12, 0, 100)
    [45.0, 57.0, 10.0]
    """
    order = sorted(range(len(places)), key=lambda k: places[k])
    found = [float(place) for place in places]
    for _ in range(60):
        for a, b in pairwise(order):
            lack = least - (found[b] - found[a])
            if lack > 0:
                found[a] -= lack / 2
                found[b] += lack / 2
    for k in range(len(found)):
        found[k] = min(max(found[k], low), high)
    return found
