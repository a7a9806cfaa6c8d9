"""The periaqueductal grey, hub of descending control.

Opioids disinhibit it; expectation drives it through its own opioid-dependent
path; a slow non-opioid mediator and a small direct drive by needling add to it.

Assumes: inputs multiply activity, which rests at 1.
Leaves out: columns of the grey, and its part in fear.
"""

from deqi.core import ANY, Block, Expr, Mechanism, Ops, Values, var


class PeriaqueductalGrey(Mechanism):
    cites = ("fields2004", "eippert2009")

    class State(Block):
        activity: Expr = var("1", "output, rest 1", symbol="P_{AG}", initial=1.0)

    class Params(Block):
        smoothing: Expr = var("min", "time constant", symbol="\\tau_N")
        opioid_gain: Expr = var("1", "disinhibition by opioids", symbol="g_{Po}")
        non_opioid_gain: Expr = var("1", "drive by the non-opioid mediator", symbol="g_{NO}")
        direct_gain: Expr = var("1", "direct drive by needling", symbol="g_{Px}")
        expectation_gain: Expr = var("1", "drive by expectation", symbol="g_{Pe}")
        memory_weight: Expr = var("1", "weight of conditioned expectation", symbol="m_{Pe}")

    class Inputs(Block):
        opioid_signal: Expr = var("1", "opioid signal above rest", symbol="O_p", bounds=ANY)
        non_opioid: Expr = var("1", "non-opioid mediator in effect", symbol="N_O", bounds=(0, 1))
        drive: Expr = var("1", "needle drive", symbol="X", bounds=(0, 1))
        expectation: Expr = var("1", "expectation in the present setting", symbol="E_a", bounds=(0, 1))
        conditioned: Expr = var("1", "conditioned expectation", symbol="E_c", bounds=(0, 2))

    @staticmethod
    def rhs(t: Expr, x: State, p: Params, u: Inputs, ops: Ops) -> Values:
        log_activity = (
            p.opioid_gain * u.opioid_signal
            + p.non_opioid_gain * u.non_opioid
            + p.direct_gain * u.drive
            + p.expectation_gain * (u.expectation + p.memory_weight * u.conditioned)
        )
        return {"activity": (ops.exp(log_activity) - x.activity) / p.smoothing}
