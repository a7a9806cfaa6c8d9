"""The sparse Jacobian of a model, as statements.

Algebraic outputs stay symbols, so SymPy differentiates only short expressions;
the chain rule is then a graph whose inner nodes are eliminated one by one, the
cheapest first (Markowitz). No expression ever swells.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, TypeAlias

import sympy as sp

from deqi.core.symbols import Power
from deqi.engine.powers import slope_of_power

#: One assignment, ``symbol = expression``; each needs only earlier ones.
Statement: TypeAlias = tuple[Any, Any]
#: Row and column of an entry.
Entry: TypeAlias = tuple[int, int]


def jacobian(
    states: Sequence[Any], algebra: Sequence[Statement], rates: Sequence[Any]
) -> tuple[list[Statement], dict[Entry, Any]]:
    """Derivative of each rate in each state.

    Parameters
    ----------
    states : sequence of Symbol
        The states.
    algebra : sequence of Statement
        Algebraic quantities in order.
    rates : sequence of Expr
        Rate of each state.

    Returns
    -------
    statements : list of Statement
        Common parts.
    entries : dict
        Expression of each entry that is not zero by structure.

    Examples
    --------
    >>> x, y, a = sp.symbols("x y a")
    >>> statements, entries = jacobian([x, y], [(a, x * y)], [-a, a - y])
    >>> sorted(entries)
    [(0, 0), (0, 1), (1, 0), (1, 1)]
    """
    slopes = _local_slopes(states, algebra, rates)
    statements: list[Statement] = []

    def named(expression: Any) -> Any:
        if expression.is_Symbol or expression.is_number:
            return expression
        symbol = sp.Symbol(f"%slope{len(statements)}")
        statements.append((symbol, expression))
        return symbol

    for row in slopes.values():
        for source in row:
            row[source] = named(row[source])
    users: dict[Any, set[Any]] = {
        node: {other for other, row in slopes.items() if node in row} for node, _ in algebra if node in slopes
    }
    while users:
        node = min(users, key=lambda s: (len(users[s]) * len(slopes[s]), s.name))
        row = slopes.pop(node)
        for source in row:
            if source in users:
                users[source].discard(node)
        for other in sorted(users.pop(node), key=str):
            weight = slopes[other].pop(node)
            for source, slope in row.items():
                slopes[other][source] = named(slopes[other].get(source, sp.Integer(0)) + weight * slope)
                if source in users:
                    users[source].add(other)
    column = {state: j for j, state in enumerate(states)}
    entries = {
        (sink, column[source]): slope
        for sink, row in slopes.items()
        for source, slope in row.items()
        if slope != 0
    }
    return statements, entries


def _local_slopes(
    states: Sequence[Any], algebra: Sequence[Statement], rates: Sequence[Any]
) -> dict[Any, dict[Any, Any]]:
    """Derivative of each node in each state or node that it names; rates are nodes by their row number."""
    active = set(states)
    nodes: list[tuple[Any, Any]] = []
    for symbol, expression in algebra:
        if expression.free_symbols & active:
            active.add(symbol)
            nodes.append((symbol, expression))
    nodes += list(enumerate(rates))
    derive = _Derive(active)
    return {
        node: {s: slope for s, slope in sorted(derive(expression).items(), key=_by_name) if slope != 0}
        for node, expression in nodes
    }


def _by_name(item: tuple[Any, Any]) -> str:
    return str(item[0])


class _Derive:
    """Slopes of an expression in all active symbols at once, by the chain rule over its tree.

    `sympy.diff` takes one symbol at a time, and five times as long.
    """

    def __init__(self, active: set[Any]) -> None:
        self._active = active
        self._known: dict[Any, dict[Any, Any]] = {}

    def __call__(self, e: Any) -> dict[Any, Any]:
        if e not in self._known:
            self._known[e] = self._slopes(e)
        return self._known[e]

    def _slopes(self, e: Any) -> dict[Any, Any]:
        if e in self._active:
            return {e: sp.Integer(1)}
        terms: dict[Any, list[Any]] = {}
        for k, argument in enumerate(e.args):
            inner = self(argument)
            if inner:
                outer = _outer_slope(e, k)
                for symbol, slope in inner.items():
                    terms.setdefault(symbol, []).append(outer * slope)
        return {symbol: sp.Add(*parts) for symbol, parts in terms.items()}


def _outer_slope(e: Any, k: int) -> Any:
    """Derivative of an operation in its k-th argument."""
    if e.is_Add:
        return sp.Integer(1)
    if e.is_Mul:
        return sp.Mul(*e.args[:k], *e.args[k + 1 :])
    if isinstance(e, Power) and k == 0:
        return slope_of_power(*e.args)
    if e.is_Pow and e.base != sp.E and k == 0:
        return e.exp * e.base ** (e.exp - 1)
    if isinstance(e, sp.Function):
        return e.fdiff(k + 1)
    dummy = sp.Dummy()
    return sp.diff(e.func(*e.args[:k], dummy, *e.args[k + 1 :]), dummy).xreplace({dummy: e.args[k]})


def sparse_order(size: int, pattern: Mapping[Entry, Any]) -> tuple[list[int], list[Entry]]:
    """An order of elimination that fills little in, and the pattern of the factors.

    Parameters
    ----------
    size : int
        Number of states.
    pattern : mapping
        Keys are the entries of the Jacobian.

    Returns
    -------
    order : list of int
        States in the order of elimination.
    filled : list of Entry
        Every entry of the factors, row by row in that order.
    """
    present = set(pattern) | {(i, i) for i in range(size)}
    rows: dict[int, set[int]] = {i: set() for i in range(size)}
    columns: dict[int, set[int]] = {i: set() for i in range(size)}
    for i, j in present:
        rows[i].add(j)
        columns[j].add(i)
    left, order = set(range(size)), []
    while left:
        pivot = min(left, key=lambda k: ((len(rows[k]) - 1) * (len(columns[k]) - 1), k))
        below, right = columns[pivot] - {pivot}, rows[pivot] - {pivot}
        for i in below:
            for j in right:
                present.add((i, j))
                rows[i].add(j)
                columns[j].add(i)
        for i in columns[pivot]:
            rows[i].discard(pivot)
        for j in rows[pivot] | {pivot}:
            columns[j].discard(pivot)
        order.append(pivot)
        left.discard(pivot)
    place = {k: n for n, k in enumerate(order)}
    return order, sorted(present, key=lambda e: (place[e[0]], place[e[1]]))
