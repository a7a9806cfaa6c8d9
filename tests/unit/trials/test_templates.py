"""Templates of trials: they load, say what they are, and point where they should."""

from __future__ import annotations

from functools import lru_cache

import numpy as np
import pytest

from deqi.protocols import Rescue, Titration
from deqi.trials import load_trial, trials
from deqi.trials.adverse import adverse_events, pierces
from deqi.trials.conduct import before, conduct
from deqi.trials.run import population_of

TEMPLATES = ("dose-finding", "frequency-comparison", "opioid-sparing", "three-arm-sham")
SEED = 2


@lru_cache(maxsize=4)
def followed(name: str, patients: int = 90) -> dict[str, np.ndarray]:
    trial = load_trial(name).with_(patients=patients)
    return conduct(trial, population_of(trial), SEED, 0, patients)


def mean(table: dict[str, np.ndarray], column: str, arm: str) -> float:
    return float(np.nanmean(table[column][table["arm"] == arm]))


@pytest.mark.parametrize("name", TEMPLATES)
def test_a_template_says_that_it_is_one_and_what_is_assumed(name: str) -> None:
    trial = load_trial(name)
    assert name in trials()
    assert trial.title.startswith("Template, no published trial: ")
    assert not trial.published
    assert trial.assumptions
    assert {"pain", "function", "mood", "impression"} <= {e.name for e in trial.endpoints}
    assert {"pain-30", "pain-50"} <= {rule.name for rule in trial.responders}
    assert any("doi:10.1016/j.pain.2004.09.012" in line for line in trial.assumptions)
    for arm in trial.arms:
        assert arm.plan().assumptions


def test_arms_differ_in_what_they_are_compared_for() -> None:
    sessions = [sum(len(s.days) for s in arm.plan().sessions) for arm in load_trial("dose-finding").arms]
    assert sessions == [4, 8, 12, 16, 0]
    current = [
        {needles.frequency_hz for s in arm.plan().sessions for needles in s.needlings}
        for arm in load_trial("frequency-comparison").arms
    ]
    assert current == [{(2.0,)}, {(100.0,)}, {(2.0, 100.0)}, {()}]
    verum, sham, usual = load_trial("three-arm-sham").arms
    assert verum.plan().drugs == sham.plan().drugs == usual.plan().drugs
    assert verum.plan().sessions[0].days == sham.plan().sessions[0].days
    rules = [arm.plan().rules for arm in load_trial("opioid-sparing").arms]
    assert rules[0] == rules[1] == rules[2]
    assert {type(rule) for rule in rules[0]} == {Titration, Rescue}


def test_the_other_sham_of_the_first_template_does_not_pierce() -> None:
    from deqi.protocols import load_protocol

    assert pierces(load_trial("three-arm-sham").arm("sham").plan())
    touch = load_protocol("template-sham-touch")
    assert not pierces(touch)
    assert touch.sessions[0].days == load_trial("three-arm-sham").arm("acupuncture").plan().sessions[0].days


def test_what_was_taken_is_titrated_by_patient_and_less_with_needles() -> None:
    table = followed("opioid-sparing")
    assert np.isnan(table["opioid.w0"]).all()
    here = np.isfinite(table["opioid.w12"])
    assert np.array_equal(here, ~(np.nan_to_num(table["dropout_week"], nan=np.inf) < 12))
    # 30 mg a day from week 0, a change in week 2 at the earliest, and rescue of 15 mg for a week.
    early = table["opioid.w4"][np.isfinite(table["opioid.w4"])]
    assert set(np.unique(early).tolist()) <= {25.0 + k * 1.25 for k in range(15)}
    assert len(np.unique(table["opioid.w12"][here])) > 8
    assert table["opioid.w12"][here].max() <= 90 + 15
    alone = mean(table, "opioid.w12", "opioid alone")
    assert mean(table, "opioid.w12", "opioid and acupuncture") < alone - 3


def test_needles_do_more_than_usual_care_and_more_sessions_more_than_few() -> None:
    table = followed("three-arm-sham")
    assert mean(table, "pain_state.w8", "acupuncture") < mean(table, "pain_state.w8", "usual care") - 5
    table = followed("dose-finding")
    lost = {
        arm: mean(table, "pain_state.w0", arm) - mean(table, "pain_state.w8", arm)
        for arm in ("usual care", "4 sessions", "16 sessions")
    }
    assert lost["usual care"] < lost["4 sessions"] < lost["16 sessions"]


def test_adverse_events_can_be_told_beside_titration() -> None:
    import pandas as pd

    trial = load_trial("opioid-sparing").with_(patients=90)
    events = adverse_events(trial, pd.DataFrame(followed("opioid-sparing")), SEED)
    sessions = events.groupby("arm")["sessions"].max()
    assert sessions["opioid and acupuncture"] == 12
    # A touch does not pierce the skin.
    assert sessions["opioid and sham"] == sessions["opioid alone"] == 0


def test_days_before_a_visit_end_with_the_day_before() -> None:
    taken = np.arange(60.0)[None, :]
    assert before(taken, 42)[0, 0].tolist() == list(range(14, 42))
    first = before(taken, 14)[0, 0]
    assert np.isnan(first[:14]).all()
    assert first[14:].tolist() == list(range(14))
    assert np.isnan(before(taken, 0)).all()
