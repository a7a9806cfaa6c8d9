"""Delta-opioid receptors of the brainstem: enkephalin against naloxone.

Assumes: ligand is not depleted by binding; receptors are well mixed; a
selective antagonist takes away a share of the free receptors.
Leaves out: beta-endorphin and drugs at delta receptors, and mu-delta pairs.
"""

from deqi.core import Block, Expr, Mechanism, Ops, Values, var


class DeltaOpioidBinding(Mechanism):
    cites = ("trostheim2023",)
    fractions_of_one = ("enkephalin", "naloxone")

    class State(Block):
        enkephalin: Expr = var("1", "receptors with enkephalin", symbol="D_E", initial=0.0, bounds=(0, 1))
        naloxone: Expr = var("1", "receptors with naloxone", symbol="D_N", initial=0.0, bounds=(0, 1))

    class Params(Block):
        enkephalin_affinity: Expr = var("nM", "dissociation constant, enkephalin", symbol="K_{E\\delta}")
        naloxone_affinity: Expr = var("nM", "dissociation constant, naloxone", symbol="K_{N\\delta}")
        enkephalin_off: Expr = var("1/min", "dissociation rate, enkephalin", symbol="k_E")
        naloxone_off: Expr = var("1/min", "dissociation rate, naloxone", symbol="k_N")

    class Inputs(Block):
        enkephalin_free: Expr = var("nM", "free enkephalin", symbol="E_H")
        naloxone_free: Expr = var("nM", "free naloxone", symbol="N_e")
        enkephalin_resting: Expr = var("nM", "resting enkephalin", symbol="E_0")
        block: Expr = var("1", "share blocked by a selective antagonist", symbol="b_\\delta", bounds=(0, 1))

    class Outputs(Block):
        rest: Expr = var("1", "receptors with enkephalin at rest", symbol="D_{E0}", bounds=(0, 1))

    @staticmethod
    def outputs(t: Expr, x: State, p: Params, u: Inputs, ops: Ops) -> Values:
        return {"rest": u.enkephalin_resting / (u.enkephalin_resting + p.enkephalin_affinity)}

    @staticmethod
    def rhs(t: Expr, x: State, p: Params, u: Inputs, ops: Ops) -> Values:
        free = (1 - x.enkephalin - x.naloxone) * (1 - u.block)
        return {
            "enkephalin": p.enkephalin_off
            * (u.enkephalin_free / p.enkephalin_affinity * free - x.enkephalin),
            "naloxone": p.naloxone_off * (u.naloxone_free / p.naloxone_affinity * free - x.naloxone),
        }
