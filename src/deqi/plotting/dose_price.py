"""What a benefit costs: every regimen by its cost, the best, and the smallest near it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from deqi.errors import DeqiError
from deqi.plotting.dose import band, caps, from_zero
from deqi.plotting.style import LOOKS, MUTED, WIDTH, styled

if TYPE_CHECKING:
    from matplotlib.figure import Figure

#: What a course costs, in words.
COSTS: Mapping[str, str] = {
    "visits": "visits",
    "minutes": "minutes with needles",
    "needles": "needles",
    "needle_minutes": "needle-minutes",
}


def price_of(curve: Mapping[str, Any]) -> str | None:
    """What regimens differ in, of what they cost; None if they all cost the same."""
    first = curve["cost"].replace("-", "_")
    for key in (first, *COSTS):
        if len({row["costs"][key] for row in curve["regimens"]}) > 1:
            return str(key)
    return None


def price_figure(curve: Mapping[str, Any]) -> Figure:
    """Every regimen by what it costs and what it does, with the line that near enough is.

    Parameters
    ----------
    curve : mapping
        ``curve`` of `deqi.trials.dose.dose_as_json`.

    Raises
    ------
    DeqiError
        If every regimen costs the same.
    """
    from matplotlib.colors import to_rgb
    from matplotlib.figure import Figure

    key = price_of(curve)
    if key is None:
        raise DeqiError("every regimen costs the same", where="figure")
    rows, chosen = curve["regimens"], curve["smallest"][0]
    x = [row["costs"][key] for row in rows]
    mean, low, high = band(rows, "late")
    with styled():
        figure = Figure(figsize=(WIDTH, 3.3))
        ax = figure.add_axes((0.085, 0.155, 0.895, 0.74))
        ax.errorbar(
            x,
            mean,
            yerr=caps(mean, low, high),
            fmt="o",
            markersize=4,
            color=MUTED,
            ecolor=(*to_rgb(MUTED), 0.45),
            elinewidth=1.4,
            label="a regimen, 95 % (parameters)",
        )
        best, small = chosen["best_place"], chosen["smallest_place"]
        if best is not None:
            ax.axhline(
                curve["near"] * mean[best],
                color=MUTED,
                linewidth=0.9,
                linestyle=(0, (2, 2)),
                label=f"{100 * curve['near']:.0f} % of the best",
            )
            for place, look, name, size in (
                (best, LOOKS[0], "best", 9),
                (small, LOOKS[1], "smallest near it", 7),
            ):
                ax.plot(
                    [x[place]],
                    [mean[place]],
                    linestyle="none",
                    marker=look.marker,
                    markersize=size,
                    color=look.colour,
                    zorder=4,
                    label=name,
                )
        from_zero(ax)
        ax.set_xlim(left=0)
        ax.set_ylabel(f"benefit in week {curve['week']:g} (points)")
        ax.set_xlabel(f"{COSTS[key]} of the course")
        figure.legend(loc="upper right", ncols=4, bbox_to_anchor=(0.99, 1.0), columnspacing=1.2)
    return figure
