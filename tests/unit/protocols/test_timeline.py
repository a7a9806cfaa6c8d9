"""A protocol laid out in time."""

from dataclasses import replace
from itertools import pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from deqi.errors import ParameterError, ProtocolError, UnknownNameError
from deqi.mechanisms.environment import Environment
from deqi.models import load_patient, parameter_schema
from deqi.parameters import base_values, resolve
from deqi.protocols import (
    Challenge,
    Contact,
    DrugCourse,
    DrugDose,
    Exercise,
    Interval,
    Needling,
    PainSite,
    Protocol,
    Session,
    Timeline,
    lay_out,
    load_challenge,
    load_protocol,
    stimulus,
)
from deqi.protocols.stimulus import STIMULUS_PARAMETERS

NUMBERS = resolve(parameter_schema(), base_values())
BACK = load_patient("chronic_low_back_pain").site
DAY = 1440.0
MANUAL = Needling("manual", 4, 20, ("BL23",), 0.45)


def plan(**parts):
    return Protocol("plan", "Plan", "verum", **parts)


def given_by(*groups, site=BACK):
    return stimulus(Session(30, groups, (0,)), NUMBERS, site)


def test_groups_add_up_and_gates_are_means_weighted_by_firing():
    slow, fast = (
        Needling("electrical", 4, 15, ("LI4",), frequency_hz=hz, current_ma=2.5) for hz in (2.0, 100.0)
    )
    one, two, both = given_by(slow), given_by(fast), given_by(slow, fast)
    weights = [sum(g[f"{f}_other"] for f in ("a_beta", "a_delta", "c")) for g in (one, two)]
    for name in ("a_beta_other", "a_delta_other", "c_other"):
        assert both[name] == pytest.approx(one[name] + two[name])
    for gate in ("low_frequency", "high_frequency"):
        mean = (weights[0] * one[gate] + weights[1] * two[gate]) / sum(weights)
        assert both[gate] == pytest.approx(mean)


def test_alternating_frequencies_fire_as_their_mean_and_open_both_gates():
    def ea(hz):
        return given_by(Needling("electrical", 4, 15, ("LI4",), frequency_hz=hz, current_ma=2.5))

    slow, fast, both = ea(2.0), ea(100.0), ea((2.0, 100.0))
    assert both["a_delta_other"] == pytest.approx((slow["a_delta_other"] + fast["a_delta_other"]) / 2)
    for gate in ("low_frequency", "high_frequency"):
        assert both[gate] == pytest.approx(1.4 * (slow[gate] + fast[gate]) / 2)


def test_winding_and_twitching_count_where_it_hurts():
    dry = Needling("dry", 4, 25, ("BL23", "LI4"))
    local = given_by(dry)
    assert local["winding"] == pytest.approx(0.5)
    assert local["twitch"] == pytest.approx(0.5)
    assert given_by(dry, replace(dry, points=("BL23",)))["twitch"] == 1.0
    assert given_by(dry, site=PainSite())["winding"] == 0.0


def test_the_other_side_counts_by_the_contralateral_share():
    left = replace(BACK, pain_side="left")
    here, there = (
        given_by(replace(MANUAL, points=("BL25",), side=side), site=left)["a_delta_painful"]
        for side in ("left", "right")
    )
    assert there == pytest.approx(NUMBERS["needle.reach.contralateral"] * here)
    midline = [
        given_by(replace(MANUAL, points=("GV3",), side=s), site=left)["a_delta_painful"]
        for s in ("left", "right")
    ]
    assert midline[0] == midline[1]


def test_shares_that_were_given_win_over_the_atlas_but_not_over_a_body_without_pain():
    group = replace(MANUAL, segmental=0.25, local=0.0)
    values = given_by(group)
    assert values["a_delta_painful"] == pytest.approx(values["a_delta_other"] / 3)
    assert values["winding"] == 0.0
    assert given_by(group, site=PainSite())["a_delta_painful"] == 0.0


@pytest.mark.parametrize("path", STIMULUS_PARAMETERS)
def test_each_parameter_is_asked_for(path):
    numbers = {k: v for k, v in NUMBERS.items() if k != path}
    with pytest.raises(ParameterError, match=f"no value for {path}"):
        stimulus(Session(30, (MANUAL,), (0,)), numbers, BACK)


def test_intake_adds_up_fractions_take_the_largest_and_edges_are_half_open():
    protocol = plan(
        drugs=(DrugCourse("naproxen", 720, 0, 2), DrugCourse("naproxen", 1440, 1, 3)),
        exercise=(Exercise(0.5, 0, 3), Exercise(1.0, 1, 2)),
        contacts=(Contact(60, 0.3, (1,)),),
        sessions=(Session(30, (MANUAL,), (1,), 0.8),),
    )
    timeline = lay_out(protocol, NUMBERS, BACK, days=4)
    at = timeline.environment
    assert [at(d * DAY)["nsaid_intake"] for d in (0, 1, 2, 3)] == pytest.approx([0.5, 1.5, 1.0, 0.0])
    assert [at(d * DAY)["exercise"] for d in (0, 1, 2, 3)] == [0.5, 1.0, 0.5, 0.0]
    assert [at(DAY + m)["context"] for m in (-1e-6, 0, 29.9, 30, 59.9, 60)] == [0, 0.8, 0.8, 0.3, 0.3, 0]
    assert timeline.breaks() == [0, DAY, DAY + 30, DAY + 60, 2 * DAY, 3 * DAY, 4 * DAY]
    assert list(at(0)) == list(Environment.variables)


def test_what_lies_beyond_the_end_is_cut():
    protocol = plan(
        drugs=(DrugCourse("naproxen", 720, 0, 90), DrugCourse("naproxen", 720, 95, 96)),
        sessions=(Session(30, (MANUAL,), (0, 1.99, 40)),),
        doses=(DrugDose("naproxen", 500, 50),),
    )
    timeline = lay_out(protocol, NUMBERS, BACK, days=2)
    assert timeline.breaks()[-1] == 2 * DAY
    assert timeline.sessions[-1][1] == 2 * DAY
    assert len(timeline.sessions) == 2
    assert timeline.doses == ()


def test_a_dose_is_a_jump_at_its_minute_in_the_unit_of_its_state():
    protocol = plan(
        doses=(
            DrugDose("oxycodone", 10, 0, 90),
            DrugDose("oxycodone", 5, 0, 90),
            DrugDose("naproxen", 500, 1),
        )
    )
    jumps = {s.start: s.jumps for s in lay_out(protocol, NUMBERS, BACK, days=2).segments()}
    assert jumps[0] == {}
    assert jumps[90] == {"drugs.opioid.gut": pytest.approx(15e6 / 315.37)}
    assert jumps[DAY] == {"drugs.nsaid.gut": 500}


def test_naloxone_comes_five_minutes_before_each_session_and_what_cannot_is_noted():
    naloxone = load_challenge("naloxone-0.8mg")
    late = lay_out(
        plan(sessions=(Session(30, (MANUAL,), (1, 2)),)), NUMBERS, BACK, days=3, challenges=[naloxone]
    )
    assert [d.minute for d in late.doses] == [DAY - 5, 2 * DAY - 5]
    assert late.doses[0].state == "drugs.naloxone.central"
    assert late.doses[0].amount == pytest.approx(0.8e6 / 327.38)
    assert late.notes == ()
    early = lay_out(
        plan(sessions=(Session(30, (MANUAL,), (0,)),)), NUMBERS, BACK, days=3, challenges=[naloxone]
    )
    assert [d.minute for d in early.doses] == [0]
    assert "would fall before week 0" in early.notes[0]
    none = lay_out(load_protocol("none"), NUMBERS, BACK, days=3, challenges=[naloxone])
    assert [d.minute for d in none.doses] == [0]
    assert "no session to come before" in none.notes[0]


def test_a_block_lasts_the_course_or_the_sessions():
    protocol = plan(sessions=(Session(30, (MANUAL,), (1,)),))
    lesion, anaesthetic = load_challenge("arcuate-lesion"), load_challenge("local-anaesthetic")
    at = lay_out(protocol, NUMBERS, BACK, days=3, challenges=[lesion, anaesthetic]).environment
    assert [at(m)["arcuate_lesion"] for m in (0, DAY, 3 * DAY - 1)] == [1, 1, 1]
    assert [at(m)["local_anaesthetic"] for m in (0, DAY, DAY + 30)] == [0, 1, 0]


def test_challenges_that_cannot_go_together_are_errors():
    lesion = load_challenge("arcuate-lesion")
    with pytest.raises(ProtocolError, match="challenge arcuate-lesion: is given twice"):
        lay_out(load_protocol("none"), NUMBERS, BACK, days=1, challenges=[lesion, lesion])
    morphine = Challenge("m", "Morphine", drug="morphine", mg=10)
    with pytest.raises(ProtocolError, match="beside oxycodone"):
        lay_out(load_protocol("oxycodone"), NUMBERS, BACK, days=1, challenges=[morphine])
    assert lay_out(load_protocol("morphine"), NUMBERS, BACK, days=1, challenges=[morphine]).doses


@pytest.mark.parametrize("days", [0, -1, float("nan"), float("inf")])
def test_a_length_that_is_no_time_is_an_error(days):
    with pytest.raises(ProtocolError, match="days cannot be laid out"):
        lay_out(load_protocol("none"), NUMBERS, BACK, days=days)


def test_an_interval_is_a_time_and_sets_what_there_is():
    with pytest.raises(ProtocolError, match="is no time"):
        Interval(5, 5, {})
    with pytest.raises(UnknownNameError, match="did you mean context"):
        Interval(0, 5, {"contxt": 1.0})


VALUES = st.fixed_dictionaries({"a_delta_other": st.floats(0, 100), "context": st.floats(0, 1)})
INTERVALS = st.builds(
    lambda a, n, v: Interval(a, a + n, v), st.integers(0, 1400), st.integers(1, 200), VALUES
)


@settings(deadline=None)
@given(intervals=st.lists(INTERVALS, max_size=6))
def test_stretches_fill_the_time_and_hold_what_every_minute_of_them_has(intervals):
    timeline = Timeline(tuple(intervals), (), (), 1.0)
    segments = timeline.segments()
    assert segments[0].start == 0
    assert segments[-1].stop == DAY
    assert all(a.stop == b.start for a, b in pairwise(segments))
    for segment in segments:
        here = [i.values for i in intervals if i.start <= segment.start and segment.stop <= i.stop]
        assert segment.environment["context"] == max((v["context"] for v in here), default=0.0)
        assert segment.environment["a_delta_other"] == pytest.approx(sum(v["a_delta_other"] for v in here))
        assert timeline.environment(segment.start) == segment.environment


def test_a_protocol_s_own_challenges_count_once():
    own = replace(load_protocol("li4-manual"), challenges=("naloxone-0.8mg", "vagotomy"))
    asked = lay_out(
        load_protocol("li4-manual"),
        NUMBERS,
        BACK,
        days=1,
        challenges=[load_challenge("naloxone-0.8mg"), load_challenge("vagotomy")],
    )
    assert lay_out(own, NUMBERS, BACK, days=1) == asked
    assert len(lay_out(own, NUMBERS, BACK, days=1, challenges=[load_challenge("naloxone-0.8mg")]).doses) == 1


def test_an_area_of_pain_that_nobody_has_is_an_error():
    with pytest.raises(UnknownNameError, match="unknown area 'lower back'; did you mean low back"):
        PainSite(frozenset({"L4"}), ("lower back",))
