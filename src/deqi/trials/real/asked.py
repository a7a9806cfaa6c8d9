"""Whether an analysis that was asked for fits a real trial: its outcomes, weeks, arms, rules and columns."""

from __future__ import annotations

from deqi.errors import TrialError, UnknownNameError
from deqi.trials.asked import Asked
from deqi.trials.checks import trial_checks
from deqi.trials.real.mapping import BASELINE, Map, rule_name

#: Analyses that the table of a real trial, one row a patient, cannot tell, and why.
CANNOT = {
    "per-protocol": "the data do not say who attended, began another treatment or was unblinded",
    "clusters": "the data do not say who treated whom",
}


def check_asked(mapped: Map, asked: Asked) -> None:
    """Refuse an analysis that names what a real trial does not have.

    Parameters
    ----------
    mapped : Map
        What the columns mean.
    asked : Asked
        The analysis. One that the data cannot tell is no error: its result says why.

    Raises
    ------
    TrialError, UnknownNameError
        With the kind of the analysis.
    """
    if asked.kind in CANNOT:
        return
    with trial_checks(asked.kind):
        outcome = mapped.outcome(asked.endpoint) if asked.endpoint else mapped.outcomes[0]
        weeks = [week for week, _ in outcome.weeks]
        if asked.week is not None and asked.week not in weeks:
            known = ", ".join(f"{week:g}" for week in weeks)
            raise TrialError(f"week {asked.week:g} has no column", where="week", fix=f"one of {known}")
        for name in filter(None, (asked.reference, asked.moved)):
            if name not in mapped.arm_names:
                known = ", ".join(mapped.arm_names)
                raise UnknownNameError("arm", name, mapped.arm_names, fix=f"one of {known}")
        if asked.kind == "responders":
            _check_rule(mapped, asked)
        if asked.kind == "subgroups":
            _check_column(mapped, asked)


def _check_rule(mapped: Map, asked: Asked) -> None:
    rules = [rule_name(rule) for rule in mapped.responders]
    if not rules:
        raise TrialError("the map has no responder rule", fix="add [[responders]]")
    if asked.rule and asked.rule not in rules:
        raise UnknownNameError("responder rule", asked.rule, rules, fix=f"one of {', '.join(rules)}")


def _check_column(mapped: Map, asked: Asked) -> None:
    numbers = [name for name in mapped.covariates if name != BASELINE]
    known = [*mapped.categories, *numbers]
    if not known:
        raise TrialError("the model of the map has no column to make subgroups by", fix="add a covariate")
    if asked.by not in known:
        raise UnknownNameError("column", str(asked.by), known, where="by", fix=f"one of {', '.join(known)}")
    if asked.by in mapped.categories and asked.cuts:
        raise TrialError(f"{asked.by} is no number that could be cut", where="cuts", fix="leave cuts out")
    if asked.by in numbers and not asked.cuts:
        raise TrialError(f"{asked.by} is a number", where="by", fix="write cuts = [...], where it is cut")
