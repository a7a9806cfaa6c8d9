"""Variables of a mechanism: name, unit, symbol, bounds, meaning.

A mechanism declares its variables in blocks, one class attribute a variable::

    class State(Block):
        bound: Expr = var("1", symbol="R_b", initial=0.0, bounds=(0, 1), doc="fraction of receptors occupied")

The class holds the declarations (`Block.variables`); an instance of the class
holds values of any kind: numbers, arrays, symbols or unit-carrying values.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any, ClassVar

from deqi.errors import MechanismError, UnknownNameError

#: A number, an array, a symbol or a unit-carrying value: a mechanism does not care which.
Expr = Any

NON_NEGATIVE = (0.0, math.inf)
ANY = (-math.inf, math.inf)


@dataclass(frozen=True)
class Variable:
    """Declaration of one variable; made by `var`, named by the block it stands in.

    Attributes
    ----------
    unit : str
        Unit as `pint` reads it; ``"1"`` for a pure number.
    symbol : str
        LaTeX symbol used in documents.
    doc : str
        Meaning, in one phrase.
    bounds : tuple of float
        Lowest and highest admissible value, in `unit`.
    initial : float, str or None
        States only: initial value, or the name of the parameter that gives it.
    rest : float
        Inputs only: the value while nothing is done to the body.
    """

    unit: str
    symbol: str
    doc: str
    bounds: tuple[float, float]
    initial: float | str | None
    rest: float


def var(
    unit: str,
    doc: str,
    *,
    symbol: str,
    bounds: tuple[float, float] = NON_NEGATIVE,
    initial: float | str | None = None,
    rest: float = 0.0,
) -> Expr:
    """Declare a variable inside a `Block`.

    Parameters
    ----------
    unit : str
        Unit as `pint` reads it; ``"1"`` for a pure number.
    doc : str
        Meaning, in one phrase.
    symbol : str
        LaTeX symbol.
    bounds : tuple of float
        Admissible range in `unit`; not negative unless said otherwise.
    initial : float or str, optional
        For a state: its initial value, or the parameter that holds it.
    rest : float
        For an input: its value at rest.

    Examples
    --------
    >>> class Inputs(Block):
    ...     ligand: Expr = var("nM", "free ligand", symbol="L")
    >>> Inputs.variables["ligand"].unit
    'nM'
    >>> Inputs(ligand=2.5).ligand
    2.5
    """
    return Variable(unit, symbol, doc, bounds, initial, rest)


class Block:
    """A group of variables that belong together: the states, parameters, inputs or outputs of a mechanism.

    Parameters
    ----------
    **values
        One value for each declared variable, no more and no fewer.

    Raises
    ------
    UnknownNameError
        If a value, or an attribute asked for later, was never declared.
    MechanismError
        If a declared variable gets no value.
    """

    variables: ClassVar[Mapping[str, Variable]] = MappingProxyType({})

    def __init_subclass__(cls) -> None:
        declared = {name: v for name, v in vars(cls).items() if isinstance(v, Variable)}
        for name in declared:
            delattr(cls, name)
        cls.variables = MappingProxyType(declared)

    def __init__(self, **values: Expr) -> None:
        for name in values:
            if name not in self.variables:
                raise UnknownNameError("variable", name, self.variables, where=type(self).__qualname__)
        missing = [name for name in self.variables if name not in values]
        if missing:
            raise MechanismError(f"no value for {', '.join(missing)}", where=type(self).__qualname__)
        self.__dict__.update(values)

    def __getattr__(self, name: str) -> Expr:
        if name.startswith("__"):
            raise AttributeError(name)
        raise UnknownNameError("variable", name, type(self).variables, where=type(self).__qualname__)

    def __repr__(self) -> str:
        inside = ", ".join(f"{k}={v!r}" for k, v in vars(self).items())
        return f"{type(self).__qualname__}({inside})"
