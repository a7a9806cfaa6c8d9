"""One range of a trial's patients, from screening to the last visit.

A range is a pure function of (trial, seed, range): who is enrolled, where they
are allocated, what befalls them and what they answer do not depend on which
patients are worked out beside them.
"""

from __future__ import annotations

import threading
from collections.abc import Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field, replace
from functools import cached_property, lru_cache

import numpy as np

from deqi.engine.workers import processors
from deqi.measurement import OPIOID_DAYS, PAIN, RECALL_DAYS, STATES, Instrument, Seen, measure
from deqi.models import needling_analgesia
from deqi.population import (
    Array,
    Enrolled,
    Met,
    draw_slots,
    enrol,
    error_normals,
    fluctuate,
    fluctuation_normals,
    life_events,
    person_normals,
    read_patients,
    under,
    uniforms,
)
from deqi.protocols import Dose, Protocol, load_protocol
from deqi.simulation import Look, Outcomes, simulate_many
from deqi.trials.allocation import allocate
from deqi.trials.practitioners import practised, practitioner_names
from deqi.trials.rules import file_digest
from deqi.trials.schema import Arm, Trial, column
from deqi.trials.staff import Staff, every_visit_day
from deqi.trials.summary import REFUSED

#: What is looked at every day.
REPORT = (PAIN, *STATES.values())
#: What uniform draws of a slot are for.
MISSED, LEAVING, BEGINNING, LEARNING = "missed sessions", "leaving", "co-treatment", "unblinding"


def conduct(
    trial: Trial, met: Met, seed: int, first: int, stop: int, *, threads: int | None = None
) -> dict[str, Array]:
    """Follow a range of a trial's patients.

    Parameters
    ----------
    trial : Trial
        The trial.
    met : Met
        Its population, with the baseline met.
    seed : int
        Seed of everything random.
    first, stop : int
        The range of slots, without `stop`.
    threads : int, optional
        By default as many as there are processors. Results do not depend on it.

    Returns
    -------
    dict
        The cohort: a column each, with one value a patient.

    Raises
    ------
    DeqiError
        If nobody is eligible, or a protocol cannot be followed.
    """
    if from_file(trial):
        everybody = patients_of(trial.population)
        enrolled = everybody.part(everybody.first + first, everybody.first + stop)
    else:
        enrolled = enrol(met, seed, first, stop, threads=threads)
    arms, strata = allocation(trial, met, seed)
    columns: dict[str, Array] = _who(trial, enrolled, arms[first:stop], strata[first:stop])
    places = [np.flatnonzero(arms[first:stop] == number) for number in range(len(trial.arms))]
    arms_here = [
        _Followed(trial, arm, met, seed, enrolled, rows)
        for arm, rows in zip(trial.arms, places, strict=True)
        if len(rows)
    ]
    for followed, found in zip(arms_here, _follow(arms_here, threads or processors()), strict=True):
        for name, values in found.items():
            whole = columns.setdefault(name, np.zeros(stop - first, values.dtype))
            whole[followed.rows] = values
    return columns


def _follow(arms: Sequence[_Followed], threads: int) -> list[dict[str, Array]]:
    """Follow arms side by side: while one is in machine code, another's decisions are worked out."""
    cancel = threading.Event()
    together = min(threads, len(arms))
    with ThreadPoolExecutor(together) as pool:
        waiting = [pool.submit(arm.columns, max(1, threads // together), cancel) for arm in arms]
        try:
            return [one.result() for one in waiting]
        except BaseException:
            cancel.set()
            raise


def allocation(trial: Trial, met: Met, seed: int) -> tuple[Array, tuple[str, ...]]:
    """Arm and stratum of every slot of a trial: nothing of it depends on what is simulated."""
    if from_file(trial):
        return _allocated(trial, patients_of(trial.population).covariates, seed)
    return _drawn_and_allocated(trial, met, seed)


@lru_cache(maxsize=4)
def _drawn_and_allocated(trial: Trial, met: Met, seed: int) -> tuple[Array, tuple[str, ...]]:
    known = draw_slots(met.recipe, seed, 0, trial.patients, met.eligibility).covariates
    return _allocated(trial, known, seed)


def _allocated(trial: Trial, known: Mapping[str, Array], seed: int) -> tuple[Array, tuple[str, ...]]:
    parts = [np.asarray(known[name])[: trial.patients].astype(str) for name in trial.allocation.strata]
    strata = tuple(" ".join(row) for row in zip(*parts, strict=True)) if parts else ("",) * trial.patients
    return allocate(trial, seed, strata), strata


def from_file(trial: Trial) -> bool:
    """Whether a trial's patients are given one by one, and not drawn."""
    return trial.population.endswith(".csv")


def patients_of(path: str) -> Enrolled:
    """The patients of a CSV file; read again only if it has changed."""
    return _patients_of(path, file_digest(path))


@lru_cache(maxsize=2)
def _patients_of(path: str, digest: str) -> Enrolled:
    return read_patients(path)


def _who(trial: Trial, enrolled: Enrolled, arms: Array, strata: tuple[str, ...]) -> dict[str, Array]:
    names = np.array([arm.name for arm in trial.arms])
    return {
        "patient": enrolled.patients,
        "arm": names[arms],
        "stratum": np.array(strata),
        **practitioner_names(trial, arms, enrolled.first),
        **{name: np.asarray(values) for name, values in enrolled.covariates.items()},
        "candidates": enrolled.looked_at,
        **{f"{REFUSED}{reason}": count for reason, count in enrolled.refused.items()},
    }


@dataclass
class _Followed:
    """The patients of one arm of a range, from week 0 to the end."""

    trial: Trial
    arm: Arm
    met: Met
    seed: int
    enrolled: Enrolled
    rows: Array
    protocol: Protocol = field(init=False)

    def __post_init__(self) -> None:
        self.protocol = load_protocol(self.arm.protocol)

    @property
    def _last_day(self) -> int:
        return int(np.ceil(7 * self.trial.weeks))

    def _uniforms(self, purpose: str, columns: int) -> Array:
        e = self.enrolled
        return uniforms(self.seed, purpose, e.first, e.stop, columns)[self.rows]

    @cached_property
    def _fluctuation(self) -> Array:
        """Normal numbers of each day from a week before week 0, shape (patient, day)."""
        e = self.enrolled
        return fluctuation_normals(e.seed, self._last_day, e.attempt, e.first, e.stop)[self.rows]

    def columns(self, threads: int, cancel: threading.Event) -> dict[str, Array]:
        """Every column of the cohort that the course decides."""
        staff = self._staff()
        varied = under(self.enrolled, self.protocol, self.met.recipe)
        varied = practised(varied, self.trial, self.arm, self.seed, self.enrolled.first, self.met.recipe)
        outcomes = simulate_many(
            self.protocol,
            {path: values[self.rows] for path, values in varied.items()},
            patient=self.enrolled.preset,
            weeks=[day / 7 for day in range(self._last_day + 1)],
            report=REPORT,
            events=self._events(),
            oversight=staff,
            threads=threads,
            cancel=cancel,
        )
        unblinded = self._unblinded()
        return {
            **self._scores(outcomes, staff),
            "missed_sessions": staff.missed_sessions,
            "extra_sessions": staff.extra_sessions,
            "co_treatment_week": staff.co_treatment_week,
            "dropout_week": staff.dropout_week,
            # Whoever has left cannot learn it any more.
            "unblinded_week": np.where(
                unblinded < np.nan_to_num(staff.dropout_week, nan=np.inf), unblinded, np.nan
            ),
            "status": outcomes.status,
        }

    def _staff(self) -> Staff:
        instrument = self.trial.pain_endpoint.load()
        rounds = len(self.trial.decision_days())
        return Staff(
            trial=self.trial,
            protocol=self.protocol,
            missed=self._uniforms(MISSED, len(every_visit_day(self.protocol))),
            leaving=self._uniforms(LEAVING, rounds),
            beginning=self._uniforms(BEGINNING, rounds),
            baseline=self._measured(instrument, self._seen(self._start(), REPORT), 0.0),
            week_pain=lambda look: self._week(look.values[:, :, 0]).mean(axis=1),
            questionnaire=lambda look: self._answer(instrument, look),
        )

    def _events(self) -> list[tuple[Dose, ...]]:
        e = self.enrolled
        every = life_events(self.met.recipe.within, self.seed, e.first, e.stop, self._last_day)
        return [every[n] for n in self.rows.tolist()]

    def _unblinded(self) -> Array:
        """Week in which a patient learns what they are given; NaN for never."""
        count = len(self.rows)
        if self.trial.unblinding is None or not self.arm.blinded:
            return np.full(count, np.nan)
        who, when = self._uniforms(LEARNING, 2).T
        days = every_visit_day(self.protocol)
        last = min(max(days, default=7.0 * self.trial.weeks), 7.0 * self.trial.weeks)
        return np.where(who < self.trial.unblinding.share, when * last / 7, np.nan)

    # ------------------------------------------------------------------ what patients say

    def _start(self) -> Array:
        """What is looked at, as it is at week 0, shape (patient, 1, report)."""
        place = list(needling_analgesia().states)
        columns = [place.index(path) for path in REPORT]
        return self.enrolled.states[self.rows][:, None, columns]

    def _week(self, pain: Array) -> Array:
        """Pain of each of the last seven days of a course so far, shape (patient, 7).

        Before week 0 the model's pain is taken to have been what it is at week 0.
        """
        before = np.repeat(pain[:, :1], RECALL_DAYS, axis=1)
        course = np.concatenate([before, pain], axis=1)
        scores = self._fluctuation[:, : course.shape[1]]
        return fluctuate(self.met.recipe.within, course, scores)[:, -RECALL_DAYS:]

    def _seen(self, values: Array, report: tuple[str, ...]) -> Seen:
        """What can be asked on the last day of a course so far, as one visit."""
        states = {name: values[:, -1:, report.index(path)] for name, path in STATES.items()}
        pain = values[:, :, report.index(PAIN)]
        start = self._week(pain[:, :1]).mean(axis=1)
        return Seen(pain=self._week(pain)[:, None, :], pain_at_start=start, **states)

    def _measured(self, scale: Instrument, seen: Seen, week: float) -> Array:
        e = self.enrolled
        # What patients of a file said at screening is theirs; what they say later is the trial's.
        seed = self.seed if week else e.seed
        person = person_normals(e.seed, scale.name, e.attempt, e.first, e.stop)[self.rows]
        error = error_normals(seed, scale.name, week, e.attempt, e.first, e.stop)[self.rows]
        adjustment = self.met.adjustments.get(scale.name)
        return measure(scale, seen, person, error[:, None], adjustment)[:, 0]

    def _answer(self, instrument: Instrument, look: Look) -> Array:
        return self._measured(instrument, self._seen(look.values, look.report), look.day / 7)

    def _scores(self, outcomes: Outcomes, staff: Staff) -> dict[str, Array]:
        """What was answered at each visit; NaN from whoever has left, or could not be followed."""
        found: dict[str, Array] = {}
        counted = any("opioid" in endpoint.load().slopes for endpoint in self.trial.endpoints)
        opioid = staff.opioid(self._last_day) if counted else None
        for week in self.trial.weeks_seen:
            day = round(7 * week)
            seen = self._seen(outcomes.values[:, : day + 1], outcomes.report)
            if opioid is not None:
                seen = replace(seen, opioid=before(opioid, day))
            gone = np.nan_to_num(staff.dropout_week, nan=np.inf) < week
            for endpoint in self.trial.endpoints:
                silent = gone if week or endpoint.has_baseline else np.ones_like(gone)
                score = self._measured(endpoint.load(), seen, week)
                found[column(endpoint.name, week)] = np.where(silent, np.nan, score)
            found[column("pain_state", week)] = outcomes.values[:, day, outcomes.report.index(PAIN)]
            found[column("pain_recalled", week)] = seen.recalled(RECALL_DAYS)[:, 0]
        return found


def before(taken: Array, day: int) -> Array:
    """What was taken on the days before a visit, as one visit, shape (patient, 1, day).

    Parameters
    ----------
    taken : ndarray, shape (patient, day)
        From day 0 on [mg].
    day : int
        Day of the visit, which does not count itself; days before day 0 are NaN.
    """
    known = taken[:, max(day - OPIOID_DAYS, 0) : day]
    return np.pad(known, ((0, 0), (OPIOID_DAYS - known.shape[1], 0)), constant_values=np.nan)[:, None, :]
