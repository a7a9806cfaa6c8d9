"""Expectation: what the patient thinks the treatment will do, and what experience makes of it.

The treatment's ritual calls the expectation up, in sham as in real needling;
relief felt under it is remembered, and the memory outlasts the ritual.

Assumes: conditioning happens only while treatment is given; without new
treatment it fades slowly rather than being unlearned.
Leaves out: nocebo, and what patients guess about their allocation.
"""

from deqi.core import Block, Expr, Mechanism, Ops, Values, var


class Expectation(Mechanism):
    cites = ("eippert2009", "linde2010")

    class State(Block):
        conditioned: Expr = var("1", "conditioned expectation", symbol="E_c", initial=0.0, bounds=(0, 2))

    class Params(Block):
        expectation: Expr = var("1", "expectation before the first treatment", symbol="E_0", bounds=(0, 1))
        learning: Expr = var("1/min", "conditioning while treatment is given", symbol="k_L")
        relief_gain: Expr = var("1", "reinforcement by full relief", symbol="k_{RL}", bounds=(0, 1))
        relief_reference: Expr = var(
            "point", "pain that relief is felt against", symbol="P_{RL}", bounds=(1, 100)
        )
        forgetting: Expr = var("min", "time constant of forgetting", symbol="\\tau_E")

    class Inputs(Block):
        context: Expr = var("1", "treatment ritual", symbol="c", bounds=(0, 1))
        pain: Expr = var("point", "pain intensity", symbol="P_I", bounds=(0, 100))

    class Outputs(Block):
        present: Expr = var("1", "expectation in the present setting", symbol="E_a", bounds=(0, 1))

    @staticmethod
    def outputs(t: Expr, x: State, p: Params, u: Inputs, ops: Ops) -> Values:
        return {"present": u.context * p.expectation}

    @staticmethod
    def rhs(t: Expr, x: State, p: Params, u: Inputs, ops: Ops) -> Values:
        relief = ops.positive(p.relief_reference - u.pain) / p.relief_reference
        lesson = u.context * p.expectation * (1 + p.relief_gain * relief)
        learning = p.learning * ops.where(u.context, 1, 0) * (lesson - x.conditioned)
        return {"conditioned": learning - x.conditioned / p.forgetting}
