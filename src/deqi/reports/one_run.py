"""The report on a single run."""

from __future__ import annotations

from pathlib import Path

from deqi.plotting import pain_course
from deqi.reports.figures import ONE_PATIENT, heatmap_figure, occupancy_figure, session_figure
from deqi.reports.html import FigureItem, Table
from deqi.reports.runs import write_report
from deqi.reports.tables import number, session_table
from deqi.results import OUTCOMES, Run, summarise

_LEAD = (
    "“{protocol}” in one patient: {patient}. Everything below is what the model works out for that one "
    "patient, "
    "not what anybody should expect."
)
_NOTES = (
    "Weeks of pain rest on parameters fitted to one trial; what happens within a session is a hypothesis.",
)


def report_run(run: Run, path: str | Path) -> Path:
    """Write a report on one run.

    Parameters
    ----------
    run : Run
        The run.
    path : str or Path
        File to write.

    Raises
    ------
    FileError
        If it cannot be written.
    """
    made = run.provenance
    label = made["protocol"]["name"]
    return write_report(
        path,
        title=f"{made['protocol']['title']}: one simulated patient",
        lead=_LEAD.format(protocol=made["protocol"]["title"], patient=made["patient"]["title"]),
        tables=[_outcomes(run), session_table({label: run})],
        figures=[
            _course(label, run),
            session_figure({label: run}),
            heatmap_figure(label, run),
            occupancy_figure(label, run),
        ],
        runs={label: run},
        notes=_NOTES,
    )


def _outcomes(run: Run) -> Table:
    summary = summarise(run)
    weeks = list(summary["pain_intensity"])
    rows = [[name.replace("_", " "), *(number(summary[name][week]) for week in weeks)] for name in OUTCOMES]
    return Table(
        "Outcomes by week. Pain intensity, unpleasantness and disability 0–100; mood: 0 neutral, negative "
        "low; stress "
        "relative. One typical patient; no interval.",
        ["week", *weeks],
        rows,
    )


def _course(label: str, run: Run) -> FigureItem:
    pain = run["pain.report.intensity"]
    caption = (
        "Pain over the weeks. From four weeks on, a thick line joins the values at whole weeks and thin "
        "spikes are the hours after each session or dose. "
        "Ticks at the foot: needle sessions. "
    )
    first, last = number(float(pain[0])), number(float(pain[-1]))
    description = f"Line graph: pain {first} at week 0, {last} at week {run.weeks:g}."
    return FigureItem(pain_course({label: run}), caption + ONE_PATIENT, description)
