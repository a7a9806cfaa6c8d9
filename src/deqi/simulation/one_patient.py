"""One patient, one protocol, so many weeks: the course of everything.

The protocol is laid out in time, the patient brought to week 0, and the course
solved from edge to edge. Where the protocol has rules, the course stops at
their visits, the rule looks at the patient, and what it adds is laid out too.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from deqi.core.wiring import ENVIRONMENT, Model
from deqi.errors import SimulationError, UnknownNameError
from deqi.models import Patient, load_patient, needling_analgesia, parameter_schema
from deqi.parameters import ParameterValue, base_values, merge, overlay, resolve
from deqi.protocols import Challenge, Protocol, Timeline, lay_out, load_challenge, load_protocol
from deqi.results import Run, provenance
from deqi.simulation.preparation import MINUTES_A_DAY, MINUTES_A_WEEK, prepare
from deqi.simulation.threshold import NEEDS, pain_threshold
from deqi.solvers import SOLVERS, Stretch
from deqi.solvers.python_kernel import compile_kernel

Array = np.ndarray[Any, Any]

# The first session is reported minute by minute, from ten minutes before it.
_LEAD_MINUTES = 10.0
_SESSION_MINUTES = 180.0
_COURSE_STEP_DAYS = 0.25


def simulate(
    protocol: Protocol | str | Path,
    *,
    patient: Patient | str | Path = "chronic_low_back_pain",
    weeks: float = 26.0,
    challenges: Sequence[Challenge | str | Path] = (),
    parameters: Mapping[str, ParameterValue] | None = None,
    solver: str = "scipy",
    rtol: float = 1e-6,
) -> Run:
    """Simulate one patient under one protocol.

    Parameters
    ----------
    protocol : Protocol, str or Path
        What is done: a library name, a TOML file, or an object.
    patient : Patient, str or Path
        Who it is done to: a preset, a TOML file, or an object.
    weeks : float
        Length of the course after week 0 [week].
    challenges : sequence of Challenge, str or Path
        What an experimenter adds: drugs, antagonists, lesions.
    parameters : mapping, optional
        Values laid over the patient's; they win.
    solver : str
        Name of the solver.
    rtol : float
        Relative tolerance of the solver.

    Returns
    -------
    Run
        Immutable: states, outputs, environment and read-outs over time, with units and provenance.

    Raises
    ------
    DeqiError
        If a name is unknown, a file unsound, or the course cannot be solved.

    Examples
    --------
    >>> run = simulate("li4-manual", patient="healthy_volunteer", weeks=0.02)
    >>> 20 < run.threshold_change(minute=30) < 80
    True
    """
    plan = load_protocol(protocol) if isinstance(protocol, str | Path) else protocol
    person = load_patient(patient) if isinstance(patient, str | Path) else patient
    asked = tuple(load_challenge(c) if isinstance(c, str | Path) else c for c in challenges)
    named = {c.name for c in asked}
    added = (*(load_challenge(name) for name in plan.challenges if name not in named), *asked)
    if not 0 < weeks <= 520:
        raise SimulationError(
            f"{weeks:g} weeks cannot be simulated", where="weeks", fix="give 0 to 520 weeks"
        )
    if solver not in SOLVERS:
        raise UnknownNameError("solver", solver, SOLVERS)
    method = SOLVERS[solver](rtol=rtol)
    values = merge(
        base_values(), *(overlay(n).values for n in plan.overlays()), person.values, parameters or {}
    )
    numbers = resolve(parameter_schema(), values, where=person.name)
    model = needling_analgesia()
    start = prepare(model, person, numbers, method)
    course = _Course(model, numbers, person, plan, added, start, days=7 * weeks, solver=method)
    course.run()
    return Run.build(
        course.dataset(),
        provenance(
            protocol=plan,
            patient=person,
            challenges=added,
            values=values,
            solver=method,
            decisions=course.decisions,
            notes=course.timeline.notes,
            model=model,
        ),
    )


@dataclass
class _Course:
    """A course on its way from week 0 to its end."""

    model: Model
    numbers: Mapping[str, float]
    patient: Patient
    protocol: Protocol
    challenges: Sequence[Challenge]
    start: Mapping[str, float]
    days: float
    solver: Any

    def run(self) -> None:
        """Solve from visit to visit; at each visit let the rules decide."""
        self.decisions: list[dict[str, Any]] = []
        plan = self.protocol
        visits = [d for d in sorted({d for r in plan.rules for d in r.decision_days(plan)}) if d < self.days]
        self._solve(plan)
        for day in visits:
            now = self._at(day)
            for rule in plan.rules:
                if day not in rule.decision_days(self.protocol):
                    continue
                decision = rule.decide(day, self.start, now, plan)
                self.decisions.append({"day": day, "rule": rule.name, "decision": decision.text})
                if decision.changes:
                    plan = decision.apply(plan)
                    # What is before the visit does not change; solving it again keeps the code in one piece.
                    self._solve(plan)

    def _solve(self, plan: Protocol) -> None:
        self.timeline = lay_out(
            plan, self.numbers, self.patient.site, days=self.days, challenges=self.challenges
        )
        self.stretches = [
            Stretch(s.start, s.stop, {f"{ENVIRONMENT}.{k}": v for k, v in s.environment.items()}, s.jumps)
            for s in self.timeline.segments()
        ]
        self.times = report_times(self.timeline, self.days)
        self.states = self.solver.solve(self.model, self.numbers, self.start, self.stretches, self.times)

    def _at(self, day: float) -> dict[str, float]:
        column = int(np.searchsorted(self.times, day * MINUTES_A_DAY))
        return dict(zip(self.model.states, self.states[:, column].tolist(), strict=True))

    def dataset(self) -> dict[str, Any]:
        """Every series of the course, with units and meanings, as plain data."""
        environment = self._environment()
        outputs = self._outputs(environment)
        series = {
            **dict(zip(self.model.states, self.states, strict=True)),
            **outputs,
            **environment,
        }
        about = {path: self.model.variable(path) for path in series}
        threshold = pain_threshold({path: series[path] for path in NEEDS}, self.numbers)
        return {
            "time": self.times,
            "series": series,
            "about": about,
            "threshold": threshold,
            "sessions": self.timeline.sessions,
            "weeks": self.days * MINUTES_A_DAY / MINUTES_A_WEEK,
        }

    def _environment(self) -> dict[str, Array]:
        stops = np.array([s.stop for s in self.stretches])
        # At an edge, the stretch that ends there: a session's last minute still has its needles in,
        # and before week 0 nothing has been done.
        which = np.minimum(np.searchsorted(stops, self.times), len(stops) - 1)
        begun = self.times > self.stretches[0].start
        return {
            path: np.array([s.environment[path] for s in self.stretches])[which] * begun
            for path in self.model.outside
        }

    def _outputs(self, environment: Mapping[str, Array]) -> dict[str, Array]:
        kernel = compile_kernel(self.model)
        p = [self.numbers[path] for path in kernel.parameters]
        u = np.array([environment[path] for path in kernel.environment])
        rows = [
            kernel.algebra(float(t), self.states[:, k].tolist(), p, u[:, k].tolist())
            for k, t in enumerate(self.times)
        ]
        return dict(zip(kernel.outputs, np.array(rows).T, strict=True))


def report_times(timeline: Timeline, days: float) -> Array:
    """Minutes at which a course is reported: each minute of the first session, then every six hours."""
    last = days * MINUTES_A_DAY
    course = np.arange(0.0, last + 1e-9, _COURSE_STEP_DAYS * MINUTES_A_DAY)
    edges = np.array([minute for session in timeline.sessions for minute in session])
    first = float(timeline.sessions[0][0]) if timeline.sessions else 0.0
    closely = np.arange(max(first - _LEAD_MINUTES, 0.0), first + _SESSION_MINUTES + 0.5)
    whole_weeks = np.arange(0.0, last + 1e-9, MINUTES_A_WEEK)
    every = np.unique(np.concatenate([course, edges, closely, whole_weeks, [last]]))
    return every[every <= last]
