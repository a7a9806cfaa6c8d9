"""Units as SBML tells them: products of a few kinds, each with a factor."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import sympy as sp

from deqi.core import units
from deqi.core.symbols import Positive, Select
from deqi.exporters.walk import Walk

DIMENSIONLESS = "dimensionless"

#: What `pint` and SBML call a unit, where one is the other or a product of others. SBML has no scores:
#: points are counted as items, so that at least none is added to a pure number.
_KINDS: Mapping[str, tuple[tuple[str, int], ...]] = {
    "second": (("second", 1),),
    "hertz": (("hertz", 1),),
    "meter": (("metre", 1),),
    "gram": (("gram", 1),),
    "mole": (("mole", 1),),
    "liter": (("litre", 1),),
    "molar": (("mole", 1), ("litre", -1)),
    "ampere": (("ampere", 1),),
    "kelvin": (("kelvin", 1),),
    units.SCORE_UNIT: (("item", 1),),
}
_BASES = {"kilogram": ("gram", 1000.0)}


@dataclass(frozen=True)
class Factor:
    """One factor of a unit: ``(multiplier * 10**scale * kind) ** exponent``."""

    kind: str
    exponent: float
    scale: int
    multiplier: float


def factors(unit: Any) -> tuple[Factor, ...]:
    """A unit as factors that SBML knows.

    Parameters
    ----------
    unit : pint.Unit
        The unit.

    Examples
    --------
    >>> [(f.kind, int(f.exponent), f.scale, f.multiplier) for f in factors(units.parse("nM/min"))]
    [('second', -1, 0, 60.0), ('mole', 1, -9, 1.0), ('litre', -1, 0, 1.0)]
    """
    return tuple(one for name, exponent in sorted(unit._units.items()) for one in _named(name, exponent))


def _named(name: str, exponent: float) -> list[Factor]:
    registry = units.registry()
    ((prefix, root, _),) = registry.parse_unit_name(name)[:1]
    if root in _KINDS:
        scale = float(registry.Quantity(1.0, name).to(root).magnitude) if prefix else 1.0
        # A prefix belongs to the first: a nanomolar is a nanomole in a litre.
        return [
            _factor(kind, exponent * power, scale if k == 0 else 1.0)
            for k, (kind, power) in enumerate(_KINDS[root])
        ]
    base = registry.Quantity(1.0, name).to_base_units()
    dimensions = sorted(base.units._units.items())
    if dimensions and all(d in _KINDS or d in _BASES for d, _ in dimensions):
        found = []
        for k, (dimension, power) in enumerate(dimensions):
            known = _KINDS[dimension][0][0] if dimension in _KINDS else ""
            kind, inside = _BASES.get(dimension, (known, 1.0))
            share = float(base.magnitude) ** (1 / power) if k == 0 else 1.0
            found.append(_factor(kind, exponent * power, inside * share))
        return found
    return [_factor(DIMENSIONLESS, exponent, float(base.magnitude))]


def _factor(kind: str, exponent: float, factor: float) -> Factor:
    power = math.log10(factor)
    if abs(power - round(power)) < 1e-12:
        return Factor(kind, exponent, round(power), 1.0)
    return Factor(kind, exponent, 0, float(f"{factor:.14g}"))


class UnitTable:
    """The units of a walk by identifier, each defined once.

    Parameters
    ----------
    walk : Walk
        Whose symbols formulas are made of.

    Attributes
    ----------
    definitions : dict
        `pint` unit of each identifier that was asked for.
    """

    def __init__(self, walk: Walk) -> None:
        self._units = {symbol: units.parse(q.unit) for symbol, q in walk.by_symbol.items()}
        self.definitions: dict[str, Any] = {}

    def name(self, unit: str) -> str:
        """Identifier of a unit given as text."""
        return self._name(units.parse(unit))

    def number(self, value: float, like: Any) -> str:
        """A number in SBML's infix, with the unit of an expression (None: a pure number)."""
        unit = DIMENSIONLESS if like is None else self._name(self.of(like))
        return f"{int(value) if value == int(value) else repr(value)} {unit}"

    def of(self, formula: Any) -> Any:
        """Unit of a formula, as `pint` has it; formulas are known to close."""
        if formula.is_Symbol:
            return self._units[str(formula)]
        if formula.is_Add:
            # A zero or a number tells least of what the sum is.
            return self.of(max(formula.args, key=lambda e: len(e.free_symbols)))
        if formula.is_Mul:
            product = units.parse("1")
            for factor in formula.args:
                product = product * self.of(factor)
            return product
        if formula.is_Pow:
            return self.of(formula.args[0]) ** (float(formula.args[1]) if formula.args[1].is_number else 1)
        if isinstance(formula, Positive):
            return self.of(formula.args[0])
        if isinstance(formula, Select):
            return self.of(formula.args[2] if isinstance(formula.args[1], sp.Number) else formula.args[1])
        return units.parse("1")

    def _name(self, unit: Any) -> str:
        if units.same(unit, units.parse("1")):
            return DIMENSIONLESS
        text = f"{unit:~C}".replace("1/", "per_", 1) if f"{unit:~C}".startswith("1/") else f"{unit:~C}"
        for sign, word in (("**", "_"), ("/", "_per_"), ("*", "_"), (".", "_"), ("-", "minus_")):
            text = text.replace(sign, word)
        self.definitions.setdefault(text, unit)
        return text
