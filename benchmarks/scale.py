"""How a trial grows: the GERAC trial in a thousand patients and more, time and memory.

Run: ``python benchmarks/scale.py --workers 2``; writes ``benchmarks/results/scale.json`` and
``docs/scale.md``. Add ``--sizes 1000 10000 100000`` for more; a size that was measured before and
is not asked for now keeps its row, if the code is the same. Each run is a process of its own. Machine
code and the population's baseline are cached by a first, small run.
"""

from __future__ import annotations

import argparse
import json
import os
import platform
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

# Nothing heavy may be imported above: Linux counts the size of whoever starts a process as that process's.

HERE = Path(__file__).resolve().parent
RESULTS = HERE / "results" / "scale.json"
PAGE = HERE.parent / "docs" / "scale.md"
TRIAL, SEED = "gerac", 1
SIZES, MOST = (1_000, 10_000), 10_000_000
#: Load over processors from which on others are said to have been there.
_QUIET = 0.25

_CHILD = """
import json, resource, sys, time
if __name__ == "__main__":
    patients, workers, out, seed, trial = sys.argv[1:]
    from deqi.trials import run_trial
    begun = time.perf_counter()
    run = run_trial(trial, patients=int(patients), workers=int(workers), out=out, seed=int(seed))
    computed = time.perf_counter() - begun
    used = [resource.getrusage(who) for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)]
    rows = len(run.table)
    read = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    assert rows == int(patients), rows
    print(json.dumps({
        "run_seconds": computed,
        "processor_seconds": sum(u.ru_utime + u.ru_stime for u in used),
        "self_mb": used[0].ru_maxrss / 1024,
        "worker_mb": used[1].ru_maxrss / 1024,
        "with_table_mb": read / 1024,
        "digest": run.folder.digest(),
        "code": run.provenance["code"],
    }))
"""

_HEAD = (
    "patients",
    "workers",
    "`run_trial` [s]",
    "patients a second",
    "processor [s]",
    "main process [MB]",
    "largest worker [MB]",
    "with the table read [MB]",
    "run on disk [MB]",
)
_PAGE = """# How a trial grows

The GERAC trial (three arms, 26 weeks, four visits) with more and more virtual patients, by
`deqi.trials.run_trial`. `python benchmarks/scale.py --workers 2` measures again and writes this page.

{table}

- **Time** is of `run_trial` alone, machine code and the population's baseline cached by a run of 30 patients
  before. Starting Python and reading the cohort are not in it; nor are the analyses and the report, which
  `deqi trial` adds. [How fast, and how exact](performance.md) has the whole command, measured on another day.
- **Memory** is the largest resident size of a process, by `getrusage`. Each worker has its own; the column
  tells the largest, and all together need up to that many times as much. Chunks of 512 patients are written
  as they are done, so the number of patients hardly matters while they are followed. *With the table read* is
  the main process after `run.table`, which holds all rows.
- Sizes that are not in the table were not measured. `--sizes 100000 1000000` asks for more.

Where it was measured:

{machines}

## float32

The engine has lanes of float32 (`simulate_many(..., bits=32)`); their speed and error are told in
[how fast, and how exact](performance.md). **A trial has no such option**: `run_trial` follows patients in
float64 at a relative tolerance of 1e-5, and all figures above are of that.
"""


def main() -> None:
    """Measure, print, write."""
    parser = argparse.ArgumentParser(description=main.__doc__)
    parser.add_argument("--sizes", type=int, nargs="+", default=list(SIZES), help="patients of each run")
    parser.add_argument("--workers", type=int, default=1, help="processes of each run")
    parser.add_argument(
        "--folder", type=Path, help="where runs are kept meanwhile; a temporary one by default"
    )
    parser.add_argument("--page-only", action="store_true", help="write the page from what is there")
    asked = parser.parse_args()
    if not all(3 <= size <= MOST for size in asked.sizes) or asked.workers < 1:
        parser.error(f"sizes are 3 to {MOST}, workers at least 1")
    found = [] if asked.page_only else measured(asked.sizes, asked.workers, asked.folder)
    write(found)


def measured(sizes: list[int], workers: int, folder: Path | None = None) -> list[dict[str, Any]]:
    """A row for each size."""
    with tempfile.TemporaryDirectory(dir=folder) as made:
        _run(30, 1, Path(made) / "first")
        rows = []
        for size in sizes:
            row = _run(size, workers, Path(made) / str(size))
            print(json.dumps(row), flush=True)
            rows.append(row)
    return rows


def write(found: list[dict[str, Any]]) -> None:
    """Put rows beside those of before, and make the page of them."""
    from deqi.core.writing import replace_file

    before = json.loads(RESULTS.read_text()) if RESULTS.exists() else []
    # Of other code, a row would say nothing about this one.
    code = found[0]["code"] if found else None
    rows = {(r["patients"], r["workers"]): r for r in before if code in (None, r["code"])}
    rows |= {(r["patients"], r["workers"]): r for r in found}
    kept = [rows[key] for key in sorted(rows)]
    replace_file(RESULTS, json.dumps(kept, indent=1).encode() + b"\n")
    replace_file(PAGE, page(kept).encode())


def page(rows: list[dict[str, Any]]) -> str:
    """The page, from rows."""
    lines = [_HEAD, ["---"] * len(_HEAD), *(_row(row) for row in rows)]
    table = "\n".join(f"| {' | '.join(line)} |" for line in lines)
    return _PAGE.format(table=table, machines="\n".join(_machine(row) for row in rows))


def _run(patients: int, workers: int, out: Path) -> dict[str, Any]:
    load, begun = os.getloadavg()[0], time.perf_counter()
    # A file, as workers load the script that began them.
    script = out.with_suffix(".py")
    script.write_text(_CHILD)
    command = [sys.executable, str(script), str(patients), str(workers), str(out), str(SEED), TRIAL]
    done = subprocess.run(command, stdout=subprocess.PIPE, text=True, check=True)
    wall = time.perf_counter() - begun
    told = json.loads(done.stdout.splitlines()[-1])
    return {
        "patients": patients,
        "workers": workers,
        "seed": SEED,
        **told,
        "process_seconds": wall,
        "patients_a_second": patients / told["run_seconds"],
        "disk_mb": sum(f.stat().st_size for f in out.rglob("*") if f.is_file()) / 1e6,
        "processors": len(os.sched_getaffinity(0)),
        "machine": platform.machine(),
        "load_before": load,
        "niceness": os.nice(0),
        "day": time.strftime("%Y-%m-%d"),
    }


def _row(row: dict[str, Any]) -> list[str]:
    return [
        f"{row['patients']:,}",
        str(row["workers"]),
        f"{row['run_seconds']:.1f}",
        f"{row['patients_a_second']:.0f}",
        f"{row['processor_seconds']:.1f}",
        f"{row['self_mb']:.0f}",
        "-" if row["workers"] == 1 else f"{row['worker_mb']:.0f}",
        f"{row['with_table_mb']:.0f}",
        f"{row['disk_mb']:.1f}",
    ]


def _machine(row: dict[str, Any]) -> str:
    """Where a row was measured, and who else was there."""
    shared = row["load_before"] > _QUIET * row["processors"]
    told = "**the machine was shared**, and alone it would have been faster" if shared else "a quiet machine"
    nice = f", niceness {row['niceness']}" if row["niceness"] else ""
    processors = f"{row['processors']} processors ({row['machine']}){nice}"
    return (
        f"- {row['patients']:,} patients: {row['day']}, {processors}; "
        f"load {row['load_before']:.1f} over the minute before: {told}."
    )


if __name__ == "__main__":
    main()
