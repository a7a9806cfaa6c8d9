"""Analyses of a real trial beside that of covariance, adjusted for what its map states.

They are those of virtual trials (`deqi.trials.analyses`), as far as one row a
patient can tell. Where outcomes are imputed, covariates must be known: whoever
lacks one is left out, and counted.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any, TypeAlias

import numpy as np

from deqi.errors import DeqiError, TrialError
from deqi.trials.analyses.ancova import adjusted_differences
from deqi.trials.analyses.curves import ResponderCurve, gained, responder_curve
from deqi.trials.analyses.imputation import impute
from deqi.trials.analyses.multiplicity import fixed_sequence, holm
from deqi.trials.analyses.pooling import pool
from deqi.trials.analyses.reference import jump_to_reference
from deqi.trials.analyses.reference_errors import WHY, bootstrap_errors, normal_interval
from deqi.trials.analyses.responders import compare_shares
from deqi.trials.analyses.rows import (
    BOOTSTRAP,
    RUBIN,
    curve_rows,
    gains,
    of_pooled,
    of_shares,
    of_subgroups,
    of_tipping,
)
from deqi.trials.analyses.subgroups import cut, subgroup_differences
from deqi.trials.analyses.tipping import tipping_point
from deqi.trials.analyses.told import Found, of_comparison, result, row
from deqi.trials.asked import Asked
from deqi.trials.mmrm_visits import compare_visits
from deqi.trials.real.ancova import compare_arms, terms_of
from deqi.trials.real.asked import CANNOT
from deqi.trials.real.mapping import Outcome
from deqi.trials.real.table import covariate

if TYPE_CHECKING:
    from deqi.trials.real.analyse import RealTrial

Array: TypeAlias = np.ndarray[Any, Any]
_How: TypeAlias = Callable[["_Job"], Found]

#: Seed of imputations and resamples.
SEED = 1


def analysed(real: RealTrial, asked: Asked) -> dict[str, Any]:
    """One analysis of a real trial, as plain data; one that cannot be done has a reason and no rows.

    Parameters
    ----------
    real : RealTrial
        The trial.
    asked : Asked
        The analysis.
    """
    job = _Job(real, asked)
    try:
        found = _HOW[asked.kind](job) if asked.kind in _HOW else Found(reason=CANNOT[asked.kind])
    except DeqiError as error:
        found = Found(reason=str(error))
    return result(asked.kind, job.settings, {}, found)


class _Job:
    """An analysis, and the arrays that it is of."""

    def __init__(self, real: RealTrial, asked: Asked) -> None:
        self.real, self.kind = real, asked.kind
        settings = dict(asked.settings)
        first = real.map.outcomes[0]
        self.outcome: Outcome = real.map.outcome(asked.endpoint) if asked.endpoint else first
        self.weeks = tuple(week for week, _ in self.outcome.weeks)
        if "endpoint" in settings:
            settings["endpoint"] = self.outcome.name
        if asked.kind not in ("mmrm", "responders", *CANNOT):
            settings["week"] = settings["week"] or self.weeks[-1]
        if asked.kind == "jump-to-reference":
            settings["reference"] = settings["reference"] or real.map.arm_names[-1]
        self.settings = settings
        self.pairs = real.map.pairs

    @property
    def week(self) -> float:
        return float(self.settings["week"])

    def complete(self, without: str = "") -> tuple[Array, Array, Array | None, Array]:
        """Outcomes, arms and covariates of whoever's covariates are known, and who that is.

        One may be left out of the covariates; it must be known all the same.
        """
        terms = terms_of(self.real.map, self.real.table, self.outcome)
        columns = {name: v[:, None] if v.ndim == 1 else v for name, v in terms.items()}
        known = np.ones(len(self.real.table), bool)
        for values in columns.values():
            known &= np.isfinite(values).all(axis=1)
        wide = [values for name, values in columns.items() if name != without]
        if not known.any():
            raise TrialError("of nobody are all covariates known", where=self.outcome.name)
        scores = np.column_stack([self.real.scores(self.outcome, week) for week in self.weeks])
        arm = self.real.table["arm"].to_numpy(str)
        return scores[known], arm[known], np.column_stack(wide)[known] if wide else None, known

    def left_out(self, known: Array) -> dict[str, Any]:
        """What is to be told of whoever is left out."""
        lost = int((~known).sum())
        return {"left_out": {"a covariate not known": lost}} if lost else {}


def _mmrm(job: _Job) -> Found:
    terms = terms_of(job.real.map, job.real.table, job.outcome)
    scores = np.column_stack([job.real.scores(job.outcome, week) for week in job.weeks])
    method, asked = job.settings["degrees"], job.settings["week"]
    found = compare_visits(job.outcome.name, job.weeks, scores, job.real.of, job.pairs, terms, method=method)
    return Found([of_comparison(one) for one in found if asked is None or one.week == asked])


def _complete(job: _Job) -> Found:
    whole = np.isfinite([job.real.scores(job.outcome, week) for week in job.weeks]).all(axis=0)
    rows = job.real.table.iloc[np.flatnonzero(whole)]
    found = compare_arms(job.real.map, rows, job.outcome, job.week)
    about = {"patients": int(whole.sum()), "left_out": int((~whole).sum())}
    return Found([of_comparison(one.comparison, model=one.model) for one in found], about)


def _imputed(job: _Job) -> Found:
    scores, arm, base, known = job.complete()
    made = impute(scores, arm, baseline=base, imputations=job.settings["sets"], seed=SEED)
    return Found(_pooled(job, made, scores, arm, base, ""), {"seed": SEED, **job.left_out(known)})


def _pooled(
    job: _Job, made: Array, scores: Array, arm: Array, base: Array | None, method: str
) -> list[dict[str, Any]]:
    visit = job.weeks.index(job.week)
    rows = []
    for pair in job.pairs:
        fits = adjusted_differences(made[:, :, visit].T, arm, pair, baseline=base)
        found = of_pooled(pool(fits.estimates, fits.variances, fits.freedom))
        place = pair, job.outcome.name, job.week
        missing = _missing(job, scores, arm, pair)
        n = [int(np.sum(arm == name)) for name in pair]
        rows.append(row(*place, method=method, n=n, **found, missing=missing))
    return rows


def _missing(job: _Job, scores: Array, arm: Array, pair: tuple[str, str]) -> list[int]:
    gone = np.isnan(scores[:, job.weeks.index(job.week)])
    return [int(np.sum(gone & (arm == name))) for name in pair]


def _reference(job: _Job) -> Found:
    scores, arm, base, known = job.complete()
    sets, resamples, to = (job.settings[name] for name in ("sets", "bootstraps", "reference"))
    made = jump_to_reference(scores, arm, to, baseline=base, imputations=sets, seed=SEED)
    rubin = _pooled(job, made, scores, arm, base, RUBIN)
    visit = job.weeks.index(job.week)
    errors = bootstrap_errors(
        scores, arm, job.pairs, to, visit, baseline=base, imputations=sets, bootstraps=resamples, seed=SEED
    )
    rows = []
    for one, error in zip(rubin, errors.tolist(), strict=True):
        ends, p = normal_interval(one["estimate"], error)
        rows.append(one)
        rows.append(
            row(
                one["arms"],
                job.outcome.name,
                job.week,
                method=BOOTSTRAP,
                estimate=one["estimate"],
                ci95=ends,
                p=p,
                n=one["n"],
                error=error,
                resamples=resamples,
                missing=one["more"]["missing"],
            )
        )
    return Found(rows, {"seed": SEED, "why": WHY, **job.left_out(known)})


def _tipping(job: _Job) -> Found:
    scores, arm, base, known = job.complete()
    visit, moved = job.weeks.index(job.week), job.settings["moved"]
    made = impute(scores, arm, baseline=base, imputations=job.settings["sets"], seed=SEED)
    rows = []
    for pair in job.pairs:
        if moved in pair:
            found = tipping_point(
                made[:, :, visit],
                np.isnan(scores[:, visit]),
                arm,
                pair,
                moved,
                deltas=job.settings["deltas"],
                baseline=base,
            )
            rows.append(of_tipping(found, job.outcome.name, job.week))
    return Found(rows, {"seed": SEED, **job.left_out(known)})


def _several(job: _Job) -> Found:
    alone = compare_arms(job.real.map, job.real.table, job.outcome, job.week)
    p = {}
    for one in alone:
        name = " - ".join(one.comparison.arms)
        if one.comparison.p is None:
            raise TrialError(f"has no p value: {one.comparison.reason}", where=name)
        p[name] = one.comparison.p
    adjusted = holm(p) if job.kind == "holm" else fixed_sequence(p)
    return Found(
        [
            of_comparison(one.comparison, p_alone=among.p, rejected=among.rejected) | {"p": among.adjusted}
            for one, among in zip(alone, adjusted, strict=True)
        ]
    )


def _subgroups(job: _Job) -> Found:
    by, cuts = job.settings["by"], job.settings["cuts"]
    # Subgroups by a category are told apart by the cells of the model.
    scores, arm, base, known = job.complete("" if cuts else by)
    column = job.real.table[covariate(by)].to_numpy()[known]
    group = cut(column.astype(float), sorted(cuts)) if cuts else column.astype(str)
    outcome = scores[:, job.weeks.index(job.week)]
    found = [subgroup_differences(outcome, arm, group, pair, baseline=base) for pair in job.pairs]
    rows = [made for one in found for made in of_subgroups(one, job.outcome.name, job.week)]
    return Found(rows, job.left_out(known))


def _responders(job: _Job) -> Found:
    from deqi.trials.real.analyse import MEASURED, RANDOMISED

    asked, at = job.settings["rule"], job.settings["week"]
    told = [one for one in job.real.responders() if asked in ("", one[0])]
    # Rules may be of outcomes with weeks of their own.
    last = {rule: max(week for name, week, *_ in told if name == rule) for rule, *_ in told}
    rows = []
    for rule, week, met, measured in told:
        if week != (at or last[rule]):
            continue
        for of, counted in ((MEASURED, measured), (RANDOMISED, np.ones_like(measured))):
            for pair in job.pairs:
                both = [met[job.real.of[name] & counted] for name in pair]
                found = compare_shares(both[0], both[1], rule=rule, week=week, arms=pair)
                rows += of_shares(found, f"of {of}")
    return Found(rows)


def _curve(job: _Job) -> Found:
    outcome, relative = job.outcome, job.settings["relative"]
    before, now = (job.real.scores(outcome, week) for week in (0.0, job.week))
    if not relative and not (math.isfinite(outcome.low) and math.isfinite(outcome.high)):
        raise TrialError("has no ends, so that there are no tenths of it", where=outcome.name)
    gain = gained(before, now, outcome.better, relative=relative)
    cuts = np.unique(gain[np.isfinite(gain)])
    curves: dict[str, ResponderCurve] = {
        arm: responder_curve(gain[who], dropouts=job.settings["dropouts"], gains=cuts)
        for arm, who in job.real.of.items()
    }
    return curve_rows(curves, outcome.name, job.week, gains(relative, outcome.low, outcome.high))


_HOW: Mapping[str, _How] = {
    "mmrm": _mmrm,
    "complete-case": _complete,
    "multiple-imputation": _imputed,
    "jump-to-reference": _reference,
    "tipping-point": _tipping,
    "holm": _several,
    "fixed-sequence": _several,
    "subgroups": _subgroups,
    "responders": _responders,
    "responder-curve": _curve,
}
