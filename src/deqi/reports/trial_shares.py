"""What of a change is needles, what is context, and what would have come anyway."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, Any

from deqi.plotting import shares_figure
from deqi.reports.html import FigureItem, Part, Prose, Table
from deqi.reports.tables import NOTHING, joined, percent, plural, points
from deqi.reports.trial_tables import minus

if TYPE_CHECKING:
    from deqi.trials.shares_told import Shares

#: The section's heading.
HEADING = "Needles, context, natural course"
_TOTAL = "total"


def share_parts(found: Shares | None) -> Iterator[Part]:
    """Words, a figure and tables.

    Parameters
    ----------
    found : Shares or None
        The change taken apart; without it there is nothing to show.
    """
    if found is None:
        return
    told = found.as_json()
    lost = (
        f" {plural(told['not_followed'], 'patient')} could not be followed." if told["not_followed"] else ""
    )
    yield Prose(
        [
            f"The {told['patients']} patients of {told['patients_of']} were followed again under "
            f"{joined(list(told['arms']))}, each time with some of what they were given taken away, and with "
            "the same luck. What needles add depends on what else is there, so that it is averaged over "
            "every order of adding (Shapley, doi 10.1515/9781400881970-018); the parts add up to the change. "
            "The natural course is what is left with everything taken away, regression to the mean "
            "included. How much is context is the model's assumption about expectation and attention as "
            f"much as its answer. Nobody leaves, misses a session or is treated otherwise here.{lost}"
        ]
    )
    yield FigureItem(
        shares_figure(told),
        f"Mean change in {told['endpoint'].replace('_', ' ')} since week 0 taken apart, by arm and week"
        + (
            f"; on the right {told['patients_of']} minus each other needled arm in the same patients, on a "
            "scale of its own"
            if told["differences"]
            else ""
        )
        + ". Parts of one sign stand one after the other from 0, those of the other sign on its other side. "
        "Diamonds: all of it, with its 95 % interval (Monte Carlo). Errors of the parts stand in the table.",
        f"Stacked bars. {_said(told)}.",
    )
    yield shares_table(told)
    if told["differences"]:
        yield share_differences_table(told)


def _said(told: Mapping[str, Any]) -> str:
    last = {arm: list(parts[_TOTAL])[-1] for arm, parts in told["arms"].items()}
    return "; ".join(
        f"{arm}, week {last[arm]}: "
        + ", ".join(f"{part} {points(of[last[arm]]['mean'], signed=True)}" for part, of in parts.items())
        for arm, parts in told["arms"].items()
    )


def shares_table(told: Mapping[str, Any]) -> Table:
    """Parts of the change under each arm; `told` as `Shares.as_json` gives it."""
    weeks = list(next(iter(next(iter(told["arms"].values())).values())))
    rows = [
        [arm, part, *(_share(of[week]) for week in weeks)]
        for arm, parts in told["arms"].items()
        for part, of in parts.items()
    ]
    return Table(
        f"Parts of the mean change in {told['endpoint'].replace('_', ' ')} (points) ± Monte Carlo error (one "
        "standard error), and their share of it ± its error.",
        ["arm", "part", *(f"week {week}" for week in weeks)],
        rows,
        words=2,
    )


def share_differences_table(told: Mapping[str, Any]) -> Table:
    """Parts of the differences between arms, in the same patients; `told` as above."""
    rows: dict[tuple[str, str], list[str]] = {}
    weeks = list(dict.fromkeys(row["week"] for row in told["differences"]))
    for row in told["differences"]:
        rows.setdefault((minus(row["arms"]), row["part"]), []).append(_mean(row))
    return Table(
        f"Differences between arms in each part of the change in {told['endpoint'].replace('_', ' ')} "
        "(points), in the same patients ± Monte Carlo error (one standard error).",
        ["contrast", "part", *(f"week {week:g}" for week in weeks)],
        [[*where, *cells] for where, cells in rows.items()],
        words=2,
    )


def _mean(row: Mapping[str, Any]) -> str:
    if row["mean"] is None:
        return NOTHING
    told = points(row["mean"], signed=True)
    return told if row["error"] is None else f"{told} ± {points(row['error'], 2)}"


def _share(row: Mapping[str, Any]) -> str:
    if row["of_total"] is None:
        return _mean(row)
    error = row["of_total_error"]
    return f"{_mean(row)}; {percent(row['of_total'])}" + ("" if not error else f" ± {points(100 * error)}")
