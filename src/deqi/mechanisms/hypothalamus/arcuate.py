"""The arcuate nucleus releases beta-endorphin into the periaqueductal grey.

Slow needling calls it, hypothalamic enkephalin helps, and so does the
treatment's context, in sham as in real needling.

Assumes: release is a multiple of rest, scaled by the store; an
``opioid_share`` of the needle's effect goes this way in a given patient.
Leaves out: other products of POMC, and the hormone released into blood by the
pituitary (see `peptides/beta_endorphin_fluids.py`).
"""

from deqi.core import Block, Expr, Mechanism, Ops, Values, var


class ArcuateEndorphin(Mechanism):
    cites = ("han2004", "zubieta2005")

    class State(Block):
        beta_endorphin: Expr = var(
            "nM", "beta-endorphin around the grey", symbol="B_b", initial="resting_level"
        )

    class Params(Block):
        resting_level: Expr = var("nM", "resting level", symbol="B_0", bounds=(1e-5, 1e3))
        release: Expr = var("1", "release at full drive, in multiples of rest", symbol="g_{BE}")
        enkephalin_gain: Expr = var("1", "help by doubled hypothalamic enkephalin", symbol="g_{Bh}")
        context_gain: Expr = var("1", "release by full expectation, in multiples of rest", symbol="g_{Bx}")
        memory_weight: Expr = var("1", "weight of conditioned expectation", symbol="m_{Bx}")
        clearance: Expr = var("min", "time constant of clearance", symbol="\\tau_{BE}")

    class Inputs(Block):
        drive: Expr = var("1", "low-frequency drive", symbol="X_E", bounds=(0, 1))
        opioid_share: Expr = var(
            "1", "opioid share of needle analgesia", symbol="s_O", bounds=(0, 1), rest=1.0
        )
        enkephalin: Expr = var("1", "hypothalamic enkephalin, rest 1", symbol="e_H", rest=1.0)
        expectation: Expr = var("1", "expectation in the present setting", symbol="E_a", bounds=(0, 1))
        conditioned: Expr = var("1", "conditioned expectation", symbol="E_c", bounds=(0, 2))
        store: Expr = var("1", "releasable store, full 1", symbol="S_P", rest=1.0)
        lesion: Expr = var("1", "arcuate nucleus destroyed", symbol="b_{ARC}", bounds=(0, 1))

    class Outputs(Block):
        resting: Expr = var("nM", "resting level", symbol="B_0")
        fold: Expr = var("1", "level over rest", symbol="b")

    @staticmethod
    def outputs(t: Expr, x: State, p: Params, u: Inputs, ops: Ops) -> Values:
        return {"resting": p.resting_level, "fold": x.beta_endorphin / p.resting_level}

    @staticmethod
    def rhs(t: Expr, x: State, p: Params, u: Inputs, ops: Ops) -> Values:
        help_ = ops.positive(1 + p.enkephalin_gain * (u.enkephalin - 1))
        needle = p.release * u.opioid_share * u.drive * help_
        context = p.context_gain * (u.expectation + p.memory_weight * u.conditioned)
        released = p.resting_level * (1 + needle + context) * u.store * (1 - u.lesion)
        return {"beta_endorphin": (released - x.beta_endorphin) / p.clearance}
