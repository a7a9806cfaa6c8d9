"""Enkephalin in the striatum, released by slow needling and by what the patient expects.

It lowers the unpleasantness of pain more than its intensity.

Assumes: release is a multiple of rest, scaled by the store; an
``opioid_share`` of the needle's effect goes this way in a given patient.
Leaves out: dopamine, and dorsal and ventral striatum apart.
"""

from deqi.core import Block, Expr, Mechanism, Ops, Values, var


class StriatalEnkephalin(Mechanism):
    cites = ("han2004", "zubieta2005")

    class State(Block):
        enkephalin: Expr = var("nM", "extracellular enkephalin", symbol="E_S", initial="resting_level")

    class Params(Block):
        resting_level: Expr = var("nM", "resting level", symbol="E_{S0}", bounds=(1e-4, 1e3))
        release: Expr = var("1", "release at full drive, in multiples of rest", symbol="g_{ES}")
        context_gain: Expr = var("1", "release by full expectation, in multiples of rest", symbol="g_{Ee}")
        memory_weight: Expr = var("1", "weight of conditioned expectation", symbol="m_{Ee}")
        clearance: Expr = var("min", "time constant of clearance", symbol="\\tau_{ES}")

    class Inputs(Block):
        drive: Expr = var("1", "low-frequency drive", symbol="X_E", bounds=(0, 1))
        opioid_share: Expr = var(
            "1", "opioid share of needle analgesia", symbol="s_O", bounds=(0, 1), rest=1.0
        )
        expectation: Expr = var("1", "expectation in the present setting", symbol="E_a", bounds=(0, 1))
        conditioned: Expr = var("1", "conditioned expectation", symbol="E_c", bounds=(0, 2))
        store: Expr = var("1", "releasable store, full 1", symbol="S_S", rest=1.0)

    class Outputs(Block):
        resting: Expr = var("nM", "resting level", symbol="E_{S0}")
        fold: Expr = var("1", "level over rest", symbol="e_S")

    @staticmethod
    def outputs(t: Expr, x: State, p: Params, u: Inputs, ops: Ops) -> Values:
        return {"resting": p.resting_level, "fold": x.enkephalin / p.resting_level}

    @staticmethod
    def rhs(t: Expr, x: State, p: Params, u: Inputs, ops: Ops) -> Values:
        needle = p.release * u.opioid_share * u.drive
        context = p.context_gain * (u.expectation + p.memory_weight * u.conditioned)
        released = p.resting_level * (1 + needle + context) * u.store
        return {"enkephalin": (released - x.enkephalin) / p.clearance}
