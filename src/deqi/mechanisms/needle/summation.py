"""Spatial summation: many needles drive more than one, but not in proportion.

Assumes: needles of one group are alike and far enough apart to add up until
the pathway saturates.
Leaves out: where exactly the needles stand to each other.
"""

from deqi.core import Block, Expr, Mechanism, Ops, Values, var


class SpatialSummation(Mechanism):
    class Params(Block):
        ceiling: Expr = var("1", "drive of very many needles, in needles", symbol="n_\\infty")
        half: Expr = var("1", "number of needles that reach half of the ceiling", symbol="n_{1/2}")

    class Inputs(Block):
        needles: Expr = var("1", "needles in the group", symbol="n", bounds=(0, 100))

    class Outputs(Block):
        gain: Expr = var("1", "drive of the group, in needles", symbol="g")

    @staticmethod
    def outputs(t: Expr, x: Block, p: Params, u: Inputs, ops: Ops) -> Values:
        return {"gain": p.ceiling * u.needles / (u.needles + p.half)}
