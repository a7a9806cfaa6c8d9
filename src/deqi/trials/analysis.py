"""Comparing arms: analysis of covariance, one endpoint at one week.

The outcome is explained by the arm, by the patient's own baseline of the
endpoint, and, where the trial was stratified and there are `PER_STRATUM` patients
a stratum or more, by the stratum (`deqi.trials.ancova`). All arms share one residual
variance. Only patients who were measured count (available cases).

A difference is the first arm minus the second; it is divided by the pooled SD
of the outcome of these two arms to be compared between scales (SMD).
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any, TypeAlias

import numpy as np

from deqi.trials.ancova import TOO_FEW, Comparison, compared, fit_ancova, joined, nobody
from deqi.trials.schema import Endpoint, Trial, column

if TYPE_CHECKING:
    import pandas as pd

__all__ = ["PER_STRATUM", "Comparison", "arms_of", "baseline_of", "compare", "no_baseline"]

Array: TypeAlias = np.ndarray[Any, Any]

#: Patients a stratum, on average, from which strata are a covariate.
PER_STRATUM = 5


def compare(trial: Trial, table: pd.DataFrame, endpoint: Endpoint, week: float) -> list[Comparison]:
    """Every contrast of a trial in one endpoint at one week.

    Parameters
    ----------
    trial : Trial
        Its arms, contrasts and analysis.
    table : pandas.DataFrame
        The cohort.
    endpoint : Endpoint
        One of the trial's.
    week : float
        One of its visits after week 0.

    Examples
    --------
    >>> import pandas as pd
    >>> from deqi.trials.files import load_trial
    >>> trial = load_trial("art")
    >>> table = pd.DataFrame(
    ...     {
    ...         "arm": ["acupuncture", "minimal acupuncture", "waiting list"] * 20,
    ...         "stratum": "",
    ...         "pain.w0": 60.0,
    ...         "pain.w8": [30.0, 35.0, 52.0, 31.0, 36.0, 53.0] * 10,
    ...     }
    ... )
    >>> [round(found.difference, 3) for found in compare(trial, table, trial.primary, 8)]
    [-5.0, -22.0, -17.0]
    """
    fit = _Fit(trial, table, endpoint, week)
    return [fit.contrast(first, second) for first, second in trial.contrasts]


class _Fit:
    """The regression of one endpoint at one week, and what each contrast takes from it."""

    def __init__(self, trial: Trial, table: pd.DataFrame, endpoint: Endpoint, week: float) -> None:
        self.endpoint, self.week = endpoint.name, week
        outcome = table[column(endpoint.name, week)].to_numpy(float)
        baseline = baseline_of(table, endpoint)
        rows = np.isfinite(outcome) if baseline is None else np.isfinite(outcome) & np.isfinite(baseline)
        self.outcome = outcome[rows]
        self.of = {name: who[rows] for name, who in arms_of(trial, table).items()}
        self.notes: list[str] = []
        covariates: dict[str, Array] = {}
        kept = None if baseline is None else baseline[rows]
        if kept is not None and len(kept) and np.ptp(kept) > 0:
            covariates["baseline"] = kept
        else:
            self.notes.append(no_baseline(baseline))
        strata = self._strata(trial, table, rows)
        self.adjusted = (*covariates, *(() if strata is None else ("strata",)))
        self.fit = fit_ancova(self.outcome, self.of, covariates, strata)

    def _strata(self, trial: Trial, table: pd.DataFrame, rows: Array) -> Array | None:
        """Number of each patient's stratum; None if strata are no covariate."""
        if not trial.strata or not trial.analysis.strata or not rows.any():
            return None
        number, names = table["stratum"][rows].factorize()
        if len(names) < 2:
            return None
        if len(number) < PER_STRATUM * len(names):
            self.notes.append(
                f"not adjusted for strata: {len(names)} of them, fewer than {PER_STRATUM} patients in each"
            )
            return None
        return np.asarray(number)

    def contrast(self, first: str, second: str) -> Comparison:
        """One arm minus another."""
        n = int(self.of[first].sum()), int(self.of[second].sum())
        made = Comparison(self.endpoint, self.week, (first, second), None, None, None, None, None, n)
        empty = nobody(made.arms, n)
        if empty:
            return replace(made, reason=empty)
        if not self.fit.fitted:
            return replace(made, reason=TOO_FEW)
        made = replace(made, reason=joined(*self.notes))
        return compared(made, self.fit, self.outcome, self.of, self.adjusted)


def arms_of(trial: Trial, table: pd.DataFrame) -> dict[str, Array]:
    """Which rows of a cohort are of each arm, as booleans."""
    import pandas as pd

    codes = np.asarray(pd.Categorical(table["arm"], categories=list(trial.arm_names)).codes)
    return {name: codes == k for k, name in enumerate(trial.arm_names)}


def baseline_of(table: pd.DataFrame, endpoint: Endpoint) -> Array | None:
    """The endpoint at week 0; None if it means nothing there."""
    name = column(endpoint.name, 0)
    if not endpoint.has_baseline or name not in table:
        return None
    values = table[name].to_numpy(float)
    return values if np.isfinite(values).any() else None


def no_baseline(baseline: Array | None) -> str:
    """What is said where a baseline is no covariate: there is none, or it is the same in all."""
    return f"not adjusted for a baseline: {'there is none' if baseline is None else 'it is the same in all'}"
