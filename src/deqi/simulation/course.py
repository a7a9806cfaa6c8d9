"""Patients under one protocol, from week 0 to the end, with its rules deciding on the way.

The course is solved from visit to visit: at a visit where a rule decides, each
patient is looked at, and goes on from there by the protocol as decided. Only
those visits stop the solver; whoever has decided alike follows one timetable.
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

import numpy as np

from deqi.core.wiring import ENVIRONMENT, Model
from deqi.errors import SimulationError
from deqi.protocols import Challenge, Decision, Dose, PainSite, Protocol, Segment, Timeline, lay_out
from deqi.protocols.stimulus import STIMULUS_PARAMETERS
from deqi.simulation.oversight import Decided, Look, Oversight
from deqi.simulation.preparation import MINUTES_A_DAY, Array, Parameters
from deqi.solvers import Solver, Stretch, Task, parameter_table

#: Which plan a patient follows, how they answer to needles, and what befalls them, by number.
_Key = tuple[int, int, int]


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
    events : sequence of tuple of Dose, optional
        What befalls each patient besides the protocol, such as a flare-up; one entry a patient.
    oversight : Oversight, optional
        People who look at the patients on some days and may change what is done.

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
    events: Sequence[tuple[Dose, ...]] = ()
    oversight: Oversight | None = None
    decisions: list[Decided] = field(init=False, default_factory=list)
    plans: list[Protocol] = field(init=False)
    plan: Array = field(init=False)
    cpu_seconds: float = field(init=False, default=0.0)

    def __post_init__(self) -> None:
        count = len(self.start)
        self.plans = [self.protocol]
        self.plan = np.zeros(count, int)
        self._timelines: dict[_Key, Timeline] = {}
        self._laid_out: dict[_Key, tuple[tuple[Stretch, ...], tuple[float, ...]]] = {}
        self._environments: dict[tuple[float, ...], dict[str, float]] = {}
        self._made: dict[tuple[int, Any, Any, Any], int] = {}
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
        if self.events and len(self.events) != count:
            raise SimulationError(f"has {len(self.events)} entries for {count} patients", where="events")
        befalls = dict.fromkeys(self.events or ((),))
        number = {events: k for k, events in enumerate(befalls)}
        self._befalls = tuple(befalls)
        self._befalling = np.array([number[events] for events in self.events] or [0] * count, int)

    def visits(self) -> list[float]:
        """Days on which rules decide, or somebody looks."""
        days = {d for rule in self.protocol.rules for d in rule.decision_days(self.protocol)}
        days |= set(self.oversight.days) if self.oversight else set()
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
        minutes = [np.zeros(0)]
        parts = [np.zeros((len(states), 0, len(report)))]
        if 0.0 in self.visits():
            # Nothing is reported yet; what is seen on day 0 is the state that patients come in.
            place = list(self.model.states)
            seen = [states[:, place.index(p)] if p in place else np.full(len(states), np.nan) for p in report]
            came = np.array(seen).reshape(len(report), len(states)).T[:, None, :]
            self._decide(0.0, states, [np.zeros(1)], [came], report)
        for stop in stops:
            every = times() if callable(times) else times
            due = every[(every > begun) & (every <= stop)]
            states, reports = self._leg(states, max(begun, 0.0), stop, due, report)
            minutes.append(due)
            parts.append(reports)
            if stop < stops[-1]:
                self._decide(stop / MINUTES_A_DAY, states, minutes, parts, report)
            begun = stop
        return np.concatenate(minutes), np.concatenate(parts, axis=1)

    def timeline(self, patient: int) -> Timeline:
        """What was done to a patient, and befell them, in the end."""
        return self._timeline(self._key(patient))

    def stretches(self, patient: int, begun: float, stop: float) -> tuple[Stretch, ...]:
        """What is done to a patient between two minutes, as a solver takes it."""
        return self._between(self._key(patient), begun, stop)

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
        keys = [self._key(n) for n in going.tolist()]
        parts = {key: self._between(key, begun, stop) for key in dict.fromkeys(keys)}
        # Plans differ over a whole course, but most patients have the same part of it ahead.
        alike: dict[Any, int] = {}
        number = {key: alike.setdefault(_identity(part), len(alike)) for key, part in parts.items()}
        plans: dict[int, tuple[Stretch, ...]] = {}
        for key, part in parts.items():
            plans.setdefault(number[key], part)
        task = Task(
            model=self.model,
            parameters={p: v[going] if isinstance(v, np.ndarray) else v for p, v in self.parameters.items()},
            start=states[going],
            plans=tuple(plans[k] for k in range(len(alike))),
            plan=np.array([number[key] for key in keys], int),
            times=due,
            report=report,
        )
        courses = self.solver.follow(task)
        self.cpu_seconds += courses.cpu_seconds
        final[going], reports[going], self.status[going] = courses.final, courses.reports, courses.status
        return final, reports

    def _key(self, patient: int) -> _Key:
        return int(self.plan[patient]), int(self._kind[patient]), int(self._befalling[patient])

    def _timeline(self, key: _Key) -> Timeline:
        if key not in self._timelines:
            plan, kind, befalling = key
            values = {path: float(v) for path, v in self.parameters.items() if not isinstance(v, np.ndarray)}
            values |= dict(zip(self._used, self._kinds[kind].tolist(), strict=True))
            timeline = lay_out(
                self.plans[plan], values, self.site, days=self.days, challenges=self.challenges
            )
            events = self._befalls[befalling]
            self._timelines[key] = replace(timeline, doses=(*timeline.doses, *events)) if events else timeline
        return self._timelines[key]

    def _between(self, key: _Key, begun: float, stop: float) -> tuple[Stretch, ...]:
        """The stretches between two minutes; a jump belongs to the stretch that it begins."""
        if key not in self._laid_out:
            stretches = [self._stretch(s) for s in self._timeline(key).segments()]
            edges = (stretches[0].start, *(s.stop for s in stretches))
            self._laid_out[key] = tuple(stretches), edges
        every, edges = self._laid_out[key]
        first = bisect_right(edges, begun) - 1
        after = bisect_left(edges, stop)
        return tuple(
            s
            if s.start >= begun and s.stop <= stop
            else Stretch(
                max(s.start, begun), min(s.stop, stop), s.environment, s.jumps if s.start >= begun else {}
            )
            for s in every[first:after]
        )

    def _stretch(self, segment: Segment) -> Stretch:
        """A stretch as a solver takes it; equal environments are one object, to be told apart fast."""
        what = tuple(segment.environment.values())
        if what not in self._environments:
            self._environments[what] = {f"{ENVIRONMENT}.{k}": v for k, v in segment.environment.items()}
        return Stretch(segment.start, segment.stop, self._environments[what], segment.jumps)

    # ------------------------------------------------------------------ decisions

    def _decide(
        self, day: float, states: Array, minutes: list[Array], parts: list[Array], report: tuple[str, ...]
    ) -> None:
        """Let every rule that is due look at every patient, and then those who oversee them."""
        followed = np.flatnonzero(np.isfinite(states).all(axis=1))
        look = Look(day, np.concatenate(minutes), np.concatenate(parts, axis=1), report, self._followed_plan)
        if any(day in rule.decision_days(self.protocol) for rule in self.protocol.rules):
            self._ask_rules(day, states, followed, self.oversight.scores(look) if self.oversight else {})
        if self.oversight and day in self.oversight.days:
            decisions = self.oversight.decide(look)
            for n in followed.tolist():
                self._note(n, day, "oversight", decisions.get(n))

    def _ask_rules(
        self, day: float, states: Array, followed: Array, scores: Mapping[str, tuple[Array, Array]]
    ) -> None:
        paths = list(self.model.states)
        for n in followed.tolist():
            if any(np.isnan(after[n]) for _, after in scores.values()):
                continue
            baseline = dict(zip(paths, self.start[n].tolist(), strict=True))
            now = dict(zip(paths, states[n].tolist(), strict=True))
            for path, (before, after) in scores.items():
                baseline[path], now[path] = float(before[n]), float(after[n])
            for rule in self.protocol.rules:
                if day in rule.decision_days(self.protocol):
                    decision = rule.decide(day, baseline, now, self._followed_plan(n))
                    self._note(n, day, rule.name, decision)

    def _followed_plan(self, patient: int) -> Protocol:
        return self.plans[int(self.plan[patient])]

    def _note(self, patient: int, day: float, rule: str, decision: Decision | None) -> None:
        """Keep a decision, and let the patient follow what it makes of their plan."""
        if decision is None:
            return
        self.decisions.append(Decided(patient, day, rule, decision.text))
        if decision.changes:
            plan = int(self.plan[patient])
            made = (plan, decision.days, decision.without, decision.drugs)
            if made not in self._made:
                self._made[made] = len(self.plans)
                self.plans.append(decision.apply(self.plans[plan]))
            self.plan[patient] = self._made[made]


def _identity(part: tuple[Stretch, ...]) -> tuple[Any, ...]:
    """Equal for stretches that are alike; environments of a course are one object each."""
    return tuple((s.start, s.stop, id(s.environment), *s.jumps.items()) for s in part)


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
