"""Comparing arms: analysis of covariance, one endpoint at one week.

The outcome is explained by the arm, by the patient's own baseline of the
endpoint, and, where the trial was stratified and there are `PER_STRATUM` patients
a stratum or more, by the stratum: outcome, arms and baseline are then taken as
differences from their means within the stratum, which gives what a column for
each stratum would give, however many there are. All arms share one residual
variance. Only patients who were measured count (available cases).

A difference is the first arm minus the second; it is divided by the pooled SD
of the outcome of these two arms to be compared between scales (SMD).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any, TypeAlias

import numpy as np

from deqi.trials.estimates import Interval, plain
from deqi.trials.schema import Endpoint, Trial, column

if TYPE_CHECKING:
    import pandas as pd

Array: TypeAlias = np.ndarray[Any, Any]

#: Patients a stratum, on average, from which strata are a covariate.
PER_STRATUM = 5
_LEVEL = 0.05
# A residual SD below this share of the outcome's size is none: it is rounding.
_NOTHING = 1e-10


@dataclass(frozen=True)
class Comparison:
    """Two arms compared in one endpoint at one week.

    Attributes
    ----------
    endpoint, week, arms
        What is compared; the second arm is subtracted from the first.
    difference : float or None
        Adjusted difference, in points.
    ci95 : tuple of float or None
        Its 95 % interval (sampling).
    smd, smd_ci95
        Difference by pooled SD of the outcome of the two arms, and its interval.
    p : float or None
        Of no difference (t test).
    n : tuple of int
        Patients of each arm who were measured.
    adjusted_for : tuple of {'baseline', 'strata'}
        Covariates.
    reason : str
        Why something is None or not adjusted for; empty for nothing to say.
    """

    endpoint: str
    week: float
    arms: tuple[str, str]
    difference: float | None
    ci95: Interval | None
    smd: float | None
    smd_ci95: Interval | None
    p: float | None
    n: tuple[int, int]
    adjusted_for: tuple[str, ...] = ()
    reason: str = ""

    def as_dict(self) -> dict[str, Any]:
        """As plain data."""
        return plain(self)


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
        baseline = _baseline(table, endpoint)
        rows = np.isfinite(outcome) if baseline is None else np.isfinite(outcome) & np.isfinite(baseline)
        self.outcome = outcome[rows]
        self.of = {name: who[rows] for name, who in arms_of(trial, table).items()}
        self.present = [name for name, who in self.of.items() if who.any()]
        self.notes: list[str] = []
        self.adjusted: list[str] = []
        columns = [self.of[name].astype(float) for name in self.present]
        kept = None if baseline is None else baseline[rows]
        if kept is not None and len(kept) and np.ptp(kept) > 0:
            columns.append(kept - kept.mean())
            self.adjusted.append("baseline")
        else:
            said = "there is none" if kept is None else "it is the same in all"
            self.notes.append(f"not adjusted for a baseline: {said}")
        strata = self._strata(trial, table, rows)
        self._solve(columns, strata)

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
        self.adjusted.append("strata")
        return np.asarray(number)

    def _solve(self, columns: Sequence[Array], strata: Array | None) -> None:
        from statsmodels.regression.linear_model import OLS

        self.result = None
        self.base = strata is not None
        size = len(self.outcome)
        if not self.present:
            return
        design, outcome = np.column_stack(columns), self.outcome
        lost = 0
        if strata is not None:
            # Arms then stand for differences from the first of them, which strata make up for.
            design = _within(design[:, 1:], strata)
            outcome = _within(outcome, strata)
            lost = int(strata.max()) + 1
        rank = int(np.linalg.matrix_rank(design.T @ design, hermitian=True)) if design.shape[1] else 0
        freedom = size - rank - lost
        if not design.shape[1] or rank < design.shape[1] or freedom < 1:
            return
        model = OLS(outcome, design, hasconst=False)
        model.df_resid = float(freedom)
        self.result = model.fit(method="qr")

    def _weights(self, first: str, second: str) -> Array:
        """What the coefficients are multiplied by to give the difference."""
        assert self.result is not None
        weights = np.zeros(len(self.result.params) + int(self.base))
        weights[self.present.index(first)] = 1.0
        weights[self.present.index(second)] = -1.0
        return weights[1:] if self.base else weights

    def contrast(self, first: str, second: str) -> Comparison:
        """One arm minus another."""
        values = self.outcome[self.of[first]], self.outcome[self.of[second]]
        n = len(values[0]), len(values[1])
        made = Comparison(self.endpoint, self.week, (first, second), None, None, None, None, None, n)
        if not all(n):
            empty = " and ".join(name for name, count in zip((first, second), n, strict=True) if not count)
            return replace(made, reason=f"nobody of {empty} was measured")
        if self.result is None:
            return replace(made, reason="too few patients for this analysis")
        weights = self._weights(first, second)
        difference = float(weights @ self.result.params)
        made = replace(made, difference=difference, adjusted_for=tuple(self.adjusted))
        sd = _pooled(*values)
        smd = None if not sd else difference / sd
        made = replace(made, smd=smd)
        error = float(np.sqrt(weights @ self.result.cov_params() @ weights))
        if error <= _NOTHING * max(1.0, float(np.abs(self.outcome).max())):
            said = "nothing is left unexplained, so that no interval can be given"
            return replace(made, reason="; ".join([*self.notes, said]))
        return self._tested(made, error, sd)

    def _tested(self, made: Comparison, error: float, sd: float | None) -> Comparison:
        from scipy import stats

        assert self.result is not None
        assert made.difference is not None
        freedom = float(self.result.df_resid)
        half = float(stats.t.ppf(1 - _LEVEL / 2, freedom)) * error
        p = float(2 * stats.t.sf(abs(made.difference) / error, freedom))
        interval = None
        notes = list(self.notes)
        if sd and made.smd is not None:
            # The error of the difference, and that of the SD it is divided by.
            wide = np.sqrt((error / sd) ** 2 + made.smd**2 / (2 * (sum(made.n) - 2)))
            reach = float(stats.norm.ppf(1 - _LEVEL / 2) * wide)
            interval = made.smd - reach, made.smd + reach
        else:
            notes.append("no SMD: within these two arms all values are equal, or there is one each")
        return replace(
            made,
            ci95=(made.difference - half, made.difference + half),
            p=p,
            smd_ci95=interval,
            reason="; ".join(notes),
        )


def arms_of(trial: Trial, table: pd.DataFrame) -> dict[str, Array]:
    """Which rows of a cohort are of each arm, as booleans."""
    import pandas as pd

    codes = np.asarray(pd.Categorical(table["arm"], categories=list(trial.arm_names)).codes)
    return {name: codes == k for k, name in enumerate(trial.arm_names)}


def _baseline(table: pd.DataFrame, endpoint: Endpoint) -> Array | None:
    """The endpoint at week 0; None if it means nothing there."""
    name = column(endpoint.name, 0)
    if not endpoint.has_baseline or name not in table:
        return None
    values = table[name].to_numpy(float)
    return values if np.isfinite(values).any() else None


def _within(values: Array, group: Array) -> Array:
    """Differences from the means of groups."""
    counts = np.bincount(group)
    if values.ndim == 1:
        return np.asarray(values - (np.bincount(group, values) / counts)[group])
    return np.column_stack([_within(one, group) for one in values.T]) if values.shape[1] else values


def _pooled(first: Array, second: Array) -> float | None:
    """Pooled SD of two arms; None if neither has two patients."""
    freedom = len(first) + len(second) - 2
    if freedom < 1:
        return None
    squares = sum(float(np.sum((v - v.mean()) ** 2)) for v in (first, second))
    return float(np.sqrt(squares / freedom))
