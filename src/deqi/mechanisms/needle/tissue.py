"""Connective tissue winds around a rotated needle and stays strained until it is let go.

Assumes: strain follows the winding of the needles in the painful region with
one time constant.
Leaves out: needle grasp as a force, and strain far from the needle.
"""

from deqi.core import Block, Expr, Mechanism, Ops, Values, var


class TissueStrain(Mechanism):
    cites = ("langevin2001",)

    class State(Block):
        strain: Expr = var("1", "strain of connective tissue", symbol="W", initial=0.0, bounds=(0, 1))

    class Params(Block):
        build_up: Expr = var("min", "time constant of winding", symbol="\\tau_W")

    class Inputs(Block):
        winding: Expr = var("1", "winding by the needles", symbol="m", bounds=(0, 1))

    @staticmethod
    def rhs(t: Expr, x: State, p: Params, u: Inputs, ops: Ops) -> Values:
        return {"strain": (u.winding - x.strain) / p.build_up}
