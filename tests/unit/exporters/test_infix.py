"""Formulas as other languages read them have the value that SymPy gives them."""

import math

import numpy as np
import pytest
import sympy as sp
from hypothesis import given, settings
from hypothesis import strategies as st

from deqi.core.symbols import Positive, Power, Select, Softplus, Step
from deqi.errors import FileError
from deqi.exporters.infix import infix

X, Y = sp.symbols("x y", real=True)
MEANS = {
    "exp": math.exp,
    "ln": math.log,
    "max": max,
    "piecewise": lambda a, condition, b: a if condition else b,
}
VALUES = {X: 0.7, Y: 1.9}
FUNCTIONS = {
    Positive: lambda a: np.maximum(a, 0),
    Step: lambda a: np.where(a > 0, 1, 0),
    Select: lambda a, b, c: np.where(a > 0, b, c),
    Softplus: lambda a: np.log1p(np.exp(a)),
    Power: lambda a, b: a**b,
}


def read(text):
    """The value of a text, as a language with ^ for powers has it."""
    names = {str(symbol): value for symbol, value in VALUES.items()}
    return eval(text.replace("^", "**"), {"__builtins__": {}}, MEANS | names)


def worth(formula):
    call = sp.lambdify([X, Y], formula, [{f.__name__: g for f, g in FUNCTIONS.items()}, "numpy"])
    return float(call(*VALUES.values()))


leaves = st.sampled_from([X, Y, sp.Integer(1), sp.Integer(2), sp.Rational(1, 2), sp.Float(0.001)])


def grown(inside):
    return st.one_of(
        st.tuples(inside, inside).map(lambda p: p[0] + p[1]),
        st.tuples(inside, inside).map(lambda p: p[0] - p[1]),
        st.tuples(inside, inside).map(lambda p: p[0] * p[1]),
        st.tuples(inside, inside).map(lambda p: p[0] / (1 + p[1] ** 2)),
        inside.map(lambda e: 1 / (2 + e**2)),
        inside.map(lambda e: sp.sqrt(1 + e**2)),
        inside.map(lambda e: sp.exp(-(e**2))),
        inside.map(lambda e: sp.log(1 + e**2)),
        inside.map(Positive),
        inside.map(Step),
        inside.map(lambda e: Softplus(-(e**2))),
        st.tuples(inside, inside, inside).map(lambda p: Select(*p)),
        inside.map(lambda e: Power(1 + e**2, Y)),
    )


@settings(max_examples=50)
@given(st.recursive(leaves, grown, max_leaves=12))
def test_any_formula_keeps_its_value(formula):
    assert read(infix(formula)) == pytest.approx(worth(formula), rel=1e-9, abs=1e-12)


def test_signs_and_quotients_stay_where_they_belong():
    assert infix(-X / Y) == "-(x/y)"
    assert infix(1 - X) == "1 - x"
    assert infix((1 - X) / (X * (1 + Y))) == "(1 - x)/(x*(y + 1))"
    assert infix(Power(X, Y) * 2) == "2*((x)^(y))"


def test_a_zero_is_told_what_it_is_beside():
    seen = []

    def number(value, like):
        seen.append((value, like))
        return str(value)

    infix(Positive(X) + Select(Y, X, 0), number)
    assert (0.0, X) in seen
    assert (0.0, Y) in seen


def test_what_no_language_knows_is_refused():
    with pytest.raises(FileError, match="has no name in other languages"):
        infix(sp.sin(X))
