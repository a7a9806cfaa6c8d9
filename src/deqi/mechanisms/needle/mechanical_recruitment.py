"""Fibres recruited by one needle, or one touch, without current.

Each technique (manual, retained, superficial, touch, dry) is an instance with
values of its own: the mean firing of the fibres near the needle, of which a
given share is reached at the surface and the rest with depth. Vigour scales
all of it. The needle also winds tissue, and a needle moved up and down
in a taut band makes the muscle twitch.

Assumes: firing is proportional to the vigour of manipulation and to the share
of receptors reached.
Leaves out: the insertion itself, needle gauge, direction and repeated
individual strokes (only their mean rate counts).
"""

from deqi.core import Block, Expr, Mechanism, Ops, Values, var


class MechanicalRecruitment(Mechanism):
    cites = ("langevin2001", "hui2007")

    class Params(Block):
        a_beta_rate: Expr = var("Hz", "A-beta firing at full vigour and depth", symbol="r_\\beta")
        a_beta_surface: Expr = var(
            "1", "share of it reached at the surface", symbol="s_\\beta", bounds=(0, 1)
        )
        a_delta_rate: Expr = var("Hz", "A-delta firing at full vigour and depth", symbol="r_\\delta")
        a_delta_surface: Expr = var(
            "1", "share of it reached at the surface", symbol="s_\\delta", bounds=(0, 1)
        )
        c_rate: Expr = var("Hz", "C-fibre firing at full vigour and depth", symbol="r_C")
        c_surface: Expr = var("1", "share of it reached at the surface", symbol="s_C", bounds=(0, 1))
        winding_full: Expr = var("1", "tissue winding at full vigour and depth", symbol="m_1", bounds=(0, 1))
        winding_surface: Expr = var("1", "share of it reached at the surface", symbol="s_m", bounds=(0, 1))
        twitch_full: Expr = var("1", "local twitch response at full vigour", symbol="l_1", bounds=(0, 1))
        volley_frequency: Expr = var("Hz", "frequency that the afferent volleys carry", symbol="f")

    class Inputs(Block):
        vigour: Expr = var("1", "vigour of manipulation", symbol="a", bounds=(0, 1))
        deep: Expr = var("1", "share of deep receptors reached", symbol="d", bounds=(0, 1))

    class Outputs(Block):
        a_beta: Expr = var("Hz", "A-beta firing of one needle", symbol="f_\\beta")
        a_delta: Expr = var("Hz", "A-delta firing of one needle", symbol="f_\\delta")
        c: Expr = var("Hz", "C-fibre firing of one needle", symbol="f_C")
        winding: Expr = var("1", "winding by one needle", symbol="m", bounds=(0, 1))
        twitch: Expr = var("1", "twitching by one needle", symbol="l", bounds=(0, 1))
        frequency: Expr = var("Hz", "frequency of the volleys", symbol="f")

    @staticmethod
    def outputs(t: Expr, x: Block, p: Params, u: Inputs, ops: Ops) -> Values:
        def reached(surface: Expr) -> Expr:
            return u.vigour * (surface + (1 - surface) * u.deep)

        return {
            "a_beta": p.a_beta_rate * reached(p.a_beta_surface),
            "a_delta": p.a_delta_rate * reached(p.a_delta_surface),
            "c": p.c_rate * reached(p.c_surface),
            "winding": p.winding_full * reached(p.winding_surface),
            "twitch": p.twitch_full * u.vigour,
            "frequency": p.volley_frequency,
        }
