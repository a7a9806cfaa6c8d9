"""Stiff problems with published solutions, written as mechanisms, and the order of the method.

Solutions to ten digits or more:

- Hairer E, Wanner G, Solving Ordinary Differential Equations II, 2nd ed., Springer 1996,
  section IV.10 (and https://www.unige.ch/~hairer/testset/testset.html);
- Mazzia F, Magherini C, Test Set for Initial Value Problem Solvers, release 2.4, University of
  Bari 2008 (Robertson, HIRES, Van der Pol).
"""

import ctypes
import os

import numpy as np
import pytest

from deqi.core import Block, Expr, Instance, Mechanism, Model, var
from deqi.core.variables import ANY
from deqi.engine import Batch, Engine, Schedule, Settings
from deqi.engine.workspace import PythonWorkspace


@pytest.fixture(scope="module", autouse=True)
def engine_cache(tmp_path_factory):
    """Nothing is written to the user's cache."""
    before = os.environ.get("DEQI_CACHE")
    os.environ["DEQI_CACHE"] = str(tmp_path_factory.mktemp("objects"))
    yield
    if before is None:
        del os.environ["DEQI_CACHE"]
    else:
        os.environ["DEQI_CACHE"] = before


def states(*start):
    """A block of states y1, y2, ... with their initial values."""
    declared = {f"y{i}": var("1", f"state {i}", symbol=f"y_{i}", initial=y, bounds=ANY) for i, y in enumerate(start, 1)}
    return type("State", (Block,), declared)


def named(*rates):
    return {f"y{i}": rate for i, rate in enumerate(rates, 1)}


class Robertson(Mechanism):
    """Three reactions, with rates nine orders apart."""

    State = states(1.0, 0.0, 0.0)

    @staticmethod
    def rhs(t, x, p, u, ops):
        slow, middle, fast = 0.04 * x.y1, 1e4 * x.y2 * x.y3, 3e7 * x.y2 * x.y2
        return named(middle - slow, slow - middle - fast, fast)


class Hires(Mechanism):
    """High irradiance responses of a plant."""

    State = states(1.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0057)

    @staticmethod
    def rhs(t, x, p, u, ops):
        both = 280.0 * x.y6 * x.y8
        return named(
            -1.71 * x.y1 + 0.43 * x.y2 + 8.32 * x.y3 + 0.0007,
            1.71 * x.y1 - 8.75 * x.y2,
            -10.03 * x.y3 + 0.43 * x.y4 + 0.035 * x.y5,
            8.32 * x.y2 + 1.71 * x.y3 - 1.12 * x.y4,
            -1.745 * x.y5 + 0.43 * x.y6 + 0.43 * x.y7,
            -both + 0.69 * x.y4 + 1.71 * x.y5 - 0.43 * x.y6 + 0.69 * x.y7,
            both - 1.81 * x.y7,
            -both + 1.81 * x.y7,
        )


class VanDerPol(Mechanism):
    """A relaxation oscillator in the time of its slow part; the inverse of epsilon is 1e6."""

    State = states(2.0, 0.0)

    @staticmethod
    def rhs(t, x, p, u, ops):
        return named(x.y2, ((1 - x.y1 * x.y1) * x.y2 - x.y1) * 1e6)


class Oregonator(Mechanism):
    """The Belousov-Zhabotinskii reaction."""

    State = states(1.0, 2.0, 3.0)

    @staticmethod
    def rhs(t, x, p, u, ops):
        return named(
            77.27 * (x.y2 + x.y1 * (1 - 8.375e-6 * x.y1 - x.y2)),
            (x.y3 - (1 + x.y1) * x.y2) / 77.27,
            0.161 * (x.y1 - x.y3),
        )


#: Mechanism, end, solution there, and the absolute tolerances that its states need.
PROBLEMS = {
    # Test set, problem Robertson; 40: many works since Hindmarsh 1980.
    "robertson at 40": (Robertson, 40.0, (0.7158270687193941, 9.185534764557797e-6, 0.2841637457458314), 1e-12),
    "robertson at 1e11": (
        Robertson,
        1e11,
        (0.2083340149701255e-7, 0.8333360770334713e-13, 0.9999999791665050),
        1e-18,
    ),
    "hires": (
        Hires,
        321.8122,
        (
            0.7371312573325668e-3,
            0.1442485726316185e-3,
            0.5888729740967575e-4,
            0.1175651343283149e-2,
            0.2386356198831331e-2,
            0.6238968252742796e-2,
            0.2849998395185769e-2,
            0.2850001604814231e-2,
        ),
        1e-10,
    ),
    "van der pol at 2": (VanDerPol, 2.0, (0.1706167732170483e1, -0.8928097010247975), 1e-9),
    "van der pol at 11": (VanDerPol, 11.0, (0.1510606936744095e1, -0.1178380000730945e1), 1e-9),
    "oregonator at 30": (Oregonator, 30.0, (0.1000661467180497e1, 0.1778556453732015e4, 0.1043937014384406e4 / 0.1043937014384406e4), 1e-9),
    "oregonator at 360": (
        Oregonator,
        360.0,
        (0.1000814870318523e1, 0.1228178521549917e4, 0.1320554942846706e3),
        1e-9,
    ),
}
