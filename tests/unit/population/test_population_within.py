"""Fluctuation is a stationary process of the asked SD and memory; flare-ups come at random."""

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.special import expit, logit

from deqi.errors import PopulationError
from deqi.population import FIRST_DAY, flares, fluctuate, fluctuation_normals, load_recipe
from deqi.population.draws import normals

WITHIN = load_recipe("chronic-low-back-pain").within


def test_variance_and_autocorrelation_are_those_of_the_process():
    n, days = 4096, 40
    scores = fluctuation_normals(11, days + FIRST_DAY - 1, 0, 0, n)
    deviation = logit(fluctuate(WITHIN, np.full((n, days), 50.0), scores) / 100)
    spread = deviation.std(axis=0)
    assert np.abs(spread / WITHIN.fluctuation_sd - 1).max() < 5 / math.sqrt(2 * n)
    for lag in (1, 3, 7):
        found = np.corrcoef(deviation[:, 10], deviation[:, 10 + lag])[0, 1]
        assert found == pytest.approx(math.exp(-lag / WITHIN.correlation_time), abs=4 / math.sqrt(n))


@given(st.floats(0.0, 100.0), st.integers(0, 1000))
def test_pain_stays_on_its_scale_and_its_ends_stay(pain, slot):
    days = fluctuate(WITHIN, np.full((1, 30), pain), normals(1, "test", slot, slot + 1, 30))
    assert ((days >= 0) & (days <= 100)).all()
    if pain in (0.0, 100.0):
        assert (days == pain).all()


def test_each_day_follows_from_the_one_before():
    scores = normals(1, "test", 0, 1, 3)
    pain = np.array([[40.0, 50.0, 60.0]])
    kept = math.exp(-1 / WITHIN.correlation_time)
    sd, x = WITHIN.fluctuation_sd, 0.0
    expected = []
    for day in range(3):
        x = sd * scores[0, 0] if day == 0 else kept * x + sd * math.sqrt(1 - kept**2) * scores[0, day]
        expected.append(100 * expit(logit(pain[0, day] / 100) + x))
    assert fluctuate(WITHIN, pain, scores)[0] == pytest.approx(expected, rel=1e-12)


def test_no_fluctuation_without_scores_and_nan_stays():
    pain = np.array([[30.0, np.nan, 70.0]])
    assert np.allclose(fluctuate(WITHIN, pain, np.zeros((1, 3))), pain, equal_nan=True)
    with pytest.raises(PopulationError, match="shape"):
        fluctuate(WITHIN, pain, np.zeros((1, 2)))


@given(st.integers(0, 1500), st.integers(1, 600), st.integers(1, 300), st.integers(1, 400))
def test_a_longer_course_and_another_range_begin_alike(first, count, days, more):
    stop = first + count
    short, long = (fluctuation_normals(3, last, 0, first, stop) for last in (days, days + more))
    assert np.array_equal(short, long[:, : short.shape[1]])
    year, two = (flares(WITHIN, 3, first, stop, last) for last in (days, days + more))
    assert flares(WITHIN, 3, first + count // 2, stop, days) == year[count // 2 :]
    for early, late in zip(year, two, strict=True):
        assert late[: len(early)] == early
        assert all(day > days for day, _ in late[len(early) :])


def test_flares_are_poisson_and_their_sizes_lognormal():
    n, days = 6000, 730.0
    found = flares(WITHIN, 9, 0, n, days)
    counts = np.array([len(patient) for patient in found])
    mean = WITHIN.flares_a_year * days / 365
    assert counts.mean() == pytest.approx(mean, abs=4 * math.sqrt(mean / n))
    assert counts.var() == pytest.approx(mean, rel=4 * math.sqrt(2 / n) + 0.02)
    sizes = np.log([amount for patient in found for _, amount in patient])
    assert sizes.mean() == pytest.approx(
        math.log(WITHIN.flare_size), abs=4 * WITHIN.flare_log_sd / math.sqrt(len(sizes))
    )
    assert sizes.std() == pytest.approx(WITHIN.flare_log_sd, rel=0.05)
    times = np.array([day for patient in found for day, _ in patient])
    assert (times.min(), times.max()) > (0.0, 0.95 * days)
    assert times.mean() == pytest.approx(days / 2, rel=0.03)
    for patient in found[:200]:
        assert list(patient) == sorted(patient)


def test_nobody_flares_where_there_are_none():
    from dataclasses import replace

    still = replace(
        WITHIN,
        values={**WITHIN.values, "flares_a_year": replace(WITHIN.values["flares_a_year"], value=0.0)},
    )
    assert flares(still, 1, 0, 3, 365) == ((), (), ())
