"""Very many courses of 26 weeks in float32: time and memory, from a thousand patients to a million.

Run: ``python benchmarks/courses.py --sizes 1000000``; writes ``benchmarks/results/courses.json``. Each size
is a process of its own, with the threads of all processors; machine code is cached by a first, small run.
Sizes that are not asked for keep their rows. No two patients are the same: a pool is drawn, and for
each block of patients the values of every parameter are put in another order.
"""

from __future__ import annotations

import argparse
import json
import os
import platform
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

HERE = Path(__file__).resolve().parent
RESULTS = HERE / "results" / "courses.json"
SIZES = (1_000, 10_000)

_CHILD = """
import json, resource, sys, time
import numpy as np
from deqi.simulation import Case, simulate_in_chunks
from peers.drawing import draw_many
count, block = int(sys.argv[1]), 32768
pool = draw_many(min(4096, max(count, 64)), Case.of("gerac-verum", "chronic_low_back_pain").numbers)
names, table = list(pool), np.array(list(pool.values()))
rng = np.random.default_rng(2026)
done, pain, failed, cpu = 0, 0.0, 0, 0.0
begun, before = time.perf_counter(), time.process_time()
while done < count:
    size = min(block, count - done)
    parts = [rng.permuted(table, axis=1) for _ in range(-(-size // table.shape[1]))]
    varied = dict(zip(names, np.concatenate(parts, axis=1)[:, :size]))
    for part in simulate_in_chunks("gerac-verum", varied, weeks=(0, 26), bits=32, rtol=1e-4):
        pain += float(np.nansum(part.values[:, -1, 0]))
        failed += int(np.sum(part.status != 0))
        cpu += part.cpu_seconds
    done += size
wall, used = time.perf_counter() - begun, time.process_time() - before
print(json.dumps({
    "patients": count, "seconds": wall, "processor_seconds": used, "solver_seconds": cpu,
    "failed": failed, "mean_pain_week_26": pain / max(count - failed, 1),
    "megabytes": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024,
}))
"""


def main() -> None:
    """Measure, print, write."""
    parser = argparse.ArgumentParser(description=main.__doc__)
    parser.add_argument("--sizes", type=int, nargs="+", default=list(SIZES), help="patients of each run")
    asked = parser.parse_args()
    _run(64)
    before = json.loads(RESULTS.read_text()) if RESULTS.exists() else []
    rows = {row["patients"]: row for row in before}
    for size in asked.sizes:
        rows[size] = _run(size)
        print(json.dumps(rows[size]), flush=True)
    from deqi.core.writing import replace_file

    replace_file(RESULTS, json.dumps([rows[size] for size in sorted(rows)], indent=1).encode() + b"\n")


def _run(count: int) -> dict[str, Any]:
    load = os.getloadavg()[0]
    done = subprocess.run(
        [sys.executable, "-c", _CHILD, str(count)],
        env={**os.environ, "PYTHONPATH": str(HERE)},
        stdout=subprocess.PIPE,
        text=True,
        check=True,
    )
    return {
        **json.loads(done.stdout.splitlines()[-1]),
        "processors": len(os.sched_getaffinity(0)),
        "machine": platform.machine(),
        "load_before": load,
        # Whoever else computed at that time took processors from this.
        "shared": load > 0.5,
        "niceness": os.nice(0),
        "day": time.strftime("%Y-%m-%d"),
    }


if __name__ == "__main__":
    main()
