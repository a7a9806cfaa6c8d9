"""A dose that follows pain, rescue on top of it, and what was taken as morphine by mouth."""

from __future__ import annotations

import itertools
from dataclasses import replace
from functools import lru_cache

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from deqi.errors import ProtocolError, UnknownNameError
from deqi.protocols import (
    ORAL_MORPHINE,
    DrugCourse,
    DrugDose,
    ExtraCourse,
    Protocol,
    Rescue,
    Titration,
    load_protocol,
    opioid_by_day,
    oral_morphine,
    read_protocol,
    write_protocol,
)
from deqi.protocols.drugs import DRUGS
from deqi.simulation import simulate_many

PAIN = "pain.report.intensity"
BEFORE = {PAIN: 60.0}
RULE = Titration((14.0, 28.0, 42.0), "morphine", 10, 0, 90, 45, 60)


def plan(*rules: object, mg: float = 30.0, until: float = 84.0) -> Protocol:
    """Morphine from week 0, and some rules."""
    return Protocol("own", "Own", "drug", drugs=(DrugCourse("morphine", mg, 0, until),), rules=rules)


def steps(protocol: Protocol, *pains: float) -> list[float]:
    """The dose after each of the rule's days, with the pain of that day."""
    rule, found = protocol.rules[0], []
    for day, pain in zip(rule.days, pains, strict=True):
        protocol = rule.decide(day, BEFORE, {PAIN: pain}, protocol).apply(protocol)
        found.append(rule.steady(day, protocol).mg_per_day)
    return found


@pytest.mark.parametrize(
    ("pains", "doses"),
    [
        ((40, 40, 40), [20, 10, 0]),
        ((70, 70, 70), [40, 50, 60]),
        ((50, 45, 60), [30, 30, 30]),
        ((70, 50, 44.9), [40, 40, 30]),
    ],
)
def test_the_dose_goes_down_below_up_above_and_stays_between(
    pains: tuple[float, ...], doses: list[float]
) -> None:
    assert steps(plan(RULE), *pains) == doses


def test_improvement_lowers_the_dose_unless_pain_is_above_the_level() -> None:
    rule = replace(RULE, down_on_improvement=0.15)
    assert steps(plan(rule), 51, 52, 50) == [20, 20, 10]
    low = replace(rule, down_below=10, up_above=40)
    assert steps(plan(low), 45, 45, 45) == [40, 50, 60]
    decision = rule.decide(14, BEFORE, {PAIN: 51.0}, plan(rule))
    assert decision.text == f"{PAIN} 51, improved by 15 %: morphine from 30 to 20 mg a day"


@given(
    pains=st.tuples(*[st.floats(0, 100)] * 3),
    start=st.floats(0, 120),
    least=st.floats(0, 40),
    width=st.floats(0, 80),
)
@settings(max_examples=60)
def test_a_dose_once_changed_is_within_its_limits_and_is_taken_every_day(
    pains: tuple[float, ...], start: float, least: float, width: float
) -> None:
    rule = replace(RULE, least_mg_per_day=least, most_mg_per_day=least + width)
    protocol = plan(rule, mg=start)
    for dose in steps(protocol, *pains):
        assert least <= dose <= least + width
    for day, pain in zip(rule.days, pains, strict=True):
        protocol = rule.decide(day, BEFORE, {PAIN: pain}, protocol).apply(protocol)
    edges = sorted((c.from_day, c.to_day) for c in protocol.drugs)
    assert (edges[0][0], edges[-1][1]) == (0.0, 84.0)
    assert all(stop == begin for (_, stop), (begin, _) in itertools.pairwise(edges))


def test_a_dose_of_nil_can_go_up_again() -> None:
    assert steps(plan(RULE, mg=10.0), 30, 30, 70) == [0, 0, 10]


def test_rescue_comes_on_top_is_not_cut_and_does_not_come_twice() -> None:
    rescue = Rescue((14.0, 21.0), 70, "morphine", 15, 28, on_top=True)
    protocol = plan(RULE, rescue)
    rescued = rescue.decide(14, BEFORE, {PAIN: 80.0}, protocol).apply(protocol)
    assert rescued.drugs[1] == ExtraCourse("morphine", 15, 14, 42)
    assert "taken already" in rescue.decide(21, BEFORE, {PAIN: 80.0}, rescued).text
    assert not replace(rescue, on_top=False).decide(14, BEFORE, {PAIN: 80.0}, protocol).changes
    lower = RULE.decide(28, BEFORE, {PAIN: 40.0}, rescued).apply(rescued)
    assert rescued.drugs[1] in lower.drugs
    taken = opioid_by_day(lower, 50)
    assert [taken[day] for day in (0, 14, 27, 28, 41, 42)] == [30, 45, 45, 35, 35, 20]


def test_what_cannot_be_titrated_is_an_error() -> None:
    with pytest.raises(ProtocolError, match="is not taken then"):
        plan(RULE, until=42.0)
    with pytest.raises(ProtocolError, match="two rules titrate one medicine"):
        plan(RULE, RULE)
    with pytest.raises(ProtocolError, match="two opioids"):
        plan(RULE, Rescue((14.0,), 70, "oxycodone", 15, 7))
    for wrong in (
        {"down_below": 70},
        {"least_mg_per_day": 91},
        {"step_mg_per_day": 0},
        {"down_on_improvement": 2},
        {"days": ()},
        {"drug": "naloxone"},
    ):
        with pytest.raises(ProtocolError):
            replace(RULE, **wrong)
    with pytest.raises(UnknownNameError):
        replace(RULE, drug="morfine")
    with pytest.raises(ProtocolError, match="neither true nor false"):
        Rescue((14.0,), 70, "morphine", 15, 7, on_top="yes")  # type: ignore[arg-type]


def test_titration_is_written_and_read_again(tmp_path) -> None:  # type: ignore[no-untyped-def]
    opioid = load_protocol("opioid-titrated")
    assert read_protocol(write_protocol(opioid, tmp_path / "o.toml")) == opioid


def test_every_opioid_by_mouth_counts_as_morphine() -> None:
    by_mouth = {name for name, drug in DRUGS.items() if drug.oral == "opioid_intake"}
    assert by_mouth == {"morphine", "oxycodone"} <= set(ORAL_MORPHINE)
    assert oral_morphine("codeine", 60) == 9
    with pytest.raises(UnknownNameError, match="naproxen"):
        oral_morphine("naproxen", 500)


def test_parts_of_days_and_single_doses_are_counted() -> None:
    courses = (DrugCourse("oxycodone", 20, 0.5, 2.25), DrugCourse("naproxen", 500, 0, 9))
    protocol = Protocol("own", "Own", "drug", drugs=courses, doses=(DrugDose("oxycodone", 10, 1.5),))
    assert opioid_by_day(protocol, 4) == pytest.approx([15.0, 30.0 + 15.0, 7.5, 0.0])


# ------------------------------------------------------------------ many patients, and one


EXPECTATION = np.array([0.05, 0.5, 0.95])
WEEKS = [0.0, 2.0, 6.0, 13.0]


@lru_cache(maxsize=1)
def together():  # type: ignore[no-untyped-def]
    """Three patients side by side, who are titrated apart."""
    varied = {"mind.expectation.expectation": EXPECTATION, "receptors.mu.opioid_affinity": EXPECTATION * 900}
    return varied, simulate_many("opioid-titrated-acupuncture", varied, weeks=WEEKS)


def test_each_lane_has_its_own_dose_and_the_bits_of_a_patient_alone() -> None:
    varied, many = together()
    assert len({d.decision for d in many.decisions if d.day == 42.0}) > 1
    for n in range(3):
        alone = simulate_many(
            "opioid-titrated-acupuncture", {path: v[n : n + 1] for path, v in varied.items()}, weeks=WEEKS
        )
        assert np.array_equal(alone.values[0], many.values[n])
        said = [(d.day, d.decision) for d in many.decisions if d.patient == n]
        assert said == [(d.day, d.decision) for d in alone.decisions]


def test_a_lower_dose_leaves_more_pain() -> None:
    none = replace(load_protocol("opioid-titrated"), rules=())
    lower = replace(none, drugs=(DrugCourse("morphine", 30, 0, 42), DrugCourse("morphine", 0, 42, 182)))
    varied = {"mind.expectation.expectation": np.array([0.4])}
    kept, cut = (simulate_many(p, varied, weeks=[0.0, 6.0, 8.0])[PAIN][0] for p in (none, lower))
    assert cut[1] == pytest.approx(kept[1], abs=1e-3)
    assert cut[2] > kept[2] + 1
