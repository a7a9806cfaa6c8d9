"""Multiple imputation of visits, missing at random given the arm, the baseline and other visits.

Each arm by itself: a visit is regressed on the baseline and other visits of the
patients measured, coefficients and residual SD are drawn from their posterior
distribution, and what is missing is drawn from the regression. Where patients
only leave (a monotone pattern), one pass over the visits in order, each
regressed on those before, gives draws from the joint posterior. Otherwise it
goes round `cycles` times, each visit regressed on all the others (chained
equations).

Assumes: linear regressions with normal residuals; missing at random. Imputed
values are not cut off at the ends of a scale: that would bias their mean.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, TypeAlias

import numpy as np

from deqi.errors import TrialError
from deqi.trials.analyses.ancova import adjusted_differences
from deqi.trials.analyses.draws import draw_regression, predictors, varying
from deqi.trials.analyses.pooling import Pooled, pool
from deqi.trials.analyses.visits import check_rows, followed, visits_of
from deqi.trials.analysis import Comparison, compare
from deqi.trials.estimates import plain
from deqi.trials.schema import Endpoint, Trial

if TYPE_CHECKING:
    import pandas as pd

Array: TypeAlias = np.ndarray[Any, Any]

IMPUTATIONS, CYCLES = 20, 10


def impute(
    outcomes: Array,
    arm: Array,
    *,
    baseline: Array | None = None,
    imputations: int = IMPUTATIONS,
    cycles: int = CYCLES,
    seed: int = 1,
) -> Array:
    """Impute the visits of patients.

    Parameters
    ----------
    outcomes : ndarray, shape (patient, visit)
        NaN is missing.
    arm : ndarray of str, shape (patient,)
        Names of the arms.
    baseline : ndarray, shape (patient,) or (patient, covariate), optional
        Known of everybody; with other covariates beside, if there are some.
    imputations : int
        How many complete sets are made.
    cycles : int
        Rounds where the pattern is not monotone.
    seed : int
        Seed of the draws.

    Returns
    -------
    ndarray, shape (imputation, patient, visit)
        What was measured, and draws of what was not.

    Raises
    ------
    TrialError
        If a baseline is missing, or an arm has too few patients measured.

    Examples
    --------
    >>> outcomes = np.random.default_rng(0).normal(50, 10, (40, 2))
    >>> outcomes[:5, 1] = np.nan
    >>> made = impute(outcomes, np.array(["a", "b"] * 20), imputations=3)
    >>> made.shape, bool(np.isnan(made).any()), bool((made[:, 5:] == outcomes[5:]).all())
    ((3, 40, 2), False, True)
    """
    check_rows(outcomes=outcomes, arm=arm, baseline=baseline)
    if baseline is not None and not np.isfinite(baseline).all():
        raise TrialError("is missing of someone", where="baseline", fix="leave the patient out")
    if imputations < 1 or cycles < 1:
        raise TrialError("imputations and cycles must be 1 or more", where="impute")
    draw = np.random.default_rng(seed)
    made = np.repeat(np.asarray(outcomes, float)[None], imputations, axis=0)
    for name in np.unique(arm):
        who = arm == name
        own = None if baseline is None else baseline[who]
        made[:, who] = impute_arm(made[:, who], own, draw, cycles=cycles, where=f"arm {name}")
    return made


def impute_arm(
    outcomes: Array,
    baseline: Array | None,
    draw: np.random.Generator,
    *,
    cycles: int = CYCLES,
    where: str = "",
) -> Array:
    """Complete sets of the patients of one arm; see `impute`.

    Parameters
    ----------
    outcomes : ndarray, shape (imputation, patient, visit)
        The same NaN in each.
    baseline, cycles
        As for `impute`.
    draw : numpy.random.Generator
        Where random numbers come from.
    where : str
        What an error names.
    """
    missing = np.isnan(outcomes[0])
    made = np.array(outcomes, float)
    baseline = varying(baseline)
    shape = made.shape[:2]
    for visit in range(made.shape[2]):
        # In a pattern that is not monotone this is where the rounds begin from.
        _redraw(made, missing, visit, predictors(shape, baseline, made[..., :visit]), draw, where)
    for _ in range(0 if is_monotone(missing) else cycles):
        for visit in range(made.shape[2]):
            others = np.delete(made, visit, axis=2)
            _redraw(made, missing, visit, predictors(shape, baseline, others), draw, where)
    return made


def is_monotone(missing: Array) -> bool:
    """Whether whoever misses a visit misses all later ones.

    Examples
    --------
    >>> is_monotone(np.array([[False, True], [False, False]])), is_monotone(np.array([[True, False]]))
    (True, False)
    """
    return bool((missing[:, 1:] >= missing[:, :-1]).all())


def _redraw(
    made: Array, missing: Array, visit: int, design: Array, draw: np.random.Generator, where: str
) -> None:
    gone = missing[:, visit]
    if not gone.any():
        return
    coefficients, sd = draw_regression(
        design[:, ~gone], made[:, ~gone, visit], draw, where=f"{where}, visit {visit + 1}"
    )
    line = (design[:, gone] @ coefficients[..., None])[..., 0]
    made[:, gone, visit] = line + sd[:, None] * draw.standard_normal(line.shape)


@dataclass(frozen=True)
class ImputedComparison:
    """A contrast after multiple imputation, beside that of complete cases.

    Attributes
    ----------
    endpoint, week, arms
        What is compared; the second arm is subtracted from the first.
    imputed : Pooled
        By Rubin's rules, all randomised patients.
    complete : Comparison
        The trial's own analysis, of those measured at that week.
    missing : tuple of int
        Patients of each arm who were not measured at that week.
    """

    endpoint: str
    week: float
    arms: tuple[str, str]
    imputed: Pooled
    complete: Comparison
    missing: tuple[int, int]

    def as_dict(self) -> dict[str, Any]:
        """As plain data."""
        return {**plain(self), "imputed": self.imputed.as_dict(), "complete": self.complete.as_dict()}


def compare_imputed(
    trial: Trial,
    table: pd.DataFrame,
    endpoint: Endpoint,
    week: float,
    *,
    imputations: int = IMPUTATIONS,
    seed: int = 1,
) -> list[ImputedComparison]:
    """Every contrast of a trial after multiple imputation of all visits of an endpoint.

    Parameters
    ----------
    trial, table, endpoint, week
        As for `deqi.trials.analysis.compare`.
    imputations, seed : int
        As for `impute`.

    Raises
    ------
    TrialError, UnknownNameError
        If an arm has too few patients measured, or there is no such visit.

    Examples
    --------
    >>> import pandas as pd
    >>> from deqi.trials.files import load_trial
    >>> trial, draw = load_trial("gerac"), np.random.default_rng(2)
    >>> table = pd.DataFrame({"patient": range(90), "status": 0, "arm": list(trial.arm_names) * 30})
    >>> for week in trial.weeks_seen:
    ...     table[f"pain.w{week:g}"] = draw.normal(50, 10, 90)
    >>> table.loc[:8, "pain.w26"] = np.nan
    >>> found = compare_imputed(trial, table, trial.primary, 26)[0]
    >>> found.arms, found.missing, found.complete.n
    (('verum', 'sham'), (3, 3), (27, 27))
    """
    seen = visits_of(trial, table, endpoint)
    visit = seen.at(week)
    made = impute(seen.outcomes, seen.arm, baseline=seen.baseline, imputations=imputations, seed=seed)
    gone = np.isnan(seen.outcomes[:, visit])
    found = []
    for complete in compare(trial, followed(table), endpoint, week):
        fits = adjusted_differences(
            made[:, :, visit].T, seen.arm, complete.arms, baseline=seen.baseline, strata=seen.strata
        )
        missing = [int(gone[seen.arm == name].sum()) for name in complete.arms]
        found.append(
            ImputedComparison(
                endpoint=endpoint.name,
                week=week,
                arms=complete.arms,
                imputed=pool(fits.estimates, fits.variances, fits.freedom),
                complete=complete,
                missing=(missing[0], missing[1]),
            )
        )
    return found
