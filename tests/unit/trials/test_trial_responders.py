"""Responder rules on tables made by hand."""

import re

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from deqi.trials.files import load_trial
from deqi.trials.parts import Better
from deqi.trials.responders import better, responders, without_failures

NAN = float("nan")


def table(**columns):
    """A cohort: `pain_w4` is the column ``pain.w4``; nobody fails unless it is said."""
    count = len(next(iter(columns.values())))
    never = {"unblinded_week": [NAN] * count, "co_treatment_week": [NAN] * count}
    return pd.DataFrame({**never, **{re.sub(r"_w(\d+)$", r".w\1", name): v for name, v in columns.items()}})


def test_less_pain_is_better_and_more_function_is(with_rule):
    trial = with_rule({"endpoint": "pain", "better_by": 0.3}, {"endpoint": "function", "better_by": 0.5})
    seen = table(
        pain_w0=[60, 60, 60, 60],
        pain_w4=[42, 43, 80, 60],
        pain_w8=[60, 60, 60, 60],
        function_w0=[40, 40, 40, 40],
        function_w4=[40, 40, 60, 20],
        function_w8=[40, 59, 60, 61],
    )
    found = responders(trial, seen)["rule"]
    assert found[4].tolist() == [True, False, True, False]
    assert found[8].tolist() == [False, False, True, True]


def test_points_are_points(with_rule):
    trial = with_rule({"endpoint": "pain", "better_by_points": 20})
    seen = table(pain_w0=[60, 30, 10], pain_w4=[40, 11, 0], pain_w8=[41, 10, 0])
    found = responders(trial, seen)["rule"]
    assert found[4].tolist() == [True, False, False]
    assert found[8].tolist() == [False, True, False]


def test_whoever_was_not_measured_is_a_non_responder(with_rule):
    trial = with_rule({"endpoint": "pain", "better_by": 0.3}, {"endpoint": "function", "better_by": 0.1})
    seen = table(
        pain_w0=[60, NAN, 60],
        pain_w4=[NAN, 10, NAN],
        pain_w8=[NAN, 10, NAN],
        function_w0=[40, 40, 40],
        function_w4=[NAN, NAN, 80],
        function_w8=[NAN, NAN, NAN],
    )
    found = responders(trial, seen)["rule"]
    assert found[4].tolist() == [False, False, True]
    assert not found[8].any()


def test_failures_count_from_their_week_on_and_are_shown_without(with_rule):
    trial = with_rule({"endpoint": "pain", "better_by": 0.3}, failures=("unblinded", "co-treatment"))
    seen = table(
        pain_w0=[60] * 4,
        pain_w4=[30] * 4,
        pain_w8=[30] * 4,
        unblinded_week=[NAN, 6, NAN, NAN],
        co_treatment_week=[NAN, NAN, 4, 8.1],
    )
    found = responders(trial, seen)
    assert list(found) == ["rule", "rule, without the failure rule"]
    assert found["rule"][4].tolist() == [True, True, False, True]
    assert found["rule"][8].tolist() == [True, False, False, True]
    assert found[without_failures("rule")][8].all()


def test_only_the_failures_that_are_named_count(with_rule):
    trial = with_rule({"endpoint": "pain", "better_by": 0.3}, failures=("unblinded",))
    seen = table(
        pain_w0=[60, 60],
        pain_w4=[30, 30],
        pain_w8=[30, 30],
        unblinded_week=[NAN, 1.0],
        co_treatment_week=[1.0, NAN],
    )
    assert responders(trial, seen)["rule"][4].tolist() == [True, False]


def test_a_rule_without_failures_stands_once(with_rule):
    trial = with_rule({"endpoint": "pain", "better_by": 0.3})
    assert list(responders(trial, table(pain_w0=[1.0], pain_w4=[1.0], pain_w8=[1.0]))) == ["rule"]


def test_nobody_is_better_by_a_share_of_nothing(with_rule):
    trial = with_rule({"endpoint": "pain", "better_by": 0.3})
    found = responders(trial, table(pain_w0=[0.0], pain_w4=[0.0], pain_w8=[0.0]))
    assert not found["rule"][4].any()


@pytest.mark.parametrize("share", [0.1, 0.3, 1 / 3, 0.33, 0.5, 0.7])
@given(before=st.integers(1, 300))
def test_exactly_so_much_is_enough_whatever_the_step(share, before):
    trial = load_trial("gerac")
    start = before / 3
    now = start - share * start
    seen = pd.DataFrame({"pain.w0": [start, start], "pain.w6": [now, now + 1e-6]})
    assert better(trial, Better("pain", better_by=share), seen, 6.0).tolist() == [True, False]


@given(
    st.lists(
        st.tuples(
            *[st.one_of(st.just(NAN), st.floats(0, 100))] * 4, st.one_of(st.just(NAN), st.floats(0, 30))
        ),
        min_size=1,
        max_size=20,
    )
)
def test_the_rule_of_gerac_is_what_it_says(rows):
    before, now, could, can, changed = np.array(rows).T
    trial = load_trial("gerac")
    seen = pd.DataFrame(
        {
            **{"pain.w0": before, "function.w0": could},
            **{f"pain.w{w}": now for w in (6, 13, 26)},
            **{f"function.w{w}": can for w in (6, 13, 26)},
            "unblinded_week": NAN,
            "co_treatment_week": changed,
        }
    )
    found = responders(trial, seen)["gerac"][13]
    for k in range(len(rows)):
        less_pain = before[k] > 0 and before[k] - now[k] >= 0.33 * before[k] - 1e-9
        can_more = could[k] > 0 and can[k] - could[k] >= 0.12 * could[k] - 1e-9
        assert found[k] == ((less_pain or can_more) and not changed[k] <= 13)
