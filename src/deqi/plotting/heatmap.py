"""Which transmitter changes where in the first session."""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import TYPE_CHECKING

from deqi.plotting.style import GRID, INK, MUTED, PAPER, WIDTH, styled
from deqi.plotting.window import Window
from deqi.results import Run

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

TRANSMITTERS = (
    "enkephalin",
    "beta-\nendorphin",
    "dynorphin",
    "serotonin",
    "nor-\nadrenaline",
    "adenosine",
    "CCK-8",
    "cortisol",
)
ENK, END, DYN, SER, NOR, ADE, CCK, COR = range(len(TRANSMITTERS))
#: Series by region and column. Raphe, locus coeruleus, tone and CCK-8 are relative to rest in the model.
CELLS: Mapping[str, Mapping[int, str]] = {
    "tissue at the pain": {ADE: "needle.adenosine.adenosine"},
    "cord, painful\nsegments": {
        ENK: "spinal.painful.enkephalin.enkephalin",
        DYN: "spinal.painful.dynorphin.dynorphin",
    },
    "cord, other\nsegments": {
        ENK: "spinal.other.enkephalin.enkephalin",
        DYN: "spinal.other.dynorphin.dynorphin",
    },
    "brainstem": {SER: "brainstem.raphe.activity", NOR: "brainstem.locus_coeruleus.activity"},
    "hypothalamus and\nperiaqueductal grey": {
        ENK: "hypothalamus.enkephalin.enkephalin",
        END: "hypothalamus.arcuate.beta_endorphin",
    },
    "striatum": {ENK: "striatum.enkephalin.enkephalin"},
    "brain at large": {SER: "mind.serotonin.tone", CCK: "receptors.cholecystokinin.fast"},
    "cerebrospinal fluid": {
        ENK: "fluids.enkephalin.csf",
        END: "fluids.beta_endorphin.csf",
        DYN: "fluids.dynorphin.csf",
    },
    "blood plasma": {END: "fluids.beta_endorphin.plasma", COR: "hypothalamus.stress_axis.cortisol"},
}
# Purple and orange of ColorBrewer's PuOr, told apart by people with any colour vision.
_DOWN, _LEVEL, _UP = (0.702, 0.345, 0.024), (0.969, 0.969, 0.969), (0.329, 0.153, 0.533)
_LEAST_SPAN = 1.0  # doublings: a change of a tenth must not look like a flood


def transmitter_heatmap(run: Run) -> Figure:
    """Largest fold change of each transmitter in each region, within three hours of the needles.

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

    folds = fold_changes(run)
    known = [abs(math.log2(fold)) for fold in folds.values() if fold]
    span = max(_LEAST_SPAN, math.ceil(max(known)))
    with styled():
        figure = Figure(figsize=(WIDTH, 4.9))
        ax = figure.add_axes((0.185, 0.135, 0.805, 0.765))
        for row, region in enumerate(CELLS):
            for column in range(len(TRANSMITTERS)):
                _cell(ax, row, column, folds.get((region, column), math.nan), span)
        ax.set(xlim=(0, len(TRANSMITTERS)), ylim=(len(CELLS), 0))
        ax.set_xticks([c + 0.5 for c in range(len(TRANSMITTERS))], TRANSMITTERS)
        ax.set_yticks([r + 0.5 for r in range(len(CELLS))], CELLS)
        ax.xaxis.tick_top()
        ax.tick_params(length=0, labelcolor=INK)
        ax.grid(visible=False)
        for spine in ax.spines.values():
            spine.set_visible(False)
        _scale(figure.add_axes((0.185, 0.065, 0.42, 0.03)), span)
        _key(figure.add_axes((0.70, 0.065, 0.29, 0.03)))
    return figure


def fold_changes(run: Run) -> dict[tuple[str, int], float | None]:
    """Largest fold change by region and column; None where the level before is zero."""
    window = Window.of(run)
    return {
        (region, column): window.change(path).fold
        for region, cells in CELLS.items()
        for column, path in cells.items()
    }


def _cell(ax: Axes, row: int, column: int, fold: float | None, span: float) -> None:
    from matplotlib.patches import Rectangle

    box = (column + 0.02, row + 0.03)
    if fold is not None and math.isnan(fold):
        ax.add_patch(Rectangle(box, 0.96, 0.94, facecolor=PAPER, edgecolor=GRID, hatch="////", linewidth=0))
        return
    colour = _colour(0.0 if fold is None else math.log2(fold) / span)
    ax.add_patch(Rectangle(box, 0.96, 0.94, facecolor=colour, linewidth=0))
    text = "from 0" if fold is None else f"×{fold:.2f}" if fold < 9.995 else f"×{fold:.0f}"
    ax.text(column + 0.5, row + 0.5, text, ha="center", va="center", color=_ink_on(colour))


def _colour(place: float) -> tuple[float, float, float]:
    """Colour of a place between -1 (falls most) and 1 (rises most)."""
    end, share = (_UP if place > 0 else _DOWN), min(abs(place), 1.0)
    red, green, blue = (a + share * (b - a) for a, b in zip(_LEVEL, end, strict=True))
    return red, green, blue


def _ink_on(colour: tuple[float, float, float]) -> str:
    """White where its contrast is 4.5 or more (WCAG 2), black elsewhere."""
    linear = [c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in colour]
    luminance = 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]
    return "#ffffff" if 1.05 / (luminance + 0.05) >= 4.5 else "#000000"


def _scale(ax: Axes, span: float) -> None:
    from matplotlib.patches import Rectangle

    steps = 48
    for k in range(steps):
        colour = _colour(2 * (k + 0.5) / steps - 1)
        # A hair wider than its share, so that no seam shows between neighbours.
        ax.add_patch(Rectangle((k / steps, 0), 1.05 / steps, 1, facecolor=colour, linewidth=0))
    whole = int(span)
    ticks = range(-whole, whole + 1, 1 if whole <= 4 else whole)
    ax.set(xlim=(0, 1), ylim=(0, 1), yticks=[])
    ax.set_xticks([(t / span + 1) / 2 for t in ticks], [f"×{2**t}" if t >= 0 else f"÷{2**-t}" for t in ticks])
    ax.set_title("largest level ÷ level before (log scale)", loc="left", pad=3)
    _bare(ax)


def _key(ax: Axes) -> None:
    from matplotlib.patches import Rectangle

    ax.add_patch(Rectangle((0, 0), 0.16, 1, facecolor=PAPER, edgecolor=GRID, hatch="////", linewidth=0.7))
    ax.text(0.2, 0.5, "not in the model", va="center", color=MUTED)
    ax.set(xlim=(0, 1), ylim=(0, 1), xticks=[], yticks=[])
    _bare(ax)


def _bare(ax: Axes) -> None:
    ax.grid(visible=False)
    ax.tick_params(length=2)
    for spine in ax.spines.values():
        spine.set_visible(False)
