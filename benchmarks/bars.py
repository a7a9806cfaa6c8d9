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

HERE = Path(__file__).resolve().parent
RESULTS = HERE / "results" / "bars.json"

_PATIENTS = """
import json, resource, time
import numpy as np
from deqi.engine import Engine
from deqi.models import needling_analgesia
from deqi.simulation import Case, lane_engine, simulate_in_chunks
from peers.drawing import OBSERVABLES, draw_many
case = Case.of("gerac-verum", "chronic_low_back_pain")
def drawn(count):
    return draw_many(count, case.numbers)
def seconds(count, rtol=1e-5, bits=64, threads=1, repeats=3):
    varied, best = drawn(count), None
    for _ in range(repeats):
        solver = lane_engine(rtol=rtol, bits=bits, threads=threads)
        course = case.course(solver, 26.0, varied=varied, count=count)
        begun = time.perf_counter()
        course.run(np.arange(27) * 10080.0, OBSERVABLES)
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
count, varied, sums = COUNT, drawn(COUNT), np.zeros((27, len(OBSERVABLES)))
begun = time.perf_counter()
for part in simulate_in_chunks("gerac-verum", varied, weeks=range(27), report=OBSERVABLES):
    sums += part.values.sum(axis=0)
peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
print(json.dumps({"patients": count, "megabytes": peak, "seconds": time.perf_counter() - begun}))
""",
    "first_compile_seconds": """
model = needling_analgesia()
begun, cpu = time.perf_counter(), time.process_time()
made = Engine(model)
assert made.compiled
first = {"wall": time.perf_counter() - begun, "cpu": time.process_time() - cpu}
begun = time.perf_counter()
assert not Engine(model).compiled
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
    script = f"COUNT = {count}\n{_PATIENTS}\n{textwrap.dedent(text)}"
    with tempfile.TemporaryDirectory() as folder:
        place = {"DEQI_CACHE": folder} if fresh else {}
        done = subprocess.run(
            [sys.executable, "-c", script],
            env={**os.environ, "PYTHONPATH": str(HERE), **place},
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
