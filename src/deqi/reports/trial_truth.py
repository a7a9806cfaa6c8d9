"""What is true in a simulated trial, beside what it estimated: the same patients under every arm."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

from deqi.measurement import Instrument
from deqi.plotting.forest import Axis, Key, Line, Mark, forest
from deqi.plotting.style import BLUE, GREEN, PURPLE, VERMILION
from deqi.reports.html import Drawing, Listing, Part, Prose, Table
from deqi.reports.tables import NOTHING, points, with_interval
from deqi.reports.trial_tables import digits, minus

if TYPE_CHECKING:
    from collections.abc import Mapping
    from typing import Any

    from deqi.trials.paired import Mean
    from deqi.trials.truth import Truth

#: The section's heading.
HEADING = "What is true"
#: How each strategy is drawn, in the order in which they are told.
_LOOKS = (("square", VERMILION), ("triangle", GREEN), ("diamond", PURPLE))
_Z = 1.96


def true_parts(found: Truth | None, summary: Mapping[str, Any], scale: Instrument) -> Iterator[Part]:
    """Words, a figure and tables.

    Parameters
    ----------
    found : Truth or None
        The same patients under every arm; without it there is nothing to show.
    summary : mapping
        Summary of the trial.
    scale : Instrument
        What the primary endpoint is measured with.
    """
    if found is None:
        return
    from deqi.trials.truth import STRATEGIES

    told = found.as_json()
    yield Prose(
        [
            "A trial sees each patient under one arm. Here "
            f"{told['patients']} of its patients were followed under every arm, with the same luck, so that "
            "a difference between arms is the mean of each patient's own difference. It is true in the "
            "model, and no more than that: of people it says nothing. What is between the truth by the "
            "estimand and the estimate is the chance of who was allocated where, and what was lost with "
            "those who left."
        ]
    )
    yield Listing([f"{name.replace('-', ' ')}: {said}." for name, said in STRATEGIES.items()])
    if told["reason"]:
        yield Prose([f"By the estimand nothing is told: {told['reason']}."])
    yield _figure(told, scale)
    yield true_table(told, scale)
    yield under_every_arm(found, summary, scale)


def _figure(told: Mapping[str, Any], scale: Instrument) -> Drawing:
    names = [name.replace("-", "_") for name in told["strategies"]]
    lines, values, said = [], [], []
    for row in told["contrasts"]:
        ends = row["ci95"]
        marks = [Mark(row["estimate"], None if ends is None else (ends[0], ends[1]), "disc", BLUE)]
        values += [row["estimate"] or 0.0, *(ends or ())]
        for name, (shape, colour) in zip(names, _LOOKS, strict=True):
            if row[name] is None:
                continue
            interval = _monte_carlo(row[name])
            marks.append(Mark(row[name]["mean"], interval, shape, colour))
            values += [row[name]["mean"] or 0.0, *(interval or ())]
        where = f"{minus(row['arms'])}, week {row['week']:g}"
        lines.append(Line(where, marks))
        true = ", ".join(f"{n} {points(row[n]['mean'], signed=True)}" for n in names if row[n] is not None)
        said.append(f"{where}: estimate {points(row['estimate'], signed=True)}, true {true}")
    keys: Sequence[Sequence[Key]] = [
        [(Mark(0, (0, 0), "disc", BLUE), "estimate of the trial")],
        *(
            [(Mark(0, (0, 0), shape, colour), f"true: {name.replace('-', ' ')}")]
            for name, (shape, colour) in zip(told["strategies"], _LOOKS, strict=True)
        ),
    ]
    name = told["endpoint"].replace("_", " ")
    return Drawing(
        forest(
            lines,
            Axis.about(values, f"difference in {name} (points)"),
            keys,
            f"Forest plot. {'; '.join(said)}.",
        ),
        f"Differences between arms in {name}, the second subtracted from the first: what the trial estimated "
        "(disc; line: 95 % interval, sampling, as it would be told of a trial) and what is true in the same "
        f"patients (other marks; lines: 95 % intervals, Monte Carlo). {_better(scale)}",
    )


def _better(scale: Instrument) -> str:
    side = "left" if scale.better == "down" else "right"
    return f"On the {side} of 0 the first arm is better."


def _monte_carlo(row: Mapping[str, Any]) -> tuple[float, float] | None:
    """The 95 % interval of a mean of simulated patients."""
    if row["mean"] is None or row["error"] is None:
        return None
    return row["mean"] - _Z * row["error"], row["mean"] + _Z * row["error"]


def true_table(told: Mapping[str, Any], scale: Instrument) -> Table:
    """Differences between arms: true by each strategy, and estimated.

    Parameters
    ----------
    told : mapping
        `Truth.as_json`.
    scale : Instrument
        What the endpoint is measured with.
    """
    decimals = digits(scale)
    rows = [
        [
            minus(row["arms"]),
            f"{row['week']:g}",
            *(_cell(row[name.replace("-", "_")], decimals) for name in told["strategies"]),
            with_interval(row["estimate"], row["ci95"], decimals, signed=True),
        ]
        for row in told["contrasts"]
    ]
    heads = [f"true: {name.replace('-', ' ')}" for name in told["strategies"]]
    return Table(
        f"Differences in {told['endpoint'].replace('_', ' ')} (points). True: mean difference in the same "
        "patients ± Monte Carlo error (one standard error, were as many other patients drawn). Estimate: "
        "analysis of covariance of the trial, in brackets the 95 % interval (sampling).",
        ["contrast", "week", *heads, "estimate"],
        rows,
    )


def under_every_arm(found: Truth, summary: Mapping[str, Any], scale: Instrument) -> Table:
    """Mean score of all patients under each arm, the mean of those allocated to it beside.

    Parameters
    ----------
    found : Truth
        The same patients under every arm.
    summary : mapping
        Summary of the trial.
    scale : Instrument
        What the primary endpoint is measured with.
    """
    from deqi.trials.paired import Mean
    from deqi.trials.truth import STRATEGIES

    decimals, name = digits(scale), found.trial.primary.name
    strategies = [strategy for strategy in STRATEGIES if strategy in found.scores]
    rows = []
    for arm in found.trial.arm_names:
        for week in found.trial.weeks_seen:
            seen = summary["arms"][arm]["outcomes"][name].get(f"{week:g}")
            if seen is None:
                continue
            true = [Mean.of(found.scores[strategy][arm][week]) for strategy in strategies]
            rows.append(
                [
                    arm,
                    f"{week:g}",
                    *(_mean(one, decimals) for one in true),
                    with_interval(seen["mean"], seen["ci95"], decimals),
                ]
            )
    heads = [f"everybody: {strategy.replace('-', ' ')}" for strategy in strategies]
    return Table(
        f"Mean {name.replace('_', ' ')} had everybody been in the arm, ± Monte Carlo error (one standard "
        "error), and the mean of those who were, of whom some have left; in brackets its 95 % interval "
        "(sampling).",
        ["arm", "week", *heads, "allocated, measured"],
        rows,
    )


def _cell(row: Mapping[str, Any] | None, decimals: int) -> str:
    if row is None or row["mean"] is None:
        return NOTHING
    told = points(row["mean"], decimals, signed=True)
    return told if row["error"] is None else f"{told} ± {points(row['error'], decimals + 1)}"


def _mean(one: Mean, decimals: int) -> str:
    told = points(one.mean, decimals)
    return told if one.error is None else f"{told} ± {points(one.error, decimals + 1)}"
