"""Scores that go together: a Gaussian copula.

What is known before screening comes first, so that it does not depend on what
is drawn later; everything else is drawn conditional on it.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from deqi.errors import PopulationError, UnknownNameError
from deqi.population.draws import Array
from deqi.population.recipe import Correlation

#: Smallest share of a score's variance that the others may leave to it.
_LEAST = 1e-9


@dataclass(frozen=True)
class Copula:
    """How independent scores become correlated ones.

    Attributes
    ----------
    rows : mapping
        Of each name: the independent scores it is a sum of, and their weights (a row of the Cholesky factor).
    """

    rows: Mapping[str, tuple[tuple[str, float], ...]]

    @classmethod
    def of(cls, names: Sequence[str], correlations: Sequence[Correlation]) -> Copula:
        """A copula of names in an order, by their correlations; all others are 0.

        Raises
        ------
        UnknownNameError
            If a correlation is of something that does not differ.
        PopulationError
            If a pair has two, or they cannot all hold.

        Examples
        --------
        >>> pair = Correlation(("age", "duration"), 0.6, "assumed")
        >>> Copula.of(["sex", "age", "duration"], [pair]).rows["duration"]
        (('age', 0.6), ('duration', 0.8))
        """
        asked: dict[frozenset[str], float] = {}
        for correlation in correlations:
            for name in correlation.of:
                if name not in names:
                    raise UnknownNameError("correlated name", name, names, where="correlations")
            pair = frozenset(correlation.of)
            if pair in asked:
                raise PopulationError(
                    "is given twice", where=f"correlation of {' and '.join(correlation.of)}"
                )
            asked[pair] = correlation.value
        return cls(_factor(names, asked))

    def correlate(self, name: str, draw: Callable[[str], Array]) -> Array:
        """Scores of one name; `draw` gives the independent scores of any."""
        # Summed term by term: a matrix product may round a row otherwise in another company.
        terms = [weight * draw(other) for other, weight in self.rows[name]]
        total = terms[0]
        for term in terms[1:]:
            total = total + term
        return total


def _factor(
    names: Sequence[str], asked: Mapping[frozenset[str], float]
) -> dict[str, tuple[tuple[str, float], ...]]:
    """Rows of the Cholesky factor, zeros left out."""
    weights: dict[str, dict[str, float]] = {}
    for name in names:
        row: dict[str, float] = {}
        for before, other in weights.items():
            known = sum(weight * row[key] for key, weight in other.items() if key in row)
            weight = (asked.get(frozenset((name, before)), 0.0) - known) / other[before]
            if weight:
                row[before] = weight
        left = 1.0 - sum(weight**2 for weight in row.values())
        if left < _LEAST:
            raise PopulationError(
                f"cannot all hold: {', '.join(_said(name, names, asked))}",
                where="correlations",
                fix="make one of them smaller",
            )
        weights[name] = {**row, name: math.sqrt(left)}
    return {name: tuple(row.items()) for name, row in weights.items()}


def _said(name: str, names: Sequence[str], asked: Mapping[frozenset[str], float]) -> list[str]:
    """The pairs that hang together with a name and come no later than it."""
    before = names[: list(names).index(name) + 1]
    group, grown = {name}, True
    while grown:
        more = {n for pair in asked if pair & group and pair <= set(before) for n in pair}
        grown = not more <= group
        group |= more
    order = list(names)
    return [
        f"{' and '.join(sorted(pair, key=order.index))} {value:g}"
        for pair, value in asked.items()
        if pair <= group
    ]
