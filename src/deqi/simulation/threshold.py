"""Experimental pain threshold: the noxious input that is just called pain.

A test stimulus in a segment away from the pain is raised until projection
neurons there reach the criterion. The dorsal-horn gate is the mechanism's own,
at its steady state, without central sensitisation; needles elsewhere reach its
inhibitory cells by a share of their firing.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np

from deqi.core import ArrayOps
from deqi.mechanisms.spinal.gate import DorsalHornGate

Array = np.ndarray[Any, Any]

_HIGHEST = 60.0  # Hz of C-fibre firing: above any nociceptor's sustained rate
_HALVINGS = 36  # to a billionth of it
# Cells of the gate feed forward only, so that they settle in as many steps as there are layers of them.
_SETTLING = 10
_SETTLED = 1e-9  # Hz


def pain_threshold(series: Mapping[str, Array], parameters: Mapping[str, float]) -> Array:
    """Threshold at each time, as C-fibre firing evoked by the test stimulus [Hz].

    Parameters
    ----------
    series : mapping
        Arrays, shape (time,), of the outputs and states named in the code.
    parameters : mapping
        Value of each parameter in its declared unit.

    Returns
    -------
    ndarray, shape (time,)
    """
    gate, ops = DorsalHornGate, ArrayOps()
    p = gate.Params(**{n: parameters[f"spinal.gate.{n}"] for n in gate.Params.variables})
    half_wind_up = parameters["spinal.wind_up.half_input"]
    supraspinal = np.exp(
        -parameters["experiment.threshold.supraspinal_gain"] * series["brainstem.signal.signal"]
    )
    fixed = {
        "transmission": series["spinal.other.terminals.transmission"],
        "needle_a_beta": parameters["experiment.threshold.a_beta_reach"]
        * series["needle.other.conducted_a_beta"],
        "needle_a_delta": parameters["experiment.threshold.a_delta_reach"]
        * series["needle.other.conducted_a_delta"],
        "sensitisation": 0.0,
        "descending": series["spinal.descending.inhibition"],
        "serotonin": series["spinal.descending.serotonin_effect"],
        "tolerance": series["receptors.tolerance.tolerance"],
    }
    ratio = parameters["periphery.nociceptors.a_delta_ratio"]

    def felt(stimulus: Array, cells: Array) -> Array:
        """Projection firing of the settled gate; `cells` is where settling starts, and is updated."""
        c = stimulus * fixed["transmission"]
        u = gate.Inputs(c=stimulus, a_delta=ratio * stimulus, wind_up=c / (c + half_wind_up), **fixed)
        for _ in range(_SETTLING):
            excitatory, inhibitory = cells
            x = gate.State(projection=0.0, excitatory=excitatory, inhibitory=inhibitory)
            rates = gate.rhs(0.0, x, p, u, ops)
            # A rate is (target - state) / smoothing.
            change = np.array([rates["excitatory"], rates["inhibitory"]]) * p.smoothing
            cells += change
            if np.abs(change).max() < _SETTLED:
                break
        else:
            raise ArithmeticError("the gate did not settle: do its cells feed back now?")
        return np.asarray(rates["projection"] * p.smoothing) * supraspinal

    criterion = parameters["experiment.threshold.criterion"]
    low, high = np.zeros_like(supraspinal), np.full_like(supraspinal, _HIGHEST)
    # The gate of one trial stimulus is a good start for the next.
    cells = np.array([np.full_like(supraspinal, 5.0), np.full_like(supraspinal, 10.0)])
    for _ in range(_HALVINGS):
        middle = (low + high) / 2
        below = felt(middle, cells) < criterion
        low, high = np.where(below, middle, low), np.where(below, high, middle)
    return (low + high) / 2


#: What `pain_threshold` reads from a course.
NEEDS = (
    "brainstem.signal.signal",
    "spinal.other.terminals.transmission",
    "needle.other.conducted_a_beta",
    "needle.other.conducted_a_delta",
    "spinal.descending.inhibition",
    "spinal.descending.serotonin_effect",
    "receptors.tolerance.tolerance",
)
