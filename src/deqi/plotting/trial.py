"""The arms of a trial over its visits: two kinds of spread told apart, and what was published."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise
from textwrap import shorten
from typing import TYPE_CHECKING, Any

from deqi.errors import DeqiError, UnknownNameError
from deqi.plotting.style import MUTED, PAPER, WIDTH, Look, label_ends, looks, styled

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

    from deqi.measurement import Instrument

_PLACE = 0.0165  # of the trial's length: between neighbours at one visit, where there is room
_CROWDED = 0.85  # of the time between two visits: the most that what stands at one may take
_BAND = 5.5  # point
_FAINT = 0.24
_MOST_TICKS, _TICK = 12, 0.045  # ticks; of the axis, between two that are told
_PIXELS = 96  # an inch
_ASIDE, _CHARACTER, _LONGEST = 48, 6.7, 32  # pixel beside the names of arms, and a character; characters


@dataclass(frozen=True)
class Visit:
    """What one arm scored at one visit; NaN for what is not known.

    Attributes
    ----------
    week : float
        When.
    mean : float
        Mean.
    low, high : float
        Ends of the 95 % interval of the mean (sampling).
    p10, p90 : float
        Between which four of five patients lie; NaN of published means.
    """

    week: float
    mean: float
    low: float
    high: float
    p10: float = math.nan
    p90: float = math.nan


def arms_over_time(
    summary: Mapping[str, Any],
    endpoint: str,
    published: Mapping[str, Any] | None = None,
    *,
    scale: Instrument | None = None,
    change: bool = False,
) -> Figure:
    """Mean of each arm at each visit, with its interval and with the spread of the scores.

    Parameters
    ----------
    summary : mapping
        Summary of a trial.
    endpoint : str
        Which endpoint.
    published : mapping, optional
        Published means by arm, endpoint and week, as under ``published`` of a summary, or
        ``published_change`` where changes are drawn.
    scale : Instrument, optional
        The endpoint's instrument, for the ends of the axis and which way is better.
    change : bool
        Draw the change since week 0 and not the score.

    Raises
    ------
    UnknownNameError
        If no arm has the endpoint, or something was published of an arm that is not there.
    DeqiError
        If there are more arms than can be told apart, or nobody was measured.

    Examples
    --------
    >>> at = {"mean": 50.0, "sd": 10.0, "n": 9, "ci95": [43.5, 56.5], "p10": 38.0, "p90": 62.0}
    >>> summary = {"arms": {"sham": {"outcomes": {"pain": {"0": at, "6": at}}}}}
    >>> [len(ax.containers) for ax in arms_over_time(summary, "pain").axes]
    [1]
    """
    from matplotlib.figure import Figure

    told = {arm: found["change" if change else "outcomes"] for arm, found in summary["arms"].items()}
    known = {name for found in told.values() for name in found}
    if endpoint not in known:
        raise UnknownNameError("endpoint", endpoint, known, where="figure")
    model = {arm: visits(found.get(endpoint, {})) for arm, found in told.items()}
    said = _published(told, endpoint, published)
    weeks = sorted({v.week for found in (model, said) for rows in found.values() for v in rows})
    if not weeks:
        raise DeqiError("nobody was measured", where=f"figure of {endpoint}")
    places = _places(list(model), said, weeks)
    look = looks(list(model))
    with styled():
        figure = Figure(figsize=(WIDTH, 4.9))
        names = {arm: shorten(arm, _LONGEST, placeholder="…") for arm in model}
        aside = (_ASIDE + _CHARACTER * max(map(len, names.values()))) / (_PIXELS * WIDTH)
        ax = figure.add_axes((0.085, 0.108, 0.915 - aside, 0.745))
        ends = []
        for arm, rows in model.items():
            if rows:
                _model(ax, rows, look[arm], places[arm, False])
                ends.append((rows[-1].mean, names[arm], look[arm]))
            if said[arm]:
                _beside(ax, said[arm], look[arm], places[arm, True])
        _axes(ax, endpoint, weeks, max(places.values()), scale, change=change)
        if all(rows and rows[-1].week == weeks[-1] for rows in model.values()):
            label_ends(ax, ends, weeks[-1] + max(places.values()))
        else:
            # A name at the end of the axis would say that an arm was measured to the end.
            _names(ax, ends)
        _legend(figure, published=any(said.values()))
    return figure


def visits(rows: Mapping[Any, Mapping[str, Any]]) -> list[Visit]:
    """What is known of the visits of one arm, in order of time; those nobody answered are left out.

    Examples
    --------
    >>> [v.week for v in visits({"26": {"mean": 40.2, "interval": [38, 42]}, "6": {"mean": None}})]
    [26.0]
    """
    found = []
    for week, row in rows.items():
        low, high = row.get("ci95") or row.get("interval") or (None, None)
        known = [_number(x) for x in (row.get("mean"), low, high, row.get("p10"), row.get("p90"))]
        if not math.isnan(known[0]):
            found.append(Visit(float(week), *known))
    return sorted(found, key=lambda visit: visit.week)


def _number(value: float | None) -> float:
    return math.nan if value is None else float(value)


def _published(
    arms: Mapping[str, Any], endpoint: str, published: Mapping[str, Any] | None
) -> dict[str, list[Visit]]:
    for arm in published or {}:
        if arm not in arms:
            raise UnknownNameError("arm", arm, arms, where="published values")
    return {arm: visits((published or {}).get(arm, {}).get(endpoint, {})) for arm in arms}


def _places(
    arms: list[str], said: Mapping[str, list[Visit]], weeks: list[float]
) -> dict[tuple[str, bool], float]:
    """How far beside its week each arm stands, the model's and (True) the published one's [wk]."""
    keys = [(arm, of_paper) for arm in arms for of_paper in (False, True) if not of_paper or said[arm]]
    gaps = [b - a for a, b in pairwise(weeks)]
    length = max(weeks[-1] - weeks[0], 1.0)
    step = min(_PLACE * length, _CROWDED * min(gaps, default=length) / len(keys))
    middle = (len(keys) - 1) / 2
    return {key: (k - middle) * step for k, key in enumerate(keys)}


def _model(ax: Axes, rows: list[Visit], look: Look, place: float) -> None:
    weeks = [v.week + place for v in rows]
    ax.plot(weeks, [v.mean for v in rows], color=look.colour, linestyle=look.dash, linewidth=1.0)
    ax.vlines(
        weeks,
        [v.p10 for v in rows],
        [v.p90 for v in rows],
        color=look.colour,
        alpha=_FAINT,
        linewidth=_BAND,
        zorder=1.5,
    )
    _interval(ax, rows, look, place, filled=True)


def _beside(ax: Axes, rows: list[Visit], look: Look, place: float) -> None:
    _interval(ax, rows, look, place, filled=False)


def _interval(ax: Axes, rows: list[Visit], look: Look, place: float, *, filled: bool) -> None:
    # An interval that is not known is drawn with no length, so that its mean still is.
    below = [0.0 if math.isnan(v.low) else v.mean - v.low for v in rows]
    above = [0.0 if math.isnan(v.high) else v.high - v.mean for v in rows]
    ax.errorbar(
        [v.week + place for v in rows],
        [v.mean for v in rows],
        yerr=(below, above),
        fmt=look.marker,
        color=look.colour,
        markerfacecolor=look.colour if filled else PAPER,
        markersize=4.6,
        markeredgewidth=1.2,
        elinewidth=1.5,
        capsize=2.6,
        zorder=3,
    )


def _axes(
    ax: Axes, endpoint: str, weeks: list[float], widest: float, scale: Instrument | None, *, change: bool
) -> None:
    room = widest + 0.015 * max(weeks[-1], 1.0)
    ax.set_xlim(weeks[0] - room, weeks[-1] + room)
    if len(weeks) <= _MOST_TICKS:
        ax.set_xticks(weeks, _told(weeks))
    ax.set_xlabel("weeks since randomisation")
    name = endpoint.replace("_", " ") + (", change since week 0" if change else "")
    better = "" if scale is None else f"{'lower' if scale.better == 'down' else 'higher'} is better"
    if scale is None or change:
        ax.set_ylabel(f"{name} (points; {better})" if better else name)
        if change:
            ax.axhline(0, color=MUTED, linewidth=0.8)
        return
    ax.set_ylabel(f"{name} ({scale.low:g} to {scale.high:g}; {better})")
    ax.set_ylim(scale.low, scale.high)


def _told(weeks: list[float]) -> list[str]:
    """Weeks as ticks tell them: one that would touch the one before says nothing."""
    apart = _TICK * (weeks[-1] - weeks[0])
    told, last = [], -math.inf
    for week in weeks:
        told.append(f"{week:g}" if week - last >= apart else "")
        last = week if told[-1] else last
    return told


def _names(ax: Axes, ends: Sequence[tuple[float, str, Look]]) -> None:
    """The arms beside the axes, from the top."""
    from matplotlib.lines import Line2D

    keys = [
        Line2D([], [], color=look.colour, linestyle=look.dash, marker=look.marker, markersize=4.6)
        for _, _, look in ends
    ]
    ax.legend(
        keys,
        [name for _, name, _ in ends],
        loc="upper left",
        bbox_to_anchor=(1.0, 1.0),
        handlelength=1.2,
        handletextpad=0.5,
        borderpad=0.2,
    )


def _legend(figure: Figure, *, published: bool) -> None:
    """A key in grey: what the marks mean, whatever the arm."""
    from matplotlib.lines import Line2D

    mean = Line2D([], [], color=MUTED, marker="o", markersize=4.6, linewidth=1.0)
    band = Line2D([], [], color=MUTED, linewidth=_BAND, alpha=2 * _FAINT, solid_capstyle="butt")
    bar = Line2D([], [], color=MUTED, marker="|", linestyle="none", markersize=11, markeredgewidth=1.5)
    keys = {
        "model: mean": mean,
        "95 % interval of the mean (sampling)": bar,
        "10th to 90th percentile of the patients' scores": band,
    }
    if published:
        keys["published: mean, with its 95 % interval"] = Line2D(
            [], [], color=MUTED, marker="o", markerfacecolor=PAPER, markersize=4.6, linestyle="none"
        )
    figure.legend(
        list(keys.values()),
        list(keys),
        loc="upper left",
        bbox_to_anchor=(0.07, 1.005),
        ncols=2,
        columnspacing=1.6,
        labelspacing=0.35,
    )
