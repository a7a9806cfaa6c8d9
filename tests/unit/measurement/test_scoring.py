"""Scores: ends, steps, direction, windows, and the spreads that are put in come out again."""

import dataclasses
import time

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as arrays

from deqi.errors import ParameterError, PopulationError, UnknownNameError
from deqi.measurement import (
    OPIOID_DAYS,
    RECALL_DAYS,
    Adjustment,
    Seen,
    instruments,
    load_instrument,
    measure,
    noiseless,
    read_instrument,
    spread,
)

each = pytest.mark.parametrize("name", instruments())
#: What the model says of the typical patient at week 0 of GERAC.
TYPICAL = {"pain": 67.8, "disability": 41.0, "mood": -0.07, "stress": 1.14, "unpleasantness": 64.5}


def seen_of(patients=1, visits=1, *, pain_at_start=None, **state):
    """Patients who all have one state on all days."""
    state = {**TYPICAL, **state}
    full = {name: np.full((patients, visits), value) for name, value in state.items()}
    start = state["pain"] if pain_at_start is None else pain_at_start
    days = np.repeat(full.pop("pain")[:, :, None], RECALL_DAYS, axis=2)
    return Seen(days, pain_at_start=np.full(patients, start), **full)


def days_of(*days):
    """One patient at one visit, with pain that differs from day to day."""
    typical = seen_of()
    return Seen(
        np.array([[days]]),
        typical.disability,
        typical.mood,
        typical.stress,
        typical.unpleasantness,
        np.array([np.mean(days)]),
    )


def exact(name, seen):
    """Scores of patients who are all average, read without error."""
    patients, visits = seen.pain.shape[:2]
    return measure(name, seen, np.zeros(patients), np.zeros((patients, visits)))


def anything(low, high, *shape):
    return arrays.arrays(float, shape, elements=st.floats(low, high))


@st.composite
def anyone(draw, patients=3, visits=2):
    """Patients as strange as can be, and normals that belong to them."""
    seen = Seen(
        draw(anything(0, 100, patients, visits, RECALL_DAYS)),
        draw(anything(0, 100, patients, visits)),
        draw(anything(-3, 3, patients, visits)),
        draw(anything(0, 5, patients, visits)),
        draw(anything(0, 100, patients, visits)),
        draw(anything(0, 100, patients)),
    )
    return seen, draw(anything(-6, 6, patients)), draw(anything(-6, 6, patients, visits))


@each
@settings(max_examples=40)
@given(case=anyone(), shift=st.floats(-500, 500))
def test_scores_stay_on_the_scale_and_on_its_steps(name, case, shift):
    seen, person, error = case
    scale = load_instrument(name)
    scores = measure(name, seen, person, error, Adjustment(shift))
    assert scores.shape == (3, 2)
    assert (scores >= scale.low).all()
    assert (scores <= scale.high).all()
    steps = (scores - scale.low) / scale.smallest_step
    np.testing.assert_allclose(steps, np.round(steps), atol=1e-6)


@each
@settings(max_examples=40)
@given(case=anyone(), more=st.floats(0, 3))
def test_what_is_worse_never_scores_better(name, case, more):
    seen, person, error = case
    worse = Seen(
        np.minimum(seen.pain + 10 * more, 100),
        np.minimum(seen.disability + 10 * more, 100),
        seen.mood - more,
        seen.stress + more,
        np.minimum(seen.unpleasantness + 10 * more, 100),
        seen.pain_at_start,
    )
    difference = measure(name, worse, person, error) - measure(name, seen, person, error)
    assert (difference * (1 if load_instrument(name).better == "down" else -1) >= 0).all()


@each
@settings(max_examples=40)
@given(case=anyone())
def test_a_higher_normal_never_scores_lower(name, case):
    seen, person, error = case
    before = measure(name, seen, person, error)
    assert (measure(name, seen, person + 1, error) >= before).all()
    assert (measure(name, seen, person, error + 1) >= before).all()


@each
def test_both_ends_of_the_scale_are_reached_exactly(name):
    scale = load_instrument(name)
    for shift, end in ((1e4, scale.high), (-1e4, scale.low)):
        assert measure(name, seen_of(), np.zeros(1), np.zeros((1, 1)), Adjustment(shift)).item() == end


@each
def test_a_healthy_person_does_better_than_the_typical_patient(name):
    healthy = exact(
        name, seen_of(pain=8.8, disability=0.0, mood=0.37, stress=0.7, unpleasantness=6.3, pain_at_start=67.8)
    )
    ill = exact(name, seen_of())
    assert (healthy > ill).item() == (load_instrument(name).better == "up")


@pytest.mark.parametrize(
    ("name", "published", "within"),
    [
        ("hfaq", 46.4, 2.1),
        ("sf12_pcs", 31.6, 0.3),
        ("sf12_mcs", 46.8, 0.3),
        ("cpgs_pain", 67.8, 2.3),
        ("nrs_pain", 6.8, 0.5),
    ],
)
def test_the_typical_patient_reads_about_the_baseline_of_gerac(name, published, within):
    assert exact(name, seen_of()).item() == pytest.approx(published, abs=within)


@pytest.mark.parametrize(
    ("pain", "change", "published"), [(48.6, -19.1, 2.8), (51.0, -16.8, 3.1), (57.1, -10.7, 3.5)]
)
def test_the_global_assessment_follows_the_arms_of_gerac(pain, change, published):
    seen = seen_of(pain=pain, pain_at_start=pain - change)
    assert noiseless("global_impression", seen).item() == pytest.approx(published, abs=0.12)


def test_no_pain_is_no_score():
    assert exact("vas_pain", seen_of(pain=0.0)).item() == 0
    assert exact("vas_pain", seen_of(pain=100.0)).item() == 100
    assert exact("rmdq", seen_of(disability=0.0)).item() == 0


def test_one_scale_reads_today_another_the_week():
    week = (10.0, 20.0, 30.0, 40.0, 50.0, 60.0, 84.0)
    assert exact("vas_pain", days_of(*week)).item() == 84
    assert exact("nrs_pain", days_of(*week)).item() == 4
    assert noiseless("nrs_pain", days_of(*week)).item() == pytest.approx(4.2)
    # Earlier days do not matter to who asks of now.
    assert exact("vas_pain", days_of(*week[::-1])).item() == 10


def test_a_shorter_window_looks_at_the_last_days_only(tmp_path):
    text = "\n".join(
        [
            '[instrument]\nwhat = "pain"\nbetter = "down"',
            *(
                f"[{key}]\nvalue = {value}\nunit = '{unit}'\nkind = 'assumed'"
                for key, value, unit in [
                    ("low", 0, "point"),
                    ("high", 100, "point"),
                    ("step", 1, "point"),
                    ("recall", 3, "d"),
                    ("intercept", 0, "point"),
                    ('"slope.pain"', 1, "1"),
                    ("person_sd", 0, "point"),
                    ("error_sd", 0, "point"),
                ]
            ),
        ]
    )
    (tmp_path / "three.toml").write_text(text)
    scale = read_instrument(tmp_path / "three.toml")
    assert noiseless(scale, days_of(90, 90, 90, 90, 10, 20, 30)).item() == 20


def test_the_chronic_pain_grade_is_the_mean_of_now_average_and_worst():
    week = days_of(20.0, 80.0, 50.0, 50.0, 50.0, 50.0, 22.0)
    # now 22, average 46, worst 80: read as 2, 5 and 8 of ten.
    assert noiseless("cpgs_pain", week).item() == pytest.approx((22 + 46 + 80) / 3)
    assert exact("cpgs_pain", week).item() == pytest.approx(50)
    # Each item stops at its own end.
    shifted = measure("cpgs_pain", week, np.zeros(1), np.zeros((1, 1)), Adjustment(40.0))
    assert shifted.item() == pytest.approx((60 + 90 + 100) / 3)


def test_half_a_step_is_rounded_up():
    assert exact("nrs_pain", seen_of(pain=45.0)).item() == 5
    assert exact("nrs_pain", seen_of(pain=55.0)).item() == 6


def test_the_change_is_that_of_recalled_pain():
    week = days_of(10.0, 20.0, 30.0, 40.0, 50.0, 60.0, 70.0)
    scale = load_instrument("global_impression")
    expected = scale.numbers["intercept"] + scale.slopes["pain"] * 40 + scale.slopes["change"] * 0
    assert noiseless("global_impression", week).item() == pytest.approx(expected)
    better = seen_of(pain=40.0, pain_at_start=70.0)
    assert noiseless("global_impression", better).item() == pytest.approx(
        expected - 30 * scale.slopes["change"]
    )


@each
def test_the_spreads_come_out_as_they_were_put_in(name):
    """In the middle of a scale, away from its ends, and with states spread over one step.

    Rounding then adds exactly a twelfth of the squared step, however coarse a scale is.
    """
    scale, sds = load_instrument(name), spread(name)
    count, step = 100_000, (scale.high - scale.low) / scale.steps
    latent = next(key for key in scale.slopes if key != "change")
    width = step / abs(scale.slopes[latent])
    typical = seen_of(count, 1)
    states = {field: getattr(typical, field).copy() for field in Seen.__dataclass_fields__}
    spread_out = np.linspace(-width / 2, width / 2, count, endpoint=False)
    by_day = latent in ("pain", "opioid")
    states[latent] += spread_out[:, None, None] if by_day else spread_out[:, None]
    # Change since week 0 stays what it is, so that only one thing moves.
    states["pain_at_start"] += spread_out if latent == "pain" else 0.0
    seen = Seen(**states)
    truth = noiseless(name, seen)
    middle = Adjustment((scale.low + scale.high) / 2 - truth.mean())
    # Of SD 1, as normals, but bounded: none comes near the ends.
    drawn = np.random.default_rng(7).uniform(-np.sqrt(3), np.sqrt(3), count)
    still, noisy = np.zeros(count), drawn[:, None]
    for sd, person, error in ((sds.person, drawn, still[:, None]), (sds.error, still, noisy)):
        scores = measure(name, seen, person, error, middle)
        assert scale.low < scores.min() <= scores.max() < scale.high
        off = scores - truth - middle.shift
        assert off.mean() == pytest.approx(0.0, abs=0.02 * (sd + step))
        assert np.var(off) == pytest.approx(sd**2 + step**2 / 12, rel=0.02)


@each
def test_an_adjustment_moves_the_mean_and_replaces_the_stable_spread(name):
    scale = load_instrument(name)
    rng = np.random.default_rng(11)
    person, error = rng.standard_normal(50_000), rng.standard_normal((50_000, 1))
    seen = seen_of(50_000, 1)
    wanted_mean, wanted_sd = scale.low + 0.55 * (scale.high - scale.low), 0.13 * (scale.high - scale.low)
    fitted = Adjustment(wanted_mean - noiseless(name, seen)[0, 0], wanted_sd)
    scores = measure(name, seen, person, error, fitted)
    step = (scale.high - scale.low) / scale.steps
    assert scores.mean() == pytest.approx(wanted_mean, abs=0.1 * step + 0.01 * (scale.high - scale.low))
    expected = np.sqrt(wanted_sd**2 + spread(name).error ** 2 + step**2 / 12)
    assert scores.std() == pytest.approx(expected, rel=0.03)
    assert spread(name, fitted).person == wanted_sd
    assert spread(name, Adjustment(3.0)) == spread(name)


@each
def test_mapping_error_stays_with_a_patient_and_measurement_error_does_not(name):
    rng = np.random.default_rng(3)
    seen = seen_of(200, 3)
    person = rng.standard_normal(200)
    stable = measure(name, seen, person, np.zeros((200, 3)), Adjustment(0.0, 20.0))
    assert (stable == stable[:, :1]).all()
    assert len(np.unique(stable[:, 0])) > 2
    same = measure(name, seen, np.zeros(200), rng.standard_normal((200, 3)) * 5)
    # Medicine is counted, without error.
    assert (same == same[:, :1]).all() == (spread(name).error == 0)


def test_a_patient_who_was_lost_has_no_score_and_harms_nobody():
    seen = seen_of(2, 2)
    gone = Seen(
        np.where(np.arange(2)[:, None, None] == 1, np.nan, seen.pain),
        np.where(np.arange(2)[:, None] == 1, np.nan, seen.disability),
        seen.mood,
        seen.stress,
        seen.unpleasantness,
        seen.pain_at_start,
    )
    for name in ("vas_pain", "cpgs_pain", "hfaq"):
        scores = exact(name, gone)
        assert np.isnan(scores[1]).all()
        np.testing.assert_array_equal(scores[0], exact(name, seen)[0])


def test_a_score_does_not_depend_on_who_else_is_measured():
    rng = np.random.default_rng(5)
    full = Seen(
        rng.uniform(0, 100, (40, 3, RECALL_DAYS)),
        *(rng.uniform(0, 1, (40, 3)) for _ in range(4)),
        rng.uniform(0, 100, 40),
    )
    part = Seen(*(getattr(full, field)[10:20] for field in Seen.__dataclass_fields__))
    person, error = rng.standard_normal(40), rng.standard_normal((40, 3))
    for name in instruments():
        whole = measure(name, full, person, error)
        np.testing.assert_array_equal(measure(name, part, person[10:20], error[10:20]), whole[10:20])


def test_a_hundred_thousand_patients_take_well_under_a_second():
    rng = np.random.default_rng(1)
    seen = seen_of(100_000, 5)
    person, error = rng.standard_normal(100_000), rng.standard_normal((100_000, 5))
    for name in ("vas_pain", "cpgs_pain", "hfaq"):
        begun = time.process_time()
        measure(name, seen, person, error)
        assert time.process_time() - begun < 1.0


def test_what_does_not_fit_is_refused():
    seen = seen_of(2, 3)
    with pytest.raises(PopulationError, match=r"person: has the shape \(3,\), not \(2,\)"):
        measure("vas_pain", seen, np.zeros(3), np.zeros((2, 3)))
    with pytest.raises(PopulationError, match=r"error: has the shape \(2,\)"):
        measure("vas_pain", seen, np.zeros(2), np.zeros(2))
    with pytest.raises(UnknownNameError, match="unknown instrument"):
        measure("vas", seen, np.zeros(2), np.zeros((2, 3)))
    parts = {field: getattr(seen, field) for field in Seen.__dataclass_fields__}
    with pytest.raises(PopulationError, match=r"seen\.pain:"):
        Seen(**{**parts, "pain": seen.pain[:, :, :3]})
    with pytest.raises(PopulationError, match=r"seen\.mood:"):
        Seen(**{**parts, "mood": seen.mood[:, :2]})
    with pytest.raises(PopulationError, match=r"seen\.pain_at_start:"):
        Seen(**{**parts, "pain_at_start": seen.pain_at_start[:1]})


@pytest.mark.parametrize(
    "adjustment", [{"shift": np.nan}, {"shift": np.inf}, {"person_sd": -1.0}, {"person_sd": np.nan}]
)
def test_an_adjustment_must_be_numbers(adjustment):
    with pytest.raises(ParameterError, match="adjustment"):
        Adjustment(**adjustment)


def test_opioid_is_averaged_over_the_days_since_week_0():
    taken = np.full((2, 2, OPIOID_DAYS), np.nan)
    taken[0, 0, -14:] = 60.0
    taken[0, 1] = np.arange(OPIOID_DAYS)
    taken[1, :, -1] = 15.0
    seen = dataclasses.replace(seen_of(2, 2), opioid=taken)
    np.testing.assert_allclose(exact("opioid_intake", seen), [[60.0, 13.5], [15.0, 15.0]])
    taken[1, 0] = np.nan
    assert np.isnan(exact("opioid_intake", dataclasses.replace(seen, opioid=taken))[1, 0])
    np.testing.assert_allclose(seen.opioid_a_day(7)[0], [60.0, 24.0])


def test_who_is_not_said_to_have_taken_any_opioid_has_taken_none():
    assert (exact("opioid_intake", seen_of(3, 2)) == 0).all()
    with pytest.raises(PopulationError, match=r"seen\.opioid"):
        dataclasses.replace(seen_of(3, 2), opioid=np.zeros((3, 2, 7)))
