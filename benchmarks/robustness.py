"""Random patients: 25 % log-normal on every parameter, on top of the patient distribution.

Prints how many failed, and the range of pain. Run: ``python benchmarks/robustness.py [N]``.
"""

from __future__ import annotations

import sys
import time

import numpy as np

from deqi.engine import Status
from deqi.models import parameter_schema
from deqi.parameters import base_values, resolve
from deqi.simulation import Case, make_solver

#: A week of two sessions and a steady opioid, after years of chronic pain.
PROTOCOL, WEEKS = "acupuncture-plus-opioid", 1.0
PAIN = "pain.report.intensity"


def draw(rng: np.random.Generator) -> dict[str, float]:
    """Parameter values of one random patient."""
    base = resolve(parameter_schema(), base_values())
    drawn = {}
    for path, value in base.items():
        spread = base_values()[path].distribution
        factor = np.exp(rng.normal(0, 0.25))
        if spread is not None and spread.kind == "lognormal":
            factor *= np.exp(rng.normal(0, spread.numbers["sd"]))
        elif spread is not None and spread.kind == "normal":
            value = float(np.clip(rng.normal(value, spread.numbers["sd"]), 0.02, 1.0))
        elif spread is not None and spread.kind == "beta":
            value = float(rng.beta(spread.numbers["a"], spread.numbers["b"]))
        low, high = parameter_schema()[path].bounds
        drawn[path] = float(np.clip(value * factor, low, high))
    return drawn


def main() -> None:
    """Draw, simulate, count."""
    count = int(sys.argv[1]) if len(sys.argv) > 1 else 1000
    draws = [draw(np.random.default_rng([2026, seed])) for seed in range(count)]
    varied = {path: np.array([d[path] for d in draws]) for path in draws[0]}
    started = time.perf_counter()
    course = Case.of(PROTOCOL, "chronic_low_back_pain").course(
        make_solver("engine", 1e-6), WEEKS, varied=varied, count=count
    )
    _, values = course.run(np.arange(0.0, WEEKS * 10080 + 1, 360.0), (PAIN,))
    seconds = time.perf_counter() - started
    for seed in np.flatnonzero(~np.isfinite(values).all(axis=(1, 2))):
        print(f"seed {seed}: {Status(int(course.status[seed])).advice}")
    failed = int((~np.isfinite(values).all(axis=(1, 2))).sum())
    low, high = np.nanmin(values), np.nanmax(values)
    print(f"{count} draws, {failed} failed, pain {low:.1f} to {high:.1f}, {seconds:.1f} s")


if __name__ == "__main__":
    main()
