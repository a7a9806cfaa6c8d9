"""Random admissible points for a mechanism."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from deqi.core import Mechanism, Variable


@dataclass(frozen=True)
class Point:
    """Values of a mechanism's states, parameters and inputs, by name, in declared units."""

    states: Mapping[str, float]
    params: Mapping[str, float]
    inputs: Mapping[str, float]


def draw_point(mechanism: type[Mechanism], rng: np.random.Generator) -> Point:
    """A point inside every bound; states that are fractions of one whole sum to less than one."""
    states = {n: draw(v, rng) for n, v in mechanism.State.variables.items()}
    shared = mechanism.fractions_of_one
    if shared:
        # One share more than there are states: the rest of the whole stays empty.
        shares = rng.dirichlet(np.ones(len(shared) + 1))
        states |= dict(zip(shared, shares[:-1].tolist(), strict=True))
    return Point(
        states,
        {n: draw(v, rng) for n, v in mechanism.Params.variables.items()},
        {n: draw(v, rng) for n, v in mechanism.Inputs.variables.items()},
    )


def draw(variable: Variable, rng: np.random.Generator) -> float:
    """A value inside the bounds of a variable, away from their ends."""
    low, high = variable.bounds
    if math.isfinite(low) and math.isfinite(high):
        return low + (high - low) * float(rng.uniform(0.05, 0.95))
    if math.isfinite(low):
        return low + float(10 ** rng.uniform(-1.0, 1.0))
    return float(rng.normal(0.0, 1.0))
