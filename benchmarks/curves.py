"""Work-precision curves: speed read off at a given error, between measured points only."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from itertools import pairwise
from math import exp, log
from typing import Any

#: Errors at which solvers are compared.
LEVELS = (1e-3, 1e-4, 1e-5, 1e-6)


def at_error(points: Sequence[Mapping[str, Any]], level: float, which: str) -> float | None:
    """Runs per core-second at an error, straight between two points in log-log.

    Where a curve passes a level more than once, the fastest passage counts.

    Parameters
    ----------
    points : sequence of mapping
        With ``runs_per_core_second`` and ``error_median`` or ``error_max``.
    level : float
        The error.
    which : {'median', 'max'}
        Over runs.

    Returns
    -------
    float or None
        None where the curve does not reach the level.

    Examples
    --------
    >>> points = [{"error_max": 1e-2, "runs_per_core_second": 100.0}]
    >>> points += [{"error_max": 1e-4, "runs_per_core_second": 25.0}]
    >>> round(at_error(points, 1e-3, "max"), 6), at_error(points, 1e-5, "max")
    (50.0, None)
    """
    passages = []
    for a, b in pairwise(_usable(points, which)):
        (error_a, speed_a), (error_b, speed_b) = a, b
        if not min(error_a, error_b) <= level <= max(error_a, error_b):
            continue
        share = 0.0 if error_a == error_b else log(level / error_a) / log(error_b / error_a)
        passages.append(exp((1 - share) * log(speed_a) + share * log(speed_b)))
    return max(passages, default=None)


def reached(points: Sequence[Mapping[str, Any]], which: str) -> list[float]:
    """Smallest and largest error on a curve."""
    errors = [error for error, _ in _usable(points, which)]
    return [min(errors), max(errors)] if errors else []


def _usable(points: Sequence[Mapping[str, Any]], which: str) -> list[tuple[float, float]]:
    return [(p[f"error_{which}"], p["runs_per_core_second"]) for p in points if "failed" not in p]
