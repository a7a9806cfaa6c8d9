"""From an analysis that was asked for to its result, for the cohort of a virtual trial.

An analysis that cannot be done, such as a model that has not converged, has a
reason and no rows: nothing else is put in its place.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any, TypeAlias

import numpy as np

from deqi.errors import DeqiError
from deqi.trials.analyses.clusters import compare_clustered
from deqi.trials.analyses.curves import responder_curves
from deqi.trials.analyses.imputation import compare_imputed
from deqi.trials.analyses.multiplicity import adjust_contrasts
from deqi.trials.analyses.per_protocol import Rules, compare_per_protocol
from deqi.trials.analyses.reference_errors import compare_with_reference
from deqi.trials.analyses.responders import responder_comparisons
from deqi.trials.analyses.rows import (
    curve_rows,
    gains,
    of_imputed,
    of_reference,
    of_shares,
    of_subgroups,
    of_tipping,
)
from deqi.trials.analyses.subgroups import compare_subgroups
from deqi.trials.analyses.tipping import tipping_points
from deqi.trials.analyses.told import Found, of_comparison, result, row
from deqi.trials.analyses.visits import followed, visits_of
from deqi.trials.analysis import compare
from deqi.trials.asked import PRACTITIONER, Asked
from deqi.trials.estimands import COMPOSITE, HYPOTHETICAL, POLICY, default_estimand
from deqi.trials.mmrm_visits import compare_arms
from deqi.trials.responders import without_failures
from deqi.trials.schema import Endpoint, Trial, column

if TYPE_CHECKING:
    import pandas as pd

_How: TypeAlias = Callable[["_Job"], Found]


def analyses_of(trial: Trial, table: pd.DataFrame, seed: int = 1) -> list[dict[str, Any]]:
    """Every analysis that a trial asks for.

    Parameters
    ----------
    trial : Trial
        Its `analyses`.
    table : pandas.DataFrame
        The cohort.
    seed : int
        Seed of imputations and resamples.

    Examples
    --------
    >>> import pandas as pd
    >>> from deqi.trials.files import load_trial
    >>> trial = load_trial("art").with_(analyses=(Asked("holm"),))
    >>> table = pd.DataFrame({"patient": range(60), "status": 0, "arm": list(trial.arm_names) * 20})
    >>> table["stratum"], table["pain.w0"] = "", 60.0
    >>> table["pain.w8"] = [30.0, 31.0, 52.0, 31.0, 30.0, 53.0] * 10
    >>> [(one["arms"][1], one["more"]["rejected"]) for one in analyses_of(trial, table)[0]["rows"]]
    [('minimal acupuncture', False), ('waiting list', True), ('waiting list', True)]
    """
    return [analysed(trial, table, asked, seed) for asked in trial.analyses]


def analysed(trial: Trial, table: pd.DataFrame, asked: Asked, seed: int = 1) -> dict[str, Any]:
    """One analysis; see `analyses_of`."""
    job = _Job(trial, table, asked, seed)
    if not trial.contrasts and asked.kind != "responder-curve":
        return result(asked.kind, job.settings, _events(job), Found(reason="one arm has nothing to compare"))
    try:
        found = _HOW[asked.kind](job)
    except DeqiError as error:
        found = Found(reason=str(error))
    return result(asked.kind, job.settings, _events(job), found)


class _Job:
    """An analysis, and everything that it is of."""

    def __init__(self, trial: Trial, table: pd.DataFrame, asked: Asked, seed: int) -> None:
        self.trial, self.table, self.kind, self.seed = trial, table, asked.kind, seed
        settings = dict(asked.settings)
        if "endpoint" in settings:
            settings["endpoint"] = settings["endpoint"] or trial.primary.name
        if asked.kind != "mmrm":
            settings["week"] = settings["week"] or trial.visits[-1]
        if asked.kind == "jump-to-reference":
            settings["reference"] = settings["reference"] or trial.arm_names[-1]
        if asked.kind == "clusters":
            needled = tuple(arm.name for arm in trial.arms if arm.plan().sessions)
            settings["needle_arms"] = settings["needle_arms"] or needled
            settings["by"] = settings["by"] or ("centre" if trial.practitioners is None else PRACTITIONER)
        self.settings: dict[str, Any] = settings

    @property
    def endpoint(self) -> Endpoint:
        return self.trial.endpoint(self.settings["endpoint"])

    @property
    def week(self) -> float:
        return float(self.settings["week"])

    @property
    def where(self) -> tuple[Trial, pd.DataFrame, Endpoint, float]:
        """What most analyses begin with."""
        return self.trial, self.table, self.endpoint, self.week


def _events(job: _Job) -> dict[str, str]:
    """Strategy by event; what differs between responder rules is 'by rule', what has none 'none'."""
    if job.kind == "responders":
        names = [job.settings["rule"]] if job.settings["rule"] else [r.name for r in job.trial.responders]
        several = [default_estimand(job.trial, name).strategies for name in names]
        return {e: s if all(one[e] == s for one in several) else "by rule" for e, s in several[0].items()}
    events = default_estimand(job.trial, job.endpoint.name).strategies
    if job.kind == "jump-to-reference":
        events["discontinuation"] = POLICY
    if job.kind == "responder-curve":
        counted = job.settings["dropouts"] == "observed"
        events["discontinuation"] = HYPOTHETICAL if counted else COMPOSITE
    if job.kind == "per-protocol":
        # Who is left out because of an event is no part of anybody's comparison as randomised.
        stays = {
            "discontinuation": job.settings["left"],
            "co-treatment": job.settings["co_treatment"],
            "unblinding": job.settings["unblinded"],
            "missed-sessions": job.settings["attended"] == 0,
        }
        events = {event: strategy if stays[event] else "none" for event, strategy in events.items()}
    return events


def _mmrm(job: _Job) -> Found:
    method = job.settings["degrees"]
    found = compare_arms(job.trial, followed(job.table), job.endpoint, method=method)
    asked = job.settings["week"]
    return Found([of_comparison(one) for one in found if asked is None or one.week == asked])


def _complete(job: _Job) -> Found:
    done = followed(job.table)
    names = [column(job.endpoint.name, week) for week in job.trial.visits]
    whole = np.isfinite(done[names].to_numpy(float)).all(axis=1)
    about = {"patients": int(whole.sum()), "left_out": int((~whole).sum())}
    rows = [of_comparison(one) for one in compare(job.trial, done[whole], job.endpoint, job.week)]
    return Found(rows, about)


def _imputed(job: _Job) -> Found:
    found = compare_imputed(*job.where, imputations=job.settings["sets"], seed=job.seed)
    return Found([of_imputed(one) for one in found], {"seed": job.seed})


def _reference(job: _Job) -> Found:
    found = compare_with_reference(
        *job.where,
        job.settings["reference"],
        imputations=job.settings["sets"],
        bootstraps=job.settings["bootstraps"],
        seed=job.seed,
    )
    arm = visits_of(job.trial, job.table, job.endpoint).arm
    about = {"seed": job.seed, "why": found[0].why if found else ""}
    rows = [made for one in found for made in of_reference(one, [int(np.sum(arm == a)) for a in one.arms])]
    return Found(rows, about)


def _tipping(job: _Job) -> Found:
    found = tipping_points(
        *job.where,
        job.settings["moved"],
        deltas=job.settings["deltas"],
        imputations=job.settings["sets"],
        seed=job.seed,
    )
    return Found([of_tipping(one, job.endpoint.name, job.week) for one in found], {"seed": job.seed})


def _several(job: _Job) -> Found:
    method = job.kind.replace("-", " ")
    adjusted = adjust_contrasts(*job.where, method=method)
    alone = compare(job.trial, followed(job.table), job.endpoint, job.week)
    return Found(
        [
            of_comparison(one, p_alone=among.p, rejected=among.rejected) | {"p": among.adjusted}
            for one, among in zip(alone, adjusted, strict=True)
        ]
    )


def _subgroups(job: _Job) -> Found:
    found = compare_subgroups(*job.where, job.settings["by"], cuts=job.settings["cuts"])
    return Found([made for one in found for made in of_subgroups(one, job.endpoint.name, job.week)])


def _per_protocol(job: _Job) -> Found:
    rules = Rules(**{name: job.settings[name] for name in ("attended", "co_treatment", "unblinded", "left")})
    found, who = compare_per_protocol(*job.where, rules)
    about = {"patients": int(who.counts.sum()), "left_out": who.left_out}
    return Found([of_comparison(one) for one in found], about)


def _clusters(job: _Job) -> Found:
    found = compare_clustered(*job.where, job.settings["needle_arms"], by=job.settings["by"])
    names = ("error", "freedom", "practitioners", "practitioner_sd", "needled_sd", "other_sd", "converged")
    return Found(
        [
            row(
                one.arms,
                job.endpoint.name,
                job.week,
                method=one.method,
                estimate=one.difference,
                ci95=one.ci95,
                p=one.p,
                n=one.n,
                reason=one.reason,
                **{name: getattr(one, name) for name in names},
            )
            for one in found
        ]
    )


def _responders(job: _Job) -> Found:
    asked = job.settings["rule"]
    rules = [rule for rule in job.trial.responders if asked in ("", rule.name)]
    names = [name for r in rules for name in (r.name, *([without_failures(r.name)] if r.failures else ()))]
    found = [one for rule in names for one in responder_comparisons(job.trial, job.table, rule, job.week)]
    return Found([made for one in found for made in of_shares(one)])


def _curve(job: _Job) -> Found:
    relative = job.settings["relative"]
    curves = responder_curves(*job.where, relative=relative, dropouts=job.settings["dropouts"])
    scale = job.endpoint.load()
    return curve_rows(curves, job.endpoint.name, job.week, gains(relative, scale.low, scale.high))


_HOW: Mapping[str, _How] = {
    "mmrm": _mmrm,
    "complete-case": _complete,
    "multiple-imputation": _imputed,
    "jump-to-reference": _reference,
    "tipping-point": _tipping,
    "holm": _several,
    "fixed-sequence": _several,
    "subgroups": _subgroups,
    "per-protocol": _per_protocol,
    "clusters": _clusters,
    "responders": _responders,
    "responder-curve": _curve,
}
