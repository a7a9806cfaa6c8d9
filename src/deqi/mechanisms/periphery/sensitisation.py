"""Peripheral sensitisation: inflamed tissue makes nociceptors fire more.

Assumes: prostaglandin acts together with cytokines and neuropeptides, so that
taking one away takes most of the effect away.
Leaves out: nerve growth factor, bradykinin, and sprouting.
"""

from deqi.core import Block, Expr, Mechanism, Ops, Values, var


class PeripheralSensitisation(Mechanism):
    class State(Block):
        sensitisation: Expr = var(
            "1", "share of full sensitisation", symbol="P_S", initial=0.2, bounds=(0, 1)
        )

    class Params(Block):
        half: Expr = var("1", "mediator level that sensitises half", symbol="K_{PS}")
        onset: Expr = var("min", "time constant", symbol="\\tau_{PS}")

    class Inputs(Block):
        prostaglandin: Expr = var("1", "prostaglandin E2, healthy 1", symbol="P_G", rest=1.0)
        cytokines: Expr = var("1", "cytokines, healthy 1", symbol="C_Y", rest=1.0)
        neuropeptides: Expr = var("1", "neuropeptides, healthy 1", symbol="N_P", rest=1.0)

    @staticmethod
    def rhs(t: Expr, x: State, p: Params, u: Inputs, ops: Ops) -> Values:
        mediators = u.prostaglandin * ops.sqrt(u.cytokines * u.neuropeptides)
        return {"sensitisation": (mediators / (p.half + mediators) - x.sensitisation) / p.onset}
