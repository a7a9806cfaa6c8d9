"""The course of pain over weeks."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

import numpy as np

from deqi.plotting.style import MUTED, WIDTH, label_ends, looks, styled
from deqi.results import Run

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

PAIN = "pain.report.intensity"
_WEEK = 10080.0
_WEEKLY_FROM = 4.0  # weeks: below, whole weeks are too few to draw a course by
_TICK_ROW = 2.6  # points of pain between rows of session ticks


def pain_course(runs: Mapping[str, Run]) -> Figure:
    """Pain intensity over weeks.

    From four weeks on, the thin curve is every reported value, dips within
    sessions included, and the thick one joins the values at whole weeks; a
    shorter course is one thick curve. Ticks at the foot are sessions.

    Parameters
    ----------
    runs : mapping of str to Run
        Runs by label, five at most.

    Raises
    ------
    DeqiError
        If there are no runs, or too many.
    """
    from matplotlib.figure import Figure

    look = looks(list(runs))
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
        _sessions(ax, runs)
        ax.margins(x=0)
        ax.set_xlim(-0.02 * weeks, 1.02 * weeks)
        label_ends(ax, ends, max(run.weeks for run in runs.values()))
    return figure


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
