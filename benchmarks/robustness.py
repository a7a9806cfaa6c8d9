"""A thousand random patients: 25 % log-normal on every parameter, on top of the patient distribution.

Prints how many failed, and the range of pain. Run: ``python benchmarks/robustness.py [N]``.
"""

from __future__ import annotations

import sys
import time

import numpy as np

from deqi.errors import DeqiError
from deqi.models import load_patient, needling_analgesia, parameter_schema
from deqi.parameters import base_values, resolve
from deqi.protocols import lay_out, load_protocol
from deqi.simulation import prepare
from deqi.solvers import ScipyReference, Stretch

#: A week: two sessions, a steady opioid, and chronic pain before it.
DAYS = 7


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
    model, solver = needling_analgesia(), ScipyReference()
    person, plan = load_patient("chronic_low_back_pain"), load_protocol("acupuncture-plus-opioid")
    failed, lowest, highest, start = 0, np.inf, -np.inf, time.perf_counter()
    pain = list(model.states).index("pain.report.intensity")
    for seed in range(count):
        numbers = draw(np.random.default_rng([2026, seed]))
        try:
            state = prepare(model, person, numbers, solver)
            stretches = [
                Stretch(s.start, s.stop, {f"environment.{k}": v for k, v in s.environment.items()}, s.jumps)
                for s in lay_out(plan, numbers, person.site, days=DAYS).segments()
            ]
            found = solver.solve(model, numbers, state, stretches, np.arange(0.0, DAYS * 1440, 360))
        except DeqiError as error:
            failed += 1
            print(f"seed {seed}: {error}")
            continue
        lowest, highest = min(lowest, found[pain].min()), max(highest, found[pain].max())
    seconds = time.perf_counter() - start
    print(f"{count} draws, {failed} failed, pain {lowest:.1f} to {highest:.1f}, {seconds:.0f} s")


if __name__ == "__main__":
    main()
