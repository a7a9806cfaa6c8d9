"""Wind-up: lasting C-fibre input makes each volley count for more, within a minute.

Assumes: NMDA receptors open with the C-fibre input that passes presynaptic inhibition.
Leaves out: the frequency threshold of wind-up.
"""

from deqi.core import Block, Expr, Mechanism, Ops, Values, var


class WindUp(Mechanism):
    cites = ("crodelle2019",)

    class State(Block):
        wind_up: Expr = var("1", "share of full wind-up", symbol="W_U", initial=0.0, bounds=(0, 1))

    class Params(Block):
        onset: Expr = var("min", "time constant", symbol="\\tau_{WU}")
        half_input: Expr = var("Hz", "C-fibre input that gives half of it", symbol="C_{WU}")

    class Inputs(Block):
        c: Expr = var("Hz", "C-fibre firing", symbol="r_C")
        transmission: Expr = var("1", "share passing presynaptic inhibition", symbol="p_r", rest=1.0)

    @staticmethod
    def rhs(t: Expr, x: State, p: Params, u: Inputs, ops: Ops) -> Values:
        c = u.c * u.transmission
        return {"wind_up": (c / (c + p.half_input) - x.wind_up) / p.onset}
