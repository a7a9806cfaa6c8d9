"""Many virtual patients at once, one a lane of the processor's vectors.

mechanisms -> symbols -> state-free terms taken out, sparse factors ordered ->
instructions for LLVM -> machine code, kept on disk -> a Rosenbrock method whose
every lane has its own patient, time and step.

| file | idea |
|---|---|
| `equations`, `absence`, `jacobian`, `hoisting`, `powers` | what to compute, and when |
| `lanes`, `elementary`, `printing` | expressions as vector instructions |
| `methods`, `kernels` | the method, and straight-line code for everything done often |
| `driver`, `fields`, `workspace`, `restricted` | many patients through a few lanes |
| `host`, `compiler`, `cache`, `build` | machine code, once a model and machine |
| `batch`, `tables`, `workers`, `engine` | what a user calls |
"""

from deqi.engine.batch import Batch, Courses, Schedule, Settings, Status, joined
from deqi.engine.engine import Engine
from deqi.engine.host import host

__all__ = ["Batch", "Courses", "Engine", "Schedule", "Settings", "Status", "host", "joined"]
