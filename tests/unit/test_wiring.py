"""Wires that are missing, doubled, dangling or of another unit fail before anything runs."""

import pytest

from deqi.core import Block, Expr, Instance, Mechanism, Model, Wire, var
from deqi.core.trace import trace
from deqi.errors import MechanismError, UnitError, UnknownNameError, WiringError
from deqi.models import needling_analgesia


class Source(Mechanism):
    """A source."""

    class State(Block):
        level: Expr = var("pmol/L", "level", symbol="c", initial=1.0)

    @staticmethod
    def rhs(t, x, p, u, ops):
        return {"level": 0 * x.level}


class Sink(Mechanism):
    """A sink that passes on what it gets."""

    class Inputs(Block):
        level: Expr = var("nM", "level", symbol="c")

    class Outputs(Block):
        out: Expr = var("nM", "the same", symbol="c")

    @staticmethod
    def outputs(t, x, p, u, ops):
        return {"out": u.level}


A, B = Instance("a", Source), Instance("b", Sink)


def test_a_wire_between_scales_carries_its_factor():
    model = Model("m", [A, B], [Wire("a.level", "b.level")])
    assert model.feeds["b.level"] == ("a.level", 0.001)
    assert "0.001" in str(trace(model).algebraic["b.out"][1])


@pytest.mark.parametrize(
    ("instances", "wires", "error", "text"),
    [
        ([A, B], [], WiringError, "b.level is not wired"),
        ([A, B], [Wire("a.level", "b.level")] * 2, WiringError, "wired twice"),
        ([A, B], [Wire("a.levle", "b.level")], UnknownNameError, "did you mean a.level"),
        ([A, B], [Wire("a.level", "b.levl")], UnknownNameError, "did you mean b.level"),
        ([A, A], [], WiringError, "two mechanisms stand"),
    ],
)
def test_bad_wiring_is_an_error(instances, wires, error, text):
    with pytest.raises(error, match=text):
        Model("m", instances, wires)


def test_a_mechanism_without_memory_is_evaluated_on_its_own():
    assert B.evaluate({}, {"level": 2.5}) == {"out": 2.5}
    with pytest.raises(UnknownNameError, match="did you mean level"):
        B.evaluate({}, {"levle": 2.5})
    with pytest.raises(MechanismError, match="it has states and cannot be evaluated on its own"):
        A.evaluate({}, {})


def test_places_that_share_a_parameter_declare_it_alike():
    def page(unit):
        class Page(Mechanism):
            """A page with one parameter."""

            class Params(Block):
                rate: Expr = var(unit, "rate", symbol="k")

        return Page

    shared = [Instance("x", page("1/min"), "p"), Instance("y", page("1/minute"), "p")]
    assert Model("m", shared, []).parameters["p.rate"].unit == "1/min"
    for unit in ("1/d", "nM"):
        with pytest.raises(UnitError, match=rf"p\.rate: declared as 1/min and as {unit}"):
            _ = Model("m", [shared[0], Instance("y", page(unit), "p")], []).parameters


def test_a_wire_of_another_dimension_is_an_error():
    class Rate(Mechanism):
        """A sink of firing."""

        class Inputs(Block):
            firing: Expr = var("Hz", "firing", symbol="f")

    with pytest.raises(UnitError, match="cannot be turned into"):
        Model("m", [A, Instance("c", Rate)], [Wire("a.level", "c.firing")])


def test_outputs_in_a_circle_are_named():
    wires = [Wire("x.out", "y.level"), Wire("y.out", "x.level")]
    model = Model("m", [Instance("x", Sink), Instance("y", Sink)], wires)
    with pytest.raises(WiringError, match=r"circle: x.out -> y.out -> x.out"):
        trace(model)


def test_a_misspelt_parameter_does_not_load_as_a_new_one():
    class Typo(Mechanism):
        """A page with a typing error."""

        class State(Block):
            level: Expr = var("nM", "level", symbol="c", initial=1.0)

        class Params(Block):
            rate: Expr = var("1/min", "rate", symbol="k")

        @staticmethod
        def rhs(t, x, p, u, ops):
            return {"level": -p.raet * x.level}

    with pytest.raises(UnknownNameError, match="did you mean rate"):
        trace(Model("m", [Instance("a", Typo)], []))


def test_a_state_without_a_rate_is_an_error():
    class Silent(Mechanism):
        """A page without rates."""

        class State(Block):
            level: Expr = var("nM", "level", symbol="c", initial=1.0)

    with pytest.raises(MechanismError, match="no value for level"):
        trace(Model("m", [Instance("a", Silent)], []))


def test_a_mechanism_can_be_taken_out_or_exchanged():
    model = needling_analgesia()
    same = model.replace(name="copy", instances=[model.at["mind.mood"]])
    assert list(same.states) == list(model.states)
    with pytest.raises(UnknownNameError, match=r"did you mean mind\.mood"):
        model.replace(without=["mind.moood"])
