"""An NSAID by mouth, and how far it inhibits prostaglandin synthesis.

The values are those of one drug (naproxen unless a drug's own set is laid over
them).

Assumes: first-order absorption, one compartment; inhibition follows plasma.
Leaves out: harm to stomach, kidney and heart.
"""

from deqi.core import Block, Expr, Mechanism, Ops, Values, var


class OralNsaid(Mechanism):
    cites = ("enthoven2016",)

    class State(Block):
        gut: Expr = var("mg", "amount in the gut", symbol="S_g", initial=0.0)
        central: Expr = var("mg", "amount in plasma and tissue", symbol="S_c", initial=0.0)

    class Params(Block):
        absorption: Expr = var("1/min", "absorption rate", symbol="k_a")
        clearance: Expr = var("L/min", "clearance", symbol="C_L")
        volume: Expr = var("L", "volume", symbol="V", bounds=(0.1, 1e4))
        half_inhibition: Expr = var(
            "mg/L", "concentration that gives half of the inhibition", symbol="I_{50}"
        )
        inhibition_max: Expr = var("1", "largest inhibition in tissue", symbol="I_\\infty", bounds=(0, 1))

    class Inputs(Block):
        intake: Expr = var("mg/min", "amount taken", symbol="i_S")

    class Outputs(Block):
        cox_inhibition: Expr = var("1", "prostaglandin synthesis inhibited", symbol="i_S", bounds=(0, 1))

    @staticmethod
    def outputs(t: Expr, x: State, p: Params, u: Inputs, ops: Ops) -> Values:
        plasma = x.central / p.volume
        return {"cox_inhibition": p.inhibition_max * plasma / (plasma + p.half_inhibition)}

    @staticmethod
    def rhs(t: Expr, x: State, p: Params, u: Inputs, ops: Ops) -> Values:
        return {
            "gut": u.intake - p.absorption * x.gut,
            "central": p.absorption * x.gut - p.clearance * x.central / p.volume,
        }
