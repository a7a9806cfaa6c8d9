"""The patients of a trial in words and tables: how they were drawn, and how the asked baseline was met."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from deqi.parameters import ParameterValue
from deqi.population import plan_of
from deqi.reports.html import Table
from deqi.reports.tables import joined, points

if TYPE_CHECKING:
    from deqi.trials import TrialRun


def population(run: TrialRun) -> list[str]:
    """Who was drawn, and how the asked baseline was met."""
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
    ages = joined([f"{age:g}" for age in recipe.age_groups]) if recipe.age_groups else "no age"
    found = [
        f"Patients were drawn from the recipe “{recipe.title}” ({recipe.name}), for each place one after the "
        "other until one was eligible, by covariates and by what instruments said at screening, measurement "
        f"error included. Criteria: {'; '.join(rules)}. Centres: {recipe.centres}; new age groups begin at "
        f"{ages}.",
        f"Covariates: {'; '.join(covariates)}. Correlations of normal scores: {'; '.join(pairs) or 'none'}. "
        f"Limits at week 0: {'; '.join(limits) or 'none'}.",
        f"Within a patient over weeks: {'; '.join(within)}. Fluctuation is of the log odds of a day's pain; "
        "a flare-up adds to the load.",
    ]
    if met.fits:
        found.append(
            f"The asked baseline was met by adding {points(met.shift, 3, signed=True)} to the log odds of "
            f"everyone's pain and by a factor of {met.spread:.3f} on the spread of "
            f"{joined(list(recipe.severity))}, in a reference sample of {met.candidates} candidates, of whom "
            f"{met.accepted} were eligible; secondary instruments were shifted, and the spread of their "
            "mapping error set, to the same end."
        )
    return found


def baseline_table(run: TrialRun) -> Table:
    """What was asked of the baseline, and what was reached."""
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
        "of a sample of that size." + ("" if rows else " This population asks for none."),
        ["instrument", "mean asked", "mean reached", "SD asked", "SD reached", "how well"],
        rows,
        text=True,
    )


def varied_table(run: TrialRun) -> Table:
    """Which parameters differ between patients, and how."""
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
        "parameter is the same in all.",
        ["parameter", "value", "how it differs", "kind"],
        rows,
        text=True,
    )


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
