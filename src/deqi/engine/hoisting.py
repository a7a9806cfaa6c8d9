"""What does not change during a step is computed once, when a lane enters a stretch of time.

Every largest subexpression without a state (parameters and environment only)
becomes a symbol of its own.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

import sympy as sp

from deqi.engine.jacobian import Statement


class Hoist:
    """Takes state-free subexpressions out of expressions.

    Parameters
    ----------
    free : iterable of Symbol
        Symbols that stay the same during a step.

    Attributes
    ----------
    constants : list of Statement
        What was taken out, in an order in which each needs only earlier ones.

    Examples
    --------
    >>> x, p, q = sp.symbols("x p q")
    >>> hoist = Hoist([p, q])
    >>> hoist(x * p * sp.exp(q))
    %constant0*x
    >>> hoist.constants
    [(%constant0, p*exp(q))]
    """

    def __init__(self, free: Iterable[Any]) -> None:
        self._free = set(free)
        self._known: dict[Any, Any] = {}
        self._alias: dict[Any, Any] = {}
        self.constants: list[Statement] = []

    def __call__(self, expression: Any) -> Any:
        """The expression with its state-free parts as symbols."""
        return self._rewrite(sp.sympify(expression).xreplace(self._alias))

    def statements(self, given: Sequence[Statement]) -> list[Statement]:
        """Statements that still depend on a state; the others become constants."""
        left = []
        for symbol, expression in given:
            rewritten = self(expression)
            if rewritten.is_number or self._is_free(rewritten):
                self._alias[symbol] = rewritten
            else:
                left.append((symbol, rewritten))
        return left

    def _take_out(self, expression: Any) -> Any:
        if expression not in self._known:
            symbol = sp.Symbol(f"%constant{len(self.constants)}")
            self._known[expression] = self._known[symbol] = symbol
            self.constants.append((symbol, expression))
            self._free.add(symbol)
        return self._known[expression]

    def _is_free(self, expression: Any) -> bool:
        symbols = expression.free_symbols
        return bool(symbols) and symbols <= self._free

    def _rewrite(self, expression: Any) -> Any:
        if self._is_free(expression):
            return self._take_out(expression)
        if not expression.args:
            return expression
        if expression.is_Mul or expression.is_Add:
            free = [a for a in expression.args if self._is_free(a)]
            numbers = [a for a in expression.args if a.is_number]
            others = [self._rewrite(a) for a in expression.args if not self._is_free(a) and not a.is_number]
            if free:
                return expression.func(self._take_out(expression.func(*free, *numbers)), *others)
            return expression.func(*numbers, *others)
        return expression.func(*(self._rewrite(a) for a in expression.args))
