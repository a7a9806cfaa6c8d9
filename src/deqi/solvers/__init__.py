"""Solvers, one method a file: the engine, and the reference that referees it.

| name | what it is |
|---|---|
| ``engine`` | `LaneEngine`: machine code, many patients at once |
| ``scipy`` | `ScipyReference`: SciPy's LSODA, slow and obvious |
"""

from deqi.solvers.lane_engine import LaneEngine
from deqi.solvers.scipy_reference import ScipyReference
from deqi.solvers.task import Solver, Stretch, Task, parameter_table

#: Names that `deqi.simulate` knows; the first is what it uses unless told otherwise.
SOLVERS = ("engine", "scipy")

__all__ = ["SOLVERS", "LaneEngine", "ScipyReference", "Solver", "Stretch", "Task", "parameter_table"]
