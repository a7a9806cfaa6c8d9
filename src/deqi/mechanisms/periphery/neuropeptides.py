"""Substance P and CGRP leak from firing C fibres (neurogenic inflammation), lumped.

Assumes: release follows firing at the terminal, opioid inhibition included.
Leaves out: the two peptides apart, and blood flow.
"""

from deqi.core import Block, Expr, Mechanism, Ops, Values, var


class Neuropeptides(Mechanism):
    class State(Block):
        neuropeptides: Expr = var(
            "1", "substance P and CGRP, healthy 1", symbol="N_P", initial=1.0, bounds=(1, float("inf"))
        )

    class Params(Block):
        release: Expr = var("1/Hz", "rise by C-fibre firing", symbol="a_N")
        turnover: Expr = var("min", "time constant", symbol="\\tau_{NP}")

    class Inputs(Block):
        c: Expr = var("Hz", "C-fibre firing", symbol="r_C")
        transmission: Expr = var("1", "share passing presynaptic inhibition", symbol="p_r", rest=1.0)

    @staticmethod
    def rhs(t: Expr, x: State, p: Params, u: Inputs, ops: Ops) -> Values:
        return {"neuropeptides": (1 + p.release * u.c * u.transmission - x.neuropeptides) / p.turnover}
