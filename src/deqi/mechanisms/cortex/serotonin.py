"""Serotonin tone of the forebrain: raised in a session, felt for a day.

Assumes: raphe, opioid signal and striatal enkephalin raise it; it falls back
with one time constant.
Leaves out: receptors of the forebrain, and antidepressants.
"""

from deqi.core import ANY, Block, Expr, Mechanism, Ops, Values, var


class SerotoninTone(Mechanism):
    cites = ("han2004",)

    class State(Block):
        tone: Expr = var("1", "serotonin tone, rest 1", symbol="S_R", initial=1.0, bounds=(1, float("inf")))

    class Params(Block):
        gain: Expr = var("1/min", "rise by a full signal", symbol="k_S")
        raphe_weight: Expr = var("1", "weight of the raphe", symbol="w_{SN}")
        enkephalin_weight: Expr = var("1", "weight of striatal enkephalin", symbol="w_{SE}")
        turnover: Expr = var("min", "time constant", symbol="\\tau_S")

    class Inputs(Block):
        raphe: Expr = var("1", "raphe magnus, rest 1", symbol="N_R", rest=1.0)
        opioid_signal: Expr = var("1", "opioid signal, positive part", symbol="O_{p+}", bounds=ANY)
        enkephalin: Expr = var("1", "striatal enkephalin, rest 1", symbol="e_S", rest=1.0)

    @staticmethod
    def rhs(t: Expr, x: State, p: Params, u: Inputs, ops: Ops) -> Values:
        signal = p.raphe_weight * (u.raphe - 1) + u.opioid_signal + p.enkephalin_weight * (u.enkephalin - 1)
        return {"tone": p.gain * ops.positive(signal) - (x.tone - 1) / p.turnover}
