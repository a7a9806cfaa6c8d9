"""Tables of a trial: the model beside what was published, contrasts, responders, kinds of spread."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Any

from deqi.measurement import Instrument
from deqi.plotting.spread import NOT_INCLUDED, spread_rows
from deqi.reports.html import Table
from deqi.reports.tables import MINUS, NOTHING, between, p_value, percent, points, with_interval

if TYPE_CHECKING:
    from deqi.population import Components

_WIDE = 30.0  # points: from here a scale is told to a tenth of a point, below to a hundredth

SAMPLING = "Intervals in brackets are 95 % intervals of sampling: were as many other patients drawn."


def digits(scale: Instrument) -> int:
    """Digits after the point that a score of an instrument is told with."""
    return 1 if scale.high - scale.low >= _WIDE else 2


def which(scale: Instrument) -> str:
    """An instrument's name, its ends, and which way is better."""
    better = "lower" if scale.better == "down" else "higher"
    return f"{scale.title}, {scale.low:g} to {scale.high:g}, {better} is better"


def outcome_table(
    summary: Mapping[str, Any], endpoint: str, scale: Instrument, *, change: bool = False
) -> Table:
    """Each arm at each visit, the published figure beside.

    Parameters
    ----------
    summary : mapping
        Summary of a trial.
    endpoint : str
        Which endpoint.
    scale : Instrument
        What it is measured with.
    change : bool
        The change since week 0 and not the score.
    """
    said = summary["published_change" if change else "published"]
    beside = any(endpoint in rows for rows in said.values())
    decimals = digits(scale)
    rows = []
    for arm, told in summary["arms"].items():
        for week, found in told["change" if change else "outcomes"].get(endpoint, {}).items():
            row = [
                arm,
                week,
                with_interval(found["mean"], found["ci95"], decimals, signed=change),
                points(found["sd"], decimals),
                _ends(found["p10"], found["p90"], decimals),
                str(found["n"]),
            ]
            paper = said.get(arm, {}).get(endpoint, {}).get(week)
            rows.append([*row, *_paper(paper, decimals, signed=change)] if beside else row)
    columns = ["arm", "week", "model: mean", "SD", "10th to 90th", "n"]
    if beside:
        columns += ["published: mean", "SD", "n", f"model {MINUS} published"]
    what = f"{endpoint.replace('_', ' ')}, {'change since week 0' if change else 'score'}"
    note = "" if beside else " Nothing published stands beside it."
    return Table(
        f"{what.capitalize()} ({which(scale)}). {SAMPLING} SD and percentiles are between patients.{note}",
        columns,
        rows,
    )


def _ends(low: float | None, high: float | None, decimals: int) -> str:
    return NOTHING if low is None or high is None else between((low, high), decimals)


def _paper(row: Mapping[str, Any] | None, decimals: int, *, signed: bool) -> list[str]:
    if row is None:
        return [NOTHING] * 4
    return [
        with_interval(row["mean"], row["interval"], decimals, signed=signed),
        points(row["sd"], decimals),
        str(row["n"]),
        points(row["difference"], decimals, signed=True),
    ]


def contrast_table(summary: Mapping[str, Any], scales: Mapping[str, Instrument]) -> Table:
    """Differences between arms in some endpoints, the published one beside.

    Parameters
    ----------
    summary : mapping
        Summary of a trial.
    scales : mapping
        Instruments by endpoint; those named here are shown, in this order.
    """
    found = [
        (published_difference(summary, c), c)
        for name in scales
        for c in summary["contrasts"]
        if c["endpoint"] == name
    ]
    beside = any(said is not None for said, _ in found)
    rows = []
    for said, c in found:
        decimals = digits(scales[c["endpoint"]])
        row = [
            f"{c['arms'][0]} {MINUS} {c['arms'][1]}",
            c["endpoint"].replace("_", " "),
            f"{c['week']:g}",
            with_interval(c["difference"], c["ci95"], decimals, signed=True),
            with_interval(c["smd"], c["smd_ci95"], 2, signed=True),
            p_value(c["p"]),
        ]
        if beside:
            row.append(NOTHING if said is None else f"{with_interval(*said[:2], decimals, signed=True)}, {said[2]}")
        rows.append(row)
    columns = ["contrast", "endpoint", "week", "difference", "SMD", "p"]
    papers = " Published: printed, or else the difference of the published means, not adjusted and without interval."
    return Table(
        "Differences between arms: the second is subtracted from the first. Adjusted as told under the methods; "
        f"SMD: by the pooled SD of the outcome. {SAMPLING}{papers if beside else ''}",
        [*columns, "published"] if beside else columns,
        rows,
    )


def published_difference(
    summary: Mapping[str, Any], contrast: Mapping[str, Any]
) -> tuple[float, Sequence[float] | None, str] | None:
    """The published difference of a contrast, its interval, and where it is from; None if there is none."""
    if contrast["published"] is not None:
        return contrast["published"]["difference"], contrast["published"]["interval"], "printed"
    week, endpoint = f"{contrast['week']:g}", contrast["endpoint"]
    for kind in ("published", "published_change"):
        rows = [summary[kind].get(arm, {}).get(endpoint, {}).get(week) for arm in contrast["arms"]]
        if all(row is not None for row in rows):
            return rows[0]["mean"] - rows[1]["mean"], None, "of means"
    return None


def responder_table(summary: Mapping[str, Any]) -> Table:
    """Share of responders by arm, rule and week, the published one beside."""
    said = summary["published_responders"]
    rows = []
    for arm, told in summary["arms"].items():
        for rule, by_week in told["responders"].items():
            for week, found in by_week.items():
                row = [arm, rule, week, percent(found["share"], found["ci95"]), str(found["n"])]
                paper = said.get(arm, {}).get(rule, {}).get(week)
                if any(said.values()):
                    row += (
                        [NOTHING, NOTHING]
                        if paper is None
                        else [
                            percent(paper["share"], paper["interval"]),
                            percent(paper["difference"], signed=True),
                        ]
                    )
                rows.append(row)
    columns = ["arm", "rule", "week", "responders", "of n"]
    if any(said.values()):
        columns += ["published", f"model {MINUS} published"]
    return Table(
        f"Responders: share of the patients randomised; whoever was not measured is none. {SAMPLING}", columns, rows
    )


def responder_contrast_table(summary: Mapping[str, Any]) -> Table:
    """Differences between arms in the share of responders."""
    found = summary["responder_contrasts"]
    beside = any(c["published"] is not None for c in found)
    rows = [
        [
            f"{c['arms'][0]} {MINUS} {c['arms'][1]}",
            c["rule"],
            f"{c['week']:g}",
            percent(c["difference"], c["ci95"], signed=True),
            p_value(c["p"]),
            *([_share(c["published"])] if beside else []),
        ]
        for c in found
    ]
    columns = ["contrast", "rule", "week", "difference", "p", *(["published"] if beside else [])]
    return Table(
        f"Differences in the share of responders, in points of percent: the second subtracted from the first. {SAMPLING}",
        columns,
        rows,
    )


def _share(said: Mapping[str, Any] | None) -> str:
    return NOTHING if said is None else percent(said["difference"], said["interval"], signed=True)


def spread_table(spread: Components) -> Table:
    """Variance of the primary score at baseline, by kind of spread."""
    rows = [
        [name, points(value), points(math.sqrt(value)) if value >= 0 else NOTHING, _of(value, spread.total)]
        for name, value in spread_rows(spread).items()
    ]
    rows.append(["all of it", points(spread.total), points(math.sqrt(spread.total)), _of(spread.total, spread.total)])
    rows.append(["about parameters", NOT_INCLUDED, "", ""])
    return Table(
        f"Kinds of spread in the primary score at baseline, of {spread.patients} patients. Variance in points squared, "
        "SD in points.",
        ["kind", "variance", "SD", "share of all"],
        rows,
    )


def _of(value: float, total: float) -> str:
    return percent(value / total) if total > 0 else NOTHING


def differences(summary: Mapping[str, Any], endpoint: str) -> Iterator[Mapping[str, Any]]:
    """Published figures of an endpoint after week 0 that the model has one beside."""
    for kind in ("published", "published_change"):
        for arm in summary[kind].values():
            for week, row in arm.get(endpoint, {}).items():
                if float(week) > 0 and row["difference"] is not None:
                    yield row
