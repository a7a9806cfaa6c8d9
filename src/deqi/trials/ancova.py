"""The one analysis of covariance: arrays in, estimates out.

Outcomes are explained by the arm and by covariates, with one residual variance
for all arms. There may be several sets of outcomes of the same patients, as after
imputation: the design is taken apart once. Strata may be given as numbers
instead of columns: outcomes and columns are then taken as differences from
their means within the stratum, which gives what a column for each stratum would
give, however many there are.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any, TypeAlias

import numpy as np

from deqi.trials.estimates import Interval, plain

Array: TypeAlias = np.ndarray[Any, Any]

#: Why there is no fit, where no covariate is to blame.
TOO_FEW = "too few patients for this analysis"
UNEXPLAINED = "nothing is left unexplained, so that no interval can be given"
NO_SMD = "no SMD: within these two arms all values are equal, or there is one each"
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
    adjusted_for : tuple of str
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


@dataclass(frozen=True, eq=False)
class Ancova:
    """A fitted analysis of covariance, or why there is none.

    Attributes
    ----------
    arms : tuple of str
        Arms that have patients, in the order of their columns.
    coefficients : ndarray, shape (column, set)
        Of the arms and covariates; with strata without the first arm's, which they make up for.
    spread : ndarray, shape (column, column)
        Covariance of the coefficients for a residual variance of 1.
    variances : ndarray, shape (set,)
        Residual variance of each set.
    freedom : float
        Residual degrees of freedom.
    within : bool
        Whether strata took the place of the first arm's column.
    blamed : str
        The covariate that tells nothing which the columns before it do not; empty if none is to blame.
    """

    arms: tuple[str, ...]
    coefficients: Array
    spread: Array
    variances: Array
    freedom: float
    within: bool = False
    blamed: str = ""

    @property
    def fitted(self) -> bool:
        """Whether there are estimates."""
        return self.freedom > 0

    def difference(self, first: str, second: str) -> tuple[Array, Array]:
        """One arm minus another in each set, and the squared standard errors: (set,), (set,)."""
        weights = np.zeros(len(self.coefficients) + int(self.within))
        weights[self.arms.index(first)], weights[self.arms.index(second)] = 1.0, -1.0
        weights = weights[int(self.within) :]
        return weights @ self.coefficients, (weights @ self.spread @ weights) * self.variances


def fit_ancova(
    outcomes: Array,
    arms: Mapping[str, Array],
    covariates: Mapping[str, Array] | None = None,
    strata: Array | None = None,
) -> Ancova:
    """Fit an analysis of covariance to one set of outcomes, or to several.

    Parameters
    ----------
    outcomes : ndarray, shape (patient,) or (patient, set)
        Complete outcomes.
    arms : mapping of str to ndarray of bool, shape (patient,)
        Who is in each arm; one without patients is left out.
    covariates : mapping of str to ndarray, shape (patient,) or (patient, column), optional
        Columns by name; they are taken as differences from their means.
    strata : ndarray of int, shape (patient,), optional
        Number of each patient's stratum, from 0 without gaps.

    Returns
    -------
    Ancova
        Not `fitted` if there are too few patients, or a covariate tells nothing new.

    Examples
    --------
    >>> outcomes = np.array([5.0, 5.0, -1.0, 3.0])
    >>> found = fit_ancova(outcomes, {"a": np.arange(4) < 2, "b": np.arange(4) >= 2})
    >>> [part.round(6).tolist() for part in found.difference("a", "b")], found.freedom
    ([[4.0], [4.0]], 2.0)
    """
    y = outcomes[:, None] if outcomes.ndim == 1 else outcomes
    present = {name: who for name, who in arms.items() if who.any()}
    terms = {name: _centred(values) for name, values in (covariates or {}).items()}
    blocks = [np.column_stack([*present.values()]).astype(float) if present else np.zeros((len(y), 0))]
    design = np.column_stack([*blocks, *terms.values()])
    lost = 0
    if strata is not None:
        # Arms then stand for differences from the first of them.
        design, y, lost = within(design[:, 1:], strata), within(y, strata), int(strata.max()) + 1
    columns = design.shape[1]
    rank = int(np.linalg.matrix_rank(design)) if design.size else 0
    freedom = len(y) - columns - lost
    hollow = any(not term.shape[1] for term in terms.values())
    if not columns or rank < columns or freedom < 1 or hollow:
        blamed = _blamed(blocks[0], terms) if strata is None and len(y) > columns else ""
        nothing = np.zeros((0, 0))
        return Ancova(tuple(present), nothing, nothing, np.zeros(0), 0.0, strata is not None, blamed)
    q, r = np.linalg.qr(design)
    along = q.T @ y
    squares = np.sum((y - q @ along) ** 2, axis=0)
    back = np.linalg.inv(r)
    return Ancova(
        tuple(present),
        np.linalg.solve(r, along),
        back @ back.T,
        squares / freedom,
        float(freedom),
        strata is not None,
    )


def compared(
    made: Comparison, fit: Ancova, outcome: Array, arms: Mapping[str, Array], adjusted: tuple[str, ...]
) -> Comparison:
    """A comparison filled in from a fit of one set of outcomes.

    Parameters
    ----------
    made : Comparison
        Its endpoint, week and arms, and what is to be noted.
    fit : Ancova
        What it is taken from, `fitted`.
    outcome : ndarray, shape (patient,)
        The outcomes.
    arms : mapping of str to ndarray of bool, shape (patient,)
        Who is in each arm.
    adjusted : tuple of str
        What was adjusted for.
    """
    from scipy import stats

    (difference,), (variance,) = fit.difference(*made.arms)
    sd = pooled_sd(*(outcome[arms[name]] for name in made.arms))
    difference, error = float(difference), float(np.sqrt(variance))
    made = replace(made, difference=difference, adjusted_for=adjusted, smd=difference / sd if sd else None)
    if error <= _NOTHING * max(1.0, float(np.abs(outcome).max())):
        return replace(made, reason=joined(made.reason, UNEXPLAINED))
    half = float(stats.t.ppf(1 - _LEVEL / 2, fit.freedom)) * error
    made = replace(
        made,
        ci95=(difference - half, difference + half),
        p=float(2 * stats.t.sf(abs(difference) / error, fit.freedom)),
    )
    if not sd:
        return replace(made, reason=joined(made.reason, NO_SMD))
    return replace(made, smd_ci95=smd_interval(difference, error, sd, sum(made.n)))


def nobody(arms: tuple[str, str], n: tuple[int, int]) -> str:
    """What is said where an arm has nobody measured; empty if both have somebody.

    Examples
    --------
    >>> nobody(("needles", "nothing"), (3, 0)), nobody(("needles", "nothing"), (3, 2))
    ('nobody of nothing was measured', '')
    """
    empty = [name for name, count in zip(arms, n, strict=True) if not count]
    return f"nobody of {' and '.join(empty)} was measured" if empty else ""


def joined(*notes: str) -> str:
    """Notes as one text; empty ones are left out.

    Examples
    --------
    >>> joined("one", "", "two")
    'one; two'
    """
    return "; ".join(filter(None, notes))


def pooled_sd(first: Array, second: Array) -> float | None:
    """Pooled SD of two arms; None if neither has two patients, or all values of each are equal.

    Examples
    --------
    >>> pooled_sd(np.array([1.0, 3.0]), np.array([2.0, 2.0])), pooled_sd(np.ones(2), np.ones(3))
    (1.0, None)
    """
    freedom = len(first) + len(second) - 2
    if freedom < 1:
        return None
    squares = sum(float(np.sum((v - v.mean()) ** 2)) for v in (first, second))
    return float(np.sqrt(squares / freedom)) or None


def smd_interval(difference: float, error: float, sd: float, n: int) -> Interval:
    """95 % interval of a difference by an SD: the error of the difference, and that of the SD.

    Examples
    --------
    >>> [round(end, 2) for end in smd_interval(-5.0, 2.0, 10.0, 102)]
    [-0.9, -0.1]
    """
    from scipy import stats

    smd = difference / sd
    reach = float(stats.norm.ppf(1 - _LEVEL / 2) * np.hypot(error / sd, smd / np.sqrt(2 * (n - 2))))
    return smd - reach, smd + reach


def within(values: Array, group: Array) -> Array:
    """Differences from the means of groups: (patient, column), by numbers from 0 without gaps.

    Examples
    --------
    >>> within(np.array([[1.0], [3.0], [7.0]]), np.array([0, 0, 1])).ravel().tolist()
    [-1.0, 1.0, 0.0]
    """
    counts = np.bincount(group)
    if not values.shape[1]:
        return values
    means = np.column_stack([np.bincount(group, one) for one in values.T]) / counts[:, None]
    return np.asarray(values - means[group])


def _centred(values: Array) -> Array:
    """Differences from the mean: arms' differences stay as they are, and columns are well scaled."""
    wide = values[:, None] if values.ndim == 1 else values
    return wide - wide.mean(axis=0) if len(wide) else wide


def _blamed(design: Array, terms: Mapping[str, Array]) -> str:
    """The first covariate that does not add to the columns before it."""
    for name, term in terms.items():
        design = np.column_stack([design, term])
        if not term.shape[1] or np.linalg.matrix_rank(design) < design.shape[1]:
            return name
    return ""
