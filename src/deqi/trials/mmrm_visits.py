"""Arms compared over all visits by a mixed model for repeated measures.

Each visit has its arms and its slopes on covariates, such as the patient's own
baseline; that spans the same columns as visit, arm, arm x visit, baseline and
baseline x visit. Differences are between least-squares means. The model is
fitted by `deqi.trials.mmrm`.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, Any, TypeAlias

import numpy as np

from deqi.errors import TrialError
from deqi.trials.analysis import arms_of, baseline_of, no_baseline
from deqi.trials.ancova import NO_SMD, Comparison, joined, nobody, pooled_sd, smd_interval
from deqi.trials.mmrm import METHODS, MMRM, fit_mmrm
from deqi.trials.mmrm_df import check_method
from deqi.trials.schema import Endpoint, Trial, column

if TYPE_CHECKING:
    import pandas as pd

Array: TypeAlias = np.ndarray[Any, Any]


def compare_arms(
    trial: Trial, table: pd.DataFrame, endpoint: Endpoint, *, method: str = METHODS[0]
) -> tuple[Comparison, ...]:
    """Every contrast of a trial in one endpoint, at each visit after week 0.

    Parameters
    ----------
    trial : Trial
        Its arms, visits and contrasts.
    table : pandas.DataFrame
        The cohort.
    endpoint : Endpoint
        One of the trial's.
    method : {'kenward-roger', 'satterthwaite'}
        How errors and degrees of freedom are found.

    Returns
    -------
    tuple of Comparison
        By visit, then by contrast.

    Raises
    ------
    TrialError
        If the model cannot be fitted, or the fit has not converged.
    UnknownNameError
        If nobody knows the method.

    Examples
    --------
    >>> import pandas as pd
    >>> from deqi.trials.files import load_trial
    >>> trial = load_trial("art").with_(visits=(4, 8))
    >>> draw = np.random.default_rng(1)
    >>> level = draw.normal(60, 8, 90)
    >>> drop = np.array([20.0, 15.0, 2.0] * 30)
    >>> table = pd.DataFrame(
    ...     {
    ...         "arm": ["acupuncture", "minimal acupuncture", "waiting list"] * 30,
    ...         "pain.w0": level,
    ...         "pain.w4": level - drop + draw.normal(0, 3, 90),
    ...         "pain.w8": level - drop + draw.normal(0, 3, 90),
    ...     }
    ... )
    >>> found = compare_arms(trial, table, trial.primary)
    >>> [(f.week, f.arms[1], round(f.difference)) for f in found][:2]
    [(4.0, 'minimal acupuncture', -5), (4.0, 'waiting list', -17)]
    """
    baseline = baseline_of(table, endpoint)
    notes = [] if baseline is not None else [no_baseline(None)]
    if trial.strata and trial.analysis.strata:
        notes.append("not adjusted for strata: the model over all visits has none")
    return compare_visits(
        endpoint.name,
        trial.visits,
        np.column_stack([table[column(endpoint.name, week)].to_numpy(float) for week in trial.visits]),
        arms_of(trial, table),
        trial.contrasts,
        {} if baseline is None else {"baseline": baseline},
        notes=notes,
        method=method,
    )


def compare_visits(
    endpoint: str,
    weeks: Sequence[float],
    outcomes: Array,
    arms: Mapping[str, Array],
    contrasts: Sequence[tuple[str, str]],
    covariates: Mapping[str, Array],
    *,
    notes: Sequence[str] = (),
    method: str = METHODS[0],
) -> tuple[Comparison, ...]:
    """Every contrast in one endpoint, at each visit, out of arrays.

    Parameters
    ----------
    endpoint : str
        To be told in the result.
    weeks : sequence of float
        Weeks of the visits.
    outcomes : ndarray, shape (patient, visit)
        NaN was not measured.
    arms : mapping of str to ndarray of bool, shape (patient,)
        Who is in each arm.
    contrasts : sequence of (str, str)
        Pairs of arms, the second subtracted from the first.
    covariates : mapping of str to ndarray, shape (patient,) or (patient, column)
        Each has a slope at each visit; whoever lacks one is left out.
    notes : sequence of str
        To be told of every visit.
    method : {'kenward-roger', 'satterthwaite'}
        How errors and degrees of freedom are found.

    Raises
    ------
    TrialError, UnknownNameError
        As for `compare_arms`.
    """
    check_method(method)
    cells = _Cells(endpoint, weeks, outcomes, arms, covariates, notes)
    return tuple(
        cells.compare(turn, first, second, method)
        for turn in range(len(weeks))
        for first, second in contrasts
    )


class _Cells:
    """The model of one endpoint: a mean for each arm at each visit, slopes on covariates for each visit."""

    def __init__(
        self,
        endpoint: str,
        weeks: Sequence[float],
        outcomes: Array,
        arms: Mapping[str, Array],
        covariates: Mapping[str, Array],
        notes: Sequence[str],
    ) -> None:
        self.endpoint, self.weeks, self.arms = endpoint, weeks, arms
        wide = {name: v[:, None] if v.ndim == 1 else v for name, v in covariates.items()}
        known = np.ones(len(outcomes), bool)
        for values in wide.values():
            known &= np.isfinite(values).all(axis=1)
        self.outcomes = np.where(known[:, None], outcomes, np.nan)
        self.notes = [list(notes) for _ in weeks]
        self.adjusted: list[tuple[str, ...]] = [() for _ in weeks]
        rows = [np.flatnonzero(np.isfinite(self.outcomes[:, turn])) for turn in range(len(weeks))]
        self.fit = self._fitted(
            [(turn, at, *self._block(turn, at, wide)) for turn, at in enumerate(rows) if len(at)]
        )

    def _block(self, turn: int, rows: Array, covariates: Mapping[str, Array]) -> tuple[Array, list[str]]:
        """Columns of one visit, and their names."""
        week = f"week {self.weeks[turn]:g}"
        names = [f"{name}, {week}" for name, who in self.arms.items() if who[rows].any()]
        columns = [who[rows].astype(float)[:, None] for who in self.arms.values() if who[rows].any()]
        for name, values in covariates.items():
            here = values[rows]
            if not (np.ptp(here, axis=0) > 0).all():
                what = "a baseline" if name == "baseline" else name
                self.notes[turn].append(f"not adjusted for {what}: it is the same in all")
                continue
            columns.append(here - here.mean(axis=0))
            several = [f"{name} {k + 1}" for k in range(here.shape[1])] if here.shape[1] > 1 else [name]
            names += [f"slope on {one}, {week}" for one in several]
            self.adjusted[turn] += (name,)
        if len(rows) <= len(names):
            raise TrialError(
                f"too few patients at {week} for a mixed model",
                where=self.endpoint,
                fix="leave out that visit, or measure more patients",
            )
        return np.column_stack(columns), names

    def _fitted(self, blocks: Sequence[tuple[int, Array, Array, list[str]]]) -> MMRM | None:
        from scipy import linalg

        if not blocks:
            return None
        fit = fit_mmrm(
            np.concatenate([self.outcomes[rows, turn] for turn, rows, _, _ in blocks]),
            linalg.block_diag(*(design for _, _, design, _ in blocks)),
            np.concatenate([rows for _, rows, _, _ in blocks]),
            np.repeat([turn for turn, *_ in blocks], [len(rows) for _, rows, _, _ in blocks]),
            names=[name for *_, names in blocks for name in names],
        )
        if not fit.converged:
            raise TrialError(
                f"the mixed model has not converged: {fit.reason}",
                where=self.endpoint,
                fix="measure more patients, or leave out the visit that fewest made",
            )
        return fit

    def compare(self, turn: int, first: str, second: str, method: str) -> Comparison:
        """One arm minus another at one visit."""
        week, pair = self.weeks[turn], (first, second)
        values = [self.outcomes[self.arms[name], turn] for name in pair]
        values = [v[np.isfinite(v)] for v in values]
        n = len(values[0]), len(values[1])
        made = Comparison(self.endpoint, week, pair, None, None, None, None, None, n)
        if self.fit is None or not all(n):
            return replace(made, reason=nobody(pair, n))
        found = self.fit.contrast(
            {f"{first}, week {week:g}": 1.0, f"{second}, week {week:g}": -1.0}, method=method
        )
        made = replace(
            made,
            difference=found.estimate,
            ci95=(found.low, found.high),
            p=found.p,
            adjusted_for=self.adjusted[turn],
            reason=joined(*self.notes[turn]),
        )
        sd = pooled_sd(values[0], values[1])
        if not sd:
            return replace(made, reason=joined(made.reason, NO_SMD))
        return replace(
            made,
            smd=found.estimate / sd,
            smd_ci95=smd_interval(found.estimate, found.se, sd, sum(n)),
        )
