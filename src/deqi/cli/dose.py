"""`deqi dose`: how the response depends on the dose of needling."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

from deqi.cli.arguments import Argument, Option

if TYPE_CHECKING:
    from deqi.protocols import VisitLimit

__all__ = ["dose_command"]

#: Kinds of answers of `deqi.credibility` that a dose and its response rest on.
GRADED = ("dose of needling", "contrast with no treatment", "persistence")
#: Rows of regimens that are printed; JSON has them all.
_SHOWN = 12
_WIDE = 8


def dose_command(
    protocol: Annotated[str, Argument(help="A protocol from the library (gerac-verum), or a TOML file.")],
    against: Annotated[str, Option(help="What every regimen is held against.")] = "none",
    vary: Annotated[
        list[str] | None,
        Option(
            help="sessions=4..16, per_week=1,2,3, minutes=10..40, technique=manual,2hz,2/100hz, "
            "frequency_hz=2..100, depth_mm=2..30 or needles=4..20; two make a grid, more fill the space. "
            "sessions=4..16:5 takes five values."
        ),
    ] = None,
    patients: Annotated[int, Option(help="Patients under every regimen and member, always the same.")] = 64,
    points: Annotated[int, Option(help="Regimens that fill the space of three variables or more.")] = 64,
    week: Annotated[
        float, Option(help="When responses are told, besides a week after the last visit.")
    ] = 26.0,
    outcome: Annotated[str, Option(help="Instrument; `deqi instruments` lists them.")] = "vas_pain",
    cost: Annotated[
        str, Option(help="What a small regimen is: visits (then minutes, then needles), or needle-minutes.")
    ] = "visits",
    maintain_every: Annotated[
        float, Option(help="Weeks between visits that keep up the effect for a year; 0 leaves that out.")
    ] = 4.0,
    ongoing: Annotated[
        float,
        Option(help="Visits a week that go on for a year, with and without a payer's rule; 0 leaves it out."),
    ] = 1.0,
    rule: Annotated[
        str,
        Option(
            help="The payer's rule: visits, within days, more while improving, a year, share of the baseline "
            "that counts as improving (assumed)."
        ),
    ] = "12,90,8,20,0.1",
    ensemble: Annotated[
        str | None, Option(help="What is known about parameters: an ensemble by name, or a CSV file.")
    ] = None,
    members: Annotated[int | None, Option(help="Members of the ensemble; 8 unless given.")] = None,
    full: Annotated[bool, Option(help="Every member of the ensemble, with its weight.")] = False,
    seed: Annotated[int, Option(help="Seed of everything random.")] = 1,
    workers: Annotated[int, Option(help="Processes; results do not depend on it.")] = 1,
    out: Annotated[Path | None, Option(help="Folder of the scores; by default one under runs/.")] = None,
    resume: Annotated[bool, Option(help="Go on with work that was stopped.")] = False,
    report: Annotated[Path | None, Option(help="Write dose.html into this folder.")] = None,
    as_json: Annotated[bool, Option("--json", help="Print one JSON object.")] = False,
) -> None:
    """Response to the dose of needling; the smallest regimen near the best; maintenance; a payer's rule."""
    from deqi.cli.grades import grades_of
    from deqi.cli.output import print_json
    from deqi.cli.progress import watching
    from deqi.cli.simulate import chosen_members
    from deqi.parameters.ensemble import DEFAULT
    from deqi.trials.dose import MEMBERS, dose_as_json, dose_response

    limit = _rule(rule)
    chosen = chosen_members(ensemble or DEFAULT, members, full, MEMBERS)
    assert chosen is not None
    whole, some = chosen
    with watching(sys.stderr, "courses") as watch:
        found = dose_response(
            protocol,
            vary or (),
            against=against,
            patients=patients,
            points=points,
            week=week,
            outcome=outcome,
            cost=cost,
            maintain_every=maintain_every,
            ongoing=ongoing,
            limit=limit,
            ensemble=whole,
            members=some,
            seed=seed,
            workers=workers,
            out=out,
            resume=resume,
            watch=watch,
        )
    told = dose_as_json(found) | {"grades": grades_of(GRADED)}
    written = None
    if report is not None:
        from deqi.reports.dose import dose_report

        written = dose_report(told, report)
    if as_json:
        print_json(told | {"report": written and str(written)})
        return
    print_dose(told)
    if written is not None:
        print(f"report: {written}")


def _rule(text: str) -> VisitLimit:
    """The payer's rule as it was typed."""
    from deqi.errors import DeqiError, TrialError
    from deqi.protocols import VisitLimit

    parts = text.split(",")
    try:
        visits, within, more, a_year, share = (float(part) for part in parts)
    except ValueError as error:
        raise TrialError(
            f"'{text}' are not five numbers", where="--rule", fix="write --rule 12,90,8,20,0.1"
        ) from error
    try:
        # Whole numbers are checked, and made whole, by the rule.
        return VisitLimit(visits, within, more, a_year, share)  # type: ignore[arg-type]
    except DeqiError as error:
        error.where = "--rule"
        raise


def print_dose(told: dict[str, Any]) -> None:
    """Print a dose and its response as text."""
    from deqi.cli.grades import grades_in_words

    print(f"{told['title']}, against: {told['against_title']} ({told['against']})")
    print(
        f"{told['outcome_title']} ({told['outcome']}): the same {told['patients']} patients under every plan "
        f"and each of {told['members']} members of {told['ensemble']} ({told['fingerprint']}), seed "
        f"{told['seed']}"
    )
    print(
        "Benefit: by how many points they are better than under what it is held against; in brackets the "
        "95 % interval (parameters). SE: Monte Carlo error. SD: between patients."
    )
    if told["curve"]:
        _print_curve(told["curve"])
    if told["year"]:
        _print_year(told["year"])
    print()
    for line in told["notes"]:
        print(f"note: {line}")
    missing = sum(part["not_followed"] for part in (told["curve"], told["year"]) if part)
    if missing:
        print(f"note: courses that could not be computed, in no number: {missing}")
    if told["failed"]:
        print(f"note: members whose population could not be met, in no number: {told['failed']}")
    print(told["caveat"])
    print(grades_in_words(told["grades"]))
    print(f"run: {told['run']}")


def _print_curve(curve: dict[str, Any]) -> None:

    rows, title = list(enumerate(curve["regimens"])), ""
    if curve["design"] == "grid" and min(len(v["values"]) for v in curve["variables"]) <= _WIDE:
        _print_grid(curve)
        rows = []
    elif len(rows) > _SHOWN:
        rows.sort(key=lambda row: -(row[1]["late"]["benefit"]["mean"] or 0.0))
        title = f"Benefit (95 %, parameters) of the best {_SHOWN} of {len(rows)} regimens; --json has all."
        rows = rows[:_SHOWN]
    if rows:
        title = title or "Benefit (95 %, parameters)."
        _print_regimens(title, [row for _, row in rows], curve)
    if curve["surface"]:
        _print_surface(curve)
    print(f"A regimen's cost: {curve['cost_in_words']}.")
    for one, when in zip(
        curve["smallest"], (f"week {curve['week']:g}", "a week after the last visit"), strict=True
    ):
        print(f"{when}: {_small_in_words(one, curve)}")


def _print_regimens(title: str, rows: list[dict[str, Any]], curve: dict[str, Any]) -> None:
    from deqi.cli.output import print_table

    names = [v["name"] for v in curve["variables"]]
    late, visits = f"week {curve['week']:g}", [] if "sessions" in names else ["visits"]
    # Three variables or more leave no room: JSON and the report have the errors and spreads.
    more = [] if curve["design"] == "filling" else ["SE", "SD"]
    print_table(
        f"{title} After: a week after the last visit.",
        (*names, *visits, late, *more, "after"),
        [
            (
                *(_value(row["settings"][name]) for name in names),
                *(f"{row['costs']['visits']:.0f}" for _ in visits),
                _across(row["late"]["benefit"]),
                *(
                    _or_dash(value)
                    for value, _ in zip(
                        (row["late"]["monte_carlo_error"], row["late"]["between_patients"]["sd"]),
                        more,
                        strict=False,
                    )
                ),
                _across(row["early"]["benefit"]) if more else _or_dash(row["early"]["benefit"]["mean"]),
            )
            for row in rows
        ],
    )
    gained = [row["late"]["improved"]["mean"] for row in rows]
    least, most = min(gained, key=lambda v: v or 0), max(gained, key=lambda v: v or 0)
    print(f"Patients who gained 30 % of their baseline, in {late}: {_percent(least)} to {_percent(most)}.")


def _print_grid(curve: dict[str, Any]) -> None:
    from deqi.cli.output import print_table

    down, along = sorted(curve["variables"], key=lambda v: -len(v["values"]))
    for when, title in (
        ("late", f"Benefit in week {curve['week']:g}"),
        ("early", "A week after the last visit"),
    ):
        cells = {
            (row["settings"][down["name"]], row["settings"][along["name"]]): _across(row[when]["benefit"])
            for row in curve["regimens"]
        }
        print_table(
            f"{title} (95 %, parameters)",
            (down["label"], *(f"{along['label']} {_value(v)}" for v in along["values"])),
            [(_value(d), *(cells[d, a] for a in along["values"])) for d in down["values"]],
        )
    late = [row["late"] for row in curve["regimens"]]
    errors = [one["monte_carlo_error"] for one in late if one["monte_carlo_error"] is not None]
    sds = [one["between_patients"]["sd"] for one in late if one["between_patients"]["sd"] is not None]
    if errors and sds:
        print(
            f"Week {curve['week']:g}: SE {min(errors):.1f} to {max(errors):.1f}, SD between patients "
            f"{min(sds):.1f} to {max(sds):.1f} points."
        )


def _print_surface(curve: dict[str, Any]) -> None:
    from deqi.cli.output import print_table

    surface = curve["surface"]
    print(
        f"Surface: {surface['method']}; {surface['points']} points, error on points left out "
        f"{surface['left_out_error']:.2f} points, {100 * surface['explained']:.1f} % of the variance "
        f"explained there. {surface['pointed_to']} regimens that it pointed to were simulated too; the best "
        "and the smallest are of those simulated."
    )
    rows = [
        (one["name"] if k == 0 else "", _value(row["value"]), _across(row["benefit"]))
        for one in surface["alone"]
        for k, row in enumerate(one["values"])
    ]
    print_table(
        "One variable, the others as they are in the points (95 %, parameters)",
        ("variable", "value", "benefit"),
        rows,
    )


def _small_in_words(one: dict[str, Any], curve: dict[str, Any]) -> str:
    if one["best"] is None:
        return "no regimen does any good"
    best = curve["regimens"][one["best_place"]]
    when = "late" if one["when"] == "in the week" else "early"
    said = f"best of those simulated: {one['best']} ({_across(best[when]['benefit'])} points)"
    if one["smallest"] == one["best"]:
        sure, near = _percent(one["best_sure"]), _percent(curve["near"])
        return f"{said}, so under {sure} of members; none that costs less is within {near} of it"
    error = "" if one["monte_carlo_error"] is None else f", SE {_percent(one['monte_carlo_error'])}"
    share = one["share_of_best"]
    ends = "" if share["low"] is None else f" ({_percent(share['low'])} to {_percent(share['high'])}{error})"
    return (
        f"{said}. Smallest within {_percent(curve['near'])} of it: {one['smallest']}, "
        f"{_percent(share['mean'])} of it{ends}; so under {_percent(one['sure'])} of members."
    )


def _print_year(year: dict[str, Any]) -> None:
    from deqi.cli.output import print_table

    if year["maintenance"]:
        print_table(
            f"Maintenance: a visit every {year['maintain_every']:g} weeks after the course, for a year (95 "
            "%, parameters)",
            ("week", "visits", "alone", "kept up", "added", "SE", "a visit"),
            [
                (
                    f"{row['week']:g}",
                    f"{row['visits_added']:g}",
                    _across(row["alone"]["benefit"]),
                    _across(row["maintained"]["benefit"]),
                    _across(row["added"]["benefit"]),
                    _or_dash(row["added"]["monte_carlo_error"]),
                    "-" if row["added_per_visit"] is None else f"{row['added_per_visit']:.2f}",
                )
                for row in year["maintenance"]
            ],
        )
    if year["payer"]:
        _print_payer(year["payer"], year)


def _print_payer(paid: dict[str, Any], year: dict[str, Any]) -> None:
    from deqi.cli.output import print_table

    rule = paid["rule"]
    print_table(
        f"Payer's rule: {rule['visits']} visits in {rule['within_days']:g} days, {rule['more']} more while "
        f"{_percent(rule['improvement'])} better than at baseline, {rule['a_year']} a year; "
        f"{year['ongoing_per_week']:g} a week going on otherwise",
        ("week", "without it (95 %)", "with it (95 %)", "share kept (95 %)", "SE"),
        [
            (
                f"{row['week']:g}",
                _across(row["without"]["benefit"]),
                _across(row["with"]["benefit"]),
                _across({k: None if v is None else 100 * v for k, v in row["kept"].items()}, 0) + " %",
                _percent(row["kept_error"]),
            )
            for row in paid["told"]
        ],
    )
    without, ruled = paid["without"], paid["with"]
    print(
        f"Visits in a year: {_across(without)} without it, {_across(ruled)} with it (95 %, parameters); "
        f"whoever improves throughout has {paid['most']}."
    )
    each = paid["told"][-1]["per_visit"]
    if each["without"] is not None and each["with"] is not None:
        print(
            f"Benefit at week {year['weeks']} by visits: {each['without']:.2f} points a visit without it, "
            f"{each['with']:.2f} with it."
        )
    baseline = paid["who"]["baseline"]
    lost = paid["lost_by_stopped"]
    print(f"Stopped as they did not improve: {_across_percent(paid['stopped'])} of patients.")
    if lost["n"] and baseline["stopped"]["mean"] is not None and baseline["others"]["mean"] is not None:
        print(
            f"Their baseline is {baseline['stopped']['mean']:.1f}, that of the others "
            f"{baseline['others']['mean']:.1f}; going on would have made them {lost['mean']:.1f} points "
            f"better at week {year['weeks']} (SE {_or_dash(lost['error'])}), and "
            f"{_percent(paid['would_improve'])} of them would then be as much better as the rule asks."
        )
    print(f"{paid['says']}.")


def _across(row: dict[str, Any], digits: int = 1) -> str:
    """A mean over members, and its interval."""
    if row["mean"] is None:
        return "-"
    mean, low, high = (
        None if row[key] is None else f"{round(row[key], digits) + 0.0:.{digits}f}"
        for key in ("mean", "low", "high")
    )
    return f"{mean}" + ("" if low is None else f" ({low} to {high})")


def _across_percent(row: dict[str, Any]) -> str:
    return _across({k: None if v is None else 100 * v for k, v in row.items()}, 0) + " %"


def _value(value: float | str) -> str:
    return value if isinstance(value, str) else f"{value:g}"


def _or_dash(value: float | None) -> str:
    return "-" if value is None else f"{value:.1f}"


def _percent(share: float | None) -> str:
    return "-" if share is None else f"{100 * share:.0f} %"
