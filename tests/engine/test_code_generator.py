"""Random equations with extreme numbers: the kernel is right, or was refused, or its patient is not finite.

The judge evaluates the very expressions with many digits and no largest number.
Where a part of one leaves the range of floats, only "right or not finite" is
asked; where all stay within, the kernel must be right; where the truth itself
is no finite number, the kernel must say so, or end where NumPy's infinities do.
"""

import mpmath
import numpy as np
import pytest
import sympy as sp
from engine_toys import NO_SHRINKING, array_rates, same_bits, tree_model
from hypothesis import given, settings
from hypothesis import strategies as st

from deqi.core import Block, Expr, Instance, Mechanism, Model, var
from deqi.core.symbols import Positive, Power, Select, Softplus, Step
from deqi.core.trace import trace
from deqi.engine import Batch, Engine, Schedule, Status
from deqi.errors import EngineError

#: Beyond these, sums and products of floats lose digits or end.
LEAST, MOST = mpmath.mpf(10) ** -150, mpmath.mpf(10) ** 150
EPS = mpmath.mpf(2) ** -52


class Judge:
    """Value of an expression and a bound of the error of floats, at some place.

    `clear` turns false where a part leaves the range of floats, or a switch may fall either way.
    """

    def __init__(self, symbols):
        self.symbols, self.clear = symbols, True

    def __call__(self, e):
        value, error = self.rule(e)
        if mpmath.isinf(value) or mpmath.isnan(value) or isinstance(value, mpmath.mpc):
            raise ZeroDivisionError(str(e))
        if not (value == 0 or abs(value) > LEAST) or abs(value) > MOST or not error < MOST:
            self.clear = False
        return value, error + EPS * abs(value)

    def rule(self, e):
        if e in self.symbols:
            return mpmath.mpf(self.symbols[e]), mpmath.mpf(0)
        if e.is_Number or e.is_NumberSymbol:
            return mpmath.mpf(str(e.evalf(40))), mpmath.mpf(0)
        try:
            parts = [self(a) for a in e.args]
        except ZeroDivisionError:
            # The engine holds exponentials, so powers too, at their bounds: e^inf is a number to it.
            self.clear &= not (e.func is sp.exp or isinstance(e, Power))
            raise
        if e.is_Add:
            return mpmath.fsum(v for v, _ in parts), mpmath.fsum(
                r + len(parts) * EPS * abs(v) for v, r in parts
            )
        if e.is_Mul:
            return self.product(parts)
        if e.is_Pow:
            return self.whole_power(*parts)
        (x, dx), *rest = parts
        one = mpmath.mpf(1)
        if e.func.__name__ == "exp":
            # The engine holds it at its bounds, so nothing is clear there.
            self.clear &= abs(x) + dx < 700
            value = mpmath.exp(max(min(x, 708), -708))
            return value, value * (mpmath.expm1(min(dx, 300)) + 3 * EPS)
        if e.func.__name__ == "log":
            if x < 0 or not x > dx:
                self.clear &= x <= 0 and dx == 0
                raise ZeroDivisionError(str(e))
            return mpmath.log(x), dx / (x - dx) + 2 * EPS
        if isinstance(e, Positive):
            return max(x, 0 * one), dx
        if isinstance(e, Softplus):
            return mpmath.log1p(mpmath.exp(-abs(x))) + max(x, 0 * one), dx + 5 * EPS * (1 + abs(x))
        if isinstance(e, Step | Select):
            self.clear &= abs(x) > dx or (x == 0 and dx == 0)
            return ((one if x > 0 else 0 * one), 0 * one) if isinstance(e, Step) else rest[0 if x > 0 else 1]
        assert isinstance(e, Power), e
        return self.power((x, dx), rest[0])

    def product(self, parts):
        value, error = mpmath.mpf(1), mpmath.mpf(0)
        for v, r in parts:
            value, error = value * v, abs(value) * r + abs(v) * error + error * r
            self.clear &= value == 0 or LEAST < abs(value) < MOST
        # Floats may multiply in another order.
        sizes = [abs(mpmath.log10(abs(v))) for v, _ in parts if v]
        self.clear &= sum(sizes) < 150
        return value, error + len(parts) * EPS * abs(value)

    def whole_power(self, base, exponent):
        (x, dx), (n, _) = base, exponent
        if n < 0 and abs(x) <= dx:
            self.clear &= dx == 0
            raise ZeroDivisionError
        if n != int(n) and x < 0:
            self.clear &= -x > dx
            raise ZeroDivisionError
        value = mpmath.power(x, n)
        room = abs(x) - dx
        slope = abs(n) * dx / room if room > 0 else (dx and mpmath.inf)
        return value, abs(value) * (slope + abs(n) * 2 * EPS) if value else (dx and mpmath.sqrt(dx) + dx)

    def power(self, base, exponent):
        (x, dx), (n, dn) = base, exponent
        if x <= 0 or x <= dx:
            self.clear &= dx == 0 and dn == 0
            if n < 0:
                raise ZeroDivisionError
            return mpmath.mpf(n == 0), mpmath.mpf(0)
        turn = abs(mpmath.log(x))
        self.clear &= abs(n) * turn < 44
        value = mpmath.power(x, n)
        return value, value * (abs(n) * dx / (x - dx) + turn * dn + 8 * EPS)


def judged(expression, symbols):
    """Truth, its bound, and whether all of it is within floats; (None, ...) where there is no finite truth."""
    judge = Judge(symbols)
    with mpmath.workdps(40):
        try:
            value, error = judge(expression)
        except ZeroDivisionError:
            return None, None, judge.clear
        return value, 8 * error, judge.clear


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


@settings(max_examples=25, phases=NO_SHRINKING)
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
