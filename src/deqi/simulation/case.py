"""Who is simulated, what is done, and with which numbers."""

from __future__ import annotations

import threading
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from deqi.core.wiring import Model
from deqi.errors import SimulationError, UnknownNameError
from deqi.models import Patient, load_patient, needling_analgesia, parameter_schema
from deqi.parameters import ParameterValue, base_values, merge, overlay, resolve
from deqi.protocols import Challenge, Dose, Protocol, load_challenge, load_protocol
from deqi.simulation.course import Course
from deqi.simulation.oversight import Oversight
from deqi.simulation.preparation import DRUGS, FAST, SLOW, Array, prepare_many
from deqi.solvers import SOLVERS, LaneEngine, ScipyReference, Solver

_MOST_WEEKS = 520


@dataclass(frozen=True)
class Case:
    """A kind of patient under a protocol.

    Attributes
    ----------
    protocol : Protocol
        What is done.
    patient : Patient
        Who it is done to.
    challenges : tuple of Challenge
        What an experimenter adds, those that the protocol names first.
    values : mapping
        Every parameter value with its source.
    numbers : mapping
        The values in their declared units.
    model : Model
        The model.
    """

    protocol: Protocol
    patient: Patient
    challenges: tuple[Challenge, ...]
    values: Mapping[str, ParameterValue]
    numbers: Mapping[str, float]
    model: Model

    @classmethod
    def of(
        cls,
        protocol: Protocol | str | Path,
        patient: Patient | str | Path,
        challenges: Sequence[Challenge | str | Path] = (),
        parameters: Mapping[str, ParameterValue] | None = None,
    ) -> Case:
        """A case from names, files or objects; `parameters` are laid over the patient's, and win.

        Raises
        ------
        DeqiError
            If a name is unknown, or a file unsound.
        """
        plan = load_protocol(protocol) if isinstance(protocol, str | Path) else protocol
        person = load_patient(patient) if isinstance(patient, str | Path) else patient
        asked = tuple(load_challenge(c) if isinstance(c, str | Path) else c for c in challenges)
        named = {c.name for c in asked}
        added = (*(load_challenge(name) for name in plan.challenges if name not in named), *asked)
        values = merge(
            base_values(), *(overlay(n).values for n in plan.overlays()), person.values, parameters or {}
        )
        numbers = resolve(parameter_schema(), values, where=person.name)
        return cls(plan, person, added, values, numbers, needling_analgesia())

    def course(
        self,
        solver: Solver,
        weeks: float,
        *,
        varied: Mapping[str, Array] | None = None,
        count: int = 1,
        events: Sequence[tuple[Dose, ...]] = (),
        oversight: Oversight | None = None,
    ) -> Course:
        """Patients of this case at week 0, about to be followed.

        Parameters
        ----------
        solver : Solver
            How to solve.
        weeks : float
            Length of the course [week].
        varied : mapping, optional
            Parameters that differ, as arrays of one value a patient in declared units.
        count : int
            Number of patients.
        events, oversight
            As for `Course`.

        Raises
        ------
        SimulationError
            If the length is no time, or an array has another length.
        UnknownNameError
            If a varied parameter is unknown.
        """
        if not 0 < weeks <= _MOST_WEEKS:
            raise SimulationError(
                f"{weeks:g} weeks cannot be simulated", where="weeks", fix=f"give 0 to {_MOST_WEEKS} weeks"
            )
        for path, values in (varied or {}).items():
            if path not in self.numbers:
                raise UnknownNameError("parameter", path, self.numbers)
            if values.shape != (count,):
                raise SimulationError(f"has {values.shape} values for {count} patients", where=path)
        numbers: dict[str, float | Array] = {**self.numbers, **(varied or {})}
        start, status = prepare_many(self.model, self.patient, numbers, solver, count)
        return Course(
            self.model,
            numbers,
            self.patient.site,
            self.protocol,
            self.challenges,
            start,
            # A third of a week and the like must end where a report in minutes ends.
            round(7 * weeks, 9),
            solver,
            status,
            events,
            oversight,
        )


def make_solver(name: str, rtol: float) -> Solver:
    """A solver by name.

    Raises
    ------
    UnknownNameError
        If there is none of that name.
    SimulationError
        If the tolerance makes no sense.
    """
    if name not in SOLVERS:
        raise UnknownNameError("solver", name, SOLVERS)
    if not 1e-13 <= rtol <= 1e-2:
        raise SimulationError(f"a relative tolerance of {rtol:g}", where="rtol", fix="give 1e-13 to 1e-2")
    return lane_engine(rtol=rtol) if name == "engine" else ScipyReference(rtol=rtol)


def lane_engine(
    *,
    rtol: float,
    bits: int = 64,
    threads: int | None = None,
    progress: Callable[[int], None] | None = None,
    cancel: threading.Event | None = None,
) -> LaneEngine:
    """The engine as every simulation of this model uses it; arguments as for `deqi.solvers.LaneEngine`."""
    return LaneEngine(
        rtol=rtol,
        bits=bits,
        holdable=SLOW,
        loose=FAST,
        absent=DRUGS,
        threads=threads,
        progress=progress,
        cancel=cancel,
    )
