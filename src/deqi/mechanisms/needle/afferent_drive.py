"""Drive that needle afferents carry into the nervous system, and its habituation.

Firing of the three fibre groups adds up with its weights and saturates; under
lasting stimulation the response fades and comes back after a pause. Two
instances: needles in the painful segments, and needles elsewhere.

Assumes: the drive is one number per site; habituation follows the drive, not
the technique.
Leaves out: timing of single volleys.
"""

from deqi.core import Block, Expr, Mechanism, Ops, Values, var


class AfferentDrive(Mechanism):
    cites = ("hui2007", "han2004")

    class State(Block):
        habituation: Expr = var("1", "share of the response lost", symbol="H", initial=0.0, bounds=(0, 1))

    class Params(Block):
        a_beta_weight: Expr = var("1/Hz", "weight of A-beta fibres", symbol="k_\\beta")
        a_delta_weight: Expr = var("1/Hz", "weight of A-delta fibres", symbol="k_\\delta")
        c_weight: Expr = var("1/Hz", "weight of C fibres", symbol="k_C")
        half_drive: Expr = var("1", "weighted firing that gives half of the full drive", symbol="D_{50}")
        habituation_onset: Expr = var(
            "min", "time constant of habituation under full drive", symbol="\\tau_H"
        )
        habituation_recovery: Expr = var("min", "time constant of recovery", symbol="\\tau_{H-}")
        habituation_max: Expr = var("1", "largest share that can be lost", symbol="H_\\infty", bounds=(0, 1))

    class Inputs(Block):
        a_beta: Expr = var("Hz", "A-beta firing", symbol="f_\\beta")
        a_delta: Expr = var("Hz", "A-delta firing", symbol="f_\\delta")
        c: Expr = var("Hz", "C-fibre firing", symbol="f_C")
        local_anaesthetic: Expr = var("1", "anaesthesia of the points", symbol="b_{LA}", bounds=(0, 1))

    class Outputs(Block):
        drive: Expr = var("1", "drive after saturation and habituation", symbol="X", bounds=(0, 1))
        nociceptive: Expr = var("1", "weighted firing of thin fibres", symbol="D_n")
        conducted_a_beta: Expr = var("Hz", "A-beta firing that reaches the cord", symbol="f'_\\beta")
        conducted_a_delta: Expr = var("Hz", "A-delta firing that reaches the cord", symbol="f'_\\delta")

    @staticmethod
    def outputs(t: Expr, x: State, p: Params, u: Inputs, ops: Ops) -> Values:
        conducted = 1 - u.local_anaesthetic
        weighted = conducted * (p.a_beta_weight * u.a_beta + p.a_delta_weight * u.a_delta + p.c_weight * u.c)
        return {
            "drive": weighted / (weighted + p.half_drive) * (1 - x.habituation),
            "nociceptive": conducted * (p.a_delta_weight * u.a_delta + p.c_weight * u.c),
            "conducted_a_beta": conducted * u.a_beta,
            "conducted_a_delta": conducted * u.a_delta,
        }

    @staticmethod
    def rhs(t: Expr, x: State, p: Params, u: Inputs, ops: Ops) -> Values:
        conducted = 1 - u.local_anaesthetic
        weighted = conducted * (p.a_beta_weight * u.a_beta + p.a_delta_weight * u.a_delta + p.c_weight * u.c)
        onset = (
            weighted / (weighted + p.half_drive) * (p.habituation_max - x.habituation) / p.habituation_onset
        )
        return {"habituation": onset - x.habituation / p.habituation_recovery}
