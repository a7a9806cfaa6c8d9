"""Strained tissue releases adenosine, which quiets nociceptors nearby through A1 receptors.

It acts where the needle is, by tissue rather than by nerve: a local
anaesthetic does not stop it, an A1 antagonist does.

Assumes: release follows strain; clearance is first-order, of which
``deaminase_share`` goes through adenosine deaminase.
Leaves out: ATP and its other products, A2A and A3 receptors, tonic
A1 inhibition (only the rise above rest counts).
"""

from deqi.core import Block, Expr, Mechanism, Ops, Values, var


class AdenosineRelease(Mechanism):
    cites = ("goldman2010", "takano2012")

    class State(Block):
        adenosine: Expr = var("nM", "interstitial adenosine, painful region", symbol="A", initial="resting")

    class Params(Block):
        resting: Expr = var("nM", "resting adenosine", symbol="A_0", bounds=(1, 1000))
        clearance: Expr = var("min", "time constant of clearance", symbol="\\tau_A")
        release: Expr = var("1", "rise at full strain, in multiples of rest", symbol="g_A")
        affinity: Expr = var("nM", "concentration that activates half of the A1 receptors", symbol="K_{A1}")
        efficacy: Expr = var("1", "largest inhibition of nociceptors", symbol="e_{A1}", bounds=(0, 1))
        deaminase_share: Expr = var("1", "share of clearance by deaminase", symbol="s_{ADA}", bounds=(0, 1))

    class Inputs(Block):
        strain: Expr = var("1", "strain of tissue", symbol="W", bounds=(0, 1))
        a1_block: Expr = var("1", "A1 receptors blocked", symbol="b_{A1}", bounds=(0, 1))
        deaminase_inhibition: Expr = var("1", "deaminase inhibited", symbol="b_{ADA}", bounds=(0, 1))

    class Outputs(Block):
        inhibition: Expr = var("1", "inhibition of local nociceptors", symbol="i_{A1}", bounds=(0, 1))

    @staticmethod
    def outputs(t: Expr, x: State, p: Params, u: Inputs, ops: Ops) -> Values:
        at_rest = p.resting / (p.resting + p.affinity)
        above_rest = ops.positive(x.adenosine / (x.adenosine + p.affinity) - at_rest) / (1 - at_rest)
        return {"inhibition": p.efficacy * above_rest * (1 - u.a1_block)}

    @staticmethod
    def rhs(t: Expr, x: State, p: Params, u: Inputs, ops: Ops) -> Values:
        release = p.resting * (1 + p.release * u.strain)
        cleared = x.adenosine * (1 - p.deaminase_share * u.deaminase_inhibition)
        return {"adenosine": (release - cleared) / p.clearance}
