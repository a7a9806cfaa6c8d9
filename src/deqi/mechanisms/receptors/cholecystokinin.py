"""CCK-8, the brake on opioids: released by their own signal, it takes their effect away.

A fast pool rises within hours of lasting stimulation, a slow one within a day
of crowded sessions. Blocking CCK-B receptors gives the effect back.

Assumes: release needs a signal above a foot; high-frequency stimulation
releases some directly; both pools weaken every opioid signal alike.
Leaves out: orphanin FQ and angiotensin II, which act in the same way.
"""

from deqi.core import ANY, Block, Expr, Mechanism, Ops, Values, var


class Cholecystokinin(Mechanism):
    cites = ("han1986", "chen1994")

    class State(Block):
        fast: Expr = var("1", "CCK-8 released, rest 1", symbol="C_K", initial=1.0, bounds=(1, float("inf")))
        slow: Expr = var("1", "slow anti-opioid pool", symbol="C_{Ks}", initial=0.0)

    class Params(Block):
        release: Expr = var("1", "release by the opioid signal", symbol="c_{CK}")
        release_half: Expr = var(
            "1", "signal that gives half of its full effect", symbol="h_C", bounds=(1e-6, 10)
        )
        cord_weight: Expr = var("1", "weight of the cord's signal", symbol="w_C")
        high_release: Expr = var("1", "release by high-frequency drive", symbol="c_{CKd}")
        fast_turnover: Expr = var("min", "time constant of the fast pool", symbol="\\tau_{CK}")
        slow_turnover: Expr = var("min", "time constant of the slow pool", symbol="\\tau_{CKs}")
        fast_potency: Expr = var("1", "potency of the fast pool", symbol="k_{CK}")
        slow_potency: Expr = var("1", "potency of the slow pool", symbol="k_{CKs}")

    class Inputs(Block):
        brain_signal: Expr = var(
            "1", "opioid signal of the brainstem, positive part", symbol="O_{p+}", bounds=ANY
        )
        painful_signal: Expr = var("1", "opioid signal, painful segments", symbol="O_s", bounds=ANY)
        other_signal: Expr = var("1", "opioid signal, other segments", symbol="O_x", bounds=ANY)
        high: Expr = var("1", "high-frequency drive", symbol="X_D", bounds=(0, 1))
        block: Expr = var("1", "CCK-B receptors blocked", symbol="b_{CCK}", bounds=(0, 1))

    class Outputs(Block):
        opioid_left: Expr = var(
            "1", "share of every opioid signal that is left", symbol="c_c", bounds=(0, 1), rest=1.0
        )

    @staticmethod
    def outputs(t: Expr, x: State, p: Params, u: Inputs, ops: Ops) -> Values:
        brake = p.fast_potency * (x.fast - 1) ** 2 + p.slow_potency * x.slow
        return {"opioid_left": 1 / (1 + brake * (1 - u.block))}

    @staticmethod
    def rhs(t: Expr, x: State, p: Params, u: Inputs, ops: Ops) -> Values:
        cord = ops.positive(u.painful_signal) + ops.positive(u.other_signal)
        signal = ops.positive(u.brain_signal + p.cord_weight * cord)
        released = 1 + p.release * signal**2 / (signal + p.release_half) + p.high_release * u.high
        return {
            "fast": (released - x.fast) / p.fast_turnover,
            "slow": (x.fast - 1 - x.slow) / p.slow_turnover,
        }
