"""Which transmitter moves where: region by transmitter, in the first session."""

from __future__ import annotations

from typing import Any

import numpy as np

from deqi.plotting.style import SETTINGS
from deqi.results import Run, excursion

_TRANSMITTERS = (
    "enkephalin",
    "beta-endorphin",
    "dynorphin",
    "serotonin",
    "noradrenaline",
    "CCK-8",
    "adenosine",
    "cortisol",
)
#: Path of each transmitter in each region; what is missing is not in the model.
_PLACES: dict[str, dict[str, str]] = {
    "tissue": {"adenosine": "needle.adenosine.adenosine"},
    "cord, painful": {
        "enkephalin": "spinal.painful.enkephalin.enkephalin",
        "dynorphin": "spinal.painful.dynorphin.dynorphin",
    },
    "cord, other": {
        "enkephalin": "spinal.other.enkephalin.enkephalin",
        "dynorphin": "spinal.other.dynorphin.dynorphin",
    },
    "brainstem": {
        "beta-endorphin": "hypothalamus.arcuate.beta_endorphin",
        "serotonin": "brainstem.raphe.activity",
        "noradrenaline": "brainstem.locus_coeruleus.activity",
        "CCK-8": "receptors.cholecystokinin.fast",
    },
    "hypothalamus": {"enkephalin": "hypothalamus.enkephalin.enkephalin"},
    "striatum": {"enkephalin": "striatum.enkephalin.enkephalin"},
    "forebrain": {"serotonin": "mind.serotonin.tone"},
    "CSF": {
        "enkephalin": "fluids.enkephalin.csf",
        "beta-endorphin": "fluids.beta_endorphin.csf",
        "dynorphin": "fluids.dynorphin.csf",
    },
    "plasma": {
        "beta-endorphin": "fluids.beta_endorphin.plasma",
        "cortisol": "hypothalamus.stress_axis.cortisol",
    },
}


def transmitter_heatmap(run: Run) -> Any:
    """Peak over baseline by region and transmitter; blank where the model has none.

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

    folds = np.full((len(_PLACES), len(_TRANSMITTERS)), np.nan)
    for i, paths in enumerate(_PLACES.values()):
        for name, path in paths.items():
            folds[i, _TRANSMITTERS.index(name)] = excursion(run, path)["fold"] or np.nan
    with mpl.rc_context(SETTINGS):
        figure = Figure(figsize=(7.6, 4.6), layout="constrained")
        axes = figure.add_subplot()
        axes.set_facecolor("0.94")
        image = axes.imshow(np.log2(folds), cmap="PuOr_r", vmin=-3, vmax=3, aspect="auto")
        for (i, j), fold in np.ndenumerate(folds):
            if np.isfinite(fold):
                dark = abs(np.log2(fold)) > 1.9
                axes.text(j, i, f"x{fold:.2f}", ha="center", va="center", color="white" if dark else "black")
        axes.set_xticks(range(len(_TRANSMITTERS)), _TRANSMITTERS, rotation=30, ha="right")
        axes.set_yticks(range(len(_PLACES)), list(_PLACES))
        axes.tick_params(length=0)
        bar = figure.colorbar(image, ax=axes, ticks=range(-3, 4))
        bar.ax.set_yticklabels([f"x{2.0**k:g}" for k in range(-3, 4)])
        bar.set_label("peak over baseline, first session")
        return figure
