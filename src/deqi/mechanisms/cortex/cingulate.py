"""Cingulate cortex: how much the pain bothers.

Opioids at its own receptors quiet it, and so does enkephalin of the striatum.

Assumes: it follows the thalamus.
Leaves out: anterior and mid cingulate apart, and attention.
"""

from deqi.core import ANY, Block, Expr, Mechanism, Ops, Values, var


class CingulateCortex(Mechanism):
    cites = ("apkarian2005", "zubieta2005")

    class State(Block):
        activity: Expr = var("1", "pain activity, typical chronic pain 1", symbol="C_C", initial=0.05)

    class Params(Block):
        smoothing: Expr = var("min", "time constant", symbol="\\tau_{CC}")
        opioid_gain: Expr = var("1", "quieting by a full opioid signal", symbol="k_{CO}")
        enkephalin_gain: Expr = var("1", "quieting by doubled striatal enkephalin", symbol="k_{CE}")

    class Inputs(Block):
        thalamus: Expr = var("1", "activity of the thalamus", symbol="T_H")
        opioid_signal: Expr = var("1", "opioid signal of the cingulate cortex", symbol="O_C", bounds=ANY)
        enkephalin: Expr = var("1", "striatal enkephalin, rest 1", symbol="e_S", rest=1.0)

    @staticmethod
    def rhs(t: Expr, x: State, p: Params, u: Inputs, ops: Ops) -> Values:
        quieting = p.opioid_gain * u.opioid_signal + p.enkephalin_gain * (u.enkephalin - 1)
        return {"activity": (u.thalamus * ops.exp(-quieting) - x.activity) / p.smoothing}
