"""`deqi simulate`: one patient, one protocol."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

from deqi.cli.arguments import Argument, Option

if TYPE_CHECKING:
    from deqi.models import Patient
    from deqi.results import Run

__all__ = ["print_summary", "simulate_command"]


def simulate_command(
    protocol: Annotated[str, Argument(help="A protocol from the library, or a TOML file.")],
    patient: Annotated[
        str, Option(help="A patient preset, a TOML file, or one of many: patients.csv:17.")
    ] = "chronic_low_back_pain",
    weeks: Annotated[float, Option(help="Weeks to follow after week 0.")] = 26.0,
    challenge: Annotated[
        list[str] | None,
        Option(help="A drug, block or lesion: a name or a TOML file; may be repeated."),
    ] = None,
    out: Annotated[Path | None, Option(help="Write the run to this netCDF file.")] = None,
    report: Annotated[Path | None, Option(help="Write a report with figures to this HTML file.")] = None,
    solver: Annotated[str, Option(help="Solver by name: engine, or the slow reference scipy.")] = "engine",
    as_json: Annotated[bool, Option("--json", help="Print one JSON object.")] = False,
) -> None:
    """Follow one patient through a protocol: from needle to brain and back, then over weeks."""
    from deqi.cli.output import print_json
    from deqi.results import summarise
    from deqi.simulation import simulate

    run = simulate(protocol, patient=_who(patient), weeks=weeks, challenges=challenge or (), solver=solver)
    written = []
    if out is not None:
        written.append(str(run.save(out)))
    if report is not None:
        from deqi.reports import report_run

        written.append(str(report_run(run, report)))
    summary = summarise(run)
    if as_json:
        print_json(summary)
    else:
        print_summary(run, summary)
        for path in written:
            print(f"written: {path}")


def _who(text: str) -> Patient | str:
    """A patient by name or file, or one patient of a table."""
    file, _, number = text.rpartition(":")
    if not file.endswith(".csv"):
        return text
    import re

    from deqi.errors import PopulationError
    from deqi.population import one_patient

    if not re.fullmatch(r"[0-9]{1,9}", number):
        raise PopulationError(f"'{number}' is no number of a patient", where="patient", fix=f"write {file}:0")
    return one_patient(file, int(number))


def print_summary(run: Run, summary: dict[str, Any]) -> None:
    """Print a run's summary as text, in the order of the signal."""
    from deqi.cli.output import number, print_table
    from deqi.results import SIGNAL

    made = run.provenance
    print(f"{made['protocol']['title']}\n{made['patient']['title']}")
    if summary["challenges"]:
        print(f"with {', '.join(summary['challenges'])}")
    if summary["session"]:
        rows = [
            (f"{place}: {label}", *_excursion(summary["session"][path], run.unit(path)))
            for place, lines in SIGNAL
            for label, path in lines
        ]
        columns = ("first session, three hours", "before", "peak", "fold", "minute", "unit")
        print_table("", columns, rows)
        changes = summary["threshold_change_percent"].items()
        print("pain threshold: " + ", ".join(f"{v:+.0f} % at {m} min" for m, v in changes))
    weeks = list(summary["pain_intensity"])
    outcomes = ("pain_intensity", "unpleasantness", "disability", "mood", "stress")
    rows_ = [(name.replace("_", " "), *(number(summary[name][w]) for w in weeks)) for name in outcomes]
    print_table("", ("week", *weeks), rows_)
    for decision in summary["decisions"]:
        print(f"day {decision['day']:g}: {decision['decision']}")
    for gate in summary["input_gates"]:
        print(f"by construction: {gate} acts through an input gate alone")
    for line in summary["warnings"]:
        print(f"warning: {line}")
    kinds = ", ".join(f"{n} {kind}" for kind, n in summary["parameter_kinds"].items())
    print(f"parameters: {kinds}. {summary['uncertainty'].capitalize()}.")


def _excursion(row: dict[str, float | None], unit: str) -> tuple[str, ...]:
    from deqi.cli.output import number

    minute = row["minute"]
    shown = "" if unit == "1" else unit
    return (number(row["baseline"]), number(row["peak"]), number(row["fold"]), f"{minute:.0f}", shown)
