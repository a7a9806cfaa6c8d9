"""Expression of the enkephalin gene: induced by each needling, fading over days.

It is why spaced sessions can build on each other.

Assumes: one induction for all regions, driven by low-frequency needling.
Leaves out: transcription and translation apart.
"""

from deqi.core import Block, Expr, Mechanism, Ops, Values, var


class EnkephalinExpression(Mechanism):
    cites = ("han2004",)

    class State(Block):
        expression: Expr = var(
            "1", "preproenkephalin expression, rest 1", symbol="m_E", initial=1.0, bounds=(1, 5)
        )

    class Params(Block):
        induction: Expr = var("1/min", "induction at full drive", symbol="k_{mE}")
        ceiling: Expr = var("1", "highest expression", symbol="m_x", bounds=(1, 5))
        decay: Expr = var("min", "time constant of decay", symbol="\\tau_{mE}")

    class Inputs(Block):
        drive: Expr = var("1", "low-frequency drive", symbol="X_E", bounds=(0, 1))

    @staticmethod
    def rhs(t: Expr, x: State, p: Params, u: Inputs, ops: Ops) -> Values:
        induced = p.induction * u.drive * (p.ceiling - x.expression)
        return {"expression": induced - (x.expression - 1) / p.decay}
