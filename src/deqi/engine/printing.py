"""SymPy expressions as vector instructions.

Equal subexpressions are printed once. A product that is added becomes one fused
instruction here, and nowhere else, so the text alone fixes the bits.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any

import sympy as sp

from deqi.core.symbols import Positive, Select, Softplus, Step
from deqi.engine.elementary import Elementary
from deqi.engine.jacobian import Statement
from deqi.engine.lanes import Lanes, Value
from deqi.engine.powers import AtZero, Raised, RaisedSlope, SlopeAtZero
from deqi.errors import EngineError

#: Whole powers up to this one are multiplied out.
_LARGEST_PRODUCT = 16
_INF = float("inf")
# SymPy knows no value of these, even of numbers.
_OWN = (Positive, Select, Softplus, Step, Raised, RaisedSlope, AtZero, SlopeAtZero)


class Printer:
    """Prints expressions at the place where the builder of `lanes` stands.

    Parameters
    ----------
    lanes : Lanes
        The instructions.
    leaf : callable
        Value of a symbol that no statement defines.
    statements : iterable of Statement
        Definitions; one is printed where it is first needed.
    """

    def __init__(
        self, lanes: Lanes, leaf: Callable[[Any], Value], statements: Iterable[Statement] = ()
    ) -> None:
        self._lanes, self._leaf = lanes, leaf
        self._elementary = Elementary(lanes)
        self._statements = dict(statements)
        self._known: dict[Any, Value] = {}
        self._powers: dict[tuple[Any, Any], Value] = {}

    def __call__(self, expression: Any) -> Value:
        """Value of an expression.

        Raises
        ------
        EngineError
            If it holds a function that has no instructions, or a number that is not finite.
        """
        if expression not in self._known:
            self._known[expression] = self._print(expression)
        return self._known[expression]

    def _print(self, e: Any) -> Value:
        v = self._lanes
        if e.is_Symbol:
            return self(self._statements[e]) if e in self._statements else self._leaf(e)
        if e.is_number and not e.has(*_OWN):
            return self._number(e)
        if e.is_Add:
            return self._sum(e)
        if e.is_Mul:
            return self._product(e.args)
        if e.is_Pow and e.base != sp.E:
            return self._whole_power(e.base, e.exp)
        if isinstance(e, sp.exp) or e.is_Pow:
            return self._elementary.exp(self(e.exp))
        arguments = [self(a) for a in e.args]
        zero, one = v.constant(0.0), v.constant(1.0)
        match e:
            case sp.log():
                return self._elementary.log(arguments[0])
            case Positive():
                return self._positive(arguments[0])
            case Step():
                return v.select(v.greater(arguments[0], zero), one, zero)
            case Select():
                return v.select(v.greater(arguments[0], zero), arguments[1], arguments[2])
            case Softplus():
                return self._softplus(arguments[0])
            case Raised(args=(x, n, _)):
                return self._or_at_zero(arguments[0], self._raised(x, n), arguments[2])
            case RaisedSlope(args=(x, n, _)):
                power = self._raised(x, n)
                above = v.div(v.mul(arguments[1], power), arguments[0])
                # A power that is held at the least exponential says nothing of its slope.
                held = v.builder.fcmp_ordered("<=", power, v.constant(self._elementary.least))
                return self._or_at_zero(arguments[0], v.select(held, arguments[2], above), arguments[2])
            case AtZero():
                return self._at_zero(arguments[0], _INF, 1.0, 0.0, split=0.0)
            case SlopeAtZero():
                value = self._at_zero(arguments[0], _INF, 1.0, 0.0, split=1.0)
                is_zero = v.builder.fcmp_ordered("==", arguments[0], zero)
                return v.select(is_zero, zero, value)
        raise EngineError(f"no instructions for {type(e).__name__}", where=str(e)[:120])

    def _number(self, e: Any) -> Value:
        number = complex(e.evalf(20))
        if number.imag or number.real != number.real or abs(number.real) == float("inf"):
            raise EngineError(f"{str(e)[:80]} is no finite number", where="equations")
        return self._lanes.constant(number.real)

    def _positive(self, x: Value) -> Value:
        # In this order a NaN passes through.
        v, zero = self._lanes, self._lanes.constant(0.0)
        return v.select(v.greater(zero, x), zero, x)

    def _softplus(self, x: Value) -> Value:
        v = self._lanes
        tail = self._elementary.log1p(self._elementary.exp(v.neg(v.abs(x))))
        return v.add(self._positive(x), tail)

    def _raised(self, x: Any, n: Any) -> Value:
        """x^n for x > 0, which a power shares with its slope."""
        if (x, n) not in self._powers:
            self._powers[x, n] = self._elementary.power_above_zero(self(x), self(n))
        return self._powers[x, n]

    def _or_at_zero(self, x: Value, above: Value, at_zero: Value) -> Value:
        v = self._lanes
        return v.select(v.builder.fcmp_ordered("<=", x, v.constant(0.0)), at_zero, above)

    def _at_zero(self, n: Value, below: float, equal: float, above: float, split: float) -> Value:
        """A number for each side of n = `split`, and for it."""
        v = self._lanes
        value = v.select(v.greater(n, v.constant(split)), v.constant(above), v.constant(below))
        value = v.select(v.builder.fcmp_ordered("==", n, v.constant(split)), v.constant(equal), value)
        return v.add(value, v.mul(n, v.constant(0.0)))

    def _sum(self, e: Any) -> Value:
        """Plain terms first; then each product is fused with the sum so far."""
        v = self._lanes
        plain = [t for t in e.args if not t.is_Mul]
        products = [t for t in e.args if t.is_Mul]
        total: Value | None = None
        for term in plain:
            total = self(term) if total is None else v.add(total, self(term))
        for term in products:
            if term in self._known:
                value = self._known[term]
                total = value if total is None else v.add(total, value)
                continue
            sign, factors = self._factors(term)
            last = factors.pop()
            first = self._multiply(factors)
            if total is None:
                value = v.mul(first, last) if factors else last
                total = v.neg(value) if sign < 0 else value
            elif not factors:
                total = v.sub(total, last) if sign < 0 else v.add(total, last)
            else:
                total = v.fms(first, last, total) if sign < 0 else v.fma(first, last, total)
        return total

    def _factors(self, term: Any) -> tuple[int, list[Value]]:
        """Sign and values of the factors; divisors are shared reciprocals and come last."""
        coefficient, rest = term.as_coeff_Mul()
        sign = -1 if coefficient.is_negative else 1
        factors = list(sp.Mul.make_args(rest))
        if abs(coefficient) != 1:
            factors.insert(0, abs(coefficient))
        factors.sort(key=_divides)
        return sign, [self(f) for f in factors]

    def _product(self, factors: Iterable[Any]) -> Value:
        sign, values = self._factors(sp.Mul(*factors, evaluate=False))
        value = self._multiply(values)
        return self._lanes.neg(value) if sign < 0 else value

    def _multiply(self, values: list[Value]) -> Value:
        total = values[0] if values else None
        for value in values[1:]:
            total = self._lanes.mul(total, value)
        return total

    def _whole_power(self, base: Any, exponent: Any) -> Value:
        v = self._lanes
        if exponent == sp.Rational(1, 2):
            return v.sqrt(self(base))
        if exponent == -sp.Rational(1, 2):
            return v.div(v.constant(1.0), v.sqrt(self(base)))
        if not exponent.is_Integer or abs(exponent) > _LARGEST_PRODUCT:
            raise EngineError(
                f"no instructions for the power {exponent}", where=str(base)[:80], fix="use ops.power"
            )
        n = int(exponent)
        if n == -1:
            return v.div(v.constant(1.0), self(base))
        # A negative power comes from the reciprocal, which a slope shares with what it is the slope of.
        return self._multiplied(self(base if n > 0 else 1 / base), abs(n))

    def _multiplied(self, x: Value, n: int) -> Value:
        if n == 1:
            return x
        half = self._multiplied(x, n // 2)
        square = self._lanes.mul(half, half)
        return square if n % 2 == 0 else self._lanes.mul(square, x)


def _divides(factor: Any) -> bool:
    return bool(factor.is_Pow and factor.exp.is_Integer and factor.exp < 0)
