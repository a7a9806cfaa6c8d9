"""Enkephalin in the hypothalamus and around the periaqueductal grey.

Assumes: slow needling releases it, in multiples of rest, scaled by the store;
an ``opioid_share`` of the needle's effect goes this way in a given patient.
Leaves out: nuclei of the hypothalamus, and peptidases one by one.
"""

from deqi.core import Block, Expr, Mechanism, Ops, Values, var


class HypothalamicEnkephalin(Mechanism):
    cites = ("han2004",)

    class State(Block):
        enkephalin: Expr = var("nM", "extracellular enkephalin", symbol="E_H", initial="resting_level")

    class Params(Block):
        resting_level: Expr = var("nM", "resting level", symbol="E_0", bounds=(1e-4, 1e3))
        release: Expr = var("1", "release at full drive, in multiples of rest", symbol="g_{EH}")
        clearance: Expr = var("min", "time constant of clearance", symbol="\\tau_{EX}")

    class Inputs(Block):
        drive: Expr = var("1", "low-frequency drive", symbol="X_E", bounds=(0, 1))
        opioid_share: Expr = var(
            "1", "opioid share of needle analgesia", symbol="s_O", bounds=(0, 1), rest=1.0
        )
        store: Expr = var("1", "releasable store, full 1", symbol="S_H", rest=1.0)

    class Outputs(Block):
        resting: Expr = var("nM", "resting level", symbol="E_0")
        fold: Expr = var("1", "level over rest", symbol="e_H")

    @staticmethod
    def outputs(t: Expr, x: State, p: Params, u: Inputs, ops: Ops) -> Values:
        return {"resting": p.resting_level, "fold": x.enkephalin / p.resting_level}

    @staticmethod
    def rhs(t: Expr, x: State, p: Params, u: Inputs, ops: Ops) -> Values:
        released = p.resting_level * (1 + p.release * u.opioid_share * u.drive) * u.store
        return {"enkephalin": (released - x.enkephalin) / p.clearance}
