"""Somatosensory cortex: how strong the pain is.

Assumes: it follows the thalamus; its own mu receptors are too sparse to count.
Leaves out: where the pain is felt, and the map's change in chronic pain.
"""

from deqi.core import Block, Expr, Mechanism, Ops, Values, var


class SomatosensoryCortex(Mechanism):
    cites = ("apkarian2005",)

    class State(Block):
        activity: Expr = var("1", "pain activity, typical chronic pain 1", symbol="S_1", initial=0.05)

    class Params(Block):
        smoothing: Expr = var("min", "time constant", symbol="\\tau_{S1}")

    class Inputs(Block):
        thalamus: Expr = var("1", "activity of the thalamus", symbol="T_H")

    @staticmethod
    def rhs(t: Expr, x: State, p: Params, u: Inputs, ops: Ops) -> Values:
        return {"activity": (u.thalamus - x.activity) / p.smoothing}
