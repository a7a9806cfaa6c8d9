"""Mu-opioid receptors of the brainstem: four ligands compete for them.

Enkephalin, beta-endorphin, the opioid drug and naloxone bind and leave with
kinetics of their own; what is free is one minus what is bound.

Assumes: ligand is not depleted by binding; receptors are well mixed; a
selective antagonist takes away a share of the free receptors.
Leaves out: internalisation (see `tolerance.py`), receptor reserve.
"""

from deqi.core import Block, Expr, Mechanism, Ops, Values, var

BOUND = ("enkephalin", "beta_endorphin", "opioid", "naloxone")


class MuOpioidBinding(Mechanism):
    cites = ("mann2022",)
    fractions_of_one = BOUND

    class State(Block):
        enkephalin: Expr = var("1", "receptors with enkephalin", symbol="M_E", initial=0.0, bounds=(0, 1))
        beta_endorphin: Expr = var(
            "1", "receptors with beta-endorphin", symbol="M_B", initial=0.0, bounds=(0, 1)
        )
        opioid: Expr = var("1", "receptors with the drug", symbol="M_O", initial=0.0, bounds=(0, 1))
        naloxone: Expr = var("1", "receptors with naloxone", symbol="M_N", initial=0.0, bounds=(0, 1))

    class Params(Block):
        enkephalin_affinity: Expr = var("nM", "dissociation constant, enkephalin", symbol="K_{E\\mu}")
        endorphin_affinity: Expr = var("nM", "dissociation constant, beta-endorphin", symbol="K_{B\\mu}")
        opioid_affinity: Expr = var("nM", "dissociation constant, drug", symbol="K_{O\\mu}")
        naloxone_affinity: Expr = var("nM", "dissociation constant, naloxone", symbol="K_{N\\mu}")
        enkephalin_off: Expr = var("1/min", "dissociation rate, enkephalin", symbol="k_E")
        endorphin_off: Expr = var("1/min", "dissociation rate, beta-endorphin", symbol="k_B")
        opioid_off: Expr = var("1/min", "dissociation rate, drug", symbol="k_O")
        naloxone_off: Expr = var("1/min", "dissociation rate, naloxone", symbol="k_N")

    class Inputs(Block):
        enkephalin_free: Expr = var("nM", "free enkephalin", symbol="E_H")
        endorphin_free: Expr = var("nM", "free beta-endorphin", symbol="B_b")
        opioid_free: Expr = var("nM", "free drug", symbol="O_e")
        naloxone_free: Expr = var("nM", "free naloxone", symbol="N_e")
        enkephalin_resting: Expr = var("nM", "resting enkephalin", symbol="E_0")
        endorphin_resting: Expr = var("nM", "resting beta-endorphin", symbol="B_0")
        block: Expr = var("1", "share blocked by a selective antagonist", symbol="b_\\mu", bounds=(0, 1))

    class Outputs(Block):
        agonist: Expr = var("1", "receptors with any agonist", symbol="M_A", bounds=(0, 1))
        enkephalin_rest: Expr = var("1", "receptors with enkephalin at rest", symbol="M_{E0}", bounds=(0, 1))
        endorphin_rest: Expr = var(
            "1", "receptors with beta-endorphin at rest", symbol="M_{B0}", bounds=(0, 1)
        )

    @staticmethod
    def outputs(t: Expr, x: State, p: Params, u: Inputs, ops: Ops) -> Values:
        enkephalin = u.enkephalin_resting / p.enkephalin_affinity
        endorphin = u.endorphin_resting / p.endorphin_affinity
        return {
            "agonist": x.enkephalin + x.beta_endorphin + x.opioid,
            "enkephalin_rest": enkephalin / (1 + enkephalin + endorphin),
            "endorphin_rest": endorphin / (1 + enkephalin + endorphin),
        }

    @staticmethod
    def rhs(t: Expr, x: State, p: Params, u: Inputs, ops: Ops) -> Values:
        free = (1 - x.enkephalin - x.beta_endorphin - x.opioid - x.naloxone) * (1 - u.block)
        return {
            "enkephalin": p.enkephalin_off
            * (u.enkephalin_free / p.enkephalin_affinity * free - x.enkephalin),
            "beta_endorphin": p.endorphin_off
            * (u.endorphin_free / p.endorphin_affinity * free - x.beta_endorphin),
            "opioid": p.opioid_off * (u.opioid_free / p.opioid_affinity * free - x.opioid),
            "naloxone": p.naloxone_off * (u.naloxone_free / p.naloxone_affinity * free - x.naloxone),
        }
