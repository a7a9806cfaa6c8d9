"""Formulas as text that other languages of models read: SBML's infix, and Antimony's."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import sympy as sp

from deqi.core.symbols import Positive, Power, Select, Softplus, Step
from deqi.errors import FileError

#: Writes a number: its value, and the expression whose unit it must have (None: a pure number).
Number = Callable[[float, Any], str]


def plain_number(value: float, like: Any) -> str:
    """A number without a unit."""
    return str(int(value)) if value == int(value) else repr(value)


def infix(formula: Any, number: Number = plain_number) -> str:
    """A formula in infix, with enough parentheses for any reader.

    Parameters
    ----------
    formula : sympy expression
        Of the closed list of functions of mechanisms.
    number : callable
        How a number is written.

    Raises
    ------
    FileError
        If the formula holds something else.

    Examples
    --------
    >>> import sympy as sp
    >>> x, k = sp.symbols("x k", real=True)
    >>> infix(Positive(1 - x) ** 2 / k)
    'max(1 - x, 0)^2/k'
    """

    def text(e: Any) -> str:
        return infix(e, number)

    def inside(e: Any) -> str:
        """As a factor."""
        bare = e.is_Symbol or isinstance(e, sp.Function) or (e.is_Number and e >= 0)
        bare = (bare and not isinstance(e, Power)) or (e.is_Pow and e.args[1].is_Number and e.args[1] > 0)
        return text(e) if bare else f"({text(e)})"

    if formula.is_Symbol:
        return str(formula)
    if formula.is_Number:
        return number(float(formula), None)
    if formula.is_Add:
        return _sum(formula.as_ordered_terms(), text)
    if formula.is_Mul:
        return _product(formula, inside)
    if formula.is_Pow:
        base, exponent = formula.args
        if exponent.is_Number and exponent < 0:
            # One over it.
            return _product(formula, inside)
        # Exponents are pure numbers in any language, and need not say so.
        power = plain_number(float(exponent), None) if exponent.is_Number else f"({text(exponent)})"
        return f"{inside(base)}^{power}"
    match formula:
        case sp.exp():
            return f"exp({text(formula.args[0])})"
        case sp.log():
            return f"ln({text(formula.args[0])})"
        case Power():
            return f"({text(formula.args[0])})^({text(formula.args[1])})"
        case Positive():
            # Not a piecewise: engines look for roots of those, and CVODE stalls where one is touched.
            return f"max({text(formula.args[0])}, {number(0.0, formula.args[0])})"
        case Step():
            x = formula.args[0]
            return f"piecewise({number(1.0, None)}, {text(x)} > {number(0.0, x)}, {number(0.0, None)})"
        case Select():
            x, a, b = formula.args
            first, second = (
                number(float(one), other if one == 0 else None) if one.is_Number else text(one)
                for one, other in ((a, b), (b, a))
            )
            return f"piecewise({first}, {text(x)} > {number(0.0, x)}, {second})"
        case Softplus():
            return f"ln({number(1.0, None)} + exp({text(formula.args[0])}))"
    raise FileError(f"'{type(formula).__name__}' has no name in other languages", where="a formula")


def _sum(terms: Sequence[Any], text: Callable[[Any], str]) -> str:
    # A sum reads better where it does not begin with a minus.
    below = [e for e in terms if _negative(e)]
    first, *above = [e for e in terms if not _negative(e)] or [None]
    begun = f"-{text(-below.pop(0))}" if first is None else text(first)
    return "".join([begun, *(f" + {text(e)}" for e in above), *(f" - {text(-e)}" for e in below)])


def _negative(e: Any) -> bool:
    first = e.args[0] if e.is_Mul else e
    return bool(first.is_Number and first < 0)


def _product(formula: Any, inside: Callable[[Any], str]) -> str:
    """Numerator over denominator."""
    above, below = [], []
    sign = ""
    for factor in sp.Mul.make_args(formula):
        base, exponent = factor.as_base_exp()
        if factor is sp.S.NegativeOne:
            sign = "-"
        elif factor.is_Rational and not factor.is_Integer:
            above.append(inside(sp.Integer(factor.p)))
            below.append(inside(sp.Integer(factor.q)))
        elif exponent.is_Number and exponent < 0 and not isinstance(factor, sp.exp):
            below.append(inside(base**-exponent))
        else:
            above.append(inside(factor))
    over = "*".join(above) or inside(sp.S.One)
    under = f"({'*'.join(below)})" if len(below) > 1 else "".join(below)
    text = f"{over}/{under}" if below else over
    return f"-({text})" if sign else text
