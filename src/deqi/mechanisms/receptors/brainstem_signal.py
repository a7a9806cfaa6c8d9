"""The opioid signal of the brainstem: what occupied receptors tell the cell.

Occupancy counts with a foot, so that resting tone does little; delta receptors
work only together with mu. Tolerance and CCK take from it; new receptors may
add to it.

Assumes: only the change from rest counts.
Leaves out: signalling pathways, and biased agonism.
"""

from deqi.core import ANY, Block, Expr, Mechanism, Ops, Values, var


class BrainstemOpioidSignal(Mechanism):
    class Params(Block):
        enkephalin_efficacy: Expr = var("1", "efficacy of enkephalin at mu", symbol="e_E")
        endorphin_efficacy: Expr = var("1", "efficacy of beta-endorphin at mu", symbol="e_B")
        opioid_efficacy: Expr = var("1", "efficacy of the drug at mu", symbol="e_O")
        mu_half: Expr = var("1", "mu activation that gives half of the signal", symbol="h_M")
        delta_half: Expr = var("1", "delta occupancy that gives half", symbol="h_D")
        delta_gain: Expr = var("1", "weight of delta receptors", symbol="k_{Db}")
        delta_needs_mu: Expr = var("1", "mu occupancy that half enables delta", symbol="h_{DM}")
        receptor_gain: Expr = var("1", "how far added receptors signal", symbol="f_{RM}", bounds=(0, 1))
        rectification: Expr = var("1", "width of the positive part's bend", symbol="w_+", bounds=(1e-3, 1))

    class Inputs(Block):
        mu_enkephalin: Expr = var("1", "mu receptors with enkephalin", symbol="M_E", bounds=(0, 1))
        mu_endorphin: Expr = var("1", "mu receptors with beta-endorphin", symbol="M_B", bounds=(0, 1))
        mu_opioid: Expr = var("1", "mu receptors with the drug", symbol="M_O", bounds=(0, 1))
        mu_enkephalin_rest: Expr = var("1", "the same at rest", symbol="M_{E0}", bounds=(0, 1))
        mu_endorphin_rest: Expr = var("1", "the same at rest", symbol="M_{B0}", bounds=(0, 1))
        delta: Expr = var("1", "delta occupancy", symbol="D_E", bounds=(0, 1))
        delta_rest: Expr = var("1", "the same at rest", symbol="D_{E0}", bounds=(0, 1))
        receptors: Expr = var("1", "number of mu receptors, rest 1", symbol="R_M", rest=1.0)
        tolerance: Expr = var("1", "opioid tolerance", symbol="T_O", bounds=(0, 1))
        anti_opioid: Expr = var("1", "share left by CCK", symbol="c_c", bounds=(0, 1), rest=1.0)

    class Outputs(Block):
        signal: Expr = var("1", "opioid signal above rest", symbol="O_p", bounds=ANY)
        positive: Expr = var("1", "its positive part, smoothly", symbol="O_{p+}", bounds=ANY)

    @staticmethod
    def outputs(t: Expr, x: Block, p: Params, u: Inputs, ops: Ops) -> Values:
        activation = (
            p.enkephalin_efficacy * u.mu_enkephalin
            + p.endorphin_efficacy * u.mu_endorphin
            + p.opioid_efficacy * u.mu_opioid
        ) * (1 + p.receptor_gain * (u.receptors - 1))
        at_rest = p.enkephalin_efficacy * u.mu_enkephalin_rest + p.endorphin_efficacy * u.mu_endorphin_rest
        mu = ops.hill2(activation, p.mu_half) - ops.hill2(at_rest, p.mu_half)
        occupied = u.mu_enkephalin + u.mu_endorphin
        delta = ops.hill2(u.delta, p.delta_half) - ops.hill2(u.delta_rest, p.delta_half)
        enabled = occupied / (occupied + p.delta_needs_mu)
        signal = u.anti_opioid * (mu * (1 - u.tolerance) + p.delta_gain * delta * enabled)
        bend = p.rectification
        return {
            "signal": signal,
            "positive": bend * (ops.softplus(signal / bend) - ops.log(2)),
        }
