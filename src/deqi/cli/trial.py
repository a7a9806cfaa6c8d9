"""`deqi trial`: a virtual trial, beside the published one where there is one."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

from deqi.cli.arguments import Argument, Option

if TYPE_CHECKING:
    from deqi.execution import Place
    from deqi.trials import OverMembers, TrialRun
    from deqi.trials.shares import Shares
    from deqi.trials.truth import Truth

__all__ = ["trial_command"]


def trial_command(
    trial: Annotated[str, Argument(help="A trial of the library (see deqi trials), or a TOML file.")],
    patients: Annotated[
        int | None, Option(help="Patients randomised in all; the trial's own number by default.")
    ] = None,
    seed: Annotated[int, Option(help="Seed of everything random.")] = 1,
    workers: Annotated[int, Option(help="Processes; results do not depend on it.")] = 1,
    cluster: Annotated[
        str | None, Option(help="Address of a Dask scheduler to send the work to, tcp://host:port.")
    ] = None,
    chunk: Annotated[int, Option(help="Patients worked out together; results do not depend on it.")] = 512,
    out: Annotated[
        str | None,
        Option(help="Folder of the run, or an address (s3://bucket/run); by default one under runs/."),
    ] = None,
    resume: Annotated[bool, Option(help="Go on with a run that was stopped.")] = False,
    ensemble: Annotated[
        str | None, Option(help="Give intervals about parameters too: an ensemble by name, or a CSV file.")
    ] = None,
    members: Annotated[int | None, Option(help="Members of the ensemble; 16 unless given.")] = None,
    full: Annotated[bool, Option(help="Every member of the ensemble, with its weight.")] = False,
    paired: Annotated[
        bool, Option(help="Also follow the same patients under every arm: what is true beside the estimate.")
    ] = False,
    shares: Annotated[
        bool, Option(help="Also take the change apart: needles, context, natural course.")
    ] = False,
    analysis: Annotated[
        list[str] | None,
        Option(help="One more analysis, beside those of the trial: mmrm, or subgroups:by=sex; repeatable."),
    ] = None,
    adam: Annotated[
        Path | None, Option(help="Write ADaM-shaped tables, ADSL and ADQS, into this folder.")
    ] = None,
    as_json: Annotated[bool, Option("--json", help="Print one JSON object.")] = False,
) -> None:
    """Run a virtual trial: enrol, randomise, treat, measure, analyse."""
    from deqi.cli.grades import TRIAL, grades_of
    from deqi.cli.output import print_json
    from deqi.cli.progress import watching
    from deqi.cli.simulate import chosen_members
    from deqi.cli.trial_analyses import read_analyses
    from deqi.errors import FileError
    from deqi.trials import load_trial, over_members, run_trial
    from deqi.trials.adam import write_adam
    from deqi.trials.asked import together
    from deqi.trials.estimands import told
    from deqi.trials.over_members import MEMBERS, check_members
    from deqi.trials.shares import arms_apart
    from deqi.trials.truth import check_arms

    chosen = chosen_members(ensemble, members, full, MEMBERS)
    more_analyses = read_analyses(analysis)
    plan = load_trial(trial)
    plan = plan.with_(analyses=together(plan.analyses, more_analyses))
    if chosen is not None:
        check_members(plan)
    if paired:
        check_arms(plan)
    if shares:
        arms_apart(plan)
    how: dict[str, Any] = {"workers": workers, "cluster": cluster, "chunk": chunk, "resume": resume}
    with watching(sys.stderr) as watch:
        run = run_trial(plan, patients=patients, seed=seed, out=out, watch=watch, **how)
    over = None
    if chosen is not None:
        whole, some = chosen
        with watching(sys.stderr, f"patients under {some or len(whole)} members") as watch:
            over = over_members(run, whole, members=some, watch=watch, **how)
    true = _truth(run) if paired else None
    apart = _apart(run) if shares else None
    report, failed = None, None
    try:
        report = _report(run, over, true, apart)
        if adam is not None:
            write_adam(run, adam)
    except FileError as error:
        # The result is there all the same, and is shown before the error is told.
        failed = error
    found = run.as_json() | {"about_parameters": over and over.as_json(), "grades": grades_of(TRIAL)}
    found |= {"estimands": told(run.trial)}
    found |= {"truth": true and true.as_json(), "shares": apart and apart.as_json()}
    if as_json:
        print_json(found | {"report": report and str(report)})
    else:
        print_trial(run, found, over)
        print(f"\nreport: {report or 'none'}")
        if adam is not None and failed is None:
            print(f"ADaM-shaped tables: {adam}")
    if failed is not None:
        raise failed


def _report(run: TrialRun, over: OverMembers | None, truth: Any, shares: Any) -> Place:
    """The report, written beside the cohort."""
    from tempfile import TemporaryDirectory

    from deqi.execution import put
    from deqi.reports import trial_report

    place = run.folder.place / "report.html"
    if isinstance(place, Path):
        return trial_report(run, place, over, truth=truth, shares=shares)
    with TemporaryDirectory() as folder:
        made = trial_report(run, Path(folder) / "report.html", over, truth=truth, shares=shares)
        put(place, made.read_bytes())
    return place


def _truth(run: TrialRun) -> Truth:
    """The same patients under every arm."""
    from deqi.cli.progress import watching
    from deqi.cli.trial_truth import counting
    from deqi.trials.truth import truth

    with watching(sys.stderr, "patients under every arm") as watch:
        return truth(run, watch=counting(watch))


def _apart(run: TrialRun) -> Shares:
    """The patients' changes taken apart."""
    from deqi.cli.progress import watching
    from deqi.cli.trial_truth import counting
    from deqi.trials.shares import shares

    with watching(sys.stderr, "patients' changes taken apart") as watch:
        return shares(run, watch=counting(watch))


def print_trial(run: TrialRun, found: dict[str, Any], over: OverMembers | None = None) -> None:
    """Print a trial's result as text, beside the published one where there is one."""
    from deqi.cli.grades import grades_in_words
    from deqi.cli.trial_analyses import print_analyses
    from deqi.core import cite
    from deqi.parameters.ensemble import DEFAULT

    print(f"{run.trial.title}\n{run.trial.patients} patients randomised, seed {run.seed}")
    for fit in run.met.fits[:1]:
        asked = f"{fit.asked_mean:g}" + ("" if fit.asked_sd is None else f" (SD {fit.asked_sd:g})")
        met = f"{fit.mean:.1f} (SD {fit.sd:.1f})"
        print(f"baseline asked of {fit.instrument}: {asked}; the population has {met}")
    weeks = [f"{week:g}" for week in run.trial.weeks_seen]
    for endpoint in run.trial.endpoints:
        _print_means(found, endpoint.name, endpoint.instrument, weeks)
    _print_responders(found)
    _print_contrasts(run, found)
    _print_more(found)
    print_analyses(found["analyses"])
    for reason, count in found["failures"].items():
        print(f"not followed to the end: {count} ({reason})")
    for line in (*run.met.shortfalls, *run.folder.notices):
        print(f"note: {line}")
    kinds = ", ".join(f"{n} {kind}" for kind, n in run.provenance["parameter_kinds"].items())
    print(
        "Intervals are 95 %, sampling: what a trial of this size would report. SD: of scores across patients."
    )
    if over is None:
        print(f"About parameters: no interval; --ensemble {DEFAULT} gives one. Parameters: {kinds}.")
    else:
        print(f"Parameters: {kinds}.")
        _print_about(run, found["about_parameters"], over, weeks)
    if run.published and any(row.role == "calibration" for row in run.published.rows):
        print("Published figures were open to calibration: agreement with them is no test of the model.")
    print(grades_in_words(found["grades"]))
    for key in run.trial.cites:
        print(cite(key))
    print(f"run: {run.folder.place} ({run.seconds:.1f} s)")


def _print_means(found: dict[str, Any], endpoint: str, instrument: str, weeks: Sequence[str]) -> None:
    from deqi.cli.output import print_table

    for part, said, words in (
        ("outcomes", "published", "mean (SD)"),
        ("change", "published_change", "change, mean (SD)"),
    ):
        # A change is told only beside a published one: it is a difference of the rows above.
        if part == "change" and not any(endpoint in rows for rows in found[said].values()):
            continue
        rows = []
        for arm, about in found["arms"].items():
            of = about[part][endpoint]
            rows.append((f"{arm}, model", *(_mean(of.get(week)) for week in weeks)))
            theirs = found[said].get(arm, {}).get(endpoint, {})
            if theirs:
                rows.append(("  published", *(_mean(theirs.get(week)) for week in weeks)))
        columns = (f"{endpoint} ({instrument}): {words}", *(f"week {week}" for week in weeks))
        print_table("", columns, rows)


def _print_responders(found: dict[str, Any]) -> None:
    from deqi.cli.output import print_table

    rules = next(iter(found["arms"].values()))["responders"]
    for rule, by_week in rules.items():
        rows = []
        for arm, about in found["arms"].items():
            of = about["responders"][rule]
            rows.append((f"{arm}, model", *(_percent(of[week]["share"]) for week in by_week)))
            theirs = found["published_responders"].get(arm, {}).get(rule, {})
            if theirs:
                rows.append(("  published", *(_percent(theirs.get(w, {}).get("share")) for w in by_week)))
        print_table("", (f"responders, {rule}", *(f"week {week}" for week in by_week)), rows)


def _print_contrasts(run: TrialRun, found: dict[str, Any]) -> None:
    from deqi.cli.output import number, print_table
    from deqi.reports.tables import p_value

    rows = [
        (
            f"{c['arms'][0]} - {c['arms'][1]}",
            f"{c['week']:g}",
            "-" if c["difference"] is None else f"{c['difference']:.1f}",
            _interval(c["ci95"]),
            number(c["smd"], 2),
            p_value(c["p"]),
            _published(c),
        )
        for c in found["contrasts"]
        if c["endpoint"] == run.trial.primary.name
    ]
    columns = (f"{run.trial.primary.name}, adjusted", "week", "A - B", "95 % CI", "SMD", "p", "published")
    print_table("", columns, rows)
    print("A - B is the first arm minus the second. * of the published means, not adjusted.")


def _print_more(found: dict[str, Any]) -> None:
    """What the trial is after, what is true, and shares of the change."""
    from deqi.cli.trial_truth import print_estimand, print_shares, print_truth

    print_estimand(found["estimands"][0])
    if found["truth"] is not None:
        print_truth(found["truth"])
    if found["shares"] is not None:
        print_shares(found["shares"])


def _print_about(run: TrialRun, about: dict[str, Any], over: OverMembers, weeks: Sequence[str]) -> None:
    """Means, shares and differences across the members of an ensemble."""
    from deqi.cli.output import print_table

    across = f"about {about['kind']}"
    arms = about["arms"].items()
    for endpoint in run.trial.endpoints:
        rows = [(arm, *(_across(of["outcomes"][endpoint.name].get(w)) for w in weeks)) for arm, of in arms]
        print_table("", (f"{endpoint.name}: {across}", *(f"week {week}" for week in weeks)), rows)
    for rule, by_week in next(iter(about["arms"].values()))["responders"].items():
        rows = [
            (arm, *(_across(row, 100, "%") for row in of["responders"][rule].values())) for arm, of in arms
        ]
        print_table("", (f"responders, {rule}: {across}", *(f"week {w}" for w in by_week)), rows)
    rows = [
        (
            f"{c['arms'][0]} - {c['arms'][1]}",
            f"{c['week']:g}",
            _across(c["difference"]),
            _across(c["smd"], digits=2),
        )
        for c in about["contrasts"]
        if c["endpoint"] == run.trial.primary.name
    ]
    print_table("", (f"{run.trial.primary.name}, adjusted: {across}", "week", "A - B", "SMD"), rows)
    print(
        f"About {about['kind']}: weighted mean over {about['members']} members of the ensemble "
        f"{about['ensemble']} ({about['fingerprint']}), in brackets their {about['level']} % interval. Each "
        "member's trial has the same seed and meets the same people; its own Monte Carlo error, that of a "
        "trial of this size, is in the mean however many members there are."
    )
    if run.met.fits:
        mean, sd = over.baseline_missed
        print(f"Under members the baseline is met to {mean:.1f} points in the mean and {sd:.1f} in the SD.")
    if about["failed"]:
        print(f"note: members whose population could not be met, in no interval: {about['failed']}")
    if over.not_followed:
        print(f"note: not followed to the end, in the trials of members: {over.not_followed}")


def _across(row: dict[str, float | None] | None, factor: float = 1, unit: str = "", digits: int = 1) -> str:
    """A mean over members, and its interval."""
    if row is None or row["mean"] is None:
        return "-"
    digits = 0 if unit else digits
    # Adding zero takes the sign of a zero away.
    mean, low, high = (
        None if v is None else f"{round(factor * v, digits) + 0.0:.{digits}f}" for v in row.values()
    )
    return f"{mean}{unit and ' '}{unit}" + ("" if low is None else f" ({low} to {high})")


def _published(contrast: dict[str, Any]) -> str:
    theirs = contrast["published"]
    if theirs is None:
        return "-"
    ends = f" ({_interval(theirs['interval'])})" if theirs["interval"] else ""
    return f"{theirs['difference']:.1f}{ends}" + ("" if theirs["printed"] else "*")


def _interval(ends: Sequence[float] | None) -> str:
    return "-" if ends is None else f"{ends[0]:.1f} to {ends[1]:.1f}"


def _percent(share: float | None) -> str:
    return "-" if share is None else f"{100 * share:.0f} %"


def _mean(row: dict[str, Any] | None) -> str:
    if row is None or row["mean"] is None:
        return "-"
    return f"{row['mean']:.1f}" + ("" if row.get("sd") is None else f" ({row['sd']:.1f})")
