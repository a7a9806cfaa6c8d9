"""Random numbers belong to a slot: no range, chunk or width of a table changes them."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from deqi.errors import PopulationError
from deqi.population import draws
from deqi.population.draws import BLOCK, error_normals, normals, person_normals, uniforms

WHOLE = normals(7, "test", 0, 3 * BLOCK, 3)


@given(st.integers(0, 3 * BLOCK), st.integers(0, 3 * BLOCK), st.integers(1, 3))
def test_a_range_takes_its_rows_and_its_columns(one, other, columns):
    first, stop = sorted((one, other))
    assert np.array_equal(normals(7, "test", first, stop, columns), WHOLE[first:stop, :columns])


@given(st.lists(st.integers(0, 5), min_size=1, max_size=40), st.integers(BLOCK - 20, BLOCK + 20))
def test_an_attempt_of_each_slot_is_that_attempt_of_all(attempts, first):
    stop = first + len(attempts)
    mixed = uniforms(7, "test", first, stop, 2, np.array(attempts))
    for k, attempt in enumerate(attempts):
        assert np.array_equal(mixed[k], uniforms(7, "test", first, stop, 2, attempt)[k])


def test_seeds_purposes_attempts_and_slots_are_independent():
    n = 8 * BLOCK
    columns = [
        normals(1, "one", 0, n, 1),
        normals(2, "one", 0, n, 1),
        normals(1, "two", 0, n, 1),
        normals(1, "one", 0, n, 1, attempt=1),
        np.roll(normals(1, "one", 0, n, 1), BLOCK),
    ]
    together = np.corrcoef(np.hstack(columns), rowvar=False) - np.eye(len(columns))
    assert np.abs(together).max() < 4 / np.sqrt(n)


def test_normals_are_normal_and_uniforms_uniform():
    from scipy.stats import kstest

    assert kstest(normals(3, "test", 0, 20 * BLOCK, 1)[:, 0], "norm").pvalue > 1e-3
    assert kstest(uniforms(3, "test", 0, 20 * BLOCK, 1)[:, 0], "uniform").pvalue > 1e-3


def test_these_numbers_are_what_they_always_were():
    """A trial that is run again next year must have the same patients."""
    assert normals(1, "slot", 2, 3, 2)[0] == pytest.approx([-0.20800991326293627, -0.6411323911095252])
    later = uniforms(1, "slot", BLOCK + 2, BLOCK + 3, 2, attempt=3)[0]
    assert later == pytest.approx([0.2157116786835207, 0.10594143663768985])


def test_purposes_have_numbers_of_their_own():
    words = [value for name, value in vars(draws).items() if name.isupper() and isinstance(value, str)]
    words += [draws.person_purpose(i) for i in ("vas_pain", "hfaq")]
    words += [draws.error_purpose(i, week) for i in ("vas_pain", "hfaq") for week in (0, 6, 8, 26)]
    assert len({draws._number(word) for word in words}) == len(words) > 15


def test_what_stays_with_a_patient_does_not_go_by_the_visit():
    attempt = np.array([0, 2, 1])
    person = person_normals(5, "hfaq", attempt, 10, 13)
    assert np.array_equal(person[1:2], person_normals(5, "hfaq", 2, 11, 12))
    weeks = [error_normals(5, "hfaq", week, attempt, 10, 13) for week in (0, 6, 6.5)]
    assert len({w[0] for w in weeks} | {person[0]}) == 4


@pytest.mark.parametrize("seed", [-1, 2**32, 1.5, True, "7"])
def test_what_is_no_seed_is_refused(seed):
    with pytest.raises(PopulationError, match="is no seed"):
        normals(seed, "test", 0, 1, 1)


@pytest.mark.parametrize(("first", "stop"), [(-1, 3), (5, 2)])
def test_what_is_no_range_is_refused(first, stop):
    with pytest.raises(PopulationError, match="no range"):
        normals(1, "test", first, stop, 1)


def test_a_negative_attempt_is_refused():
    with pytest.raises(PopulationError, match="negative"):
        normals(1, "test", 0, 2, 1, np.array([0, -1]))
