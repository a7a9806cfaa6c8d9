"""How a patient came to be as they are at week 0.

*healthy*: the resting state without pain.

*onset*: a healthy body is given a load that is held for the weeks the pain has
lasted, and let go at week 0.

*chronic*: the untreated patient is followed for years to the state that chronic
pain rests in; then the flare that made them seek help is added, what is fast
settles, and pain memory takes up part of it. Regression to the mean after
enrolment follows from the flare's decay and is not put in as a trend.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np

from deqi.core.wiring import Model
from deqi.errors import SimulationError
from deqi.models import Patient
from deqi.solvers import Stretch
from deqi.solvers.python_kernel import compile_kernel

MINUTES_A_DAY = 1440.0
MINUTES_A_WEEK = 7 * MINUTES_A_DAY

#: What changes over weeks and months, and stands still while the fast states settle.
SLOW = (
    "periphery.load.load",
    "periphery.root.root",
    "spinal.sensitisation.sensitisation",
    "mind.memory.memory",
    "brainstem.control.efficiency",
    "mind.mood.mood",
    "mind.expectation.conditioned",
    "receptors.tolerance.tolerance",
    "receptors.number.receptors",
)

#: Where the search for the chronic state starts: high pain, long consolidated.
_CHRONIC_GUESS = {
    "mind.memory.memory": 0.9,
    "spinal.sensitisation.sensitisation": 0.5,
    "mind.mood.mood": -0.35,
    "pain.report.intensity": 65.0,
    "pain.report.unpleasantness": 65.0,
    "pain.disability.disability": 45.0,
}
_YEARS_TO_CHRONIC = 4.0
_DAYS_TO_SETTLE = 30.0
_DAYS_TO_HEALTH = 5 * 365.0


def prepare(model: Model, patient: Patient, parameters: Mapping[str, float], solver: Any) -> dict[str, float]:
    """State of a patient at week 0, by path.

    Parameters
    ----------
    model : Model
        The model.
    patient : Patient
        Who it is.
    parameters : mapping
        Value of each parameter in its declared unit.
    solver : solver
        Anything with the `solve` of `deqi.solvers.ScipyReference`.

    Raises
    ------
    SimulationError
        If no such state is found.
    """
    recipe = {"healthy": _healthy, "onset": _onset, "chronic": _chronic}[patient.start]
    return recipe(model, patient, parameters, solver)


def _healthy(
    model: Model, patient: Patient, parameters: Mapping[str, float], solver: Any
) -> dict[str, float]:
    state = _rest(model, parameters, declared_start(model, parameters), solver, days=_DAYS_TO_HEALTH)
    return polish(model, parameters, state)


def _onset(model: Model, patient: Patient, parameters: Mapping[str, float], solver: Any) -> dict[str, float]:
    load = "periphery.load.load"
    start = declared_start(model, parameters) | {load: 0.0}
    healthy = _rest(model, parameters, start, solver, days=_DAYS_TO_HEALTH, held=(load,))
    injured = healthy | {load: patient.onset_load, "periphery.root.root": patient.root}
    return _rest(model, parameters, injured, solver, days=7 * patient.onset_weeks, held=(load,))


def _chronic(
    model: Model, patient: Patient, parameters: Mapping[str, float], solver: Any
) -> dict[str, float]:
    start = declared_start(model, parameters) | _CHRONIC_GUESS
    start["brainstem.control.efficiency"] = parameters["brainstem.control.chronic_level"]
    state = _rest(model, parameters, start, solver, days=365 * _YEARS_TO_CHRONIC)
    state["periphery.load.load"] += parameters["enrolment.flare"]
    state["periphery.root.root"] = patient.root
    state = _rest(model, parameters, state, solver, days=_DAYS_TO_SETTLE, held=SLOW)
    memory = state["mind.memory.memory"]
    half, width = parameters["mind.memory.pain_half"], parameters["mind.memory.pain_width"]
    target = 1 / (1 + np.exp(-(state["pain.report.intensity"] - half) / width))
    state["mind.memory.memory"] = memory + parameters["enrolment.memory_share"] * (target - memory)
    return _rest(model, parameters, state, solver, days=_DAYS_TO_SETTLE, held=SLOW)


def declared_start(model: Model, parameters: Mapping[str, float]) -> dict[str, float]:
    """Initial value of each state as its mechanism declares it."""
    start = {}
    for instance in model.instances:
        for name, variable in instance.mechanism.State.variables.items():
            given = variable.initial
            value = parameters[instance.parameter(given)] if isinstance(given, str) else given
            start[f"{instance.path}.{name}"] = float(value or 0.0)
    return start


def _rest(
    model: Model,
    parameters: Mapping[str, float],
    state: Mapping[str, float],
    solver: Any,
    *,
    days: float,
    held: tuple[str, ...] = (),
) -> dict[str, float]:
    """The state after so many days in which nothing is done."""
    stop = days * MINUTES_A_DAY
    nothing = Stretch(0.0, stop, dict.fromkeys(model.outside, 0.0), {})
    found = solver.solve(model, parameters, state, [nothing], np.array([stop]), held)
    return dict(zip(model.states, found[:, -1].tolist(), strict=True))


def polish(
    model: Model, parameters: Mapping[str, float], state: Mapping[str, float], *, steps: int = 20
) -> dict[str, float]:
    """A resting state to machine precision, by Newton's method.

    Raises
    ------
    SimulationError
        If the residual does not fall below 1e-12 of each state's scale.
    """
    kernel = compile_kernel(model)
    p = [parameters[path] for path in kernel.parameters]
    u = [0.0] * len(kernel.environment)
    y = np.array([state[path] for path in kernel.states])
    scale = 1.0 + np.abs(y)
    for _ in range(steps):
        residual = np.array(kernel.rates(0.0, y.tolist(), p, u))
        if (np.abs(residual) / scale).max() < 1e-14:
            break
        y = y - np.linalg.solve(kernel.jacobian(0.0, y.tolist(), p, u), residual)
    residual = np.array(kernel.rates(0.0, y.tolist(), p, u))
    if not (np.abs(residual) / scale).max() < 1e-12:
        worst = kernel.states[int(np.abs(residual / scale).argmax())]
        raise SimulationError(
            "no resting state was found", where=worst, fix="look at the parameters of this state"
        )
    return dict(zip(kernel.states, y.tolist(), strict=True))
