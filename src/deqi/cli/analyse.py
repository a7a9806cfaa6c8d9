"""`deqi analyse`: individual data of a real trial, analysed as those of a virtual trial are."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

from deqi.cli.arguments import Argument, Option

if TYPE_CHECKING:
    from deqi.trials import TrialRun

__all__ = ["analyse_command"]


def analyse_command(
    data: Annotated[
        str, Argument(help="A CSV file, one row a patient; also looked for in the folder DEQI_STUDY_DATA.")
    ],
    map_file: Annotated[
        Path | None, Option("--map", help="A TOML file that says what the columns mean. [required]")
    ] = None,
    trial: Annotated[
        str | None, Option(help="A virtual trial, by name or TOML file, whose arms are laid beside.")
    ] = None,
    patients: Annotated[
        int | None, Option(help="Virtual patients; the trial's own number by default.")
    ] = None,
    seed: Annotated[int, Option(help="Seed of the virtual trial.")] = 1,
    workers: Annotated[int, Option(help="Processes; results do not depend on it.")] = 1,
    out: Annotated[
        Path | None, Option(help="Folder of the virtual trial's run; by default under runs/.")
    ] = None,
    analysis: Annotated[
        list[str] | None,
        Option(help="One more analysis: mmrm, or jump-to-reference:reference=ARM; may be repeated."),
    ] = None,
    as_json: Annotated[bool, Option("--json", help="Print one JSON object.")] = False,
) -> None:
    """Analyse patient data of a real trial: means, adjusted differences, responders, who is missing."""
    from deqi.cli.output import print_json
    from deqi.cli.trial_analyses import read_analyses
    from deqi.errors import DeqiError
    from deqi.trials.real import analyse, beside

    if map_file is None:
        raise DeqiError("is missing", where="--map", fix="give the TOML file that says what the columns mean")
    if trial is None and (patients is not None or out is not None):
        raise DeqiError("is of the virtual trial", where="--patients or --out", fix="name one by --trial")
    real = analyse(data, map_file, read_analyses(analysis))
    told = real.as_json()
    if trial is not None:
        run = _run(trial, patients=patients, seed=seed, workers=workers, out=out)
        told["simulated"] = beside(real, run)
    if as_json:
        print_json(told)
    else:
        print_analysis(told)


def _run(trial: str, **how: Any) -> TrialRun:
    from deqi.cli.progress import watching
    from deqi.trials import run_trial

    with watching(sys.stderr) as watch:
        return run_trial(trial, watch=watch, **how)


def print_analysis(told: dict[str, Any]) -> None:
    """Print a real trial's analysis as text."""
    from deqi.cli.trial_analyses import print_analyses

    arms = told["arms"]
    print(told["title"])
    print(f"{told['patients']} patients: " + ", ".join(f"{arm['n']} {name}" for name, arm in arms.items()))
    print(f"data: {told['data']['name']}, sha256 {told['data']['sha256'][:12]}")
    for outcome in told["map"]["outcomes"]:
        _print_means(arms, outcome)
        _print_contrasts(told, outcome["name"])
    _print_responders(told)
    _print_missing(told)
    print_analyses(told["analyses"])
    if told["simulated"] is not None:
        _print_simulated(told)
    print("Intervals are 95 %, sampling. A - B is the first arm minus the second. SD: across patients.")
    print(
        "Only patients with a score count in means and models: that is without bias where the arm and the "
        "covariates explain who is missing."
    )


def _print_means(arms: dict[str, Any], outcome: dict[str, Any]) -> None:
    from deqi.cli.output import print_table

    weeks = ["0", *outcome["weeks"]]
    ends = " to ".join("-" if outcome[end] is None else f"{outcome[end]:g}" for end in ("low", "high"))
    rows = [
        (name, *(_mean(about["outcomes"][outcome["name"]][week]) for week in weeks))
        for name, about in arms.items()
    ]
    head = f"{outcome['name']} ({ends}, better {outcome['better']}): mean (SD), n"
    print_table("", (head, *(f"week {week}" for week in weeks)), rows)


def _print_contrasts(told: dict[str, Any], outcome: str) -> None:
    from deqi.cli.output import number, print_table
    from deqi.reports.tables import p_value

    found = [c for c in told["contrasts"] if c["endpoint"] == outcome]
    rows = [
        (
            f"{c['arms'][0]} - {c['arms'][1]}",
            f"{c['week']:g}",
            "-" if c["difference"] is None else f"{c['difference']:.1f}",
            _interval(c["ci95"]),
            number(c["smd"], 2),
            p_value(c["p"]),
            f"{c['n'][0]}, {c['n'][1]}",
        )
        for c in found
    ]
    print_table("", (f"{outcome}, adjusted", "week", "A - B", "95 % CI", "SMD", "p", "n"), rows)
    # The pairs of a week share one model.
    for c in {c["week"]: c for c in found}.values():
        lost = ", ".join(f"{n} without {name}" for name, n in c["left_out"].items())
        print(
            f"model: {c['model']}; completers n={c['completers']}" + (f"; left out: {lost}" if lost else "")
        )
    for c in found:
        if c["reason"]:
            print(f"note: {c['arms'][0]} - {c['arms'][1]}, week {c['week']:g}: {c['reason']}")


def _print_responders(told: dict[str, Any]) -> None:
    from deqi.cli.output import print_table
    from deqi.reports.tables import p_value

    rules = dict.fromkeys(c["rule"] for c in told["responder_contrasts"])
    for rule in rules:
        rows = []
        for of in told["intervals"]["of"]:
            for name, about in told["arms"].items():
                weeks = about["responders"][rule]
                rows.append((f"{name}, of {of}", *(_share(by[of]) for by in weeks.values())))
        print_table("", (f"responders: {rule}", *(f"week {week}" for week in weeks)), rows)
        differences = [
            (
                f"{c['arms'][0]} - {c['arms'][1]}, of {c['of']}",
                f"{c['week']:g}",
                _percent(c["difference"]),
                "-" if c["ci95"] is None else " to ".join(_percent(end) for end in c["ci95"]),
                p_value(c["p"]),
            )
            for c in told["responder_contrasts"]
            if c["rule"] == rule
        ]
        print_table("", ("risk difference, % points", "week", "A - B", "95 % CI", "p"), differences)
    if rules:
        for of, meaning in told["intervals"]["of"].items():
            print(f"of {of}: {meaning}.")


def _print_missing(told: dict[str, Any]) -> None:
    from deqi.cli.output import print_table

    rows = [
        (
            f"{row['outcome']}, {row['arm']}",
            f"{row['week']:g}",
            f"{row['n']} of {row['of']}",
            _percent(row["n"] / row["of"]),
            _mean(row["baseline_missing"]),
            _mean(row["baseline_measured"]),
        )
        for row in told["missing"]
        if row["n"]
    ]
    if not rows:
        print("\nNo score is missing.")
        return
    print_table("", ("no score", "week", "n", "%", "their baseline", "baseline of the others"), rows)


def _print_simulated(told: dict[str, Any]) -> None:
    from deqi.cli.output import print_table

    made = told["simulated"]
    print(
        f"\nsimulated beside: {made['title']} ({made['condition']}), {made['patients']} virtual patients, "
        f"seed {made['seed']}, cohort {made['digest'][:12]}"
    )
    for name, by in made["outcomes"].items():
        rows = [
            (f"{kind}: {arm}", *map(_of_baseline, seen.values()))
            for kind in ("real", "simulated")
            for arm, seen in by[kind].items()
        ]
        at = {week: row["week"] for week, row in next(iter(by["simulated"].values())).items()}
        weeks = (
            f"week {week}" + (f", simulated {at[week]:g}" if at[week] != float(week) else "") for week in at
        )
        head = f"{name}, beside {by['endpoint']} ({by['instrument']}): mean (SD), % of baseline"
        print_table("", (head, *weeks), rows)
        if not by["same_instrument"]:
            print("Not the same instrument: only the share of the baseline can be read across.")
    print("The simulated week is the nearest. Nothing was fitted to these data; no agreement is scored.")


def _of_baseline(row: dict[str, Any]) -> str:
    if row["mean"] is None:
        return "-"
    spread = "" if row["sd"] is None else f" ({row['sd']:.1f})"
    share = row["share_of_baseline"]
    return f"{row['mean']:.1f}{spread}" + ("" if share is None else f", {100 * share:.0f} %")


def _interval(ends: Sequence[float] | None) -> str:
    return "-" if ends is None else f"{ends[0]:.1f} to {ends[1]:.1f}"


def _percent(share: float | None) -> str:
    return "-" if share is None else f"{100 * share:.1f}"


def _share(row: dict[str, Any]) -> str:
    return "-" if row["share"] is None else f"{100 * row['share']:.1f} % of {row['n']}"


def _mean(row: dict[str, Any]) -> str:
    if row["mean"] is None:
        return "-"
    return f"{row['mean']:.1f}" + ("" if row["sd"] is None else f" ({row['sd']:.1f})") + f", {row['n']}"
