"""Which opioid receptors are taken, by what, and where, in the first session."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

from deqi.plotting.style import BAND, LOOKS, WIDTH, label_ends, styled
from deqi.plotting.window import AFTER, BEFORE, Window
from deqi.results import Run

if TYPE_CHECKING:
    from matplotlib.figure import Figure

#: Series by panel and label. Receptors of the cord and forebrain are in equilibrium with what is around them.
#: `cord` is that of the painful segments.
PANELS: Mapping[str, Mapping[str, str]] = {
    "mu, brainstem": {
        "enkephalin": "brainstem.mu.enkephalin",
        "β-endorphin": "brainstem.mu.beta_endorphin",
        "opioid drug": "brainstem.mu.opioid",
        "naloxone": "brainstem.mu.naloxone",
    },
    "mu, any agonist, by place": {
        "brainstem": "brainstem.mu.agonist",
        "cord": "spinal.painful.mu.agonist",
        "thalamus": "thalamus.mu.agonist",
        "cingulate": "cingulate.mu.agonist",
        "insula": "insula.mu.agonist",
    },
    "delta, brainstem": {"enkephalin": "brainstem.delta.enkephalin", "naloxone": "brainstem.delta.naloxone"},
    "kappa, brainstem": {"dynorphin": "brainstem.kappa.dynorphin", "naloxone": "brainstem.kappa.naloxone"},
}
_ABSENT = 1e-6  # share of receptors below which a drug was not there at all
_WIDTHS = (3.0, 2.6, 2.2, 1.8, 1.2)  # point
_LEAST = 5.0  # percent: the least height of an axis


def receptor_occupancy(run: Run) -> Figure:
    """Share of mu, delta and kappa receptors taken; ligands that never appear are left out.

    Parameters
    ----------
    run : Run
        The run.

    Raises
    ------
    DeqiError
        If the run is too short.
    """
    from matplotlib.figure import Figure

    window = Window.of(run)
    with styled():
        figure = Figure(figsize=(WIDTH, 4.8))
        grid = figure.subplots(2, 2, sharex=True)
        figure.subplots_adjust(left=0.08, right=0.865, top=0.945, bottom=0.095, hspace=0.25, wspace=0.55)
        for ax, (title, series) in zip(grid.flat, PANELS.items(), strict=True):
            if window.needles_out is not None:
                ax.axvspan(0, window.needles_out, color=BAND, linewidth=0, zorder=0)
            ends = []
            # Thinner and thinner, so that curves that lie on one another can all be seen.
            for (label, path), look, width in zip(series.items(), LOOKS, _WIDTHS, strict=False):
                percent = 100 * window.series(path)
                if percent.max() > 100 * _ABSENT:
                    ax.plot(window.minutes, percent, color=look.colour, linestyle=look.dash, linewidth=width)
                    ends.append((float(percent[-1]), label, look))
            ax.set_xlim(BEFORE, AFTER)
            ax.set_ylim(0, max(_LEAST, 1.08 * ax.get_ylim()[1]))
            ax.locator_params(axis="y", nbins=5)
            ax.set_xticks([0, 60, 120, 180])
            ax.set_title(title, loc="left")
            label_ends(ax, ends, float(window.minutes[-1]))
        for ax in grid[:, 0]:
            ax.set_ylabel("receptors taken (%)")
        zero = "the needles go in" if window.needles_out is not None else "week 0"
        for ax in grid[-1]:
            ax.set_xlabel(f"minutes after {zero}")
    return figure
