"""The mechanism: one biological idea as a page of Python, read three ways.

A mechanism declares its variables in four blocks and gives two pure functions:

``outputs(t, x, p, u, ops)``
    what it offers to others besides its states, as a mapping by name;
``rhs(t, x, p, u, ops)``
    the rate of change of each state per minute, as a mapping by name.

The same functions are run on units (`deqi.core.units`), on symbols
(`deqi.core.symbols`) and on arrays (`deqi.core.ops`). They hold no numeric
literal but 0, 1 and 2: every other number is a parameter with a unit and a
source.
"""

from __future__ import annotations

import inspect
import re
from collections.abc import Mapping
from typing import ClassVar

from deqi.core.ops import Ops
from deqi.core.variables import Block, Expr
from deqi.errors import MechanismError, UnknownNameError

#: What `outputs` and `rhs` return: an expression by variable name.
Values = Mapping[str, Expr]

BLOCKS = ("State", "Params", "Inputs", "Outputs")
_NAME = re.compile(r"[a-z][a-z0-9_]*\Z")


class Mechanism:
    """Base of every mechanism; subclasses are final.

    Examples
    --------
    >>> from deqi.core import Block, Expr, var
    >>> class Clearance(Mechanism):
    ...     class State(Block):
    ...         peptide: Expr = var("nM", "free peptide", symbol="c", initial=1.0)
    ...
    ...     class Params(Block):
    ...         rate: Expr = var("1/min", "clearance", symbol="k")
    ...
    ...     @staticmethod
    ...     def rhs(t, x, p, u, ops):
    ...         return {"peptide": -p.rate * x.peptide}
    >>> sorted(Clearance.declared())
    ['peptide', 'rate']
    """

    #: Keys into `references.bib` for the idea itself (values cite their own sources).
    cites: ClassVar[tuple[str, ...]] = ()
    #: States that are fractions of one whole: they share the room between 0 and 1.
    fractions_of_one: ClassVar[tuple[str, ...]] = ()

    class State(Block):
        """What the mechanism remembers."""

    class Params(Block):
        """What is constant for a patient."""

    class Inputs(Block):
        """What it needs from elsewhere."""

    class Outputs(Block):
        """What it offers besides its states."""

    @staticmethod
    def outputs(t: Expr, x: Expr, p: Expr, u: Expr, ops: Ops) -> Values:
        """Algebraic quantities offered to other mechanisms."""
        return {}

    @staticmethod
    def rhs(t: Expr, x: Expr, p: Expr, u: Expr, ops: Ops) -> Values:
        """Rate of change of each state, per minute."""
        return {}

    def __init_subclass__(cls) -> None:
        where = f"mechanism {cls.__name__}"
        if cls.__bases__ != (Mechanism,):
            raise MechanismError(
                "a mechanism may not be subclassed", where=where, fix="copy the page instead"
            )
        for attribute, value in vars(cls).items():
            if isinstance(value, type) and issubclass(value, Block) and attribute not in BLOCKS:
                raise UnknownNameError("block", attribute, BLOCKS, where=where)
        seen: set[str] = set()
        for block in BLOCKS:
            for name, variable in getattr(cls, block).variables.items():
                if not _NAME.match(name):
                    raise MechanismError(f"'{name}' is no lower-case name", where=where)
                if name in seen:
                    raise MechanismError(f"'{name}' is declared twice", where=where)
                if (variable.initial is not None) != (block == "State"):
                    need = "needs" if block == "State" else "may not have"
                    raise MechanismError(f"'{name}' {need} an initial value", where=where)
                seen.add(name)
        for name, variable in cls.State.variables.items():
            if isinstance(variable.initial, str) and variable.initial not in cls.Params.variables:
                raise UnknownNameError(
                    "parameter", variable.initial, cls.Params.variables, where=f"{where}.{name}"
                )

    @classmethod
    def declared(cls) -> dict[str, str]:
        """The block that each variable is declared in, by name."""
        return {name: block for block in BLOCKS for name in getattr(cls, block).variables}

    @classmethod
    def page(cls) -> str:
        """The text that tells its meaning: its own docstring, or that of the file it stands in."""
        if cls.__doc__:
            return inspect.cleandoc(cls.__doc__)
        module = inspect.getmodule(cls)
        return inspect.cleandoc(module.__doc__) if module is not None and module.__doc__ else ""


def checked(values: Values, block: type[Block], where: str) -> Values:
    """`values` if they name just the variables of `block`.

    Raises
    ------
    UnknownNameError
        If a value has no declaration.
    MechanismError
        If a declaration gets no value.
    """
    for name in values:
        if name not in block.variables:
            raise UnknownNameError("variable", name, block.variables, where=where)
    missing = [name for name in block.variables if name not in values]
    if missing:
        raise MechanismError(f"no value for {', '.join(missing)}", where=where)
    return values
