"""Methods of a trial in words, written from the trial itself, so that every setting is told."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import asdict
from typing import TYPE_CHECKING

from deqi.measurement import Instrument, spread
from deqi.reports.html import Part, Prose, Table
from deqi.reports.tables import MINUS, NOTHING, joined, percent, plural, points, tolerance, weeks
from deqi.reports.trial_population import baseline_table, population, varied_table

if TYPE_CHECKING:
    from deqi.protocols import Contact, Needling, Protocol, Session
    from deqi.trials import Trial, TrialRun
    from deqi.trials.asked import Asked
    from deqi.trials.schema import Hazard

#: What the intervals of a summary are called in words, where their name says it badly.
_INTERVALS = {
    "ci95": "in brackets",
    "p10_p90": "percentiles",
    "smd": "SMD",
    "share_difference": "difference of shares",
}


def methods(run: TrialRun) -> list[Part]:
    """All settings of a run: paragraphs, and tables where there are many numbers of a kind."""
    trial = run.trial
    return [
        Prose(_design(trial), "Design"),
        Prose([_allocation(trial)], "Allocation"),
        Prose(population(run), "Population and eligibility"),
        baseline_table(run),
        varied_table(run),
        Prose(list(_treatment(trial)), "Treatment"),
        Prose(_processes(trial), "What befalls patients besides"),
        Prose(
            [
                "What an instrument says follows from the state of the patient and from the pain of the "
                "days that it asks about; mapping error stays with a patient, measurement error is new at "
                "each visit."
            ],
            "Measurement",
        ),
        _instruments(run),
        Prose(_analysis(run), "Analysis"),
        Prose(_computation(run), "Computation"),
    ]


def _design(trial: Trial) -> list[str]:
    arms = [
        f"{arm.name} ({plural(arm.ratio, 'part')}, {'blinded' if arm.blinded else 'not blinded'}): "
        f"“{arm.plan().title}”"
        for arm in trial.arms
    ]
    return [
        f"{plural(trial.patients, 'simulated patient')} ({trial.condition.replace('-', ' ')}), "
        f"{plural(len(arms), 'arm')}, {trial.weeks:g} weeks, with visits in {weeks(trial.weeks_seen)}. Week "
        f"0 is randomisation. Primary endpoint: {trial.primary.name.replace('_', ' ')}.",
        f"Arms: {'; '.join(arms)}.",
    ]


def _allocation(trial: Trial) -> str:
    plan = trial.allocation
    if plan.method == "simple":
        return "Simple: each patient by themselves, with the chances that the ratios give."
    blocks = f"blocks of {joined([str(size) for size in plan.blocks])}"
    chosen = f"{blocks}, the size of each drawn at random" if len(plan.blocks) > 1 else blocks
    within = (
        f", within strata of {joined([name.replace('_', ' ') for name in plan.strata])}"
        if plan.strata
        else ""
    )
    return f"Permuted blocks: {chosen}{within}."


def _treatment(trial: Trial) -> Iterator[str]:
    for arm in trial.arms:
        protocol = arm.plan()
        yield f"{arm.name} ({protocol.name}): {'; '.join(_done(protocol)) or 'nothing is done'}."


def _done(protocol: Protocol) -> Iterator[str]:
    """Everything that a protocol does."""
    for session in protocol.sessions:
        groups = "; ".join(map(_needles, session.needlings))
        yield f"{_visits('session', session)}, with {groups}"
    for contact in protocol.contacts:
        yield _visits("contact", contact)
    for drug in protocol.drugs:
        yield f"{drug.drug} {drug.mg_per_day:g} mg a day from day {drug.from_day:g} to {drug.to_day:g}"
    for dose in protocol.doses:
        yield f"{dose.drug} {dose.mg:g} mg on day {dose.day:g}, minute {dose.minute:g}"
    for part in protocol.exercise:
        yield f"exercise at {part.intensity:g} from day {part.from_day:g} to {part.to_day:g}"
    for challenge in protocol.challenges:
        yield f"challenge {challenge}"
    for rule in protocol.rules:
        settings = (f"{name.replace('_', ' ')} {_setting(value)}" for name, value in asdict(rule).items())
        yield f"rule {rule.name} ({', '.join(text for text in settings if not text.startswith('name '))})"


def _needles(group: Needling) -> str:
    """A group of needles."""
    needles = f"{plural(group.needles, 'needle')} ({group.technique}) at {group.depth_mm:g} mm"
    shares = [
        f"{percent(share)} {name}"
        for name, share in (("segmental", group.segmental), ("local", group.local))
        if share is not None
    ]
    where = ", ".join(shares) or f"{', '.join(group.points)}, {group.side}"
    hertz = "/".join(f"{hz:g}" for hz in group.frequencies)
    current = f", {hertz} Hz {group.current_ma:g} mA" if group.current_ma is not None else ""
    return f"{needles}, vigour {group.vigour:g}{current}: {where}"


def _setting(value: object) -> str:
    """A field of a rule, or of an analysis."""
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, tuple):
        return joined([f"{v:g}" if isinstance(v, int | float) else str(v) for v in value])
    return str(value)


def _visits(kind: str, visit: Session | Contact) -> str:
    days = sorted(visit.days)
    several = len(days) > 1
    first, last = (f"{round(day, 1):g}" for day in (days[0], days[-1]))
    when = f"from day {first} to {last}" if several else f"on day {first}"
    return f"{plural(len(days), kind)} of {visit.minutes:g} min {when}, context {visit.context:g}"


def _processes(trial: Trial) -> list[str]:
    missed = trial.adherence.missed if trial.adherence else 0.0
    unblinded = trial.unblinding.share if trial.unblinding else 0.0
    sessions = f"each but the first of a plan is missed with a probability of {missed:g}, by itself"
    learning = (
        f"a share of {unblinded:g} of the patients of blinded arms, at a moment spread evenly over the "
        "treatment; it changes nothing but the responders of rules that count it as failure"
    )
    found = [
        f"Sessions: {sessions if missed else 'all are attended'}.",
        f"Leaving: {_hazard(trial.dropout)}. Whoever has left attends no session and answers nothing.",
        f"Other treatment: {_hazard(trial.co_treatment)}.{_taken(trial)}",
        f"Unblinding: {learning if unblinded else 'none'}.",
    ]
    if trial.decision_days():
        found.append(
            f"Leaving and other treatment are decided every {trial.round_weeks:g} weeks. Both are one "
            "process for all arms, driven by the pain of the past week: arms differ in them only as far as "
            "pain does."
        )
    return found


def _hazard(hazard: Hazard | None) -> str:
    if hazard is None:
        return "never"
    return (
        f"a hazard of {hazard.per_week:g} a week at a pain of 50, times {hazard.ratio_per_10_points:g} for "
        "each 10 points more"
    )


def _taken(trial: Trial) -> str:
    taken = trial.co_treatment
    if taken is None:
        return ""
    if not taken.drug:
        return " It is noted, and does nothing."
    return f" It is {taken.drug}, {taken.mg_per_day:g} mg a day for {taken.days:g} days."


def _instruments(run: TrialRun) -> Table:
    rows = []
    for endpoint in run.trial.endpoints:
        scale = endpoint.load()
        adjustment = run.met.adjustments.get(scale.name)
        added = spread(scale, adjustment)
        person = adjustment is not None and adjustment.person_sd is not None
        rows.append(
            [
                endpoint.name.replace("_", " ") + (" (primary)" if endpoint.primary else ""),
                scale.title,
                "now" if scale.recall_days == 0 else f"{scale.recall_days} days ({', '.join(scale.reads)})",
                _formula(scale),
                points(adjustment.shift, 2, signed=True) if adjustment else NOTHING,
                f"{added.person:.3g} ({'set' if person else scale.values['person_sd'].kind})",
                f"{added.error:.3g} ({scale.values['error_sd'].kind})",
            ]
        )
    return Table(
        "Instruments: what a score follows, and the two SDs that are added to it [points]. Shift and “set”: "
        "to meet the asked baseline.",
        ["endpoint", "instrument", "asks about", "score", "shift", "mapping SD", "error SD"],
        rows,
        text=True,
    )


def _formula(scale: Instrument) -> str:
    terms = "".join(
        f" {MINUS if slope < 0 else '+'} {abs(slope):g} {name}" for name, slope in scale.slopes.items()
    )
    ends = f"in steps of {scale.smallest_step:.3g} from {scale.low:g} to {scale.high:g}"
    return f"{scale.numbers['intercept']:g}{terms}, {ends}".replace("-", MINUS)


def _analysis(run: TrialRun) -> list[str]:
    trial = run.trial
    strata = "; strata are none"
    if trial.strata and trial.analysis.strata:
        strata = f", and the strata ({joined(list(trial.strata))})"
    found = [
        "Analysis of covariance of each endpoint at each visit, of those who were measured (available "
        f"cases), all arms in one model. Covariates: the patient's own baseline of the endpoint{strata}. "
        "Contrasts: "
        + "; ".join(f"{first} minus {second}" for first, second in trial.contrasts)
        + ". None of this is adjusted for multiple testing.",
    ]
    if trial.analyses:
        found.append(f"Asked for besides: {'; '.join(map(_asked, trial.analyses))}.")
    for rule in trial.responders:
        ways = [
            f"{way.endpoint} better than at baseline by "
            + (f"{way.better_by_points:g} points" if way.better_by is None else f"{100 * way.better_by:g} %")
            for way in rule.any
        ]
        fails = f"; failures: {joined(list(rule.failures))}" if rule.failures else ""
        found.append(f"Responder “{rule.name}”: {' or '.join(ways)}{fails}.")
    told = (f"{_INTERVALS.get(name, name)}, {text}" for name, text in run.summary.intervals.items())
    found.append(f"Intervals: {'; '.join(told)}.")
    reasons = {f"{c['endpoint']}: {c['reason']}" for c in run.summary.contrasts if c["reason"]}
    found += [f"Not as planned: {reason}." for reason in sorted(reasons)]
    return found


def _asked(asked: Asked) -> str:
    """An analysis besides, with its settings."""
    settings = [
        f"{name.replace('_', ' ')} {_setting(value)}"
        for name, value in asked.settings.items()
        if value not in (None, "", ())
    ]
    return asked.kind.replace("-", " ") + (f" ({', '.join(settings)})" if settings else "")


def _computation(run: TrialRun) -> list[str]:
    solver, chunk = run.provenance["solver"], run.folder.manifest["chunk"]
    return [
        f"Everything random about a patient follows from the seed, {run.seed}, and from the patient's number "
        "alone: who they are, fluctuation of their pain, errors of measurement, sessions missed, leaving, "
        "other treatment, unblinding, and, for this report, guesses and adverse events; allocation follows "
        "from the seed and, where there are strata, from those of everybody. Each "
        "has a stream of its own of a counter-based generator (Philox), so that none depends on how often "
        "another is drawn from. The same patients under every arm, and changes taken apart, have the same "
        "seed and streams. Patients were worked out in "
        f"{plural(len(run.folder.ranges), 'chunk')} of up to {chunk}; results do not depend on it.",
        f"Solver: {solver['name']}"
        + (f" ({solver['method']})" if "method" in solver else "")
        + f", relative tolerance {solver['rtol']:g}, absolute tolerance {tolerance(solver['atol'])}"
        + (f", numbers of {solver['bits']} bits" if "bits" in solver else "")
        + ". Every other setting of it stands under “Make it again”.",
    ]
