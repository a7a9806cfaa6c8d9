"""The report on a virtual trial: what was found, beside what was published, and how it was made."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

from deqi.measurement import Instrument
from deqi.plotting import arms_over_time, flow_diagram, spread_figure
from deqi.plotting.spread import NOT_INCLUDED, spread_rows
from deqi.plotting.style import LOOKS
from deqi.reports.html import (
    KINDS_MATTER,
    Drawing,
    FigureItem,
    Part,
    Prose,
    Section,
    kinds_table,
    write_page,
)
from deqi.reports.tables import joined, plural, points, weeks
from deqi.reports.trial_adverse import HEADING as ADVERSE
from deqi.reports.trial_adverse import adverse
from deqi.reports.trial_analyses import analyses_sections
from deqi.reports.trial_baseline import baseline_by_arm
from deqi.reports.trial_blinding import HEADING as BLINDING
from deqi.reports.trial_blinding import SOURCES as INDICES
from deqi.reports.trial_blinding import blinding_parts
from deqi.reports.trial_care import careful
from deqi.reports.trial_consort import HEADING as CONSORT
from deqi.reports.trial_consort import checklist
from deqi.reports.trial_consort import source as checklist_source
from deqi.reports.trial_estimands import HEADING as ESTIMANDS
from deqi.reports.trial_estimands import estimands
from deqi.reports.trial_forest import published_forest
from deqi.reports.trial_methods import methods
from deqi.reports.trial_parameters import HEADING, across_members
from deqi.reports.trial_provenance import provenance_table
from deqi.reports.trial_responders import HEADING as RESPONDERS
from deqi.reports.trial_responders import responders
from deqi.reports.trial_shares import HEADING as SHARES
from deqi.reports.trial_shares import share_parts
from deqi.reports.trial_stricta import HEADING as STRICTA
from deqi.reports.trial_stricta import SOURCE as STRICTA_SOURCE
from deqi.reports.trial_stricta import stricta_table
from deqi.reports.trial_tables import (
    TOLD_APART,
    contrast_table,
    differences,
    digits,
    outcome_table,
    pain_spread_table,
    spread_table,
)
from deqi.reports.trial_truth import HEADING as TRUTH
from deqi.reports.trial_truth import true_parts

if TYPE_CHECKING:
    from deqi.trials import OverMembers, TrialRun
    from deqi.trials.shares_told import Shares
    from deqi.trials.truth import Truth

_FIGURES = 3
_CARE = (
    "A simulated trial: no person was asked, treated or measured. "
    "A mechanistic model: hypotheses about how needling may act, written as equations and worked out for "
    "patients who do not exist. It does not predict what will happen to anybody, does not show that a "
    "treatment works, is no evidence beside the trials themselves, and is no advice on care."
)
_DRAWN = (
    "Filled marks: mean of each arm, with bars for the 95 % interval of the mean (sampling). Pale bands: "
    "from the tenth to the ninetieth percentile of the patients' scores, which is how far scores differ "
    "(patients, fluctuation and measurement error together) and no uncertainty of the mean. "
)
_OPEN = "Open marks: published means with their 95 % interval. "
_MOVED = "Arms are moved a little sideways so that none hides another."


def trial_report(
    run: TrialRun,
    path: str | Path,
    over: OverMembers | None = None,
    *,
    truth: Truth | None = None,
    shares: Shares | None = None,
) -> Path:
    """Write the report on a trial.

    Parameters
    ----------
    run : TrialRun
        The trial, finished; see `deqi.trials.run_trial`.
    path : str or Path
        File to write; one of that name is replaced at once or not at all.
    over : OverMembers, optional
        The trial across the members of an ensemble; see `deqi.trials.over_members`.
    truth : Truth, optional
        The same patients under every arm; see `deqi.trials.truth`.
    shares : Shares, optional
        The change taken apart; see `deqi.trials.shares`.

    Returns
    -------
    Path
        The file.

    Raises
    ------
    UnknownNameError
        If something cites what is not in the bibliography.
    FileError
        If the file cannot be written, or the cohort not read.
    """
    summary = run.summary.as_json()
    scales = {e.name: e.load() for e in sorted(run.trial.endpoints, key=lambda e: not e.primary)}
    published = run.published
    sections = [
        *_found(run, summary, scales),
        *_beside(run, summary, scales, over, truth, shares),
        *_made(run, summary, scales, over),
    ]
    shown = [section.title for section in sections if section.parts]
    sections.insert(-2, Section(CONSORT, list(checklist(run, summary, shown))))
    kind = "a simulated randomised trial" if len(run.trial.arms) > 1 else "a simulated trial of one arm"
    return write_page(
        path,
        title=f"{run.trial.title}: {kind}",
        lead=_lead(run, summary, scales),
        care=_CARE,
        sections=sections,
        cites={*run.provenance["cites"], STRICTA_SOURCE, *(published.cites if published else ())},
        more=[checklist_source(), *(INDICES if BLINDING in shown else ())],
    )


def _found(run: TrialRun, summary: Mapping[str, Any], scales: Mapping[str, Instrument]) -> Iterator[Section]:
    """Sections on what the trial found."""
    yield Section("Flow of patients", [_flow(summary)])
    yield Section("Baseline", [baseline_by_arm(run, summary, scales)])
    yield Section(
        "Model beside published" if run.published else "Arms over time",
        list(_outcomes(run, summary, scales)),
    )
    yield Section("Differences between arms", list(_contrasts(summary, scales)))
    yield Section(RESPONDERS, list(responders(run, summary)))


def _beside(
    run: TrialRun,
    summary: Mapping[str, Any],
    scales: Mapping[str, Instrument],
    over: OverMembers | None,
    truth: Truth | None,
    shares: Shares | None,
) -> Iterator[Section]:
    """Sections on what else can be said of it."""
    yield from analyses_sections(run)
    yield Section(TRUTH, list(true_parts(truth, summary, scales[run.trial.primary.name])))
    yield Section(SHARES, list(share_parts(shares)))
    yield Section(HEADING, list(across_members(over, scales)))
    yield Section(BLINDING, list(blinding_parts(run)))
    yield Section(ADVERSE, list(adverse(run)))
    yield Section("Kinds of spread", [*_spread(run, over)])


def _made(
    run: TrialRun,
    summary: Mapping[str, Any],
    scales: Mapping[str, Instrument],
    over: OverMembers | None,
) -> Iterator[Section]:
    """Sections on how it was made."""
    yield Section("What to read with care", list(careful(run, summary, scales, over)))
    yield Section(ESTIMANDS, list(estimands(run.trial)))
    yield Section(STRICTA, [stricta_table(run.trial)])
    yield Section("Methods", methods(run))
    yield Section("Where the numbers come from", _kinds(run))
    yield Section("Make it again", [provenance_table(run, over)])


def _lead(run: TrialRun, summary: Mapping[str, Any], scales: Mapping[str, Instrument]) -> str:
    trial = run.trial
    made = (
        f"{plural(trial.patients, 'simulated patient')}, allocated to {joined(trial.arm_names)}, treated, "
        f"measured in {weeks(trial.weeks_seen, most=8)} and analysed as in a trial."
    )
    if run.published is None:
        return f"{made} No published results stand beside it."
    return f"{made} Published beside it: {run.published.title}. {_how_far(run, summary, scales)}"


def _how_far(run: TrialRun, summary: Mapping[str, Any], scales: Mapping[str, Instrument]) -> str:
    """One sentence on how far the primary endpoint is from what was published."""
    name = run.trial.primary.name
    gaps = [abs(row["difference"]) for row in differences(summary, name)]
    if not gaps:
        return f"Nothing was published of {name} after week 0 that the model could be set beside."
    decimals = digits(scales[name])
    said = (
        f"After week 0 the model's {name.replace('_', ' ')} lies {points(sum(gaps) / len(gaps), decimals)} "
        f"points from the published figure on average, and {points(max(gaps), decimals)} at most"
    )
    apart = [
        abs(c["difference"] - c["published"]["difference"])
        for c in summary["contrasts"]
        if c["endpoint"] == name and None not in (c["difference"], c["published"])
    ]
    if not apart:
        return said + "."
    mean = points(sum(apart) / len(apart), decimals)
    return f"{said}; its differences between arms lie {mean} from the published ones on average."


def _flow(summary: Mapping[str, Any]) -> Drawing:
    return Drawing(
        flow_diagram(summary),
        "Flow of simulated patients, in the order of the CONSORT diagram. People who are refused are drawn "
        "anew. Shares and averages are of those followed; “analysed” has a score of the primary endpoint at "
        "the last visit.",
    )


def _outcomes(run: TrialRun, summary: Mapping[str, Any], scales: Mapping[str, Instrument]) -> Iterator[Part]:
    drawn = 0
    for name, scale in scales.items():
        changes = any(name in rows for rows in summary["published_change"].values())
        measured = any(
            v["n"] for arm in summary["arms"].values() for v in arm["outcomes"].get(name, {}).values()
        )
        if drawn < _FIGURES and measured and len(summary["arms"]) <= len(LOOKS):
            yield _figure(summary, name, scale, change=changes and not _later(summary, name))
            drawn += 1
        yield outcome_table(summary, name, scale)
        if changes:
            yield outcome_table(summary, name, scale, change=True)
    if len(summary["arms"]) > len(LOOKS):
        yield Prose([f"No figure is drawn: more than {len(LOOKS)} arms cannot be told apart in one."])


def _later(summary: Mapping[str, Any], endpoint: str) -> bool:
    """Whether means after week 0 were published."""
    rows = [arm.get(endpoint, {}) for arm in summary["published"].values()]
    return any(float(week) > 0 for by_week in rows for week in by_week)


def _figure(summary: Mapping[str, Any], endpoint: str, scale: Instrument, *, change: bool) -> FigureItem:
    published = summary["published_change" if change else "published"]
    said = []
    for arm, told in summary["arms"].items():
        for week, found in told["change" if change else "outcomes"].get(endpoint, {}).items():
            if found["mean"] is not None:
                said.append(f"{arm}, week {week}: {points(found['mean'], digits(scale), signed=change)}")
    what = f"{endpoint.replace('_', ' ')}{', change since week 0' if change else ''}".capitalize()
    beside = any(endpoint in rows for rows in published.values())
    return FigureItem(
        arms_over_time(summary, endpoint, published, scale=scale, change=change),
        f"{what}. {_DRAWN}{_OPEN if beside else ''}{_MOVED}",
        f"Means over time. {'; '.join(said)}",
    )


def _contrasts(summary: Mapping[str, Any], scales: Mapping[str, Instrument]) -> Iterator[Part]:
    if not summary["contrasts"]:
        yield Prose(["There is one arm, and nothing to compare it with."])
        return
    yield Prose(
        [
            "The second arm is subtracted from the first, adjusted as told under the methods. SMD: the "
            "difference by the pooled SD of the outcome. Published differences are as printed; those with "
            "an asterisk are of the published means, not adjusted, with an interval from SDs and n."
        ]
    )
    for name, scale in scales.items():
        beside = published_forest(summary, name, scale)
        if beside is not None:
            yield beside
        yield contrast_table(summary, name, scale)


def _spread(run: TrialRun, over: OverMembers | None) -> Iterator[Part]:
    if run.trial.patients < 2:
        yield Prose(["One patient has no spread."])
        return
    if not run.trial.primary.has_baseline:
        yield Prose(
            ["The primary endpoint asks for a change and has no baseline whose spread could be told."]
        )
        return
    found = run.spread
    said = "; ".join(f"{name} {points(value)}" for name, value in spread_rows(found).items())
    yield FigureItem(
        spread_figure(found),
        f"Where the spread of the primary score at baseline comes from ({found.patients} patients). What the "
        "parts have together is negative where patients were selected by their score, or where scores meet "
        "the ends of the scale: then the parts add up to more than the whole.",
        f"Bars of variance in points squared: {said}.",
    )
    parameters = NOT_INCLUDED if over is None else TOLD_APART
    yield spread_table(found, parameters)
    yield pain_spread_table(run.summary.as_json(), parameters)


def _kinds(run: TrialRun) -> list[Part]:
    return [Prose([KINDS_MATTER]), kinds_table({"parameters": run.provenance["parameter_kinds"]})]
