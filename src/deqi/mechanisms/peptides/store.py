"""A releasable store of peptide: it runs down while needles drive release, and fills again.

Four instances: enkephalin in cord, hypothalamus and striatum, and
beta-endorphin in the arcuate nucleus. It is why crowded sessions exhaust.

Assumes: depletion follows drive; the set point follows gene expression by a share.
Leaves out: vesicle pools, and transport along axons.
"""

from deqi.core import Block, Expr, Mechanism, Ops, Values, var


class PeptideStore(Mechanism):
    class State(Block):
        store: Expr = var("1", "releasable peptide, full 1", symbol="S", initial=1.0)

    class Params(Block):
        refill: Expr = var("min", "time constant of refilling", symbol="\\tau_S")
        depletion: Expr = var("1/min", "depletion at full drive", symbol="k_{dep}")
        expression_share: Expr = var(
            "1", "how far the set point follows expression", symbol="k_S", bounds=(0, 1)
        )

    class Inputs(Block):
        expression: Expr = var("1", "gene expression, rest 1", symbol="m_E", bounds=(1, 5), rest=1.0)
        drive: Expr = var("1", "low-frequency drive", symbol="X_E", bounds=(0, 1))

    @staticmethod
    def rhs(t: Expr, x: State, p: Params, u: Inputs, ops: Ops) -> Values:
        full = 1 + p.expression_share * (u.expression - 1)
        return {"store": (full - x.store) / p.refill - p.depletion * u.drive * x.store}
