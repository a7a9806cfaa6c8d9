"""What a report on runs of one patient has besides its results: cautions, decisions, provenance."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

from deqi.reports.html import (
    KINDS_MATTER,
    FigureItem,
    Listing,
    Prose,
    Section,
    Table,
    kinds_table,
    write_page,
)
from deqi.reports.tables import tolerance
from deqi.results import Run

_CARE = (
    "A mechanistic model: hypotheses about how needling may act, written as equations and worked out for a "
    "patient who does not exist. It does not predict what will happen to anybody, does not show that a "
    "treatment works, and is no advice on care."
)


def write_report(
    path: str | Path,
    *,
    title: str,
    lead: str,
    tables: Sequence[Table],
    figures: Sequence[FigureItem],
    runs: Mapping[str, Run],
    notes: Sequence[str] = (),
) -> Path:
    """Write a report on runs of one patient; a file of that name is replaced at once or not at all.

    Parameters
    ----------
    path : str or Path
        File to write.
    title, lead : str
        Heading, and what the reader must know first.
    tables, figures : sequence
        What is shown, in order.
    runs : mapping of str to Run
        Runs by label; their provenance, warnings, decisions and sources are printed.
    notes : sequence of str
        What to read with care, besides what the runs say themselves.

    Returns
    -------
    Path
        The file.

    Raises
    ------
    UnknownNameError
        If a run cites what is not in the bibliography.
    FileError
        If it cannot be written.
    """
    made = {label: run.provenance for label, run in runs.items()}
    kinds = kinds_table({label: m["parameter_kinds"] for label, m in made.items()})
    sections = [
        Section("Results", [*tables, *figures]),
        Section("What to read with care", _list([*notes, *_careful(made)])),
        Section("Where the numbers come from", [Prose([KINDS_MATTER]), kinds]),
        Section(
            "What had to be assumed about the protocol",
            _list([f"{', '.join(labels)}: {text}" for text, labels in _grouped(made, "assumptions").items()]),
        ),
        Section(
            "What the protocol's rules decided",
            _list(
                [
                    f"{label}, day {d['day']:g} ({d['rule']}): {d['decision']}"
                    for label, m in made.items()
                    for d in m["decisions"]
                ]
            ),
        ),
        Section(
            "Make it again",
            [
                Prose(["The same versions, hashes and tolerances give the same numbers."]),
                _provenance(runs, made),
            ],
        ),
    ]
    cites = {key for m in made.values() for key in m["cites"]}
    return write_page(path, title=title, lead=lead, care=_CARE, sections=sections, cites=cites)


def _list(points: Sequence[str]) -> list[Listing]:
    return [Listing(points)] if points else []


def _careful(made: Mapping[str, Any]) -> list[str]:
    warnings = [f"{', '.join(labels)}: {text}" for text, labels in _grouped(made, "warnings").items()]
    gates = [
        f"{', '.join(labels)}: “{text}” acts through an input gate alone, so what it does here is put in by "
        "construction and is no finding"
        for text, labels in _grouped(made, "input_gates").items()
    ]
    return warnings + gates


def _grouped(made: Mapping[str, Any], key: str) -> dict[str, list[str]]:
    """Labels of the runs that share a line, by line, in order."""
    found: dict[str, list[str]] = {}
    for label, m in made.items():
        for text in m[key]:
            labels = found.setdefault(text, [])
            if label not in labels:
                labels.append(label)
    return found


def _provenance(runs: Mapping[str, Run], made: Mapping[str, Any]) -> Table:
    fields: dict[str, Callable[[Any], str]] = {
        "protocol": lambda m: m["protocol"]["name"],
        "patient": lambda m: m["patient"]["name"],
        "challenges": lambda m: ", ".join(m["challenges"]) or "none",
        "deqi": lambda m: m["deqi"],
        "model": lambda m: f"{m['model']['name']} {m['model']['hash']}",
        "parameters": lambda m: m["parameters"]["hash"],
        "solver": lambda m: m["solver"]["name"],
        "relative tolerance": lambda m: f"{m['solver']['rtol']:g}",
        "absolute tolerance": lambda m: tolerance(m["solver"]["atol"]),
        "Python": lambda m: m["python"],
        "packages": lambda m: ", ".join(f"{name} {v}" for name, v in m["packages"].items()),
    }
    rows = [[name, *(read(m) for m in made.values())] for name, read in fields.items()]
    rows.insert(2, ["weeks", *(f"{run.weeks:g}" for run in runs.values())])
    return Table("What each run was made with.", ["", *made], rows, text=True)
