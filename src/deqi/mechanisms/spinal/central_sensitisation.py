"""Central sensitisation: pain synapses strengthened by pain, and weakened again by needling.

Strong projection firing potentiates over months, glia helps; needling of thin
fibres depresses, but only once the drive is high enough, which is where
vigorous needling parts from superficial.

Assumes: long-term depression is cooperative in the drive (it needs calcium),
and mostly a low-frequency effect.
Leaves out: where on the synapse it happens. Any slow variable that only strong
needling reaches would fit the trials as well.
"""

from deqi.core import Block, Expr, Mechanism, Ops, Values, var


class CentralSensitisation(Mechanism):
    cites = ("sandkuhler2000",)

    class State(Block):
        sensitisation: Expr = var("1", "share of full potentiation", symbol="C_S", initial=0.0, bounds=(0, 1))

    class Params(Block):
        onset: Expr = var("1/min", "potentiation by strong firing", symbol="k_{CS}")
        decay: Expr = var("1/min", "spontaneous decay", symbol="k_{CS-}")
        half_projection: Expr = var("Hz", "projection firing that gives half of it", symbol="P_{CS}")
        depression: Expr = var("1/min", "depression at full low-frequency drive", symbol="k_{LTD}")
        depression_half: Expr = var("1", "drive that gives half of it", symbol="h_L")
        cooperativity: Expr = var("1", "Hill coefficient of depression", symbol="n_L", bounds=(1, 10))
        high_share: Expr = var("1", "weight of the high-frequency gate", symbol="s_{LD}", bounds=(0, 1))

    class Inputs(Block):
        projection: Expr = var("Hz", "firing of projection neurons", symbol="P")
        glia: Expr = var("1", "glial activation", symbol="G_L")
        drive: Expr = var("1", "drive that can depress pain synapses", symbol="Z_L", bounds=(0, 1))
        low: Expr = var("1", "low-frequency gate", symbol="w_E", bounds=(0, 1))
        high: Expr = var("1", "high-frequency gate", symbol="w_D", bounds=(0, 1))

    @staticmethod
    def rhs(t: Expr, x: State, p: Params, u: Inputs, ops: Ops) -> Values:
        potentiation = p.onset * (1 + u.glia) * ops.hill2(u.projection, p.half_projection)
        cooperative = ops.hill(u.drive, p.depression_half, p.cooperativity)
        depression = p.depression * u.drive * cooperative * (u.low + p.high_share * u.high)
        return {
            "sensitisation": potentiation * (1 - x.sensitisation) - (p.decay + depression) * x.sensitisation
        }
