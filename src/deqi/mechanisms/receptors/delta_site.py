"""Delta-opioid receptors of the cord, at equilibrium with enkephalin and naloxone.

Assumes: binding is fast against the ligands' own changes.
Leaves out: what `delta_opioid.py` leaves out.
"""

from deqi.core import Block, Expr, Mechanism, Ops, Values, var


class DeltaOpioidSite(Mechanism):
    cites = ("trostheim2023",)

    class Params(Block):
        enkephalin_affinity: Expr = var("nM", "dissociation constant, enkephalin", symbol="K_{E\\delta}")
        naloxone_affinity: Expr = var("nM", "dissociation constant, naloxone", symbol="K_{N\\delta}")

    class Inputs(Block):
        enkephalin_free: Expr = var("nM", "free enkephalin", symbol="E_s")
        naloxone_free: Expr = var("nM", "free naloxone", symbol="N_e")
        enkephalin_resting: Expr = var("nM", "resting enkephalin", symbol="E_{s0}")
        block: Expr = var("1", "share blocked by a selective antagonist", symbol="b_\\delta", bounds=(0, 1))

    class Outputs(Block):
        agonist: Expr = var("1", "receptors with enkephalin", symbol="D_E", bounds=(0, 1))
        agonist_rest: Expr = var("1", "receptors with enkephalin at rest", symbol="D_{E0}", bounds=(0, 1))

    @staticmethod
    def outputs(t: Expr, x: Block, p: Params, u: Inputs, ops: Ops) -> Values:
        enkephalin = u.enkephalin_free / p.enkephalin_affinity * (1 - u.block)
        naloxone = u.naloxone_free / p.naloxone_affinity * (1 - u.block)
        return {
            "agonist": enkephalin / (1 + enkephalin + naloxone),
            "agonist_rest": u.enkephalin_resting / (u.enkephalin_resting + p.enkephalin_affinity),
        }
