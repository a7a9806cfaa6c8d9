"""`deqi design`: how many patients a trial needs, and how sure that is."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

from deqi.cli.arguments import Argument, Option

if TYPE_CHECKING:
    from deqi.trials.design import Design

__all__ = ["design_command"]

#: Kinds of answers of `deqi.credibility` that a design rests on.
GRADED = ("sham contrast", "spread between patients")


def design_command(
    trial: Annotated[str, Argument(help="A trial of the library (see deqi trials), or a TOML file.")],
    n: Annotated[
        str, Option(help="Patients randomised to each arm, with commas between.")
    ] = "50,100,200,400,800",
    sham: Annotated[
        list[str] | None,
        Option(
            help="In place of the trial's sham: non-penetrating, superficial-off-point or "
            "superficial-at-point; may be repeated."
        ),
    ] = None,
    week: Annotated[float | None, Option(help="Visit that is analysed; the last unless given.")] = None,
    ensemble: Annotated[
        str | None, Option(help="What is known about parameters: an ensemble by name, or a CSV file.")
    ] = None,
    members: Annotated[int | None, Option(help="Members of the ensemble; 16 unless given.")] = None,
    full: Annotated[bool, Option(help="Every member of the ensemble, with its weight.")] = False,
    pool: Annotated[int, Option(help="Patients simulated in each arm under each member.")] = 512,
    between_trials: Annotated[
        float | None,
        Option(help="SD of the true difference between trials, in SDs of the outcome; 0.22 unless given."),
    ] = None,
    dropout: Annotated[float, Option(help="Share lost besides those whom the trial loses.")] = 0.0,
    icc: Annotated[float, Option(help="Share of the adjusted variance that is between practitioners.")] = 0.0,
    per_practitioner: Annotated[int, Option(help="Whom a practitioner treats in an arm.")] = 10,
    baselines: Annotated[int, Option(help="Baselines whose mean is adjusted for.")] = 1,
    seed: Annotated[int, Option(help="Seed of everything random.")] = 1,
    workers: Annotated[int, Option(help="Processes; results do not depend on it.")] = 1,
    cluster: Annotated[
        str | None, Option(help="Address of a Dask scheduler to send the work to, tcp://host:port.")
    ] = None,
    chunk: Annotated[int, Option(help="Patients worked out together; results do not depend on it.")] = 512,
    out: Annotated[Path | None, Option(help="Folder of the pools; by default one under runs/.")] = None,
    resume: Annotated[bool, Option(help="Go on with pools that were stopped.")] = False,
    report: Annotated[Path | None, Option(help="Write design.html into this folder.")] = None,
    as_json: Annotated[bool, Option("--json", help="Print one JSON object.")] = False,
) -> None:
    """Patients that a trial needs: power and assurance over its size, with a sham of choice."""
    from deqi.cli.grades import grades_of
    from deqi.cli.output import print_json
    from deqi.cli.progress import watching
    from deqi.cli.simulate import chosen_members
    from deqi.parameters.ensemble import DEFAULT
    from deqi.trials.design import design_as_json, design_trial
    from deqi.trials.over_members import MEMBERS

    chosen = chosen_members(ensemble or DEFAULT, members, full, MEMBERS)
    assert chosen is not None
    whole, some = chosen
    sizes = _sizes(n)
    with watching(sys.stderr, f"patients under {some or len(whole)} members") as watch:
        found = design_trial(
            trial,
            sizes=sizes,
            shams=sham or (),
            ensemble=whole,
            members=some,
            patients=pool,
            week=week,
            between_trials=between_trials,
            dropout=dropout,
            icc=icc,
            per_practitioner=per_practitioner,
            baselines=baselines,
            seed=seed,
            workers=workers,
            cluster=cluster,
            chunk=chunk,
            out=out,
            resume=resume,
            watch=watch,
        )
    told = design_as_json(found) | {"grades": grades_of(GRADED)}
    written = None
    if report is not None:
        from deqi.reports.design import design_report

        written = design_report(told, report)
    if as_json:
        print_json(told | {"report": written and str(written)})
        return
    print_design(found, told)
    if written is not None:
        print(f"report: {written}")


def _sizes(text: str) -> list[int]:
    """Whole numbers with commas between."""
    from deqi.errors import TrialError

    try:
        return [int(part) for part in text.split(",")]
    except ValueError as error:
        raise TrialError(
            f"'{text}' are no whole numbers with commas between", where="--n", fix="write --n 100,200,400"
        ) from error


def print_design(design: Design, told: dict[str, Any]) -> None:
    """Print a design as text."""
    from deqi.cli.grades import grades_in_words

    print(f"{told['title']}\n{told['endpoint']} ({told['instrument']}) in week {told['week']:g}")
    print(
        f"pool: {told['pool']} patients an arm under each of {told['members']} members of "
        f"{told['ensemble']} ({told['fingerprint']}); {told['replicates']} trials of each size and member, "
        f"seed {told['seed']}"
    )
    for one in told["contrasts"]:
        _print_contrast(one)
    _print_made(told)
    for line in told["notes"]:
        print(f"note: {line}")
    if told["failed"]:
        print(f"note: members whose population could not be met, in no number: {told['failed']}")
    if told["not_followed"]:
        print(f"note: not followed to the end, in the pools: {told['not_followed']}")
    print(grades_in_words(told["grades"]))
    print(f"pools: {design.folder}")


def _print_contrast(one: dict[str, Any]) -> None:
    from deqi.cli.output import print_table

    first, second = one["arms"]
    print(f"\n{first} - {second}: {one['says']} ({' against '.join(one['protocols'])})")
    wrong = one["wrong_direction"]
    better = "below" if one["better"] == "down" else "above"
    print(
        f"expected SMD: {_across(one['smd'], 2)} (95 %, parameters), Monte Carlo error "
        f"{one['smd_error']:.3f}; {better} 0 favours {first}. SD {one['sd']:.1f} points, correlation with "
        f"the baseline {one['r']:.2f}."
    )
    print(
        f"wrong direction: {_percent(wrong['parameters'])} over parameters, "
        f"{_percent(wrong['in_a_trial'])} in one trial."
    )
    _print_published(one)
    rows = [
        (
            str(row["n"]),
            f"{row['measured']:.0f}",
            f"{_percent(row['power'])} ({100 * row['power_error']:.1f})",
            _across({k: None if v is None else 100 * v for k, v in row["assurance"].items()}, 0),
            _percent(row["false_positives"]),
        )
        for row in one["sizes"]
    ]
    print_table(
        "", ("n an arm", "measured", "power, % (MC SE)", "assurance, % (95 %)", "false positives"), rows
    )
    rows = [
        (
            _percent(need["target"]),
            _sought(need["power"], need["power_interval"]),
            _sought(need["assurance"], None),
            _or_dash(need["formula"]),
            _or_dash(need["formula_t"]),
        )
        for need in one["needed"]
    ]
    print_table("", ("n an arm for", "power (MC 95 %)", "assurance", "formula, normal", "formula, t"), rows)
    print(f"With ever more patients assurance comes to {_percent(one['most_assurance'])}.")


def _print_published(one: dict[str, Any]) -> None:
    theirs = one["published"]
    sign = 1 if one["better"] == "up" else -1
    ours = sorted(sign * v for v in one["smd"].values() if v is not None)
    middle = sign * one["smd"]["mean"]
    span = f" ({ours[0]:.2f} to {ours[-1]:.2f})" if len(ours) > 1 else ""
    print(
        f"SMD in favour of {one['arms'][0]}: model {middle:.2f}{span}; published {theirs['smd']:.2f} "
        f"({theirs['low']:.2f} to {theirs['high']:.2f}), {theirs['of']}: {theirs['source']}; "
        f"{theirs['note']}."
    )


def _print_made(told: dict[str, Any]) -> None:
    between = told["between_trials"]
    print(
        "\nPower: p < 0.05 (two-sided) in favour of the first arm, if the mean difference over members were "
        "true. Assurance: over members and between trials; in brackets the 95 % interval across members "
        "(parameters). Formula: two-sample test at the mean difference."
    )
    print(f"Between trials: SD {between['sd']:g} SMD ({between['kind']}: {between['source']}).")
    if told["icc"]:
        print(
            f"Practitioners: ICC {told['icc']:g}, {told['per_practitioner']} patients each, nobody in both "
            "arms (assumed: a cohort has no column of practitioners); the error of the difference is widened "
            "by the design effect, as an analysis that knows of practitioners would."
        )
    if told["baselines"] > 1:
        within = ", ".join(f"{one['within']:.2f}" for one in told["contrasts"][:1])
        print(
            f"Baselines: the mean of {told['baselines']}, by formula from the correlation of two within a "
            f"patient ({within}, from the pool's measurement error and weekly fluctuation)."
        )


def _across(row: dict[str, float | None], digits: int) -> str:
    """A mean over members, and its interval."""
    if row["mean"] is None:
        return "-"
    # Adding zero takes the sign of a zero away.
    mean, low, high = (None if v is None else f"{round(v, digits) + 0.0:.{digits}f}" for v in row.values())
    return f"{mean}" + ("" if low is None else f" ({low} to {high})")


def _sought(n: int | None, ends: list[int | None] | None) -> str:
    from deqi.trials.design.needed import MOST

    if n is None:
        return f"> {MOST}"
    return str(n) + ("" if ends is None else f" ({ends[0] or '-'} to {ends[1] or '-'})")


def _or_dash(value: int | None) -> str:
    return "-" if value is None else str(value)


def _percent(share: float) -> str:
    return f"{100 * share:.0f} %"
