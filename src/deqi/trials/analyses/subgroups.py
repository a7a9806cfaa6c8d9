"""Subgroups: a contrast in each, and the one test that tells whether they differ (interaction).

All subgroups are in one analysis of covariance, with one residual variance and
one slope of the baseline. Whether a contrast is shown in one subgroup and not in
another says nothing; the interaction test does.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, TypeAlias

import numpy as np

from deqi.errors import TrialError, UnknownNameError
from deqi.trials.analyses.draws import varying
from deqi.trials.analyses.visits import check_arms, check_rows, followed
from deqi.trials.estimates import Interval, plain
from deqi.trials.schema import Endpoint, Trial, column

if TYPE_CHECKING:
    import pandas as pd

Array: TypeAlias = np.ndarray[Any, Any]

_LEVEL = 0.05


@dataclass(frozen=True)
class Subgroup:
    """A contrast in one subgroup.

    Attributes
    ----------
    name : str
        The subgroup.
    difference : float
        Adjusted difference, in points.
    ci95 : tuple of float
        95 % interval (sampling), not adjusted for the number of subgroups.
    n : tuple of int
        Patients of each arm who were measured.
    """

    name: str
    difference: float
    ci95: Interval
    n: tuple[int, int]


@dataclass(frozen=True)
class Subgroups:
    """A contrast in every subgroup.

    Attributes
    ----------
    arms : tuple of str
        What is compared; the second arm is subtracted from the first.
    groups : tuple of Subgroup
        In order of their names.
    interaction_p : float
        That the contrast is the same in all (F test).
    freedom : tuple of float
        Degrees of freedom of the F test.
    left_out : tuple of str
        Subgroups in which an arm has nobody measured.
    """

    arms: tuple[str, str]
    groups: tuple[Subgroup, ...]
    interaction_p: float
    freedom: tuple[float, float]
    left_out: tuple[str, ...] = ()

    def as_dict(self) -> dict[str, Any]:
        """As plain data."""
        return {**plain(self), "groups": [plain(one) for one in self.groups]}


def subgroup_differences(
    outcome: Array,
    arm: Array,
    group: Array,
    contrast: tuple[str, str],
    *,
    baseline: Array | None = None,
) -> Subgroups:
    """Compare two arms in every subgroup.

    Parameters
    ----------
    outcome : ndarray, shape (patient,)
        NaN was not measured, and is left out.
    arm, group : ndarray of str, shape (patient,)
        Names. Other arms than the two are left out.
    contrast : tuple of str
        The second arm is subtracted from the first.
    baseline : ndarray, shape (patient,) or (patient, covariate), optional
        Covariates; one that is the same in all is left out.

    Raises
    ------
    TrialError, UnknownNameError
        If an arm is unknown, fewer than two subgroups have both arms, or there are too few patients.

    Examples
    --------
    >>> arm, group = np.array(["a", "b"] * 40), np.repeat(["men", "women"], 40)
    >>> noise = np.tile([1.0, 1.0, -1.0, -1.0], 20)
    >>> found = subgroup_differences(
    ...     50 - 9 * ((arm == "a") & (group == "men")) + noise, arm, group, ("a", "b")
    ... )
    >>> [(one.name, round(one.difference, 6)) for one in found.groups], found.interaction_p < 0.001
    ([('men', -9.0), ('women', 0.0)], True)
    """
    from scipy import stats
    from statsmodels.regression.linear_model import OLS

    check_rows(outcome=outcome, arm=arm, group=group, baseline=baseline)
    check_arms(arm, contrast)
    here = np.isfinite(outcome) & np.isin(arm, contrast)
    here &= True if baseline is None else np.isfinite(baseline.reshape(len(here), -1)).all(axis=1)
    counts = {
        str(name): tuple(int(np.sum(here & (group == name) & (arm == one))) for one in contrast)
        for name in np.unique(group)
    }
    names = [name for name, n in counts.items() if all(n)]
    if len(names) < 2:
        raise TrialError("fewer than two subgroups have patients of both arms", where=" and ".join(contrast))
    here &= np.isin(group, names)
    cells = [(group[here] == name) & (arm[here] == one) for name in names for one in contrast]
    kept = varying(None if baseline is None else baseline[here])
    extra = [] if kept is None else [kept - kept.mean(axis=0)]
    design = np.column_stack([*cells, *extra]).astype(float)
    if len(design) <= design.shape[1] or np.linalg.matrix_rank(design) < design.shape[1]:
        raise TrialError("too few patients for this analysis", fix="take fewer subgroups")
    fit = OLS(outcome[here], design, hasconst=False).fit(method="qr")
    contrasts = np.zeros((len(names), design.shape[1]))
    for k in range(len(names)):
        contrasts[k, 2 * k : 2 * k + 2] = 1.0, -1.0
    differences = contrasts @ fit.params
    errors = np.sqrt(np.einsum("ij,jk,ik->i", contrasts, fit.cov_params(), contrasts))
    if not (errors > 1e-10 * max(1.0, float(np.abs(outcome[here]).max()))).all():
        raise TrialError("nothing is left unexplained, so that nothing can be tested", where="subgroups")
    half = float(stats.t.ppf(1 - _LEVEL / 2, fit.df_resid)) * errors
    test = fit.f_test(contrasts[1:] - contrasts[:1])
    return Subgroups(
        arms=contrast,
        groups=tuple(
            Subgroup(name, float(d), (float(d - h), float(d + h)), (counts[name][0], counts[name][1]))
            for name, d, h in zip(names, differences, half, strict=True)
        ),
        interaction_p=float(test.pvalue),
        freedom=(float(test.df_num), float(test.df_denom)),
        left_out=tuple(name for name in counts if name not in names),
    )


def compare_subgroups(
    trial: Trial,
    table: pd.DataFrame,
    endpoint: Endpoint,
    week: float,
    by: str,
    *,
    cuts: Sequence[float] = (),
) -> list[Subgroups]:
    """Every contrast of a trial in subgroups by a column of its cohort.

    Parameters
    ----------
    trial, table, endpoint, week
        As for `deqi.trials.analysis.compare`.
    by : str
        The column, such as ``sex`` or ``expectation``; something known at week 0.
    cuts : sequence of float, optional
        Where a column of numbers is cut; a number at a cut goes with those above.

    Raises
    ------
    TrialError, UnknownNameError
        If there is no such column, or too few patients or subgroups.
    """
    done = followed(table)
    if by not in done:
        raise UnknownNameError("column", by, map(str, done), fix="name a column of the cohort")
    group = cut(done[by].to_numpy(float), sorted(cuts)) if cuts else done[by].to_numpy(str)
    baseline = done[column(endpoint.name, 0)].to_numpy(float) if endpoint.has_baseline else None
    outcome, arm = done[column(endpoint.name, week)].to_numpy(float), done["arm"].to_numpy(str)
    return [subgroup_differences(outcome, arm, group, pair, baseline=baseline) for pair in trial.contrasts]


def cut(values: Array, cuts: Sequence[float]) -> Array:
    """Groups of numbers, named so that their names are in order; a number at a cut goes with those above.

    Examples
    --------
    >>> cut(np.array([30.0, 50.0]), [50.0]).tolist()
    ['1 below 50', '2 50 or more']
    """
    below = [f"{number} below {cut:g}" for number, cut in enumerate(cuts, 1)]
    names = np.array([*below, f"{len(cuts) + 1} {cuts[-1]:g} or more"])
    return names[np.searchsorted(cuts, values, side="right")]
