"""What can only be checked in the whole of a trial, and the digest of what it names."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import asdict
from itertools import pairwise
from pathlib import Path
from typing import TYPE_CHECKING, Any

from deqi.errors import FileError, TrialError, UnknownNameError
from deqi.measurement import PAIN
from deqi.trials.checks import check_different, put, trial_checks
from deqi.trials.parts import Allocation, Analysis
from deqi.trials.processes import Adherence, CoTreatment, Dropout, Practitioners, Unblinding

if TYPE_CHECKING:
    from deqi.protocols import Protocol
    from deqi.trials.schema import Trial


#: Columns of a cohort that are no endpoint's.
_OWN = ("pain_state", "pain_recalled")


def check_trial(trial: Trial) -> None:
    """Refuse a trial whose parts do not go together.

    Raises
    ------
    DeqiError
        With the place and what to do.
    """
    from deqi.atlas import refuse_if_not_simulated
    from deqi.core import cite

    refuse_if_not_simulated(trial.condition)
    for key in trial.cites:
        cite(key, "cites")
    _check_kinds(trial)
    _check_arms(trial)
    _check_visits(trial)
    _check_endpoints(trial)
    _check_responders(trial)
    _check_contrasts(trial)
    _check_population(trial)
    if trial.published:
        from deqi.evidence import published

        with trial_checks("published"):
            published(trial.published)


def _check_kinds(trial: Trial) -> None:
    kinds: Mapping[str, type] = {
        "allocation": Allocation,
        "analysis": Analysis,
        "adherence": Adherence,
        "dropout": Dropout,
        "co_treatment": CoTreatment,
        "unblinding": Unblinding,
        "practitioners": Practitioners,
    }
    for name, kind in kinds.items():
        value = getattr(trial, name)
        if not isinstance(value, kind) and (value is not None or name in ("allocation", "analysis")):
            raise TrialError(f"is no {kind.__name__}", where=name, fix=f"give {kind.__name__}(...)")


def _check_arms(trial: Trial) -> None:
    from deqi.trials.practitioners import check_practitioners

    check_different("arms", trial.arm_names)
    whole = sum(arm.ratio for arm in trial.arms)
    for size in trial.allocation.blocks:
        if size % whole:
            raise TrialError(
                f"a block of {size} is no multiple of {whole}, the sum of the ratios",
                where="allocation: blocks",
                fix=f"write {whole * max(1, round(size / whole))}",
            )
    for arm in trial.arms:
        with trial_checks(f"arm {arm.name}"):
            _check_medicine(trial, arm.plan())
            _check_rules(arm.plan())
    _check_rescue(trial)
    check_practitioners(trial)


def _check_medicine(trial: Trial, protocol: Protocol) -> None:
    """Two medicines of one depot cannot be taken at once."""
    from deqi.protocols.drugs import DRUGS

    taken = trial.co_treatment.drug if trial.co_treatment else ""
    for name in protocol.medicines() if taken else ():
        if name != taken and DRUGS[name].depot == DRUGS[taken].depot:
            raise TrialError(
                f"{name} and the co-treatment {taken} cannot be simulated at once",
                fix=f'write drug = "{name}" in [co_treatment], or leave its drug out',
            )


def _check_rules(protocol: Protocol) -> None:
    """A trial has one process of other treatment, and its rules go by what was asked after week 0."""
    for rule in protocol.rules:
        if rule.measure != PAIN:
            raise TrialError(
                f"the rule {rule.name} of {protocol.name} goes by {rule.measure}, which nobody asks",
                fix=f'write measure = "{PAIN}"',
            )


def _check_rescue(trial: Trial) -> None:
    """Rescue is one for all arms, so that it puts no difference between them in by hand."""
    from deqi.protocols import Rescue

    plans = [arm.plan() for arm in trial.arms]
    each = [tuple(rule for rule in plan.rules if isinstance(rule, Rescue)) for plan in plans]
    for plan, rescue in zip(plans, each, strict=True):
        if rescue != each[0]:
            with_one = plan if rescue else plans[0]
            raise TrialError(
                f"{with_one.name} has a rescue rule of its own",
                where="arms",
                fix="write the same into every arm's protocol, or use [co_treatment]",
            )


def _check_visits(trial: Trial) -> None:
    if any(first >= second for first, second in pairwise((0.0, *trial.visits))):
        raise TrialError(
            "do not rise from above 0", where="visits", fix="write weeks = [6, 13]; week 0 is always there"
        )
    for week in trial.visits:
        if abs(7 * week - round(7 * week)) > 1e-6:
            raise TrialError(
                f"week {week:g} is no whole number of days",
                where="visits",
                fix=f"write {round(7 * week) / 7:.10g}, which is day {round(7 * week)}",
            )
    if any(round(7 * first) == round(7 * second) for first, second in pairwise((0.0, *trial.visits))):
        raise TrialError("two are on one day", where="visits", fix="leave one of them out")
    never = [p for p in (trial.dropout, trial.co_treatment) if p is not None and p.per_week > 0]
    if never and not trial.decision_days():
        raise TrialError(
            f"nobody can leave or begin another treatment: the first round, in week {trial.round_weeks:g}, "
            f"is not before the end, in week {trial.weeks:g}",
            fix="write a smaller every_weeks in [co_treatment], or leave dropout and co_treatment out",
        )
    if trial.visits[-1] > trial.weeks:
        raise TrialError(
            f"week {trial.visits[-1]:g} is after the trial ends, in week {trial.weeks:g}",
            where="visits",
            fix=f"write trial weeks = {trial.visits[-1]:g}, or leave that visit out",
        )


def _check_endpoints(trial: Trial) -> None:
    check_different("endpoints", [endpoint.name for endpoint in trial.endpoints])
    for endpoint in trial.endpoints:
        if endpoint.name in _OWN:
            raise TrialError(
                f"{endpoint.name} is the name of a column of the model's own",
                where="endpoints",
                fix="give the endpoint another name",
            )
    for endpoint in trial.endpoints:
        with trial_checks(f"endpoint {endpoint.name}"):
            endpoint.load()
    primary = [endpoint.name for endpoint in trial.endpoints if endpoint.primary]
    if len(primary) != 1:
        said = f"are primary: {', '.join(primary)}" if primary else "are none of them primary"
        raise TrialError(said, where="endpoints", fix="write primary = true for exactly one")
    trial.pain_endpoint  # noqa: B018 (it raises where there is none)


def _check_responders(trial: Trial) -> None:
    check_different("responders", [rule.name for rule in trial.responders])
    for rule in trial.responders:
        for way in rule.any:
            with trial_checks(f"responder {rule.name}"):
                endpoint = trial.endpoint(way.endpoint)
            if not endpoint.has_baseline:
                raise TrialError(
                    f"{endpoint.instrument} has no baseline that it could be better than",
                    where=f"responder {rule.name}",
                    fix="choose another endpoint",
                )


def _check_contrasts(trial: Trial) -> None:
    for pair in trial.analysis.contrasts:
        for name in pair:
            if name not in trial.arm_names:
                raise UnknownNameError(
                    "arm",
                    name,
                    trial.arm_names,
                    where="contrasts",
                    fix=f"one of {', '.join(trial.arm_names)}",
                )


def _check_population(trial: Trial) -> None:
    from deqi.population.eligibility import Eligibility
    from deqi.population.files import load_recipe

    if trial.population.endswith(".csv"):
        if not Path(trial.population).is_file():
            raise FileError("cannot be read: no such file", where=trial.population)
    else:
        with trial_checks("population"):
            load_recipe(trial.population)
    limits = trial.eligibility
    if limits is not None and not isinstance(limits, Eligibility):
        put(trial, "eligibility", Eligibility.of(limits))


def digests(trial: Trial) -> dict[str, str]:
    """SHA-256 of what protocols, instruments, population and published table say."""
    found = {f"protocol of {arm.name}": _digest(asdict(arm.plan())) for arm in trial.arms}
    found |= {f"instrument of {e.name}": _digest(e.load().as_dict()) for e in trial.endpoints}
    found["population"] = _population(trial.population)
    if trial.published:
        from deqi.evidence import published

        found["published"] = _digest(published(trial.published).as_dict())
    return found


def _population(name: str) -> str:
    from deqi.population.files import load_recipe

    if name.endswith(".csv"):
        return file_digest(name)
    return _digest(load_recipe(name).as_dict())


def file_digest(path: str) -> str:
    """SHA-256 of a file.

    Raises
    ------
    FileError
        If it cannot be read.
    """
    try:
        return hashlib.sha256(Path(path).read_bytes()).hexdigest()
    except OSError as error:
        raise FileError(f"cannot be read: {error.strerror}", where=path) from error


def _digest(data: Any) -> str:
    return hashlib.sha256(json.dumps(data, sort_keys=True).encode()).hexdigest()
