"""Presynaptic inhibition: opioids at the terminals of pain fibres let less through.

Mu, delta and kappa receptors add up; occupancy counts with a foot, so that the
resting tone does little. Delta receptors work only together with mu. A slow
mediator outside the opioid family adds to it in the share of patients whose
analgesia is not opioid. Two instances: the painful segments, and the others.

Assumes: inhibition is exponential in the summed signal; only the change from
rest counts.
Leaves out: postsynaptic opioid action, and adenosine in the cord.
"""

from deqi.core import ANY, Block, Expr, Mechanism, Ops, Values, var


class PresynapticInhibition(Mechanism):
    cites = ("han2004",)

    class Params(Block):
        mu_gain: Expr = var("1", "gain of mu receptors", symbol="k_M")
        delta_gain: Expr = var("1", "gain of delta receptors", symbol="k_{Dl}")
        kappa_gain: Expr = var("1", "gain of kappa receptors", symbol="k_K")
        opioid_efficacy: Expr = var("1", "efficacy of the drug at mu, enkephalin 1", symbol="e_O")
        mu_half: Expr = var("1", "mu occupancy that gives half of the signal", symbol="h_M")
        delta_half: Expr = var("1", "delta occupancy that gives half", symbol="h_D")
        kappa_half: Expr = var("1", "kappa occupancy that gives half", symbol="h_K")
        delta_needs_mu: Expr = var("1", "mu signal that half enables delta", symbol="h_{DM}")
        non_opioid_gain: Expr = var("1", "gain of the non-opioid mediator", symbol="g_{NS}")

    class Inputs(Block):
        mu_enkephalin: Expr = var("1", "mu receptors with enkephalin", symbol="M_E", bounds=(0, 1))
        mu_endorphin: Expr = var("1", "mu receptors with beta-endorphin", symbol="M_B", bounds=(0, 1))
        mu_opioid: Expr = var("1", "mu receptors with the drug", symbol="M_O", bounds=(0, 1))
        mu_rest: Expr = var("1", "mu occupancy at rest", symbol="M_0", bounds=(0, 1))
        delta: Expr = var("1", "delta occupancy", symbol="D_E", bounds=(0, 1))
        delta_rest: Expr = var("1", "delta occupancy at rest", symbol="D_0", bounds=(0, 1))
        kappa: Expr = var("1", "kappa occupancy", symbol="K_D", bounds=(0, 1))
        kappa_rest: Expr = var("1", "kappa occupancy at rest", symbol="K_0", bounds=(0, 1))
        tolerance: Expr = var("1", "opioid tolerance", symbol="T_O", bounds=(0, 1))
        anti_opioid: Expr = var("1", "share left by CCK", symbol="c_c", bounds=(0, 1), rest=1.0)
        non_opioid: Expr = var("1", "non-opioid mediator in effect", symbol="N_O", bounds=(0, 1))

    class Outputs(Block):
        signal: Expr = var("1", "opioid signal above rest", symbol="O_s", bounds=ANY)
        transmission: Expr = var("1", "share of pain signals let through", symbol="p_r")

    @staticmethod
    def outputs(t: Expr, x: Block, p: Params, u: Inputs, ops: Ops) -> Values:
        mu = u.mu_enkephalin + u.mu_endorphin + p.opioid_efficacy * u.mu_opioid
        mu_signal = ops.hill2(mu, p.mu_half) - ops.hill2(u.mu_rest, p.mu_half)
        delta_signal = ops.hill2(u.delta, p.delta_half) - ops.hill2(u.delta_rest, p.delta_half)
        kappa_signal = ops.hill2(u.kappa, p.kappa_half) - ops.hill2(u.kappa_rest, p.kappa_half)
        signal = u.anti_opioid * (
            p.mu_gain * mu_signal * (1 - u.tolerance)
            + p.delta_gain * delta_signal * mu / (mu + p.delta_needs_mu)
            + p.kappa_gain * kappa_signal
        )
        return {
            "signal": signal,
            "transmission": ops.exp(-signal - p.non_opioid_gain * u.non_opioid),
        }
