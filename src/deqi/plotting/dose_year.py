"""A year of a regimen: what maintenance adds, and what a payer's rule keeps."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from deqi.plotting.dose import BENEFIT, band, from_zero
from deqi.plotting.style import LOOKS, MUTED, VERMILION, WIDTH, styled

if TYPE_CHECKING:
    from matplotlib.figure import Figure


def year_figure(year: Mapping[str, Any]) -> Figure:
    """Benefit over a year: a panel for maintenance, and one for a payer's rule.

    Parameters
    ----------
    year : mapping
        ``year`` of `deqi.trials.dose.dose_as_json`.
    """
    from matplotlib.figure import Figure

    pairs = [
        [name for name in names if name in year["course"]]
        for names in (("with maintenance", "alone"), ("without the rule", "with the rule"))
    ]
    pairs = [names for names in pairs if names]
    with styled():
        figure = Figure(figsize=(WIDTH, 3.2))
        panels = figure.subplots(1, len(pairs), sharey=True, squeeze=False)[0]
        figure.subplots_adjust(left=0.085, right=0.98, top=0.8, bottom=0.155, wspace=0.06)
        for ax, names in zip(panels, pairs, strict=True):
            for name, look in zip(names, LOOKS, strict=False):
                rows = year["course"][name]
                weeks = [row["week"] for row in rows]
                mean, low, high = band([{"course": row} for row in rows], "course")
                ax.fill_between(weeks, low, high, color=look.colour, alpha=0.2, linewidth=0)
                ax.plot(
                    weeks,
                    mean,
                    color=look.colour,
                    linestyle=look.dash,
                    marker=look.marker,
                    markersize=4,
                    label=name,
                )
            ax.legend(loc="lower center", bbox_to_anchor=(0.5, 1.0), ncols=2)
            ax.set_xlim(0, year["weeks"] + 1)
            ax.set_xticks([0, 13, 26, 39, 52])
        panels[0].set_ylabel(BENEFIT)
        from_zero(panels[0])
        figure.supxlabel("week", fontsize="medium", y=0.015)
    return figure


def visits_figure(payer: Mapping[str, Any]) -> Figure:
    """How many visits patients have in a year under a payer's rule.

    Parameters
    ----------
    payer : mapping
        ``year.payer`` of `deqi.trials.dose.dose_as_json`.
    """
    from matplotlib.figure import Figure

    with styled():
        figure = Figure(figsize=(WIDTH, 2.3))
        ax = figure.add_axes((0.085, 0.215, 0.895, 0.68))
        for part, colour, name in (
            ("without", MUTED, "without the rule"),
            ("with", VERMILION, "with the rule"),
        ):
            shares = payer[part]["shares"]
            ax.bar(
                [row["visits"] for row in shares],
                [100 * row["share"] for row in shares],
                width=0.75,
                color=colour,
                hatch="" if part == "with" else "////",
                label=name,
            )
        ax.set_ylim(0, 100)
        ax.set_ylabel("patients (%)")
        ax.set_xlabel("visits in a year")
        ax.legend(loc="upper center", ncols=2)
    return figure
