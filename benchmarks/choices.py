"""What the engine's choices are worth: steps, time and error with one of them undone at a time.

Run: ``python benchmarks/choices.py``; writes ``benchmarks/results/choices.json``. Patients differ
as in `peers.drawing`; the course is GERAC verum without its rule, rtol 1e-5, one thread. Errors are
the largest over days of |y - reference| / max |reference|, median over patients, against rtol 1e-10.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
from peers.drawing import OBSERVABLES, draw_many

from deqi.core.writing import replace_file
from deqi.engine import Batch, Engine
from deqi.protocols import load_protocol
from deqi.simulation import Case, lane_engine, prepare_many
from deqi.simulation.preparation import DRUGS
from deqi.solvers import LaneEngine, Task
from deqi.solvers.lane_engine import schedule_of

RESULTS = Path(__file__).resolve().parent / "results" / "choices.json"
PATIENTS, WEEKS, RTOL, REPEATS = 200, 26.0, 1e-5, 3

#: Each choice undone: what differs in the solver, in its settings, and in the engine.
UNDONE: Mapping[str, tuple[dict[str, Any], dict[str, Any], dict[str, Any]]] = {
    "as it is": ({}, {}, {}),
    "no state held loosely": ({"loose": ()}, {}, {}),
    "drugs kept for all": ({}, {}, {"absent": ()}),
    "first step after an edge 0.01 min": ({}, {"edge_step": 0.01}, {}),
    "first step after an edge 0.05 min": ({}, {"edge_step": 0.05}, {}),
    "steps grow by 3 at most": ({}, {"growth": 3.0}, {}),
    "steps grow by 12 at most": ({}, {"growth": 12.0}, {}),
    "shared parameters kept once": ({}, {}, {"varied": True}),
    "half as many lanes": ({}, {}, {"width": 0.5}),
    "twice as many lanes": ({}, {}, {"width": 2.0}),
}


def main() -> None:
    """Measure, print, write."""
    task, varied = _task()
    reference = _follow(task, varied, lane_engine(rtol=1e-10), {}, {})[0]
    found = {}
    for name, (solver, settings, engine) in UNDONE.items():
        chosen = replace(lane_engine(rtol=RTOL), **solver)
        reports, steps, seconds = _follow(task, varied, chosen, settings, engine, REPEATS)
        error = np.abs(reports - reference).max(axis=1) / np.abs(reference).max(axis=1)
        found[name] = {
            "steps": float(steps.mean()),
            "ms": 1e3 * seconds / PATIENTS,
            "error": float(np.median(error.max(axis=1))),
        }
        print(f"{name}: {found[name]}")
    replace_file(RESULTS, json.dumps(found, indent=1).encode() + b"\n")


def _task() -> tuple[Task, tuple[str, ...]]:
    plan = replace(load_protocol("gerac-verum"), rules=())
    case, exact = Case.of(plan, "chronic_low_back_pain"), lane_engine(rtol=1e-10)
    varied = draw_many(PATIENTS, case.numbers)
    parameters = {**case.numbers, **varied}
    start, _ = prepare_many(case.model, case.patient, parameters, exact, PATIENTS)
    course = case.course(exact, WEEKS, varied=varied, count=PATIENTS)
    return (
        Task(
            model=case.model,
            parameters=parameters,
            start=start,
            plans=(course.stretches(0, 0.0, WEEKS * 10080.0),),
            plan=np.zeros(PATIENTS, int),
            times=np.arange(0.0, WEEKS * 10080.0 + 1.0, 1440.0),
            report=OBSERVABLES,
        ),
        tuple(p for p in varied if p in case.model.parameters),
    )


def _follow(
    task: Task,
    varied: tuple[str, ...],
    solver: LaneEngine,
    settings: dict[str, Any],
    options: dict[str, Any],
    repeats: int = 1,
) -> tuple[Any, Any, float]:
    """Reports, steps, and the least processor time of several runs."""
    width = options.get("width")
    engine = Engine(
        task.model,
        absent=options.get("absent", DRUGS),
        varied=varied if options.get("varied") else None,
        width=None if width is None else int(Engine(task.model, absent=DRUGS).width * width),
    )
    states = list(task.model.states)
    table = task.table(engine.parameters)
    batch = Batch(
        start=task.start[:, [states.index(p) for p in engine.states]],
        common=table[0],
        varied=task.table(engine.varied),
        schedules=tuple(schedule_of(engine, plan) for plan in task.plans),
        schedule=task.plan,
        times=task.times,
        report=task.report,
    )
    tolerances = replace(solver.tolerances(engine), **settings)
    runs = [engine.run(batch, tolerances, threads=1) for _ in range(repeats)]
    return runs[0].reports, runs[0].steps, min(run.cpu_seconds for run in runs)


if __name__ == "__main__":
    main()
