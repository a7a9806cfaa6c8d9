"""Results: immutable runs with units and provenance inside, saved and loaded without loss."""

from deqi.results.provenance import Provenance, provenance
from deqi.results.run import Run

__all__ = ["Provenance", "Run", "provenance"]
