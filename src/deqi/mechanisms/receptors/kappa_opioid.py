"""Kappa-opioid receptors of the brain: dynorphin against naloxone.

They make pain more unpleasant, not less.

Assumes: dynorphin reaches them at the level of cerebrospinal fluid; ligand is
not depleted by binding; a selective antagonist takes away a share of the free
receptors.
Leaves out: dynorphin released in the brain itself.
"""

from deqi.core import Block, Expr, Mechanism, Ops, Values, var


class KappaOpioidBinding(Mechanism):
    cites = ("trostheim2023",)
    fractions_of_one = ("dynorphin", "naloxone")

    class State(Block):
        dynorphin: Expr = var("1", "receptors with dynorphin", symbol="K_D", initial=0.0, bounds=(0, 1))
        naloxone: Expr = var("1", "receptors with naloxone", symbol="K_N", initial=0.0, bounds=(0, 1))

    class Params(Block):
        dynorphin_affinity: Expr = var("nM", "dissociation constant, dynorphin", symbol="K_{D\\kappa}")
        naloxone_affinity: Expr = var("nM", "dissociation constant, naloxone", symbol="K_{N\\kappa}")
        dynorphin_off: Expr = var("1/min", "dissociation rate, dynorphin", symbol="k_D")
        naloxone_off: Expr = var("1/min", "dissociation rate, naloxone", symbol="k_N")

    class Inputs(Block):
        dynorphin_free: Expr = var("nM", "free dynorphin", symbol="F_D")
        naloxone_free: Expr = var("nM", "free naloxone", symbol="N_e")
        block: Expr = var("1", "share blocked by a selective antagonist", symbol="b_\\kappa", bounds=(0, 1))

    @staticmethod
    def rhs(t: Expr, x: State, p: Params, u: Inputs, ops: Ops) -> Values:
        free = (1 - x.dynorphin - x.naloxone) * (1 - u.block)
        return {
            "dynorphin": p.dynorphin_off * (u.dynorphin_free / p.dynorphin_affinity * free - x.dynorphin),
            "naloxone": p.naloxone_off * (u.naloxone_free / p.naloxone_affinity * free - x.naloxone),
        }
