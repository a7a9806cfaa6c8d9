"""A spinal peptide as lumbar puncture sees it: cerebrospinal fluid follows the cord.

Two instances: enkephalin and dynorphin. Nothing in the model acts from here
except dynorphin on the brain's kappa receptors.

Assumes: fluid averages the painful and the other segments.
Leaves out: flow of the fluid, and peptide fragments.
"""

from deqi.core import Block, Expr, Mechanism, Ops, Values, var


class CsfPeptide(Mechanism):
    cites = ("han1991", "clementjones1980")

    class State(Block):
        csf: Expr = var("pmol/L", "concentration in cerebrospinal fluid", symbol="F", initial="resting_level")

    class Params(Block):
        resting_level: Expr = var("pmol/L", "resting concentration", symbol="F_0", bounds=(1e-3, 1e5))
        gain: Expr = var("1", "rise of fluid over rise of cord", symbol="c_F", bounds=(0, 10))
        clearance: Expr = var("min", "time constant", symbol="\\tau_F")

    class Inputs(Block):
        painful: Expr = var("nM", "level in the painful segments", symbol="s_s", rest=1.0)
        other: Expr = var("nM", "level in other segments", symbol="s_x", rest=1.0)
        resting: Expr = var("nM", "resting level in the cord", symbol="s_0", bounds=(1e-4, 1e3), rest=1.0)

    @staticmethod
    def rhs(t: Expr, x: State, p: Params, u: Inputs, ops: Ops) -> Values:
        rise = (u.painful + u.other) / (2 * u.resting) - 1
        return {"csf": (p.resting_level * ops.positive(1 + p.gain * rise) - x.csf) / p.clearance}
