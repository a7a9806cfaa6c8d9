"""Insular cortex: how the pain feels in the body.

Opioids at its own mu receptors quiet it; dynorphin at kappa receptors makes it worse.

Assumes: it follows the thalamus.
Leaves out: posterior and anterior insula apart, and interoception of anything but pain.
"""

from deqi.core import ANY, Block, Expr, Mechanism, Ops, Values, var


class InsularCortex(Mechanism):
    cites = ("apkarian2005",)

    class State(Block):
        activity: Expr = var("1", "pain activity, typical chronic pain 1", symbol="I_C", initial=0.05)

    class Params(Block):
        smoothing: Expr = var("min", "time constant", symbol="\\tau_{IC}")
        opioid_gain: Expr = var("1", "quieting by a full opioid signal", symbol="k_{IO}")
        kappa_gain: Expr = var("1", "rise by full kappa occupancy", symbol="k_{IK}")
        kappa_reference: Expr = var("1", "kappa occupancy at rest", symbol="K_0", bounds=(0, 1))

    class Inputs(Block):
        thalamus: Expr = var("1", "activity of the thalamus", symbol="T_H")
        opioid_signal: Expr = var("1", "opioid signal of the insula", symbol="O_I", bounds=ANY)
        kappa: Expr = var("1", "kappa receptors with dynorphin", symbol="K_D", bounds=(0, 1))

    @staticmethod
    def rhs(t: Expr, x: State, p: Params, u: Inputs, ops: Ops) -> Values:
        change = p.kappa_gain * (u.kappa - p.kappa_reference) - p.opioid_gain * u.opioid_signal
        return {"activity": (u.thalamus * ops.exp(change) - x.activity) / p.smoothing}
