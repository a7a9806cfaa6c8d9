"""What the patient feels at the needle: de qi, and discomfort.

De qi (soreness, heaviness, fullness) is carried by thin fibres and comes up
steeply once enough of them fire; discomfort follows the same firing but needs
more of it. A sham that spares thin fibres should be felt little.

Assumes: both are felt on a scale from 0 to 10 and follow firing within a minute.
Leaves out: the qualities of de qi, its spread along the limb, and fear of needles.
"""

from deqi.core import Block, Expr, Mechanism, Ops, Values, var


class NeedleSensation(Mechanism):
    cites = ("hui2007", "langevin2001")

    class State(Block):
        deqi: Expr = var("point", "de qi, 0 to 10", symbol="Q", initial=0.0, bounds=(0, 10))
        discomfort: Expr = var(
            "point", "discomfort at the needles, 0 to 10", symbol="N_d", initial=0.0, bounds=(0, 10)
        )

    class Params(Block):
        scale: Expr = var("point", "top of the scale", symbol="Q_{10}", bounds=(10, 10))
        deqi_half: Expr = var("1", "thin-fibre firing that gives de qi of 5", symbol="D_Q")
        discomfort_half: Expr = var("1", "thin-fibre firing that gives discomfort of 5", symbol="D_N")
        onset: Expr = var("min", "time constant of sensation", symbol="\\tau_Q")

    class Inputs(Block):
        painful: Expr = var("1", "weighted thin-fibre firing, painful segments", symbol="D_{n,s}")
        other: Expr = var("1", "weighted thin-fibre firing, other segments", symbol="D_{n,x}")

    @staticmethod
    def rhs(t: Expr, x: State, p: Params, u: Inputs, ops: Ops) -> Values:
        firing = u.painful + u.other
        return {
            "deqi": (p.scale * ops.hill2(firing, p.deqi_half) - x.deqi) / p.onset,
            "discomfort": (p.scale * ops.hill2(firing, p.discomfort_half) - x.discomfort) / p.onset,
        }
