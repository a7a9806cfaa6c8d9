"""Patients to referee with: each parameter that differs between patients is drawn from its distribution."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

from deqi.core.wiring import Model
from deqi.models import Patient, load_patient, needling_analgesia, parameter_schema
from deqi.parameters import base_values, merge, resolve
from deqi.simulation import make_solver, prepare_many

Array = np.ndarray[Any, Any]
Parameters = dict[str, float | Array]

SEED = 2026
PRESET = "chronic_low_back_pain"
#: Every engine gets the same states at week 0, so it matters little how closely these were found.
_RTOL_BEFORE = 1e-6


@dataclass(frozen=True)
class Cohort:
    """Patients at week 0.

    Attributes
    ----------
    model : Model
        The model.
    person : Patient
        What kind of patient they are.
    parameters : mapping
        One number, or an array of one a patient.
    start : ndarray, shape (patient, state)
        States at week 0.
    numbers : ndarray of int, shape (patient,)
        Which patients of those that were drawn.
    """

    model: Model
    person: Patient
    parameters: Parameters
    start: Array
    numbers: Array

    def __len__(self) -> int:
        return len(self.start)

    def part(self, rows: Array) -> Cohort:
        """The patients of some rows."""
        kept = {p: v[rows] if isinstance(v, np.ndarray) else v for p, v in self.parameters.items()}
        return Cohort(self.model, self.person, kept, self.start[rows], self.numbers[rows])

    def one(self, row: int) -> dict[str, float]:
        """Value of each parameter of one patient."""
        return {p: float(v[row] if isinstance(v, np.ndarray) else v) for p, v in self.parameters.items()}


def draw(count: int, seed: int = SEED) -> Parameters:
    """Parameters of patients; patient `k` is the same however many are drawn.

    Parameters
    ----------
    count : int
        Number of patients.
    seed : int
        Where the random numbers start.

    Returns
    -------
    mapping
        One number, or for what differs between patients an array of one a patient.
    """
    person, known = load_patient(PRESET), base_values()
    base = resolve(parameter_schema(), merge(known, person.values), where=person.name)
    drawn: Parameters = dict(base)
    varied = sorted(path for path, given in known.items() if given.distribution is not None)
    random = [np.random.default_rng([seed, k]) for k in range(count)]
    for path in varied:
        spread = known[path].distribution
        assert spread is not None
        values = [_draw(rng, base[path], spread.kind, spread.numbers) for rng in random]
        drawn[path] = np.clip(values, *parameter_schema()[path].bounds)
    return drawn


def _draw(rng: np.random.Generator, middle: float, kind: str, numbers: Any) -> float:
    if kind == "lognormal":
        return middle * float(np.exp(rng.normal(0.0, numbers["sd"])))
    if kind == "normal":
        return float(np.clip(rng.normal(middle, numbers["sd"]), numbers["low"], numbers["high"]))
    if kind == "beta":
        return float(rng.beta(numbers["a"], numbers["b"]))
    raise ValueError(f"nobody taught the referees to draw from {kind}")


def cohort(count: int, seed: int = SEED) -> Cohort:
    """Patients drawn, and brought to week 0 by the engine."""
    model, person, parameters = needling_analgesia(), load_patient(PRESET), draw(count, seed)
    start, _ = prepare_many(model, person, parameters, make_solver("engine", _RTOL_BEFORE), count)
    if not np.isfinite(start).all():
        lost = np.flatnonzero(~np.isfinite(start).all(axis=1))
        raise ValueError(f"patients {lost.tolist()} could not be brought to week 0")
    return Cohort(model, person, parameters, start, np.arange(count))
