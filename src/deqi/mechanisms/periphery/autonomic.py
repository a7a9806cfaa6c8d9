"""Needling restrains inflammation through the vagus, in part by way of the adrenal medulla.

Assumes: the reflex needs the vagus; part of it also needs the adrenal glands
(dopamine from the medulla in mice). Human evidence is indirect.
Leaves out: sympathetic, intensity-dependent routes by way of the spleen.
"""

from deqi.core import Block, Expr, Mechanism, Ops, Values, var


class AutonomicRestraint(Mechanism):
    cites = ("torresrosas2014", "liu2021")

    class Params(Block):
        gain: Expr = var("1", "restraint at full drive", symbol="i_{V1}")
        adrenal_share: Expr = var("1", "share that also needs the adrenals", symbol="s_{AD}", bounds=(0, 1))

    class Inputs(Block):
        drive: Expr = var("1", "needle drive that reaches the brain", symbol="X", bounds=(0, 1))
        vagotomy: Expr = var("1", "vagus cut", symbol="b_X", bounds=(0, 1))
        adrenalectomy: Expr = var("1", "adrenals removed", symbol="b_{AD}", bounds=(0, 1))

    class Outputs(Block):
        restraint: Expr = var("1", "restraint of cytokines", symbol="i_V")

    @staticmethod
    def outputs(t: Expr, x: Block, p: Params, u: Inputs, ops: Ops) -> Values:
        intact = (1 - u.vagotomy) * (1 - p.adrenal_share * u.adrenalectomy)
        return {"restraint": p.gain * u.drive * intact}
