"""Scores become the values that a distribution says, and correlated scores are as correlated as asked."""

import math

import numpy as np
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st
from scipy import stats
from scipy.integrate import quad

from deqi.errors import PopulationError, UnknownNameError
from deqi.parameters import Distribution
from deqi.population.copula import Copula
from deqi.population.distributions import (
    check_covariate,
    covariate_values,
    parameter_scores,
    parameter_values,
    uncut,
)
from deqi.population.draws import normals
from deqi.population.recipe import Correlation

SHARES = np.linspace(0.001, 0.999, 101)
SCORES = stats.norm.ppf(SHARES)
positive = st.floats(0.1, 5.0)


@given(positive, st.floats(0.05, 1.0), st.floats(0.3, 2.0))
def test_a_lognormal_parameter_has_the_quantiles_of_one(typical, sd, spread):
    found = parameter_values(typical, Distribution("lognormal", {"sd": sd}), SCORES, spread=spread)
    assert np.allclose(found, stats.lognorm.ppf(SHARES, sd * spread, scale=typical), rtol=1e-9)


@given(positive, st.floats(0.1, 2.0), positive, positive, st.sampled_from([1.0, 1440.0]))
def test_a_normal_parameter_is_cut_and_keeps_its_unit(typical, sd, below, above, factor):
    low, high = typical - below, typical + above
    law = Distribution("normal", {"sd": sd, "low": low, "high": high})
    found = parameter_values(typical * factor, law, SCORES, factor=factor)
    cut = stats.truncnorm((low - typical) / sd, (high - typical) / sd, typical, sd)
    assert np.allclose(found, factor * cut.ppf(SHARES), rtol=1e-6)
    assert (found >= low * factor).all()
    assert (found <= high * factor).all()


@given(st.floats(0.5, 8.0), st.floats(0.5, 8.0))
def test_a_beta_parameter_has_the_quantiles_of_one(a, b):
    found = parameter_values(0.5, Distribution("beta", {"a": a, "b": b}), SCORES)
    assert np.allclose(found, stats.beta.ppf(SHARES, a, b), rtol=1e-6)


@given(
    st.sampled_from(
        [
            Distribution("lognormal", {"sd": 0.4}),
            Distribution("normal", {"sd": 0.5, "low": 0.1, "high": 3.0}),
            Distribution("beta", {"a": 1.6, "b": 0.8}),
        ]
    ),
    st.floats(-3.0, 3.0),
)
def test_scores_come_back_from_values(law, score):
    values = parameter_values(1.0, law, np.array([score]))
    assert parameter_scores(1.0, law, values)[0] == pytest.approx(score, abs=1e-6)


@given(st.floats(30.0, 70.0), st.floats(2.0, 20.0))
def test_a_covariate_cut_to_a_range_has_the_mean_and_sd_that_were_published(mean, sd):
    low, high = 18.0, 86.0
    # Near the ends the SD that is left is smaller than half the way to the end.
    assume(sd < 0.55 * min(mean - low, high - mean))
    before = uncut(mean, sd, low, high)
    cut = stats.truncnorm((low - before[0]) / before[1], (high - before[0]) / before[1], *before)
    assert cut.mean() == pytest.approx(mean, abs=1e-6)
    assert cut.std() == pytest.approx(sd, abs=1e-6)


@given(st.floats(1.0, 20.0), st.floats(0.5, 20.0), st.floats(0.0, 0.9))
def test_a_lognormal_covariate_has_the_mean_and_sd_that_were_published(mean, sd, share):
    law = Distribution("lognormal", {"mean": mean, "sd": sd, "low": share * mean})
    at = lambda z: float(covariate_values(law, np.array([z]))[0])  # noqa: E731
    found, second = (
        quad(lambda z, power=power: at(z) ** power * math.exp(-z * z / 2) / math.sqrt(2 * math.pi), -12, 14)[
            0
        ]
        for power in (1, 2)
    )
    assert found == pytest.approx(mean, rel=1e-5)
    assert math.sqrt(second - found**2) == pytest.approx(sd, rel=1e-3)
    assert at(-40.0) >= share * mean


@given(st.floats(0.01, 0.99))
def test_a_share_is_of_the_highest_scores(share):
    women = covariate_values(Distribution("share", {"share": share}), SCORES)
    assert women.mean() == pytest.approx(share, abs=0.01)
    assert (np.diff(women) >= 0).all()


@pytest.mark.parametrize(
    "law",
    [
        Distribution("normal", {"mean": 50.0, "sd": 30.0, "low": 18.0, "high": 86.0}),
        Distribution("normal", {"mean": 10.0, "sd": 5.0, "low": 18.0, "high": 86.0}),
        Distribution("lognormal", {"mean": 1.0, "sd": 1.0, "low": 2.0}),
        Distribution("share", {"share": 1.0}),
    ],
)
def test_a_covariate_that_cannot_be_is_refused(law):
    with pytest.raises(PopulationError):
        check_covariate(law)


NAMES = ("sex", "age", "duration", "a", "b")


def correlation(first, second, value):
    return Correlation((first, second), value, "assumed")


@given(st.lists(st.floats(-0.45, 0.45), min_size=10, max_size=10))
def test_the_factor_gives_back_what_was_asked(values):
    pairs = [(a, b) for k, a in enumerate(NAMES) for b in NAMES[k + 1 :]]
    asked = np.eye(len(NAMES))
    for (a, b), value in zip(pairs, values, strict=True):
        asked[NAMES.index(a), NAMES.index(b)] = asked[NAMES.index(b), NAMES.index(a)] = value
    assume(np.linalg.eigvalsh(asked).min() > 1e-3)
    rows = Copula.of(
        NAMES, [correlation(*pair, value) for pair, value in zip(pairs, values, strict=True)]
    ).rows
    factor = np.zeros_like(asked)
    for name, row in rows.items():
        for other, weight in row:
            factor[NAMES.index(name), NAMES.index(other)] = weight
    assert np.allclose(factor @ factor.T, asked, atol=1e-9)
    # What comes first depends on nothing that comes later.
    assert np.array_equal(factor, np.tril(factor))


def test_scores_are_as_correlated_as_asked():
    n = 20_000
    copula = Copula.of(NAMES, [correlation("age", "duration", 0.6), correlation("duration", "b", -0.3)])
    draw = lambda name: normals(4, name, 0, n, 1)[:, 0]  # noqa: E731
    scores = {name: copula.correlate(name, draw) for name in NAMES}
    found = np.corrcoef(np.stack(list(scores.values())))
    asked = np.eye(5)
    asked[1, 2] = asked[2, 1] = 0.6
    asked[2, 4] = asked[4, 2] = -0.3
    assert np.abs(found - asked).max() < 4 / math.sqrt(n)
    for values in scores.values():
        assert stats.kstest(values, "norm").pvalue > 1e-3


def test_correlations_that_cannot_all_hold_are_named():
    wrong = [
        correlation("age", "duration", 0.9),
        correlation("duration", "a", 0.9),
        correlation("age", "a", -0.9),
        correlation("sex", "b", 0.5),
    ]
    with pytest.raises(
        PopulationError, match=r"age and duration 0\.9, duration and a 0\.9, age and a -0\.9"
    ) as told:
        Copula.of(NAMES, wrong)
    assert "sex" not in str(told.value)


def test_a_correlation_of_what_does_not_differ_gets_advice():
    with pytest.raises(UnknownNameError, match="did you mean duration"):
        Copula.of(NAMES, [correlation("age", "duratoin", 0.1)])
    with pytest.raises(PopulationError, match="given twice"):
        Copula.of(NAMES, [correlation("age", "a", 0.1), correlation("a", "age", 0.2)])
