"""Tables that more than one report shows."""

from __future__ import annotations

from collections.abc import Mapping

from deqi.plotting.window import Change, Window
from deqi.reports.html import Table
from deqi.results import THRESHOLD, Run

MINUS = "−"

#: What a session is read by, in the order of the signal: row head and path.
SESSION_ROWS = (
    ("de qi (0–10)", "needle.sensation.deqi"),
    ("discomfort at the needles (0–10)", "needle.sensation.discomfort"),
    ("adenosine at the pain (nM)", "needle.adenosine.adenosine"),
    ("cord enkephalin, painful segments (nM)", "spinal.painful.enkephalin.enkephalin"),
    ("hypothalamic β-endorphin (nM)", "hypothalamus.arcuate.beta_endorphin"),
    ("brainstem μ receptors taken (share)", "brainstem.mu.agonist"),
    ("brainstem opioid signal (above rest)", "brainstem.signal.signal"),
    ("serotonin tone (rest = 1)", "mind.serotonin.tone"),
    ("stress (relative)", "mind.stress.stress"),
    ("cortisol (nmol/L)", "hypothalamus.stress_axis.cortisol"),
    ("relaxation (0–10)", "mind.relaxation.relaxation"),
    ("pain threshold (Hz of C fibres)", THRESHOLD),
    ("pain intensity (0–100)", "pain.report.intensity"),
    ("pain unpleasantness (0–100)", "pain.report.unpleasantness"),
)


def session_table(runs: Mapping[str, Run]) -> Table:
    """The first session of each run: level before, farthest level, and when that was."""
    windows = {label: Window.of(run) for label, run in runs.items()}
    columns = [
        "quantity",
        *(head for label in runs for head in (f"{label}, before → extreme", "fold", "minute")),
    ]
    rows = []
    for name, path in SESSION_ROWS:
        row = [name]
        for window in windows.values():
            row += _cells(window.change(path))
        rows.append(row)
    return Table(
        "First three hours from the first session's start: level before, the level farthest from it, and "
        "the minute "
        "of that. One typical patient; no interval.",
        columns,
        rows,
    )


def _cells(change: Change) -> list[str]:
    fold = "" if change.fold is None else f"×{change.fold:.2f}"
    if abs(change.extreme - change.before) < 1e-6 * max(1.0, abs(change.before)):
        return [f"{number(change.before)}, unchanged", fold, ""]
    return [f"{number(change.before)} → {number(change.extreme)}", fold, f"{change.minute:.0f}"]


def number(value: float) -> str:
    """Three significant digits, with a true minus sign; what rounds to nothing is 0.

    Examples
    --------
    >>> number(-0.01234), number(3e-17), number(1234.5)
    ('−0.0123', '0', '1234')
    """
    if abs(value) < 1e-6:
        return "0"
    text = f"{value:.0f}" if abs(value) >= 1000 else f"{value:.3g}"
    return text.replace("-", MINUS)
