"""Every parameter that a simulation needs, by path, with its unit and bounds.

Besides the parameters of the model there are those of the stimulus (evaluated
while a protocol is laid out), of enrolment, and of the threshold read-out.
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import lru_cache
from types import MappingProxyType

from deqi.core import Block, Expr, Variable, var
from deqi.mechanisms.needle.techniques import STIMULUS
from deqi.models.needling import needling_analgesia


class Reach(Block):
    """How a needle's side counts (``needle.reach``)."""

    contralateral: Expr = var("1", "share that counts on the other side", symbol="x_c", bounds=(0, 1))


class Enrolment(Block):
    """How patients enter a study (``enrolment``)."""

    flare: Expr = var("1", "load above the chronic level at enrolment", symbol="G_f", bounds=(0, 10))
    memory_share: Expr = var("1", "share of the flare's pain memory reached", symbol="f_{PM}", bounds=(0, 1))


class Threshold(Block):
    """Experimental pain threshold (``experiment.threshold``)."""

    criterion: Expr = var("Hz", "projection firing just called pain", symbol="P_c", bounds=(0.1, 60))
    a_beta_reach: Expr = var("1", "share of distant A-beta input", symbol="x_\\beta", bounds=(0, 1))
    a_delta_reach: Expr = var("1", "share of distant A-delta input", symbol="x_\\delta", bounds=(0, 1))
    supraspinal_gain: Expr = var("1", "supraspinal signal on the criterion", symbol="y_T")


_BESIDES = {"needle.reach": Reach, "enrolment": Enrolment, "experiment.threshold": Threshold}


@lru_cache(maxsize=1)
def parameter_schema() -> Mapping[str, Variable]:
    """The declaration of every parameter by path.

    Examples
    --------
    >>> parameter_schema()["needle.depth.half_depth"].unit
    'mm'
    """
    schema = dict(needling_analgesia().parameters)
    for instance in STIMULUS:
        schema |= {instance.parameter(n): v for n, v in instance.mechanism.Params.variables.items()}
    for prefix, block in _BESIDES.items():
        schema |= {f"{prefix}.{n}": v for n, v in block.variables.items()}
    return MappingProxyType(schema)
