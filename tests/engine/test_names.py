"""Paths that look alike once they are symbols."""

import numpy as np
import pytest
from engine_toys import block

from deqi.core import Instance, Mechanism, Model
from deqi.engine import Engine
from deqi.errors import EngineError, WiringError


def decaying(name, parameter):
    """A mechanism with one state that decays at its parameter's rate."""
    return type(
        "Decaying",
        (Mechanism,),
        {
            "State": block("State", [name], initial=1.0),
            "Params": block("Params", [parameter]),
            "rhs": staticmethod(lambda t, x, p, u, ops: {name: -getattr(p, parameter) * getattr(x, name)}),
        },
    )


@pytest.mark.parametrize(
    "instances",
    [
        [Instance("a", decaying("b__c", "k")), Instance("a.b", decaying("c", "k"))],
        [Instance("a", decaying("x", "b__k")), Instance("a.b", decaying("k", "y"))],
        [Instance("a", decaying("k", "y")), Instance("b", decaying("x", "k"), "a")],
        [Instance("time", decaying("time", "constant0")), Instance("y", decaying("slope0", "exp"))],
    ],
)
def test_names_that_look_alike_are_kept_apart_or_refused(instances):
    try:
        engine = Engine(Model("names", instances, []))
    except (EngineError, WiringError):
        return
    states, numbers = np.array([[2.0, 3.0]]), np.array([[0.5, 0.25]])
    assert engine.rates(states, numbers, np.zeros((1, 0))).tolist() == [[-1.0, -0.75]]
