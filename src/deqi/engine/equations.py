"""The equations of a model in the form that kernels are written from.

Time is one more state, of rate 1, where an equation names it: that turns the
method for autonomous systems into the one for any system. States that a study
may hold still have their rate multiplied by an input, 1 or 0.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import sympy as sp

from deqi.core.trace import SymbolicModel
from deqi.engine.fields import MOVING, TIME
from deqi.engine.hoisting import Hoist
from deqi.engine.jacobian import Entry, Statement, jacobian, sparse_order
from deqi.engine.powers import explicit
from deqi.errors import UnknownNameError


@dataclass(frozen=True)
class Equations:
    """What to compute, as symbols.

    Attributes
    ----------
    states, parameters, inputs, outputs : tuple of str
        Paths in the order of the kernels' arrays.
    """

    symbolic: SymbolicModel
    holdable: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        for path in self.holdable:
            if path not in self.symbolic.states:
                raise UnknownNameError("state", path, self.symbolic.states, where="holdable")

    @cached_property
    def timed(self) -> bool:
        """Whether any equation names time."""
        expressions = [e for _, e in self.symbolic.algebraic.values()]
        expressions += self.symbolic.rates.values()
        return any(self.symbolic.time in e.free_symbols for e in expressions)

    @cached_property
    def states(self) -> tuple[str, ...]:
        """Path of each state; that of time comes last, where it is one."""
        return (*self.symbolic.states, TIME) if self.timed else tuple(self.symbolic.states)

    @cached_property
    def parameters(self) -> tuple[str, ...]:
        """Path of each parameter."""
        return tuple(self.symbolic.parameters)

    @cached_property
    def inputs(self) -> tuple[str, ...]:
        """Path of each input: the environment, then what lets held states move."""
        return (*self.symbolic.environment, *(MOVING + path for path in self.holdable))

    @cached_property
    def outputs(self) -> tuple[str, ...]:
        """Path of each algebraic output."""
        return tuple(self.symbolic.algebraic)

    # ------------------------------------------------------------------ symbols, in the same order

    @cached_property
    def state_symbols(self) -> list[Any]:
        """Symbol of each state."""
        symbols = list(self.symbolic.states.values())
        return [*symbols, self.symbolic.time] if self.timed else symbols

    @cached_property
    def input_symbols(self) -> list[Any]:
        """Symbol of each input."""
        return [
            *self.symbolic.environment.values(),
            *map(sp.Symbol, self.inputs[len(self.symbolic.environment) :]),
        ]

    @cached_property
    def parameter_symbols(self) -> list[Any]:
        """Symbol of each parameter."""
        return list(self.symbolic.parameters.values())

    @cached_property
    def _rates(self) -> list[Any]:
        moving = {path: sp.Symbol(MOVING + path) for path in self.holdable}
        rates = [
            moving[path] * rate if path in moving else rate for path, rate in self.symbolic.rates.items()
        ]
        return [*rates, sp.Integer(1)] if self.timed else rates


class Analysis:
    """Equations sorted by when their parts must be computed.

    Attributes
    ----------
    constants : list of Statement
        State-free terms: once an entry into a stretch of time.
    algebra : list of Statement
        Algebraic quantities that depend on states.
    rates : list of Expr
        Rate of each state.
    observed : list of Expr
        Every algebraic output.
    slopes : list of Statement
        Common parts of the Jacobian.
    jacobian : dict
        Expression of each entry that is not zero by structure.
    order : list of int
        States in the order of elimination.
    filled : list of Entry
        Entries of the factors, in the order in which they are kept.
    """

    def __init__(self, equations: Equations) -> None:
        self.equations = equations
        algebra = list(equations.symbolic.algebraic.values())
        slopes, entries = jacobian(equations.state_symbols, algebra, equations._rates)
        algebra = [(symbol, explicit(e)) for symbol, e in algebra]
        slopes = [(symbol, explicit(e)) for symbol, e in slopes]
        hoist = Hoist([*equations.parameter_symbols, *equations.input_symbols])
        self.algebra: list[Statement] = hoist.statements(algebra)
        self.rates = [hoist(explicit(e)) for e in equations._rates]
        self.slopes: list[Statement] = hoist.statements(slopes)
        self.jacobian: dict[Entry, Any] = {entry: hoist(explicit(e)) for entry, e in entries.items()}
        self.observed = [hoist(symbol) for symbol, _ in algebra]
        self.constants: list[Statement] = hoist.constants
        self.order, self.filled = sparse_order(len(equations.states), self.jacobian)

    def varying(self, parameters: Iterable[str] | None) -> set[Any]:
        """Symbols of the constants that may differ between patients.

        Parameters
        ----------
        parameters : iterable of str or None
            Paths of the parameters that differ; None: any may.
        """
        symbols = dict(zip(self.equations.parameters, self.equations.parameter_symbols, strict=True))
        differ = set(self.equations.input_symbols)
        differ |= set(symbols.values()) if parameters is None else {symbols[p] for p in parameters}
        found = set()
        for symbol, expression in self.constants:
            if expression.free_symbols & differ:
                differ.add(symbol)
                found.add(symbol)
        return found
