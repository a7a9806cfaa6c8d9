"""Running a pure function over ranges of patients: chunks on disk, any number of workers, resuming.

It knows no trials. What it is given is work, which makes a table of the rows of
some patients, and a description of the run; it sees to it that all is done once, kept
whole, and the same whoever computed it.

| file | idea |
|---|---|
| `run` | one call that begins, resumes or finds a run |
| `folder` | what was asked for, and how much of it is there |
| `manifest` | what a folder holds |
| `chunks` | files that are named by range and content |
| `parquet` | a table as bytes |
| `digest` | what a table says, as one hash |
| `disk` | files whole or not at all |
| `address` | a folder of this machine, or an address that fsspec reaches |
| `handout` | ranges to workers, chunks back |
| `task` | making one chunk |
| `crews` | this process, or processes that it starts |
| `cluster` | workers of a Dask cluster |
| `roster` | who of them may be given work |
| `probe` | whether another process would give other bits |
| `floats` | what a process makes of floating-point numbers |
| `progress` | how far, how long |
| `spans` | a range, written and said |
"""

from deqi.execution.address import Address, Place, place_of
from deqi.execution.disk import put
from deqi.execution.folder import RunFolder
from deqi.execution.progress import Progress, Watch
from deqi.execution.run import execute
from deqi.execution.spans import Span
from deqi.execution.task import Work

__all__ = ["Address", "Place", "Progress", "RunFolder", "Span", "Watch", "Work", "execute", "place_of", "put"]
