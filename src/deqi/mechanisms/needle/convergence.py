"""Convergence: how the drives of both sites meet at each level of the nervous system.

The brain sees the union of both drives, split by the frequency code. The cord
sees its own site fully and a share of the other. Long-term depression of
pain synapses needs drive in the painful segments most.

Assumes: drives combine like independent probabilities.
Leaves out: left and right, beyond what the atlas already sorts by segment.
"""

from deqi.core import Block, Expr, Mechanism, Ops, Values, var


class DriveConvergence(Mechanism):
    cites = ("chapman1977",)

    class Params(Block):
        cross_segment: Expr = var(
            "1", "spread of drive to the other site's segments", symbol="x_s", bounds=(0, 1)
        )
        remote_depression: Expr = var(
            "1", "weight of remote drive on depression", symbol="x_L", bounds=(0, 1)
        )

    class Inputs(Block):
        painful_drive: Expr = var("1", "drive in the painful segments", symbol="X_s", bounds=(0, 1))
        other_drive: Expr = var("1", "drive in other segments", symbol="X_x", bounds=(0, 1))
        low_gate: Expr = var("1", "low-frequency gate", symbol="w_E", bounds=(0, 1))
        high_gate: Expr = var("1", "high-frequency gate", symbol="w_D", bounds=(0, 1))

    class Outputs(Block):
        total: Expr = var("1", "drive that reaches the brain", symbol="X", bounds=(0, 1))
        low: Expr = var("1", "its low-frequency part", symbol="X_E", bounds=(0, 1))
        high: Expr = var("1", "its high-frequency part", symbol="X_D", bounds=(0, 1))
        painful: Expr = var(
            "1", "drive on peptide cells of the painful segments", symbol="Z_s", bounds=(0, 1)
        )
        other: Expr = var("1", "drive on peptide cells of other segments", symbol="Z_x", bounds=(0, 1))
        depression: Expr = var("1", "drive that can depress pain synapses", symbol="Z_L", bounds=(0, 1))

    @staticmethod
    def outputs(t: Expr, x: Block, p: Params, u: Inputs, ops: Ops) -> Values:
        total = 1 - (1 - u.painful_drive) * (1 - u.other_drive)
        remote = u.other_drive * (1 - u.painful_drive)
        return {
            "total": total,
            "low": total * u.low_gate,
            "high": total * u.high_gate,
            "painful": u.painful_drive + p.cross_segment * remote,
            "other": u.other_drive + p.cross_segment * u.painful_drive * (1 - u.other_drive),
            "depression": u.painful_drive + p.remote_depression * remote,
        }
