"""Slopes of outcomes in parameters."""

from dataclasses import replace

import numpy as np
import pytest

from deqi import load_protocol
from deqi.errors import SimulationError, UnknownNameError
from deqi.parameters import base_values
from deqi.simulation import gradient, simulate_many

PAIN = "pain.report.intensity"
LOAD, EXPECTATION, DEPTH = (
    "periphery.load.chronic_level",
    "mind.expectation.expectation",
    "needle.depth.half_depth",
)


def test_slopes_are_those_of_single_runs():
    found = gradient("art-acupuncture", [(PAIN, 8.0), ("mind.mood.mood", 8.0)], [LOAD, EXPECTATION, DEPTH])
    for k, path in enumerate((LOAD, EXPECTATION, DEPTH)):
        value = base_values()[path].value
        step = 5e-3 * value
        ends = simulate_many(
            "art-acupuncture",
            {path: np.array([value + step, value - step])},
            weeks=(8.0,),
            report=(PAIN, "mind.mood.mood"),
            rtol=1e-9,
        ).values[:, 0]
        single = (ends[0] - ends[1]) / (2 * step)
        assert found.slopes[:, k] == pytest.approx(single, rel=2e-3)
    assert (found.errors < 1e-3).all()


def test_a_slope_across_a_decision_is_none():
    plan = load_protocol("gerac-verum")
    expectation = {EXPECTATION: np.array([base_values()[EXPECTATION].value])}
    pain = simulate_many(plan, expectation, weeks=(0.0, 6.0), rtol=1e-9)[PAIN][0]
    gained = (pain[0] - pain[1]) / pain[0]
    # This patient stands at the very edge of the rule's range.
    rule = replace(plan.rules[0], improvement=(0.1, float(gained)))
    with pytest.raises(SimulationError, match="decides otherwise"):
        gradient(replace(plan, rules=(rule,)), [(PAIN, 26.0)], [EXPECTATION])


def test_unknown_names():
    with pytest.raises(UnknownNameError, match="did you mean"):
        gradient("none", [(PAIN, 4.0)], ["periphery.load.chronic_levl"])
    with pytest.raises(UnknownNameError, match="did you mean"):
        gradient("none", [("pain.report.intensty", 4.0)], [LOAD])
