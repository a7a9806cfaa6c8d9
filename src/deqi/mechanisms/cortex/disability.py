"""Disability: what pain and low mood keep a patient from doing, 0 to 100.

Assumes: it follows pain and mood over weeks.
Leaves out: work, fear of movement, and fitness.
"""

from deqi.core import ANY, Block, Expr, Mechanism, Ops, Values, var


class Disability(Mechanism):
    class State(Block):
        disability: Expr = var("point", "disability", symbol="D_I", initial=5.0, bounds=(0, 100))

    class Params(Block):
        scale: Expr = var("point", "top of the scale", symbol="D_{100}", bounds=(100, 100))
        pain_gain: Expr = var("1", "points by a point of pain", symbol="d_P")
        mood_gain: Expr = var("point", "points by a unit of low mood", symbol="d_M")
        lag: Expr = var("min", "time constant", symbol="\\tau_D")

    class Inputs(Block):
        pain: Expr = var("point", "pain intensity", symbol="P_I", bounds=(0, 100))
        mood: Expr = var("1", "mood", symbol="M", bounds=ANY)

    @staticmethod
    def rhs(t: Expr, x: State, p: Params, u: Inputs, ops: Ops) -> Values:
        target = ops.at_most(ops.positive(p.pain_gain * u.pain - p.mood_gain * u.mood), p.scale)
        return {"disability": (target - x.disability) / p.lag}
