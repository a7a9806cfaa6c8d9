"""From what the model says of patients to the scores that an instrument would give them.

    score = held(rounded(intercept + slopes . state + shift + person_sd person + error_sd error))

`person` and `error` are standard normals that the caller draws: they decide
who is who, so that a patient's scores do not depend on who else is measured.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass

import numpy as np

from deqi.errors import ParameterError
from deqi.measurement.instrument import Instrument, load_instrument
from deqi.measurement.seen import Array, Seen, check_shape

#: How the days recalled, shape (patient, visit, day), become what one item asks for.
_READ: Mapping[str, Callable[[Array], Array]] = {
    "now": lambda days: days[:, :, -1],
    "mean": lambda days: np.mean(days, axis=2),
    "worst": lambda days: np.max(days, axis=2),
}


@dataclass(frozen=True)
class Adjustment:
    """An instrument fitted to people whose baseline is known.

    Attributes
    ----------
    shift : float
        Added to every score before it is rounded [points].
    person_sd : float, optional
        SD of what stays with a patient, in place of the instrument's [points].
    """

    shift: float = 0.0
    person_sd: float | None = None

    def __post_init__(self) -> None:
        if not math.isfinite(self.shift):
            raise ParameterError(f"{self.shift} is no finite number", where="adjustment.shift")
        if self.person_sd is not None and not 0 <= self.person_sd < math.inf:
            raise ParameterError(
                f"{self.person_sd} is no SD", where="adjustment.person_sd", fix="give 0 or more, or none"
            )


@dataclass(frozen=True)
class Spread:
    """How far scores of one state differ, in points of the score.

    Attributes
    ----------
    person : float
        SD between patients that stays with them: mapping error.
    error : float
        SD between two readings of one patient: standard error of measurement.
    """

    person: float
    error: float


def spread(instrument: Instrument | str, adjustment: Adjustment | None = None) -> Spread:
    """The two SDs that an instrument adds to what the model says; rounding adds a little more.

    Examples
    --------
    >>> spread("nrs_pain").error
    0.58
    """
    instrument = _instrument(instrument)
    stable = instrument.numbers["person_sd"]
    if adjustment is not None and adjustment.person_sd is not None:
        stable = adjustment.person_sd
    return Spread(person=stable, error=instrument.numbers["error_sd"])


def noiseless(instrument: Instrument | str, seen: Seen) -> Array:
    """Scores before mapping error and measurement error, neither rounded nor held to the scale.

    Parameters
    ----------
    instrument : Instrument or str
        What is asked.
    seen : Seen
        Of whom, and when.

    Returns
    -------
    ndarray, shape (patient, visit)
        In points of the instrument; day-to-day fluctuation of pain is in it, since patients recall it.
    """
    average: Array = _items(_instrument(instrument), seen).mean(axis=2)
    return average


def measure(
    instrument: Instrument | str,
    seen: Seen,
    person: Array,
    error: Array,
    adjustment: Adjustment | None = None,
) -> Array:
    """Scores as a form would hold them.

    Parameters
    ----------
    instrument : Instrument or str
        What is asked.
    seen : Seen
        Of whom, and when.
    person : ndarray, shape (patient,)
        Standard normals: what stays with a patient.
    error : ndarray, shape (patient, visit)
        Standard normals: measurement error. One shifts all items of a visit alike.
    adjustment : Adjustment, optional
        To people whose baseline is known.

    Returns
    -------
    ndarray, shape (patient, visit)
        Rounded to the instrument's step and within its ends; NaN where `seen` or a normal is.

    Raises
    ------
    UnknownNameError
        If no instrument has the name.
    PopulationError
        If the shapes do not fit each other.

    Examples
    --------
    >>> visit = np.array([[41.0]])
    >>> mood, stress = np.array([[-0.07]]), np.array([[1.14]])
    >>> seen = Seen(np.full((1, 1, 7), 67.8), visit, mood, stress, visit, np.array([67.8]))
    >>> measure("nrs_pain", seen, np.zeros(1), np.zeros((1, 1)))
    array([[7.]])
    >>> measure("sf12_pcs", seen, np.zeros(1), np.zeros((1, 1)))
    array([[31.5]])
    """
    instrument = _instrument(instrument)
    person, error = np.asarray(person, dtype=float), np.asarray(error, dtype=float)
    check_shape(person, seen.pain.shape[:1], "person")
    check_shape(error, seen.pain.shape[:2], "error")
    sds = spread(instrument, adjustment)
    shift = adjustment.shift if adjustment is not None else 0.0
    noise = shift + sds.person * person[:, None] + sds.error * error
    scores: Array = _as_written(instrument, _items(instrument, seen) + noise[:, :, None]).mean(axis=2)
    return scores


def _instrument(instrument: Instrument | str) -> Instrument:
    return load_instrument(instrument) if isinstance(instrument, str) else instrument


def _items(instrument: Instrument, seen: Seen) -> Array:
    """What each item would be of a patient who is exactly as the model says, shape (patient, visit, item)."""
    slopes = instrument.slopes
    total = np.full((*seen.pain.shape[:2], 1), instrument.numbers["intercept"])
    for name, slope in slopes.items():
        if name == "pain":
            total = total + slope * _pain(instrument, seen)
        elif name == "change":
            total = total + slope * seen.change()[:, :, None]
        elif name == "opioid":
            total = total + slope * seen.opioid_a_day(instrument.recall_days)[:, :, None]
        else:
            state: Array = getattr(seen, name)
            total = total + slope * state[:, :, None]
    return total


def _pain(instrument: Instrument, seen: Seen) -> Array:
    """Pain as each item asks for it, shape (patient, visit, item)."""
    days = seen.window(instrument.recall_days)
    return np.stack([_READ[reading](days) for reading in instrument.reads], axis=2)


def _as_written(instrument: Instrument, items: Array) -> Array:
    """Items rounded to a step, half a step up, and held to the ends of the scale."""
    width = instrument.high - instrument.low
    counted = np.floor((items - instrument.low) / width * instrument.steps + 0.5)
    # Counting steps keeps the top of a scale exact where a step has endless digits.
    written: Array = instrument.low + np.clip(counted, 0, instrument.steps) * (width / instrument.steps)
    return written
