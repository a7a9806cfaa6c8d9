"""The opioid signal of a forebrain area that feels pain.

Three instances: thalamus, cingulate and insular cortex.

Assumes: mu receptors only; occupancy counts with a foot, and only the change
from rest counts; tolerance and CCK act as in the brainstem.
Leaves out: delta receptors of the cortex, and somatosensory cortex, whose mu
receptors are sparse.
"""

from deqi.core import ANY, Block, Expr, Mechanism, Ops, Values, var


class ForebrainOpioidSignal(Mechanism):
    cites = ("zubieta2005", "harris2009")

    class Params(Block):
        enkephalin_efficacy: Expr = var("1", "efficacy of enkephalin at mu", symbol="e_E")
        endorphin_efficacy: Expr = var("1", "efficacy of beta-endorphin at mu", symbol="e_B")
        opioid_efficacy: Expr = var("1", "efficacy of the drug at mu", symbol="e_O")
        mu_half: Expr = var("1", "mu activation that gives half of the signal", symbol="h_M")

    class Inputs(Block):
        mu_enkephalin: Expr = var("1", "mu receptors with enkephalin", symbol="M_E", bounds=(0, 1))
        mu_endorphin: Expr = var("1", "mu receptors with beta-endorphin", symbol="M_B", bounds=(0, 1))
        mu_opioid: Expr = var("1", "mu receptors with the drug", symbol="M_O", bounds=(0, 1))
        mu_enkephalin_rest: Expr = var("1", "the same at rest", symbol="M_{E0}", bounds=(0, 1))
        mu_endorphin_rest: Expr = var("1", "the same at rest", symbol="M_{B0}", bounds=(0, 1))
        tolerance: Expr = var("1", "opioid tolerance", symbol="T_O", bounds=(0, 1))
        anti_opioid: Expr = var("1", "share left by CCK", symbol="c_c", bounds=(0, 1), rest=1.0)

    class Outputs(Block):
        signal: Expr = var("1", "opioid signal above rest", symbol="O_f", bounds=ANY)

    @staticmethod
    def outputs(t: Expr, x: Block, p: Params, u: Inputs, ops: Ops) -> Values:
        activation = (
            p.enkephalin_efficacy * u.mu_enkephalin
            + p.endorphin_efficacy * u.mu_endorphin
            + p.opioid_efficacy * u.mu_opioid
        )
        at_rest = p.enkephalin_efficacy * u.mu_enkephalin_rest + p.endorphin_efficacy * u.mu_endorphin_rest
        mu = ops.hill2(activation, p.mu_half) - ops.hill2(at_rest, p.mu_half)
        return {"signal": u.anti_opioid * mu * (1 - u.tolerance)}
