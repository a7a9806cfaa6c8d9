"""Makes the workload: draws patients, brings them to week 0, lays protocols out.

Run with deqi's interpreter: ``python -m peers.drawing --patients 200``.
"""

from __future__ import annotations

import argparse
import time
from collections.abc import Mapping

import numpy as np

import deqi
from deqi.core.wiring import ENVIRONMENT
from deqi.exporters.sbml import to_sbml
from deqi.models import load_patient, needling_analgesia, parameter_schema
from deqi.parameters import base_values, merge, resolve
from deqi.protocols import PainSite, lay_out, load_challenge, load_protocol
from deqi.simulation import prepare
from deqi.solvers import ScipyReference
from peers.c_text import to_c
from peers.workload import FOLDER, Array, Workload

SEED = 2026
WEEKS = 26
#: Protocol, and what an experimenter adds.
PROTOCOLS = (("gerac-verum", ()), ("gerac-sham", ()), ("gerac-verum", ("naloxone-10mg",)))
#: Sessions that are looked at closely, and the minutes after their start.
SESSIONS = (0, 4, 9)
MINUTES = (2.0, 5.0, 15.0, 30.0, 45.0, 90.0)

OBSERVABLES = (
    "pain.report.intensity",
    "pain.report.unpleasantness",
    "pain.disability.disability",
    "mind.mood.mood",
    "mind.stress.stress",
    "mind.expectation.conditioned",
    "mind.memory.memory",
    "spinal.sensitisation.sensitisation",
    "fluids.beta_endorphin.csf",
    "spinal.painful.enkephalin.enkephalin",
    "brainstem.mu.enkephalin",
    "brainstem.mu.beta_endorphin",
    "needle.adenosine.adenosine",
)


def draw(rng: np.random.Generator, base: Mapping[str, float]) -> dict[str, float]:
    """Parameters of one patient: those that differ between patients are drawn, the others stay."""
    drawn = dict(base)
    for path, given in base_values().items():
        spread, value = given.distribution, base[path]
        if spread is None:
            continue
        numbers = spread.numbers
        if spread.kind == "lognormal":
            value *= float(np.exp(rng.normal(0.0, numbers["sd"])))
        elif spread.kind == "normal":
            value = float(np.clip(rng.normal(value, numbers["sd"]), numbers["low"], numbers["high"]))
        elif spread.kind == "beta":
            value = float(rng.beta(numbers["a"], numbers["b"]))
        else:
            raise SystemExit(f"{path}: nobody taught this benchmark to draw from {spread.kind}")
        low, high = parameter_schema()[path].bounds
        drawn[path] = float(np.clip(value, low, high))
    return drawn


def draw_many(count: int, base: Mapping[str, float], seed: int = SEED) -> dict[str, Array]:
    """Parameters that differ between so many patients, as one array each."""
    spread = [path for path, value in base_values().items() if value.distribution is not None]
    table = np.empty((len(spread), count))
    for i in range(count):
        numbers = draw(np.random.default_rng([seed, i]), base)
        table[:, i] = [numbers[path] for path in spread]
    return dict(zip(spread, table, strict=True))


def make(patients: int, seed: int = SEED) -> Workload:
    """Draw so many patients and lay out what is done to them; write both texts of the model."""
    began = time.process_time()
    model, person = needling_analgesia(), load_patient("chronic_low_back_pain")
    base = resolve(parameter_schema(), merge(base_values(), person.values), where=person.name)
    solver = ScipyReference(rtol=1e-8, atol=1e-11)
    states, outside = list(model.states), list(model.outside)
    # The parameters of the equations; those of the protocol's layout act through the inputs.
    named = list(model.parameters)
    values = np.empty((patients, len(named)))
    start = np.empty((patients, len(states)))
    plans: list[tuple[Array, Array, Array]] = []
    sessions: tuple[tuple[float, float], ...] = ()
    for i in range(patients):
        numbers = draw(np.random.default_rng([seed, i]), base)
        state = prepare(model, person, numbers, solver)
        values[i] = [numbers[path] for path in named]
        start[i] = [state[path] for path in states]
        laid_out = [_laid_out(numbers, person.site, states, outside, *what) for what in PROTOCOLS]
        sessions = laid_out[0][1]
        if i == 0:
            plans = [plan for plan, _ in laid_out]
        elif any(map(_differ, plans, (plan for plan, _ in laid_out))):
            raise SystemExit("what is done differs between patients; store inputs for each of them")
    FOLDER.mkdir(parents=True, exist_ok=True)
    first = dict(zip(named, values[0], strict=True))
    (FOLDER / "model.xml").write_text(to_sbml(model, first, dict(zip(states, start[0], strict=True))))
    (FOLDER / "model.c").write_text(to_c(model))
    return Workload(
        states=tuple(states),
        parameters=tuple(named),
        inputs=tuple(outside),
        varied=tuple(path for path in named if base_values()[path].distribution is not None),
        observables=OBSERVABLES,
        protocols=tuple(" + ".join((protocol, *added)) for protocol, added in PROTOCOLS),
        values=values,
        start=start,
        edges=tuple(edges for edges, _, _ in plans),
        doses=tuple(doses for _, doses, _ in plans),
        jumps=tuple(jumps for _, _, jumps in plans),
        times=output_times(sessions),
        about={
            "seed": seed,
            "patients": patients,
            "weeks": WEEKS,
            "states": len(states),
            "parameters": len(named),
            "inputs": len(outside),
            "stretches": [len(edges) - 1 for edges, _, _ in plans],
            "output_times": len(output_times(sessions)),
            "deqi": deqi.__version__,
            "seconds_to_make": round(time.process_time() - began, 1),
        },
    )


def output_times(sessions: tuple[tuple[float, float], ...]) -> Array:
    """Every day, and a few minutes in and after three sessions."""
    daily = np.arange(0.0, 7.0 * WEEKS + 0.5) * 1440.0
    closely = [sessions[k][0] + minute for k in SESSIONS for minute in MINUTES]
    return np.unique(np.concatenate([daily, closely]))


def _laid_out(
    numbers: Mapping[str, float],
    site: PainSite,
    states: list[str],
    outside: list[str],
    protocol: str,
    added: tuple[str, ...],
) -> tuple[tuple[Array, Array, Array], tuple[tuple[float, float], ...]]:
    """Edges, inputs and jumps of one protocol, and its sessions."""
    challenges = [load_challenge(name) for name in added]
    timeline = lay_out(load_protocol(protocol), numbers, site, days=7.0 * WEEKS, challenges=challenges)
    segments = timeline.segments()
    edges = np.array([segments[0].start, *(s.stop for s in segments)])
    given = [{f"{ENVIRONMENT}.{name}": x for name, x in s.environment.items()} for s in segments]
    doses = np.array([[row[path] for path in outside] for row in given])
    jumps = np.array([[s.jumps.get(path, 0.0) for path in states] for s in segments])
    return (edges, doses, jumps), timeline.sessions


def _differ(plan: tuple[Array, ...], other: tuple[Array, ...]) -> bool:
    return not all(map(np.array_equal, plan, other))


def main() -> None:
    """Make the workload and store it."""
    parser = argparse.ArgumentParser(description=main.__doc__)
    parser.add_argument("--patients", type=int, default=200)
    made = make(parser.parse_args().patients)
    made.save()
    print(made.about)


if __name__ == "__main__":
    main()
