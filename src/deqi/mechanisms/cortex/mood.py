"""Mood: lifted by serotonin and exercise, pulled down by unpleasantness and stress.

Assumes: 0 is neutral; it follows its causes over weeks.
Leaves out: depression as an illness, and life events.
"""

from deqi.core import ANY, Block, Expr, Mechanism, Ops, Values, var


class Mood(Mechanism):
    class State(Block):
        mood: Expr = var("1", "mood, neutral 0, low negative", symbol="M", initial=0.0, bounds=ANY)

    class Params(Block):
        set_point: Expr = var("1", "mood without pain and at rest", symbol="m_0", bounds=ANY)
        serotonin_gain: Expr = var("1", "lift by doubled serotonin", symbol="m_S")
        unpleasantness_gain: Expr = var("1/point", "fall by a point of unpleasantness", symbol="m_U")
        stress_gain: Expr = var("1", "fall by stress", symbol="m_T")
        exercise_gain: Expr = var("1", "lift by full exercise", symbol="m_x")
        reference: Expr = var("1", "mood usual in chronic low back pain", symbol="M_r", bounds=ANY)
        turnover: Expr = var("min", "time constant", symbol="\\tau_M")

    class Inputs(Block):
        serotonin: Expr = var("1", "serotonin tone, rest 1", symbol="S_R", rest=1.0)
        unpleasantness: Expr = var("point", "unpleasantness of pain", symbol="P_U", bounds=(0, 100))
        stress: Expr = var("1", "stress above its reference", symbol="S_x", bounds=ANY)
        exercise: Expr = var("1", "exercise", symbol="e_x", bounds=(0, 1))

    class Outputs(Block):
        relative: Expr = var("1", "mood above the usual in chronic pain", symbol="M_x", bounds=ANY)

    @staticmethod
    def outputs(t: Expr, x: State, p: Params, u: Inputs, ops: Ops) -> Values:
        return {"relative": x.mood - p.reference}

    @staticmethod
    def rhs(t: Expr, x: State, p: Params, u: Inputs, ops: Ops) -> Values:
        target = (
            p.set_point
            + p.serotonin_gain * (u.serotonin - 1)
            - p.unpleasantness_gain * u.unpleasantness
            - p.stress_gain * u.stress
            + p.exercise_gain * u.exercise
        )
        return {"mood": (target - x.mood) / p.turnover}
