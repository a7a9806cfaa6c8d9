"""Stress and anxiety: raised by unpleasant pain, lowered by serotonin and opioids.

Assumes: one number; it follows its causes over hours.
Leaves out: stress from anything but pain.
"""

from deqi.core import ANY, Block, Expr, Mechanism, Ops, Values, var


class Stress(Mechanism):
    class State(Block):
        stress: Expr = var("1", "stress", symbol="S_T", initial=1.0)

    class Params(Block):
        reference: Expr = var("1", "stress usual in chronic low back pain", symbol="S_0", bounds=(0.01, 100))
        unpleasantness_gain: Expr = var("1", "rise by doubled unpleasantness", symbol="s_U")
        unpleasantness_reference: Expr = var(
            "point", "unpleasantness usual then", symbol="P_{U0}", bounds=(1, 100)
        )
        serotonin_gain: Expr = var("1", "fall by doubled serotonin", symbol="s_S")
        opioid_gain: Expr = var("1", "fall by a full opioid signal", symbol="s_O")
        turnover: Expr = var("min", "time constant", symbol="\\tau_{ST}")

    class Inputs(Block):
        unpleasantness: Expr = var("point", "unpleasantness of pain", symbol="P_U", bounds=(0, 100))
        serotonin: Expr = var("1", "serotonin tone, rest 1", symbol="S_R", rest=1.0)
        opioid_signal: Expr = var("1", "opioid signal above rest", symbol="O_p", bounds=ANY)

    class Outputs(Block):
        excess: Expr = var("1", "stress above its reference", symbol="S_x", bounds=ANY)

    @staticmethod
    def outputs(t: Expr, x: State, p: Params, u: Inputs, ops: Ops) -> Values:
        return {"excess": x.stress - p.reference}

    @staticmethod
    def rhs(t: Expr, x: State, p: Params, u: Inputs, ops: Ops) -> Values:
        log_stress = (
            p.unpleasantness_gain * (u.unpleasantness / p.unpleasantness_reference - 1)
            - p.serotonin_gain * (u.serotonin - 1)
            - p.opioid_gain * u.opioid_signal
        )
        return {"stress": (p.reference * ops.exp(log_stress) - x.stress) / p.turnover}
