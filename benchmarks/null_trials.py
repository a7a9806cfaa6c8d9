"""Whether analyses of trials keep what they promise: 5 % false claims, intervals that hold the truth in 95 %.

Run: ``python benchmarks/null_trials.py [--trials N] [--only KIND] [--workers 2] [--page]``; writes
``benchmarks/results/null_trials.json`` and ``docs/analyses.md``. Each analysis has `TRIALS` trials of its own
without an effect and as many with one (`null_draws`). Every trial has a seed of its own, so that results
depend on neither workers nor order; times do.
"""

from __future__ import annotations

import argparse
import gc
import json
import math
import multiprocessing
import os
import time
import zlib
from collections.abc import Mapping, Sequence
from concurrent.futures import ProcessPoolExecutor
from pathlib import Path
from typing import Any

import numpy as np
from null_analyses import PLANS, One
from null_draws import EFFECT, NONE, drawn, truths
from null_report import write_page

from deqi.core.writing import replace_file
from deqi.errors import DeqiError

HERE = Path(__file__).resolve().parent
RESULTS = HERE / "results" / "null_trials.json"
PAGE = HERE.parent / "docs" / "analyses.md"

TRIALS, SEED = 2000, 20261124
_CHUNK = 50


def some(kind: str, works: bool, first: int, stop: int) -> tuple[list[dict[str, One] | None], float]:
    """Trials of one analysis from `first` on, None where it refused; and seconds of wall clock."""
    plan = PLANS[kind]
    found: list[dict[str, One] | None] = []
    spent = 0.0
    for number in range(first, stop):
        draw = np.random.default_rng([SEED, zlib.crc32(kind.encode()), int(works), number])
        trial = drawn(draw, EFFECT if works else NONE, **plan.draws)
        begun = time.perf_counter()
        try:
            found.append(plan.how(trial, number + 1))
        except DeqiError:
            found.append(None)
        spent += time.perf_counter() - begun
    return found, spent


def judged(ways: Sequence[One | None], truth: float | None) -> dict[str, Any]:
    """Claims and coverage of one way of an analysis, with their Monte Carlo errors."""
    done = [one for one in ways if one is not None]
    told = np.array(done, float).reshape(-1, len(One._fields))
    claims, low, high, estimate, error = told.T
    held = None if truth is None else (low <= truth) & (truth <= high)
    known = np.isfinite(error)
    return {
        "trials": len(done),
        "refused": len(ways) - len(done),
        "claims": float(claims.mean()),
        "claims_error": _error(claims),
        "coverage": None if held is None else float(held.mean()),
        "coverage_error": None if held is None else _error(held),
        "truth": truth,
        "mean": None if truth is None else float(estimate.mean()),
        "sd": None if truth is None else float(estimate.std(ddof=1)),
        "mean_error": float(np.sqrt(np.mean(error[known] ** 2))) if known.any() else None,
    }


def _error(yes: Any) -> float:
    share = float(np.mean(yes))
    return math.sqrt(share * (1 - share) / len(yes))


def measured(
    kind: str, trials: int, pool: ProcessPoolExecutor, known: Mapping[bool, Mapping[str, float]]
) -> list[dict[str, Any]]:
    """One analysis: a row for each of its ways."""
    rows: dict[str, dict[str, Any]] = {}
    seconds = 0.0
    for works in (False, True):
        parts = [
            pool.submit(some, kind, works, first, min(first + _CHUNK, trials))
            for first in range(0, trials, _CHUNK)
        ]
        results = [part.result() for part in parts]
        every = [one for found, _ in results for one in found]
        seconds += sum(spent for _, spent in results)
        for way in dict.fromkeys(way for one in every if one for way in one):
            asked = PLANS[kind].truth.get(way)
            truth = None if asked is None else known[works][asked]
            found = judged([None if one is None else one.get(way) for one in every], truth)
            row = rows.setdefault(way, {"kind": kind, "way": way})
            row["effect" if works else "null"] = found
    return [{**row, "seconds": seconds / (2 * trials)} for row in rows.values()]


def main() -> None:
    """Draw, analyse, judge, write."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--trials", type=int, default=TRIALS)
    parser.add_argument("--only", choices=PLANS, action="append")
    parser.add_argument("--workers", type=int, default=2)
    parser.add_argument("--page", action="store_true", help="only write the page again")
    given = parser.parse_args()
    kept = json.loads(RESULTS.read_text()) if RESULTS.is_file() else []
    if given.page:
        write_page(kept, PAGE)
        return
    known = {works: truths(EFFECT if works else NONE, SEED) for works in (False, True)}
    # Matrices are small: threads of the workers would only be in each other's way.
    for name in ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS"):
        os.environ.setdefault(name, "1")
    context = multiprocessing.get_context("spawn")
    # statsmodels collects garbage at every Holm procedure: what is there from the start is left alone.
    with ProcessPoolExecutor(given.workers, mp_context=context, initializer=gc.freeze) as pool:
        for kind in given.only or PLANS:
            rows = measured(kind, given.trials, pool, known)
            kept = [row for row in kept if row["kind"] != kind] + rows
            kept.sort(key=lambda row: list(PLANS).index(row["kind"]))
            replace_file(RESULTS, json.dumps(kept, indent=1).encode() + b"\n")
            for row in rows:
                null, effect = row["null"], row["effect"]
                print(
                    kind, row["way"], null["claims"], null["coverage"], effect["claims"], effect["coverage"]
                )
    write_page(kept, PAGE)


if __name__ == "__main__":
    main()
