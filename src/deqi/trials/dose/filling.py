"""Regimens that fill the space of three variables or more: scrambled Sobol points."""

from __future__ import annotations

import math
from collections.abc import Sequence

import numpy as np

from deqi.errors import TrialError
from deqi.population import Array
from deqi.protocols import Protocol
from deqi.trials.dose.regimens import Regimen, regimen
from deqi.trials.dose.variables import WORD, Value, Varied

#: Points unless said otherwise.
POINTS = 64
_MOST = 512


def points(varied: Sequence[Varied], count: int, seed: int) -> list[dict[str, Value]]:
    """Settings that fill the space evenly, each once.

    Parameters
    ----------
    varied : sequence of Varied
        The variables.
    count : int
        How many points are taken; settings that come out alike are told once.
    seed : int
        Of the scrambling.

    Examples
    --------
    >>> from deqi.trials.dose.variables import vary
    >>> some = [vary("sessions=4..16"), vary("minutes=10..40"), vary("technique=manual,2hz")]
    >>> found = points(some, 8, 1)
    >>> len(found), sum(one["technique"] == "2hz" for one in found)
    (8, 4)
    """
    from scipy.stats import qmc

    sampler = qmc.Sobol(d=len(varied), scramble=True, seed=seed)
    # Powers of two are balanced; fewer are the first of them.
    shares = sampler.random_base2(math.ceil(math.log2(max(count, 2))))[:count]
    found = {
        tuple(one.at(min(float(u), 1 - 1e-12)) for one, u in zip(varied, row, strict=True)): None
        for row in shares
    }
    names = [one.name for one in varied]
    return [dict(zip(names, values, strict=True)) for values in found]


def filled(protocol: Protocol, varied: Sequence[Varied], count: int, seed: int) -> tuple[Regimen, ...]:
    """Regimens at `points`.

    Raises
    ------
    DeqiError
        If there are too few or too many points, or some settings do not go together.
    """
    fewest = 4 * len(varied)
    if not fewest <= count <= _MOST:
        raise TrialError(
            f"{count} points do not fill the space of {len(varied)} variables",
            where="--points",
            fix=f"give {fewest} to {_MOST}",
        )
    return tuple(regimen(protocol, settings) for settings in points(varied, count, seed))


def scaled(varied: Sequence[Varied], settings: Sequence[dict[str, Value]]) -> Array:
    """Settings as numbers from 0 to 1, shape (point, column): a column a number, one a word.

    Examples
    --------
    >>> from deqi.trials.dose.variables import vary
    >>> some = [vary("sessions=4..16"), vary("technique=manual,2hz")]
    >>> scaled(some, [{"sessions": 10.0, "technique": "2hz"}]).tolist()
    [[0.5, 0.0, 1.0]]
    """
    columns = []
    for one in varied:
        values = [row[one.name] for row in settings]
        if one.variable.kind == WORD:
            columns += [[float(value == word) for value in values] for word in one.values]
        else:
            columns.append([one.place(value) for value in values])
    return np.array(columns).T
