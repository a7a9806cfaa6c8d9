"""The engine's own figures: latency, start, first compile, memory, threads, courses per core-second.

Run: ``python benchmarks/bars.py``; writes ``benchmarks/results/bars.json``. Each figure comes
from a process of its own, so that none pays for another's imports.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
import textwrap
from pathlib import Path

from deqi.core.writing import replace_file

RESULTS = Path(__file__).resolve().parent / "results" / "bars.json"

#: Twelve outcomes of a trial.
OUTCOMES = (
    "pain.report.intensity",
    "pain.report.unpleasantness",
    "pain.disability.disability",
    "mind.mood.mood",
    "mind.stress.stress",
    "mind.expectation.conditioned",
    "mind.memory.memory",
    "spinal.sensitisation.sensitisation",
    "brainstem.control.efficiency",
    "hypothalamus.stress_axis.cortisol",
    "fluids.beta_endorphin.csf",
    "fluids.enkephalin.csf",
)

_PATIENTS = """
import json, resource, time
import numpy as np
from deqi.engine import Engine
from deqi.parameters import base_values
from deqi.simulation import Case, simulate_in_chunks
from deqi.simulation.preparation import FAST, SLOW
from deqi.solvers import LaneEngine
spread = [p for p, v in base_values().items() if v.distribution is not None]
case = Case.of("gerac-verum", "chronic_low_back_pain")
def drawn(count):
    rng = np.random.default_rng(2026)
    return {p: case.numbers[p] * np.exp(rng.normal(0, 0.2, count)) for p in spread}
def seconds(count, rtol=1e-5, bits=64, threads=1, repeats=3):
    varied, best = drawn(count), None
    for _ in range(repeats):
        solver = LaneEngine(rtol=rtol, bits=bits, threads=threads, holdable=SLOW, loose=FAST)
        course = case.course(solver, 26.0, varied=varied, count=count)
        begun = time.perf_counter()
        course.run(np.arange(27) * 10080.0, OUTCOMES)
        wall = time.perf_counter() - begun
        best = min(best or (course.cpu_seconds, wall), (course.cpu_seconds, wall))
    return best
"""

_SCRIPTS = {
    "courses_per_core_second": "print(json.dumps({f'{b} bits, rtol {r:g}': 1000 / seconds(1000, r, b)[0]"
    " for b, r in ((64, 1e-4), (64, 1e-5), (64, 1e-6), (32, 1e-3), (32, 1e-4))}))",
    "one_patient_seconds": "seconds(1); print(json.dumps(seconds(1, repeats=20)[1]))",
    "two_threads_cpu_ratio": "print(json.dumps(seconds(1000, threads=2)[0] / seconds(1000)[0]))",
    "hundred_thousand": """
count, begun, sums = COUNT, time.perf_counter(), np.zeros((27, len(OUTCOMES)))
for part in simulate_in_chunks("gerac-verum", drawn(count), weeks=range(27), report=OUTCOMES):
    sums += part.values.sum(axis=0)
peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
print(json.dumps({"patients": count, "megabytes": peak, "seconds": time.perf_counter() - begun}))
""",
    "first_compile_seconds": """
from deqi.models import needling_analgesia
model = needling_analgesia()
begun, cpu = time.perf_counter(), time.process_time()
made = Engine(model, holdable=SLOW)
assert made.compiled
first = {"wall": time.perf_counter() - begun, "cpu": time.process_time() - cpu}
begun = time.perf_counter()
assert not Engine(model, holdable=SLOW).compiled
print(json.dumps({**first, "again": time.perf_counter() - begun}))
""",
}


def main() -> None:
    """Measure, print, write."""
    count = int(sys.argv[1]) if len(sys.argv) > 1 else 100_000
    found = {name: _ask(text, count, fresh=name.startswith("first")) for name, text in _SCRIPTS.items()}
    found["process_seconds"] = min(_process() for _ in range(5))
    for name, value in found.items():
        print(f"{name}: {value}")
    replace_file(RESULTS, json.dumps(found, indent=1).encode() + b"\n")


def _ask(text: str, count: int, *, fresh: bool) -> object:
    script = f"OUTCOMES, COUNT = {OUTCOMES!r}, {count}\n{_PATIENTS}\n{textwrap.dedent(text)}"
    with tempfile.TemporaryDirectory() as folder:
        place = {"DEQI_CACHE": folder} if fresh else {}
        done = subprocess.run(
            [sys.executable, "-c", script],
            env={**os.environ, **place},
            capture_output=True,
            text=True,
            check=False,
        )
    if done.returncode:
        raise SystemExit(done.stderr)
    return json.loads(done.stdout)


def _process() -> tuple[float, float]:
    """`deqi simulate gerac-verum` as a whole process: wall clock and processor seconds."""
    import resource
    import time

    command = [str(Path(sys.executable).parent / "deqi"), "simulate", "gerac-verum"]
    before, begun = resource.getrusage(resource.RUSAGE_CHILDREN), time.perf_counter()
    subprocess.run(command, stdout=subprocess.DEVNULL, check=True)
    wall, after = time.perf_counter() - begun, resource.getrusage(resource.RUSAGE_CHILDREN)
    return wall, after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime


if __name__ == "__main__":
    main()
