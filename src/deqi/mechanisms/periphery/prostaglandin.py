"""Prostaglandin E2 follows cytokines and is what NSAIDs take away.

Assumes: cyclo-oxygenase activity follows cytokines.
Leaves out: COX-1 against COX-2, and spinal prostaglandin.
"""

from deqi.core import Block, Expr, Mechanism, Ops, Values, var


class Prostaglandin(Mechanism):
    cites = ("enthoven2016",)

    class State(Block):
        prostaglandin: Expr = var("1", "prostaglandin E2, healthy 1", symbol="P_G", initial=1.0)

    class Params(Block):
        turnover: Expr = var("min", "time constant", symbol="\\tau_{PG}")

    class Inputs(Block):
        cytokines: Expr = var("1", "cytokines, healthy 1", symbol="C_Y", rest=1.0)
        cox_inhibition: Expr = var("1", "synthesis inhibited by an NSAID", symbol="i_S", bounds=(0, 1))

    @staticmethod
    def rhs(t: Expr, x: State, p: Params, u: Inputs, ops: Ops) -> Values:
        return {"prostaglandin": (u.cytokines * (1 - u.cox_inhibition) - x.prostaglandin) / p.turnover}
