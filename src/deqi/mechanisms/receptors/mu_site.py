"""Mu-opioid receptors of a site, at equilibrium with their ligands.

The same receptors as in `mu_opioid.py`, where following each ligand's kinetics
would change nothing: cord, thalamus, cingulate and insular cortex, one
instance each.

Assumes: binding is fast against the ligands' own changes.
Leaves out: what `mu_opioid.py` leaves out.
"""

from deqi.core import Block, Expr, Mechanism, Ops, Values, var


class MuOpioidSite(Mechanism):
    cites = ("mann2022",)

    class Params(Block):
        enkephalin_affinity: Expr = var("nM", "dissociation constant, enkephalin", symbol="K_{E\\mu}")
        endorphin_affinity: Expr = var("nM", "dissociation constant, beta-endorphin", symbol="K_{B\\mu}")
        opioid_affinity: Expr = var("nM", "dissociation constant, drug", symbol="K_{O\\mu}")
        naloxone_affinity: Expr = var("nM", "dissociation constant, naloxone", symbol="K_{N\\mu}")

    class Inputs(Block):
        enkephalin_free: Expr = var("nM", "free enkephalin", symbol="E")
        endorphin_free: Expr = var("nM", "free beta-endorphin", symbol="B")
        opioid_free: Expr = var("nM", "free drug", symbol="O_e")
        naloxone_free: Expr = var("nM", "free naloxone", symbol="N_e")
        enkephalin_resting: Expr = var("nM", "resting enkephalin", symbol="E_0")
        endorphin_resting: Expr = var("nM", "resting beta-endorphin", symbol="B_0")
        block: Expr = var("1", "share blocked by a selective antagonist", symbol="b_\\mu", bounds=(0, 1))

    class Outputs(Block):
        enkephalin: Expr = var("1", "receptors with enkephalin", symbol="M_E", bounds=(0, 1))
        beta_endorphin: Expr = var("1", "receptors with beta-endorphin", symbol="M_B", bounds=(0, 1))
        opioid: Expr = var("1", "receptors with the drug", symbol="M_O", bounds=(0, 1))
        agonist: Expr = var("1", "receptors with any agonist", symbol="M_A", bounds=(0, 1))
        free: Expr = var("1", "receptors left free", symbol="M_f", bounds=(0, 1))
        enkephalin_rest: Expr = var("1", "receptors with enkephalin at rest", symbol="M_{E0}", bounds=(0, 1))
        endorphin_rest: Expr = var(
            "1", "receptors with beta-endorphin at rest", symbol="M_{B0}", bounds=(0, 1)
        )
        agonist_rest: Expr = var("1", "receptors with any agonist at rest", symbol="M_{A0}", bounds=(0, 1))

    @staticmethod
    def outputs(t: Expr, x: Block, p: Params, u: Inputs, ops: Ops) -> Values:
        open_ = 1 - u.block
        enkephalin = u.enkephalin_free / p.enkephalin_affinity * open_
        endorphin = u.endorphin_free / p.endorphin_affinity * open_
        opioid = u.opioid_free / p.opioid_affinity * open_
        whole = 1 + enkephalin + endorphin + opioid + u.naloxone_free / p.naloxone_affinity * open_
        enkephalin_rest = u.enkephalin_resting / p.enkephalin_affinity
        endorphin_rest = u.endorphin_resting / p.endorphin_affinity
        whole_rest = 1 + enkephalin_rest + endorphin_rest
        return {
            "enkephalin": enkephalin / whole,
            "beta_endorphin": endorphin / whole,
            "opioid": opioid / whole,
            "agonist": (enkephalin + endorphin + opioid) / whole,
            "free": 1 / whole,
            "enkephalin_rest": enkephalin_rest / whole_rest,
            "endorphin_rest": endorphin_rest / whole_rest,
            "agonist_rest": (enkephalin_rest + endorphin_rest) / whole_rest,
        }
