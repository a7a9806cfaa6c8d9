"""Analysis of covariance of many complete sets of outcomes at once, as after imputation.

The model is that of `deqi.trials.analysis`: arms, the baseline, strata, one
residual variance for all arms. Patients and covariates are the same in every set.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, TypeAlias

import numpy as np

from deqi.errors import TrialError
from deqi.trials.analyses.draws import varying
from deqi.trials.analyses.visits import check_arms, check_rows
from deqi.trials.ancova import fit_ancova

Array: TypeAlias = np.ndarray[Any, Any]


@dataclass(frozen=True, eq=False)
class Adjusted:
    """Adjusted differences between two arms, one for each set of outcomes.

    Attributes
    ----------
    estimates : ndarray, shape (set,)
        First arm minus second.
    variances : ndarray, shape (set,)
        Their squared standard errors.
    freedom : float
        Residual degrees of freedom.
    """

    estimates: Array
    variances: Array
    freedom: float


def adjusted_differences(
    outcomes: Array,
    arm: Array,
    contrast: tuple[str, str],
    *,
    baseline: Array | None = None,
    strata: Array | None = None,
) -> Adjusted:
    """Adjusted difference between two arms in each set of outcomes.

    Parameters
    ----------
    outcomes : ndarray, shape (patient,) or (patient, set)
        Complete outcomes; every arm helps to know the residual variance.
    arm : ndarray of str, shape (patient,)
        Names of the arms.
    contrast : tuple of str
        The second is subtracted from the first.
    baseline : ndarray, shape (patient,) or (patient, covariate), optional
        Covariates; one that is the same in all is left out.
    strata : ndarray of str, shape (patient,), optional
        Strata, each with a column of its own.

    Raises
    ------
    TrialError, UnknownNameError
        If something is missing, an arm is unknown, or there are too few patients.

    Examples
    --------
    >>> arm = np.array(["a", "a", "b", "b"])
    >>> found = adjusted_differences(np.array([5.0, 5.0, -1.0, 3.0]), arm, ("a", "b"))
    >>> found.estimates.round(6).tolist(), found.variances.round(6).tolist(), found.freedom
    ([4.0], [4.0], 2.0)
    """
    check_rows(outcomes=outcomes, arm=arm, baseline=baseline, strata=strata)
    check_arms(arm, contrast)
    y = outcomes[:, None] if outcomes.ndim == 1 else outcomes
    if not (np.isfinite(y).all() and (baseline is None or np.isfinite(baseline).all())):
        raise TrialError("an outcome or a baseline is missing", fix="impute it, or leave the patient out")
    arms = {str(name): arm == name for name in np.unique(arm)}
    kept = varying(baseline)
    covariates = {} if kept is None else {"baseline": kept}
    number = None if strata is None else np.unique(strata, return_inverse=True)[1]
    fit = fit_ancova(y, arms, covariates, number)
    if not fit.fitted:
        raise TrialError("too few patients for this analysis", fix="give more, or fewer covariates")
    estimates, variances = fit.difference(*contrast)
    return Adjusted(estimates, variances, fit.freedom)
