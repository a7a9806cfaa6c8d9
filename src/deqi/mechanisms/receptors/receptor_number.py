"""Number of working mu receptors in the forebrain, and what a PET scan would see of them.

One PET study found binding up after needling and not after sham: opposite to
what release alone would do. Needling may bring new receptors; the scan sees
their number times what is free. By default they do not signal.

Assumes: up-regulation is cooperative in the drive and lasts for days.
Leaves out: regional differences, and affinity apart from number.
"""

from deqi.core import Block, Expr, Mechanism, Ops, Values, var


class ReceptorNumber(Mechanism):
    cites = ("harris2009",)

    class State(Block):
        receptors: Expr = var("1", "mu receptors, rest 1", symbol="R_M", initial=1.0, bounds=(1, 5))

    class Params(Block):
        induction: Expr = var("1/min", "up-regulation at full drive", symbol="k_{RM}")
        ceiling: Expr = var("1", "highest number", symbol="R_x", bounds=(1, 5))
        half_drive: Expr = var("1", "drive that gives half of it", symbol="h_{RM}")
        cooperativity: Expr = var("1", "Hill coefficient", symbol="n_{RM}", bounds=(1, 10))
        turnover: Expr = var("min", "time constant of loss", symbol="\\tau_{RM}")

    class Inputs(Block):
        drive: Expr = var("1", "needle drive that reaches the brain", symbol="X", bounds=(0, 1))
        free: Expr = var("1", "share of receptors left free", symbol="M_f", bounds=(0, 1), rest=1.0)

    class Outputs(Block):
        binding_potential: Expr = var("1", "receptors free for a tracer, rest near 1", symbol="B_P")

    @staticmethod
    def outputs(t: Expr, x: State, p: Params, u: Inputs, ops: Ops) -> Values:
        return {"binding_potential": x.receptors * u.free}

    @staticmethod
    def rhs(t: Expr, x: State, p: Params, u: Inputs, ops: Ops) -> Values:
        cooperative = u.drive * ops.hill(u.drive, p.half_drive, p.cooperativity)
        induced = p.induction * cooperative * (p.ceiling - x.receptors)
        return {"receptors": induced - (x.receptors - 1) / p.turnover}
