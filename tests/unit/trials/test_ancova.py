"""The one analysis of covariance: statsmodels' numbers, whatever the strata, and why there is no fit."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from statsmodels.regression.linear_model import OLS

from deqi.trials.ancova import NO_SMD, TOO_FEW, Comparison, compared, fit_ancova, pooled_sd


@given(st.integers(0, 10_000), st.integers(2, 6))
@settings(max_examples=25, deadline=None)
def test_strata_as_numbers_are_a_column_for_each(seed, count):
    draw = np.random.default_rng(seed)
    group = np.concatenate([np.arange(count), draw.integers(count, size=60)])
    arms = {"a": np.arange(60 + count) % 2 == 0}
    arms["b"] = ~arms["a"]
    baseline, y = draw.normal(50, 10, 60 + count), draw.normal(40, 10, 60 + count)
    found = fit_ancova(y, arms, {"baseline": baseline}, group)
    wide = fit_ancova(y, arms, {"baseline": baseline, "stratum": np.eye(count)[group][:, 1:]})
    assert found.freedom == wide.freedom
    for one, other in zip(found.difference("a", "b"), wide.difference("a", "b"), strict=True):
        assert one == pytest.approx(other)


def test_it_is_least_squares_in_every_set():
    draw = np.random.default_rng(1)
    arm = np.repeat([0, 1, 2], 20)
    arms = {name: arm == k for k, name in enumerate("abc")}
    covariates = {"baseline": draw.normal(50, 10, 60), "kind": draw.normal(0, 1, (60, 2))}
    sets = draw.normal(40, 10, (60, 4))
    found = fit_ancova(sets, arms, covariates)
    design = np.column_stack([*arms.values(), *covariates.values()]).astype(float)
    estimates, variances = found.difference("c", "a")
    for k in range(4):
        alone = OLS(sets[:, k], design).fit().t_test([-1.0, 0.0, 1.0, 0.0, 0.0, 0.0])
        assert estimates[k] == pytest.approx(alone.effect.item())
        assert np.sqrt(variances[k]) == pytest.approx(alone.sd.item())


@pytest.mark.parametrize(
    ("covariates", "blamed"),
    [
        ({"baseline": np.arange(6.0), "twice": 2 * np.arange(6.0)}, "twice"),
        ({"same": np.ones(6)}, "same"),
        ({"none": np.zeros((6, 0))}, "none"),
        ({"many": np.random.default_rng(0).normal(size=(6, 4))}, ""),
    ],
)
def test_without_a_fit_the_one_to_blame_is_named(covariates, blamed):
    arms = {"a": np.arange(6) < 3, "b": np.arange(6) >= 3}
    found = fit_ancova(np.array([1.0, 2, 4, 3, 5, 9]), arms, covariates)
    assert not found.fitted
    assert found.blamed == blamed


def test_nobody_and_an_empty_arm_are_no_error():
    assert not fit_ancova(np.zeros(0), {"a": np.zeros(0, bool)}).fitted
    found = fit_ancova(
        np.arange(4.0), {"a": np.arange(4) < 2, "b": np.arange(4) >= 2, "c": np.zeros(4, bool)}
    )
    assert found.arms == ("a", "b")


def test_a_comparison_says_what_it_lacks():
    arms = {"a": np.arange(4) < 2, "b": np.arange(4) >= 2}
    made = Comparison("pain", 8.0, ("a", "b"), None, None, None, None, None, (2, 2))
    flat = np.array([1.0, 1.0, 3.0, 3.0])
    same = compared(made, fit_ancova(flat, arms), flat, arms, ())
    assert same.difference == -2
    assert same.ci95 is same.smd is None
    assert "nothing is left unexplained" in same.reason
    assert pooled_sd(flat[:2], flat[2:]) is None
    assert NO_SMD.startswith("no SMD")
    assert TOO_FEW.startswith("too few")
