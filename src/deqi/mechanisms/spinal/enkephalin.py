"""Enkephalin released in the dorsal horn, by needling and from above.

Slow volleys release it in the segments they enter; OFF cells of the medulla
release it everywhere. Two instances: the painful segments, and the others.

Assumes: release is a multiple of rest, scaled by the store; an
``opioid_share`` of the needle's effect goes this way in a given patient.
Leaves out: Met- and Leu-enkephalin apart, and peptidases one by one.
"""

from deqi.core import Block, Expr, Mechanism, Ops, Values, var


class SpinalEnkephalin(Mechanism):
    cites = ("han1991", "han2004")

    class State(Block):
        enkephalin: Expr = var("nM", "enkephalin at the terminals", symbol="E_s", initial="resting_level")

    class Params(Block):
        resting_level: Expr = var("nM", "resting level", symbol="E_{s0}", bounds=(1e-4, 1e3))
        release: Expr = var("1", "release at full drive, in multiples of rest", symbol="g_{SE}")
        descending_release: Expr = var("1", "release by doubled OFF-cell firing", symbol="g_{SE,d}")
        clearance: Expr = var("min", "time constant of clearance", symbol="\\tau_{SE}")

    class Inputs(Block):
        drive: Expr = var("1", "drive on peptide cells of the site", symbol="Z", bounds=(0, 1))
        low: Expr = var("1", "low-frequency gate", symbol="w_E", bounds=(0, 1))
        opioid_share: Expr = var(
            "1", "opioid share of needle analgesia", symbol="s_O", bounds=(0, 1), rest=1.0
        )
        off_cells: Expr = var("1", "firing of OFF cells, rest 1", symbol="R_{OFF}", rest=1.0)
        funiculus_lesion: Expr = var("1", "dorsolateral funiculus cut", symbol="b_{DLF}", bounds=(0, 1))
        store: Expr = var("1", "releasable store, full 1", symbol="S_E", rest=1.0)

    class Outputs(Block):
        resting: Expr = var("nM", "resting level", symbol="E_{s0}")

    @staticmethod
    def outputs(t: Expr, x: State, p: Params, u: Inputs, ops: Ops) -> Values:
        return {"resting": p.resting_level}

    @staticmethod
    def rhs(t: Expr, x: State, p: Params, u: Inputs, ops: Ops) -> Values:
        needle = p.release * u.opioid_share * u.drive * u.low
        descending = p.descending_release * ops.positive(u.off_cells - 1) * (1 - u.funiculus_lesion)
        released = p.resting_level * (1 + needle + descending) * u.store
        return {"enkephalin": (released - x.enkephalin) / p.clearance}
