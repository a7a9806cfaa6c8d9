"""What this process makes of floating-point numbers, as digests: alike where machines compute alike.

The engine's own code gives the same bits on every processor. What is drawn and
prepared around it goes through NumPy, SciPy and LAPACK, which choose their loops by the
processor: the last digit of an exponential may differ. So it is tried, on
numbers that reach every branch.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Mapping
from typing import Any

import numpy as np

Array = np.ndarray[Any, np.dtype[np.float64]]

_COUNT = 4099
# Of the systems that are solved: as large as the model's, and as many together.
_STATES, _SYSTEMS = 79, 8


def float_digests() -> dict[str, str]:
    """Sixteen hexadecimal digits for each kind of arithmetic.

    Examples
    --------
    >>> sorted(float_digests())
    ['LAPACK', 'NumPy functions', 'NumPy random numbers', 'SciPy functions']
    """
    return {name: _digest(make) for name, make in _TRIALS.items()}


def _digest(make: Callable[[], tuple[Array, ...]]) -> str:
    digest = hashlib.sha256()
    with np.errstate(all="ignore"):
        for values in make():
            # Sign and payload of NaN differ between processors, and mean nothing.
            digest.update(np.where(np.isnan(values), np.nan, values).astype("<f8").tobytes())
    return digest.hexdigest()[:16]


def _spread() -> Array:
    """Numbers of both signs from 1e-8 to 1e2, made by multiplication alone."""
    ratio = np.full(_COUNT, 1.0056)
    ratio[0] = 1e-8
    sizes = np.multiply.accumulate(ratio)
    return np.concatenate([-sizes[::-1], [0.0], sizes])


def _numpy() -> tuple[Array, ...]:
    x = _spread()
    p = np.abs(x)
    plain = (np.exp, np.expm1, np.tanh, np.sin, np.cos)
    positive = (np.log, np.log1p, np.sqrt, np.log10)
    return (
        *(f(x) for f in plain),
        *(f(p) for f in positive),
        p**0.37,
        np.array([x.sum(), p.mean(), p.std()]),
    )


def _scipy() -> tuple[Array, ...]:
    from scipy.special import betainc, betaincinv, expit, log_ndtr, logit, ndtr, ndtri

    x = _spread()
    q = (np.arange(_COUNT) + 0.5) / _COUNT
    return (
        ndtr(x),
        ndtri(q),
        log_ndtr(x),
        expit(x),
        logit(q),
        betainc(2.5, 4.5, q),
        betaincinv(2.5, 4.5, q[::16]),
    )


def _random() -> tuple[Array, ...]:
    made = np.random.Generator(np.random.Philox(key=20))
    return made.random(_COUNT), made.standard_normal(_COUNT), made.standard_gamma(1.7, _COUNT)


def _lapack() -> tuple[Array, ...]:
    k = np.arange(_SYSTEMS * _STATES * _STATES, dtype=float)
    # A fixed sequence without a pattern, and a diagonal that keeps it solvable.
    systems = ((k * 0.6180339887498949) % 1.0 - 0.5).reshape(_SYSTEMS, _STATES, _STATES)
    systems = systems + 4.0 * np.eye(_STATES)
    right = np.ones((_SYSTEMS, _STATES, 1))
    return np.asarray(np.linalg.solve(systems, right)), np.asarray(systems[0] @ systems[1])


_TRIALS: Mapping[str, Callable[[], tuple[Array, ...]]] = {
    "NumPy functions": _numpy,
    "SciPy functions": _scipy,
    "NumPy random numbers": _random,
    "LAPACK": _lapack,
}
