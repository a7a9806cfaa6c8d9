"""Analysis of covariance: against least squares by hand, a t test, planted effects, and honest nulls."""

import numpy as np
import pandas as pd
import pytest
from scipy import stats

from deqi.trials.analysis import PER_STRATUM, compare
from deqi.trials.files import load_trial
from deqi.trials.parts import Allocation, Analysis, Arm, Endpoint

ONE_BY_CENTRE = {"allocation": Allocation("stratified", (2,), ("centre",))}


def by_hand(design, outcome, weights):
    """Difference, standard error and degrees of freedom by the normal equations."""
    inverse = np.linalg.inv(design.T @ design)
    params = inverse @ design.T @ outcome
    rest = outcome - design @ params
    freedom = len(outcome) - design.shape[1]
    error = np.sqrt(rest @ rest / freedom * (weights @ inverse @ weights))
    return weights @ params, error, freedom


def design_of(table, trial, *, strata=False, baseline="pain.w0"):
    arm = [(table.arm == name).astype(float) for name in trial.arm_names[1:]]
    base = [table[baseline]] if baseline else []
    dummies = pd.get_dummies(table.stratum, drop_first=True, dtype=float).to_numpy().T if strata else []
    return np.column_stack([np.ones(len(table)), *arm, *base, *dummies])


def test_it_is_least_squares_with_baseline(small, cohort):
    trial = small()
    table = cohort(trial, patients=60, effect=-6)
    (found,) = compare(trial, table, trial.primary, 8)
    # Without an arm's own column for the first, its difference from the second is minus the second's.
    weights = np.array([0.0, -1.0, 0.0])
    difference, error, freedom = by_hand(design_of(table, trial), table["pain.w8"].to_numpy(), weights)
    half = stats.t.ppf(0.975, freedom) * error
    assert found.difference == pytest.approx(difference, rel=1e-9)
    assert found.ci95 == pytest.approx((difference - half, difference + half), rel=1e-9)
    assert found.p == pytest.approx(2 * stats.t.sf(abs(difference / error), freedom), rel=1e-6)
    assert found.n == (30, 30)
    assert found.adjusted_for == ("baseline",)
    assert found.reason == ""


def test_a_worked_example(small):
    # Two patients an arm, with baselines 0 and 2; outcomes on lines of slope 1 that are 4 apart, but for
    # 1, -1, -1, 1: these are the residuals, their squares sum to 4, and one degree of freedom is left.
    trial = small(arms=(Arm("a", "none"), Arm("b", "none")))
    table = pd.DataFrame(
        {
            "arm": ["a", "a", "b", "b"],
            "stratum": "",
            "pain.w0": [0.0, 2.0, 0.0, 2.0],
            "pain.w8": [4.0 + 1, 6.0 - 1, 0.0 - 1, 2.0 + 1],
        }
    )
    (found,) = compare(trial, table, trial.primary, 8)
    half = stats.t.ppf(0.975, 1) * np.sqrt(4 / 1) * np.sqrt(1 / 2 + 1 / 2)
    assert found.difference == pytest.approx(4.0)
    assert found.ci95 == pytest.approx((4 - half, 4 + half))
    # Within a the outcomes are 5 and 5, within b -1 and 3: squares sum to 8, with two degrees of freedom.
    assert found.smd == pytest.approx(4 / np.sqrt(8 / 2))


def test_without_a_baseline_it_is_the_t_test(small, cohort):
    endpoints = (Endpoint("pain", "vas_pain", primary=True), Endpoint("felt", "global_impression"))
    trial = small(endpoints=endpoints)
    table = cohort(trial, patients=50, effect=3)
    (found,) = compare(trial, table, trial.endpoint("felt"), 4)
    first, second = (table.loc[table.arm == name, "felt.w4"] for name in trial.arm_names)
    test = stats.ttest_ind(first, second)
    assert found.difference == pytest.approx(first.mean() - second.mean())
    assert found.p == pytest.approx(test.pvalue)
    assert found.ci95 == pytest.approx(tuple(test.confidence_interval(0.95)))
    assert found.adjusted_for == ()
    assert found.reason == "not adjusted for a baseline: there is none"


@pytest.mark.parametrize("strata", [2, 12])
def test_strata_give_what_a_column_for_each_would(small, cohort, strata):
    trial = small(**ONE_BY_CENTRE)
    table = cohort(trial, patients=120, effect=-4, strata=strata, loss=0.1)
    (found,) = compare(trial, table, trial.primary, 8)
    seen = table[table["pain.w8"].notna()]
    design = design_of(seen, trial, strata=True)
    weights = np.zeros(design.shape[1])
    weights[1] = -1.0
    difference, error, freedom = by_hand(design, seen["pain.w8"].to_numpy(), weights)
    half = stats.t.ppf(0.975, freedom) * error
    assert found.difference == pytest.approx(difference, rel=1e-9)
    assert found.ci95 == pytest.approx((difference - half, difference + half), rel=1e-9)
    assert found.adjusted_for == ("baseline", "strata")


def test_too_many_strata_are_left_out_and_it_is_said(small, cohort):
    trial = small(**ONE_BY_CENTRE)
    table = cohort(trial, patients=120)
    table["stratum"] = [f"s{k // (PER_STRATUM - 1)}" for k in range(120)]
    (found,) = compare(trial, table, trial.primary, 8)
    assert found.adjusted_for == ("baseline",)
    assert found.reason.startswith("not adjusted for strata: 30 of them")
    (plain,) = compare(small(), table, trial.primary, 8)
    assert found.difference == plain.difference


def test_strata_are_left_out_where_the_trial_says_so(small, cohort):
    trial = small(**ONE_BY_CENTRE, analysis=Analysis(strata=False))
    table = cohort(trial, patients=120, strata=3)
    assert compare(trial, table, trial.primary, 8)[0].adjusted_for == ("baseline",)


def test_three_arms_share_one_variance_and_contrasts_add_up(cohort):
    trial = load_trial("gerac")
    table = cohort(trial, patients=300, effect=-5)
    ab, ac, bc = compare(trial, table, trial.primary, 26)
    assert ab.arms == ("verum", "sham")
    assert ac.difference == pytest.approx(ab.difference + bc.difference)
    design = design_of(table, trial)
    outcome = table["pain.w26"].to_numpy()
    _, error, freedom = by_hand(design, outcome, np.array([0.0, -1.0, 0.0, 0.0]))
    assert ab.ci95[1] - ab.difference == pytest.approx(stats.t.ppf(0.975, freedom) * error)


def test_a_contrast_is_the_first_minus_the_second(small, cohort):
    trial = small(analysis=Analysis(contrasts=(("needles", "nothing"), ("nothing", "needles"))))
    table = cohort(trial, patients=400, effect=-10)
    there, back = compare(trial, table, trial.primary, 8)
    assert there.difference < -5
    assert there.difference == pytest.approx(-back.difference)
    assert there.smd == pytest.approx(-back.smd)
    assert there.smd_ci95 == pytest.approx((-back.smd_ci95[1], -back.smd_ci95[0]))
    assert there.p == pytest.approx(back.p)
    assert there.p < 1e-6


def test_a_planted_effect_is_found(small, cohort):
    trial = small()
    found = [compare(trial, cohort(trial, 100, seed, effect=-8), trial.primary, 8)[0] for seed in range(100)]
    differences = np.array([f.difference for f in found])
    assert abs(differences.mean() + 8) < 4 * differences.std() / 10
    covered = sum(f.ci95[0] <= -8 <= f.ci95[1] for f in found)
    assert covered >= stats.binom.ppf(0.0005, 100, 0.95)


def test_intervals_cover_nothing_as_often_as_they_say(small, cohort):
    trial = small(**ONE_BY_CENTRE)
    runs = 200
    found = [
        compare(trial, cohort(trial, 40, seed, strata=3, loss=0.1), trial.primary, 8)[0]
        for seed in range(runs)
    ]
    low, high = stats.binom.ppf((0.0005, 0.9995), runs, 0.95)
    assert low <= sum(f.ci95[0] <= 0 <= f.ci95[1] for f in found) <= high
    assert low <= sum(f.smd_ci95[0] <= 0 <= f.smd_ci95[1] for f in found) <= high
    assert stats.kstest([f.p for f in found], "uniform").pvalue > 0.001


def test_missing_outcomes_and_baselines_are_left_out(small, cohort):
    trial = small()
    table = cohort(trial, patients=60)
    gone = table.copy()
    gone.loc[0, "pain.w8"] = np.nan
    gone.loc[1, "pain.w0"] = np.nan
    assert compare(trial, gone, trial.primary, 8) == compare(trial, table.iloc[2:], trial.primary, 8)


def constant(table):
    table["pain.w8"] = 50.0
    return "nothing is left unexplained"


def same_start(table):
    table["pain.w0"] = 60.0
    return "not adjusted for a baseline: it is the same in all"


def empty_arm(table):
    table.loc[table.arm == "needles", "pain.w8"] = np.nan
    return "nobody of needles was measured"


def nobody(table):
    table["pain.w8"] = np.nan
    return "nobody of needles and nothing was measured"


def one_each(table):
    table.loc[2:, "pain.w8"] = np.nan
    return "too few patients"


def one_of_an_arm(table):
    table.loc[(table.arm == "needles") & (table.patient > 0), "pain.w8"] = np.nan
    return ""


def arm_is_stratum(table):
    table["stratum"] = table.arm
    return "too few patients"


def exactly_explained(table):
    table["pain.w8"] = table["pain.w0"] / 2 + 3.0 * (table.arm == "needles")
    return "nothing is left unexplained"


@pytest.mark.parametrize(
    ("spoil", "known"),
    [
        (constant, {"difference"}),
        (same_start, {"difference", "ci95", "smd", "smd_ci95", "p"}),
        (empty_arm, set()),
        (nobody, set()),
        (one_each, set()),
        (one_of_an_arm, {"difference", "ci95", "smd", "smd_ci95", "p"}),
        (arm_is_stratum, set()),
        (exactly_explained, {"difference", "smd"}),
    ],
)
def test_what_cannot_be_known_is_none_with_a_reason(small, cohort, spoil, known):
    trial = small(**ONE_BY_CENTRE)
    table = cohort(trial, patients=40)
    said = spoil(table)
    (found,) = compare(trial, table, trial.primary, 8)
    told = found.as_dict()
    assert {k for k in ("difference", "ci95", "smd", "smd_ci95", "p") if told[k] is not None} == known
    assert said in found.reason
    assert np.isfinite([x for k in known for x in np.ravel(told[k])]).all()
    if spoil is exactly_explained:
        assert found.difference == pytest.approx(3.0)


def test_two_patients_of_one_value_have_no_smd(small, cohort):
    trial = small(
        arms=(Arm("a", "none"), Arm("b", "none"), Arm("c", "none")),
        analysis=Analysis(contrasts=(("a", "b"),)),
    )
    table = cohort(trial, patients=60)
    table.loc[table.arm != "c", "pain.w8"] = 40.0
    (found,) = compare(trial, table, trial.primary, 8)
    assert found.smd is None
    assert found.ci95 is not None
    assert "no SMD" in found.reason
