"""From a normal score to a value, and back: how a parameter or a covariate differs between patients.

A score is a standard normal number; correlations are between scores (see
`copula`). The same score always means the same rank in the population.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from functools import lru_cache
from types import MappingProxyType

import numpy as np
from scipy.optimize import root
from scipy.special import betainc, betaincinv, log_ndtr, ndtr, ndtri

from deqi.errors import PopulationError
from deqi.parameters import Distribution
from deqi.population.draws import Array

#: What the distribution of a covariate needs; see `covariate_values`.
COVARIATE_SHAPES: Mapping[str, tuple[str, ...]] = MappingProxyType(
    {"normal": ("mean", "sd", "low", "high"), "lognormal": ("mean", "sd", "low"), "share": ("share",)}
)
#: Scores beyond this are as good as this: one in 10**15.
_EDGE = 8.0


def parameter_values(
    typical: float, distribution: Distribution, scores: Array, *, factor: float = 1.0, spread: float = 1.0
) -> Array:
    """Values of a parameter.

    Parameters
    ----------
    typical : float
        The parameter's value in its declared unit.
    distribution : Distribution
        How it differs: log-normal about `typical` with `sd` on the log scale;
        normal about it, cut to `low` to `high`; or beta with `a` and `b`, whatever is typical.
    scores : ndarray
        Normal scores.
    factor : float
        How many declared units one unit of the distribution's numbers is.
    spread : float
        Factor on the SD of a log-normal or a normal distribution.

    Returns
    -------
    ndarray
        In the declared unit, of the shape of `scores`.

    Examples
    --------
    >>> parameter_values(2.0, Distribution("lognormal", {"sd": 0.5}), np.array([0.0, 1.0])).round(3)
    array([2.   , 3.297])
    """
    numbers = distribution.numbers
    if distribution.kind == "lognormal":
        return np.asarray(typical * np.exp(numbers["sd"] * spread * scores))
    if distribution.kind == "normal":
        low, high = numbers["low"] * factor, numbers["high"] * factor
        return _cut(typical, numbers["sd"] * spread * factor, low, high, scores)
    return np.asarray(factor * betaincinv(numbers["a"], numbers["b"], ndtr(scores)))


def parameter_scores(
    typical: float, distribution: Distribution, values: Array, *, factor: float = 1.0
) -> Array:
    """The scores that `parameter_values` makes such values of (with a spread of 1).

    Examples
    --------
    >>> parameter_scores(2.0, Distribution("lognormal", {"sd": 0.5}), np.array([2.0])).tolist()
    [0.0]
    """
    numbers = distribution.numbers
    if distribution.kind == "lognormal":
        return np.asarray(np.log(values / typical) / numbers["sd"])
    if distribution.kind == "normal":
        sd = numbers["sd"] * factor
        first, last = (ndtr((numbers[k] * factor - typical) / sd) for k in ("low", "high"))
        rank = (ndtr((values - typical) / sd) - first) / (last - first)
    else:
        rank = betainc(numbers["a"], numbers["b"], values / factor)
    return np.asarray(np.clip(ndtri(rank), -_EDGE, _EDGE))


def covariate_values(distribution: Distribution, scores: Array) -> Array:
    """Values of a covariate.

    Parameters
    ----------
    distribution : Distribution
        *normal*: cut to `low` to `high`, with `mean` and `sd` after the cut;
        *lognormal*: `low` plus a log-normal amount, with `mean` and `sd` in all;
        *share*: 1 for a share of the population and 0 for the others, a high score being 1.
    scores : ndarray
        Normal scores.

    Raises
    ------
    PopulationError
        If no such distribution exists.

    Examples
    --------
    >>> covariate_values(Distribution("share", {"share": 0.6}), np.array([-1.0, 0.0])).tolist()
    [0.0, 1.0]
    """
    numbers = distribution.numbers
    if distribution.kind == "normal":
        low, high = numbers["low"], numbers["high"]
        return _cut(*uncut(numbers["mean"], numbers["sd"], low, high), low, high, scores)
    if distribution.kind == "lognormal":
        above, sd = lognormal_above(numbers["mean"], numbers["sd"], numbers["low"])
        return np.asarray(numbers["low"] + above * np.exp(sd * scores))
    return np.asarray(scores > ndtri(1 - numbers["share"]), dtype=float)


def lognormal_above(mean: float, sd: float, low: float) -> tuple[float, float]:
    """Median and SD on the log scale of what is added to `low` to have this mean and SD in all."""
    variance = math.log1p((sd / (mean - low)) ** 2)
    return (mean - low) * math.exp(-variance / 2), math.sqrt(variance)


def _cut(mean: float, sd: float, low: float, high: float, scores: Array) -> Array:
    """A normal distribution cut to `low` to `high`."""
    first, last = ndtr((low - mean) / sd), ndtr((high - mean) / sd)
    values = mean + sd * ndtri(first + (last - first) * ndtr(scores))
    return np.asarray(np.clip(values, low, high))


@lru_cache(maxsize=64)
def uncut(mean: float, sd: float, low: float, high: float) -> tuple[float, float]:
    """Mean and SD of the normal distribution that has this mean and SD once it is cut.

    Raises
    ------
    PopulationError
        If none has.

    Examples
    --------
    >>> before = uncut(50.0, 15.0, 18.0, 86.0)
    >>> bool(before[1] > 15)
    True
    """
    wrong = PopulationError(
        f"no normal distribution cut to {low:g} to {high:g} has mean {mean:g} and SD {sd:g}",
        fix="widen the cut, or give a smaller SD",
    )
    if not low < mean < high or not 0 < sd < (high - low) / math.sqrt(12):
        raise wrong

    def miss(guess: Array) -> Array:
        after = _after_cut(float(guess[0]), float(math.exp(guess[1])), low, high)
        return np.array([after[0] - mean, after[1] - sd]) / sd

    found = root(miss, np.array([mean, math.log(sd)]), tol=1e-12)
    if not found.success and float(np.abs(miss(found.x)).max()) > 1e-8:
        raise wrong
    return float(found.x[0]), float(math.exp(found.x[1]))


def _after_cut(mean: float, sd: float, low: float, high: float) -> tuple[float, float]:
    a, b = (low - mean) / sd, (high - mean) / sd
    # Of the same sign, both ends are mirrored, so that the difference of tails keeps its digits.
    if a > 0:
        flipped = _after_cut(-mean, sd, -high, -low)
        return -flipped[0], flipped[1]
    log_mass = float(log_ndtr(b) + np.log1p(-np.exp(log_ndtr(a) - log_ndtr(b))))
    at_a, at_b = (math.exp(-x * x / 2 - log_mass) / math.sqrt(2 * math.pi) for x in (a, b))
    moved = at_a - at_b
    return mean + sd * moved, sd * math.sqrt(max(1 + a * at_a - b * at_b - moved**2, 0.0))


def check_covariate(distribution: Distribution) -> None:
    """Refuse a covariate's distribution that cannot be.

    Raises
    ------
    PopulationError
        If its numbers contradict each other.
    """
    numbers = distribution.numbers
    if distribution.kind == "normal":
        uncut(numbers["mean"], numbers["sd"], numbers["low"], numbers["high"])
    elif distribution.kind == "lognormal":
        if not (numbers["sd"] > 0 and numbers["low"] < numbers["mean"]):
            raise PopulationError("a lognormal distribution needs a positive sd, and a mean above low")
    elif not 0 < numbers["share"] < 1:
        raise PopulationError("a share is above 0 and below 1")
