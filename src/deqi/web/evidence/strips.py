"""Published interval against the model's, a strip a finding; strips of one axis make the figure of a study.

Positions are in per cent, so that a strip is as wide as there is room, and marks
and letters keep their size.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from markupsafe import Markup

from deqi.web.evidence.rows import Row
from deqi.web.evidence.words import number

_HEIGHT = 26
_MIDDLE = _HEIGHT / 2
# Room at both sides, in shares of the axis.
_ROOM = 0.06
# Numbers on an axis, at most.
_TICKS = 4
#: The mark of each verdict, around 0; as in reports, shape tells what colour tells.
_MARKS = {
    "inside": "M-4.5 0a4.5 4.5 0 1 0 9 0a4.5 4.5 0 1 0-9 0z",
    "direction": "M-4-4h8v8h-8z",
    "misfit": "M-4.5-4.5 4.5 4.5M-4.5 4.5 4.5-4.5",
}


@dataclass(frozen=True)
class Axis:
    """From where to where strips reach [unit of their findings].

    Attributes
    ----------
    low, high : float
        The ends.
    neutral : float or None
        The value that is no change and no difference.
    unit : str
        In words.
    """

    low: float
    high: float
    neutral: float | None
    unit: str

    @classmethod
    def of(cls, some: Sequence[Row]) -> Axis | None:
        """The axis on which all figures of some findings lie; None if there are none."""
        read = some[0].finding.read
        if read is None or read.quantity == "order":
            return None
        values = [value for row in some for value in _values(row)]
        if not values:
            return None
        if read.neutral is not None:
            values.append(read.neutral)
        low, high = min(values), max(values)
        reach = (high - low) or abs(high) or 1.0
        unit = some[0].finding.published.unit
        return cls(low - _ROOM * reach, high + _ROOM * reach, read.neutral, "" if unit == "1" else unit)

    def at(self, value: float) -> float:
        """Where a value lies, in per cent from the left."""
        return round(100 * (value - self.low) / (self.high - self.low), 2)

    def drawn(self) -> Markup:
        """The axis: round numbers, and the unit at the last."""
        shown = self._round()
        unit = f" {self.unit}" if self.unit else ""
        texts = "".join(
            f'<text x="{self.at(value)}%" y="12" text-anchor="middle">'
            f"{number(value)}{unit if value == shown[-1] else ''}</text>"
            for value in shown
        )
        return Markup(f'<svg class="axis" height="16" aria-hidden="true">{texts}</svg>')

    def _round(self) -> list[float]:
        """Round numbers on the axis, few enough that their letters do not meet."""
        reach = (self.high - self.low) / _TICKS
        power = 10.0 ** math.floor(math.log10(reach))
        step = next(n * power for n in (1, 2, 5, 10) if n * power >= reach)
        first, last = math.ceil(self.low / step), math.floor(self.high / step)
        return [n * step for n in range(first, last + 1)]


def strip(row: Row, axis: Axis | None) -> Markup:
    """The strip of a finding; empty if it has no figure. The figures stand beside it in words.

    Parameters
    ----------
    row : Row
        The finding.
    axis : Axis or None
        Its axis.
    """
    if axis is None or not _values(row):
        return Markup()
    figure, given = row.finding.published, row.given
    parts = []
    if axis.neutral is not None:
        parts.append(_upright(axis.at(axis.neutral), 0, _HEIGHT, "no-change"))
    if figure.ends is not None:
        left, right = (axis.at(end) for end in figure.ends)
        parts.append(
            f'<rect class="published" x="{left}%" y="4" width="{max(right - left, 0.4):.4g}%" '
            f'height="{_HEIGHT - 8}"/>'
        )
    if figure.value is not None:
        parts.append(_upright(axis.at(figure.value), 4, _HEIGHT - 4, "value"))
    if given.model is not None:
        if given.interval is not None:
            left, right = (axis.at(end) for end in given.interval)
            ends = f'x1="{left}%" x2="{right}%" y1="{_MIDDLE:g}" y2="{_MIDDLE:g}"'
            parts.append(f'<line class="range" {ends}/>')
        parts.append(
            f'<svg x="{axis.at(given.model)}%" y="{_MIDDLE:g}" overflow="visible">'
            f'<path class="mark" d="{_MARKS.get(row.code, _MARKS["direction"])}"/></svg>'
        )
    return Markup(
        f'<svg class="strip {row.code}" height="{_HEIGHT}" aria-hidden="true">{"".join(parts)}</svg>'
    )


def key(verdict: str) -> Markup:
    """A mark alone, for the key."""
    return Markup(
        f'<svg class="strip {verdict}" width="14" height="14" aria-hidden="true">'
        f'<svg x="7" y="7" overflow="visible"><path class="mark" d="{_MARKS[verdict]}"/></svg></svg>'
    )


def figure(some: Sequence[Row]) -> Iterator[tuple[Axis | None, list[tuple[Row, Markup]]]]:
    """Findings of a study by axis, each with its strip; those that can share an axis follow each other."""
    of: dict[tuple[str, str, str], list[Row]] = {}
    for row in some:
        of.setdefault(row.scale, []).append(row)
    for group in of.values():
        axis = Axis.of(group)
        yield axis, [(row, strip(row, axis)) for row in group]


def _values(row: Row) -> list[float]:
    figure, given = row.finding.published, row.given
    found = [figure.value, *(figure.ends or ())]
    if row.verdict is not None:
        found += [given.model, *(given.interval or ())]
    return [value for value in found if value is not None]


def _upright(x: float, top: float, bottom: float, kind: str) -> str:
    return f'<line class="{kind}" x1="{x}%" x2="{x}%" y1="{top:g}" y2="{bottom:g}"/>'
