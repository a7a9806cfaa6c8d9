"""A model as SBML Level 3: parameters, assignment rules, rate rules.

Time is in minutes, as everywhere in the model. Units and annotations are not
written yet. Needs the optional package ``python-libsbml``.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from sympy.printing.str import StrPrinter

from deqi.core.trace import trace
from deqi.core.wiring import Model
from deqi.errors import FileError


class _Formula(StrPrinter):  # type: ignore[misc]
    """SBML's infix text of an expression."""

    def _print_Pow(self, expr: Any, rational: bool = False) -> str:
        base, exponent = expr.args
        return f"(({self._print(base)})^({self._print(exponent)}))"

    def _print_exp(self, expr: Any) -> str:
        return f"exp({self._print(expr.args[0])})"

    def _print_log(self, expr: Any) -> str:
        return f"ln({self._print(expr.args[0])})"

    def _print_Power(self, expr: Any) -> str:
        return f"(({self._print(expr.args[0])})^({self._print(expr.args[1])}))"

    def _print_Positive(self, expr: Any) -> str:
        # Not a piecewise: engines look for roots of those, and CVODE stalls where one is touched.
        return f"max({self._print(expr.args[0])}, 0)"

    def _print_Step(self, expr: Any) -> str:
        return f"piecewise(1, ({self._print(expr.args[0])}) > 0, 0)"

    def _print_Select(self, expr: Any) -> str:
        x, a, b = (self._print(arg) for arg in expr.args)
        return f"piecewise({a}, ({x}) > 0, {b})"

    def _print_Softplus(self, expr: Any) -> str:
        return f"ln(1 + exp({self._print(expr.args[0])}))"

    def _print_Float(self, expr: Any) -> str:
        return repr(float(expr))


def to_sbml(
    model: Model,
    parameters: Mapping[str, float],
    state: Mapping[str, float],
    environment: Mapping[str, float] | None = None,
) -> str:
    """SBML text of a model with values.

    Parameters
    ----------
    model : Model
        The model.
    parameters, state : mapping
        Value of each parameter, and of each state at time 0.
    environment : mapping, optional
        Value of each environment path; 0 where missing.

    Raises
    ------
    FileError
        If python-libsbml is not installed, or refuses a formula.
    """
    try:
        import libsbml
    except ImportError as error:
        raise FileError("SBML needs python-libsbml", fix="pip install 'deqi[sbml]'") from error
    symbolic, text = trace(model), _Formula().doprint
    document = libsbml.SBMLDocument(3, 2)
    sbml = document.createModel()
    sbml.setId(model.name)

    def formula(expression: Any) -> Any:
        parsed = libsbml.parseL3Formula(text(expression))
        if parsed is None:
            raise FileError(f"SBML refuses {text(expression)[:60]}: {libsbml.getLastParseL3Error()}")
        return parsed

    def parameter(symbol: Any, value: float | None, *, constant: bool) -> None:
        made = sbml.createParameter()
        made.setId(str(symbol))
        made.setConstant(constant)
        if value is not None:
            made.setValue(float(value))

    outside = environment or {}
    for path, symbol in symbolic.parameters.items():
        parameter(symbol, parameters[path], constant=True)
    for path, symbol in symbolic.environment.items():
        parameter(symbol, outside.get(path, 0.0), constant=False)
    for path, symbol in symbolic.states.items():
        parameter(symbol, state[path], constant=False)
    for symbol, expression in symbolic.algebraic.values():
        parameter(symbol, None, constant=False)
        rule = sbml.createAssignmentRule()
        rule.setVariable(str(symbol))
        rule.setMath(formula(expression))
    for path, expression in symbolic.rates.items():
        rule = sbml.createRateRule()
        rule.setVariable(str(symbolic.states[path]))
        rule.setMath(formula(expression))
    return str(libsbml.writeSBMLToString(document))
