"""Enrolment: for each slot, people are looked at one after the other until one is taken.

Screening is by what instruments say, fluctuation and measurement error
included, so that regression to the mean follows and is not put in.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from deqi.errors import PopulationError
from deqi.measurement import load_instrument
from deqi.models import Patient
from deqi.population.candidates import Candidates, Screening, look_at, measured
from deqi.population.draws import Array, normals
from deqi.population.eligibility import Eligibility
from deqi.population.met import Met
from deqi.population.person import drawn_patient
from deqi.population.plan import plan_of
from deqi.population.slots import Slots, draw_slots
from deqi.simulation import lane_engine

#: Relative tolerance with which candidates are brought to week 0.
RTOL = 1e-5
#: Candidates for a slot until enrolment is given up.
MOST_ATTEMPTS = 60


@dataclass(frozen=True, eq=False)
class Enrolled:
    """Patients who were taken.

    Attributes
    ----------
    first : int
        Slot of the first of them; the others follow it.
    seed : int
        What they were drawn with.
    recipe, preset : str
        Label of the recipe that they were drawn by, and patient preset that `varied` is laid over.
    covariates : mapping
        ``centre``, ``age_group`` (numbers from 0), ``sex`` (female, male), ``age``, ``duration`` [y],
        ``expectation``, ``opioid_responsiveness``, ``descending_control``; one array each.
    varied : mapping
        Parameters by path, in declared units, one array each.
    states : ndarray, shape (patient, state)
        At week 0.
    baseline : mapping
        What each instrument said at screening.
    attempt : ndarray of int, shape (patient,)
        Which candidate was taken, from 0; what is random about a patient goes by it.
    looked_at : ndarray of int, shape (patient,)
        How many people were looked at to fill the slot, this one included.
    refused : mapping
        How many people were refused before, by the first reason that applied; an array of shape (patient,)
        each.
    """

    first: int
    seed: int
    recipe: str
    preset: str
    covariates: Mapping[str, Array]
    varied: Mapping[str, Array]
    states: Array
    baseline: Mapping[str, Array]
    attempt: Array
    looked_at: Array
    refused: Mapping[str, Array]

    @property
    def refusals(self) -> dict[str, int]:
        """How many people were refused in all, by the first reason that applied."""
        return {reason: int(count.sum()) for reason, count in self.refused.items()}

    def __len__(self) -> int:
        return len(self.attempt)

    @property
    def stop(self) -> int:
        """The slot after the last."""
        return self.first + len(self)

    @property
    def patients(self) -> Array:
        """Slot of each patient."""
        return np.arange(self.first, self.stop)

    def patient(self, number: int) -> Patient:
        """One of them alone, by slot: what `deqi.simulate` takes.

        Raises
        ------
        PopulationError
            If there is no such patient.
        """
        if not self.first <= number < self.stop:
            raise PopulationError(
                f"there is no patient {number}", fix=f"they are numbered {self.first} to {self.stop - 1}"
            )
        row = number - self.first
        numbers = {path: float(values[row]) for path, values in self.varied.items()}
        recipe, _, _ = self.recipe.rpartition("@")
        said = f"patient {number} of {recipe}, seed {self.seed}"
        return drawn_patient(self.preset, numbers, f"{recipe}:{self.seed}:{number}", said)

    def part(self, first: int, stop: int) -> Enrolled:
        """Those of a range of slots, without `stop`."""
        rows = slice(first - self.first, stop - self.first)

        def of(arrays: Mapping[str, Array]) -> dict[str, Array]:
            return {name: values[rows] for name, values in arrays.items()}

        return replace(
            self,
            first=first,
            covariates=of(self.covariates),
            varied=of(self.varied),
            states=self.states[rows],
            baseline=of(self.baseline),
            attempt=self.attempt[rows],
            looked_at=self.looked_at[rows],
            refused=of(self.refused),
        )


def enrol(
    met: Met,
    seed: int,
    first: int,
    stop: int,
    eligible: Eligibility | Mapping[str, Any] | None = None,
    *,
    instruments: Sequence[str] = (),
    threads: int | None = None,
) -> Enrolled:
    """Fill a range of slots.

    Parameters
    ----------
    met : Met
        The recipe, its baseline met; see `deqi.population.meet`.
    seed : int
        From 0 to 2**32 - 1.
    first, stop : int
        The range, without `stop`. Who is in a slot does not depend on it.
    eligible : Eligibility or mapping, optional
        Whom to take; by default those that the baseline was met in.
    instruments : sequence of str
        What to fill in at baseline besides the instruments of the recipe and of eligibility.
    threads : int, optional
        By default as many as there are processors. Results do not depend on it.

    Raises
    ------
    PopulationError
        If a slot stays open, with the reason that refuses most.
    UnknownNameError
        If an instrument or a covariate is unknown.

    Examples
    --------
    >>> from deqi.population import load_recipe, meet
    >>> enrolled = enrol(meet(load_recipe("chronic-low-back-pain")), seed=1, first=0, stop=5)
    >>> len(enrolled), int(enrolled.looked_at.sum()) == 5 + sum(enrolled.refusals.values())
    (5, True)
    """
    if not first < stop:
        raise PopulationError(
            f"no patient is from {first} to {stop}", where="enrolment", fix="ask for one at least"
        )
    plan = plan_of(met.recipe)
    rule = met.eligibility if eligible is None else as_eligibility(eligible)
    screening = Screening(plan, rule)
    slots = draw_slots(met.recipe, seed, first, stop, rule)
    asked = (asked.instrument for asked in met.recipe.baseline)
    names = tuple(dict.fromkeys((*asked, *rule.instruments, *instruments)))
    solver = lane_engine(rtol=RTOL, threads=threads)
    still_open = np.arange(stop - first)
    taken = _Taken(stop - first)
    refused = {**{reason: np.zeros(stop - first, int) for reason in screening.reasons}, **slots.refused}
    for attempt in range(MOST_ATTEMPTS):
        if not len(still_open):
            break
        rows = still_open

        def draw(purpose: str, columns: int, attempt: int = attempt, rows: Array = rows) -> Array:
            return normals(seed, purpose, first, stop, columns, attempt)[rows]

        candidates = look_at(
            plan,
            {name: values[rows] for name, values in slots.covariates.items()},
            {name: values[rows] for name, values in slots.scores.items()},
            draw,
            shift=met.shift,
            spread=met.spread,
            solver=solver,
        )
        scores = {
            name: measured(candidates, name, draw, met.adjustments.get(load_instrument(name).name))
            for name in names
        }
        why = screening.refuse(candidates, scores)
        for number, reason in enumerate(screening.reasons):
            refused[reason][rows] += why == number
        taken.put(rows, why < 0, candidates, scores, attempt)
        still_open = rows[why >= 0]
    if len(still_open):
        raise _too_few(len(still_open), stop - first, refused)
    return taken.enrolled(met, seed, slots, refused)


def as_eligibility(given: Eligibility | Mapping[str, Any]) -> Eligibility:
    """Eligibility as such, or from a mapping."""
    return given if isinstance(given, Eligibility) else Eligibility.of(given)


class _Taken:
    """Whoever was taken so far, each in their place."""

    def __init__(self, count: int) -> None:
        self.attempt: Array = np.zeros(count, int)
        self._parts: dict[tuple[str, str], Array] = {}

    def put(
        self, rows: Array, fine: Array, candidates: Candidates, scores: Mapping[str, Array], attempt: int
    ) -> None:
        """Keep the candidates who are fine in the slots they are for."""
        self.attempt[rows[fine]] = attempt
        kinds: dict[str, Mapping[str, Array]] = {
            "covariates": candidates.covariates,
            "varied": candidates.varied,
            "baseline": scores,
            "states": {"": candidates.states},
        }
        for kind, arrays in kinds.items():
            for name, values in arrays.items():
                shape = (len(self.attempt), *values.shape[1:])
                whole = self._parts.setdefault((kind, name), np.zeros(shape, values.dtype))
                whole[rows[fine]] = values[fine]

    def enrolled(self, met: Met, seed: int, slots: Slots, refused: Mapping[str, Array]) -> Enrolled:
        """All of them."""

        def of(kind: str) -> dict[str, Array]:
            return {name: values for (k, name), values in self._parts.items() if k == kind}

        return Enrolled(
            first=slots.first,
            seed=seed,
            recipe=met.recipe.label,
            preset=met.recipe.patient,
            covariates=of("covariates"),
            varied=of("varied"),
            states=self._parts["states", ""],
            baseline=of("baseline"),
            attempt=self.attempt,
            looked_at=slots.turns + self.attempt + 1,
            refused=refused,
        )


def _too_few(left: int, count: int, refused: Mapping[str, Array]) -> PopulationError:
    refusals = {reason: int(turned.sum()) for reason, turned in refused.items()}
    seen = sum(refusals.values()) + count - left
    told = ", ".join(f"'{reason}' refuses {n}" for reason, n in refusals.items() if n)
    return PopulationError(
        f"{left} of {count} places stay empty after {MOST_ATTEMPTS} candidates each; of {seen}, {told}",
        where="enrolment",
        fix="widen what refuses most, or change the recipe",
    )
