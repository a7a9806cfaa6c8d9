"""The flow of patients through a trial, as CONSORT draws it: an ``<svg>`` built by hand.

Boxes are lists of lines, set one after the other; columns are arms. Type is 12
pixels at the diagram's own width, below which a page lets it scroll.
"""

from __future__ import annotations

import textwrap
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from html import escape
from itertools import pairwise
from typing import Any

from deqi.plotting.style import BAND, INK, MUTED, PAPER, TOKENS

_SIZE, _LINE, _PAD, _GAP = 12, 17, 9, 22  # pixel: type, line, inside a box, between rows of boxes
_STAGE = 28  # pixel: column of the stages' names
_COLUMN, _BETWEEN = 216, 12  # pixel: a box of an arm, and between two
_LEAST = 640  # pixel
_NAME = 72  # pixel: the name of a stage, on its side
_CHARACTER = 7.0  # pixel: of bold type in a wide face; narrower faces leave some room
_MOST_WEEKS = 6
_STAGES = ("allocation", "follow-up", "analysis")


@dataclass(frozen=True)
class _Box:
    """A box: its heading is bold, its other lines are not."""

    x: float
    y: float
    width: float
    lines: tuple[tuple[str, bool], ...]
    least: float = 0.0

    @property
    def height(self) -> float:
        return max(len(self.lines) * _LINE + 2 * _PAD - 4, self.least)

    @property
    def middle(self) -> float:
        return self.x + self.width / 2

    @property
    def foot(self) -> float:
        return self.y + self.height


def flow_diagram(summary: Mapping[str, Any]) -> str:
    """Who was looked at, refused, randomised, treated, lost and measured, as an ``<svg>`` element of a page.

    Parameters
    ----------
    summary : mapping
        Summary of a trial.

    Returns
    -------
    str
        The element; its colours are CSS variables of the page.

    Examples
    --------
    >>> arm = {"n": 9, "missed_sessions": 0.5, "extra_sessions_share": 0.0, "co_treated_share": 0.0}
    >>> arm |= {"unblinded_share": 0.0, "dropped_out_share": 0.0}
    >>> one = {"randomised": 9, "failed": 0, "measured": {"0": 9, "6": 9}, "lost": {"6": 0}}
    >>> flow = {"looked_at": 12, "refused": {"age": 3}, "randomised": 9, "arms": {"sham": one}}
    >>> "randomised: 9" in flow_diagram({"arms": {"sham": arm}, "flow": flow})
    True
    """
    flow = summary["flow"]
    arms = flow["arms"]
    width = max(_LEAST, _STAGE + len(arms) * (_COLUMN + _BETWEEN))
    room = width - _STAGE - _BETWEEN * len(arms) - 2
    column = room / len(arms)
    left = [_STAGE + _BETWEEN + k * (column + _BETWEEN) for k in range(len(arms))]

    top, refused, randomised = _enrolment(flow, width)
    rows = [
        [_allocated(arm, summary["arms"][arm], arms[arm]) for arm in arms],
        [_followed(summary["arms"][arm], arms[arm]) for arm in arms],
        [_measured(arms[arm]) for arm in arms],
    ]
    y = randomised.foot + 2 * _GAP
    grid = []
    for texts in rows:
        boxes = [_box(x, y, column, lines) for x, lines in zip(left, texts, strict=True)]
        # Boxes beside one another end alike, and leave room for the name of their stage.
        least = max(_NAME, *(box.height for box in boxes))
        grid.append([replace(box, least=least) for box in boxes])
        y += least + _GAP
    height = y - _GAP + 2
    lines = [_down(top, randomised), _aside(top, refused, randomised), *_split(randomised, grid[0])]
    lines += [_down(a, b) for above, below in pairwise(grid) for a, b in zip(above, below, strict=True)]
    stages = [
        _stage("enrolment", top.y, randomised.foot),
        *(_stage(name, row[0].y, row[0].foot) for name, row in zip(_STAGES, grid, strict=True)),
    ]
    drawn = [_drawn(box) for box in (top, refused, randomised, *(box for row in grid for box in row))]
    head = (
        f'<svg role="img" aria-label="{escape(_said(flow), quote=True)}" viewBox="0 0 {width:g} {height:g}" '
        f'style="min-width:{width:g}px" font-size="{_SIZE}">'
    )
    return "\n".join([head, *lines, *stages, *drawn, "</svg>"])


def count(number: float) -> str:
    """A whole number, its thousands apart where it has many digits.

    Examples
    --------
    >>> count(1162), count(1000000)
    ('1162', '1\u202f000\u202f000')
    """
    return f"{number:,.0f}".replace(",", "\u202f") if number >= 10000 else f"{number:.0f}"


def _enrolment(flow: Mapping[str, Any], width: float) -> tuple[_Box, _Box, _Box]:
    """People looked at, those refused beside, those randomised below."""
    span = (width - _STAGE - _BETWEEN - 2) / 2 - 16
    x = _STAGE + _BETWEEN
    top = _box(x, 1, span, [f"people looked at: {count(flow['looked_at'])}"])
    total = flow["looked_at"] - flow["randomised"]
    gone = sorted((item for item in flow["refused"].items() if item[1]), key=lambda item: -item[1])
    listed = [f"{reason}: {count(n)}" for reason, n in gone]
    untold = total - sum(n for _, n in gone)
    if untold > 0:
        listed.append(f"reason not kept: {count(untold)}")
    aside = _box(x + span + 32, top.foot + 10, span, [f"refused: {count(total)}", *listed])
    below = _box(x, max(aside.foot, top.foot + _GAP) + 10, span, [f"randomised: {count(flow['randomised'])}"])
    return top, aside, below


def _allocated(arm: str, told: Mapping[str, Any], flow: Mapping[str, Any]) -> list[str]:
    missed = told["missed_sessions"]
    return [
        arm,
        f"allocated: {count(told['n'])}",
        f"missed sessions, mean: {'—' if missed is None else f'{missed:.2f}'}",
        f"extra sessions: {_many(told['extra_sessions_share'], flow)}",
    ]


def _followed(told: Mapping[str, Any], flow: Mapping[str, Any]) -> list[str]:
    return [
        f"followed: {count(_followed_up(flow))}",
        *([f"could not be computed, left out: {count(flow['failed'])}"] if flow["failed"] else []),
        f"other treatment: {_many(told['co_treated_share'], flow)}",
        f"unblinded: {_many(told['unblinded_share'], flow)}",
        *(f"had left by week {week}: {count(flow['lost'][week])}" for week in _chosen(list(flow["lost"]))),
    ]


def _followed_up(flow: Mapping[str, Any]) -> int:
    return int(flow["randomised"] - flow["failed"])


def _many(share: float | None, flow: Mapping[str, Any]) -> str:
    """So many of those followed, with the share."""
    return "0" if not share else f"{count(share * _followed_up(flow))} ({100 * share:.0f} %)"


def _measured(flow: Mapping[str, Any]) -> list[str]:
    later = {week: n for week, n in flow["measured"].items() if float(week) > 0}
    last = list(later)[-1] if later else None
    head = f"analysed, week {last}: {count(later[last])}" if last is not None else "analysed: 0"
    weeks = [week for week in _chosen(list(flow["measured"])) if week != last]
    return [head, *(f"week {week}: {count(flow['measured'][week])}" for week in weeks)]


def _chosen(weeks: Sequence[str]) -> list[str]:
    """Weeks that a box has room for, the first and the last among them."""
    if len(weeks) <= _MOST_WEEKS:
        return list(weeks)
    step = (len(weeks) - 1) / (_MOST_WEEKS - 1)
    return [weeks[round(k * step)] for k in range(_MOST_WEEKS)]


def _box(x: float, y: float, width: float, lines: Sequence[str]) -> _Box:
    fits = max(12, int((width - 2 * _PAD) / _CHARACTER))
    broken = [
        (piece, k == 0)
        for k, line in enumerate(lines)
        for piece in textwrap.wrap(line, fits, subsequent_indent="" if k == 0 else "\u2003") or [""]
    ]
    return _Box(x, y, width, tuple(broken))


def _colour(colour: str) -> str:
    return f"var(--{TOKENS[colour]}, {colour})"


def _drawn(box: _Box) -> str:
    texts = [
        f'<text x="{box.x + _PAD:g}" y="{box.y + _PAD + k * _LINE + 10:g}" fill="{_colour(INK)}" '
        f'font-weight="{600 if bold else 400}">{escape(line)}</text>'
        for k, (line, bold) in enumerate(box.lines)
    ]
    frame = (
        f'<rect x="{box.x:g}" y="{box.y:g}" width="{box.width:g}" height="{box.height:g}" rx="6" '
        f'fill="{_colour(PAPER)}" stroke="{_colour(MUTED)}"/>'
    )
    return "\n".join([frame, *texts])


def _stage(name: str, top: float, foot: float) -> str:
    middle = (top + foot) / 2
    x = _STAGE / 2
    return (
        f'<rect x="1" y="{top:g}" width="{_STAGE - 4:g}" height="{foot - top:g}" rx="6" '
        f'fill="{_colour(BAND)}"/>'
        f'<text transform="translate({x + 3:g} {middle:g}) rotate(-90)" text-anchor="middle" '
        f'fill="{_colour(MUTED)}">{name}</text>'
    )


def _line(*points: tuple[float, float], arrow: bool = True) -> str:
    path = "M" + " L".join(f"{x:g} {y:g}" for x, y in points)
    drawn = f'<path d="{path}" fill="none" stroke="{_colour(MUTED)}" stroke-width="1.2"/>'
    if not arrow:
        return drawn
    (a, b), (x, y) = points[-2:]
    tip = f"{x:g} {y:g} l-4 -7 h8z" if y > b or a == x else f"{x:g} {y:g} l-7 -4 v8z"
    return drawn + f'<path d="M{tip}" fill="{_colour(MUTED)}"/>'


def _down(above: _Box, below: _Box) -> str:
    return _line((above.middle, above.foot), (above.middle, below.y))


def _aside(top: _Box, refused: _Box, randomised: _Box) -> str:
    y = min((refused.y + refused.foot) / 2, randomised.y - 8)
    return _line((top.middle, y), (refused.x, y))


def _split(randomised: _Box, boxes: Sequence[_Box]) -> list[str]:
    """From those randomised to the arms."""
    y = randomised.foot + _GAP
    ends = [box.middle for box in boxes]
    across = [(min(*ends, randomised.middle), y), (max(*ends, randomised.middle), y)]
    stem = _line((randomised.middle, randomised.foot), (randomised.middle, y), arrow=False)
    return [stem, _line(*across, arrow=False), *(_line((x, y), (x, boxes[0].y)) for x in ends)]


def _said(flow: Mapping[str, Any]) -> str:
    """The diagram in words."""
    arms = [
        f"{arm}: {told['randomised']} allocated, "
        + ", ".join(f"{n} measured in week {week}" for week, n in told["measured"].items())
        for arm, told in flow["arms"].items()
    ]
    return (
        f"Flow diagram. {flow['looked_at']} people looked at, {flow['looked_at'] - flow['randomised']} "
        f"refused, {flow['randomised']} randomised. " + "; ".join(arms) + "."
    )
