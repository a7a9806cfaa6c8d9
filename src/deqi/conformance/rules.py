"""The rules for a mechanism, one function each; a rule yields what is wrong.

`RULES` is the battery. Tests run it over many random points; ``deqi check``
over a few, always the same.
"""

from __future__ import annotations

import ast
import inspect
import math
import textwrap
from collections.abc import Callable, Iterator
from typing import Any

import numpy as np

from deqi.conformance.report import Fault
from deqi.conformance.sampling import Point, draw_point
from deqi.core import ArrayOps, Mechanism, cite, units
from deqi.core.mechanism import BLOCKS, checked
from deqi.core.ops import NAMES
from deqi.core.symbols import SymbolOps
from deqi.core.units import UnitOps, UnitValue
from deqi.errors import DeqiError

Rule = Callable[[type[Mechanism], np.random.Generator], Iterator[str]]

_LITERALS = (0, 1, 2)
_BRANCHES = (ast.If, ast.IfExp, ast.BoolOp, ast.Compare, ast.While, ast.For, ast.Try, ast.Match)


def page(mechanism: type[Mechanism], rng: np.random.Generator) -> Iterator[str]:
    """The page tells its meaning, what it assumes and what it leaves out."""
    text = mechanism.page()
    if not text.split("\n", 1)[0].strip():
        yield "there is no docstring with its meaning"
    for word in ("Assumes:", "Leaves out:"):
        if word not in text:
            yield f"the docstring has no '{word}'"


def declarations(mechanism: type[Mechanism], rng: np.random.Generator) -> Iterator[str]:
    """Every variable has a unit, a symbol, bounds and a meaning; states start inside their bounds."""
    for block in BLOCKS:
        for name, v in getattr(mechanism, block).variables.items():
            try:
                units.parse(v.unit)
            except DeqiError as error:
                yield f"{name}: {error}"
            if not v.symbol or not v.doc:
                yield f"{name}: needs a symbol and a meaning"
            low, high = v.bounds
            if not low <= high:
                yield f"{name}: bounds {low:g} to {high:g} are the wrong way round"
            if isinstance(v.initial, float | int) and not low <= v.initial <= high:
                yield f"{name}: initial value {v.initial:g} is out of bounds"
            if block == "Inputs" and not low <= v.rest <= high and math.isfinite(low):
                yield f"{name}: resting value {v.rest:g} is out of bounds"


def language(mechanism: type[Mechanism], rng: np.random.Generator) -> Iterator[str]:
    """No numeric literal but 0, 1, 2; no branching or comparison; only `ops` and local helpers are called."""
    for function in ("outputs", "rhs"):
        if function not in vars(mechanism):
            continue
        tree = ast.parse(textwrap.dedent(inspect.getsource(getattr(mechanism, function))))
        helpers = {n.name for n in ast.walk(tree) if isinstance(n, ast.FunctionDef)}
        for node in ast.walk(tree):
            if isinstance(node, ast.Constant) and isinstance(node.value, int | float):
                if isinstance(node.value, bool) or node.value not in _LITERALS:
                    yield f"{function}: the number {node.value!r} has no name, unit and source"
            elif isinstance(node, _BRANCHES):
                yield f"{function}: '{type(node).__name__}' cannot be read as symbols; use ops"
            elif isinstance(node, ast.Call):
                called = node.func
                on_ops = (
                    isinstance(called, ast.Attribute)
                    and isinstance(called.value, ast.Name)
                    and called.value.id == "ops"
                    and called.attr in NAMES
                )
                if not on_ops and not (isinstance(called, ast.Name) and called.id in helpers):
                    yield f"{function}: calls {ast.unparse(called)}, which is not in the closed list"


def unit_closure(mechanism: type[Mechanism], rng: np.random.Generator) -> Iterator[str]:
    """Units close, without a hidden factor."""
    point = draw_point(mechanism, rng)
    minute = UnitValue(1.0, "min")
    try:
        x, p, u = (
            block(**{n: UnitValue(abs(values[n]) or 1.0, v.unit) for n, v in block.variables.items()})
            for block, values in (
                (mechanism.State, point.states),
                (mechanism.Params, point.params),
                (mechanism.Inputs, point.inputs),
            )
        )
        given = checked(mechanism.outputs(minute, x, p, u, UnitOps()), mechanism.Outputs, "outputs")
        for name, value in given.items():
            if not units.same(UnitValue.of(value).unit, units.parse(mechanism.Outputs.variables[name].unit)):
                yield f"{name} comes out as {UnitValue.of(value).unit}"
        given = checked(mechanism.rhs(minute, x, p, u, UnitOps()), mechanism.State, "rhs")
        for name, value in given.items():
            wanted = units.parse(mechanism.State.variables[name].unit) / units.parse("min")
            if not units.same(UnitValue.of(value).unit, wanted):
                yield f"the rate of {name} comes out as {UnitValue.of(value).unit}, not {wanted}"
    except DeqiError as error:
        yield str(error)


def _symbolic(mechanism: type[Mechanism]) -> tuple[dict[str, Any], dict[str, Any]]:
    """Symbols by block-qualified name, and expressions by output or rate name."""
    import sympy as sp

    symbols = {
        f"{block}_{n}": sp.Symbol(f"{block}_{n}", real=True)
        for block in ("State", "Params", "Inputs")
        for n in getattr(mechanism, block).variables
    }
    x, p, u = (
        getattr(mechanism, block)(**{n: symbols[f"{block}_{n}"] for n in getattr(mechanism, block).variables})
        for block in ("State", "Params", "Inputs")
    )
    time, ops = sp.Symbol("time", real=True), SymbolOps()
    given = {f"outputs {n}": sp.sympify(e) for n, e in mechanism.outputs(time, x, p, u, ops).items()}
    given |= {f"rate {n}": sp.sympify(e) for n, e in mechanism.rhs(time, x, p, u, ops).items()}
    return symbols, given


def _arrays(mechanism: type[Mechanism], point: Point) -> dict[str, float]:
    x, p, u = (
        mechanism.State(**point.states),
        mechanism.Params(**point.params),
        mechanism.Inputs(**point.inputs),
    )
    ops = ArrayOps()
    given = {f"outputs {n}": float(e) for n, e in mechanism.outputs(0.0, x, p, u, ops).items()}
    return given | {f"rate {n}": float(e) for n, e in mechanism.rhs(0.0, x, p, u, ops).items()}


def _substitution(symbols: dict[str, Any], point: Point) -> dict[Any, float]:
    values = {"State": point.states, "Params": point.params, "Inputs": point.inputs}
    return {s: values[name.split("_", 1)[0]][name.split("_", 1)[1]] for name, s in symbols.items()}


def _evaluate(expression: Any, at: dict[Any, float]) -> float:
    """Value of an expression in double precision, our own functions included."""
    import sympy as sp

    functions = {
        "Positive": lambda x: np.maximum(x, 0.0),
        "Step": lambda x: np.where(x > 0, 1.0, 0.0),
        "Select": lambda x, a, b: np.where(x > 0, a, b),
        "Softplus": lambda x: np.logaddexp(0.0, x),
        "Power": lambda x, n: np.power(x, n),
    }
    names = sorted(expression.free_symbols, key=str)
    return float(sp.lambdify(names, expression, [functions, "numpy"])(*(np.float64(at[s]) for s in names)))


def readings_agree(mechanism: type[Mechanism], rng: np.random.Generator) -> Iterator[str]:
    """Symbols and arrays give the same numbers."""
    symbols, expressions = _symbolic(mechanism)
    point = draw_point(mechanism, rng)
    at, numbers = _substitution(symbols, point), _arrays(mechanism, point)
    for name, expression in expressions.items():
        value = _evaluate(expression, at)
        if not math.isclose(value, numbers[name], rel_tol=1e-9, abs_tol=1e-12):
            yield f"{name}: symbols give {value!r}, arrays {numbers[name]!r}"


def slopes_agree(mechanism: type[Mechanism], rng: np.random.Generator) -> Iterator[str]:
    """Symbolic derivatives equal central differences of the array reading."""
    import sympy as sp

    symbols, expressions = _symbolic(mechanism)
    point = draw_point(mechanism, rng)
    at = _substitution(symbols, point)
    for key, symbol in symbols.items():
        block, name = key.split("_", 1)
        if block == "Params":
            continue
        group = "states" if block == "State" else "inputs"
        step = 1e-6 * max(abs(at[symbol]), 1e-2)
        shifted = []
        for sign in (1.0, -1.0):
            values = dict(getattr(point, group)) | {name: at[symbol] + sign * step}
            shifted.append(_arrays(mechanism, Point(**{**vars(point), group: values})))
        for target, expression in expressions.items():
            if not expression.has(symbol):
                continue
            slope = _evaluate(sp.diff(expression, symbol), at)
            difference = (shifted[0][target] - shifted[1][target]) / (2 * step)
            scale = max(abs(slope), abs(difference), abs(shifted[0][target]), 1e-3)
            if abs(slope - difference) > 1e-4 * scale:
                yield f"d {target} / d {name}: {slope:g} against {difference:g}"


def stays_in_bounds(mechanism: type[Mechanism], rng: np.random.Generator) -> Iterator[str]:
    """At a bound, no rate points outwards, whatever the inputs: a course that starts inside stays inside."""
    point = draw_point(mechanism, rng)
    shared = set(mechanism.fractions_of_one)
    for name, variable in mechanism.State.variables.items():
        for bound, outwards in zip(variable.bounds, (-1.0, 1.0), strict=True):
            if not math.isfinite(bound) or (name in shared and outwards > 0):
                continue
            rate = _arrays(mechanism, _at(point, {name: bound}))[f"rate {name}"]
            if not math.isfinite(rate) or rate * outwards > 1e-9 * max(1.0, abs(bound)):
                yield f"{name} leaves {bound:g} at {rate:g} a minute"
    if shared:
        total = sum(point.states[n] for n in shared)
        full = _arrays(mechanism, _at(point, {n: point.states[n] / total for n in shared}))
        rate = sum(full[f"rate {n}"] for n in shared)
        if rate > 1e-9:
            yield f"the sum of {', '.join(sorted(shared))} passes 1 at {rate:g} a minute"


def _at(point: Point, states: dict[str, float]) -> Point:
    return Point(dict(point.states) | states, point.params, point.inputs)


def rests(mechanism: type[Mechanism], rng: np.random.Generator) -> Iterator[str]:
    """Without input, a resting state exists inside the bounds."""
    from scipy.integrate import solve_ivp

    names = tuple(mechanism.State.variables)
    if not names:
        return
    params = draw_point(mechanism, rng).params
    inputs = {n: v.rest for n, v in mechanism.Inputs.variables.items()}
    start = []
    for variable in mechanism.State.variables.values():
        given = variable.initial
        start.append(params[given] if isinstance(given, str) else float(given or 0.0))

    def rates(_: float, y: Any) -> list[float]:
        values = _arrays(mechanism, Point(dict(zip(names, y.tolist(), strict=True)), params, inputs))
        return [values[f"rate {n}"] for n in names]

    course = solve_ivp(rates, (0.0, 1e7), start, method="LSODA", rtol=1e-10, atol=1e-13)
    y = course.y[:, -1]
    residual = np.abs(rates(0.0, y)) / (1.0 + np.abs(y))
    if not course.success or residual.max() > 1e-7:
        yield f"no rest is reached: {names[int(residual.argmax())]} moves by {residual.max():.1g} a minute"
    for name, value in zip(names, y.tolist(), strict=True):
        low, high = mechanism.State.variables[name].bounds
        if not low - 1e-6 <= value <= high + 1e-6:
            yield f"{name} rests at {value:g}, out of bounds"


def sources_resolve(mechanism: type[Mechanism], rng: np.random.Generator) -> Iterator[str]:
    """Every citation key has an entry."""
    for key in mechanism.cites:
        try:
            cite(key, where=mechanism.__name__)
        except DeqiError as error:
            yield str(error)


def refuses_nonsense(mechanism: type[Mechanism], rng: np.random.Generator) -> Iterator[str]:
    """An undeclared name is an error of ours, in every block."""
    for block in BLOCKS:
        declared = getattr(mechanism, block)
        try:
            declared(**dict.fromkeys(declared.variables, 1.0), no_such_variable=1.0)
        except DeqiError:
            continue
        yield f"{block} takes a variable that it does not declare"


RULES: tuple[Rule, ...] = (
    page,
    declarations,
    language,
    unit_closure,
    readings_agree,
    slopes_agree,
    stays_in_bounds,
    rests,
    sources_resolve,
    refuses_nonsense,
)


def check_mechanism(mechanism: type[Mechanism], *, seed: int = 0) -> list[Fault]:
    """Run the battery on one mechanism.

    Parameters
    ----------
    mechanism : type
        The mechanism.
    seed : int
        Seed of the random points.
    """
    found = []
    for rule in RULES:
        rng = np.random.default_rng([seed, len(mechanism.__name__)])
        found += [Fault(mechanism.__name__, rule.__name__, text) for text in rule(mechanism, rng)]
    return found
