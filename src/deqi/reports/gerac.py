"""The report on the GERAC low-back-pain trial: the model's typical patient beside the published means."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from deqi.errors import UnknownNameError
from deqi.evidence import PublishedMean
from deqi.plotting import pain_course
from deqi.plotting.course import PAIN
from deqi.reports.figures import ONE_PATIENT, heatmap_figure, occupancy_figure, session_figure
from deqi.reports.html import FigureItem, Table, write_report
from deqi.reports.tables import MINUS, session_table
from deqi.results import Run

_LEAD = (
    "Needling at the points (verum), superficial needling off the points (sham) and care by guideline, "
    "simulated in one "
    "typical patient with chronic low back pain and set beside the means of the GERAC trial. A typical "
    "patient is no "
    "population mean: scores are bounded and patients differ, so the two need not agree even where the "
    "model is right."
)
_NOTES = (
    "The pain course was fitted to the published means of this very trial (calibration): agreement with "
    "them is no test "
    "of the model. Everything within a session is a hypothesis.",
    "The published interval is the sampling error of the mean, worked out from SD and n. It is not the "
    "spread between "
    "patients, which is about twenty times as wide.",
    "The trial found verum and sham close to each other and both ahead of guideline care; how much of the "
    "difference to "
    "guideline care is expectation and attention cannot be told from it.",
)


def gerac_report(
    runs: Mapping[str, Run], published: Mapping[str, Mapping[int, PublishedMean]], path: str | Path
) -> Path:
    """Write the report.

    Parameters
    ----------
    runs : mapping of str to Run
        Run of each arm, named as in `published`.
    published : mapping
        Published mean by arm and week; see `deqi.evidence.gerac_pain`.
    path : str or Path
        File to write.

    Raises
    ------
    UnknownNameError
        If an arm was not published.
    FileError
        If it cannot be written.
    """
    for arm in runs:
        if arm not in published:
            raise UnknownNameError("arm", arm, published, where="GERAC report")
    shown = {arm: published[arm] for arm in runs}
    figures = [_course(runs, shown)]
    needled = {arm: run for arm, run in runs.items() if run.sessions}
    tables = [_pain_table(runs, shown)]
    if needled:
        first = next(iter(needled))
        tables.append(session_table(needled))
        figures += [
            session_figure(needled),
            heatmap_figure(first, needled[first]),
            occupancy_figure(first, needled[first]),
        ]
    return write_report(
        path,
        title="GERAC low back pain trial: model beside published means",
        lead=_LEAD,
        tables=tables,
        figures=figures,
        runs=runs,
        notes=_NOTES,
    )


def _pain_table(runs: Mapping[str, Run], published: Mapping[str, Mapping[int, PublishedMean]]) -> Table:
    rows = []
    for arm, run in runs.items():
        for week, mean in sorted(published[arm].items()):
            if week > run.weeks:
                continue
            model, (low, high) = run.at(PAIN, week=week), mean.interval
            difference = f"{model - mean.mean:+.1f}".replace("-", MINUS)
            rows.append(
                [
                    arm,
                    str(week),
                    f"{model:.1f}",
                    f"{mean.mean:.1f}",
                    f"{low:.1f} to {high:.1f}",
                    difference,
                    str(mean.n),
                ]
            )
    return Table(
        "Pain intensity (0–100) in the model's typical patient and in the trial. The interval is the 95 % "
        "confidence "
        "interval of the published mean; the model's value has none.",
        ["arm", "week", "model", "published mean", "95 % CI", "model − mean", "patients"],
        rows,
    )


def _course(runs: Mapping[str, Run], published: Mapping[str, Mapping[int, PublishedMean]]) -> FigureItem:
    weeks = min(run.weeks for run in runs.values())
    said = [
        f"{arm}: {run.at(PAIN, week=0):.0f} at week 0, {run.at(PAIN, week=weeks):.0f} at week {weeks:g}"
        for arm, run in runs.items()
    ]
    caption = (
        "Pain over the weeks. Thick lines join the model's values at whole weeks; thin spikes are the hours "
        "of relief "
        "after each session. Points: published means with the 95 % confidence interval of the mean, moved a "
        "little "
        "sideways so that none hides another. Ticks at the foot: needle sessions. "
    )
    return FigureItem(
        pain_course(runs, published), caption + ONE_PATIENT, "Line graph. Model: " + "; ".join(said)
    )
