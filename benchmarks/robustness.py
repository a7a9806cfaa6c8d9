"""Random patients: 25 % log-normal on every parameter, on top of the patient distribution.

Prints how many failed, and the range of pain. Run: ``python benchmarks/robustness.py [N]``.
"""

from __future__ import annotations

import sys
import time

import numpy as np
from peers.drawing import draw

from deqi.engine import Status
from deqi.models import parameter_schema
from deqi.simulation import Case, make_solver

#: A week of two sessions and a steady opioid, after years of chronic pain.
PROTOCOL, WEEKS = "acupuncture-plus-opioid", 1.0
PAIN = "pain.report.intensity"
SPREAD = 0.25


def main() -> None:
    """Draw, simulate, count."""
    count = int(sys.argv[1]) if len(sys.argv) > 1 else 1000
    case, schema = Case.of(PROTOCOL, "chronic_low_back_pain"), parameter_schema()
    drawn = []
    for seed in range(count):
        rng = np.random.default_rng([2026, seed])
        factors = np.exp(rng.normal(0, SPREAD, len(schema)))
        numbers = draw(rng, case.numbers)
        drawn.append(
            [np.clip(numbers[p] * f, *schema[p].bounds) for p, f in zip(schema, factors, strict=True)]
        )
    varied = dict(zip(schema, np.array(drawn).T.copy(), strict=True))
    started = time.perf_counter()
    course = case.course(make_solver("engine", 1e-6), WEEKS, varied=varied, count=count)
    _, values = course.run(np.arange(0.0, WEEKS * 10080 + 1, 360.0), (PAIN,))
    seconds, lost = time.perf_counter() - started, ~np.isfinite(values).all(axis=(1, 2))
    for seed in np.flatnonzero(lost):
        print(f"seed {seed}: {Status(int(course.status[seed])).advice}")
    low, high = np.nanmin(values), np.nanmax(values)
    print(f"{count} draws, {lost.sum()} failed, pain {low:.1f} to {high:.1f}, {seconds:.1f} s")


if __name__ == "__main__":
    main()
