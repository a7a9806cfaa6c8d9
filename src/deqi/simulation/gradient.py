"""How outcomes change with parameters: central differences, every shifted patient a lane.

Each parameter is shifted up and down by a step and by half of it, and the
differences are extrapolated (Richardson); their disagreement is the error that
is reported. The shifted patients run through preparation and protocol like any
other, so starting states and timetables move with the parameters.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from deqi.errors import SimulationError, UnknownNameError
from deqi.models import Patient
from deqi.parameters import ParameterValue
from deqi.protocols import Challenge, Protocol
from deqi.simulation.case import Case, lane_engine
from deqi.simulation.preparation import MINUTES_A_WEEK, Array

# Shifts are this share of a parameter's size; the solver must be much closer than their square.
_SHIFT = 2e-3
_RTOL = 1e-9
# Below this share of the largest slope of its outcome, an error is held against that slope.
_SMALL = 1e-3


@dataclass(frozen=True)
class Gradient:
    """Slopes of outcomes in parameters.

    Attributes
    ----------
    outcomes : tuple of (str, float)
        Path and week of each outcome.
    parameters : tuple of str
        Path of each parameter.
    values : ndarray, shape (outcome,)
        The outcomes themselves.
    slopes : ndarray, shape (outcome, parameter)
        Change of an outcome per unit of a parameter.
    errors : ndarray, shape (outcome, parameter)
        Relative error of each slope, estimated; of one that is next to nothing, in terms of the
        outcome's largest.
    """

    outcomes: tuple[tuple[str, float], ...]
    parameters: tuple[str, ...]
    values: Array
    slopes: Array
    errors: Array


def gradient(
    protocol: Protocol | str | Path,
    outcomes: Sequence[tuple[str, float]],
    wanted: Sequence[str],
    *,
    patient: Patient | str | Path = "chronic_low_back_pain",
    challenges: Sequence[Challenge | str | Path] = (),
    parameters: Mapping[str, ParameterValue] | None = None,
    threads: int | None = None,
) -> Gradient:
    """Slopes of some outcomes in some parameters, in one call of the engine.

    Parameters
    ----------
    protocol : Protocol, str or Path
        What is done.
    outcomes : sequence of (str, float)
        States or outputs by path, each with the week at which it is looked at.
    wanted : sequence of str
        Parameters by path.
    patient, challenges, parameters, threads
        As for `deqi.simulation.simulate_many`.

    Raises
    ------
    UnknownNameError
        If a path is unknown.
    SimulationError
        If a shifted patient cannot be followed, or a rule decides otherwise about one: a slope
        across a decision is none.

    Examples
    --------
    >>> found = gradient("none", [("pain.report.intensity", 4)], ["periphery.load.chronic_level"])
    >>> bool(found.slopes[0, 0] > 0), bool(found.errors[0, 0] < 1e-3)
    (True, True)
    """
    case = Case.of(protocol, patient, challenges, parameters)
    for path in wanted:
        if path not in case.numbers:
            raise UnknownNameError("parameter", path, case.numbers)
    report = tuple(dict.fromkeys(path for path, _ in outcomes))
    for path in report:
        case.model.variable(path)
    weeks = sorted({float(week) for _, week in outcomes})
    shifts = np.array([_SHIFT * (abs(case.numbers[path]) or 1.0) for path in wanted])
    varied = _shifted(case.numbers, wanted, shifts)
    solver = lane_engine(rtol=_RTOL, threads=threads)
    course = case.course(solver, weeks[-1], varied=varied, count=1 + 4 * len(wanted))
    _, seen = course.run(np.array(weeks) * MINUTES_A_WEEK, report)
    if not np.isfinite(seen).all():
        raise SimulationError("a shifted patient could not be followed", where="gradient")
    if len(set(course.plan.tolist())) > 1:
        raise SimulationError(
            "a rule decides otherwise about a shifted patient",
            where="gradient",
            fix="take the protocol without its rule",
        )
    picked = np.array([seen[:, weeks.index(float(w)), report.index(p)] for p, w in outcomes])
    up, down, half_up, half_down = np.moveaxis(picked[:, 1:].reshape(len(outcomes), -1, 4), -1, 0)
    whole, half = (up - down) / (2 * shifts), (half_up - half_down) / shifts
    slopes = (4 * half - whole) / 3
    floor = _SMALL * np.abs(slopes).max(axis=1, keepdims=True)
    errors = np.abs(slopes - half) / np.maximum(np.maximum(np.abs(slopes), floor), 1e-300)
    return Gradient(tuple(outcomes), tuple(wanted), picked[:, 0], slopes, errors)


def _shifted(numbers: Mapping[str, float], wanted: Sequence[str], shifts: Array) -> dict[str, Array]:
    """Values of each parameter in the patient as he is, and in four shifted ones for each parameter."""
    varied = {}
    for k, (path, shift) in enumerate(zip(wanted, shifts, strict=True)):
        values = np.full(1 + 4 * len(wanted), numbers[path])
        values[1 + 4 * k : 5 + 4 * k] += shift * np.array([1.0, -1.0, 0.5, -0.5])
        varied[path] = values
    return varied
