"""Each analysis of a made-up trial, and what is true of what it tells; see `null_trials`."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from typing import Any, NamedTuple, TypeAlias

import numpy as np
from null_draws import CARE, NEEDLES, WAITING, Drawn, responds
from scipy import stats

from deqi.trials.analyses.ancova import adjusted_differences
from deqi.trials.analyses.clusters import clustered_comparisons
from deqi.trials.analyses.imputation import impute
from deqi.trials.analyses.multiplicity import fixed_sequence, holm
from deqi.trials.analyses.per_protocol import per_protocol
from deqi.trials.analyses.pooling import pool
from deqi.trials.analyses.reference import jump_to_reference
from deqi.trials.analyses.reference_errors import bootstrap_errors, normal_interval
from deqi.trials.analyses.responders import compare_shares
from deqi.trials.analyses.subgroups import subgroup_differences
from deqi.trials.analyses.tipping import tipping_point
from deqi.trials.mmrm_visits import compare_visits

SETS, RESAMPLES = 20, 100
PAIR = (NEEDLES, CARE)
Array: TypeAlias = np.ndarray[Any, Any]


class One(NamedTuple):
    """What one analysis of one trial said; NaN is nothing."""

    claims: float
    low: float
    high: float
    estimate: float
    error: float


_NOTHING = (math.nan,) * 4
_How: TypeAlias = Callable[[Drawn, int], dict[str, One]]


def _claim(yes: bool) -> One:
    return One(float(yes), *_NOTHING)


def _interval(p: float, ends: tuple[float, float] | None, estimate: float, error: float = math.nan) -> One:
    low, high = ends or (math.nan, math.nan)
    return One(float(p <= 0.05), low, high, estimate, error)


def _ancova(trial: Drawn, rows: Array, pair: tuple[str, str] = PAIR) -> tuple[float, One]:
    """Covariance analysis of some patients: p, and what it said."""
    y = trial.outcomes[:, 2]
    here = rows & np.isfinite(y)
    found = adjusted_differences(y[here], trial.arm[here], pair, baseline=trial.baseline[here])
    estimate, error = float(found.estimates[0]), math.sqrt(float(found.variances[0]))
    half = float(stats.t.ppf(0.975, found.freedom)) * error
    p = float(2 * stats.t.sf(abs(estimate) / error, found.freedom))
    return p, _interval(p, (estimate - half, estimate + half), estimate, error)


def _all(trial: Drawn) -> Array:
    return np.ones(len(trial.arm), bool)


def covariance(trial: Drawn, seed: int) -> dict[str, One]:
    """The trial's own analysis, of whoever was measured."""
    return {"": _ancova(trial, _all(trial))[1]}


def mmrm(trial: Drawn, seed: int) -> dict[str, One]:
    """The mixed model, both ways to find errors."""
    arms = {name: trial.arm == name for name in PAIR}
    found = {}
    for method in ("kenward-roger", "satterthwaite"):
        one = compare_visits(
            "pain", (4, 8, 12), trial.outcomes, arms, [PAIR], {"baseline": trial.baseline}, method=method
        )[-1]
        assert one.p is not None
        assert one.difference is not None
        found[method] = _interval(one.p, one.ci95, one.difference)
    return found


def _pooled(trial: Drawn, made: Array) -> One:
    fits = adjusted_differences(made[:, :, 2].T, trial.arm, PAIR, baseline=trial.baseline)
    one = pool(fits.estimates, fits.variances, fits.freedom)
    return _interval(one.p, one.ci95, one.estimate, one.error)


def imputation(trial: Drawn, seed: int) -> dict[str, One]:
    """Multiple imputation at random, Rubin's rules."""
    made = impute(trial.outcomes, trial.arm, baseline=trial.baseline, imputations=SETS, seed=seed)
    return {"": _pooled(trial, made)}


def reference(trial: Drawn, seed: int) -> dict[str, One]:
    """Jump to reference, with both of its errors."""
    made = jump_to_reference(
        trial.outcomes, trial.arm, CARE, baseline=trial.baseline, imputations=SETS, seed=seed
    )
    rubin = _pooled(trial, made)
    error = float(
        bootstrap_errors(
            trial.outcomes,
            trial.arm,
            [PAIR],
            CARE,
            2,
            baseline=trial.baseline,
            imputations=SETS,
            bootstraps=RESAMPLES,
            seed=seed,
        )[0]
    )
    ends, p = normal_interval(rubin.estimate, error)
    return {"Rubin's rules": rubin, "bootstrap": _interval(p, ends, rubin.estimate, error)}


def tipping(trial: Drawn, seed: int) -> dict[str, One]:
    """A tipping point is there where imputation shows something."""
    made = impute(trial.outcomes, trial.arm, baseline=trial.baseline, imputations=SETS, seed=seed)
    gone = np.isnan(trial.outcomes[:, 2])
    found = tipping_point(made[:, :, 2], gone, trial.arm, PAIR, NEEDLES, baseline=trial.baseline)
    return {"there is one": _claim(found.tips_at is not None)}


def several(trial: Drawn, seed: int) -> dict[str, One]:
    """Three contrasts of three arms; care and waiting are alike whatever needles do."""
    pairs = [(NEEDLES, CARE), (NEEDLES, WAITING), (CARE, WAITING)]
    p = {" - ".join(pair): _ancova(trial, _all(trial), pair)[0] for pair in pairs}
    false = {name for name in p if NEEDLES not in name or not trial.works}
    judged = {"each alone": {name: value <= 0.05 for name, value in p.items()}}
    judged["Holm"] = {one.name: one.rejected for one in holm(p)}
    judged["fixed sequence"] = {one.name: one.rejected for one in fixed_sequence(p)}
    return {how: _claim(any(said[name] for name in false)) for how, said in judged.items()}


def subgroups(trial: Drawn, seed: int) -> dict[str, One]:
    """The test of interaction, and the interval in one subgroup; the effect is the same in both."""
    found = subgroup_differences(trial.outcomes[:, 2], trial.arm, trial.sex, PAIR, baseline=trial.baseline)
    one = found.groups[0]
    shown = float(one.ci95[0] > 0 or one.ci95[1] < 0)
    return {
        "interaction": _claim(found.interaction_p <= 0.05),
        "in a subgroup": One(shown, *one.ci95, one.difference, math.nan),
    }


def followers(trial: Drawn, seed: int) -> dict[str, One]:
    """Whoever attended enough, alone."""
    never = np.full(len(trial.arm), np.nan)
    counts = per_protocol(trial.attended, never, never, never, 12.0).counts
    return {"": _ancova(trial, counts)[1]}


def clusters(trial: Drawn, seed: int) -> dict[str, One]:
    """Practitioners not minded, and minded both ways."""
    found = {"practitioners not minded": _ancova(trial, _all(trial))[1]}
    for one in clustered_comparisons(
        trial.outcomes[:, 2], trial.arm, trial.practitioner, PAIR, [NEEDLES], baseline=trial.baseline
    ):
        if one.p is not None and one.difference is not None and one.error is not None:
            found[one.method] = _interval(one.p, one.ci95, one.difference, one.error)
    return found


def shares(trial: Drawn, seed: int) -> dict[str, One]:
    """Responders: Fisher's test and Newcombe's interval; the ratio's interval."""
    met, needled = responds(trial), trial.arm == NEEDLES
    one = compare_shares(met[needled], met[~needled])
    found = {"difference": _interval(one.p, one.difference_ci95, one.difference)}
    if one.ratio is not None and one.ratio_ci95 is not None:
        low, high = one.ratio_ci95
        found["ratio"] = One(float(low > 1 or high < 1), low, high, one.ratio, math.nan)
    return found


class Plan(NamedTuple):
    """An analysis, its trials, and what is true of what each of its ways tells."""

    how: _How
    truth: Mapping[str, str]
    draws: Mapping[str, Any] = {}


_LEFT = "nobody left"
PLANS: Mapping[str, Plan] = {
    "covariance": Plan(covariance, {"": _LEFT}),
    "mmrm": Plan(mmrm, {"kenward-roger": _LEFT, "satterthwaite": _LEFT}),
    "multiple-imputation": Plan(imputation, {"": _LEFT}),
    "jump-to-reference": Plan(reference, {"Rubin's rules": "like care", "bootstrap": "like care"}),
    "tipping-point": Plan(tipping, {}),
    "several-contrasts": Plan(several, {}, {"arms": (NEEDLES, CARE, WAITING)}),
    "subgroups": Plan(subgroups, {"in a subgroup": _LEFT}),
    "per-protocol": Plan(followers, {"": _LEFT}),
    "clusters": Plan(
        clusters,
        dict.fromkeys(("practitioners not minded", "cluster-robust", "random practitioner"), _LEFT),
        {"practitioners": True},
    ),
    "responders": Plan(shares, {"difference": "share", "ratio": "ratio"}),
}
