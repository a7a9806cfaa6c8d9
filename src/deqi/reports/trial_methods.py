"""Methods of a trial in words, written from the trial itself, so that every setting is told."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, Any

from deqi.measurement import Instrument, spread
from deqi.parameters import ParameterValue
from deqi.population import plan_of
from deqi.reports.html import Part, Prose, Table
from deqi.reports.tables import NOTHING, percent, points

if TYPE_CHECKING:
    from deqi.protocols import Contact, Protocol, Session
    from deqi.trials import Trial, TrialRun
    from deqi.trials.schema import Hazard


def methods(run: TrialRun) -> list[Part]:
    """All settings of a run: paragraphs, and tables where there are many numbers of a kind."""
    trial = run.trial
    return [
        Prose(_design(trial), "Design"),
        Prose([_allocation(trial)], "Allocation"),
        Prose(_population(run), "Population and eligibility"),
        _baseline(run),
        _varied(run),
        Prose(list(_treatment(trial)), "Treatment"),
        Prose(_processes(trial), "What befalls patients besides"),
        Prose(
            [
                "What an instrument says follows from the state of the patient and from the pain of the days "
                "that it asks about; mapping error stays with a patient, measurement error is new at each "
                "visit."
            ],
            "Measurement",
        ),
        _instruments(run),
        Prose(_analysis(run), "Analysis"),
        Prose(_computation(run), "Computation"),
    ]


def joined(words: Sequence[str]) -> str:
    """Words as English joins them.

    Examples
    --------
    >>> joined(["verum", "sham", "care"]), joined(["verum"])
    ('verum, sham and care', 'verum')
    """
    return words[0] if len(words) == 1 else f"{', '.join(words[:-1])} and {words[-1]}"


def weeks(numbers: Sequence[float]) -> str:
    """Weeks as words.

    Examples
    --------
    >>> weeks((0.0, 6.0, 13.0))
    'weeks 0, 6 and 13'
    """
    return f"week{'s' if len(numbers) > 1 else ''} {joined([f'{week:g}' for week in numbers])}"


def _design(trial: Trial) -> list[str]:
    arms = [
        f"{arm.name} ({arm.ratio} part{'s' if arm.ratio > 1 else ''}, "
        f"{'blinded' if arm.blinded else 'not blinded'}): "
        f"“{arm.plan().title}”"
        for arm in trial.arms
    ]
    count = f"{len(arms)} arm{'s' if len(arms) > 1 else ''}"
    return [
        f"{trial.patients} simulated patients ({trial.condition.replace('-', ' ')}) were allocated to "
        f"{count} and "
        f"followed for {trial.weeks:g} weeks, with visits in {weeks(trial.weeks_seen)}. Week 0 is "
        "randomisation. "
        f"Primary endpoint: {trial.primary.name.replace('_', ' ')}.",
        "Arms: " + "; ".join(arms) + ".",
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


def _population(run: TrialRun) -> list[str]:
    recipe, met = run.met.recipe, run.met
    rules = [str(criterion) for criterion in met.eligibility.criteria] or ["none"]
    covariates = [
        f"{c.name} {c.distribution.kind} ({_numbers(c.distribution.numbers)}; {_origin(c.kind, c.source)})"
        for c in recipe.covariates.values()
    ]
    limits = [
        f"{limit.path} "
        + ", ".join(
            f"{word} {value:g}"
            for word, value in (("at least", limit.at_least), ("at most", limit.at_most))
            if value is not None
        )
        for limit in recipe.limits
    ]
    pairs = [f"{c.of[0]} with {c.of[1]} {points(c.value, 2)} ({c.kind})" for c in recipe.correlations]
    within = [f"{v.path.replace('_', ' ')} {_value(v)}" for v in recipe.within.values.values()]
    found = [
        f"Patients were drawn from the recipe “{recipe.title}” ({recipe.name}), for each place one after "
        "the other "
        "until one was eligible, by covariates and by what instruments said at screening, measurement error "
        f"included. Criteria: {'; '.join(rules)}. Centres: {recipe.centres}.",
        f"Covariates: {'; '.join(covariates)}. Correlations of normal scores: {'; '.join(pairs) or 'none'}. "
        f"Limits at week 0: {'; '.join(limits) or 'none'}.",
        f"Within a patient over weeks: {'; '.join(within)}. Fluctuation is of the log odds of a day's "
        "pain; a "
        "flare-up adds to the load.",
    ]
    if met.fits:
        found.append(
            f"The asked baseline was met by adding {points(met.shift, 3, signed=True)} to the log odds of "
            f"everyone's pain and by a factor of {met.spread:.3f} on the spread of "
            f"{joined(list(recipe.severity))}, in "
            f"a reference sample of {met.candidates} candidates, of whom {met.accepted} were eligible; "
            "secondary "
            "instruments were shifted, and the spread of their mapping error set, to the same end."
        )
    return found


def _baseline(run: TrialRun) -> Table:
    rows = [
        [
            fit.instrument,
            points(fit.asked_mean),
            f"{points(fit.mean)} ± {points(fit.mean_error, 2)}",
            points(fit.asked_sd),
            f"{points(fit.sd)} ± {points(fit.sd_error, 2)}",
            fit.shortfall or "met",
        ]
        for fit in run.met.fits
    ]
    return Table(
        "The asked baseline, and what was reached in the reference sample; ± is the Monte Carlo error (SE) "
        "of a sample "
        "of that size." + ("" if rows else " This population asks for none."),
        ["instrument", "mean asked", "mean reached", "SD asked", "SD reached", "how well"],
        rows,
        text=True,
    )


def _varied(run: TrialRun) -> Table:
    values = plan_of(run.met.recipe).case.values
    rows = [
        [
            v.path,
            _amount(v),
            f"{v.distribution.kind} ({_numbers(v.distribution.numbers)})",
            _origin(v.kind, v.source),
        ]
        for _, v in sorted(values.items())
        if v.distribution is not None
    ]
    return Table(
        "Parameters that differ between patients (before the factor on the spread told above); every other "
        "parameter is "
        "the same in all.",
        ["parameter", "value", "how it differs", "kind"],
        rows,
        text=True,
    )


def _treatment(trial: Trial) -> Iterator[str]:
    for arm in trial.arms:
        protocol = arm.plan()
        yield f"{arm.name} ({protocol.name}): {'; '.join(_done(protocol)) or 'nothing is done'}."


def _done(protocol: Protocol) -> Iterator[str]:
    for session in protocol.sessions:
        groups = [
            f"{n.needles} {n.technique} at {n.depth_mm:g} mm"
            + (f" ({', '.join(n.points)})" if n.points else f" ({percent(n.segmental)} segmental)")
            + (
                f", {'/'.join(f'{hz:g}' for hz in n.frequencies)} Hz {n.current_ma:g} mA"
                if n.current_ma
                else ""
            )
            for n in session.needlings
        ]
        yield f"{_visits('session', session)}, needles: {', '.join(groups)}"
    for contact in protocol.contacts:
        yield _visits("contact", contact)
    for drug in protocol.drugs:
        yield f"{drug.drug} {drug.mg_per_day:g} mg a day from day {drug.from_day:g} to {drug.to_day:g}"
    for dose in protocol.doses:
        yield f"{dose.drug} {dose.mg:g} mg on day {dose.day:g}"
    for part in protocol.exercise:
        yield f"exercise at {part.intensity:g} from day {part.from_day:g} to {part.to_day:g}"
    for rule in protocol.rules:
        days = [f"{day:g}" for day in rule.decision_days(protocol)]
        yield f"rule {rule.name}, decided on day {', '.join(days)}" if days else f"rule {rule.name}"


def _visits(kind: str, visit: Session | Contact) -> str:
    days = sorted(visit.days)
    several = len(days) > 1
    when = f"from day {days[0]:g} to {days[-1]:g}" if several else f"on day {days[0]:g}"
    many = f"{len(days)} {kind}{'s' if several else ''}"
    return f"{many} of {visit.minutes:g} min {when}, context {visit.context:g}"


def _processes(trial: Trial) -> list[str]:
    missed = trial.adherence.missed if trial.adherence else 0.0
    unblinded = trial.unblinding.share if trial.unblinding else 0.0
    found = [
        f"Sessions: each but the first is missed with a probability of {missed:g}, by itself.",
        f"Leaving: {_hazard(trial.dropout)}. Whoever has left attends no session and answers nothing.",
        f"Other treatment: {_hazard(trial.co_treatment)}.{_taken(trial)}",
        f"Unblinding: a share of {unblinded:g} of the patients of blinded arms, at a moment spread evenly "
        "over the "
        "treatment; it changes nothing but the responders of rules that count it as failure.",
    ]
    if trial.decision_days():
        found.append(
            f"Leaving and other treatment are decided every {trial.round_weeks:g} weeks. Both are one "
            "process for all "
            "arms, driven by the pain of the past week: arms differ in them only as far as pain does."
        )
    return found


def _hazard(hazard: Hazard | None) -> str:
    if hazard is None:
        return "never"
    return (
        f"a hazard of {hazard.per_week:g} a week at a pain of 50, times {hazard.ratio_per_10_points:g} for "
        "each 10 "
        "points more"
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
        rows.append(
            [
                endpoint.name.replace("_", " ") + (" (primary)" if endpoint.primary else ""),
                scale.title,
                "now" if scale.recall_days == 0 else f"{scale.recall_days} days ({', '.join(scale.reads)})",
                _formula(scale),
                points(adjustment.shift, 2, signed=True) if adjustment else NOTHING,
                points(added.person, 2)
                + (" (set)" if adjustment and adjustment.person_sd is not None else ""),
                f"{points(added.error, 2)} ({scale.values['error_sd'].kind})",
            ]
        )
    return Table(
        "Instruments: what a score follows, and the two SDs that are added to it [points]. Shift and "
        "“set”: to meet the "
        "asked baseline.",
        ["endpoint", "instrument", "asks about", "score", "shift", "mapping SD", "error SD"],
        rows,
        text=True,
    )


def _formula(scale: Instrument) -> str:
    terms = [f"{points(slope, 3, signed=True)} {name}" for name, slope in scale.slopes.items()]
    ends = f"in steps of {scale.smallest_step:.3g} from {scale.low:g} to {scale.high:g}"
    return f"{points(scale.numbers['intercept'], 2)} {' '.join(terms)}, {ends}"


def _analysis(run: TrialRun) -> list[str]:
    trial = run.trial
    strata = ""
    if trial.strata:
        strata = (
            f", and {joined(list(trial.strata))} {'are' if trial.analysis.strata else 'are not'} covariates"
        )
    found = [
        "Analysis of covariance of each endpoint at each visit, of those who were measured (available "
        "cases), all "
        f"arms in one model. Covariate: the patient's own baseline of the endpoint{strata}. Contrasts: "
        + "; ".join(f"{first} minus {second}" for first, second in trial.contrasts)
        + ". Nothing is adjusted for multiple testing.",
    ]
    for rule in trial.responders:
        ways = [
            f"{way.endpoint} better than at baseline by "
            + (f"{way.better_by_points:g} points" if way.better_by is None else f"{100 * way.better_by:g} %")
            for way in rule.any
        ]
        fails = f"; failures: {joined(list(rule.failures))}" if rule.failures else ""
        found.append(f"Responder “{rule.name}”: {' or '.join(ways)}{fails}.")
    found.append(
        "Intervals: "
        + "; ".join(f"{name.replace('_', ' ')}, {text}" for name, text in run.summary.intervals.items())
        + "."
    )
    reasons = {f"{c['endpoint']}: {c['reason']}" for c in run.summary.contrasts if c["reason"]}
    found += [f"Not as planned: {reason}." for reason in sorted(reasons)]
    return found


def _computation(run: TrialRun) -> list[str]:
    solver, chunk = run.provenance["solver"], run.folder.manifest["chunk"]
    return [
        f"Everything random about a patient follows from the seed, {run.seed}, and from the patient's "
        "number alone. "
        f"Patients were worked out in {len(run.folder.ranges)} "
        f"chunk{'s' if len(run.folder.ranges) > 1 else ''} of up to "
        f"{chunk}; results do not depend on it. Solver: {solver['name']}"
        + (f" ({solver['method']})" if "method" in solver else "")
        + f", relative tolerance {solver['rtol']:g}, absolute tolerance {_short(solver['atol'])}."
    ]


def _short(given: Any) -> str:
    return f"{given:g}" if isinstance(given, int | float) else str(given)


def _numbers(numbers: Any) -> str:
    return ", ".join(f"{name} {value:g}" for name, value in numbers.items())


def _origin(kind: str, source: str) -> str:
    return f"{kind}, {source}" if source else kind


def _value(value: ParameterValue) -> str:
    differs = (
        f", {value.distribution.kind} {_numbers(value.distribution.numbers)}" if value.distribution else ""
    )
    return f"{_amount(value)}{differs} ({_origin(value.kind, value.source)})"


def _amount(value: ParameterValue) -> str:
    return f"{value.value:g}" if value.unit == "1" else f"{value.value:g} {value.unit}"
