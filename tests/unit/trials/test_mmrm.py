"""The mixed model for repeated measures: against R and SAS, closed forms, week by week, and honest nulls."""

from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from scipy import stats

from deqi.errors import TrialError, UnknownNameError
from deqi.trials.analysis import compare
from deqi.trials.mmrm import METHODS, fit_mmrm
from deqi.trials.mmrm_visits import compare_arms
from deqi.trials.parts import Allocation, Analysis, Arm, Endpoint

DATA = Path(__file__).parent / "data"

# R package mmrm, README: summary(mmrm(FEV1 ~ RACE + SEX + ARMCD * AVISIT + us(AVISIT | USUBJID), fev_data)),
# coefficient, estimate, standard error, Satterthwaite degrees of freedom, t.
R_MMRM = (
    ("intercept", 30.77748, 0.88656, 218.80, 34.715),
    ("Black", 1.53050, 0.62448, 168.67, 2.451),
    ("White", 5.64357, 0.66561, 157.14, 8.479),
    ("Female", 0.32606, 0.53195, 166.13, 0.613),
    ("TRT", 3.77423, 1.07415, 145.55, 3.514),
    ("vis2", 4.83959, 0.80172, 143.88, 6.037),
    ("vis3", 10.34211, 0.82269, 155.56, 12.571),
    ("vis4", 15.05390, 1.31281, 138.47, 11.467),
    ("TRT:vis2", -0.04193, 1.12932, 138.56, -0.037),
    ("TRT:vis3", -0.69369, 1.18765, 158.17, -0.584),
    ("TRT:vis4", 0.62423, 1.85085, 129.72, 0.337),
)
R_COVARIANCE = (
    (40.5537, 14.3960, 4.9747, 13.3867),
    (14.3960, 26.5715, 2.7855, 7.4745),
    (4.9747, 2.7855, 14.8979, 0.9082),
    (13.3867, 7.4745, 0.9082, 95.5568),
)
# SAS PROC MIXED, same model, stored beside the package: -2 Res Log Like when it stopped.
SAS_CRITERION = 3386.44987722
# Its least-squares means of placebo and treatment at each visit, with errors and degrees of freedom.
SAS_MEANS = (
    ("vis1", (33.3318, 0.7554, 148), (37.1063, 0.7626, 143)),
    ("vis2", (38.1715, 0.6117, 147), (41.9037, 0.6023, 144)),
    ("vis3", (43.6740, 0.4617, 130), (46.7546, 0.5086, 130)),
    ("vis4", (48.3855, 1.1886, 134), (52.7841, 1.1877, 133)),
)
# mmrm's vignette: TRT - PBO at each visit, error, degrees of freedom, 95 % interval.
R_DIFFERENCES = (
    ("vis1", 3.77, 1.070, 146, 1.65, 5.90),
    ("vis2", 3.73, 0.859, 145, 2.03, 5.43),
    ("vis3", 3.08, 0.690, 131, 1.72, 4.44),
    ("vis4", 4.40, 1.680, 133, 1.07, 7.72),
)


def wide_to_long(table, visits):
    """Rows of a table of patients: patient, visit (from 0), value, and the patient's row of the table."""
    patient = np.repeat(np.arange(len(table)), len(visits))
    visit = np.tile(np.arange(len(visits)), len(table))
    return patient, visit, table[list(visits)].to_numpy(float).ravel(), table.iloc[patient]


@pytest.fixture(scope="module")
def fev():
    """Rows of mmrm's example, its design by name."""
    table = pd.read_csv(DATA / "fev.csv")
    patient, visit, values, of = wide_to_long(table, [f"vis{k}" for k in range(1, 5)])
    treated = (of.arm == "TRT").to_numpy(float)
    columns = {"intercept": np.ones(len(values))}
    columns |= {race: (of.race == race).to_numpy(float) for race in ("Black", "White")}
    columns |= {"Female": (of.sex == "Female").to_numpy(float), "TRT": treated}
    columns |= {f"vis{k + 1}": (visit == k).astype(float) for k in (1, 2, 3)}
    columns |= {f"TRT:vis{k + 1}": treated * (visit == k) for k in (1, 2, 3)}
    return values, columns, patient, visit


def fitted(values, columns, patient, visit):
    return fit_mmrm(values, np.column_stack(list(columns.values())), patient, visit, names=list(columns))


@pytest.fixture(scope="module")
def fev_fit(fev):
    return fitted(*fev)


def test_it_is_what_r_prints(fev_fit):
    assert fev_fit.converged
    assert fev_fit.reason == ""
    assert fev_fit.gradient_norm < 1e-6
    assert (fev_fit.patients, fev_fit.rows) == (197, 537)
    for name, estimate, se, df, t in R_MMRM:
        found = fev_fit.contrast({name: 1.0}, method="satterthwaite")
        assert found.estimate == pytest.approx(estimate, rel=1e-3, abs=1e-3), name
        assert found.se == pytest.approx(se, rel=1e-3), name
        assert found.df == pytest.approx(df, rel=1e-3), name
        assert found.t == pytest.approx(t, rel=1e-3, abs=1e-3), name
    assert fev_fit.residual == pytest.approx(np.array(R_COVARIANCE), rel=1e-3, abs=1e-2)
    assert fev_fit.criterion == pytest.approx(3386.45, abs=5e-3)


def test_its_peak_is_no_lower_than_that_of_sas(fev_fit):
    assert fev_fit.criterion <= SAS_CRITERION
    assert fev_fit.criterion == pytest.approx(SAS_CRITERION, abs=1e-3)


def test_p_values_are_what_r_prints(fev_fit):
    found = fev_fit.contrast({"White": 1.0}, method="satterthwaite")
    assert found.p == pytest.approx(1.564869e-14, rel=1e-2)
    assert fev_fit.contrast({"TRT": 1.0}, method="satterthwaite").p == pytest.approx(0.000589, abs=1e-6)


def test_least_squares_means_are_those_of_sas_and_r(fev_fit):
    base = {"intercept": 1.0, "Black": 1 / 3, "White": 1 / 3, "Female": 0.5}
    for (visit, *arms), (_, difference, se, df, low, high) in zip(SAS_MEANS, R_DIFFERENCES, strict=True):
        at = {} if visit == "vis1" else {visit: 1.0}
        treated = {"TRT": 1.0} | ({} if visit == "vis1" else {f"TRT:{visit}": 1.0})
        for weights, (mean, error, freedom) in zip((base | at, base | at | treated), arms, strict=True):
            found = fev_fit.contrast(weights, method="satterthwaite")
            assert found.estimate == pytest.approx(mean, abs=1e-3)
            assert found.se == pytest.approx(error, abs=1e-3)
            assert found.df == pytest.approx(freedom, abs=0.6)
        found = fev_fit.contrast(treated, method="satterthwaite")
        assert (found.estimate, found.low, found.high) == pytest.approx((difference, low, high), abs=6e-3)
        assert found.se == pytest.approx(se, abs=6e-3)
        assert found.df == pytest.approx(df, abs=0.6)


def test_kenward_roger_is_that_of_sas(fev):
    # SAS PROC MIXED with ddfm=kr on FEV1 ~ ARMCD, unstructured, stored beside the package.
    values, columns, patient, visit = fev
    fit = fitted(values, {name: columns[name] for name in ("intercept", "TRT")}, patient, visit)
    found = fit.contrast({"TRT": 1.0}, method="kenward-roger")
    assert fit.criterion == pytest.approx(3667.96276376, abs=1e-3)
    assert found.estimate == pytest.approx(3.81972492174648, rel=1e-4)
    assert found.se == pytest.approx(0.66124382270307, rel=2e-4)
    assert found.df == pytest.approx(160.733266403768, rel=1e-3)
    assert (found.low, found.high) == pytest.approx((2.51387886026607, 5.12557098322688), rel=2e-4)
    # It does not stand by the error that is known to be too small.
    assert fit.contrast({"TRT": 1.0}, method="satterthwaite").se < 0.985 * found.se


@pytest.fixture(scope="module")
def dental():
    """Potthoff and Roy's children: distances (child, age) and whether each is a girl."""
    table = pd.read_csv(DATA / "dental.csv")
    return table.iloc[:, 1:].to_numpy(float), (table.sex == "F").to_numpy(float)


def lines(distances, girl):
    """A straight line for boys and for girls."""
    age = np.tile([8.0, 10, 12, 14], len(girl))
    sex = np.repeat(girl, 4)
    design = np.column_stack([np.ones(len(age)), sex, age, sex * age])
    return fit_mmrm(distances.ravel(), design, *rows_of(len(girl), 4))


def rows_of(patients, visits):
    return np.repeat(np.arange(patients), visits), np.tile(np.arange(visits), patients)


def test_complete_data_have_a_closed_form(dental):
    distances, girl = dental
    children, ages = distances.shape
    groups = np.column_stack([1 - girl, girl])
    patient, visit = rows_of(children, ages)
    fit = fit_mmrm(
        distances.ravel(),
        np.einsum("nk,nqr->nqkr", groups[patient], np.eye(ages)[visit][:, None]).reshape(len(patient), -1),
        patient,
        visit,
    )
    means = np.linalg.lstsq(groups, distances, rcond=None)[0]
    rest = distances - groups @ means
    pooled = rest.T @ rest / (children - 2)
    assert fit.coefficients == pytest.approx(means.ravel(), rel=1e-9)
    assert fit.residual == pytest.approx(pooled, rel=1e-7)
    freedom = (children - 2) * ages
    determinants = (children - 2) * np.linalg.slogdet(pooled)[1]
    determinants += ages * np.linalg.slogdet(groups.T @ groups)[1]
    assert fit.criterion == pytest.approx(freedom * (1 + np.log(2 * np.pi)) + determinants, rel=1e-10)
    for method in METHODS:
        for age in range(ages):
            weights = np.zeros(2 * ages)
            weights[[age, ages + age]] = 1, -1
            found = fit.contrast(weights, method=method)
            test = stats.ttest_ind(distances[girl == 0, age], distances[girl == 1, age])
            assert found.df == pytest.approx(children - 2, rel=1e-6)
            assert (found.t, found.p) == pytest.approx((test.statistic, test.pvalue), rel=1e-6)
            assert (found.low, found.high) == pytest.approx(tuple(test.confidence_interval()), rel=1e-6)


def test_growth_curves_have_a_closed_form(dental):
    # Lines of children, regressed on sex and on what of them is no line; 27 - 2 degrees of freedom.
    distances, girl = dental
    basis, _ = np.linalg.qr(np.vander([8.0, 10, 12, 14], 4, increasing=True))
    line = np.linalg.lstsq(np.vander([8.0, 10, 12, 14], 2, increasing=True), distances.T, rcond=None)[0].T
    groups = np.column_stack([np.ones(27), girl])
    columns = np.column_stack([groups, distances @ basis[:, 2:]])
    found = np.linalg.lstsq(columns, line, rcond=None)[0]
    rest = line - columns @ found
    spread = np.kron(rest.T @ rest / 25, np.linalg.inv(groups.T @ groups))
    fit = lines(distances, girl)
    assert fit.coefficients == pytest.approx(found[:2].T.ravel(), rel=1e-7)
    assert fit.covariance == pytest.approx(spread, rel=1e-6)
    for number in range(4):
        assert fit.contrast(np.eye(4)[number]).df == pytest.approx(25, rel=1e-6)
    # Their variance without bias is 25/23 x 24/22 times that; Kenward and Roger come near.
    ratios = np.diag(fit.adjusted) / np.diag(fit.covariance)
    assert 1.15 < ratios.min() <= ratios.max() < 25 / 23 * 24 / 22


def test_growth_curves_are_those_of_r(dental):
    # R package mmrm, as another program's tests hold it (github.com/PeterSlezak/BESHstatNG).
    estimates = (15.8422452, 1.583124, 0.8268123, -0.3504484)
    assert lines(*dental).coefficients == pytest.approx(estimates, rel=1e-4)


def test_at_one_visit_it_is_least_squares():
    draw = np.random.default_rng(3)
    design = np.column_stack([np.ones(25), draw.normal(size=(25, 2))])
    values = draw.normal(size=25)
    fit = fit_mmrm(values, design, np.arange(25), np.zeros(25, int))
    inverse = np.linalg.inv(design.T @ design)
    params = inverse @ design.T @ values
    variance = np.sum((values - design @ params) ** 2) / 22
    for method in METHODS:
        found = fit.contrast([0, 1, -1], method=method)
        assert found.estimate == pytest.approx(params[1] - params[2], rel=1e-9)
        assert found.se**2 == pytest.approx(variance * np.array([0, 1, -1]) @ inverse @ [0, 1, -1], rel=1e-9)
        assert found.df == pytest.approx(22, rel=1e-9)


def test_a_missing_row_is_a_missing_value(fev):
    values, columns, patient, visit = fev
    design = np.column_stack(list(columns.values()))
    seen = np.isfinite(values)
    whole = fit_mmrm(values, design, patient, visit)
    part = fit_mmrm(values[seen], design[seen], patient[seen], visit[seen])
    assert np.array_equal(whole.coefficients, part.coefficients)
    assert np.array_equal(whole.adjusted, part.adjusted)
    # What is in the design of a row that was not measured is nobody's business.
    design[~seen] = np.nan
    assert np.array_equal(fit_mmrm(values, design, patient, visit).coefficients, part.coefficients)


@pytest.fixture
def three(small):
    """A trial of two arms and three visits."""
    return small(visits=(2, 4, 8))


@pytest.mark.parametrize("method", METHODS)
def test_without_missing_visits_it_is_covariance_analysis_week_by_week(three, cohort, method):
    table = cohort(three, patients=60, effect=-6)
    found = compare_arms(three, table, three.primary, method=method)
    assert [(f.week, f.arms) for f in found] == [(week, ("needles", "nothing")) for week in (2, 4, 8)]
    for one in found:
        (other,) = compare(three, table, three.primary, one.week)
        assert (one.difference, *one.ci95) == pytest.approx((other.difference, *other.ci95), rel=1e-6)
        assert one.p == pytest.approx(other.p, rel=1e-5)
        assert (one.smd, *one.smd_ci95) == pytest.approx((other.smd, *other.smd_ci95), rel=1e-6)
        assert (one.n, one.adjusted_for, one.reason) == (other.n, other.adjusted_for, other.reason)


def test_of_one_visit_it_is_covariance_analysis_of_whom_was_measured(small, cohort):
    trial = small(visits=(8,))
    table = cohort(trial, patients=60, effect=-6, loss=0.3)
    (one,), (other,) = compare_arms(trial, table, trial.primary), compare(trial, table, trial.primary, 8)
    assert one.n == other.n != (30, 30)
    assert (one.difference, *one.ci95) == pytest.approx((other.difference, *other.ci95), rel=1e-6)


def test_it_is_the_model_with_interactions(three, cohort):
    # Visit, arm, arm x visit, baseline and baseline x visit, written out.
    table = cohort(three, patients=50, seed=4, effect=-3)
    draw = np.random.default_rng(4)
    for week in (4, 8):
        table.loc[draw.random(50) < 0.3, f"pain.w{week}"] = np.nan
    patient, visit, values, of = wide_to_long(table, ["pain.w2", "pain.w4", "pain.w8"])
    arm, baseline = (of.arm == "needles").to_numpy(float), of["pain.w0"].to_numpy()
    turns = [(visit == k).astype(float) for k in (1, 2)]
    columns = [np.ones(len(values)), *turns, arm, *(arm * turn for turn in turns)]
    columns += [baseline, *(baseline * turn for turn in turns)]
    fit = fit_mmrm(values, np.column_stack(columns), patient, visit)
    for one, weights in zip(compare_arms(three, table, three.primary), ((), (4,), (5,)), strict=True):
        vector = np.zeros(9)
        vector[[3, *weights]] = 1
        found = fit.contrast(vector)
        assert (one.difference, *one.ci95, one.p) == pytest.approx(
            (found.estimate, found.low, found.high, found.p), rel=1e-6
        )


def test_contrasts_are_as_the_trial_states_them(cohort, small):
    arms = (Arm("a", "none"), Arm("b", "none"), Arm("c", "none"))
    trial = small(arms=arms, analysis=Analysis(contrasts=(("c", "a"), ("a", "c"), ("b", "a"), ("c", "b"))))
    table = cohort(trial, patients=90, effect=-6, loss=0.2)
    table.loc[::7, "pain.w8"] = np.nan
    found = compare_arms(trial, table, trial.primary)
    assert [f.arms for f in found] == [*trial.contrasts] * 2
    for week in (found[:4], found[4:]):
        there, back, first, second = week
        assert there.difference == pytest.approx(-back.difference)
        assert there.ci95 == pytest.approx((-back.ci95[1], -back.ci95[0]))
        assert there.smd_ci95 == pytest.approx((-back.smd_ci95[1], -back.smd_ci95[0]))
        assert there.difference == pytest.approx(first.difference + second.difference)


def test_what_there_is_no_baseline_for_is_said(small, cohort):
    endpoints = (Endpoint("pain", "vas_pain", primary=True), Endpoint("felt", "global_impression"))
    trial = small(endpoints=endpoints)
    table = cohort(trial, patients=50, effect=3)
    for one in compare_arms(trial, table, trial.endpoint("felt")):
        assert one.adjusted_for == ()
        assert one.reason == "not adjusted for a baseline: there is none"
    trial = small(allocation=Allocation("stratified", (2,), ("centre",)))
    for one in compare_arms(trial, cohort(trial, patients=50, strata=2), trial.primary):
        assert one.reason == "not adjusted for strata: the model over all visits has none"


def test_whom_nobody_measured_is_said(three, cohort):
    table = cohort(three, patients=60)
    table.loc[table.arm == "nothing", "pain.w8"] = np.nan
    table["pain.w2"] = np.nan
    early, middle, late = compare_arms(three, table, three.primary)
    assert (early.difference, early.reason) == (None, "nobody of needles and nothing was measured")
    assert middle.difference is not None
    assert (late.difference, late.n) == (None, (30, 0))
    assert late.reason == "nobody of nothing was measured"
    table[["pain.w4", "pain.w8"]] = np.nan
    assert {f.difference for f in compare_arms(three, table, three.primary)} == {None}


def test_a_patient_without_baseline_is_left_out(three, cohort):
    table = cohort(three, patients=60)
    table.loc[0, "pain.w0"] = np.nan
    assert compare_arms(three, table, three.primary) == compare_arms(three, table.iloc[1:], three.primary)


def test_what_cannot_be_fitted_is_an_error(three, cohort):
    table = cohort(three, patients=40)
    table["pain.w8"] = table["pain.w4"]
    with pytest.raises(TrialError, match="pain: the mixed model has not converged: the covariance"):
        compare_arms(three, table, three.primary)
    table = cohort(three, patients=40)
    table.loc[3:, "pain.w8"] = np.nan
    with pytest.raises(TrialError, match="too few patients at week 8"):
        compare_arms(three, table, three.primary)
    with pytest.raises(UnknownNameError, match="method"):
        compare_arms(three, table, three.primary, method="lsd")


def leaving(trial, seed, chances, patients=60, effect=0.0):
    """A cohort whose patients leave by what was last measured, and by arm: missing at random.

    `chances` are those of leaving for who is above 60 of the first arm, below, above of the second, below.
    """
    draw = np.random.default_rng(seed)
    arm = np.arange(patients) % 2
    level = draw.normal(60, 10, patients)
    person = 30 + level / 2 + effect * (arm == 0) + draw.normal(0, 8, patients)
    scores = person[:, None] + draw.normal(0, 6, (patients, 3))
    for turn in (1, 2):
        chance = np.array(chances)[2 * arm + (scores[:, turn - 1] <= 60)]
        gone = np.isnan(scores[:, turn - 1]) | (draw.random(patients) < chance)
        scores[gone, turn] = np.nan
    weeks = {f"pain.w{week:g}": scores[:, turn] for turn, week in enumerate(trial.visits)}
    return pd.DataFrame({"arm": np.array(trial.arm_names)[arm], "pain.w0": level, **weeks})


def test_it_finds_nothing_as_often_as_it_says(three):
    runs = 200
    tables = [leaving(three, seed, (0.35, 0.05, 0.35, 0.05)) for seed in range(runs)]
    low, high = stats.binom.ppf((0.0005, 0.9995), runs, 0.05)
    for method in METHODS:
        found = [compare_arms(three, table, three.primary, method=method) for table in tables]
        assert np.mean([sum(f[2].n) for f in found]) < 45
        for turn in range(3):
            assert low <= sum(f[turn].p < 0.05 for f in found) <= high, (method, turn)
            assert stats.kstest([f[turn].p for f in found], "uniform").pvalue > 0.001


def test_who_leaves_does_not_bend_what_is_found(three):
    # Of the first arm those leave who are bad, of the second those who are well.
    runs = 60
    tables = [leaving(three, seed, (0.6, 0, 0, 0.6), patients=120, effect=-6) for seed in range(runs)]
    found = np.array([[f.difference for f in compare_arms(three, table, three.primary)] for table in tables])
    errors = found.std(axis=0, ddof=1) / np.sqrt(runs)
    assert (np.abs(found.mean(axis=0) + 6) < 4 * errors).all()
    # Whoever looks at the last week alone is led astray.
    alone = np.array([compare(three, t.assign(stratum=""), three.primary, 8)[0].difference for t in tables])
    assert alone.mean() + 6 < -4 * alone.std(ddof=1) / np.sqrt(runs)
