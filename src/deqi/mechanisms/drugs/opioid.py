"""An opioid taken by mouth: gut, blood, tissue, and the brain's free concentration.

The values are those of one drug (morphine unless a drug's own set is laid
over them); mu receptors meet the effect site.

Assumes: first-order absorption, two compartments, a lagging effect site.
Leaves out: metabolites (M6G), the daily pattern of doses in long courses.
"""

from deqi.core import Block, Expr, Mechanism, Ops, Values, var


class OralOpioid(Mechanism):
    cites = ("lotsch2001",)

    class State(Block):
        gut: Expr = var("nmol", "amount in the gut", symbol="O_g", initial=0.0)
        central: Expr = var("nmol", "amount in the central compartment", symbol="O_c", initial=0.0)
        tissue: Expr = var("nmol", "amount in tissue", symbol="O_t", initial=0.0)
        effect_site: Expr = var("nM", "free concentration in the brain", symbol="O_e", initial=0.0)

    class Params(Block):
        absorption: Expr = var("1/min", "absorption rate", symbol="k_a")
        bioavailability: Expr = var("1", "share that reaches blood", symbol="F", bounds=(0, 1))
        clearance: Expr = var("L/min", "clearance", symbol="C_L")
        central_volume: Expr = var("L", "central volume", symbol="V_c", bounds=(0.1, 1e4))
        exchange: Expr = var("L/min", "exchange with tissue", symbol="Q")
        tissue_volume: Expr = var("L", "tissue volume", symbol="V_t", bounds=(0.1, 1e4))
        effect_rate: Expr = var("1/min", "equilibration of the effect site", symbol="k_{e0}")
        free_share: Expr = var("1", "free brain over total plasma concentration", symbol="f_u")

    class Inputs(Block):
        intake: Expr = var("nmol/min", "amount taken", symbol="i_O")

    @staticmethod
    def rhs(t: Expr, x: State, p: Params, u: Inputs, ops: Ops) -> Values:
        plasma, tissue = x.central / p.central_volume, x.tissue / p.tissue_volume
        exchanged = p.exchange * (plasma - tissue)
        return {
            "gut": u.intake - p.absorption * x.gut,
            "central": p.bioavailability * p.absorption * x.gut - p.clearance * plasma - exchanged,
            "tissue": exchanged,
            "effect_site": p.effect_rate * (p.free_share * plasma - x.effect_site),
        }
