"""Firing of the nociceptors of the painful region.

Load, tense muscle and an irritated root drive C fibres; sensitisation
amplifies them, adenosine quiets them; A-delta fibres follow, more so from a
root.

Assumes: firing follows its drive at once and in proportion.
Leaves out: silent nociceptors, and differences between skin, muscle and joint.
"""

from deqi.core import Block, Expr, Mechanism, Ops, Values, var


class Nociceptors(Mechanism):
    class Params(Block):
        firing: Expr = var("Hz", "C-fibre firing at load 1", symbol="r_{C0}")
        sensitisation_gain: Expr = var("1", "gain by full sensitisation", symbol="g_{PS}")
        muscle_gain: Expr = var("1", "load equivalent of full muscle tension", symbol="m_{MT}")
        root_gain: Expr = var("1", "load equivalent of root activity 1", symbol="m_R")
        a_delta_ratio: Expr = var("1", "A-delta over C-fibre firing", symbol="f_{A\\delta}")
        root_a_delta: Expr = var("1", "extra A-delta share from the root", symbol="f_R")

    class Inputs(Block):
        load: Expr = var("1", "load of the day", symbol="G'")
        muscle_tension: Expr = var("1", "muscle tension", symbol="M_T", bounds=(0, 1))
        root: Expr = var("1", "activity of the root", symbol="R_d")
        sensitisation: Expr = var("1", "peripheral sensitisation", symbol="P_S", bounds=(0, 1))
        a1_inhibition: Expr = var("1", "inhibition by adenosine", symbol="i_{A1}", bounds=(0, 1))

    class Outputs(Block):
        c: Expr = var("Hz", "C-fibre firing", symbol="r_C")
        a_delta: Expr = var("Hz", "A-delta firing", symbol="r_A")

    @staticmethod
    def outputs(t: Expr, x: Block, p: Params, u: Inputs, ops: Ops) -> Values:
        source = u.load + p.muscle_gain * u.muscle_tension + p.root_gain * u.root
        c = p.firing * source * (1 + p.sensitisation_gain * u.sensitisation) * (1 - u.a1_inhibition)
        return {"c": c, "a_delta": p.a_delta_ratio * c * (1 + p.root_a_delta * u.root)}
