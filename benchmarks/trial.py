"""How long a virtual trial takes, from prompt to table, as a whole process.

Run: ``python benchmarks/trial.py``; writes ``benchmarks/results/trial.json``. Machine code and the
population's baseline are cached by a first, small run.
"""

from __future__ import annotations

import json
import resource
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from deqi.core.writing import replace_file

HERE = Path(__file__).resolve().parent
RESULTS = HERE / "results" / "trial.json"

#: Patients and workers of each run.
_RUNS = ((1162, 1), (3000, 1), (3000, 2), (10000, 1), (10000, 2))


def main() -> None:
    """Measure, print, write."""
    with tempfile.TemporaryDirectory() as folder:
        _run(30, 1, Path(folder) / "first")
        found = []
        for number, (patients, workers) in enumerate(_RUNS):
            out = Path(folder) / str(number)
            wall, cpu = min(_run(patients, workers, out / str(k)) for k in range(2))
            again, _ = _run(patients, workers, out / "0")
            row = {"patients": patients, "workers": workers, "seconds": wall, "cpu": cpu, "again": again}
            print(row)
            found.append(row)
    replace_file(RESULTS, json.dumps(found, indent=1).encode() + b"\n")


def _run(patients: int, workers: int, out: Path) -> tuple[float, float]:
    """Wall clock and processor seconds of `deqi trial gerac`, its report included."""
    command = [str(Path(sys.executable).parent / "deqi"), "trial", "gerac"]
    command += ["--patients", str(patients), "--workers", str(workers), "--out", str(out)]
    before, begun = resource.getrusage(resource.RUSAGE_CHILDREN), time.perf_counter()
    subprocess.run(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, check=True)
    wall, after = time.perf_counter() - begun, resource.getrusage(resource.RUSAGE_CHILDREN)
    return wall, after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime


if __name__ == "__main__":
    main()
