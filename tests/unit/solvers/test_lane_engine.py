"""The engine as a solver."""

import numpy as np
import pytest

from deqi.core import Block, Expr, Instance, Mechanism, Model, var
from deqi.engine import host
from deqi.errors import SimulationError, UnknownNameError
from deqi.simulation import make_solver
from deqi.solvers import LaneEngine, ScipyReference, Stretch, Task


class Clock(Mechanism):
    """Something that grows with the time of day."""

    class State(Block):
        level: Expr = var("min*min", "level", symbol="c", initial=0.0)
        still: Expr = var("1", "held or not", symbol="s", initial=0.0)

    class Params(Block):
        rate: Expr = var("1/min", "rate", symbol="r")

    class Outputs(Block):
        now: Expr = var("min", "time", symbol="t")

    @staticmethod
    def outputs(t, x, p, u, ops):
        return {"now": t}

    @staticmethod
    def rhs(t, x, p, u, ops):
        return {"level": t, "still": p.rate}


MODEL = Model("clock", [Instance("clock", Clock)], [])


def task(held=()):
    stretches = (Stretch(10.0, 15.0, {}, {"clock.level": 1.0}), Stretch(15.0, 20.0, {}, {}))
    return Task(
        model=MODEL,
        parameters={"clock.rate": np.array([0.1, 0.2])},
        start=np.zeros((2, 2)),
        plans=(stretches,),
        plan=np.zeros(2, int),
        times=np.array([10.0, 12.0, 20.0]),
        report=("clock.now", "clock.level", "clock.still"),
        held=held,
    )


@pytest.mark.parametrize("solver", [LaneEngine(rtol=1e-9), ScipyReference(rtol=1e-10)])
def test_equations_may_name_time(solver):
    courses = solver.follow(task())
    for n, rate in enumerate((0.1, 0.2)):
        rows = [[10.0, 0.0, 0.0], [12.0, 23.0, 2 * rate], [20.0, 151.0, 10 * rate]]
        assert courses.reports[n] == pytest.approx(np.array(rows), rel=1e-7)
        assert courses.final[n] == pytest.approx([151.0, 10 * rate], rel=1e-7)


@pytest.mark.parametrize("solver", [LaneEngine(rtol=1e-6, holdable=("clock.still",)), ScipyReference()])
def test_states_can_be_held(solver):
    assert (solver.follow(task(held=("clock.still",))).final[:, 1] == 0.0).all()


def test_only_what_was_named_can_be_held():
    with pytest.raises(SimulationError, match=r"clock\.still: cannot be held"):
        LaneEngine().follow(task(held=("clock.still",)))


def test_provenance_tells_of_the_host():
    told = LaneEngine(rtol=1e-4, bits=32).settings()
    assert told["host"]["processor"] == host().processor
    assert (told["method"], told["rtol"], told["bits"]) == ("Rodas5P", 1e-4, 32)


def test_solvers_by_name():
    assert make_solver("scipy", 1e-6).name == "scipy"
    with pytest.raises(UnknownNameError, match="did you mean engine"):
        make_solver("engin", 1e-6)
    with pytest.raises(SimulationError, match="rtol: a relative tolerance of 2"):
        make_solver("engine", 2.0)
