"""A change taken apart: stacked bars of each arm, and of the first arm minus another beside them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from textwrap import shorten
from typing import TYPE_CHECKING, Any

from deqi.errors import DeqiError
from deqi.plotting.style import BLUE, GREEN, INK, MUTED, PAPER, VERMILION, WIDTH, styled

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

#: Parts in the order in which they are stacked, each with its colour and its hatch.
PARTS: Mapping[str, tuple[str, str]] = {
    "natural course": (MUTED, ""),
    "needles": (BLUE, "///"),
    "context": (VERMILION, "..."),
    "other care": (GREEN, "xx"),
}
TOTAL = "total"
_Z = 1.96
_MOST_WEEKS, _LONGEST = 4, 26


def shares_figure(told: Mapping[str, Any]) -> Figure:
    """Parts of the mean change under each arm, by week, and of the differences between arms.

    Parameters
    ----------
    told : mapping
        `deqi.trials.shares_told.Shares.as_json`.

    Raises
    ------
    DeqiError
        If there is no week.

    Examples
    --------
    >>> at = {"mean": -4.0, "error": 1.0, "n": 9}
    >>> parts = {"total": {"6": at}, "needles": {"6": at}}
    >>> figure = shares_figure({"endpoint": "pain", "arms": {"verum": parts}, "differences": []})
    >>> len(figure.axes), [float(bar.get_width()) for bar in figure.axes[0].patches]
    (1, [-4.0])
    """
    from matplotlib.figure import Figure

    arms = _arms(told)
    if not arms:
        raise DeqiError("there is no week", where="figure of shares")
    between = _differences(told)
    rows = max(len(arms), len(between))
    height = 1.25 + 0.36 * rows
    with styled():
        figure = Figure(figsize=(WIDTH, height))
        foot, tall = 0.55 / height, (height - 1.15) / height
        left = figure.add_axes((0.225, foot, 0.345 if between else 0.75, tall))
        _bars(left, arms, f"change in {told['endpoint'].replace('_', ' ')} since week 0 (points)")
        if between:
            right = figure.add_axes((0.745, foot, 0.245, tall))
            _bars(right, between, "difference (points, own scale)")
        _legend(figure, arms)
    return figure


Row = tuple[str, Mapping[str, Mapping[str, Any]]]


def _arms(told: Mapping[str, Any]) -> list[Row]:
    """A row an arm and week: its label, and each part."""
    return [
        (
            f"{shorten(arm, _LONGEST, placeholder='…')}, wk {week}",
            {name: of[week] for name, of in parts.items()},
        )
        for arm, parts in told["arms"].items()
        for week in _chosen(list(next(iter(parts.values()))))
    ]


def _differences(told: Mapping[str, Any]) -> list[Row]:
    found: dict[tuple[str, float], dict[str, Mapping[str, Any]]] = {}
    for row in told["differences"]:
        found.setdefault((row["arms"][1], row["week"]), {})[row["part"]] = row
    weeks = _chosen([f"{week:g}" for week in sorted({week for _, week in found})])
    return [
        (f"− {shorten(other, _LONGEST // 2, placeholder='…')}, wk {week:g}", parts)
        for (other, week), parts in found.items()
        if f"{week:g}" in weeks
    ]


def _chosen(weeks: Sequence[str]) -> list[str]:
    """Weeks that there is room for, the first and the last among them."""
    if len(weeks) <= _MOST_WEEKS:
        return list(weeks)
    step = (len(weeks) - 1) / (_MOST_WEEKS - 1)
    return [weeks[round(k * step)] for k in range(_MOST_WEEKS)]


def _bars(ax: Axes, rows: Sequence[Row], label: str) -> None:
    """Parts of one sign one after the other; what they come to, with its interval, below."""
    for y, (_, parts) in enumerate(rows):
        reached = {True: 0.0, False: 0.0}
        for name, (colour, hatch) in PARTS.items():
            value = (parts.get(name) or {}).get("mean")
            if value is None:
                continue
            up = value > 0
            ax.barh(y - 0.1, value, left=reached[up], height=0.46, color=colour, hatch=hatch, edgecolor=PAPER)
            reached[up] += value
        total = parts[TOTAL]
        if total["mean"] is not None:
            half = _Z * (total["error"] or 0.0)
            ax.errorbar(
                total["mean"],
                y + 0.27,
                xerr=half,
                fmt="D",
                color=INK,
                markersize=3.6,
                elinewidth=1.3,
                capsize=2.2,
            )
    ax.axvline(0, color=MUTED, linewidth=0.9)
    ax.set_yticks(range(len(rows)), [name for name, _ in rows])
    ax.set_ylim(len(rows) - 0.4, -0.6)
    ax.tick_params(axis="y", length=0, labelcolor=INK)
    ax.spines["left"].set_visible(False)
    ax.grid(axis="x")
    ax.grid(axis="y", visible=False)
    ax.locator_params(axis="x", nbins=5)
    ax.set_xlabel(label)


def _legend(figure: Figure, rows: Sequence[Row]) -> None:
    from matplotlib.lines import Line2D
    from matplotlib.patches import Patch

    there = {name for _, parts in rows for name in parts}
    keys: dict[str, Any] = {
        name: Patch(facecolor=colour, hatch=hatch, edgecolor=PAPER)
        for name, (colour, hatch) in PARTS.items()
        if name in there
    }
    keys["all of it, 95 % interval (Monte Carlo)"] = Line2D(
        [], [], color=INK, marker="D", markersize=3.6, linewidth=1.3
    )
    figure.legend(
        list(keys.values()),
        list(keys),
        loc="upper left",
        ncols=len(keys),
        columnspacing=1.2,
        handlelength=1.6,
    )
