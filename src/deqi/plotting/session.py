"""The first session, minute by minute."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np

from deqi.plotting.style import SETTINGS, line
from deqi.results import THRESHOLD, Run

#: Panels: title, unit, and the paths drawn.
_PANELS = (
    ("drive to the brain", "share of full drive", "needle.convergence.total"),
    ("de qi", "0-10", "needle.sensation.deqi"),
    ("pain intensity", "0-100", "pain.report.intensity"),
    ("unpleasantness", "0-100", "pain.report.unpleasantness"),
    ("opioid signal, brainstem", "above rest", "brainstem.signal.signal"),
    ("serotonin tone", "rest = 1", "mind.serotonin.tone"),
    ("stress", "typical = 1.1", "mind.stress.stress"),
    ("relaxation", "0-10", "mind.relaxation.relaxation"),
    ("pain threshold, change", "%", THRESHOLD),
)


def session_minutes(runs: Mapping[str, Run]) -> Any:
    """Nine small panels from before the needles go in to 150 minutes after they are out.

    Parameters
    ----------
    runs : mapping
        Run of each label; a run without sessions is left out.

    Returns
    -------
    matplotlib.figure.Figure
    """
    import matplotlib as mpl
    from matplotlib.figure import Figure

    shown = {label: run for label, run in runs.items() if run.sessions}
    with mpl.rc_context(SETTINGS):
        figure = Figure(figsize=(8.0, 6.6), layout="constrained")
        grid = figure.subplots(3, 3, sharex=True)
        for axes, (title, unit, path) in zip(grid.flat, _PANELS, strict=True):
            for k, (label, run) in enumerate(shown.items()):
                start, stop = run.sessions[0]
                inside = (run.time >= start - 10) & (run.time <= start + 180)
                values = run[path][inside]
                if path == THRESHOLD:
                    values = 100 * (values / run.at(path, minute=0.0) - 1)
                axes.plot(run.time[inside] - start, values, label=label, lw=1.5, **line(k))
                if k == 0:
                    axes.axvspan(0, stop - start, color="0.92", zorder=0)
            axes.set_title(title, fontsize=10, loc="left")
            axes.set_ylabel(unit, fontsize=9)
            low, high = axes.get_ylim()
            if high - low < 0.05 * max(abs(high), 1e-9):
                # A line that does not move must not look as if it did.
                middle, half = (low + high) / 2, 0.05 * max(abs(high), 1.0)
                axes.set_ylim(middle - half, middle + half)
        for axes in np.atleast_2d(grid)[-1]:
            axes.set_xlabel("minutes (grey: needles in)")
        grid.flat[0].legend(frameon=False, fontsize=9)
        return figure
