"""OFF and ON cells of the rostral ventromedial medulla.

OFF cells follow the periaqueductal grey, ON cells run against it; stress
raises ON cells.

Assumes: power laws in the grey's activity; both rest at 1.
Leaves out: neutral cells, and the pause of OFF cells at a withdrawal.
"""

from deqi.core import ANY, Block, Expr, Mechanism, Ops, Values, var


class RostralMedulla(Mechanism):
    cites = ("fields2004",)

    class State(Block):
        off_cells: Expr = var("1", "OFF cells, rest 1", symbol="R_{OFF}", initial=1.0)
        on_cells: Expr = var("1", "ON cells, rest 1", symbol="R_{ON}", initial=1.0)

    class Params(Block):
        smoothing: Expr = var("min", "time constant", symbol="\\tau_N")
        off_exponent: Expr = var("1", "how OFF cells follow the grey", symbol="a_{OFF}")
        on_exponent: Expr = var("1", "how ON cells run against it", symbol="a_{ON}")
        stress_gain: Expr = var("1", "rise of ON cells by stress", symbol="k_{STon}")

    class Inputs(Block):
        grey: Expr = var(
            "1", "periaqueductal grey, rest 1", symbol="P_{AG}", bounds=(1e-9, float("inf")), rest=1.0
        )
        stress: Expr = var("1", "stress above its reference", symbol="S_x", bounds=ANY)

    @staticmethod
    def rhs(t: Expr, x: State, p: Params, u: Inputs, ops: Ops) -> Values:
        off = ops.power(u.grey, p.off_exponent)
        on = ops.power(u.grey, -p.on_exponent) * ops.exp(p.stress_gain * u.stress)
        return {
            "off_cells": (off - x.off_cells) / p.smoothing,
            "on_cells": (on - x.on_cells) / p.smoothing,
        }
