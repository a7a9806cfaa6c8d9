"""Those who look after the patients of one arm: sessions missed, patients leaving, other treatment begun.

Leaving and co-treatment are one process each, driven by the pain of the past
week and the same in every arm: arms differ in them only as far as their
patients' pain differs.

Assumes: whoever leaves attends no more sessions and answers no more
questionnaires, and takes their medicine as before; the first session is always
attended; whoever learns which treatment they have goes on as before.
Leaves out: reasons for leaving other than pain, and what unblinding does to expectation.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np

from deqi.measurement import PAIN
from deqi.population import Array
from deqi.protocols import ContinueIf, Decision, DrugCourse, ExtraCourse, Protocol, opioid_by_day
from deqi.simulation import Look
from deqi.trials.schema import Hazard, Trial

#: Pain of the past week at the end of a day, shape (patient,), from a look.
WeekPain = Callable[[Look], Array]
#: A questionnaire on a day of the rules, shape (patient,), from a look.
Questionnaire = Callable[[Look], Array]


@dataclass
class Staff:
    """Looks after the patients of one arm; see `deqi.simulation.Oversight`.

    Parameters
    ----------
    trial : Trial
        The trial.
    protocol : Protocol
        The arm's protocol.
    missed : ndarray, shape (patient, session)
        Uniform draws that decide which session is missed.
    leaving, beginning : ndarray, shape (patient, decision)
        Uniform draws that decide who leaves, and who begins another treatment.
    baseline : ndarray, shape (patient,)
        The score at week 0 that the protocol's rules compare with.
    week_pain, questionnaire : callable
        What the patients say on a day.

    Attributes
    ----------
    dropout_week, co_treatment_week : ndarray, shape (patient,)
        When they left, or first began another treatment; NaN for never.
    missed_sessions, extra_sessions : ndarray of int, shape (patient,)
        Sessions (or contacts) planned and not attended while in the trial, and those that a rule added.
    """

    trial: Trial
    protocol: Protocol
    missed: Array
    leaving: Array
    beginning: Array
    baseline: Array
    week_pain: WeekPain
    questionnaire: Questionnaire
    dropout_week: Array = field(init=False)
    co_treatment_week: Array = field(init=False)
    missed_sessions: Array = field(init=False)
    extra_sessions: Array = field(init=False)

    def __post_init__(self) -> None:
        count = len(self.baseline)
        self.dropout_week = np.full(count, np.nan)
        self.co_treatment_week = np.full(count, np.nan)
        self.missed_sessions = np.zeros(count, int)
        self.extra_sessions = np.zeros(count, int)
        self._taking_until = np.full(count, -np.inf)
        self._rounds = list(self.trial.decision_days())
        self._rule_days = {d for rule in self.protocol.rules for d in rule.decision_days(self.protocol)}
        days = every_visit_day(self.protocol)
        self._column = {day: k for k, day in enumerate(days)}
        self._planned = set(visit_days(self.protocol))
        self._first = min(days, default=0.0)
        self._missed_days: list[tuple[float, ...]] = [()] * count
        self._added: list[set[float]] = [set() for _ in range(count)]
        self._plans = [self.protocol] * count
        self._decided: Mapping[int, Decision] = {}

    @property
    def days(self) -> Sequence[float]:
        """Day 0, the rounds of the trial, and the days of the protocol's rules."""
        return sorted({0.0, *self._rounds, *self._rule_days})

    def scores(self, look: Look) -> Mapping[str, tuple[Array, Array]]:
        """Pain as the questionnaire says; nothing of those who have left."""
        now = np.where(np.isnan(self.dropout_week), self.questionnaire(look), np.nan)
        return {PAIN: (self.baseline, now)}

    def decide(self, look: Look) -> Mapping[int, Decision]:
        """Who misses sessions, leaves, or begins another treatment."""
        leaves, begins = self._events(look)
        found = {}
        for n in range(len(self.baseline)):
            decision = self._decide(n, look, leaves=bool(leaves[n]), begins=bool(begins[n]))
            if decision is not None:
                found[n] = decision
        # The rules of a day have decided by then, and no rule decides on a day that is not among ours.
        self._plans = [look.plan(n) for n in range(len(self.baseline))]
        self._decided = found
        return found

    def opioid(self, days: int) -> Array:
        """Opioid that each patient took by mouth on each day, as morphine [mg], shape (patient, day).

        Known once the course is over; whoever left is taken to go on as before.
        """
        alike: dict[int, list[float]] = {}
        for plan in self._plans:
            if id(plan) not in alike:
                alike[id(plan)] = opioid_by_day(plan, days)
        taken = np.array([alike[id(plan)] for plan in self._plans]).reshape(len(self._plans), days)
        for n, decision in self._decided.items():
            if decision.drugs:
                taken[n] = opioid_by_day(decision.apply(self._plans[n]), days)
        return taken

    def _events(self, look: Look) -> tuple[Array, Array]:
        """Who leaves and who begins another treatment in this round."""
        nobody = np.zeros(len(self.baseline), bool)
        if look.day not in self._rounds:
            return nobody, nobody
        turn = self._rounds.index(look.day)
        pain, here = self.week_pain(look), np.isnan(self.dropout_week)
        weeks = self.trial.round_weeks
        leaves = here & happens(self.trial.dropout, pain, weeks, self.leaving[:, turn])
        free = here & ~leaves & (self._taking_until <= look.day)
        begins = free & happens(self.trial.co_treatment, pain, weeks, self.beginning[:, turn])
        self.dropout_week[leaves] = look.day / 7
        first = begins & np.isnan(self.co_treatment_week)
        self.co_treatment_week[first] = look.day / 7
        return leaves, begins

    def _decide(self, n: int, look: Look, *, leaves: bool, begins: bool) -> Decision | None:
        planned = [d for d in visit_days(look.plan(n)) if d < 7 * self.trial.weeks]
        ahead = [d for d in planned if d >= look.day]
        if leaves:
            # What would have been missed later is not missed any more.
            self.missed_sessions[n] -= sum(d >= look.day for d in self._missed_days[n])
            return Decision("leaves the trial", without=tuple(ahead))
        added = [d for d in ahead if d not in self._planned]
        self._added[n].update(added)
        self.extra_sessions[n] = len(self._added[n])
        due = ahead if look.day == 0 else added if look.day in self._rule_days else []
        missed = tuple(d for d in due if d > self._first and self._misses(n, d))
        self.missed_sessions[n] += len(missed)
        self._missed_days[n] += missed
        taken = self.trial.co_treatment
        drugs: tuple[DrugCourse, ...] = ()
        if begins and taken is not None and taken.drug:
            until = look.day + taken.days
            drugs = (ExtraCourse(taken.drug, taken.mg_per_day, look.day, until),)
            self._taking_until[n] = until
        said = [
            *([f"will miss {len(missed)} sessions"] if missed else []),
            *(["begins another treatment"] if begins else []),
        ]
        return Decision(", ".join(said), without=missed, drugs=drugs) if said else None

    def _misses(self, n: int, day: float) -> bool:
        chance = self.trial.adherence.missed if self.trial.adherence else 0.0
        return bool(self.missed[n, self._column[day]] < chance)


def happens(hazard: Hazard | None, pain: Array, weeks: float, uniform: Array) -> Array:
    """Whether something of a given hazard happens within some weeks.

    Parameters
    ----------
    hazard : Hazard or None
        Events a week at a pain of 50, and their ratio for ten points more; None for never.
    pain : ndarray, shape (patient,)
        Pain [point].
    weeks : float
        Weeks at risk.
    uniform : ndarray, shape (patient,)
        Uniform draws.
    """
    if hazard is None:
        return np.zeros(len(pain), bool)
    rate = hazard.per_week * hazard.ratio_per_10_points ** ((pain - 50) / 10)
    found: Array = uniform < -np.expm1(-rate * weeks)
    return found


def visit_days(protocol: Protocol) -> list[float]:
    """Days of all sessions and contacts, in order."""
    return sorted(d for days in _days(protocol) for d in days)


def _days(protocol: Protocol) -> list[tuple[float, ...]]:
    return [*(s.days for s in protocol.sessions), *(c.days for c in protocol.contacts)]


def every_visit_day(protocol: Protocol) -> list[float]:
    """Days of all sessions and contacts, those that a rule may add included, in order."""
    possible = {d for rule in protocol.rules if isinstance(rule, ContinueIf) for d in rule.possible_days()}
    return sorted({*visit_days(protocol), *possible})
