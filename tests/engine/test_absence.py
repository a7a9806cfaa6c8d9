"""Leaving out what is not there: exact, refused where it would not be, and nobody else's business."""

import numpy as np
import pytest

from deqi import needling_analgesia
from deqi.core import Block, Expr, Instance, Mechanism, Model, Wire, var
from deqi.core.variables import ANY
from deqi.engine import Engine
from deqi.errors import EngineError, UnknownNameError
from deqi.simulation.preparation import DRUGS
from deqi.solvers import LaneEngine, Stretch, Task


class Drug(Mechanism):
    """A drug that is taken and cleared."""

    class State(Block):
        level: Expr = var("nM", "level", symbol="c", initial=0.0)

    class Params(Block):
        clearance: Expr = var("1/min", "clearance", symbol="k")

    class Inputs(Block):
        intake: Expr = var("nM/min", "intake", symbol="i", bounds=ANY)

    @staticmethod
    def rhs(t, x, p, u, ops):
        return {"level": u.intake - p.clearance * x.level}


class Pain(Mechanism):
    """A pain that a drug relieves."""

    class State(Block):
        pain: Expr = var("1", "pain", symbol="P", initial=1.0)

    class Params(Block):
        recovery: Expr = var("1/min", "recovery", symbol="r")
        half: Expr = var("nM", "half effect", symbol="h")

    class Inputs(Block):
        drug: Expr = var("nM", "drug", symbol="c")

    class Outputs(Block):
        effect: Expr = var("1", "effect", symbol="E")

    @staticmethod
    def outputs(t, x, p, u, ops):
        return {"effect": u.drug / (u.drug + p.half)}

    @staticmethod
    def rhs(t, x, p, u, ops):
        return {"pain": p.recovery * (1 - u.drug / (u.drug + p.half) - x.pain * x.pain)}


class Outside(Block):
    """What is done."""

    intake: Expr = var("nM/min", "intake", symbol="i", bounds=ANY)


MODEL = Model(
    "relief",
    [Instance("drug", Drug), Instance("mind", Pain)],
    [Wire("environment.intake", "drug.intake"), Wire("drug.level", "mind.drug")],
    Outside,
)
ABSENT = ("environment.intake", "drug.level")
PARAMETERS = {"drug.clearance": 0.05, "mind.recovery": 0.1, "mind.half": 2.0}
REPORT = ("mind.effect", "drug.level", "mind.pain")


def task(starts, intakes):
    plans = tuple(
        (
            Stretch(0.0, 10.0, {"environment.intake": rate}, {}),
            Stretch(10.0, 60.0, {"environment.intake": 0.0}, {}),
        )
        for rate in intakes
    )
    return Task(
        model=MODEL,
        parameters=PARAMETERS,
        start=np.array([[level, 0.3] for level in starts]),
        plans=plans,
        plan=np.arange(len(starts)),
        times=np.array([0.0, 5.0, 10.0, 30.0, 60.0]),
        report=REPORT,
    )


def test_it_is_the_same_to_the_tolerance_and_zero_is_reported():
    asked = task([0.0, 0.0, 3.0], [0.0, 1.0, 0.0])
    whole = LaneEngine(rtol=1e-9).follow(asked)
    spared = LaneEngine(rtol=1e-9, absent=ABSENT).follow(asked)
    assert spared.reports == pytest.approx(whole.reports, rel=1e-7, abs=1e-12)
    assert spared.final == pytest.approx(whole.final, rel=1e-7, abs=1e-12)
    assert (spared.reports[0, :, :2] == 0.0).all()


def test_who_else_is_there_does_not_matter():
    solver = LaneEngine(rtol=1e-5, absent=ABSENT)
    together = solver.follow(task([0.0, 3.0, 0.0], [0.0, 0.0, 1.0]))
    for n, (level, intake) in enumerate([(0.0, 0.0), (3.0, 0.0), (0.0, 1.0)]):
        alone = solver.follow(task([level], [intake]))
        assert np.array_equal(alone.reports[0], together.reports[n])
        assert alone.steps[0] == together.steps[n]


def test_a_patient_who_fails_is_nan_in_what_is_left_out_too():
    asked = task([0.0, 0.0], [0.0, 0.0])
    asked.start[1, 1] = np.nan
    courses = LaneEngine(rtol=1e-5, absent=ABSENT).follow(asked)
    assert np.isnan(courses.final[1]).all()
    assert np.isnan(courses.reports[1, 1:]).all()
    assert np.isfinite(courses.reports[0]).all()


def test_what_does_not_stay_at_zero_is_refused():
    with pytest.raises(EngineError, match=r"drug\.level: would not stay at 0"):
        Engine(MODEL, absent=["drug.level"])
    with pytest.raises(EngineError, match=r"mind\.pain: would not stay at 0"):
        Engine(MODEL, absent=["mind.pain"])
    with pytest.raises(UnknownNameError, match="did you mean drug"):
        Engine(MODEL, absent=["drug.levl"])


def test_the_drugs_of_the_model_can_be_left_out():
    engine = Engine(needling_analgesia(), absent=DRUGS)
    left = {*needling_analgesia().states} - set(engine.states)
    assert left == {path for path in DRUGS if not path.startswith("environment.")}
    # Nothing of a drug is kept.
    assert not [path for path in engine.states if path.startswith("drugs.")]
