"""Solvers, one method a file; `SOLVERS` finds them by name."""

from collections.abc import Mapping
from types import MappingProxyType

from deqi.solvers.scipy_reference import ScipyReference, Stretch

SOLVERS: Mapping[str, type[ScipyReference]] = MappingProxyType({"scipy": ScipyReference})

__all__ = ["SOLVERS", "ScipyReference", "Stretch"]
