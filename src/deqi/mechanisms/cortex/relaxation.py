"""The ease that follows a session: opioid signal and serotonin soothe, discomfort disturbs.

It rises while the needles are in, is held down by their discomfort, and shows
once they are out.

Assumes: a scale from 0 to 10; it feeds back on nothing.
Leaves out: sleepiness, and autonomic signs of relaxation.
"""

from deqi.core import ANY, Block, Expr, Mechanism, Ops, Values, var


class Relaxation(Mechanism):
    class State(Block):
        relaxation: Expr = var("point", "ease, 0 to 10", symbol="R_x", initial=0.0, bounds=(0, 10))

    class Params(Block):
        scale: Expr = var("point", "top of the scale", symbol="R_{10}", bounds=(10, 10))
        half_signal: Expr = var("1", "soothing that gives ease of 5", symbol="h_R")
        serotonin_weight: Expr = var("1", "weight of serotonin above rest", symbol="w_{RS}")
        turnover: Expr = var("min", "time constant", symbol="\\tau_R")

    class Inputs(Block):
        opioid_signal: Expr = var("1", "opioid signal above rest", symbol="O_p", bounds=ANY)
        serotonin: Expr = var("1", "serotonin tone, rest 1", symbol="S_R", bounds=(1, float("inf")), rest=1.0)
        discomfort: Expr = var("point", "discomfort at the needles", symbol="N_d", bounds=(0, 10))

    @staticmethod
    def rhs(t: Expr, x: State, p: Params, u: Inputs, ops: Ops) -> Values:
        soothing = ops.positive(u.opioid_signal) + p.serotonin_weight * (u.serotonin - 1)
        undisturbed = 1 - u.discomfort / p.scale
        target = p.scale * soothing / (soothing + p.half_signal) * undisturbed
        return {"relaxation": (target - x.relaxation) / p.turnover}
