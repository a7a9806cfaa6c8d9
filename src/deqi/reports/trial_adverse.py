"""Adverse events of needling in a trial, drawn at published rates."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

from deqi.errors import TrialError
from deqi.reports.html import Part, Prose, Table
from deqi.reports.tables import NOTHING, joined, percent

if TYPE_CHECKING:
    from deqi.trials import TrialRun

#: The section's heading.
HEADING = "Adverse events"
_WORDS = (
    "Events are drawn session by session at the rates that prospective surveys published, the same for every "
    "needle that pierces the skin: they show what rates like those do in a trial of this size, and are no "
    "finding about these treatments. Arms differ by how many sessions were attended, and by chance. Nobody "
    "leaves because of an event. Only needling is told of: harms of drugs, exercise or no treatment are not "
    "modelled."
)


def adverse(run: TrialRun) -> Iterator[Part]:
    """Words, then events by kind and arm.

    Parameters
    ----------
    run : TrialRun
        The trial; without needles that pierce the skin there is nothing to show.
    """
    from deqi.trials.adverse import adverse_events, adverse_summary, pierces

    if not any(pierces(arm.plan()) for arm in run.trial.arms):
        return
    yield Prose([_WORDS])
    try:
        events = adverse_events(run.trial, run.table, run.seed)
    except TrialError as error:
        yield Prose([f"None is drawn: {error}."])
        return
    yield adverse_table(run, adverse_summary(run.trial, events))


def adverse_table(run: TrialRun, told: dict[str, Any]) -> Table:
    """Events by kind, with published rate, source, and each arm that has needles.

    Parameters
    ----------
    run : TrialRun
        The trial.
    told : dict
        As `deqi.trials.adverse.adverse_summary` gives it.
    """
    from deqi.trials.adverse import rates

    needled = {arm: found for arm, found in told.items() if found["sessions"]}
    rows = [
        [
            event.name if event.name == event.severity else f"{event.name} ({event.severity})",
            f"{100 * event.per_session:.2g} %",
            event.source,
            *(_events(found, event.name) for found in needled.values()),
        ]
        for event in rates().events
    ]
    rows.append(["any", NOTHING, NOTHING, *(_events(found, "any") for found in needled.values())])
    others = [arm for arm in told if arm not in needled]
    note = f" No needles pierce the skin in {joined(others)}." if others else ""
    heads = [f"{arm} ({found['sessions']} sessions)" for arm, found in needled.items()]
    return Table(
        "Adverse events: rate in the published surveys (share of sessions), its source, and by arm the "
        "events, then the share of patients with one at least, of those with a session. In brackets: 95 % "
        f"intervals (sampling, Wilson).{note}",
        ["event", "published rate", "source", *heads],
        rows,
        words=3,
    )


def _events(found: dict[str, Any], name: str) -> str:
    share = found["patients"][name]
    count = sum(found["events"].values()) if name == "any" else found["events"][name]
    return f"{count}; {percent(share['share'], share['ci95'])}"
