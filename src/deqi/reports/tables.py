"""Tables that more than one report shows."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from deqi.plotting.window import Change, Window
from deqi.reports.html import Table
from deqi.results import THRESHOLD, Run

MINUS = "−"
#: What a cell holds where nothing is known.
NOTHING = "—"

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


def points(value: float | None, digits: int = 1, *, signed: bool = False) -> str:
    """A figure with so many digits after the point, with a true minus sign.

    Examples
    --------
    >>> points(-3.14), points(0.04, signed=True), points(2.0, 2, signed=True), points(None)
    ('−3.1', '0.0', '+2.00', '—')
    """
    if value is None:
        return NOTHING
    text = f"{value:+.{digits}f}" if signed else f"{value:.{digits}f}"
    bare = text.lstrip("+-")
    return bare if float(bare) == 0 else text.replace("-", MINUS)


def between(ends: Sequence[float] | None, digits: int = 1) -> str:
    """The ends of an interval.

    Examples
    --------
    >>> between((-1.0, 2.5)), between(None)
    ('−1.0 to 2.5', '—')
    """
    return NOTHING if ends is None else f"{points(ends[0], digits)} to {points(ends[1], digits)}"


def with_interval(
    value: float | None, ends: Sequence[float] | None, digits: int = 1, *, signed: bool = False
) -> str:
    """A figure with its interval; without one, alone.

    Examples
    --------
    >>> with_interval(40.2, (37.9, 42.5)), with_interval(40.2, None)
    ('40.2 (37.9 to 42.5)', '40.2')
    """
    told = points(value, digits, signed=signed)
    return told if value is None or ends is None else f"{told} ({between(ends, digits)})"


def percent(share: float | None, ends: Sequence[float] | None = None, *, signed: bool = False) -> str:
    """A share of 1 as percent, with its interval if it has one.

    Examples
    --------
    >>> percent(0.476, (0.42, 0.53)), percent(-0.021, signed=True)
    ('48 % (42 to 53)', '−2 %')
    """
    if share is None:
        return NOTHING
    told = f"{points(100 * share, 0, signed=signed)} %"
    return told if ends is None else f"{told} ({between([100 * end for end in ends], 0)})"


def count_of(count: int, of: int) -> str:
    """A count with its share.

    Examples
    --------
    >>> count_of(44, 80), count_of(0, 0)
    ('44 (55 %)', '0')
    """
    return f"{count} ({percent(count / of)})" if of else str(count)


def p_value(p: float | None) -> str:
    """A p value.

    Examples
    --------
    >>> p_value(0.0312), p_value(1e-9), p_value(None)
    ('0.031', '<0.001', '—')
    """
    if p is None:
        return NOTHING
    return "<0.001" if p < 0.0005 else f"{p:.3f}"


def tolerance(given: object) -> str:
    """A tolerance, whether it is one number or told in words.

    Examples
    --------
    >>> tolerance(1e-11), tolerance("by state")
    ('1e-11', 'by state')
    """
    return f"{given:g}" if isinstance(given, int | float) else str(given)


def joined(words: Sequence[str]) -> str:
    """Words as English joins them.

    Examples
    --------
    >>> joined(["verum", "sham", "care"]), joined(["verum"])
    ('verum, sham and care', 'verum')
    """
    return words[0] if len(words) == 1 else f"{', '.join(words[:-1])} and {words[-1]}"


def weeks(numbers: Sequence[float], most: int | None = None) -> str:
    """Weeks as words; of more than `most`, the number and the ends.

    Examples
    --------
    >>> weeks((0.0, 6.0, 13.0)), weeks(range(27), most=8)
    ('weeks 0, 6 and 13', '27 weeks from 0 to 26')
    """
    if most is not None and len(numbers) > most:
        return f"{len(numbers)} weeks from {numbers[0]:g} to {numbers[-1]:g}"
    return f"week{'s' if len(numbers) > 1 else ''} {joined([f'{week:g}' for week in numbers])}"


def plural(number: int, word: str) -> str:
    """A count with its noun.

    Examples
    --------
    >>> plural(1, "patient"), plural(3, "arm")
    ('1 patient', '3 arms')
    """
    return f"{number} {word}" if number == 1 else f"{number} {word}s"
