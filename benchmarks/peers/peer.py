"""What a solver must offer to be measured.

A subclass names its tolerances and solves one case at a time. One that is
made for many at once overrides `solve_all`. `load` and `solve` are timed;
what a subclass does in ``__init__`` is not, so it does nothing there.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Mapping, Sequence
from types import MappingProxyType
from typing import ClassVar

import numpy as np

from peers.workload import Array, Case, Workload


class NotHere(Exception):
    """The solver cannot be run on this machine; the text says why."""


class Peer(ABC):
    """A solver.

    Attributes
    ----------
    name, title : str
        Name in files, and in words: method, and who gives the Jacobian.
    tolerances : tuple of float
        Relative tolerances to measure.
    atol_per_rtol : float
        Absolute tolerance in units of the relative one.
    patients : int
        How many patients of the workload it is measured on.
    notes : mapping
        What else it has to say about itself, as numbers.
    """

    name: ClassVar[str]
    title: ClassVar[str]
    tolerances: ClassVar[tuple[float, ...]] = (1e-2, 1e-3, 1e-4, 1e-5, 1e-6, 1e-7, 1e-8)
    atol_per_rtol: ClassVar[float] = 1e-3
    patients: ClassVar[int] = 8

    notes: Mapping[str, float] = MappingProxyType({})

    @abstractmethod
    def load(self, workload: Workload, outputs: tuple[str, ...]) -> None:
        """Read or compile the model, once.

        Parameters
        ----------
        workload : Workload
            Names and the folder's texts.
        outputs : tuple of str
            Paths of the states that `solve` gives.

        Raises
        ------
        NotHere
            If the solver is not installed, or cannot read the model.
        """

    @abstractmethod
    def solve(self, case: Case, rtol: float, atol: float) -> Array:
        """Outputs of one case, shape (time, output)."""

    def solve_all(self, cases: Sequence[Case], rtol: float, atol: float) -> Array:
        """Outputs of many cases, shape (case, time, output)."""
        return np.array([self.solve(case, rtol, atol) for case in cases])

    @abstractmethod
    def version(self) -> str:
        """Name and version of the package."""


def asked(case: Case, k: int) -> tuple[Array, Array]:
    """Minutes at which a solver stops in stretch `k`: start, outputs, end.

    They count from the stretch's start: the equations hold no time, and small
    first steps are not lost in rounding after weeks.

    Returns
    -------
    minutes : ndarray, shape (stop,)
        Rising, from 0 to the stretch's length.
    outputs : ndarray of int, shape (output time in the stretch,)
        Their numbers in `minutes`.
    """
    inside = case.times[case.slots[k]]
    last = case.edges[k + 1]
    ends = [] if inside.size and inside[-1] == last else [last]
    minutes = np.concatenate([[case.edges[k]], inside, ends])
    return minutes - case.edges[k], np.arange(1, 1 + inside.size)


#: A state smaller than this starts a stretch at 0. Weeks of decay leave 1e-80 and the like, at which
#: libRoadRunner and COPASI stop with failures; every solver but the engine is spared them.
TINY = 1e-20


def begin(case: Case, k: int, y: Array) -> Array:
    """State in which stretch `k` starts, from the one in which the stretch before ended."""
    after = y + case.jumps[k]
    return np.where(np.abs(after) < TINY, 0.0, after)
