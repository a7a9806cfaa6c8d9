"""Descending control: what the brainstem sends down the cord to close the gate.

OFF cells, noradrenaline (alpha-2) and serotonin (5-HT1A and 5-HT3) inhibit, ON
cells facilitate. Inhibition is scaled by how well descending control works in
a patient; a cut dorsolateral funiculus ends both.

Assumes: effects add up and count from the resting level.
Leaves out: 5-HT3 facilitation, 5-HT7, dopamine from A11.
"""

from deqi.core import ANY, Block, Expr, Mechanism, Ops, Values, var


class DescendingControl(Mechanism):
    cites = ("fields2004", "chang2004")

    class Params(Block):
        off_weight: Expr = var("1", "weight of OFF cells", symbol="d_O")
        on_weight: Expr = var("1", "weight of ON cells", symbol="d_F")
        noradrenaline_weight: Expr = var("1", "weight of noradrenaline", symbol="d_N")
        serotonin_weight: Expr = var("1", "weight of serotonin", symbol="d_5")
        serotonin_1a_share: Expr = var(
            "1", "5-HT1A share of it; the rest is 5-HT3", symbol="s_{1A}", bounds=(0, 1)
        )

    class Inputs(Block):
        off_cells: Expr = var("1", "OFF cells, rest 1", symbol="R_{OFF}", rest=1.0)
        on_cells: Expr = var("1", "ON cells, rest 1", symbol="R_{ON}", rest=1.0)
        noradrenaline: Expr = var("1", "locus coeruleus, rest 1", symbol="L_C", rest=1.0)
        serotonin: Expr = var("1", "raphe magnus, rest 1", symbol="N_R", rest=1.0)
        efficiency: Expr = var("1", "efficiency of descending control", symbol="D_{PM}", rest=1.0)
        alpha2_block: Expr = var("1", "alpha-2 blocked", symbol="b_{\\alpha 2}", bounds=(0, 1))
        serotonin_1a_block: Expr = var("1", "5-HT1A blocked", symbol="b_{1A}", bounds=(0, 1))
        serotonin_3_block: Expr = var("1", "5-HT3 blocked", symbol="b_3", bounds=(0, 1))
        funiculus_lesion: Expr = var("1", "dorsolateral funiculus cut", symbol="b_{DLF}", bounds=(0, 1))

    class Outputs(Block):
        inhibition: Expr = var("1", "descending inhibition, facilitation negative", symbol="D_s", bounds=ANY)
        serotonin_effect: Expr = var("1", "effect of serotonin above rest", symbol="D_5", bounds=ANY)

    @staticmethod
    def outputs(t: Expr, x: Block, p: Params, u: Inputs, ops: Ops) -> Values:
        intact = 1 - u.funiculus_lesion
        blocked = (
            p.serotonin_1a_share * u.serotonin_1a_block + (1 - p.serotonin_1a_share) * u.serotonin_3_block
        )
        serotonin = (u.serotonin - 1) * (1 - blocked) * intact
        inhibition = (
            p.off_weight * (u.off_cells - 1) * intact
            + p.noradrenaline_weight * (u.noradrenaline - 1) * (1 - u.alpha2_block) * intact
            + p.serotonin_weight * serotonin
        )
        facilitation = p.on_weight * (u.on_cells - 1) * intact
        return {
            "inhibition": u.efficiency * inhibition - facilitation,
            "serotonin_effect": serotonin,
        }
