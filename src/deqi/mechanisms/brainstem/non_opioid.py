"""The share of needle analgesia that naloxone cannot touch.

Naloxone reverses acupuncture analgesia in some studies and not in others. Here
patients differ in the share that opioids carry; a slow mediator without a name
carries the rest, in the brainstem and in the cord.

Assumes: the mediator follows low-frequency drive; shares add up to one.
Leaves out: what the mediator is.
"""

from deqi.core import Block, Expr, Mechanism, Ops, Values, var


class NonOpioidRelay(Mechanism):
    cites = ("mayer1977", "chapman1983", "ernst1987")

    class State(Block):
        mediator: Expr = var("1", "level of the mediator", symbol="N_m", initial=0.0, bounds=(0, 1))

    class Params(Block):
        share: Expr = var("1", "opioid share of needle analgesia", symbol="s_O", bounds=(0, 1))
        turnover: Expr = var("min", "time constant", symbol="\\tau_{NO}")

    class Inputs(Block):
        drive: Expr = var("1", "low-frequency drive", symbol="X_E", bounds=(0, 1))

    class Outputs(Block):
        opioid_share: Expr = var("1", "opioid share of needle analgesia", symbol="s_O", bounds=(0, 1))
        effect: Expr = var("1", "mediator in effect", symbol="N_O", bounds=(0, 1))

    @staticmethod
    def outputs(t: Expr, x: State, p: Params, u: Inputs, ops: Ops) -> Values:
        return {"opioid_share": p.share, "effect": (1 - p.share) * x.mediator}

    @staticmethod
    def rhs(t: Expr, x: State, p: Params, u: Inputs, ops: Ops) -> Values:
        return {"mediator": (u.drive - x.mediator) / p.turnover}
