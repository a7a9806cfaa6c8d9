"""The course of pain over weeks, beside what trials found."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

import numpy as np

from deqi.errors import UnknownNameError
from deqi.evidence import PublishedMean
from deqi.plotting.style import MUTED, PAPER, WIDTH, label_ends, looks, styled
from deqi.results import Run

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

PAIN = "pain.report.intensity"
_WEEK = 10080.0
_WEEKLY_FROM = 4.0  # weeks: below, whole weeks are too few to draw a course by
_DODGE = 0.22  # week between arms' published points, which would else hide one another
_TICK_ROW = 2.6  # points of pain between rows of session ticks


def pain_course(
    runs: Mapping[str, Run], published: Mapping[str, Mapping[int, PublishedMean]] | None = None
) -> Figure:
    """Pain intensity over weeks.

    From four weeks on, the thin curve is every reported value, dips within
    sessions included, and the thick one joins the values at whole weeks; a
    shorter course is one thick curve. Ticks at the foot are sessions.

    Parameters
    ----------
    runs : mapping of str to Run
        Runs by label, five at most.
    published : mapping, optional
        Published mean by label and week.

    Raises
    ------
    DeqiError
        If there are no runs, too many, or published values of none of them.
    """
    from matplotlib.figure import Figure

    look = looks(list(runs))
    for label in published or {}:
        if label not in runs:
            raise UnknownNameError("run", label, runs, where="published values")
    weeks = max(run.weeks for run in runs.values())
    with styled():
        figure = Figure(figsize=(WIDTH, 4.3))
        ax = figure.add_axes((0.085, 0.125, 0.715, 0.80))
        ax.set(xlim=(-0.02 * weeks, 1.02 * weeks), ylim=(0, 100))
        ax.set(xlabel="weeks since randomisation", ylabel="pain intensity (0 none, 100 worst)")
        ends = []
        for label, run in runs.items():
            style, time, pain = look[label], run.time / _WEEK, run[PAIN]
            if run.weeks >= _WEEKLY_FROM:
                ax.plot(time, pain, color=style.colour, linewidth=0.5, alpha=0.45)
                whole = np.unique(np.append(np.arange(0, run.weeks + 1e-9), run.weeks))
                time, pain = whole, np.interp(whole, time, pain)
            ax.plot(time, pain, color=style.colour, linestyle=style.dash, linewidth=2)
            ends.append((float(pain[-1]), label, style))
        _published(ax, runs, published)
        _sessions(ax, runs)
        ax.margins(x=0)
        ax.set_xlim(-0.02 * weeks, 1.02 * weeks)
        label_ends(ax, ends, max(run.weeks for run in runs.values()))
    return figure


def _published(
    ax: Axes, runs: Mapping[str, Run], published: Mapping[str, Mapping[int, PublishedMean]] | None
) -> None:
    if not published:
        return
    look = looks(list(runs))
    middle = (len(published) - 1) / 2
    for k, (label, rows) in enumerate(published.items()):
        weeks = np.array(sorted(rows))
        mean, low, high = np.array([(rows[w].mean, *rows[w].interval) for w in weeks.tolist()]).T
        ax.errorbar(
            weeks + (k - middle) * _DODGE,
            mean,
            yerr=(mean - low, high - mean),
            fmt=look[label].marker,
            color=look[label].colour,
            markerfacecolor=PAPER,
            markersize=5.5,
            markeredgewidth=1.4,
            elinewidth=1.4,
            capsize=2.5,
            zorder=3,
        )
    key = ax.errorbar(
        [], [], yerr=[], fmt="o", color=MUTED, markerfacecolor=PAPER, markersize=5.5, capsize=2.5
    )
    line = ax.plot([], [], color=MUTED, linewidth=2)[0]
    ax.legend(
        [line, key], ["model, one typical patient", "published mean, 95 % CI of the mean"], loc="upper right"
    )


def _sessions(ax: Axes, runs: Mapping[str, Run]) -> None:
    look = looks(list(runs))
    needled = [label for label, run in runs.items() if run.sessions]
    for row, label in enumerate(reversed(needled)):
        starts = [start / _WEEK for start, _ in runs[label].sessions]
        ax.plot(
            starts,
            [1.8 + _TICK_ROW * row] * len(starts),
            marker="|",
            linestyle="none",
            markersize=6,
            markeredgewidth=1.1,
            color=look[label].colour,
        )
    if needled:
        last = max(runs[label].sessions[-1][0] for label in needled) / _WEEK
        middle = 1.8 + _TICK_ROW * (len(needled) - 1) / 2
        text = (
            "needle sessions (" + ", ".join(needled) + "; top to bottom)"
            if len(needled) > 1
            else "needle sessions"
        )
        ax.annotate(text, (last, middle), xytext=(8, 0), textcoords="offset points", va="center", color=MUTED)
