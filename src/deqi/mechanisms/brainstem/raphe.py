"""The nucleus raphe magnus: serotonin for the cord and, through it, for the forebrain's tone.

Assumes: needle drive and the periaqueductal grey multiply its activity, which
rests at 1.
Leaves out: the dorsal raphe as a nucleus of its own.
"""

from deqi.core import Block, Expr, Mechanism, Ops, Values, var


class RapheMagnus(Mechanism):
    cites = ("fields2004", "chang2004")

    class State(Block):
        activity: Expr = var("1", "serotonin output, rest 1", symbol="N_R", initial=1.0)

    class Params(Block):
        smoothing: Expr = var("min", "time constant", symbol="\\tau_N")
        low_gain: Expr = var("1", "drive by low-frequency needling", symbol="r_X")
        grey_exponent: Expr = var("1", "how it follows the grey", symbol="n_P")

    class Inputs(Block):
        low: Expr = var("1", "low-frequency drive", symbol="X_E", bounds=(0, 1))
        grey: Expr = var(
            "1", "periaqueductal grey, rest 1", symbol="P_{AG}", bounds=(1e-9, float("inf")), rest=1.0
        )

    @staticmethod
    def rhs(t: Expr, x: State, p: Params, u: Inputs, ops: Ops) -> Values:
        target = ops.exp(p.low_gain * u.low) * ops.power(u.grey, p.grey_exponent)
        return {"activity": (target - x.activity) / p.smoothing}
