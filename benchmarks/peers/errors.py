"""How far a result is from the reference."""

from __future__ import annotations

import numpy as np

from peers.workload import Array

#: An output whose reference stays below this in a run has no scale there, and is left out of that run.
SMALLEST = 1e-9


def errors(found: Array, reference: Array) -> Array:
    """Error of each run: the largest over outputs and times of ``|y - reference|`` by its scale.

    The scale of an output in a run is the largest ``|reference|`` over time.

    Parameters
    ----------
    found, reference : ndarray, shape (run, time, output)
        What a solver gave, and what it should have given.

    Returns
    -------
    ndarray, shape (run,)
        NaN where a run gave a number that is not finite.

    Examples
    --------
    >>> errors(np.array([[[1.0], [2.1]]]), np.array([[[1.0], [2.0]]]))
    array([0.05])
    """
    scale = np.abs(reference).max(axis=1)
    apart = np.abs(found - reference).max(axis=1)
    seen = scale >= SMALLEST
    return np.where(seen, apart / np.where(seen, scale, 1.0), 0.0 * apart).max(axis=1)
