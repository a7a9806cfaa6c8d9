"""Random equations with extreme numbers: the kernel is right, or was refused, or its patient is not finite.

The judge evaluates the very expressions with many digits and no largest number.
Where a part of one leaves the range of floats, only "right or not finite" is
asked; where all stay within, the kernel must be right; where the truth itself
is no finite number, the kernel must say so, or end where NumPy's infinities do.
"""

import numpy as np
import pytest
import sympy as sp
from engine_judge import judged
from engine_toys import NO_SHRINKING, array_rates, same_bits, tree_model
from hypothesis import given, settings
from hypothesis import strategies as st

from deqi.core import Block, Expr, Instance, Mechanism, Model, var
from deqi.core.trace import trace
from deqi.engine import Batch, Engine, Schedule, Status
from deqi.errors import EngineError

NUMBERS = st.sampled_from(
    [
        0.0,
        1.0,
        2.0,
        -1.0,
        0.5,
        -2.5,
        1e-3,
        1e3,
        1e30,
        1e-30,
        1e150,
        -1e150,
        1e-150,
        1e300,
        1e-300,
        5e-324,
        1.7e308,
    ]
)
#: As an argument at run time, and as a literal.
LEAVES = st.one_of(
    *(st.just(leaf) for leaf in (("state", 0), ("state", 1), ("param", 0), ("param", 1), ("drive",))),
    NUMBERS.map(lambda x: ("number", x)),
)
ONE = ("exp", "log", "sqrt", "sigmoid", "softplus", "positive", "neg")
TWO = ("add", "sub", "mul", "mul", "div", "div", "at_least", "at_most", "hill2", "power")
THREE = ("hill", "where")


def wild_trees():
    def grow(inner):
        return st.one_of(
            st.tuples(st.sampled_from(ONE), inner),
            st.tuples(st.sampled_from(TWO), inner, inner),
            st.tuples(st.sampled_from(THREE), inner, inner, inner),
        )

    return st.recursive(LEAVES, grow, max_leaves=6)


PLACES = (-1.5, 0.0, 0.3, 1.0, 7.0, 1e-20, 1e20, 1e-160, 1e160, 1e308)


def places(seed, count=24):
    """Patients at places tame and wild."""
    rng = np.random.default_rng(seed)
    tables = [rng.choice(PLACES, (count, n)) for n in (2, 2, 1)]
    return [np.where(rng.uniform(size=t.shape) < 0.4, rng.uniform(0.1, 3, t.shape), t) for t in tables]


@settings(max_examples=15, phases=NO_SHRINKING)
@given(wild_trees(), wild_trees(), st.integers(0, 999))
def test_right_or_refused_or_not_finite(one, two, seed):
    try:
        model = tree_model((one, two))
        symbolic = trace(model)
    except (ZeroDivisionError, OverflowError):
        return  # Python's own numbers, before any engine
    try:
        engine = Engine(model)
    except EngineError:
        return
    where = places(seed)
    rates = engine.rates(*where)
    with np.errstate(all="ignore"):
        slow, _ = array_rates(model, engine, *where)
    groups = ((symbolic.states, 0), (symbolic.parameters, 1), (symbolic.environment, 2))
    for row in range(len(rates)):
        symbols = {
            symbol: float(where[table][row, k])
            for group, table in groups
            for k, symbol in enumerate(group.values())
        }
        expressions = symbolic.rates.values()
        for found, numpy, expression in zip(
            rates[row].tolist(), slow[row].tolist(), expressions, strict=True
        ):
            truth, bound, clear = judged(expression, symbols)
            said = f"{expression} at {symbols}: {found}, in truth {truth} within {bound}"
            if truth is None:
                # 1 / inf is 0, and inf^0 is 1.
                assert not clear or not np.isfinite(found) or np.isclose(found, numpy, rtol=1e-9), said
            elif clear:
                assert np.isfinite(found), said
                assert abs(found - truth) <= bound, said


def follow(model, start, numbers, drive=1.0):
    """A short course of every patient."""
    once = Schedule(np.array([0.0, 0.1]), np.full((1, 1), drive), np.zeros((1, start.shape[1])))
    batch = Batch(start, np.zeros(2), numbers, (once,), np.zeros(len(start), int))
    return Engine(model, width=4).run(batch)


S, P, Q = ("state", 0), ("param", 0), ("param", 1)


@pytest.mark.parametrize(
    ("tree", "bad", "good"),
    [
        (("log", P), -1.0, 2.0),
        (("log", ("mul", P, S)), 0.0, 1.0),
        (("sqrt", P), -4.0, 4.0),
        (("sqrt", ("sub", S, P)), 5.0, 0.5),
        (("div", S, P), 0.0, 2.0),
        (("div", ("number", 1.0), ("sub", P, Q)), 1.0, 3.0),
        (("power", P, ("number", -0.5)), 0.0, 1.0),
        (("power", ("sub", P, ("number", 1.0)), ("number", -1.5)), -3.0, 2.5),
        (("mul", P, ("mul", P, S)), 1e200, 1.0),
        (("div", ("mul", S, P), ("mul", S, P)), 1.0, 1.0),
    ],
)
def test_a_patient_who_is_not_finite_harms_nobody(tree, bad, good):
    """Neighbours in the same vector have the same bits as without him."""
    model = tree_model((("sub", tree, S),))
    start, numbers = np.linspace(1, 2, 7)[:, None], np.column_stack([np.full(7, good), np.ones(7)])
    well = follow(model, start, numbers)
    assert well.done.all()
    ill = numbers.copy()
    ill[3, 0] = bad
    found = follow(model, start, ill)
    others = np.arange(7) != 3
    assert same_bits(found.final[others], well.final[others])
    assert same_bits(found.steps[others], well.steps[others])
    assert found.status[3] == (Status.DONE if bad == good else Status.NOT_FINITE)


def test_powers_of_what_is_not_positive_are_those_of_zero():
    """A state may sit a rounding error below zero; a broken power of it is that of 0."""
    for n, expected in ((0.5, 0.0), (2.0, 0.0), (1.7, 0.0), (0.0, 1.0)):
        engine = Engine(tree_model((("power", S, ("number", n)), ("power", S, P))))
        for x in (0.0, -1e-12, -3.0):
            rates = engine.rates(np.array([[x, 1.0]]), np.array([[n, 0.0]]), np.zeros((1, 1)))
            assert rates.tolist() == [[expected, expected]], (x, n)


LOG, ROOT = ("log", P), ("sqrt", P)
#: Each needs the logarithm or the root of the first parameter. (SymPy writes exp(log(p)) as p.)
NEEDY = (
    *((name, ROOT) for name in ("exp", "sigmoid")),
    *((name, LOG) for name in ("log", "sqrt", "softplus", "positive", "neg")),
    *((name, LOG, Q) for name in ("power", "hill2", "at_least", "at_most")),
    *((name, Q, LOG) for name in ("power", "hill2", "at_least", "at_most")),
    ("power", ("number", 0.0), LOG),
    ("hill", LOG, Q, ("number", 2.0)),
    ("hill", Q, LOG, Q),
    ("hill", Q, Q, LOG),
    ("where", Q, LOG, S),
    ("where", ("neg", Q), S, LOG),
)


@pytest.mark.parametrize("bits", [64, 32])
def test_no_function_hides_what_is_no_number(bits):
    """One tree a state of one model; the parameter is -1 for the first patient."""
    engine = Engine(tree_model(NEEDY), bits=bits, width=2)
    rates = engine.rates(np.full((2, len(NEEDY)), 0.7), np.array([[-1.0, 1.5], [2.5, 1.5]]), np.zeros((2, 1)))
    hidden = [tree for tree, rate in zip(NEEDY, rates[0], strict=True) if not np.isnan(rate)]
    assert hidden == []
    assert np.isfinite(rates[1]).all()


@pytest.mark.parametrize("number", [float("inf"), float("-inf"), float("nan")])
def test_constants_that_are_not_finite_are_refused(number):
    for tree in (("mul", S, ("number", number)), ("add", ("exp", S), ("number", number)), ("number", number)):
        with pytest.raises(EngineError, match="no finite number"):
            Engine(tree_model((tree,)))


@pytest.mark.parametrize(
    "tree",
    [
        ("div", S, ("mul", ("number", 0), S)),
        ("mul", S, ("sqrt", ("number", -2.0))),
        ("mul", S, ("log", ("number", -2.0))),
        ("mul", ("mul", S, ("number", 1e300)), ("number", 1e300)),
        ("mul", ("exp", ("number", 1.7e308)), S),
        ("exp", ("mul", ("number", 2.5), ("log", S))),
        ("sqrt", ("sqrt", S)),
    ],
)
def test_what_cannot_be_printed_is_refused(tree):
    with pytest.raises(EngineError):
        Engine(tree_model((tree,)))


@pytest.mark.parametrize("name", ["sin", "Abs", "sign", "gamma", "floor", "Heaviside"])
def test_functions_beyond_the_list_are_refused(name):
    class Odd(Mechanism):
        class State(Block):
            x: Expr = var("1", "x", symbol="x", initial=1.0)

        @staticmethod
        def rhs(t, x, p, u, ops):
            return {"x": getattr(sp, name)(x.x)}

    with pytest.raises(EngineError, match="no instructions for"):
        Engine(Model("odd", [Instance("odd", Odd)], []))


@pytest.mark.parametrize(
    ("tree", "value"),
    [
        (("power", ("number", 2.0), ("number", 0.5)), 2**0.5),
        (("softplus", ("number", 0.5)), np.log1p(np.exp(0.5))),
        (("positive", ("number", -0.5)), 0.0),
        (("positive", ("number", 0.5)), 0.5),
        (("at_least", ("number", 0.1), ("number", 0.3)), 0.3),
        (("at_most", ("number", 0.1), ("number", 0.3)), 0.1),
        (("hill", ("number", 1.0), ("number", 2.0), ("number", 2.0)), 0.2),
        (("where", ("number", 1.0), ("number", 3.0), ("number", 2.0)), 3.0),
        (("log", ("power", ("number", 2.0), ("number", 3.0))), np.log(8)),
        (("power", ("sub", S, S), ("number", 0.0)), 1.0),
    ],
)
def test_the_list_may_be_called_on_numbers_alone(tree, value):
    model = tree_model((("mul", S, tree), tree))
    rates = Engine(model).rates(np.array([[3.0, 1.0]]), np.ones((1, 2)), np.zeros((1, 1)))
    np.testing.assert_allclose(rates, [[3 * value, value]], rtol=1e-14)
