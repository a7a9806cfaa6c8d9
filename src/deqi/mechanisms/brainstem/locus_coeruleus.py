"""The locus coeruleus: noradrenaline for the cord.

Assumes: needle drive of both frequencies and the periaqueductal grey multiply
its activity, which rests at 1.
Leaves out: arousal, and ascending noradrenaline.
"""

from deqi.core import Block, Expr, Mechanism, Ops, Values, var


class LocusCoeruleus(Mechanism):
    cites = ("fields2004",)

    class State(Block):
        activity: Expr = var("1", "noradrenaline output, rest 1", symbol="L_C", initial=1.0)

    class Params(Block):
        smoothing: Expr = var("min", "time constant", symbol="\\tau_N")
        low_gain: Expr = var("1", "drive by low-frequency needling", symbol="l_X")
        high_gain: Expr = var("1", "drive by high-frequency needling", symbol="l_{Xd}")
        grey_exponent: Expr = var("1", "how it follows the grey", symbol="l_P")

    class Inputs(Block):
        low: Expr = var("1", "low-frequency drive", symbol="X_E", bounds=(0, 1))
        high: Expr = var("1", "high-frequency drive", symbol="X_D", bounds=(0, 1))
        grey: Expr = var(
            "1", "periaqueductal grey, rest 1", symbol="P_{AG}", bounds=(1e-9, float("inf")), rest=1.0
        )

    @staticmethod
    def rhs(t: Expr, x: State, p: Params, u: Inputs, ops: Ops) -> Values:
        needle = ops.exp(p.low_gain * u.low + p.high_gain * u.high)
        return {"activity": (needle * ops.power(u.grey, p.grey_exponent) - x.activity) / p.smoothing}
