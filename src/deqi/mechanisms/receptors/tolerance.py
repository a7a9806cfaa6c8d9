"""Opioid tolerance: mu receptors that are occupied for long stop answering.

Assumes: the drug drives it; endogenous peptides only above a threshold that
needling does not pass.
Leaves out: internalisation and recycling apart, withdrawal.
"""

from deqi.core import Block, Expr, Mechanism, Ops, Values, var


class OpioidTolerance(Mechanism):
    cites = ("busse2018",)

    class State(Block):
        tolerance: Expr = var("1", "share of the signal lost", symbol="T_O", initial=0.0, bounds=(0, 1))

    class Params(Block):
        onset: Expr = var("1/min", "onset at full occupancy by the drug", symbol="k_T")
        endogenous_weight: Expr = var("1", "weight of endogenous peptides", symbol="w_T")
        endogenous_threshold: Expr = var("1", "their occupancy that begins to count", symbol="\\theta_T")
        endogenous_bend: Expr = var(
            "1", "width over which they begin to", symbol="w_\\theta", bounds=(1e-4, 1)
        )
        ceiling: Expr = var("1", "largest loss", symbol="T_x", bounds=(0, 1))
        recovery: Expr = var("min", "time constant of recovery", symbol="\\tau_T")

    class Inputs(Block):
        opioid: Expr = var("1", "mu receptors with the drug", symbol="M_O", bounds=(0, 1))
        enkephalin: Expr = var("1", "mu receptors with enkephalin", symbol="M_E", bounds=(0, 1))
        beta_endorphin: Expr = var("1", "mu receptors with beta-endorphin", symbol="M_B", bounds=(0, 1))

    @staticmethod
    def rhs(t: Expr, x: State, p: Params, u: Inputs, ops: Ops) -> Values:
        above = u.enkephalin + u.beta_endorphin - p.endogenous_threshold
        endogenous = p.endogenous_bend * ops.softplus(above / p.endogenous_bend)
        occupied = u.opioid + p.endogenous_weight * endogenous
        return {"tolerance": p.onset * occupied * (p.ceiling - x.tolerance) - x.tolerance / p.recovery}
