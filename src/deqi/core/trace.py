"""A model as symbols: what documents, kernels and exports are made from.

Tracing runs each mechanism once on SymPy symbols. Algebraic outputs stay
symbols of their own, in an order in which each needs only earlier ones, so
expressions stay as short as they were written.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

import sympy as sp

from deqi.core.mechanism import checked
from deqi.core.symbols import SymbolOps
from deqi.core.variables import Block
from deqi.core.wiring import Instance, Model
from deqi.errors import WiringError


@dataclass(frozen=True)
class SymbolicModel:
    """The equations of a model.

    Attributes
    ----------
    time : sympy.Symbol
        Time in minutes.
    states, parameters, environment : mapping
        Symbol of each path, in the model's order.
    algebraic : mapping
        Symbol and expression of each output by path, each needing only earlier ones.
    rates : mapping
        Rate of change per minute of each state by path.
    initial : mapping
        Initial value of each state: an expression in the parameters.
    """

    model: Model
    time: Any
    states: Mapping[str, Any]
    parameters: Mapping[str, Any]
    environment: Mapping[str, Any]
    algebraic: Mapping[str, tuple[Any, Any]]
    rates: Mapping[str, Any]
    initial: Mapping[str, Any]


@lru_cache(maxsize=32)
def trace(model: Model) -> SymbolicModel:
    """Run every mechanism of a model on symbols.

    Raises
    ------
    WiringError
        If outputs need each other in a circle.
    MechanismError
        If a mechanism gives other variables than it declares.
    """
    time = sp.Symbol("time", real=True)
    symbols = {path: _symbol(path) for path in [*model.sources, *model.parameters]}
    taken: dict[Any, str] = {}
    for path, symbol in symbols.items():
        if taken.setdefault(symbol, path) != path:
            raise WiringError(f"{taken[symbol]} and {path} would share one symbol", where=model.name)
    ops = SymbolOps()

    def blocks(instance: Instance) -> tuple[Block, Block, Block]:
        mechanism = instance.mechanism
        state = mechanism.State(**{n: symbols[f"{instance.path}.{n}"] for n in mechanism.State.variables})
        params = mechanism.Params(**{n: symbols[instance.parameter(n)] for n in mechanism.Params.variables})
        inputs = mechanism.Inputs(
            **{n: _fed(model, symbols, instance, n) for n in mechanism.Inputs.variables}
        )
        return state, params, inputs

    loose: dict[str, tuple[Any, Any]] = {}
    rates: dict[str, Any] = {}
    initial: dict[str, Any] = {}
    for instance in model.instances:
        mechanism, (x, p, u) = instance.mechanism, blocks(instance)
        where = f"{instance.path} ({mechanism.__name__})"
        given = checked(mechanism.outputs(time, x, p, u, ops), mechanism.Outputs, f"{where}.outputs")
        for name, value in given.items():
            path = f"{instance.path}.{name}"
            loose[path] = (symbols[path], sp.sympify(value))
        given = checked(mechanism.rhs(time, x, p, u, ops), mechanism.State, f"{where}.rhs")
        for name, variable in mechanism.State.variables.items():
            rates[f"{instance.path}.{name}"] = sp.sympify(given[name])
            start = variable.initial
            initial[f"{instance.path}.{name}"] = (
                symbols[instance.parameter(start)] if isinstance(start, str) else sp.Float(start)
            )
    return SymbolicModel(
        model=model,
        time=time,
        states={path: symbols[path] for path in model.states},
        parameters={path: symbols[path] for path in model.parameters},
        environment={path: symbols[path] for path in model.outside},
        algebraic=_in_order(loose, model.name),
        rates={path: rates[path] for path in model.states},
        initial=initial,
    )


def _symbol(path: str) -> Any:
    return sp.Symbol(path.replace(".", "__"), real=True)


def _fed(model: Model, symbols: Mapping[str, Any], instance: Instance, name: str) -> Any:
    source, factor = model.feeds[f"{instance.path}.{name}"]
    return symbols[source] if factor == 1.0 else sp.Float(factor, 17) * symbols[source]


def _in_order(loose: Mapping[str, tuple[Any, Any]], where: str) -> dict[str, tuple[Any, Any]]:
    """Sort outputs so that each needs only earlier ones (depth first, in a stable order)."""
    owner = {symbol: path for path, (symbol, _) in loose.items()}
    needs: Mapping[str, list[str]] = {
        path: sorted(owner[s] for s in expression.free_symbols if s in owner)
        for path, (_, expression) in loose.items()
    }
    ordered = topological(loose, needs.__getitem__, where)
    return {path: loose[path] for path in ordered}


def topological(names: Mapping[str, Any], needs: Callable[[str], list[str]], where: str) -> list[str]:
    """Names in an order in which each comes after what it needs.

    Raises
    ------
    WiringError
        If some need each other in a circle; the circle is named.
    """
    done: list[str] = []
    state: dict[str, int] = {}
    trail: list[str] = []

    def visit(name: str) -> None:
        if state.get(name) == 2:
            return
        if state.get(name) == 1:
            circle = " -> ".join([*trail[trail.index(name) :], name])
            raise WiringError(
                f"outputs need each other in a circle: {circle}",
                where=where,
                fix="let one of them be a state",
            )
        state[name] = 1
        trail.append(name)
        for other in needs(name):
            visit(other)
        trail.pop()
        state[name] = 2
        done.append(name)

    for name in names:
        visit(name)
    return done
