"""What a trial is after: its estimands, attribute by attribute."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, Any

from deqi.reports.html import Part, Prose, Table
from deqi.reports.tables import NOTHING
from deqi.reports.trial_tables import minus

if TYPE_CHECKING:
    from deqi.trials import Trial

#: The section's heading.
HEADING = "Estimands"


def estimands(trial: Trial) -> Iterator[Part]:
    """Words, then a row an endpoint and a responder rule.

    Parameters
    ----------
    trial : Trial
        The trial.
    """
    from deqi.trials.estimands import told

    rows = told(trial)
    yield Prose(
        [
            "An estimand says what is to be estimated, by the five attributes of ICH E9(R1): treatments, "
            "population, variable, how each event on the way is taken (strategies), and summary. "
            f"{sum(row['declared'] for row in rows)} of {len(rows)} were named by the trial; the others "
            "spell out what the analysis implies. Whoever has left has no score: such scores are taken to "
            "be like those of patients who stayed, in their arm, with their baseline (hypothetical)."
        ]
    )
    yield estimand_table(rows)


def estimand_table(rows: list[dict[str, Any]]) -> Table:
    """A row an estimand; `rows` as `deqi.trials.estimands.told` gives them."""
    cells = [
        [
            f"{row['variable'].replace('_', ' ')} ({row['kind']}), week {row['week']:g}",
            "; ".join(map(minus, row["treatment"])) or NOTHING,
            row["population"],
            "; ".join(_strategy(event, about) for event, about in row["events"].items()),
            row["summary"],
            "the trial" if row["declared"] else "the analysis",
        ]
        for row in rows
    ]
    return Table(
        "Estimands: the variable, the treatments compared (the second is subtracted), the population, the "
        "strategy for each event on the way, and the summary; by whom it is named. An event that befalls "
        "nobody in this trial says so; where the analysis does not do what was named, it is told.",
        ["variable", "treatments", "population", "events and strategies", "summary", "named by"],
        cells,
        text=True,
    )


def _strategy(event: str, about: Mapping[str, Any]) -> str:
    told = f"{event.replace('-', ' ')}: {about['strategy'].replace('-', ' ')}"
    if not about["happens"]:
        return f"{told} (befalls nobody)"
    return told if about["met"] else f"{told} (analysed as {about['analysed_as'].replace('-', ' ')})"
