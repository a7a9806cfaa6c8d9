"""How far a needle reaches: the share of deep receptors that its depth meets.

The same share says how much of the needle's signal enters the cord where the
muscles below are wired, rather than where the skin above is.

Assumes: receptors are met ever more rarely with depth, half of the deep ones
within ``half_depth``.
Leaves out: the thickness of fat and muscle at a point, and in a patient.
"""

from deqi.core import Block, Expr, Mechanism, Ops, Values, var


class DepthProfile(Mechanism):
    class Params(Block):
        half_depth: Expr = var("mm", "depth that reaches half of the deep receptors", symbol="d_{1/2}")

    class Inputs(Block):
        depth: Expr = var("mm", "depth of the needle tip", symbol="z", bounds=(0, 150))

    class Outputs(Block):
        deep: Expr = var("1", "share of deep receptors reached", symbol="d", bounds=(0, 1))

    @staticmethod
    def outputs(t: Expr, x: Block, p: Params, u: Inputs, ops: Ops) -> Values:
        return {"deep": u.depth / (u.depth + p.half_depth)}
