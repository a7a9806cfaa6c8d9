"""The page on null trials: what each analysis promises, what it kept, and why where it did not."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, TypeAlias

import null_draws as draws

from deqi.core.writing import replace_file

Row: TypeAlias = Mapping[str, Any]

#: Kind and way in words.
_NAMES: Mapping[tuple[str, str], str] = {
    ("covariance", ""): "analysis of covariance, whoever was measured",
    ("mmrm", "kenward-roger"): "`mmrm`, Kenward-Roger",
    ("mmrm", "satterthwaite"): "`mmrm`, Satterthwaite",
    ("multiple-imputation", ""): "`multiple-imputation`",
    ("jump-to-reference", "Rubin's rules"): "`jump-to-reference`, Rubin's rules",
    ("jump-to-reference", "bootstrap"): "`jump-to-reference`, bootstrap",
    ("tipping-point", "there is one"): "`tipping-point`: there is one",
    ("several-contrasts", "each alone"): "three contrasts, each at 5 %",
    ("several-contrasts", "Holm"): "`holm`, three contrasts",
    ("several-contrasts", "fixed sequence"): "`fixed-sequence`, three contrasts",
    ("subgroups", "interaction"): "`subgroups`: interaction",
    ("subgroups", "in a subgroup"): "`subgroups`: interval in one",
    ("per-protocol", ""): "`per-protocol`",
    ("clusters", "practitioners not minded"): "practitioners not minded",
    ("clusters", "cluster-robust"): "`clusters`, cluster-robust",
    ("clusters", "random practitioner"): "`clusters`, random practitioner",
    ("responders", "difference"): "`responders`, difference",
    ("responders", "ratio"): "`responders`, ratio",
}
#: What is to be expected, with numbers of the rows where they are named.
_WHY: Mapping[tuple[str, str], str] = {
    ("covariance", ""): "5 % and 95 %. Who left depends on visits that the model does not hold, so that with "
    "an effect the estimate is {mean} on average where {truth} is true: a bias of {bias}, small beside its "
    "error of {sd}.",
    (
        "mmrm",
        "kenward-roger",
    ): "5 % and 95 %: the visits before leaving are in the model ({mean} on average).",
    (
        "mmrm",
        "satterthwaite",
    ): "Hardly differs from Kenward-Roger at this size; its errors are never the wider.",
    ("multiple-imputation", ""): "5 % and 95 %; {mean} on average where {truth} is true.",
    ("jump-to-reference", "Rubin's rules"): "Conservative, as is known (Cro, Carpenter and Kenward 2019, "
    "doi 10.1111/rssa.12423): the error that it tells is {told} where estimates vary by {sd_null} from trial "
    "to trial, so that claims are fewer than 5 %. It keeps the information that missing values lose as it is "
    "under missing at random.",
    ("jump-to-reference", "bootstrap"): "5 % and 95 %: it tells {told} where estimates vary by {sd_null}.",
    ("tipping-point", "there is one"): "There is a tipping point where imputation shows something: 5 % of "
    "null trials.",
    ("several-contrasts", "each alone"): "Any false claim among three: the reason to adjust. With an effect "
    "one contrast is still null, and 5 % is right.",
    (
        "several-contrasts",
        "Holm",
    ): "At most 5 % of trials with any false claim; less, as contrasts share arms.",
    ("several-contrasts", "fixed sequence"): "5 % where the first is null. With an effect the null contrast "
    "comes last, and is reached only after two were shown.",
    ("subgroups", "interaction"): "5 % with and without an effect: it is the same in both subgroups.",
    ("subgroups", "in a subgroup"): "5 % and 95 %, of one subgroup; nothing is adjusted for their number.",
    ("per-protocol", ""): "5 % without an effect, as whoever was better attended more, in both arms alike. "
    "With an effect followers differ between the arms: {mean} on average where {truth} is true of everybody.",
    ("clusters", "practitioners not minded"): "Too many claims and intervals too short, with a tenth of the "
    "needled patients' variance between ten practitioners: the reason to mind them. It tells an error of "
    "{told} where estimates vary by {sd_null}.",
    (
        "clusters",
        "cluster-robust",
    ): "Somewhat fewer than 5 %: t with practitioners less needle arms as freedom is "
    "careful, as the other arm has no practitioners.",
    (
        "clusters",
        "random practitioner",
    ): "Fewer than 5 %: errors are near to the truth (told {told}, estimates "
    "vary by {sd_null}), and t with nine degrees of freedom is more careful than ten practitioners "
    "against an "
    "arm without any ask for.",
    ("responders", "difference"): "Claims by Fisher's exact test, which is conservative; Newcombe's interval "
    "holds the truth in about 95 %.",
    ("responders", "ratio"): "About 95 %, from the logarithm; a claim is an interval without 1.",
}


def write_page(rows: Sequence[Row], path: Path) -> None:
    """Write the page.

    Parameters
    ----------
    rows : sequence of mapping
        What `null_trials` kept.
    path : Path
        File to write.
    """
    table = [
        "| analysis | false claims, % | coverage without effect, % | claims with effect, % | "
        "coverage with, % "
        "| ms a trial (wall clock, shared machine) |",
        "|---|---|---|---|---|---|",
        *(_line(row) for row in rows),
    ]
    whys = [f"- **{_name(row)}.** {_why(row)}{_refused(row)}" for row in rows]
    replace_file(path, "\n".join([*_head(rows), *table, *_below(), *whys, *_left_out()]).encode() + b"\n")


def _head(rows: Sequence[Row]) -> list[str]:
    trials = sorted({row["null"]["trials"] + row["null"]["refused"] for row in rows})
    count = " or ".join(f"{n:,}" for n in trials)
    return [
        "# Analyses of a trial, and whether they keep what they promise",
        "",
        "<!-- Written by benchmarks/null_trials.py; do not edit. -->",
        "",
        "A trial file asks for analyses beside that of covariance as `[[analyses]]` tables, the "
        "command line as "
        "`--analysis KIND:SETTING=VALUE` (`deqi trial`, `deqi analyse`); kinds and settings are in "
        "[the schema](schemas/trial-file.schema.json). Each result says what question it answers. One that "
        "cannot be done has a reason and no number.",
        "",
        f"Every analysis was tried on {count} made-up trials without an effect and as many with one. "
        "In brackets: "
        "Monte Carlo standard error. False claims: trials without an effect in which p is 0.05 or "
        "less. Coverage: "
        "95 % intervals that hold what is true.",
        "",
    ]


def _below() -> list[str]:
    mean, sd = draws.BASELINE_MEAN, draws.BASELINE_SD
    means, sds, effect = (
        ", ".join(f"{v:g}" for v in values) for values in (draws.MEANS, draws.SDS, draws.EFFECT)
    )
    return [
        "",
        "## The made-up trials",
        "",
        f"{draws.PATIENTS} patients an arm, three visits. Baseline: normal, mean {mean:g}, SD {sd:g}. "
        "A visit: mean "
        f"{means}, plus {draws.SLOPE:g} of how far the baseline is from its mean, plus a normal "
        "residual of SD "
        f"{sds}; residuals of neighbouring visits are correlated by {draws.CORRELATION[0, 1]:g}, of "
        "the first and "
        f"the last by {draws.CORRELATION[0, 2]:g}. With an effect needles add {effect}. After the "
        "first and the "
        f"second visit a patient leaves with log odds of {draws.LEAVING:g} plus {draws.PER_POINT:g} "
        "for each point "
        "of the score above 50 (missing at random, alike in both arms). The last visit is analysed. "
        "A responder is "
        f"better than at baseline by {100 * draws.RELIEF:g} % and has not left. With practitioners, "
        f"{draws.PRACTITIONERS} of them share {100 * draws.SHARED:g} % of the residual variance of "
        "the needles' "
        f"arm. Enough sessions are attended with log odds of {draws.ATTENDING:g} plus "
        f"{draws.PER_POINT_ATTENDED:g} for each point above 50 at the first visit. What is true: "
        "after a jump to "
        "reference, the effect times the share of the needled who stay; of responders, shares of a million "
        "patients an arm; otherwise the effect had nobody left.",
        "",
        "## What to expect, and why some are off",
        "",
    ]


def _left_out() -> list[str]:
    return [
        "",
        "Not tried: `complete-case` is the analysis of covariance where nobody comes back after a "
        "missed visit, as "
        "here; `responder-curve` tests nothing and has no interval. What these trials cannot show: "
        "scores that are "
        "not normal, floors of a scale, values that are missing for what was not measured.",
    ]


def _name(row: Row) -> str:
    return _NAMES[row["kind"], row["way"]]


def _line(row: Row) -> str:
    null, effect = row["null"], row["effect"]
    cells = [
        _name(row),
        _percent(null["claims"], null["claims_error"]),
        _percent(null["coverage"], null["coverage_error"]),
        _percent(effect["claims"], effect["claims_error"]),
        _percent(effect["coverage"], effect["coverage_error"]),
        f"{1000 * row['seconds']:.1f}",
    ]
    return f"| {' | '.join(cells)} |"


def _percent(share: float | None, error: float | None) -> str:
    return "" if share is None or error is None else f"{100 * share:.1f} ({100 * error:.1f})"


def _why(row: Row) -> str:
    null, effect = row["null"], row["effect"]
    numbers = {
        "mean": effect["mean"],
        "truth": effect["truth"],
        "bias": None if effect["mean"] is None else effect["mean"] - effect["truth"],
        "sd": effect["sd"],
        "told": null["mean_error"],
        "sd_null": null["sd"],
    }
    words = {name: "" if value is None else f"{value:.2f}" for name, value in numbers.items()}
    said = _WHY[row["kind"], row["way"]].format(**words)
    # Three Monte Carlo errors from 5 % are no chance of 2,000 trials.
    far = (null["claims"] - 0.05) / max(null["claims_error"], 1e-9)
    if abs(far) > 3:
        said += f" ({'More' if far > 0 else 'Fewer'} than 5 % by {abs(far):.1f} Monte Carlo errors.)"
    return said


def _refused(row: Row) -> str:
    lost = row["null"]["refused"] + row["effect"]["refused"]
    return f" In {lost} trials it could not be done, and they are not counted." if lost else ""
