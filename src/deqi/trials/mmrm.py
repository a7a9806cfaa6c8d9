"""A mixed model for repeated measures, fitted by restricted maximum likelihood.

Every patient who was measured at one visit at least counts. Visits that are
missing are missing at random: whether they are may depend on what was measured,
and not on what would have been. The covariance of residuals within a patient is
unstructured; it is estimated by restricted maximum likelihood. A fit that has not
converged says so, and gives no contrast.

Standard errors are the usual ones, from expected information: they take the
estimates of coefficients and of the covariance as unrelated, which they are not
quite where many leave because of what was measured. Intervals are then somewhat
too narrow (Maruo et al. 2020, doi:10.1002/sim.8474).
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, TypeAlias

import numpy as np

from deqi.errors import TrialError
from deqi.trials.mmrm_covariance import SINGULAR, Likelihood, climb, covariance_of, margin
from deqi.trials.mmrm_df import METHODS, MMRM, Contrast

__all__ = ["METHODS", "MMRM", "Contrast", "fit_mmrm"]

Array: TypeAlias = np.ndarray[Any, Any]

# A residual SD, or what a column adds to the others, below this share of their size is rounding.
_NOTHING = 1e-10


def fit_mmrm(
    values: Array,
    design: Array,
    patient: Array,
    visit: Array,
    *,
    names: Sequence[str] = (),
    iterations: int = 200,
) -> MMRM:
    """Fit the model by restricted maximum likelihood.

    Parameters
    ----------
    values : array
        Outcome, shape (row,); NaN is a visit that was missed, as is a row that is not there.
    design : array
        Fixed effects, shape (row, coefficient).
    patient, visit : array of int
        Whose row it is, and at which visit; any codes, those of visits in their order.
    names : sequence of str
        What the coefficients are called; by default x0, x1 and so on.
    iterations : int
        Most steps.

    Returns
    -------
    MMRM
        See its `converged`.

    Raises
    ------
    TrialError
        If the rows do not make a model: shapes, columns that depend on others, a patient twice at a visit,
        visits that no patient made both, nothing left unexplained.

    Examples
    --------
    Six patients at two visits; without missing ones the means are those of the visits.

    >>> values = np.array([5.0, 7, 4, 8, 6, 9, 3, 4, 5, 5, 7, 9])
    >>> visit = np.tile([0, 1], 6)
    >>> fit = fit_mmrm(values, np.eye(2)[visit], np.repeat(np.arange(6), 2), visit)
    >>> fit.converged, fit.coefficients.round(6)
    (True, array([5., 7.]))
    >>> found = fit.contrast([-1, 1])
    >>> round(found.estimate, 6), round(found.df, 6)
    (2.0, 5.0)
    """
    outcome, columns, who, when = _checked(values, design, patient, visit)
    size = columns.shape[1]
    called = tuple(names) or tuple(f"x{k}" for k in range(size))
    if not len(called) == len(set(called)) == size:
        raise TrialError(
            f"are {len(set(called))} for {size} columns",
            where="names",
            fix="give each column a name of its own",
        )
    patients, number = np.unique(who, return_inverse=True)
    visits, turn = np.unique(when, return_inverse=True)
    _check_pairs(number, turn, visits)

    # Orthonormal columns and a residual of size 1: the likelihood then has no scale of its own.
    basis, triangle = _orthonormal(columns, called)
    back = np.linalg.inv(triangle)
    first = back @ (basis.T @ outcome)
    rest = outcome - columns @ first
    freedom = len(outcome) - size
    scale = float(np.sqrt(rest @ rest / freedom)) if freedom > 0 else 0.0
    if scale <= _NOTHING * max(1.0, float(np.abs(outcome).max())):
        raise TrialError(
            "nothing is left unexplained", where="mixed model", fix="fit fewer columns, or more patients"
        )
    likelihood = Likelihood.of(rest / scale, basis, number, turn)
    found = climb(likelihood, _start(rest / scale, number, turn), iterations)
    point, unknown = found.point, np.full((len(found.place),) * 2, np.nan)
    missing = np.full((size, size), np.nan)
    if not found.reason:
        unknown = np.asarray(2 * np.linalg.inv(point.hessian))
        missing = likelihood.adjustment(covariance_of(found.place, len(visits)), point, unknown)
    return MMRM(
        names=called,
        coefficients=first + scale * back @ point.effects,
        covariance=scale**2 * back @ point.spread @ back.T,
        adjusted=scale**2 * back @ (point.spread + missing) @ back.T,
        visits=tuple(map(int, visits)),
        residual=scale**2 * covariance_of(found.place, len(visits)),
        moved=back @ point.moved @ back.T,
        uncertainty=scale**4 * unknown,
        criterion=point.value
        + 2 * freedom * float(np.log(scale))
        + 2 * float(np.log(np.abs(np.diag(triangle))).sum()),
        patients=len(patients),
        rows=len(outcome),
        converged=not found.reason,
        iterations=found.iterations,
        gradient_norm=found.gradient_norm,
        reason=found.reason,
    )


def _checked(values: Array, design: Array, patient: Array, visit: Array) -> tuple[Array, Array, Array, Array]:
    """Rows that were measured, of the right shapes, no visit of a patient twice."""
    outcome, columns = np.asarray(values, float), np.asarray(design, float)
    who, when = np.asarray(patient), np.asarray(visit)
    rows = len(outcome) if outcome.ndim == 1 else -1
    if columns.ndim != 2 or {len(columns), len(who), len(when)} != {rows} or who.ndim * when.ndim != 1:
        raise TrialError(
            "values, design, patient and visit do not have the same rows",
            where="mixed model",
            fix="give arrays of shapes (row,), (row, coefficient), (row,) and (row,)",
        )
    if who.dtype.kind not in "iu" or when.dtype.kind not in "iu":
        raise TrialError("patient and visit are no whole numbers", where="mixed model", fix="number them")
    seen = ~np.isnan(outcome)
    outcome, columns, who, when = outcome[seen], columns[seen], who[seen], when[seen]
    if not (len(outcome) and columns.shape[1]):
        raise TrialError("nobody was measured, or there is no column", where="mixed model")
    if not (np.isfinite(outcome).all() and np.isfinite(columns).all()):
        raise TrialError(
            "a value is infinite, or the design of a measured row not finite",
            where="mixed model",
            fix="leave out rows whose covariates are missing",
        )
    if len(np.unique(np.column_stack([who, when]), axis=0)) < len(who):
        raise TrialError("a patient was measured twice at one visit", where="mixed model", fix="keep one row")
    return outcome, columns, who, when


def _check_pairs(number: Array, turn: Array, visits: Array) -> None:
    """Without a patient who made both, the covariance of two visits is anything."""
    seen = np.zeros((int(number.max()) + 1, len(visits)))
    seen[number, turn] = 1.0
    alone = np.argwhere(seen.T @ seen == 0)
    if len(alone):
        one, other = (int(visits[k]) for k in alone[0])
        raise TrialError(
            f"no patient was measured at both visits {one} and {other}, so that their covariance is unknown",
            where="mixed model",
            fix="leave one of them out",
        )


def _orthonormal(columns: Array, names: Sequence[str]) -> tuple[Array, Array]:
    """The design as orthonormal columns, and what makes it of them."""
    lengths = np.linalg.norm(columns, axis=0)
    basis, triangle = np.linalg.qr(columns / np.where(lengths > 0, lengths, 1.0))
    own = np.abs(np.diag(triangle)) if basis.shape[1] == columns.shape[1] else np.zeros(columns.shape[1])
    if own.min() < _NOTHING:
        raise TrialError(
            f"the column {names[int(own.argmin())]} depends on the others",
            where="design",
            fix="leave it out",
        )
    return basis, triangle * lengths


def _start(rest: Array, number: Array, turn: Array) -> Array:
    """Covariance of residuals of ordinary least squares; their variances if that is none."""
    wide = np.zeros((int(number.max()) + 1, int(turn.max()) + 1))
    seen = np.zeros_like(wide)
    wide[number, turn], seen[number, turn] = rest, 1.0
    found = (wide.T @ wide) / (seen.T @ seen)
    # A visit without any residual has no logarithm; the climb will say that it has no peak.
    np.fill_diagonal(found, np.maximum(np.diag(found), SINGULAR))
    return found if margin(found) > 0.01 else np.diag(np.diag(found))
