"""Naloxone into a vein: blood, and the brain's free concentration.

Assumes: one compartment and a lagging effect site.
Leaves out: other routes than a vein (a challenge scales the dose for them).
"""

from deqi.core import Block, Expr, Mechanism, Ops, Values, var


class Naloxone(Mechanism):
    cites = ("mann2022", "dowling2008")

    class State(Block):
        central: Expr = var("nmol", "amount in the central compartment", symbol="N_c", initial=0.0)
        effect_site: Expr = var("nM", "free concentration in the brain", symbol="N_e", initial=0.0)

    class Params(Block):
        clearance: Expr = var("L/min", "clearance", symbol="C_L")
        volume: Expr = var("L", "volume", symbol="V", bounds=(0.1, 1e4))
        effect_rate: Expr = var("1/min", "equilibration of the effect site", symbol="k_{e0}")
        free_share: Expr = var("1", "free brain over total plasma concentration", symbol="f_u")

    class Inputs(Block):
        infusion: Expr = var("nmol/min", "amount given", symbol="i_N")

    @staticmethod
    def rhs(t: Expr, x: State, p: Params, u: Inputs, ops: Ops) -> Values:
        plasma = x.central / p.volume
        return {
            "central": u.infusion - p.clearance * plasma,
            "effect_site": p.effect_rate * (p.free_share * plasma - x.effect_site),
        }
