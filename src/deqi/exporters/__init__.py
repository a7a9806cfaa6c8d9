"""Handing the model to other tools, one format a file, from the symbols alone."""

from deqi.exporters.sbml import to_sbml

__all__ = ["to_sbml"]
