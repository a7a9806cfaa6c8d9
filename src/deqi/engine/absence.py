"""A model without what is not there: states and inputs that are 0 throughout.

Nobody who takes no drug needs the drugs' kinetics. Leaving out is exact: a set
is refused unless every state in it stays at 0 while all of it is at 0.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import sympy as sp

from deqi.core.trace import SymbolicModel
from deqi.errors import EngineError, UnknownNameError


def without(symbolic: SymbolicModel, absent: Sequence[str]) -> SymbolicModel:
    """The equations with some states and environment variables at 0, and gone.

    Parameters
    ----------
    symbolic : SymbolicModel
        The model.
    absent : sequence of str
        Paths of states and environment variables.

    Raises
    ------
    UnknownNameError
        If a path is neither.
    EngineError
        If a state would not stay at 0.
    """
    known = {**symbolic.states, **symbolic.environment}
    for path in absent:
        if path not in known:
            raise UnknownNameError("state or input", path, known, where="absent")
    zero = {known[path]: sp.Integer(0) for path in absent}
    algebraic = {}
    for path, (symbol, expression) in symbolic.algebraic.items():
        rest = expression.xreplace(zero)
        if rest == 0:
            # Whatever is made of nothing is nothing too; it is still reported.
            zero[symbol] = sp.Integer(0)
        algebraic[path] = (symbol, rest)
    rates = {path: rate.xreplace(zero) for path, rate in symbolic.rates.items()}
    for path in absent:
        if path in rates and rates[path] != 0:
            raise EngineError("would not stay at 0", where=path, fix="name what drives it, or keep it")
    return replace(
        symbolic,
        states={path: s for path, s in symbolic.states.items() if path not in absent},
        environment={path: s for path, s in symbolic.environment.items() if path not in absent},
        algebraic=algebraic,
        rates={path: rate for path, rate in rates.items() if path not in absent},
    )
