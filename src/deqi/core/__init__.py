"""The mechanism language: variables, mechanisms, wires, and their three readings. Knows no biology."""

from deqi.core.citations import Reference, cite, read_bibtex, references
from deqi.core.mechanism import Mechanism, Values
from deqi.core.ops import ArrayOps, Ops
from deqi.core.variables import ANY, NON_NEGATIVE, Block, Expr, Variable, var
from deqi.core.wiring import ENVIRONMENT, Instance, Model, Wire, fan

__all__ = [
    "ANY",
    "ENVIRONMENT",
    "NON_NEGATIVE",
    "ArrayOps",
    "Block",
    "Expr",
    "Instance",
    "Mechanism",
    "Model",
    "Ops",
    "Reference",
    "Values",
    "Variable",
    "Wire",
    "cite",
    "fan",
    "read_bibtex",
    "references",
    "var",
]
