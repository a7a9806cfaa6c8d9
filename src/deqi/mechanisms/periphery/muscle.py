"""Muscle tension and trigger points of the painful region.

Pain and stress tighten muscle; rest, exercise, strain at the needle and,
strongly, local twitch responses loosen it.

Assumes: tension is one number from 0 to 1.
Leaves out: single muscles, strength and posture.
"""

from deqi.core import Block, Expr, Mechanism, Ops, Values, var


class MuscleTension(Mechanism):
    class State(Block):
        tension: Expr = var("1", "muscle tension", symbol="M_T", initial=0.1, bounds=(0, 1))

    class Params(Block):
        spasm: Expr = var("1/min", "tightening by pain and stress", symbol="k_{MT}")
        half_projection: Expr = var("Hz", "projection rate that gives half of the reflex", symbol="P_{ref}")
        relaxation: Expr = var("1/min", "loosening at rest", symbol="k_{MT-}")
        exercise_gain: Expr = var("1", "faster loosening by full exercise", symbol="k_{xM}")
        twitch_release: Expr = var("1/min", "loosening by twitch responses", symbol="k_{l}")
        strain_release: Expr = var("1/min", "loosening by tissue strain", symbol="k_W")

    class Inputs(Block):
        projection: Expr = var("Hz", "firing of projection neurons", symbol="P")
        stress: Expr = var("1", "stress", symbol="S_T", rest=1.0)
        exercise: Expr = var("1", "exercise", symbol="e_x", bounds=(0, 1))
        twitch: Expr = var("1", "local twitch responses", symbol="l", bounds=(0, 1))
        strain: Expr = var("1", "strain of tissue", symbol="W", bounds=(0, 1))

    @staticmethod
    def rhs(t: Expr, x: State, p: Params, u: Inputs, ops: Ops) -> Values:
        tightening = p.spasm * u.projection / (u.projection + p.half_projection) * u.stress * (1 - x.tension)
        loosening = (
            p.relaxation * (1 + p.exercise_gain * u.exercise)
            + p.twitch_release * u.twitch
            + p.strain_release * u.strain
        )
        return {"tension": tightening - loosening * x.tension}
