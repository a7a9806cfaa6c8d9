"""Six things that are done to patients, and the minutes at which engines are compared.

Timetables have no rules here, so that every engine follows the same one.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
from referee_patients import Array, Cohort

from deqi.core.wiring import ENVIRONMENT
from deqi.protocols import Challenge, Protocol, Timeline, lay_out, load_challenge, load_protocol
from deqi.solvers import Stretch, Task

MINUTES_A_DAY = 1440.0
#: After every edge of a timetable, engines are compared so many minutes later too.
AFTER = (1.0, 3.0, 10.0, 30.0, 60.0, 180.0)


@dataclass(frozen=True)
class Arm:
    """A protocol, and what an experimenter adds.

    Parameters
    ----------
    protocol : str
        Name in the library.
    challenge : str
        Name of a challenge; empty for none.
    """

    protocol: str
    challenge: str = ""

    @property
    def name(self) -> str:
        """In words."""
        return f"{self.protocol} + {self.challenge}" if self.challenge else self.protocol

    def __str__(self) -> str:
        return self.name

    @property
    def plan(self) -> Protocol:
        """The protocol without its rules."""
        return replace(load_protocol(self.protocol), rules=())

    @property
    def challenges(self) -> list[Challenge]:
        """What is added."""
        return [load_challenge(self.challenge)] if self.challenge else []


ARMS = (
    Arm("gerac-verum"),
    Arm("gerac-sham"),
    Arm("electroacupuncture-2hz"),
    Arm("acupuncture-plus-opioid"),
    Arm("nsaid"),
    Arm("gerac-verum", "naloxone-10mg"),
)


def task(arm: Arm, cohort: Cohort, weeks: float) -> Task:
    """What a referee solves: every patient's timetable, and everything to report."""
    timelines = [
        lay_out(arm.plan, cohort.one(k), cohort.person.site, days=7 * weeks, challenges=arm.challenges)
        for k in range(len(cohort))
    ]
    return Task(
        model=cohort.model,
        parameters=cohort.parameters,
        start=cohort.start,
        plans=tuple(map(_stretches, timelines)),
        plan=np.arange(len(cohort)),
        times=minutes(timelines[0]),
        report=observables(cohort),
    )


def observables(cohort: Cohort) -> tuple[str, ...]:
    """All states and all algebraic outputs."""
    return (*cohort.model.states, *cohort.model.outputs)


def minutes(timeline: Timeline) -> Array:
    """Every day, every edge, and some minutes after each edge."""
    last = timeline.days * MINUTES_A_DAY
    edges = np.array(timeline.breaks())
    after = (edges[:, None] + np.array(AFTER)).ravel()
    every = np.unique(np.concatenate([np.arange(0.0, last + 0.5, MINUTES_A_DAY), edges, after]))
    return every[every <= last]


def _stretches(timeline: Timeline) -> tuple[Stretch, ...]:
    return tuple(
        Stretch(s.start, s.stop, {f"{ENVIRONMENT}.{n}": v for n, v in s.environment.items()}, s.jumps)
        for s in timeline.segments()
    )
