"""SciPy as a referee: LSODA on Python code written from the symbols, at tight tolerances."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from referee_patients import Array

from deqi.engine import Status
from deqi.solvers import ScipyReference, Task


@dataclass(frozen=True)
class Scipy:
    """LSODA through `deqi.solvers.ScipyReference`; some four seconds a course.

    Parameters
    ----------
    rtol, atol : float
        Tolerances; the absolute one in each state's unit.
    """

    rtol: float = 1e-9
    atol: float = 1e-12
    name: str = "SciPy"

    @property
    def method(self) -> str:
        """In words."""
        return f"LSODA, rtol {self.rtol:g}, atol {self.atol:g}, analytic Jacobian"

    def reports(self, task: Task) -> Array:
        """Every observable, shape (patient, time, report)."""
        courses = ScipyReference(self.rtol, self.atol).follow(task)
        lost = np.flatnonzero(courses.status != Status.DONE)
        if len(lost):
            raise RuntimeError(f"SciPy could not follow the patients in rows {lost.tolist()}")
        return courses.reports
