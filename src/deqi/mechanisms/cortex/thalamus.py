"""The thalamus passes pain on, together with what the cortex remembers of it.

Opioids at its own receptors quiet it. Remembered pain keeps it active even
when the cord is silent.

Assumes: activity is relative to that of typical chronic low back pain, 1.
Leaves out: lateral and medial nuclei apart, and thalamic rhythm.
"""

from deqi.core import ANY, Block, Expr, Mechanism, Ops, Values, var


class Thalamus(Mechanism):
    cites = ("apkarian2005",)

    class State(Block):
        activity: Expr = var("1", "pain activity, typical chronic pain 1", symbol="T_H", initial=0.05)

    class Params(Block):
        smoothing: Expr = var("min", "time constant", symbol="\\tau_T")
        reference_projection: Expr = var("Hz", "projection firing of typical chronic pain", symbol="P_{ref}")
        memory_drive: Expr = var("Hz", "drive by full pain memory, as projection firing", symbol="P_f")
        reference_memory: Expr = var(
            "1", "pain memory of typical chronic pain", symbol="M_{ref}", bounds=(0, 1)
        )
        opioid_gain: Expr = var("1", "quieting by a full opioid signal", symbol="k_{TO}")

    class Inputs(Block):
        projection: Expr = var("Hz", "firing of projection neurons", symbol="P")
        memory: Expr = var("1", "pain memory", symbol="P_M", bounds=(0, 1))
        opioid_signal: Expr = var("1", "opioid signal of the thalamus", symbol="O_T", bounds=ANY)

    @staticmethod
    def rhs(t: Expr, x: State, p: Params, u: Inputs, ops: Ops) -> Values:
        driven = (u.projection + p.memory_drive * u.memory) / (
            p.reference_projection + p.memory_drive * p.reference_memory
        )
        return {"activity": (driven * ops.exp(-p.opioid_gain * u.opioid_signal) - x.activity) / p.smoothing}
