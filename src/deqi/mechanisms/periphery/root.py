"""A compressed or inflamed nerve root that fires by itself: the leg pain of sciatica.

Assumes: the root heals on its own with one time constant.
Leaves out: motor and sensory loss, surgery, and recurrence.
"""

from deqi.core import Block, Expr, Mechanism, Ops, Values, var


class RadicularSource(Mechanism):
    class State(Block):
        root: Expr = var("1", "ectopic activity of the root", symbol="R_d", initial=0.0)

    class Params(Block):
        recovery: Expr = var("min", "time constant of healing", symbol="\\tau_R")

    @staticmethod
    def rhs(t: Expr, x: State, p: Params, u: Block, ops: Ops) -> Values:
        return {"root": -x.root / p.recovery}
