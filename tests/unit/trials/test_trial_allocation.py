"""Allocation: balanced as blocks allow, the same for the first patients however many follow."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import stats

from deqi.errors import DeqiError, TrialError
from deqi.trials.allocation import allocate
from deqi.trials.parts import Allocation, Arm, Endpoint
from deqi.trials.schema import Trial

SEEDS = st.integers(0, 2**32 - 1)
RATIOS = st.lists(st.integers(1, 3), min_size=1, max_size=4)


def trial(method, ratios, sizes=(), strata=()):
    arms = tuple(Arm(f"arm {k}", "none", ratio=ratio) for k, ratio in enumerate(ratios))
    pain = Endpoint("pain", "vas_pain", primary=True)
    return Trial("t", "T", arms, (pain,), allocation=Allocation(method, sizes, strata))


def imbalance(arms, ratios):
    """How far each arm ever is from its share, in patients, over all moments of entry."""
    share = np.array(ratios) / sum(ratios)
    counts = np.cumsum(arms[:, None] == np.arange(len(ratios)), axis=0)
    return np.abs(counts - share * np.arange(1, len(arms) + 1)[:, None]).max(initial=0)


@given(SEEDS, RATIOS, st.lists(st.integers(1, 3), min_size=1, max_size=3), st.integers(0, 400))
def test_blocks_hold_every_arm_in_proportion(seed, ratios, multiples, patients):
    whole = sum(ratios)
    arms = allocate(trial("permuted-block", ratios, [whole * m for m in multiples]), seed, patients=patients)
    assert len(arms) == patients
    # Within a block of m times the ratios an arm can be ahead or behind by what it has in it.
    most = max(multiples) * max(ratios)
    assert imbalance(arms, ratios) <= most + 1e-9


@given(SEEDS, RATIOS, st.integers(1, 3))
def test_whole_blocks_are_exactly_balanced(seed, ratios, multiple):
    size = sum(ratios) * multiple
    arms = allocate(trial("permuted-block", ratios, [size]), seed, patients=30 * size)
    for block in arms.reshape(30, size):
        assert np.bincount(block, minlength=len(ratios)).tolist() == [r * multiple for r in ratios]


@given(
    SEEDS,
    st.sampled_from(["simple", "permuted-block", "stratified"]),
    st.lists(st.sampled_from(["a", "b", "c", "d e"]), max_size=300),
    st.lists(st.sampled_from(["a", "b", "f"]), max_size=50),
)
def test_patients_who_come_later_change_nothing(seed, method, strata, more):
    sizes = () if method == "simple" else (3, 6)
    plan = trial(method, (2, 1), sizes, ("centre",) if method == "stratified" else ())
    before, after = allocate(plan, seed, strata), allocate(plan, seed, strata + more)
    assert before.tolist() == after[: len(strata)].tolist()


@given(SEEDS, st.lists(st.sampled_from(["a", "b", "c"]), min_size=1, max_size=300))
def test_every_stratum_is_balanced_and_its_own(seed, strata):
    plan = trial("stratified", (1, 1), (2, 4), ("sex",))
    arms, names = allocate(plan, seed, strata), np.array(strata)
    for name in set(strata):
        here = arms[names == name]
        assert imbalance(here, (1, 1)) <= 2
        # Those of a stratum are allocated as if there were no other.
        assert here.tolist() == allocate(plan, seed, [name] * len(here)).tolist()


def test_seeds_and_strata_give_streams_of_their_own():
    plan = trial("stratified", (1, 1), (4,), ("centre",))
    found = {tuple(allocate(plan, seed, [name] * 200)) for seed in range(10) for name in "abcdefghij"}
    assert len(found) == 100


def test_a_pinned_allocation_stays():
    plan = trial("permuted-block", (1, 1, 1), (6, 9))
    assert allocate(plan, 1, patients=12).tolist() == [2, 0, 0, 1, 1, 2, 2, 1, 0, 2, 1, 0]


def test_simple_allocation_follows_the_ratios_by_chance_alone():
    arms = allocate(trial("simple", (2, 1, 1)), 7, patients=40_000)
    assert stats.chisquare(np.bincount(arms), [20_000, 10_000, 10_000]).pvalue > 0.001
    pairs = np.bincount(3 * arms[:-1:2] + arms[1::2], minlength=9)
    share = np.outer([0.5, 0.25, 0.25], [0.5, 0.25, 0.25]).ravel()
    assert stats.chisquare(pairs, share * pairs.sum()).pvalue > 0.001


def test_every_order_within_a_block_is_equally_likely():
    arms = allocate(trial("permuted-block", (2, 2), (4,)), 3, patients=4 * 12_000).reshape(-1, 4)
    counts = np.unique(arms @ [8, 4, 2, 1], return_counts=True)[1]
    assert len(counts) == 6
    assert stats.chisquare(counts).pvalue > 0.001


def test_sizes_of_blocks_are_mixed():
    plan = trial("permuted-block", (1, 1), (2, 8))
    arms = allocate(plan, 5, patients=4000)
    # After an odd number of pairs, only small blocks would leave the arms always even.
    even = (np.cumsum(2 * arms - 1)[1::2] == 0).mean()
    assert 0.2 < even < 0.95


def test_how_many_is_known_from_the_trial_or_the_strata():
    plan = trial("simple", (1, 1))
    assert len(allocate(plan, 1)) == plan.patients
    assert len(allocate(plan, 1, ["", ""])) == 2


@pytest.mark.parametrize(("strata", "patients"), [(None, 4), (["a", "b"], 3)])
def test_a_stratum_for_each_patient_is_needed(strata, patients):
    with pytest.raises(TrialError, match="stratum for each patient"):
        allocate(trial("stratified", (1, 1), (2,), ("sex",)), 1, strata, patients)


@settings(max_examples=5)
@given(st.sampled_from([-1, 2**32, 1.5, True]))
def test_what_is_no_seed_is_refused(seed):
    with pytest.raises(DeqiError, match="is no seed"):
        allocate(trial("simple", (1, 1)), seed)
