"""Powers of a state, with what is known of them at 0 taken out.

``Power(x, n)`` of the language is 0, 1 or infinite at ``x <= 0``, and so is its
slope; which of these depends on n alone, a parameter, and is worked out once
where other constants are. The slope shares the power itself.
"""

from __future__ import annotations

from typing import Any

import sympy as sp

from deqi.core.symbols import Power


class Raised(sp.Function):
    """``Raised(x, n, at_zero)``: x^n where x > 0, else `at_zero`."""

    nargs = 3


class RaisedSlope(sp.Function):
    """``RaisedSlope(x, n, at_zero)``: n x^(n-1) where x > 0, else `at_zero`."""

    nargs = 3


class AtZero(sp.Function):
    """0^n."""

    nargs = 1


class SlopeAtZero(sp.Function):
    """n 0^(n-1)."""

    nargs = 1


def slope_of_power(x: Any, n: Any) -> Any:
    """Derivative of ``Power(x, n)`` in x."""
    return RaisedSlope(x, n, SlopeAtZero(n))


def explicit(expression: Any) -> Any:
    """The expression with each ``Power`` as `Raised`."""
    if not expression.has(Power):
        return expression
    return expression.replace(Power, lambda x, n: Raised(x, n, AtZero(n)))
