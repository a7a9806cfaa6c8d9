"""Dynorphin released in the dorsal horn by fast volleys.

Assumes: release is a multiple of rest and needs the high-frequency gate; the
store does not run out.
Leaves out: dynorphin's pain-promoting actions at other receptors.
"""

from deqi.core import Block, Expr, Mechanism, Ops, Values, var


class SpinalDynorphin(Mechanism):
    cites = ("han1991", "han2004")

    class State(Block):
        dynorphin: Expr = var("nM", "dynorphin at the terminals", symbol="D_s", initial="resting_level")

    class Params(Block):
        resting_level: Expr = var("nM", "resting level", symbol="D_{s0}", bounds=(1e-4, 1e3))
        release: Expr = var("1", "release at full drive, in multiples of rest", symbol="g_{SD}")
        clearance: Expr = var("min", "time constant of clearance", symbol="\\tau_{SD}")

    class Inputs(Block):
        drive: Expr = var("1", "drive on peptide cells of the site", symbol="Z", bounds=(0, 1))
        high: Expr = var("1", "high-frequency gate", symbol="w_D", bounds=(0, 1))

    class Outputs(Block):
        resting: Expr = var("nM", "resting level", symbol="D_{s0}")

    @staticmethod
    def outputs(t: Expr, x: State, p: Params, u: Inputs, ops: Ops) -> Values:
        return {"resting": p.resting_level}

    @staticmethod
    def rhs(t: Expr, x: State, p: Params, u: Inputs, ops: Ops) -> Values:
        released = p.resting_level * (1 + p.release * u.drive * u.high)
        return {"dynorphin": (released - x.dynorphin) / p.clearance}
