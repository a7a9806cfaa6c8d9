"""Inflammatory cytokines in the painful tissue, lumped (TNF, IL-6).

Load, neuropeptides and an irritated root raise them; cortisol and the
autonomic reflex of needling restrain them.

Assumes: tissue level, not blood: blood cytokines hardly follow pain in chronic
low back pain, and nothing here claims that they do.
Leaves out: single cytokines, and anti-inflammatory ones.
"""

from deqi.core import Block, Expr, Mechanism, Ops, Values, var


class Cytokines(Mechanism):
    cites = ("torresrosas2014",)

    class State(Block):
        cytokines: Expr = var("1", "tissue cytokines, healthy 1", symbol="C_Y", initial=1.0)

    class Params(Block):
        turnover: Expr = var("min", "time constant", symbol="\\tau_{CY}")
        load_gain: Expr = var("1", "rise at load 1", symbol="a_G")
        neurogenic_gain: Expr = var("1", "rise by doubled neuropeptides", symbol="a_{NP}")
        root_gain: Expr = var("1", "rise at root activity 1", symbol="a_R")
        cortisol_gain: Expr = var("1", "restraint by cortisol", symbol="i_{CO}", bounds=(0, 1))

    class Inputs(Block):
        load: Expr = var("1", "load of the day", symbol="G'")
        neuropeptides: Expr = var(
            "1", "neuropeptides, healthy 1", symbol="N_P", bounds=(1, float("inf")), rest=1.0
        )
        root: Expr = var("1", "activity of the root", symbol="R_d")
        cortisol: Expr = var("1", "cortisol over its normal level", symbol="C_O", rest=1.0)
        restraint: Expr = var("1", "autonomic restraint", symbol="i_V")

    @staticmethod
    def rhs(t: Expr, x: State, p: Params, u: Inputs, ops: Ops) -> Values:
        drive = 1 + p.load_gain * u.load + p.neurogenic_gain * (u.neuropeptides - 1) + p.root_gain * u.root
        restraint = 1 + p.cortisol_gain * (u.cortisol - 1) + u.restraint
        return {"cytokines": (drive / restraint - x.cytokines) / p.turnover}
