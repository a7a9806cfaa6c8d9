"""Analyses beside that of covariance, as a section of a trial's report."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, Any

from deqi.reports.html import Part, Prose, Section, Table
from deqi.reports.tables import MINUS, NOTHING, between, p_value, percent, points

if TYPE_CHECKING:
    from deqi.trials import TrialRun

_LEAD = (
    "Each analysis below was asked for by the trial. They do not all answer the same question: what each "
    "answers stands with it. An analysis that could not be done, such as a model that has not converged, "
    "has its reason and no number; nothing is put in its place."
)
_COLUMNS = ("comparison", "what", "week", "estimate", "95 % interval", "p", "n")


def analyses_sections(run: TrialRun) -> list[Section]:
    """The section on analyses that a trial asks for; none if it asks for none.

    Parameters
    ----------
    run : TrialRun
        The trial, finished.
    """
    told = run.summary.analyses
    if not told:
        return []
    parts: list[Part] = [Prose([_LEAD])]
    for one in told:
        parts += _parts(one)
    return [Section("Other analyses", parts)]


def _parts(told: Mapping[str, Any]) -> Iterator[Part]:
    settings = "; ".join(
        f"{name.replace('_', ' ')}: {_words(value)}"
        for name, value in told["settings"].items()
        if value not in (None, "", [])
    )
    heading = told["title"][:1].upper() + told["title"][1:]
    if told["reason"]:
        yield Prose([f"Settings: {settings}.", f"Not done: {told['reason']}."], heading)
        return
    events = ", ".join(f"{event} {strategy}" for event, strategy in told["estimand"]["events"].items())
    said = [f"Settings: {settings}."] if settings else []
    said += [f"It answers: {told['estimand']['says']}."]
    said += [f"Events on the way: {events}."] if events else []
    said += [
        f"{name.replace('_', ' ').capitalize()}: {_words(told['about'][name])}."
        for name in ("why", "left_out")
        if told["about"].get(name)
    ]
    reasons = dict.fromkeys(row["reason"] for row in told["rows"] if row["reason"])
    yield Prose([*said, *(f"Note: {reason}." for reason in reasons)], heading)
    yield Table(f"Interval: {told['interval']}.", _COLUMNS, [_row(row) for row in told["rows"]], words=2)


def _row(row: Mapping[str, Any]) -> list[str]:
    needed, rejected = row["more"].get("needed"), row["more"].get("rejected")
    measure = row["measure"]
    what = [
        row["variable"].replace("_", " "),
        "" if measure == "difference" else measure,
        f"gain {row['group']} or more" if measure == "share" else row["group"],
        row["method"],
        "" if needed is None else needed["text"],
        "" if rejected is None else ("rejected" if rejected else "not rejected"),
    ]
    ends = row["ci95"]
    if measure in ("risk difference", "share"):
        signed = measure == "risk difference"
        figure = percent(row["estimate"], signed=signed)
        interval = NOTHING if ends is None else f"{between([100 * end for end in ends], 0)} %"
    else:
        decimals = 2 if measure == "risk ratio" else 1
        figure, interval = points(row["estimate"], decimals), between(ends, decimals)
    return [
        f" {MINUS} ".join(row["arms"]),
        ", ".join(filter(None, what)),
        f"{row['week']:g}",
        figure,
        interval,
        p_value(row["p"]),
        ", ".join(map(str, row["n"])) or NOTHING,
    ]


def _words(value: Any) -> str:
    if isinstance(value, Mapping):
        return ", ".join(f"{name} {_words(one)}" for name, one in value.items())
    if isinstance(value, list | tuple):
        return ", ".join(map(_words, value))
    if isinstance(value, bool):
        return "yes" if value else "no"
    return f"{value:g}" if isinstance(value, float) else str(value)
