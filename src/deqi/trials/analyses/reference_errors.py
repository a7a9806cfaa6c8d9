"""Contrasts after a jump to reference, with the two errors that are told of them, and why they differ.

The bootstrap draws patients anew within each arm and repeats the whole procedure
on them. Each resample is imputed a few times, so that what varies between
imputations can be taken from what varies between resamples (as von Hippel and
Bartlett do, doi 10.1214/20-STS793).
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, TypeAlias

import numpy as np

from deqi.errors import TrialError
from deqi.trials.analyses.ancova import adjusted_differences
from deqi.trials.analyses.imputation import IMPUTATIONS
from deqi.trials.analyses.pooling import Pooled, pool
from deqi.trials.analyses.reference import jump_to_reference, jumped
from deqi.trials.analyses.visits import visits_of
from deqi.trials.estimates import Interval, plain
from deqi.trials.schema import Endpoint, Trial

if TYPE_CHECKING:
    import pandas as pd

Array: TypeAlias = np.ndarray[Any, Any]

#: Why the two errors differ (Cro, Carpenter and Kenward 2019, doi 10.1111/rssa.12423, on the first).
WHY = (
    "Rubin's rules keep the share of information that is lost with the missing values about as it is under "
    "missing at random; the bootstrap tells how much the estimate varies from sample to sample, as a rule "
    "less, because those who left are made like the reference arm and can hardly differ from it by chance"
)
BOOTSTRAPS = 200
_EACH = 2
_LEVEL = 0.05


@dataclass(frozen=True)
class ReferenceComparison:
    """A contrast after a jump to reference.

    Attributes
    ----------
    endpoint, week, arms, reference
        What is compared, the second arm subtracted from the first; whom those who left are like.
    rubin : Pooled
        Estimate, and its error by Rubin's rules.
    bootstrap_error : float
        Standard error of the same estimate by the bootstrap.
    bootstrap_ci95 : tuple of float
        95 % interval (sampling, normal).
    bootstrap_p : float
        Of no difference (normal).
    bootstraps : int
        Resamples.
    missing : tuple of int
        Patients of each arm who were not measured at that week.
    why : str
        Why the two errors differ.
    """

    endpoint: str
    week: float
    arms: tuple[str, str]
    reference: str
    rubin: Pooled
    bootstrap_error: float
    bootstrap_ci95: Interval
    bootstrap_p: float
    bootstraps: int
    missing: tuple[int, int]
    why: str = WHY

    def as_dict(self) -> dict[str, Any]:
        """As plain data."""
        return {**plain(self), "rubin": self.rubin.as_dict()}


def bootstrap_errors(
    outcomes: Array,
    arm: Array,
    contrasts: Sequence[tuple[str, str]],
    reference: str,
    visit: int,
    *,
    baseline: Array | None = None,
    strata: Array | None = None,
    imputations: int = IMPUTATIONS,
    bootstraps: int = BOOTSTRAPS,
    seed: int = 1,
) -> Array:
    """Standard errors, by the bootstrap, of estimates from imputations with a jump to reference.

    Parameters
    ----------
    outcomes, arm, reference, baseline
        As for `deqi.trials.analyses.reference.jump_to_reference`.
    contrasts : sequence of (str, str)
        Pairs of arms, the second subtracted from the first.
    visit : int
        Which visit is analysed, from 0.
    strata : ndarray of str, shape (patient,), optional
        Covariate of the analysis.
    imputations : int
        How many the estimates are made with.
    bootstraps : int
        Resamples.
    seed : int
        Seed of resamples and draws.

    Returns
    -------
    ndarray, shape (contrast,)

    Raises
    ------
    TrialError
        If there are too few resamples, or a resample has too few patients measured.
    """
    if bootstraps < 10:
        raise TrialError(f"{bootstraps} resamples tell no error", where="bootstraps", fix="give 10 or more")
    draw = np.random.default_rng((seed, 1))
    places = [np.flatnonzero(arm == name) for name in np.unique(arm)]
    found = np.empty((bootstraps, len(contrasts), _EACH))
    for b in range(bootstraps):
        rows = np.concatenate([draw.choice(own, len(own)) for own in places])
        base = None if baseline is None else baseline[rows]
        made = jumped(outcomes[rows], arm[rows], reference, base, _EACH, draw)[:, :, visit].T
        for c, pair in enumerate(contrasts):
            own = None if strata is None else strata[rows]
            found[b, c] = adjusted_differences(made, arm[rows], pair, baseline=base, strata=own).estimates
    # An analysis of variance of one way: resamples, and imputations within.
    within = found.var(axis=2, ddof=1).mean(axis=0)
    between = np.maximum(found.mean(axis=2).var(axis=0, ddof=1) - within / _EACH, 0.0)
    return np.asarray(np.sqrt(between + within / imputations))


def normal_interval(estimate: float, error: float) -> tuple[Interval, float]:
    """95 % interval of an estimate by its standard error, and p of no difference: (ends, p).

    Examples
    --------
    >>> ends, p = normal_interval(-1.96, 1.0)
    >>> [round(end, 2) for end in ends], round(p, 3)
    ([-3.92, -0.0], 0.05)
    """
    from scipy import stats

    reach = float(stats.norm.ppf(1 - _LEVEL / 2)) * error
    return (estimate - reach, estimate + reach), math.erfc(abs(estimate) / error / math.sqrt(2))


def compare_with_reference(
    trial: Trial,
    table: pd.DataFrame,
    endpoint: Endpoint,
    week: float,
    reference: str,
    *,
    imputations: int = IMPUTATIONS,
    bootstraps: int = BOOTSTRAPS,
    seed: int = 1,
) -> list[ReferenceComparison]:
    """Every contrast of a trial after those who left jumped to a reference arm.

    Parameters
    ----------
    trial, table, endpoint, week
        As for `deqi.trials.analysis.compare`.
    reference : str
        Name of the reference arm.
    imputations, bootstraps, seed : int
        As for `bootstrap_errors`.

    Raises
    ------
    TrialError, UnknownNameError
        If the reference is no arm, there is no such visit, or there are too few patients measured.

    Examples
    --------
    >>> import pandas as pd
    >>> from deqi.trials.files import load_trial
    >>> trial, draw = load_trial("gerac"), np.random.default_rng(2)
    >>> table = pd.DataFrame({"patient": range(90), "status": 0, "arm": list(trial.arm_names) * 30})
    >>> for week in trial.weeks_seen:
    ...     table[f"pain.w{week:g}"] = draw.normal(50, 10, 90)
    >>> table.loc[:8, "pain.w26"] = np.nan
    >>> found = compare_with_reference(trial, table, trial.primary, 26, "guideline care", bootstraps=10)
    >>> found[0].arms, found[0].missing, found[0].reference
    (('verum', 'sham'), (3, 3), 'guideline care')
    """
    seen = visits_of(trial, table, endpoint)
    visit = seen.at(week)
    made = jump_to_reference(
        seen.outcomes, seen.arm, reference, baseline=seen.baseline, imputations=imputations, seed=seed
    )
    errors = bootstrap_errors(
        seen.outcomes,
        seen.arm,
        trial.contrasts,
        reference,
        visit,
        baseline=seen.baseline,
        strata=seen.strata,
        imputations=imputations,
        bootstraps=bootstraps,
        seed=seed,
    )
    gone = np.isnan(seen.outcomes[:, visit])
    found = []
    for pair, error in zip(trial.contrasts, errors.tolist(), strict=True):
        fits = adjusted_differences(
            made[:, :, visit].T, seen.arm, pair, baseline=seen.baseline, strata=seen.strata
        )
        rubin = pool(fits.estimates, fits.variances, fits.freedom)
        lost = [int(gone[seen.arm == name].sum()) for name in pair]
        ends, p = normal_interval(rubin.estimate, error)
        found.append(
            ReferenceComparison(
                endpoint=endpoint.name,
                week=week,
                arms=pair,
                reference=reference,
                rubin=rubin,
                bootstrap_error=error,
                bootstrap_ci95=ends,
                bootstrap_p=p,
                bootstraps=bootstraps,
                missing=(lost[0], lost[1]),
            )
        )
    return found
