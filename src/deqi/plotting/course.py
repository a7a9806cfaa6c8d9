"""The course of pain over weeks, beside what was published."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from deqi.plotting.style import SETTINGS, line, marker
from deqi.results import Run

_MINUTES_A_WEEK = 10080.0


def pain_course(runs: Mapping[str, Run], published: Mapping[str, Mapping[int, Any]] | None = None) -> Any:
    """Pain intensity over weeks.

    Parameters
    ----------
    runs : mapping
        Run of each label.
    published : mapping, optional
        Published mean of each label and week, with ``mean`` and ``interval``.

    Returns
    -------
    matplotlib.figure.Figure
    """
    import matplotlib as mpl
    from matplotlib.figure import Figure

    with mpl.rc_context(SETTINGS):
        figure = Figure(figsize=(7.0, 4.2), layout="constrained")
        axes = figure.add_subplot()
        for k, (label, run) in enumerate(runs.items()):
            axes.plot(
                run.time / _MINUTES_A_WEEK,
                run["pain.report.intensity"],
                lw=1.4,
                label=f"{label}, model",
                **line(k),
            )
            for start, _ in run.sessions:
                axes.plot([start / _MINUTES_A_WEEK] * 2, [1 + 3 * k, 3 + 3 * k], color=line(k)["color"], lw=1)
            rows = (published or {}).get(label, {})
            if rows:
                low = [m.mean - m.interval[0] for m in rows.values()]
                high = [m.interval[1] - m.mean for m in rows.values()]
                axes.errorbar(
                    [w + 0.25 * (k - 1) for w in rows],
                    [m.mean for m in rows.values()],
                    yerr=[low, high],
                    linestyle="none",
                    ms=5,
                    capsize=3,
                    label=f"{label}, published",
                    **marker(k),
                )
        axes.set(xlabel="weeks since randomisation", ylabel="pain intensity (0-100)", ylim=(0, 100))
        axes.set_xlim(-0.5, max(run.weeks for run in runs.values()) + 0.5)
        axes.legend(frameon=False, ncols=2, loc="upper right", fontsize=9)
        return figure
