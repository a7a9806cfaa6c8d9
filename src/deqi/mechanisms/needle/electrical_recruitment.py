"""Fibres recruited by one needle under current.

Thick fibres answer to the weakest pulses, thin ones only to strong ones. Each
kind follows the pulses up to a corner frequency, and the drive a train builds
up grows less than in proportion to its rate.

Assumes: recruitment depends on current alone, as a Hill curve; following and
compression do not interact.
Leaves out: pulse width and shape, polarity, distance between electrodes and
muscle contraction.
"""

from deqi.core import Block, Expr, Mechanism, Ops, Values, var


class ElectricalRecruitment(Mechanism):
    cites = ("han2004",)

    class Params(Block):
        a_beta_current: Expr = var("mA", "current that recruits half of the A-beta fibres", symbol="I_\\beta")
        a_delta_current: Expr = var(
            "mA", "current that recruits half of the A-delta fibres", symbol="I_\\delta"
        )
        c_current: Expr = var("mA", "current that recruits half of the C fibres", symbol="I_C")
        steepness: Expr = var("1", "Hill coefficient of recruitment", symbol="n_I", bounds=(1, 10))
        a_beta_rate: Expr = var("Hz", "A-beta firing at one effective pulse a second", symbol="r_\\beta")
        a_delta_rate: Expr = var("Hz", "A-delta firing at one effective pulse a second", symbol="r_\\delta")
        a_delta_surface: Expr = var(
            "1", "share of it reached at the surface", symbol="s_\\delta", bounds=(0, 1)
        )
        c_rate: Expr = var("Hz", "C-fibre firing at one effective pulse a second", symbol="r_C")
        a_beta_corner: Expr = var("Hz", "corner frequency of A-beta following", symbol="k_\\beta")
        a_delta_corner: Expr = var("Hz", "corner frequency of A-delta following", symbol="k_\\delta")
        c_corner: Expr = var("Hz", "corner frequency of C following", symbol="k_C")
        a_beta_exponent: Expr = var("1", "compression of A-beta drive", symbol="n_\\beta", bounds=(0, 1))
        a_delta_exponent: Expr = var("1", "compression of A-delta drive", symbol="n_\\delta", bounds=(0, 1))
        c_exponent: Expr = var("1", "compression of C drive", symbol="n_C", bounds=(0, 1))
        unit_rate: Expr = var("Hz", "one effective pulse a second", symbol="f_1")
        winding_full: Expr = var("1", "tissue winding by the needle in place", symbol="m_1", bounds=(0, 1))

    class Inputs(Block):
        current: Expr = var("mA", "peak current", symbol="I", bounds=(0, 50))
        pulse_frequency: Expr = var("Hz", "pulses a second", symbol="f", bounds=(0, 200), rest=2.0)
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
        reached = p.a_delta_surface + (1 - p.a_delta_surface) * u.deep

        def drive(half_current: Expr, corner: Expr, exponent: Expr) -> Expr:
            effective = u.pulse_frequency / ops.sqrt(1 + (u.pulse_frequency / corner) ** 2)
            return ops.hill(u.current, half_current, p.steepness) * ops.power(
                effective / p.unit_rate, exponent
            )

        return {
            "a_beta": p.a_beta_rate * drive(p.a_beta_current, p.a_beta_corner, p.a_beta_exponent),
            "a_delta": p.a_delta_rate
            * reached
            * drive(p.a_delta_current, p.a_delta_corner, p.a_delta_exponent),
            "c": p.c_rate * drive(p.c_current, p.c_corner, p.c_exponent),
            "winding": p.winding_full,
            "twitch": 0 * p.winding_full,
            "frequency": u.pulse_frequency,
        }
