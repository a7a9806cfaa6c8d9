"""Measures one solver, in a process of its own, and prints the result as JSON.

``python -m peers.measure NAME --outputs observables --repeats 3``, in the environment that
has the solver.
"""

from __future__ import annotations

import argparse
import importlib
import json
import os
import resource
import sys
import time
from collections.abc import Sequence
from typing import Any

import numpy as np

from peers import reference
from peers.errors import errors
from peers.peer import NotHere, Peer
from peers.workload import Case, Workload

#: Module and class of each solver; a module is imported only when its solver is measured.
SOLVERS = {
    "engine": ("peers.engine", "Engine64"),
    "engine32": ("peers.engine", "Engine32"),
    "amici": ("peers.amici", "Amici"),
    "sundae": ("peers.sundae", "Sundae"),
    "lsoda": ("peers.lsoda", "Lsoda"),
    "roadrunner": ("peers.roadrunner", "RoadRunner"),
    "copasi": ("peers.copasi", "Copasi"),
}


def measure(peer: Peer, outputs: str, repeats: int) -> dict[str, Any]:
    """Load a solver, run it at each of its tolerances, and say how long it took and how far off it is.

    Parameters
    ----------
    peer : Peer
        The solver.
    outputs : {'observables', 'states'}
        What it has to give.
    repeats : int
        The best of so many is taken: what else runs on the machine only ever slows it down.
    """
    workload = Workload.load()
    paths = workload.observables if outputs == "observables" else workload.states
    before = _memory()
    wall, own, children = time.perf_counter(), time.process_time(), _children()
    peer.load(workload, paths)
    load = {
        "wall": time.perf_counter() - wall,
        "cpu": time.process_time() - own + _children() - children,
    }
    known = int(reference.known()["patients"])  # type: ignore[call-overload]
    cases = workload.cases(min(peer.patients, workload.patients))
    referred = [n for n, case in enumerate(cases) if case.patient < known]
    truth = reference.load(workload, min(known, workload.patients, _patients(cases)), paths)
    shared = np.array([cases[n].patient < Peer.patients for n in referred])
    peer.solve_all(cases[:1], peer.tolerances[0], peer.tolerances[0] * peer.atol_per_rtol)
    points = []
    for rtol in peer.tolerances:
        atol = rtol * peer.atol_per_rtol
        seconds = []
        try:
            for _ in range(repeats):
                began = time.process_time()
                found = peer.solve_all(cases, rtol, atol)
                seconds.append(time.process_time() - began)
        except (RuntimeError, ArithmeticError) as failure:
            points.append({"rtol": rtol, "atol": atol, "failed": str(failure)})
            continue
        every = errors(found[referred], truth)
        points.append(
            {
                "rtol": rtol,
                "atol": atol,
                "runs": len(cases),
                "cpu_seconds": min(seconds),
                "cpu_seconds_all": seconds,
                "runs_per_core_second": len(cases) / min(seconds),
                "error_median": float(np.median(every[shared])),
                "error_max": float(every[shared].max()),
                "error_runs": int(shared.sum()),
                "error_median_all": float(np.median(every)),
                "error_max_all": float(every.max()),
                "error_runs_all": len(every),
            }
        )
    return {
        "name": peer.name,
        "title": peer.title,
        "version": peer.version(),
        "outputs": outputs,
        "atol_per_rtol": peer.atol_per_rtol,
        "load": load,
        "memory_mb": _memory(),
        "memory_mb_before_load": before,
        "notes": dict(peer.notes),
        "points": points,
    }


def _patients(cases: Sequence[Case]) -> int:
    return 1 + max(case.patient for case in cases)


def _children() -> float:
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime


def _memory() -> float:
    """Largest resident memory of this process so far [MB]."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


def main() -> None:
    """Measure the solver that is named."""
    parser = argparse.ArgumentParser(description=main.__doc__)
    parser.add_argument("name", choices=SOLVERS)
    parser.add_argument("--outputs", choices=("observables", "states"), default="observables")
    parser.add_argument("--repeats", type=int, default=3)
    asked = parser.parse_args()
    # What a solver prints on the way must not mix with the result.
    out = os.fdopen(os.dup(1), "w")
    os.dup2(2, 1)
    module, name = SOLVERS[asked.name]
    try:
        peer = getattr(importlib.import_module(module), name)()
        found = measure(peer, asked.outputs, asked.repeats)
    except NotHere as reason:
        found = {"name": asked.name, "outputs": asked.outputs, "not_run": str(reason)}
    json.dump(found, out)
    out.close()
    sys.stdout.flush()


if __name__ == "__main__":
    main()
