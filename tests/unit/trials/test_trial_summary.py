"""The summary: its figures, its JSON, and what is left out of it."""

import json
from pathlib import Path

import jsonschema
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats

from deqi.engine import Status
from deqi.evidence import published
from deqi.trials.estimates import Share, ShareDifference, Values
from deqi.trials.files import load_trial
from deqi.trials.summary import summarise

SCHEMA = json.loads(
    (Path(__file__).parents[3] / "docs" / "schemas" / "trial.schema.json").read_text(encoding="utf-8")
)
ANY = st.one_of(st.just(float("nan")), st.floats(-1e6, 1e6))


def checked(summary):
    """The JSON of a summary, after a check against the schema; NaN is refused."""
    jsonschema.Draft202012Validator.check_schema(SCHEMA)
    told = summary.as_json()
    jsonschema.Draft202012Validator(SCHEMA).validate(told)
    assert json.loads(json.dumps(told, allow_nan=False)) == told
    return told


@pytest.mark.parametrize("name", ["gerac", "art"])
def test_the_json_fits_the_schema(name, cohort):
    trial = load_trial(name)
    table = cohort(trial, effect=-8, loss=0.1)
    table["refused: hfaq"] = np.arange(len(table)) % 2
    told = checked(summarise(trial, table, published(name), seed=3))
    assert told["seed"] == 3
    assert told["patients"] == len(table)
    assert set(told["arms"]) == set(trial.arm_names)
    assert len(told["contrasts"]) == len(trial.endpoints) * len(trial.visits) * len(trial.contrasts)
    rules = len(told["arms"][trial.arm_names[0]]["responders"])
    assert len(told["responder_contrasts"]) == rules * len(trial.visits) * len(trial.contrasts)
    assert told["flow"]["refused"] == {"hfaq": 100}


def test_figures_of_an_arm_are_those_of_its_patients(small, cohort):
    trial = small()
    table = cohort(trial, patients=100, effect=-8, loss=0.1)
    arm = checked(summarise(trial, table))["arms"]["needles"]
    rows = table[table.arm == "needles"]
    now = rows["pain.w8"].dropna()
    found = arm["outcomes"]["pain"]["8"]
    assert arm["n"] == len(rows)
    assert (found["mean"], found["sd"], found["n"]) == pytest.approx((now.mean(), now.std(), len(now)))
    assert found["ci95"] == pytest.approx(list(stats.t.interval(0.95, len(now) - 1, now.mean(), now.sem())))
    assert [found["p10"], found["p90"]] == pytest.approx(np.percentile(now, (10, 90)).tolist())
    change = (rows["pain.w8"] - rows["pain.w0"]).dropna()
    assert arm["change"]["pain"]["8"]["mean"] == pytest.approx(change.mean())
    assert list(arm["outcomes"]["pain"]) == ["0", "4", "8"]
    assert list(arm["change"]["pain"]) == ["4", "8"]
    assert arm["missed_sessions"] == pytest.approx(rows.missed_sessions.mean())
    assert arm["extra_sessions_share"] == pytest.approx((rows.extra_sessions > 0).mean())
    assert arm["co_treated_share"] == pytest.approx(rows.co_treatment_week.notna().mean())
    assert arm["dropped_out_share"] == pytest.approx(rows.dropout_week.notna().mean())
    assert arm["unblinded_share"] == 0


def test_kinds_of_spread_are_told_alone_by_week(small, cohort):
    trial = small()
    table = cohort(trial, patients=400)
    found = checked(summarise(trial, table))["arms"]["needles"]["pain_spread"]
    rows = table[table.arm == "needles"]
    assert list(found) == ["0", "4", "8"]
    for week, sds in found.items():
        state, recalled, score = (rows[f"{name}.w{week}"] for name in ("pain_state", "pain_recalled", "pain"))
        assert sds["between_patients"] == pytest.approx(state.std())
        assert sds["within_patient"] == pytest.approx((recalled - state).std())
        assert sds["measurement"] == pytest.approx((score - recalled).std())


def test_responders_are_of_all_who_were_randomised(cohort):
    trial = load_trial("gerac")
    table = cohort(trial, effect=-30, loss=0.3)
    told = checked(summarise(trial, table))["arms"]["verum"]
    found = told["responders"]["pain-30"]["26"]
    assert found["n"] == told["n"] > told["outcomes"]["pain"]["26"]["n"]
    rows = table[table.arm == "verum"]
    assert found["share"] == pytest.approx(
        ((rows["pain.w0"] - rows["pain.w26"]) >= 0.3 * rows["pain.w0"]).mean()
    )
    with_rule, without = told["responders"]["gerac"], told["responders"]["gerac, without the failure rule"]
    assert all(with_rule[week]["share"] <= without[week]["share"] for week in with_rule)


def test_published_figures_stand_beside_the_models(cohort):
    trial = load_trial("gerac")
    told = checked(summarise(trial, cohort(trial), published("gerac")))
    beside = told["published"]["sham"]["function"]["13"]
    model = told["arms"]["sham"]["outcomes"]["function"]["13"]["mean"]
    assert (beside["mean"], beside["sd"], beside["n"]) == (61.3, 22.7, 376)
    assert beside["difference"] == pytest.approx(model - 61.3)
    assert beside["interval"] == pytest.approx([59.01, 63.59], abs=0.01)
    assert beside["role"] == "calibration"
    share = told["published_responders"]["verum"]["gerac"]["26"]
    assert share["share"] == 0.476
    assert share["interval"] == pytest.approx([0.427, 0.526], abs=0.0006)
    printed = [c for c in told["responder_contrasts"] if c["published"]]
    assert [(c["rule"], c["week"], *c["arms"]) for c in printed] == [
        ("gerac", 26, "verum", "sham"),
        ("gerac", 26, "verum", "guideline care"),
        ("gerac", 26, "sham", "guideline care"),
    ]
    assert printed[0]["published"] == {"difference": 0.034, "interval": [-0.037, 0.103]}


def test_published_changes_stand_beside_changes(cohort):
    trial = load_trial("art")
    told = checked(summarise(trial, cohort(trial), published("art")))
    found = told["published_change"]["acupuncture"]["pain"]["8"]
    assert (found["mean"], found["sd"]) == (-28.7, 30.3)
    assert found["model"] == told["arms"]["acupuncture"]["change"]["pain"]["8"]["mean"]
    assert "8" not in told["published"]["acupuncture"]["pain"]
    printed = [c for c in told["contrasts"] if c["published"] and c["published"]["printed"]]
    assert [(c["endpoint"], *c["arms"]) for c in printed] == [
        ("pain", "acupuncture", "minimal acupuncture"),
        ("pain", "acupuncture", "waiting list"),
    ]


def test_without_a_published_table_nothing_stands_beside(small, cohort):
    trial = small()
    told = checked(summarise(trial, cohort(trial)))
    assert told["published"] == told["published_change"] == told["published_responders"] == {}
    assert all(c["published"] is None for c in told["contrasts"])


def test_the_flow_adds_up(small, cohort):
    trial = small()
    table = cohort(trial, patients=100, loss=0.2)
    table.loc[:3, "status"] = int(Status.STUCK)
    flow = checked(summarise(trial, table, refused={"age": 7}))["flow"]
    assert flow["looked_at"] == table.candidates.sum()
    assert flow["refused"] == {"age": 7}
    assert flow["randomised"] == 100 == sum(arm["randomised"] for arm in flow["arms"].values())
    for arm in flow["arms"].values():
        assert arm["failed"] == 2
        for week in ("4", "8"):
            assert arm["randomised"] == arm["measured"][week] + arm["lost"][week] + arm["failed"]
        assert arm["measured"]["0"] == arm["randomised"] - arm["failed"]


def test_failed_courses_are_told_and_count_in_nothing_else(small, cohort):
    trial = small()
    table = cohort(trial, patients=100)
    failed = table.copy()
    failed.loc[90:, "status"] = int(Status.NOT_FINITE)
    failed.loc[90, "status"] = int(Status.STUCK)
    failed.loc[90:, "pain.w8"] = 1e9
    told, rest = checked(summarise(trial, failed)), checked(summarise(trial, table.iloc[:90]))
    assert told["failures"] == {"not finite": 9, "stuck": 1}
    assert told["contrasts"] == rest["contrasts"]
    assert told["arms"]["needles"]["outcomes"] == rest["arms"]["needles"]["outcomes"]
    assert told["patients"] == 100


def test_empty_and_tiny_arms_are_told_with_nulls(small, cohort):
    trial = small()
    for patients in (1, 2, 3):
        told = checked(summarise(trial, cohort(trial, patients=patients)))
        assert told["arms"]["needles"]["n"] == (patients + 1) // 2
    alone = checked(summarise(trial, cohort(trial, patients=1)))
    assert alone["arms"]["nothing"]["missed_sessions"] is None
    assert alone["arms"]["nothing"]["outcomes"]["pain"]["8"]["mean"] is None
    assert alone["arms"]["needles"]["outcomes"]["pain"]["8"]["sd"] is None
    assert all(c["reason"] for c in alone["contrasts"])


def test_a_cohort_in_which_every_course_failed_is_told(small, cohort):
    trial = small()
    table = cohort(trial, patients=10)
    table["status"] = int(Status.STUCK)
    assert checked(summarise(trial, table))["failures"] == {"stuck": 10}


@given(st.lists(ANY, max_size=30))
def test_values_are_finite_or_none(values):
    found = Values.of(np.array(values))
    told = json.dumps(found.as_dict(), allow_nan=False)
    assert json.loads(told)["n"] == np.isfinite(values).sum()
    if found.ci95:
        assert found.ci95[0] <= found.mean <= found.ci95[1]
        assert found.p10 <= found.p90


@given(st.lists(st.booleans(), max_size=40), st.lists(st.booleans(), max_size=40))
def test_shares_and_their_differences_stay_in_bounds(first, second):
    a, b = np.array(first, bool), np.array(second, bool)
    share = Share.of(a)
    if first:
        assert 0 <= share.ci95[0] <= share.share <= share.ci95[1] <= 1 + 1e-12
    found, back = ShareDifference.of(a, b), ShareDifference.of(b, a)
    if first and second:
        assert -1 <= found.ci95[0] <= found.difference <= found.ci95[1] <= 1
        assert found.difference == pytest.approx(-back.difference)
        assert found.ci95 == pytest.approx((-back.ci95[1], -back.ci95[0]))
        assert 0 <= found.p <= 1 + 1e-12
    else:
        assert found.reason


def test_newcombe_agrees_with_a_published_example():
    # Newcombe 1998, Statistics in Medicine 17:873, Table II, example (a), method 10: 56/70 and 48/80.
    first, second = (np.arange(n) < k for k, n in ((56, 70), (48, 80)))
    found = ShareDifference.of(first, second)
    assert found.difference == pytest.approx(0.2)
    assert found.ci95 == pytest.approx((0.0524, 0.3339), abs=0.0001)
