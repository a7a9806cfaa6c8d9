"""Spinal glia, woken by inflammation, helps pain synapses to strengthen.

Assumes: activation follows tissue cytokines above the healthy level.
Leaves out: microglia and astrocytes apart, and glial mediators.
"""

from deqi.core import Block, Expr, Mechanism, Ops, Values, var


class Glia(Mechanism):
    class State(Block):
        activation: Expr = var("1", "glial activation", symbol="G_L", initial=0.0)

    class Params(Block):
        gain: Expr = var("1", "activation by doubled cytokines", symbol="k_{GL}")
        onset: Expr = var("min", "time constant", symbol="\\tau_{GL}")

    class Inputs(Block):
        cytokines: Expr = var("1", "cytokines, healthy 1", symbol="C_Y", rest=1.0)

    @staticmethod
    def rhs(t: Expr, x: State, p: Params, u: Inputs, ops: Ops) -> Values:
        return {"activation": (p.gain * ops.positive(u.cytokines - 1) - x.activation) / p.onset}
