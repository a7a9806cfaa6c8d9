"""The frequency code: slow volleys call enkephalin and endorphin, fast ones dynorphin.

Two gates, one falling and one rising with frequency, say how much of each
peptide family a volley can release. Alternating between slow and fast trains
lets each pool rest while the other works, so both gates open wider.

Assumes: the code depends on frequency alone and is the same in all fibres.
Leaves out: pulse patterns other than constant and two-frequency trains.
"""

from deqi.core import Block, Expr, Mechanism, Ops, Values, var


class FrequencyCode(Mechanism):
    cites = ("han2004", "han1991", "wang2005")

    class Params(Block):
        low_corner: Expr = var("Hz", "frequency at which the low gate is half closed", symbol="f_E")
        high_corner: Expr = var("Hz", "frequency at which the high gate is half open", symbol="f_D")
        alternation: Expr = var("1", "widening of both gates by alternation", symbol="k_{dd}", bounds=(1, 2))

    class Inputs(Block):
        frequency: Expr = var("Hz", "frequency of the volleys", symbol="f", bounds=(0, 200), rest=2.0)
        other_frequency: Expr = var(
            "Hz", "frequency alternated with", symbol="f_2", bounds=(0, 200), rest=2.0
        )
        alternating: Expr = var("1", "1 if two frequencies alternate", symbol="a_{dd}", bounds=(0, 1))

    class Outputs(Block):
        low: Expr = var("1", "low-frequency gate", symbol="w_E", bounds=(0, 1))
        high: Expr = var("1", "high-frequency gate", symbol="w_D", bounds=(0, 1))

    @staticmethod
    def outputs(t: Expr, x: Block, p: Params, u: Inputs, ops: Ops) -> Values:
        def gates(frequency: Expr) -> tuple[Expr, Expr]:
            return 1 / (1 + (frequency / p.low_corner) ** 2), ops.hill2(frequency, p.high_corner)

        (low, high), (other_low, other_high) = gates(u.frequency), gates(u.other_frequency)
        widening = 1 + (p.alternation - 1) * u.alternating
        return {
            "low": ops.at_most((low + u.alternating * (other_low - low) / 2) * widening, 1),
            "high": ops.at_most((high + u.alternating * (other_high - high) / 2) * widening, 1),
        }
