"""Proper draws of a linear regression: coefficients and residual SD from their posterior distribution.

With the prior that is flat in the coefficients and in the logarithm of the SD,
the residual variance is the residual sum of squares by a chi-square number, and
the coefficients are normal about least squares. Imputations made with such draws
hold what is not known of the regression too.
"""

from __future__ import annotations

from typing import Any, TypeAlias

import numpy as np

from deqi.errors import TrialError

Array: TypeAlias = np.ndarray[Any, Any]

# A pivot below this share of the largest is rounding.
_NOTHING = 1e-12


def draw_regression(
    design: Array, outcome: Array, draw: np.random.Generator, *, where: str = ""
) -> tuple[Array, Array]:
    """Draw the coefficients and the residual SD of a regression, or of a stack of them.

    Parameters
    ----------
    design : ndarray, shape (..., patient, column)
        Predictors, the intercept's column of ones among them.
    outcome : ndarray, shape (..., patient)
        What they predict.
    draw : numpy.random.Generator
        Where random numbers come from.
    where : str, optional
        What an error names.

    Returns
    -------
    coefficients : ndarray, shape (..., column)
    sd : ndarray, shape (...)

    Raises
    ------
    TrialError
        If there are too few patients to know the residual SD.

    Examples
    --------
    >>> x = np.column_stack([np.ones(50), np.arange(50.0)])
    >>> coefficients, sd = draw_regression(x, x @ [3.0, 2.0], np.random.default_rng(1))
    >>> coefficients.round(6).tolist(), bool(sd < 1e-9)
    ([3.0, 2.0], True)
    """
    size, columns = design.shape[-2:]
    q, r = np.linalg.qr(design)
    pivots = np.abs(np.diagonal(r, axis1=-2, axis2=-1))
    if size < columns + 1 or (pivots.min(axis=-1) <= _NOTHING * pivots.max(axis=-1)).any():
        raise TrialError(
            f"{size} patients measured are too few to impute from, or all alike",
            where=where,
            fix="impute with more patients, or analyse fewer visits",
        )
    along = np.swapaxes(q, -1, -2) @ outcome[..., None]
    rest = outcome[..., None] - q @ along
    squares = np.sum(rest**2, axis=(-2, -1))
    sd = np.sqrt(squares / draw.chisquare(size - columns, squares.shape))
    noise = draw.standard_normal(along.shape)
    return np.linalg.solve(r, along + sd[..., None, None] * noise)[..., 0], sd


def predictors(shape: tuple[int, ...], *columns: Array | None) -> Array:
    """A column of ones and other columns beside it; None is left out.

    Parameters
    ----------
    shape : tuple of int
        Shape (..., patient) of the stack.
    columns : ndarray, shape (patient,) or (..., patient, column), or None
        What stands beside the ones.

    Examples
    --------
    >>> predictors((2,), np.array([3.0, 4.0]), None).tolist()
    [[1.0, 3.0], [1.0, 4.0]]
    """
    given = [c[:, None] if c.ndim == 1 else c for c in columns if c is not None]
    whole = [np.ones((*shape, 1)), *(np.broadcast_to(c, (*shape, c.shape[-1])) for c in given)]
    return np.concatenate(whole, axis=-1)


def varying(covariates: Array | None, *groups: Array) -> Array | None:
    """The columns of covariates that vary in every group of patients; None if none does.

    Parameters
    ----------
    covariates : ndarray, shape (patient,) or (patient, column), or None
        One covariate or several.
    groups : ndarray of bool, shape (patient,)
        Groups; none for all patients together.

    Examples
    --------
    >>> varying(np.array([[1.0, 5.0], [2.0, 5.0]])).tolist(), varying(np.ones(3))
    ([[1.0], [2.0]], None)
    """
    if covariates is None:
        return None
    wide = covariates[:, None] if covariates.ndim == 1 else covariates
    fine = np.ones(wide.shape[1], bool)
    for rows in groups or (np.ones(len(wide), bool),):
        fine &= np.ptp(wide[rows], axis=0) > 0
    if not fine.any():
        return None
    return covariates if fine.all() else wide[:, fine]
