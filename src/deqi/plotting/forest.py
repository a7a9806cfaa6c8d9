"""A forest plot: figures with intervals, a line each, on one axis; an ``<svg>`` built by hand.

As narrow as a telephone: type is 12 pixels at its own width, and it never
scrolls sideways. Marks differ in shape as well as in colour.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from html import escape
from textwrap import shorten

from deqi.errors import DeqiError, UnknownNameError
from deqi.plotting.style import BLUE, GRID, INK, MUTED, PAPER, TOKENS

Interval = tuple[float, float]

_WIDTH, _SIDE, _ROW, _FOOT = 332, 10, 36, 40  # pixel
_SIZE, _NEXT, _KEYS = 12, 13, 24  # pixel: type; from one mark of a line to the next; a row of keys
_CHARACTER = 6.6  # pixel
_MARK = 4.5  # pixel
_NOTHING = 1e-6  # an extent below this is none

#: Characters of a name.
LONGEST = 46
SHAPES = ("disc", "square", "triangle", "diamond", "cross", "arrow")


@dataclass(frozen=True)
class Mark:
    """A figure with its interval; one that is not known is told in words.

    Attributes
    ----------
    value : float or None
        Where it stands.
    interval : tuple of float or None
        Its ends.
    shape : str
        One of `SHAPES`.
    colour : str
        One that a page may set itself.
    """

    value: float | None
    interval: Interval | None = None
    shape: str = "disc"
    colour: str = BLUE

    def __post_init__(self) -> None:
        if self.shape not in SHAPES:
            raise UnknownNameError("shape", self.shape, SHAPES, where="forest plot")


@dataclass(frozen=True)
class Band:
    """A broad interval that marks are set against, and the figure that it is of."""

    low: float
    high: float
    value: float | None = None


@dataclass(frozen=True)
class Line:
    """One line: its name, marks below one another, and what they are set against."""

    name: str
    marks: Sequence[Mark]
    band: Band | None = None


@dataclass(frozen=True)
class Axis:
    """The axis below; what lies beyond its ends is an arrow at the edge.

    Attributes
    ----------
    ticks : sequence of float
        Rising; the first and the last are the ends.
    label : str
        What is told, and in which unit.
    emphasis : float or None
        Where a stronger line stands.
    """

    ticks: Sequence[float]
    label: str
    emphasis: float | None = None

    @classmethod
    def about(cls, values: Sequence[float], label: str) -> Axis:
        """An axis with round ticks that holds zero, stressed, and everything given.

        Examples
        --------
        >>> Axis.about([-7.2, 1.0], "points").ticks
        (-8.0, -6.0, -4.0, -2.0, 0.0, 2.0)
        """
        from matplotlib.ticker import MaxNLocator

        low, high = min([0.0, *values]), max([0.0, *values])
        if high - low < _NOTHING:
            low, high = -1.0, 1.0
        ticks = MaxNLocator(nbins=6, steps=[1, 2, 2.5, 5, 10]).tick_values(low, high)
        # Adding zero takes the sign of a zero away.
        return cls(tuple(round(float(tick), 9) + 0.0 for tick in ticks), label, emphasis=0.0)

    def x(self, value: float) -> float:
        """Pixel of a value; what lies beyond the ends is at them."""
        low, high = self.ticks[0], self.ticks[-1]
        bounded = min(max(value, low), high)
        return _SIDE + (bounded - low) / (high - low) * (_WIDTH - 2 * _SIDE)


#: What a key explains: a mark (with an interval or without), or a band.
Key = tuple[Mark | Band, str]


def forest(lines: Sequence[Line], axis: Axis, keys: Sequence[Sequence[Key]], said: str) -> str:
    """Draw lines over an axis, under a key.

    Parameters
    ----------
    lines : sequence of Line
        From the top.
    axis : Axis
        Common to all.
    keys : sequence of sequence of (Mark or Band, str)
        What marks mean, row by row.
    said : str
        The figure in words, for readers who cannot see it.

    Returns
    -------
    str
        The element; its colours are CSS variables of the page.

    Raises
    ------
    DeqiError
        If the axis has no extent.

    Examples
    --------
    >>> line = Line("verum − sham, week 6", [Mark(-2.0, (-4.0, 0.0))], Band(-5.0, -1.0, -3.0))
    >>> key = [[(Mark(0.0, (0.0, 0.0)), "model")]]
    >>> "week 6" in forest([line], Axis((-10.0, 0.0), "points"), key, "One difference.")
    True
    """
    if len(axis.ticks) < 2 or axis.ticks[0] >= axis.ticks[-1]:
        raise DeqiError("has no extent", where="axis of a forest plot", fix="give two ticks, rising")
    head = _KEYS * len(keys) + 18
    tops, y = [], float(head)
    for line in lines:
        tops.append(y)
        y += _ROW + _NEXT * max(0, len(line.marks) - 1)
    height = y + _FOOT
    drawn = [*_legend(keys), *_grid(axis, head, height)]
    for line, top in zip(lines, tops, strict=True):
        drawn += _line(line, axis, top)
    return (
        f'<svg role="img" aria-label="{escape(said)}" viewBox="0 0 {_WIDTH} {height:g}" '
        f'style="min-width:0;max-width:{1.35 * _WIDTH:.0f}px" font-size="{_SIZE}" font-family="inherit">'
        + "".join(drawn)
        + "</svg>"
    )


def _line(line: Line, axis: Axis, top: float) -> list[str]:
    y = top + 25
    drawn = [_text(_SIDE, top + 12, shorten(line.name, LONGEST, placeholder="…"))]
    if line.band is not None:
        ends = axis.x(line.band.low), axis.x(line.band.high)
        drawn += _band(*ends, y, None if line.band.value is None else axis.x(line.band.value))
    for k, mark in enumerate(line.marks):
        drawn += _marked(mark, line, axis, y + _NEXT * k)
    return drawn


def _marked(mark: Mark, line: Line, axis: Axis, y: float) -> list[str]:
    if mark.value is None:
        x = _SIDE if line.band is None else axis.x(line.band.high) + 6
        return [_text(x, y + 4, "not computed", MUTED)]
    drawn = []
    if mark.interval is not None:
        start, stop = (axis.x(end) for end in mark.interval)
        drawn.append(_rule(start, y, stop, y, mark.colour, 1.8))
    if axis.ticks[0] <= mark.value <= axis.ticks[-1]:
        drawn.append(_shape(axis.x(mark.value), y, mark))
    else:
        drawn.append(_beyond(axis.x(mark.value), y, mark.value > axis.ticks[-1], mark.colour))
    return drawn


def _band(start: float, stop: float, y: float, value: float | None) -> list[str]:
    """Its ends have lines, as the band itself is pale."""
    drawn = [_rule(start, y, stop, y, GRID, 13)]
    drawn += [_rule(x, y - 6.5, x, y + 6.5, MUTED, 0.8) for x in (start, stop)]
    if value is not None:
        drawn.append(_rule(value, y - 6, value, y + 6, MUTED, 1.6))
    return drawn


def _shape(x: float, y: float, mark: Mark) -> str:
    fill, edge, a = _colour(mark.colour), _colour(PAPER), _MARK
    match mark.shape:
        case "disc":
            return f'<circle cx="{x:.1f}" cy="{y:g}" r="{a}" fill="{fill}" stroke="{edge}"/>'
        case "square":
            place = f'x="{x - a:.1f}" y="{y - a:g}" width="{2 * a:g}" height="{2 * a:g}"'
            return f'<rect {place} fill="{fill}" stroke="{edge}"/>'
        case "triangle":
            path = f"M{x:.1f} {y - a - 0.5:g}l{a + 0.5:g} {2 * a:g}h{-2 * a - 1:g}z"
            return f'<path d="{path}" fill="{fill}" stroke="{edge}"/>'
        case "diamond":
            path = f"M{x:.1f} {y - a - 1:g}l{a + 1:g} {a + 1:g}l{-a - 1:g} {a + 1:g}l{-a - 1:g} {-a - 1:g}z"
            return f'<path d="{path}" fill="{fill}" stroke="{edge}"/>'
        case "arrow":
            return f'<path d="M{x - a:.1f} {y - 5:g}v10l9 -5z" fill="{fill}"/>'
        case _:
            b = a - 0.5
            path = f"M{x - b:.1f} {y - b:g}l{2 * b:g} {2 * b:g}m0 {-2 * b:g}l{-2 * b:g} {2 * b:g}"
            return f'<path d="{path}" stroke="{fill}" stroke-width="2.2" fill="none"/>'


def _beyond(x: float, y: float, up: bool, colour: str) -> str:
    """An arrow at the edge that a figure is beyond."""
    sign = 1 if up else -1
    return f'<path d="M{x + sign * (_SIDE - 1):.1f} {y:g}l{-9 * sign} -5v10z" fill="{_colour(colour)}"/>'


def _legend(keys: Sequence[Sequence[Key]]) -> list[str]:
    drawn = []
    for row, of_row in enumerate(keys):
        x, y = float(_SIDE), 14.0 + _KEYS * row
        for sign, words in of_row:
            long = isinstance(sign, Band) or sign.interval is not None
            if isinstance(sign, Band):
                drawn += _band(x, x + 22, y, x + 11)
            else:
                if long:
                    drawn.append(_rule(x, y, x + 22, y, sign.colour, 1.8))
                drawn.append(_shape(x + (11 if long else _MARK), y, sign))
            begin = x + (28 if long else 14)
            drawn.append(_text(begin, y + 4, words))
            x = begin + 12 + _CHARACTER * len(words)
    return drawn


def _grid(axis: Axis, head: float, height: float) -> list[str]:
    foot = height - _FOOT + 4
    drawn = [_rule(axis.x(tick), head - 8, axis.x(tick), foot, GRID, 1) for tick in axis.ticks]
    if axis.emphasis is not None:
        drawn.append(_rule(axis.x(axis.emphasis), head - 8, axis.x(axis.emphasis), foot, MUTED, 1))
    for k, tick in enumerate(axis.ticks):
        anchor = "start" if k == 0 else "end" if k == len(axis.ticks) - 1 else "middle"
        drawn.append(_text(axis.x(tick), foot + 14, f"{tick:g}".replace("-", "−"), MUTED, anchor))
    drawn.append(_text(_WIDTH / 2, foot + 30, axis.label, MUTED, "middle"))
    return drawn


def _rule(x1: float, y1: float, x2: float, y2: float, colour: str, width: float) -> str:
    return (
        f'<path d="M{x1:.1f} {y1:g}L{x2:.1f} {y2:g}" stroke="{_colour(colour)}" stroke-width="{width:g}" '
        'fill="none"/>'
    )


def _text(x: float, y: float, words: str, colour: str = INK, anchor: str = "start") -> str:
    """Words with an edge of paper, so that a line behind them does not cross them out."""
    edge = f'stroke="{_colour(PAPER)}" stroke-width="4" stroke-linejoin="round" paint-order="stroke"'
    place = f'x="{x:.1f}" y="{y:g}" text-anchor="{anchor}"'
    return f'<text {place} fill="{_colour(colour)}" {edge}>{escape(words)}</text>'


def _colour(colour: str) -> str:
    return f"var(--{TOKENS[colour]}, {colour})"
