"""The first session, minute by minute, from needle drive to pain and threshold."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

from deqi.plotting.style import BAND, MUTED, WIDTH, looks, styled
from deqi.plotting.window import AFTER, BEFORE, Array, Window
from deqi.results import Run
from deqi.results.run import THRESHOLD

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure


@dataclass(frozen=True)
class Panel:
    """One small graph: path, what its axis says, and the least height of that axis."""

    path: str
    title: str
    least: float
    percent: bool = False

    def values(self, window: Window) -> Array:
        """What the panel shows, shape (time,)."""
        return window.percent(self.path) if self.percent else window.series(self.path)


#: In the order in which the signal passes.
PANELS = (
    Panel("needle.convergence.total", "needle drive to the brain (0–1)", 0.1),
    Panel("needle.sensation.deqi", "de qi (0–10)", 1.0),
    Panel("needle.sensation.discomfort", "discomfort at the needles (0–10)", 1.0),
    Panel("brainstem.signal.signal", "brainstem opioid signal (above rest)", 0.1),
    Panel("mind.serotonin.tone", "serotonin tone (rest = 1)", 0.1),
    Panel("mind.stress.stress", "stress (relative)", 0.1),
    Panel("mind.relaxation.relaxation", "relaxation (0–10)", 1.0),
    Panel(THRESHOLD, "pain threshold, change (%)", 5.0, percent=True),
    Panel("pain.report.intensity", "pain intensity (0–100)", 5.0),
    Panel("pain.report.unpleasantness", "pain unpleasantness (0–100)", 5.0),
)
_COLUMNS = 2


def session_minutes(runs: Mapping[str, Run]) -> Figure:
    """The first session, ten minutes before the needles go in to three hours after.

    Parameters
    ----------
    runs : mapping of str to Run
        Runs by label, five at most.

    Raises
    ------
    DeqiError
        If there are no runs, too many, or one too short.
    """
    from matplotlib.figure import Figure
    from matplotlib.patches import Patch

    look = looks(list(runs))
    windows = {label: Window.of(run) for label, run in runs.items()}
    rows = -(-len(PANELS) // _COLUMNS)
    with styled():
        figure = Figure(figsize=(WIDTH, 1.55 * rows + 0.8))
        grid = figure.subplots(rows, _COLUMNS, sharex=True)
        figure.subplots_adjust(left=0.075, right=0.975, top=0.925, bottom=0.06, hspace=0.5, wspace=0.17)
        for ax, panel in zip(grid.flat, PANELS, strict=True):
            _band(ax, windows)
            for label, window in windows.items():
                style = look[label]
                ax.plot(
                    window.minutes,
                    panel.values(window),
                    color=style.colour,
                    linestyle=style.dash,
                    linewidth=1.8,
                    label=label,
                )
            _limits(ax, panel.least, negative=panel.percent)
            ax.set_title(panel.title, loc="left", pad=4)
        for ax in grid[-1]:
            ax.set_xlabel(_what_is_zero(windows))
        handles, labels = grid.flat[0].get_legend_handles_labels()
        if any(w.needles_out is not None for w in windows.values()):
            handles, labels = [*handles, Patch(facecolor=BAND, edgecolor=MUTED)], [*labels, "needles in"]
        figure.legend(
            handles,
            labels,
            loc="upper left",
            bbox_to_anchor=(0.065, 1.0),
            ncols=len(labels),
            handlelength=3.2,
        )
    return figure


def _band(ax: Axes, windows: Mapping[str, Window]) -> None:
    outs = [w.needles_out for w in windows.values() if w.needles_out is not None]
    # Sessions of unlike length: the band covers the longest, a line marks each end.
    if outs:
        ax.axvspan(0, max(outs), color=BAND, linewidth=0, zorder=0)
    for minute in sorted(set(outs))[:-1]:
        ax.axvline(minute, color=MUTED, linewidth=0.8, linestyle=(0, (1, 2)))
    ax.set_xlim(BEFORE, AFTER)
    ax.set_xticks([0, 30, 60, 90, 120, 150, 180])


def _limits(ax: Axes, least: float, *, negative: bool) -> None:
    """Keep an axis at least so high, so that a flat line looks flat."""
    low, high = ax.get_ylim()
    if high - low < least:
        middle = (low + high) / 2
        low, high = middle - least / 2, middle + least / 2
        if not negative and low < 0:
            low, high = -0.05 * least, least
    ax.set_ylim(low, high)
    ax.locator_params(axis="y", nbins=4)
    ax.ticklabel_format(axis="y", useOffset=False)


def _what_is_zero(windows: Mapping[str, Window]) -> str:
    if any(w.needles_out is not None for w in windows.values()):
        return "minutes after the needles go in"
    return "minutes since week 0"
