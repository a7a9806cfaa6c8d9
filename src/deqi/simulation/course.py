"""Patients under one protocol, from week 0 to the end, with its rules deciding on the way.

The course is solved from visit to visit: at a visit where a rule decides, each
patient is looked at, and goes on from there by the protocol as decided. Only
those visits stop the solver; whoever has decided alike follows one timetable.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from deqi.core.wiring import ENVIRONMENT, Model
from deqi.protocols import Challenge, PainSite, Protocol, Timeline, lay_out
from deqi.protocols.stimulus import STIMULUS_PARAMETERS
from deqi.simulation.preparation import MINUTES_A_DAY, Array, Parameters
from deqi.solvers import Solver, Stretch, Task, parameter_table


@dataclass(frozen=True)
class Decided:
    """What a rule decided about a patient: the day, the rule, and the decision in words."""

    patient: int
    day: float
    rule: str
    decision: str


@dataclass
class Course:
    """Patients of one model under one protocol.

    Parameters
    ----------
    model : Model
        The model.
    parameters : mapping
        Value of each parameter: one number, or an array of one a patient.
    site : PainSite
        Where they hurt.
    protocol : Protocol
        What is done, with its rules.
    challenges : sequence of Challenge
        What an experimenter adds.
    start : ndarray, shape (patient, state)
        States at week 0.
    days : float
        Length [d].
    solver : Solver
        How to solve.
    status : ndarray of int, shape (patient,)
        What became of each patient before week 0, and then of their course; see `deqi.engine.Status`.

    Attributes
    ----------
    decisions : list of Decided
        What the rules decided, in order.
    plans : list of Protocol
        The protocol, and what rules made of it.
    plan : ndarray of int, shape (patient,)
        Which of them each patient follows in the end.
    cpu_seconds : float
        Processor time spent in the solver.
    """

    model: Model
    parameters: Parameters
    site: PainSite
    protocol: Protocol
    challenges: Sequence[Challenge]
    start: Array
    days: float
    solver: Solver
    status: Array
    decisions: list[Decided] = field(init=False, default_factory=list)
    plans: list[Protocol] = field(init=False)
    plan: Array = field(init=False)
    cpu_seconds: float = field(init=False, default=0.0)

    def __post_init__(self) -> None:
        count = len(self.start)
        self.plans = [self.protocol]
        self.plan = np.zeros(count, int)
        self._timelines: dict[tuple[int, int], Timeline] = {}
        self._used = tuple(
            path for path in STIMULUS_PARAMETERS if isinstance(self.parameters[path], np.ndarray)
        )
        rows = parameter_table(self.parameters, self._used, count)
        # Patients who answer to needles alike share a timetable.
        kinds = (
            np.unique(rows, axis=0, return_inverse=True) if self._used else (rows[:1], np.zeros(count, int))
        )
        self._kinds: Array = kinds[0]
        self._kind: Array = kinds[1].reshape(-1)

    def visits(self) -> list[float]:
        """Days on which rules decide."""
        days = {d for rule in self.protocol.rules for d in rule.decision_days(self.protocol)}
        return sorted(d for d in days if 0 <= d < self.days)

    def run(self, times: Array | Callable[[], Array], report: tuple[str, ...]) -> tuple[Array, Array]:
        """Follow the patients to the end.

        Parameters
        ----------
        times : ndarray, shape (time,), or callable
            Rising minutes to report; what is called is asked again after each decision.
        report : tuple of str
            States and outputs to report.

        Returns
        -------
        times : ndarray, shape (time,)
            The minutes that were reported.
        values : ndarray, shape (patient, time, report)
            NaN from where a patient could not be followed.
        """
        stops = [*(d * MINUTES_A_DAY for d in self.visits() if d > 0), self.days * MINUTES_A_DAY]
        states, begun = self.start, -1.0
        minutes, parts = [], []
        if 0.0 in self.visits():
            self._decide(0.0, states)
        for stop in stops:
            every = times() if callable(times) else times
            due = every[(every > begun) & (every <= stop)]
            states, reports = self._leg(states, max(begun, 0.0), stop, due, report)
            minutes.append(due)
            parts.append(reports)
            if stop < stops[-1]:
                self._decide(stop / MINUTES_A_DAY, states)
            begun = stop
        return np.concatenate(minutes), np.concatenate(parts, axis=1)

    def timeline(self, patient: int) -> Timeline:
        """What was done to a patient in the end."""
        return self._timeline(int(self.plan[patient]), int(self._kind[patient]))

    def stretches(self, patient: int, begun: float, stop: float) -> tuple[Stretch, ...]:
        """What is done to a patient between two minutes, as a solver takes it."""
        return _clipped(self.timeline(patient), begun, stop)

    # ------------------------------------------------------------------ one leg

    def _leg(
        self, states: Array, begun: float, stop: float, due: Array, report: tuple[str, ...]
    ) -> tuple[Array, Array]:
        """From one visit to the next, for those who can still be followed."""
        final = np.full_like(states, np.nan)
        reports = np.full((len(states), len(due), len(report)), np.nan)
        going = np.flatnonzero(np.isfinite(states).all(axis=1))
        if not len(going):
            return final, reports
        pairs = sorted({*zip(self.plan[going].tolist(), self._kind[going].tolist(), strict=True)})
        number = {pair: k for k, pair in enumerate(pairs)}
        task = Task(
            model=self.model,
            parameters={p: v[going] if isinstance(v, np.ndarray) else v for p, v in self.parameters.items()},
            start=states[going],
            plans=tuple(_clipped(self._timeline(*pair), begun, stop) for pair in pairs),
            plan=np.array([number[self.plan[n], self._kind[n]] for n in going], int),
            times=due,
            report=report,
        )
        courses = self.solver.follow(task)
        self.cpu_seconds += courses.cpu_seconds
        final[going], reports[going], self.status[going] = courses.final, courses.reports, courses.status
        return final, reports

    def _timeline(self, plan: int, kind: int) -> Timeline:
        if (plan, kind) not in self._timelines:
            values = {path: float(v) for path, v in self.parameters.items() if not isinstance(v, np.ndarray)}
            values |= dict(zip(self._used, self._kinds[kind].tolist(), strict=True))
            self._timelines[plan, kind] = lay_out(
                self.plans[plan],
                values,
                self.site,
                days=self.days,
                challenges=self.challenges,
            )
        return self._timelines[plan, kind]

    # ------------------------------------------------------------------ decisions

    def _decide(self, day: float, states: Array) -> None:
        """Let every rule that is due look at every patient."""
        paths = list(self.model.states)
        changed: dict[tuple[int, Any], int] = {}
        for n in np.flatnonzero(np.isfinite(states).all(axis=1)):
            baseline = dict(zip(paths, self.start[n].tolist(), strict=True))
            now = dict(zip(paths, states[n].tolist(), strict=True))
            for rule in self.protocol.rules:
                if day not in rule.decision_days(self.protocol):
                    continue
                plan = int(self.plan[n])
                decision = rule.decide(day, baseline, now, self.plans[plan])
                self.decisions.append(Decided(int(n), day, rule.name, decision.text))
                if decision.changes:
                    what = (decision.days, decision.without, decision.drugs)
                    if (plan, what) not in changed:
                        changed[plan, what] = len(self.plans)
                        self.plans.append(decision.apply(self.plans[plan]))
                    self.plan[n] = changed[plan, what]


def _clipped(timeline: Timeline, begun: float, stop: float) -> tuple[Stretch, ...]:
    """The stretches between two minutes; a jump belongs to the stretch that it begins."""
    return tuple(
        Stretch(
            max(s.start, begun),
            min(s.stop, stop),
            {f"{ENVIRONMENT}.{name}": value for name, value in s.environment.items()},
            s.jumps if s.start >= begun else {},
        )
        for s in timeline.segments()
        if s.start < stop and s.stop > begun
    )


def environment_at(timeline: Timeline, model: Model, times: Array) -> Mapping[str, Array]:
    """Every environment variable at some minutes: at an edge its value before, and 0 up to week 0."""
    stretches = timeline.segments()
    stops = np.array([s.stop for s in stretches])
    # A session's last minute still has its needles in, and before week 0 nothing has been done.
    which = np.minimum(np.searchsorted(stops, times), len(stops) - 1)
    begun = times > stretches[0].start
    return {
        path: np.array([s.environment[path.removeprefix(f"{ENVIRONMENT}.")] for s in stretches])[which]
        * begun
        for path in model.outside
    }
