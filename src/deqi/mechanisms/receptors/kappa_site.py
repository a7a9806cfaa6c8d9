"""Kappa-opioid receptors of the cord, at equilibrium with dynorphin and naloxone.

Assumes: binding is fast against the ligands' own changes.
Leaves out: what `kappa_opioid.py` leaves out.
"""

from deqi.core import Block, Expr, Mechanism, Ops, Values, var


class KappaOpioidSite(Mechanism):
    cites = ("trostheim2023",)

    class Params(Block):
        dynorphin_affinity: Expr = var("nM", "dissociation constant, dynorphin", symbol="K_{D\\kappa}")
        naloxone_affinity: Expr = var("nM", "dissociation constant, naloxone", symbol="K_{N\\kappa}")

    class Inputs(Block):
        dynorphin_free: Expr = var("nM", "free dynorphin", symbol="D_s")
        naloxone_free: Expr = var("nM", "free naloxone", symbol="N_e")
        dynorphin_resting: Expr = var("nM", "resting dynorphin", symbol="D_{s0}")
        block: Expr = var("1", "share blocked by a selective antagonist", symbol="b_\\kappa", bounds=(0, 1))

    class Outputs(Block):
        agonist: Expr = var("1", "receptors with dynorphin", symbol="K_D", bounds=(0, 1))
        agonist_rest: Expr = var("1", "receptors with dynorphin at rest", symbol="K_{D0}", bounds=(0, 1))

    @staticmethod
    def outputs(t: Expr, x: Block, p: Params, u: Inputs, ops: Ops) -> Values:
        dynorphin = u.dynorphin_free / p.dynorphin_affinity * (1 - u.block)
        naloxone = u.naloxone_free / p.naloxone_affinity * (1 - u.block)
        return {
            "agonist": dynorphin / (1 + dynorphin + naloxone),
            "agonist_rest": u.dynorphin_resting / (u.dynorphin_resting + p.dynorphin_affinity),
        }
