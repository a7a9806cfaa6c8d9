"""The stress axis: CRH, ACTH, cortisol.

Stress and discomfort at the needles raise CRH, opioids and cortisol itself
lower it. Cortisol restrains inflammation elsewhere.

Assumes: each hormone follows the one before with one time constant.
Leaves out: the daily rhythm, pulses, and corticosteroid medicines.
"""

from deqi.core import ANY, Block, Expr, Mechanism, Ops, Values, var


class StressAxis(Mechanism):
    cites = ("keenan2004", "harbach2007")

    class State(Block):
        crh: Expr = var("1", "CRH drive, rest 1", symbol="C_R", initial=1.0)
        acth: Expr = var("pmol/L", "ACTH in plasma", symbol="A_C", initial="acth_level")
        cortisol: Expr = var("nmol/L", "cortisol in plasma", symbol="C_O", initial="cortisol_level")

    class Params(Block):
        stress_gain: Expr = var("1", "rise of CRH by stress", symbol="c_{ST}")
        discomfort_gain: Expr = var("1/point", "rise of CRH by discomfort at the needles", symbol="c_{N}")
        opioid_gain: Expr = var("1", "fall of CRH by opioids", symbol="c_{Op}")
        feedback: Expr = var("1", "fall of CRH by doubled cortisol", symbol="f_C", bounds=(0, 0.99))
        crh_turnover: Expr = var("min", "time constant of CRH drive", symbol="\\tau_{CR}")
        acth_level: Expr = var("pmol/L", "normal ACTH", symbol="A_0", bounds=(0.1, 1000))
        acth_turnover: Expr = var("min", "time constant of ACTH", symbol="\\tau_{AC}")
        cortisol_level: Expr = var("nmol/L", "normal cortisol", symbol="C_0", bounds=(1, 10000))
        cortisol_turnover: Expr = var("min", "time constant of cortisol", symbol="\\tau_{CO}")

    class Inputs(Block):
        stress: Expr = var("1", "stress above its reference", symbol="S_x", bounds=ANY)
        discomfort: Expr = var("point", "discomfort at the needles", symbol="N_d", bounds=(0, 10))
        opioid_signal: Expr = var("1", "opioid signal above rest", symbol="O_p", bounds=ANY)
        adrenalectomy: Expr = var("1", "adrenals removed", symbol="b_{AD}", bounds=(0, 1))

    class Outputs(Block):
        cortisol_relative: Expr = var("1", "cortisol over its normal level", symbol="c_o")

    @staticmethod
    def outputs(t: Expr, x: State, p: Params, u: Inputs, ops: Ops) -> Values:
        return {"cortisol_relative": x.cortisol / p.cortisol_level}

    @staticmethod
    def rhs(t: Expr, x: State, p: Params, u: Inputs, ops: Ops) -> Values:
        drive = ops.exp(
            p.stress_gain * u.stress + p.discomfort_gain * u.discomfort - p.opioid_gain * u.opioid_signal
        )
        feedback = 1 + p.feedback * (x.cortisol / p.cortisol_level - 1)
        secreted = p.cortisol_level * x.acth / p.acth_level * (1 - u.adrenalectomy)
        return {
            "crh": (drive / feedback - x.crh) / p.crh_turnover,
            "acth": (p.acth_level * x.crh - x.acth) / p.acth_turnover,
            "cortisol": (secreted - x.cortisol) / p.cortisol_turnover,
        }
