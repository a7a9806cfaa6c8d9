"""How well descending control works: poor in chronic pain, trained by needling, lost again over months.

Assumes: training follows drive and expectation and has a ceiling; low pain
itself lets control recover a little.
Leaves out: exercise-induced and other conditioned modulation.
"""

from deqi.core import Block, Expr, Mechanism, Ops, Values, var


class ControlEfficiency(Mechanism):
    cites = ("yarnitsky2015",)

    class State(Block):
        efficiency: Expr = var("1", "efficiency, healthy 1", symbol="D_{PM}", initial=1.0)

    class Params(Block):
        training: Expr = var("1/min", "training at full drive", symbol="k_{DPu}")
        high_weight: Expr = var("1", "weight of high-frequency drive", symbol="s_{DX}")
        expectation_weight: Expr = var("1", "weight of expectation", symbol="s_{DE}")
        ceiling: Expr = var("1", "highest efficiency by training", symbol="D_x")
        loss: Expr = var("min", "time constant of loss", symbol="\\tau_{DPM}")
        chronic_level: Expr = var("1", "level in lasting high pain", symbol="D_c")
        low_pain_gain: Expr = var("1", "rise of that level in low pain", symbol="d_{DP}")
        pain_half: Expr = var("point", "pain that halves the rise", symbol="P_{D}")
        pain_width: Expr = var("point", "width around it", symbol="\\sigma_D", bounds=(0.1, 100))

    class Inputs(Block):
        low: Expr = var("1", "low-frequency drive", symbol="X_E", bounds=(0, 1))
        high: Expr = var("1", "high-frequency drive", symbol="X_D", bounds=(0, 1))
        expectation: Expr = var("1", "expectation in the present setting", symbol="E_a", bounds=(0, 1))
        pain: Expr = var("point", "pain intensity", symbol="P_I", bounds=(0, 100))

    @staticmethod
    def rhs(t: Expr, x: State, p: Params, u: Inputs, ops: Ops) -> Values:
        trained = u.low + p.high_weight * u.high + p.expectation_weight * u.expectation
        training = p.training * trained * ops.positive(p.ceiling - x.efficiency)
        level = p.chronic_level + p.low_pain_gain * ops.sigmoid((p.pain_half - u.pain) / p.pain_width)
        return {"efficiency": training - (x.efficiency - level) / p.loss}
