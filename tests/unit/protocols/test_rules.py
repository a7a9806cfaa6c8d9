"""Rules that decide at a visit, and shams made by changing the verum."""

from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from deqi.errors import ProtocolError, UnknownNameError
from deqi.protocols import (
    Contact,
    ContinueIf,
    ExtraCourse,
    Needling,
    Protocol,
    Rescue,
    Session,
    VisitLimit,
    load_protocol,
)

PAIN = "pain.report.intensity"
BEFORE = {PAIN: 60.0}
GROUP = Needling("manual", 4, 20, ("BL23",))


def plan(days, *rules, **more):
    sessions = (Session(30, (GROUP,), tuple(days)),) if days else ()
    return Protocol("plan", "Plan", "verum", sessions=sessions, rules=rules, **more)


def after(improvement):
    return {PAIN: 60.0 * (1 - improvement)}


def held(protocol, improvement):
    """Days of the sessions that take place if the improvement is the same at each visit."""
    now = protocol
    for day in sorted({d for r in protocol.rules for d in r.decision_days(protocol)}):
        for rule in protocol.rules:
            if day in rule.decision_days(protocol):
                now = rule.decide(day, BEFORE, after(improvement), now).apply(now)
    return sorted(d for s in now.sessions for d in s.days)


def test_gerac_gives_five_more_to_partial_responders_only():
    verum = load_protocol("gerac-verum")
    assert held(verum, 0.3) == [k * 3.5 for k in range(10)] + [42.5 + k * 3.5 for k in range(5)]
    for improvement in (0.0, 0.09, 0.51, 0.9):
        assert held(verum, improvement) == [k * 3.5 for k in range(10)]


def test_gerac_s_guideline_arm_gets_contacts():
    guideline = load_protocol("gerac-guideline")
    decision = guideline.rules[0].decide(42, BEFORE, after(0.2), guideline)
    assert len(decision.apply(guideline).contacts[0].days) == 15
    assert "improvement 20 %" in decision.text


def test_without_pain_at_the_start_there_is_nothing_to_improve():
    rule = ContinueIf(42, (0.1, 0.5), 5, 42.5, 3.5)
    decision = rule.decide(42, {PAIN: 0.0}, {PAIN: 0.0}, plan([0]))
    assert not decision.changes
    assert "nil at the start" in decision.text


def test_a_rule_on_a_score_that_nobody_has_is_an_error():
    rule = ContinueIf(42, (0.1, 0.5), 5, 42.5, 3.5, measure="pain.report.intensty")
    with pytest.raises(UnknownNameError, match=r"did you mean pain\.report\.intensity"):
        rule.decide(42, BEFORE, after(0.3), plan([0]))


def test_medicare_allows_twelve_visits_then_eight_more_on_improvement():
    weekly_twice = [k * 3.5 for k in range(25)]
    protocol = plan(weekly_twice, VisitLimit())
    assert held(protocol, 0.3) == weekly_twice[:20]
    assert held(protocol, 0.0) == weekly_twice[:12]
    assert protocol.rules[0].decision_days(protocol) == tuple(weekly_twice[12:])


def test_twenty_visits_a_year_and_no_more_then_again_in_the_next_year():
    fortnightly = [k * 14.0 for k in range(30)]
    kept = held(plan(fortnightly, VisitLimit()), 0.3)
    assert kept == fortnightly[:20] + [d for d in fortnightly if d >= 364 + 14][:3]
    for day in kept:
        assert sum(day - 365 < d <= day for d in kept) <= 20


def test_visits_that_another_rule_adds_are_limited_too():
    days = [k * 3.5 for k in range(10)]
    more = ContinueIf(42, (0.1, 0.5), 5, 42.5, 3.5)
    protocol = plan(days, more, VisitLimit(improvement=0.4))
    assert held(protocol, 0.3) == [*days, 42.5, 46.0]
    assert len(held(protocol, 0.45)) == 15


def test_few_visits_are_never_looked_at():
    protocol = plan([0, 7, 14], VisitLimit())
    assert protocol.rules[0].decision_days(protocol) == ()


def test_rescue_adds_medicine_above_the_level_and_not_twice():
    rule = Rescue((14, 21), 50, "naproxen", 1000, 10)
    protocol = plan([0], rule)
    decision = rule.decide(14, BEFORE, {PAIN: 55.0}, protocol)
    rescued = decision.apply(protocol)
    assert rescued.drugs == (ExtraCourse("naproxen", 1000, 14, 24),)
    assert "naproxen 1000 mg a day for 10 days" in decision.text
    assert not rule.decide(21, BEFORE, {PAIN: 55.0}, rescued).changes
    assert rule.decide(24, BEFORE, {PAIN: 55.0}, rescued).changes
    assert not rule.decide(14, BEFORE, {PAIN: 50.0}, protocol).changes


def test_rescue_needs_no_sessions():
    assert plan([], Rescue((14,), 50, "naproxen", 1000, 10)).rules


def test_added_sessions_that_cross_planned_ones_are_an_error():
    rule = ContinueIf(1, (0.1, 0.5), 1, 7.01, 1)
    protocol = plan([0, 7], rule)
    with pytest.raises(ProtocolError, match=r"two sessions overlap on day 7\.01"):
        rule.decide(1, BEFORE, after(0.3), protocol).apply(protocol)


def test_rules_decide_on_rising_days_within_the_plan():
    for protocol in map(load_protocol, ("gerac-verum", "gerac-sham", "gerac-guideline")):
        for rule in protocol.rules:
            days = rule.decision_days(protocol)
            assert all(a < b for a, b in pairwise(days))


@pytest.mark.parametrize(
    ("change", "technique", "depth", "points", "said"),
    [
        ({"site": "off"}, "manual", 15, ("off:GV3", "off:BL23"), "beside the points"),
        ({"site": ["ST41"]}, "manual", 15, ("ST41",), "at ST41"),
        ({"penetration": False}, "touch", 0, ("GV3", "BL23"), "without piercing the skin"),
        ({"depth_mm": 2}, "manual", 2, ("GV3", "BL23"), "2 mm deep"),
        ({"stimulation": False}, "retained", 15, ("GV3", "BL23"), "without stimulation"),
        ({"depth_mm": 2, "stimulation": False}, "superficial", 2, ("GV3", "BL23"), "2 mm deep, without stim"),
        ({"context": 0.5}, "manual", 15, ("GV3", "BL23"), "with context 0.5"),
    ],
)
def test_each_way_to_make_a_sham(change, technique, depth, points, said):
    verum = load_protocol("cherkin-standardised")
    sham = verum.sham(**change)
    group = sham.sessions[0].needlings[0]
    assert (group.technique, group.depth_mm, group.points) == (technique, depth, points)
    assert (sham.role, sham.name) == ("sham", "cherkin-standardised-sham")
    assert sham.sessions[0].days == verum.sessions[0].days
    assert sham.sessions[0].context == change.get("context", 1.0)
    assert said in sham.stricta.control
    assert "control" not in sham.stricta.missing()


def test_a_sham_of_current_without_stimulation_has_no_current():
    sham = load_protocol("electroacupuncture-2hz").sham(stimulation=False, rationale="to blind patients")
    group = sham.sessions[0].needlings[0]
    assert (group.technique, group.frequencies, group.current_ma) == ("retained", (), None)
    assert sham.stricta.control_rationale == "to blind patients"


@pytest.mark.parametrize(
    ("protocol", "change", "message"),
    [
        ("gerac-verum", {}, "the sham is like the verum"),
        ("gerac-verum", {"penetration": False, "depth_mm": 2}, "without penetration"),
        ("gerac-verum", {"site": ["ST41"]}, "shares in place of points"),
        ("none", {"context": 0.5}, "without needles has no sham"),
    ],
)
def test_a_sham_that_cannot_be_is_an_error(protocol, change, message):
    with pytest.raises(ProtocolError, match=message):
        load_protocol(protocol).sham(**change)


def test_contacts_alone_can_carry_a_rule():
    rule = ContinueIf(7, (0.1, 0.5), 2, 8, 1)
    protocol = plan([], rule, contacts=(Contact(20, 0.3, (0, 3.5)),))
    extended = rule.decide(7, BEFORE, after(0.2), protocol).apply(protocol)
    assert extended.contacts[0].days == (0, 3.5, 8, 9)


def test_a_drop_of_exactly_a_tenth_continues():
    rule = ContinueIf(42, (0.1, 0.5), 5, 42.5, 3.5)
    assert rule.decide(42, {PAIN: 70.0}, {PAIN: 63.0}, None).changes
    assert rule.decide(42, {PAIN: 60.0}, {PAIN: 54.0}, None).changes


def test_spreading_visits_out_does_not_spare_the_question():
    spread = [k * 8.0 for k in range(23)]
    assert held(plan(spread, VisitLimit()), 0.0) == spread[:12]
    assert held(plan(spread, VisitLimit()), 0.3) == spread[:20]
    monthly = [k * 30.0 for k in range(8)]
    assert held(plan(monthly, VisitLimit()), 0.0) == monthly[:4]


@given(days=st.lists(st.integers(0, 364), min_size=1, max_size=80, unique=True), gained=st.floats(-0.5, 1))
def test_the_limit_holds_for_any_plan_of_a_year(days, gained):
    planned = sorted(float(d) for d in days)
    kept = held(plan(planned, VisitLimit()), gained)
    assert set(kept) <= set(planned)
    for day in kept:
        assert sum(day - 365 < d <= day for d in kept) <= 20
    if gained < 0.1:
        assert len(kept) <= 12
        assert kept[-1] <= kept[0] + 90
