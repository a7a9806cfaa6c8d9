"""Opioid receptors during the first session: who sits on them."""

from __future__ import annotations

from typing import Any

from deqi.plotting.style import SETTINGS, line
from deqi.results import Run

_PANELS = {
    "mu, brainstem": {
        "enkephalin": "brainstem.mu.enkephalin",
        "beta-endorphin": "brainstem.mu.beta_endorphin",
        "drug": "brainstem.mu.opioid",
        "naloxone": "brainstem.mu.naloxone",
    },
    "delta and kappa, brain": {
        "delta: enkephalin": "brainstem.delta.enkephalin",
        "kappa: dynorphin": "brainstem.kappa.dynorphin",
        "delta: naloxone": "brainstem.delta.naloxone",
        "kappa: naloxone": "brainstem.kappa.naloxone",
    },
    "mu by region, all agonists": {
        "cord, painful": "spinal.painful.mu.agonist",
        "thalamus": "thalamus.mu.agonist",
        "cingulate": "cingulate.mu.agonist",
        "insula": "insula.mu.agonist",
    },
}


def receptor_occupancy(run: Run) -> Any:
    """Occupancy of mu, delta and kappa receptors over the first session [% of receptors].

    Parameters
    ----------
    run : Run
        A run with at least one session.

    Returns
    -------
    matplotlib.figure.Figure
    """
    import matplotlib as mpl
    from matplotlib.figure import Figure

    start, stop = run.sessions[0]
    inside = (run.time >= start - 10) & (run.time <= start + 180)
    with mpl.rc_context(SETTINGS):
        figure = Figure(figsize=(8.0, 3.2), layout="constrained")
        for axes, (title, paths) in zip(figure.subplots(1, 3), _PANELS.items(), strict=True):
            for k, (label, path) in enumerate(paths.items()):
                axes.plot(run.time[inside] - start, 100 * run[path][inside], label=label, lw=1.5, **line(k))
            axes.axvspan(0, stop - start, color="0.92", zorder=0)
            axes.set_title(title, fontsize=10, loc="left")
            axes.set(xlabel="minutes (grey: needles in)", ylim=(0, None))
            axes.legend(frameon=False, fontsize=8)
        figure.axes[0].set_ylabel("% of receptors occupied")
        return figure
