"""Where the spread of a score comes from: one bar a kind of spread, so that no two are taken for one."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

from deqi.plotting.style import BLUE, GREEN, INK, MUTED, PAPER, PURPLE, VERMILION, WIDTH, styled

if TYPE_CHECKING:
    from matplotlib.figure import Figure

    from deqi.population import Components

#: What is said in place of the kind of spread that one set of parameter values cannot show.
NOT_INCLUDED = "not included in this run"


def spread_rows(spread: Components) -> dict[str, float]:
    """Variance by kind of spread, in words [points squared]; what the parts have together is the last.

    Examples
    --------
    >>> from deqi.population import Components
    >>> rows = spread_rows(Components("vas_pain", 100, 64.0, 16.0, 25.0, 9.0, -14.0, 100.0))
    >>> rows["measurement error"], sum(rows.values())
    (9.0, 100.0)
    """
    return {
        "between patients": spread.between,
        "within a patient (the week recalled)": spread.within,
        "mapping error (stays with a patient)": spread.mapping,
        "measurement error": spread.error,
        "together (selection, ends of the scale)": spread.together,
    }


def spread_figure(spread: Components) -> Figure:
    """Variance components of a score as bars, each with its SD and its share of the whole.

    Parameters
    ----------
    spread : Components
        The components; see `deqi.population.components`.

    Examples
    --------
    >>> from deqi.population import Components
    >>> figure = spread_figure(Components("vas_pain", 100, 64.0, 16.0, 25.0, 9.0, -14.0, 100.0))
    >>> len(figure.axes[0].patches)
    5
    """
    from matplotlib.figure import Figure

    rows = spread_rows(spread)
    names = [*rows, "about parameters"]
    with styled():
        figure = Figure(figsize=(WIDTH, 2.75))
        ax = figure.add_axes((0.335, 0.185, 0.44, 0.785))
        colours = (BLUE, GREEN, PURPLE, VERMILION, MUTED)
        ax.barh(range(len(rows)), list(rows.values()), height=0.62, color=colours)
        low, high = min(0.0, *rows.values()), max(0.0, *rows.values())
        ax.set_xlim(low - 0.02 * (high - low or 1.0), high + 0.04 * (high - low or 1.0))
        ax.spines["left"].set_visible(False)
        ax.axvline(0, color=MUTED, linewidth=0.8)
        for k, value in enumerate(rows.values()):
            ax.annotate(
                _said(value, spread.total),
                (max(value, 0.0), k),
                xytext=(5, 0),
                textcoords="offset points",
                va="center",
                color=INK,
                bbox={"facecolor": PAPER, "edgecolor": "none", "pad": 1},
                annotation_clip=False,
            )
        ax.annotate(
            NOT_INCLUDED,
            (0.0, len(rows)),
            xytext=(5, 0),
            textcoords="offset points",
            va="center",
            color=MUTED,
            style="italic",
            bbox={"facecolor": PAPER, "edgecolor": "none", "pad": 1},
            annotation_clip=False,
        )
        ax.set_yticks(range(len(names)), names)
        ax.tick_params(axis="y", length=0, labelcolor=INK)
        ax.set_ylim(len(names) - 0.4, -0.6)
        ax.grid(axis="x")
        ax.grid(axis="y", visible=False)
        ax.locator_params(axis="x", nbins=5)
        ax.set_xlabel("variance at baseline (points squared)")
    return figure


def _said(variance: float, total: float) -> str:
    share = f"{100 * variance / total:.0f} %".replace("-", "−") if total > 0 else "no spread at all"
    return share if variance < 0 else f"SD {math.sqrt(variance):.1f}; {share}"
