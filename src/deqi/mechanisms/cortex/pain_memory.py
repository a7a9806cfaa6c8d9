"""Pain memory: lasting pain engraves itself in the cortex, and then helps to keep itself going.

Assumes: consolidation towards a sigmoid of pain over months; its loop gain
stays below one, so that chronic pain is a resting state and no runaway.
Leaves out: where in the cortex, and what attention does.
"""

from deqi.core import Block, Expr, Mechanism, Ops, Values, var


class PainMemory(Mechanism):
    cites = ("apkarian2009",)

    class State(Block):
        memory: Expr = var("1", "consolidation", symbol="P_M", initial=0.0, bounds=(0, 1))

    class Params(Block):
        consolidation: Expr = var("min", "time constant", symbol="\\tau_{PM}")
        pain_half: Expr = var("point", "pain that consolidates half", symbol="P_{50}")
        pain_width: Expr = var("point", "width around it", symbol="\\sigma_{PM}", bounds=(0.1, 100))

    class Inputs(Block):
        pain: Expr = var("point", "pain intensity", symbol="P_I", bounds=(0, 100))

    @staticmethod
    def rhs(t: Expr, x: State, p: Params, u: Inputs, ops: Ops) -> Values:
        return {"memory": (ops.sigmoid((u.pain - p.pain_half) / p.pain_width) - x.memory) / p.consolidation}
