"""deqi's engine beside its peers: the same model, patients, protocols and output times.

Run from anywhere, with deqi's interpreter::

    python benchmarks/bench.py

The workload and its reference are made once and kept in ``benchmarks/made``.
Each solver runs in a process of its own, one after another: the engine in
deqi's environment, the peers in ``.venv-bench``. The result goes to
``benchmarks/results/peers.json``; ``report.py`` makes the tables and the figure.
"""

from __future__ import annotations

import argparse
import json
import os
import platform
import shutil
import subprocess
import sys
import time
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from curves import LEVELS, at_error, reached
from peers.measure import SOLVERS
from peers.reference import FILE as REFERENCE
from peers.reference import known
from peers.workload import FOLDER, Workload

HERE = Path(__file__).resolve().parent
RESULTS = HERE / "results" / "peers.json"
OWN = ("engine", "engine32")


def main() -> None:
    """Make the workload if need be, measure every solver, print and store."""
    parser = argparse.ArgumentParser(description=main.__doc__)
    parser.add_argument(
        "solvers",
        nargs="*",
        metavar="SOLVER",
        help=f"measure these again, of {', '.join(SOLVERS)}; all if none",
    )
    parser.add_argument("--outputs", choices=("observables", "states"), default="observables")
    parser.add_argument("--repeats", type=int, default=3)
    parser.add_argument("--patients", type=int, default=200, help="in a workload that has to be made")
    parser.add_argument("--fresh", action="store_true", help="make workload and reference anew")
    parser.add_argument(
        "--peer-python",
        default=str(HERE.parent / ".venv-bench" / "bin" / "python"),
        help="peers' interpreter",
    )
    asked = parser.parse_args()
    unknown = set(asked.solvers) - set(SOLVERS)
    if unknown:
        raise SystemExit(f"no solver {', '.join(sorted(unknown))}; there are {', '.join(SOLVERS)}")
    if not Path(asked.peer_python).exists():
        raise SystemExit(f"{asked.peer_python} is not there; `make bench` makes the peers' environment")
    provide(asked.peer_python, asked.patients, fresh=asked.fresh)
    target = RESULTS if asked.outputs == "observables" else RESULTS.with_name("peers-all-states.json")
    # Solvers that are named are measured again; the others keep what was measured before.
    kept = json.loads(target.read_text())["solvers"] if asked.solvers and target.exists() else []
    by_name = {s["name"]: s for s in kept}
    for name in asked.solvers or SOLVERS:
        python = sys.executable if name in OWN else asked.peer_python
        print(f"{name} ...", file=sys.stderr, flush=True)
        by_name[name] = measured(python, name, asked.outputs, asked.repeats)
        by_name[name]["load_average"] = os.getloadavg()[1]
    for folder in (*FOLDER.glob("amici-*"), *FOLDER.glob("engine-*")):
        shutil.rmtree(folder)
    found = [by_name[name] for name in SOLVERS if name in by_name]
    result = {
        "workload": Workload.load().about,
        "reference": known(),
        "machine": machine(),
        "outputs": asked.outputs,
        "repeats": asked.repeats,
        "solvers": found,
        "levels": list(LEVELS),
        "at_error": {which: table(found, which) for which in ("median", "max")},
    }
    RESULTS.parent.mkdir(exist_ok=True)
    target.write_text(json.dumps(result, indent=1) + "\n")
    show(result)


def provide(peer_python: str, patients: int, *, fresh: bool) -> None:
    """Make the workload, then its reference, where they are not there."""
    if fresh or not (FOLDER / "workload.npz").exists():
        REFERENCE.unlink(missing_ok=True)
        run([sys.executable, "-m", "peers.drawing", "--patients", str(patients)])
    if not REFERENCE.exists():
        run([peer_python, "-m", "peers.reference"])


def measured(python: str, name: str, outputs: str, repeats: int) -> dict[str, Any]:
    """The measurement of one solver; a process that dies is a result too."""
    command = [python, "-m", "peers.measure", name, "--outputs", outputs, "--repeats", str(repeats)]
    try:
        done = run(command, quiet=True)
    except subprocess.CalledProcessError as failure:
        last = failure.stderr.strip().splitlines()[-1:] or [f"exit status {failure.returncode}"]
        return {"name": name, "outputs": outputs, "not_run": last[0]}
    return dict(json.loads(done.stdout))


def run(command: Sequence[str], *, quiet: bool = False) -> subprocess.CompletedProcess[str]:
    """Run a part of the benchmark with one thread."""
    single = dict.fromkeys(("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS"), "1")
    return subprocess.run(
        list(command),
        cwd=HERE,
        env={**os.environ, **single},
        check=True,
        text=True,
        stdout=subprocess.PIPE if quiet else None,
        stderr=subprocess.PIPE if quiet else None,
    )


def machine() -> dict[str, Any]:
    """Where this was measured."""
    models = [
        line.partition(":")[2].strip()
        for line in Path("/proc/cpuinfo").read_text().splitlines()
        if line.startswith("model name")
    ]
    return {
        "processor": models[0] if models else platform.processor(),
        "processors": os.cpu_count(),
        "system": f"{platform.system()} {platform.machine()}",
        "python": platform.python_version(),
        "date": time.strftime("%Y-%m-%d"),
    }


def table(found: Sequence[Mapping[str, Any]], which: str) -> dict[str, Any]:
    """Speed of each solver at each error, and the engine's in units of it."""
    speeds = {
        s["name"]: [at_error(s["points"], level, which) for level in LEVELS] for s in found if "points" in s
    }
    rows = {}
    for name, row in speeds.items():
        ratios = {
            own: [a / b if a and b else None for a, b in zip(speeds[own], row, strict=True)]
            for own in OWN
            if own in speeds and own != name
        }
        reach = next(reached(s["points"], which) for s in found if s["name"] == name)
        rows[name] = {"runs_per_core_second": row, "engine_ratio": ratios, "errors_reached": reach}
    return rows


def show(result: Mapping[str, Any]) -> None:
    """Print one line a solver and tolerance, then speeds at equal error."""
    print(f"{'solver':<12}{'rtol':>9}{'runs/core-s':>13}{'error median':>14}{'error max':>11}")
    for s in result["solvers"]:
        if "not_run" in s:
            print(f"{s['name']:<12}not run: {s['not_run']}")
            continue
        print(
            f"{s['name']:<12}{s['version']}; load {s['load']['wall']:.1f} s, {s['memory_mb']:.0f} MB, "
            f"atol = {s['atol_per_rtol']:g} rtol"
        )
        for p in s["points"]:
            if "failed" in p:
                print(f"{'':<12}{p['rtol']:>9.0e}  failed: {p['failed'][:70]}")
                continue
            print(
                f"{'':<12}{p['rtol']:>9.0e}{p['runs_per_core_second']:>13.2f}"
                f"{p['error_median']:>14.1e}{p['error_max']:>11.1e}"
            )
    for which, rows in result["at_error"].items():
        print(f"\nruns per core-second at equal {which} error (- where no curve reaches; never extrapolated)")
        print(f"{'solver':<12}" + "".join(f"{level:>23.0e}" for level in LEVELS))
        for name, row in rows.items():
            ratios = row["engine_ratio"].get("engine", [None] * len(LEVELS))
            cells = [
                ("-" if speed is None else f"{speed:.1f}")
                + ("" if ratio is None else f" (engine x{ratio:.3g})")
                for speed, ratio in zip(row["runs_per_core_second"], ratios, strict=True)
            ]
            print(f"{name:<12}" + "".join(f"{cell:>23}" for cell in cells))


if __name__ == "__main__":
    main()
