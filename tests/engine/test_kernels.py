"""Kernels of random models against the array reading, with bounds of what rounding may do."""

import numpy as np
import pytest
from engine_bars import Bar, BarOps
from engine_toys import NO_SHRINKING, array_rates, evaluate, tame_models, tree_model
from hypothesis import given, settings
from hypothesis import strategies as st

from deqi.engine import Engine
from deqi.engine.methods import RODAS5P
from deqi.engine.workspace import PythonWorkspace

POINTS = 11  # no whole number of vectors


def points(size, seed):
    """States, parameters and inputs of some patients."""
    rng = np.random.default_rng(seed)
    return [10 ** rng.uniform(-1.5, 0.5, (POINTS, n)) for n in (size, 2, 1)]


def bars(trees, where, eps):
    """Values of the trees (rates, signal, strong) with bounds of their errors."""
    rates, signal, strong = trees
    states, parameters, inputs = (
        [Bar(column, eps * np.abs(column), eps) for column in table.T] for table in where
    )
    ops, feedback = BarOps(eps), None

    def leaf(kind, which=None):
        match kind:
            case "state":
                return states[which]
            case "param":
                return parameters[which]
            case "drive":
                return inputs[0]
            case "feedback":
                return feedback
        return Bar(np.full(POINTS, which), 0.0, eps)

    feedback = first = evaluate(signal, leaf, ops)
    feedback = evaluate(strong, leaf, ops)
    return [evaluate(r, leaf, ops) for r in rates], [first, feedback]


def within_bars(found, expected):
    for column, bar in zip(found.T, expected, strict=True):
        assert np.isfinite(column).all()
        excess = np.abs(column - bar.value) - 4 * bar.error
        at = int(np.argmax(excess))
        assert excess[at] <= 0, (at, column[at], bar.value[at], bar.error[at])


@settings(max_examples=8, phases=NO_SHRINKING)
@given(tame_models(), st.sampled_from([64, 64, 32]), st.integers(0, 99))
def test_rates_and_outputs(trees, bits, seed):
    model = tree_model(*trees)
    engine = Engine(model, bits=bits)
    where = [np.asarray(table, engine.lane).astype(float) for table in points(len(engine.states), seed)]
    rates, outputs = engine.rates(*where), engine.observe(*where)
    expected_rates, expected_outputs = bars(trees, where, 2.0 ** (-52 if bits == 64 else -23))
    within_bars(rates, expected_rates)
    within_bars(outputs, expected_outputs)
    if bits == 64:
        # The bounds hold for the array reading as well; if they were vast, this would not.
        slow_rates, slow_outputs = array_rates(model, engine, *where)
        within_bars(slow_rates, expected_rates)
        within_bars(slow_outputs, expected_outputs)
        wide = [bar for bar in (*expected_rates, *expected_outputs) if not np.isfinite(bar.error).all()]
        for fast, slow, bar in zip(rates.T, slow_rates.T, expected_rates, strict=True):
            if bar not in wide:
                np.testing.assert_allclose(fast, slow, rtol=1e-9, atol=1e-12)


def differences(model, engine, where):
    """Central differences of the rates by the array reading, and a bound of their error."""
    states = where[0]
    slopes = []
    for part in (1.0, 0.5):
        columns = []
        for j in range(states.shape[1]):
            h = 1e-4 * part * states[:, j]
            up, down = states.copy(), states.copy()
            up[:, j] += h
            down[:, j] -= h
            rise = (
                array_rates(model, engine, up, *where[1:])[0]
                - array_rates(model, engine, down, *where[1:])[0]
            )
            columns.append(rise / (2 * h)[:, None])
        slopes.append(np.stack(columns, axis=2))
    best = (4 * slopes[1] - slopes[0]) / 3
    return best, np.abs(slopes[1] - slopes[0])


@settings(max_examples=8, phases=NO_SHRINKING)
@given(tame_models(largest=5), st.sampled_from([0.3, 3.0, 30.0]), st.integers(0, 99))
def test_jacobian_and_factors(trees, slack, seed):
    model = tree_model(*trees)
    engine = Engine(model)
    size = len(engine.states)
    where = points(size, seed)
    jacobian = engine.jacobian(*where)
    expected, doubt = differences(model, engine, where)
    scale = np.abs(expected).max(axis=2, keepdims=True) + np.abs(engine.rates(*where))[:, :, None] + 1e-3
    assert (np.abs(jacobian - expected) <= 1e-6 * scale + 4 * doubt).all()

    # factor and solve: (1/(h gamma) - J) x = rates.
    width = engine.width
    work = PythonWorkspace({"width": width}, engine.sizes, engine.lane, engine.code.addresses)
    rows = np.arange(width) % POINTS
    for field, table in zip(("y", "p", "u"), where, strict=True):
        getattr(work, field)[: table.shape[1] * width] = table[rows].T.ravel()
    step = 1 / ((1 + slack) * np.abs(jacobian[rows]).sum(axis=2).max(axis=1) + 1e-3)
    work.inverse_step[:] = 1 / (step * RODAS5P.gamma)
    for kernel in ("prepare", "factor"):
        work.run(kernel)
    rates = work.slope.reshape(size, width).T.copy()
    np.testing.assert_array_equal(rates, engine.rates(*where)[rows])
    work.run("solve")
    found = work.slope.reshape(size, width).T
    for lane, row in enumerate(rows):
        matrix = np.eye(size) / (step[lane] * RODAS5P.gamma) - jacobian[row]
        np.testing.assert_allclose(found[lane], np.linalg.solve(matrix, rates[lane]), rtol=1e-10, atol=1e-12)


@pytest.mark.parametrize("bits", [64, 32])
def test_slopes_of_powers_of_what_has_all_but_decayed(bits):
    """A state that decays goes through the smallest numbers there are; its slopes must not run wild."""
    n = (2.0, 1.7, 1.0, 3.0)
    state = ("state", 0)
    rates = [("power", state, ("param", 0)), ("hill", state, ("number", 1.0), ("param", 0))]
    engine = Engine(tree_model(tuple(rates)), bits=bits, width=2)
    tiny = float(np.finfo(engine.lane).smallest_subnormal)
    places = (
        1.0,
        1e-3,
        1e-20,
        1e-36,
        1e-40,
        1e-44,
        *((1e-160, 1e-300, 1e-308, 1e-310) if bits == 64 else ()),
        tiny,
        0.0,
    )
    for power in n:
        x = np.array([[place, 1.0] for place in places])
        slopes = engine.jacobian(x, np.tile([power, 1.0], (len(x), 1)), np.zeros((len(x), 1)))
        exact = power * x[:, 0] ** (power - 1)
        np.testing.assert_allclose(
            slopes[1:, 0, 0], exact[1:], rtol=1e-4, atol=1e-6, err_msg=f"power {power}"
        )
        # x^1 has its slope where x > 0; at 0 either side will do.
        risen = exact / (1 + x[:, 0] ** power) ** 2
        np.testing.assert_allclose(
            slopes[:-1, 1, 0], risen[:-1], rtol=1e-4, atol=1e-6, err_msg=f"hill {power}"
        )
