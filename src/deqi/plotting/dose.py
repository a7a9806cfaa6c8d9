"""Dose and response: curves over a variable, a grid, the space of several."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from deqi.errors import DeqiError
from deqi.plotting.style import BLUE, INK, LOOKS, MUTED, WIDTH, Look, styled

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

#: More lines than this cannot be told apart: a grid is then drawn as tiles.
MOST_LINES = len(LOOKS)
_CELL = 9  # tiles beside each other whose numbers can be read
_PANELS = 3
BENEFIT = "benefit (points)"


def curve_figure(curve: Mapping[str, Any]) -> Figure:
    """Benefit over one variable, with a line for each value of a second.

    Parameters
    ----------
    curve : mapping
        ``curve`` of `deqi.trials.dose.dose_as_json`, of one or two variables.

    Raises
    ------
    DeqiError
        If there are three variables or more, or too many lines.
    """
    from matplotlib.figure import Figure

    variables = curve["variables"]
    if len(variables) > 2:
        raise DeqiError(f"{len(variables)} variables are no curve", where="figure")
    along, by = axes_of(curve)
    if by is not None and len(by["values"]) > MOST_LINES:
        raise DeqiError(f"{len(by['values'])} lines cannot be told apart", where="figure")
    with styled():
        figure = Figure(figsize=(WIDTH, 3.5))
        panels = figure.subplots(1, 2, sharey=True, sharex=True)
        figure.subplots_adjust(
            left=0.085, right=0.98, top=0.91 if by is None else 0.79, bottom=0.15, wspace=0.06
        )
        for ax, when, title in zip(
            panels,
            ("late", "early"),
            (f"in week {curve['week']:g}", "a week after the last visit"),
            strict=True,
        ):
            for value, look in zip([None] if by is None else by["values"], LOOKS, strict=False):
                rows = [r for r in curve["regimens"] if by is None or r["settings"][by["name"]] == value]
                _line(ax, along, rows, when, look, "" if by is None else _value(by, value))
            ax.set_title(title, loc="left", color=INK)
            _along(ax, along)
        panels[0].set_ylabel(BENEFIT)
        from_zero(panels[0])
        figure.supxlabel(_label(along), fontsize="medium", y=0.015)
        if by is not None:
            figure.legend(
                *panels[0].get_legend_handles_labels(),
                loc="upper right",
                ncols=min(len(by["values"]), MOST_LINES),
                bbox_to_anchor=(0.99, 1.0),
                title=_label(by),
            )
    return figure


def spread_figure(curve: Mapping[str, Any]) -> Figure:
    """How patients differ: mean benefit, and the 10th and 90th of a hundred patients, over one variable.

    Parameters
    ----------
    curve : mapping
        ``curve`` of `deqi.trials.dose.dose_as_json`, of one variable.
    """
    from matplotlib.figure import Figure

    (along,) = curve["variables"]
    with styled():
        figure = Figure(figsize=(WIDTH, 2.9))
        panels = figure.subplots(1, 2, sharex=True)
        figure.subplots_adjust(left=0.085, right=0.98, top=0.88, bottom=0.18, wspace=0.2)
        rows = curve["regimens"]
        x = _places(along, rows)
        spread = [row["late"]["between_patients"] for row in rows]
        panels[0].vlines(
            x, [_nan(s["p10"]) for s in spread], [_nan(s["p90"]) for s in spread], color=MUTED, linewidth=3
        )
        means = [_nan(row["late"]["benefit"]["mean"]) for row in rows]
        panels[0].plot(x, means, linestyle="none", marker="o", color=BLUE)
        panels[0].set_title(f"benefit in week {curve['week']:g} (points)", loc="left")
        from_zero(panels[0])
        for key, look, name in (
            ("improved", LOOKS[0], "under the regimen"),
            ("other", LOOKS[1], "held against"),
        ):
            shares = [100 * _share(row["late"], key) for row in rows]
            panels[1].plot(
                x,
                shares,
                color=look.colour,
                linestyle="none" if along["unit"] is None else look.dash,
                marker=look.marker,
                markersize=4,
                label=name,
            )
        panels[1].set_ylim(0, 100)
        panels[1].set_title("patients who gained 30 % or more (%)", loc="left")
        panels[1].legend(loc="upper left", ncols=2)
        for ax in panels:
            _along(ax, along)
        figure.supxlabel(_label(along), fontsize="medium", y=0.015)
    return figure


def tiles_figure(curve: Mapping[str, Any]) -> Figure:
    """A grid of two variables as tiles, the best and the smallest near it framed.

    Parameters
    ----------
    curve : mapping
        ``curve`` of `deqi.trials.dose.dose_as_json`, of two variables.
    """
    from matplotlib import colormaps
    from matplotlib.colors import Normalize
    from matplotlib.figure import Figure
    from matplotlib.patches import Rectangle

    along, by = axes_of(curve)
    if by is None:
        raise DeqiError("one variable is no grid", where="figure")
    columns, lines = along["values"], by["values"]
    with styled():
        figure = Figure(figsize=(WIDTH, 1.35 + 0.36 * len(lines)))
        ax = figure.add_axes((0.13, 0.62 / figure.get_figheight(), 0.85, 1 - 1.0 / figure.get_figheight()))
        values = [_nan(row["late"]["benefit"]["mean"]) for row in curve["regimens"]]
        scale = Normalize(min(0.0, *values), max(values))
        chosen = curve["smallest"][0]
        for place, (row, value) in enumerate(zip(curve["regimens"], values, strict=True)):
            c, r = columns.index(row["settings"][along["name"]]), lines.index(row["settings"][by["name"]])
            colour = colormaps["cividis"](scale(value))
            ax.add_patch(Rectangle((c + 0.02, r + 0.03), 0.96, 0.94, facecolor=colour, linewidth=0))
            if len(columns) <= 2 * _CELL:
                ink = "#ffffff" if sum(colour[:3]) < 1.35 else "#000000"
                ax.text(c + 0.5, r + 0.5, f"{value:.1f}", ha="center", va="center", color=ink)
            for key, look in (("smallest_place", LOOKS[1]), ("best_place", LOOKS[4])):
                if chosen[key] == place:
                    inset = 0.05 if key == "best_place" else 0.11
                    box = (c + inset, r + inset)
                    ax.add_patch(
                        Rectangle(
                            box,
                            1 - 2 * inset,
                            1 - 2 * inset,
                            fill=False,
                            edgecolor="#ffffff" if sum(colour[:3]) < 1.35 else "#000000",
                            linewidth=1.6,
                            linestyle="solid" if key == "best_place" else look.dash,
                        )
                    )
        ax.set(xlim=(0, len(columns)), ylim=(0, len(lines)))
        ax.set_xticks([k + 0.5 for k in range(len(columns))], [_value(along, v) for v in columns])
        ax.set_yticks([k + 0.5 for k in range(len(lines))], [_value(by, v) for v in lines])
        ax.set_xlabel(_label(along))
        ax.set_ylabel(_label(by))
        ax.set_title(f"benefit in week {curve['week']:g} (points)", loc="left")
        ax.tick_params(length=0)
        ax.grid(visible=False)
        for spine in ax.spines.values():
            spine.set_visible(False)
    return figure


def axes_of(curve: Mapping[str, Any]) -> tuple[Mapping[str, Any], Mapping[str, Any] | None]:
    """What is drawn along the axis, and what gets a line each: the variable with fewer values, or words."""
    variables = curve["variables"]
    if len(variables) == 1:
        return variables[0], None
    by = min(variables, key=lambda v: (v["unit"] is not None, len(v["values"])))
    return next(v for v in variables if v is not by), by


def surface_figure(curve: Mapping[str, Any]) -> Figure:
    """The response to each of several variables, the others as they are in the points.

    Parameters
    ----------
    curve : mapping
        ``curve`` of `deqi.trials.dose.dose_as_json`, of three variables or more.
    """
    from matplotlib.figure import Figure

    alone = curve["surface"]["alone"]
    by_name = {v["name"]: v for v in curve["variables"]}
    lines = -(-len(alone) // _PANELS)
    with styled():
        figure = Figure(figsize=(WIDTH, 0.5 + 2.3 * lines))
        panels = figure.subplots(lines, _PANELS, sharey=True, squeeze=False).ravel()
        height = figure.get_figheight()
        figure.subplots_adjust(
            left=0.085, right=0.98, top=1 - 0.15 / height, bottom=0.5 / height, wspace=0.08, hspace=0.42
        )
        for ax, one in zip(panels, alone, strict=False):
            variable = by_name[one["name"]]
            rows = curve["regimens"]
            dots = [_nan(row["late"]["benefit"]["mean"]) for row in rows]
            words = variable["unit"] is None
            places = _places(variable, rows)
            ax.plot(places, dots, linestyle="none", marker=".", color=MUTED, markersize=4, zorder=1)
            told = [
                {"settings": {one["name"]: v["value"]}, "late": {"benefit": v["benefit"]}}
                for v in one["values"]
            ]
            x = _places(variable, told)
            mean, low, high = band(told, "late")
            if words:
                ax.errorbar(x, mean, yerr=caps(mean, low, high), fmt="o", color=BLUE, capsize=3)
            else:
                ax.fill_between(x, low, high, color=BLUE, alpha=0.2, linewidth=0)
                ax.plot(x, mean, color=BLUE, linewidth=1.8)
            _along(ax, variable)
            ax.set_xlabel(_label(variable))
        for ax in panels[len(alone) :]:
            ax.set_visible(False)
        for ax in panels[::_PANELS]:
            ax.set_ylabel(BENEFIT)
        from_zero(panels[0])
    return figure


def _line(
    ax: Axes,
    along: Mapping[str, Any],
    rows: Sequence[Mapping[str, Any]],
    when: str,
    look: Look,
    label: str,
) -> None:
    """A mean with its band about parameters, and Monte Carlo error as thin bars where it is alone."""
    x = _places(along, rows)
    mean, low, high = band(rows, when)
    if not label:
        # Bars of several lines would hide each other: the table has them.
        error = [1.96 * _nan(row[when]["monte_carlo_error"]) for row in rows]
        ax.errorbar(x, mean, yerr=error, fmt="none", ecolor=look.colour, elinewidth=0.7, alpha=0.6)
    if along["unit"] is None:
        ax.errorbar(x, mean, yerr=caps(mean, low, high), fmt="none", ecolor=look.colour, elinewidth=3)
        ax.plot(x, mean, linestyle="none", marker=look.marker, color=look.colour, label=label)
        return
    ax.fill_between(x, low, high, color=look.colour, alpha=0.2, linewidth=0)
    ax.plot(
        x,
        mean,
        color=look.colour,
        linestyle=look.dash,
        marker=look.marker,
        markersize=4,
        linewidth=1.6,
        label=label,
    )


def _along(ax: Axes, variable: Mapping[str, Any]) -> None:
    if variable["unit"] is None:
        words = variable["values"]
        ax.set_xticks(range(len(words)), words)
        ax.set_xlim(-0.5, len(words) - 0.5)
    elif variable["name"] == "frequency_hz":
        ax.set_xscale("log")
        ax.set_xticks(variable["values"], [_value(variable, v) for v in variable["values"]])
        ax.minorticks_off()


def _places(variable: Mapping[str, Any], rows: Sequence[Mapping[str, Any]]) -> list[float]:
    values = [row["settings"][variable["name"]] for row in rows]
    return [variable["values"].index(v) if variable["unit"] is None else float(v) for v in values]


def band(rows: Sequence[Mapping[str, Any]], when: str) -> tuple[list[float], list[float], list[float]]:
    """Means and ends; one member has no interval, and its ends are its mean."""
    found = [row[when]["benefit"] for row in rows]
    mean = [_nan(one["mean"]) for one in found]
    ends = (
        [m if one[key] is None else one[key] for m, one in zip(mean, found, strict=True)]
        for key in ("low", "high")
    )
    low, high = ends
    return mean, low, high


def caps(mean: Sequence[float], low: Sequence[float], high: Sequence[float]) -> list[list[float]]:
    """How far bars go below and above means."""
    # A weighted mean may lie outside its quantiles by a hair.
    return [
        [max(m - v, 0.0) for m, v in zip(mean, low, strict=True)],
        [max(v - m, 0.0) for m, v in zip(mean, high, strict=True)],
    ]


def from_zero(ax: Axes) -> None:
    """Let the axis begin at nought, or below it where values do."""
    low, high = ax.get_ylim()
    ax.set_ylim(min(low, 0.0) if low < 0 else 0.0, high)
    ax.axhline(0, color=MUTED, linewidth=0.8, zorder=1)


def _label(variable: Mapping[str, Any]) -> str:
    unit, label = variable["unit"], variable["label"]
    # "sessions (visits)" would say it twice.
    return label if unit is None or "visit" in unit else f"{label} ({unit})"


def _value(variable: Mapping[str, Any], value: Any) -> str:
    return str(value) if variable["unit"] is None else f"{value:g}"


def _share(told: Mapping[str, Any], key: str) -> float:
    improved, more = _nan(told["improved"]["mean"]), _nan(told["more_improved"]["mean"])
    return improved if key == "improved" else improved - more


def _nan(value: float | None) -> float:
    return float("nan") if value is None else float(value)
