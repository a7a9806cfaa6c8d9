"""Every mechanism passes the battery, at many random points."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st

import deqi.mechanisms
from deqi.conformance import RULES, check_package, discover_mechanisms
from deqi.conformance.rules import language, stays_in_bounds, unit_closure
from deqi.core import Block, Expr, Mechanism, var

MECHANISMS = discover_mechanisms(deqi.mechanisms)


@pytest.mark.parametrize("rule", RULES, ids=lambda r: r.__name__)
@pytest.mark.parametrize("mechanism", MECHANISMS, ids=lambda m: m.__name__)
def test_rule_holds(mechanism, rule):
    for seed in range(3):
        assert list(rule(mechanism, np.random.default_rng(seed))) == []


@pytest.mark.parametrize("mechanism", MECHANISMS, ids=lambda m: m.__name__)
@hypothesis_settings(max_examples=25)
@given(seed=st.integers(0, 2**32 - 1))
def test_states_stay_in_bounds_under_random_inputs(mechanism, seed):
    assert list(stays_in_bounds(mechanism, np.random.default_rng(seed))) == []


def test_the_whole_package_conforms():
    report = check_package("deqi")
    assert report.faults == []
    assert report.counts["mechanisms"] == len(MECHANISMS) > 60
    assert report.counts["parameter sets"] > 15
    assert report.counts["protocols"] >= 28


class Broken(Mechanism):
    """A page that breaks the language and the units."""

    class State(Block):
        level: Expr = var("nM", "level", symbol="c", initial=1.0)

    class Params(Block):
        rate: Expr = var("1/min", "rate", symbol="k")

    class Inputs(Block):
        csf: Expr = var("pmol/L", "level elsewhere", symbol="d")

    @staticmethod
    def rhs(t, x, p, u, ops):
        return {"level": p.rate * (u.csf - x.level) * 0.08 if p.rate else x.level}


def test_the_battery_finds_what_is_broken():
    rng = np.random.default_rng(0)
    found = " ".join(language(Broken, rng))
    assert "0.08" in found
    assert "IfExp" in found
    # Picomolar against nanomolar is the same dimension, a thousand apart.
    assert "does not close" in " ".join(unit_closure(Broken, rng))
