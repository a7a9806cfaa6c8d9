"""What every format is written from: a model's quantities with values, units and formulas, and what happens.

A walk is plain data over SymPy. Identifiers are the paths with ``__`` for each
dot. A wire between two scales of one dimension is a quantity too, so that
every sum closes in units.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import Any

import sympy as sp

from deqi.core.trace import SymbolicModel, trace
from deqi.core.wiring import Model
from deqi.errors import UnknownNameError
from deqi.parameters import ParameterValue

PARAMETER, CONVERSION, ENVIRONMENT, STATE, OUTPUT = ROLES = (
    "parameter",
    "conversion",
    "environment",
    "state",
    "output",
)


@dataclass(frozen=True)
class Quantity:
    """One named number of a model.

    Attributes
    ----------
    path, symbol : str
        Path, and identifier in formulas.
    role : str
        One of `ROLES`.
    unit, meaning, latex : str
        Unit, what it means, and its symbol in LaTeX (of its mechanism, so not unique).
    value : float or None
        Value at the start; None for what has a formula at all times.
    formula : sympy expression or None
        Value of an output; rate of a state [unit/min].
    given : ParameterValue or None
        Where a parameter's value is from.
    """

    path: str
    symbol: str
    role: str
    unit: str
    meaning: str
    latex: str
    value: float | None = None
    formula: Any = None
    given: ParameterValue | None = None


@dataclass(frozen=True)
class Edge:
    """Something that changes at a minute after week 0.

    Attributes
    ----------
    minute : float
        When [min].
    sets : mapping
        New value of each environment quantity that changes, by path.
    adds : mapping
        Amount added to a state, by path and in its unit.
    label : str
        In words.
    """

    minute: float
    sets: Mapping[str, float] = field(default_factory=dict)
    adds: Mapping[str, float] = field(default_factory=dict)
    label: str = ""


@dataclass(frozen=True)
class Walk:
    """A model with numbers, and what happens to it.

    Attributes
    ----------
    name, title : str
        Name, and one line in words.
    quantities : tuple of Quantity
        In an order in which each formula of an output needs only earlier ones.
    edges : tuple of Edge
        In order of time.
    days : float
        Length of the course [d]; 0 for a model alone.
    notes : tuple of str
        What a reader should know.
    cites : tuple of str
        Keys of the bibliography: of the equations, and of what is done.
    """

    name: str
    title: str
    quantities: tuple[Quantity, ...]
    edges: tuple[Edge, ...] = ()
    days: float = 0.0
    notes: tuple[str, ...] = ()
    cites: tuple[str, ...] = ()

    def of(self, *roles: str) -> list[Quantity]:
        """Quantities of some roles."""
        return [q for q in self.quantities if q.role in roles]

    @cached_property
    def by_symbol(self) -> Mapping[str, Quantity]:
        """Quantities by identifier."""
        return {q.symbol: q for q in self.quantities}

    @cached_property
    def by_path(self) -> Mapping[str, Quantity]:
        """Quantities by path."""
        return {q.path: q for q in self.quantities}

    @cached_property
    def sources(self) -> tuple[str, ...]:
        """Keys of everything that it was made from, values included."""
        given = {q.given.source for q in self.of(PARAMETER) if q.given is not None and q.given.source}
        return tuple(sorted({*self.cites, *given}))

    def with_course(
        self,
        *,
        name: str,
        title: str,
        edges: Sequence[Edge],
        days: float,
        notes: Sequence[str],
        cites: Iterable[str],
    ) -> Walk:
        """The same model with a course.

        Raises
        ------
        UnknownNameError
            If an edge names what the model does not have.
        """
        for edge in edges:
            for path in (*edge.sets, *edge.adds):
                if path not in self.by_path:
                    raise UnknownNameError("path", path, self.by_path, where=f"minute {edge.minute:g}")
        return replace(
            self,
            name=name,
            title=title,
            edges=tuple(edges),
            days=days,
            notes=tuple(notes),
            cites=tuple(sorted({*self.cites, *cites})),
        )


def walk(
    model: Model,
    parameters: Mapping[str, float],
    state: Mapping[str, float],
    environment: Mapping[str, float] | None = None,
    *,
    given: Mapping[str, ParameterValue] | None = None,
    title: str = "",
) -> Walk:
    """A model with numbers as what formats are written from.

    Parameters
    ----------
    model : Model
        The model.
    parameters, state : mapping
        Value of each parameter, and of each state at time 0.
    environment : mapping, optional
        Value of each environment path; 0 where missing.
    given : mapping, optional
        Where each parameter's value is from.
    title : str
        One line in words.

    Examples
    --------
    >>> from deqi.models import needling_analgesia
    >>> model = needling_analgesia()
    >>> walked = walk(model, dict.fromkeys(model.parameters, 1.0), dict.fromkeys(model.states, 0.0))
    >>> walked.by_path["periphery.load.current"].role, len(walked.of("state")) == len(model.states)
    ('output', True)
    """
    symbolic = trace(model)
    scales = _Scales(symbolic)
    outside, sources = environment or {}, given or {}

    def made(path: str, symbol: Any, role: str, **more: Any) -> Quantity:
        variable = model.variable(path)
        return Quantity(path, str(symbol), role, variable.unit, variable.doc, variable.symbol, **more)

    parts = [
        made(path, symbol, PARAMETER, value=float(parameters[path]), given=sources.get(path))
        for path, symbol in symbolic.parameters.items()
    ]
    parts += [
        made(path, symbol, ENVIRONMENT, value=float(outside.get(path, 0.0)))
        for path, symbol in symbolic.environment.items()
    ]
    parts += [
        made(path, symbol, STATE, value=float(state[path]), formula=scales.told(symbolic.rates[path]))
        for path, symbol in symbolic.states.items()
    ]
    parts += [
        made(path, symbol, OUTPUT, formula=scales.told(formula))
        for path, (symbol, formula) in symbolic.algebraic.items()
    ]
    cites = sorted({key for instance in model.instances for key in instance.mechanism.cites})
    return Walk(model.name, title or model.name, (*scales.quantities, *parts), cites=tuple(cites))


class _Scales:
    """The factors of wires between two scales, as quantities of their own."""

    def __init__(self, symbolic: SymbolicModel) -> None:
        model = symbolic.model
        symbols = {**symbolic.states, **symbolic.environment}
        symbols |= {path: symbol for path, (symbol, _) in symbolic.algebraic.items()}
        #: Symbol of the factor, by the source's symbol and the number.
        self._of: dict[tuple[Any, float], Any] = {}
        made: dict[tuple[str, str], Quantity] = {}
        for target, (source, factor) in model.feeds.items():
            if factor == 1.0:
                continue
            pair = model.sources[source].unit, model.inputs[target].unit
            name = f"{CONVERSION}__{len(made) + 1}" if pair not in made else made[pair].symbol
            made.setdefault(
                pair,
                Quantity(
                    name.replace("__", "."),
                    name,
                    CONVERSION,
                    f"({pair[1]})/({pair[0]})",
                    f"{pair[0]} told in {pair[1]}",
                    rf"c_{{{len(made) + 1}}}",
                    value=factor,
                ),
            )
            self._of[symbols[source], factor] = sp.Symbol(name, real=True)
        self.quantities = tuple(made.values())

    def told(self, formula: Any) -> Any:
        """A formula with the factors' symbols in place of their numbers."""
        if not formula.args or not formula.has(sp.Float):
            return formula
        args = [self.told(arg) for arg in formula.args]
        if isinstance(formula, sp.Mul):
            inside = formula.free_symbols
            for k, arg in enumerate(args):
                if isinstance(arg, sp.Float):
                    found = {s for (source, f), s in self._of.items() if source in inside and f == float(arg)}
                    if len(found) == 1:
                        args[k] = found.pop()
        return formula.func(*args)
