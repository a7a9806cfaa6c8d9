"""Beta-endorphin in cerebrospinal fluid and in blood, as studies measure it.

Fluid follows the brain; blood follows the pituitary (as ACTH does) and hardly
moves with needling. Blood beta-endorphin relieves no pain here.

Assumes: fluid and blood each follow with one time constant.
Leaves out: the blood-brain barrier as a route, and the hormone's daily rhythm.
"""

from deqi.core import Block, Expr, Mechanism, Ops, Values, var


class BetaEndorphinFluids(Mechanism):
    cites = ("clementjones1980", "harbach2007", "foley1979")

    class State(Block):
        csf: Expr = var("pmol/L", "concentration in cerebrospinal fluid", symbol="B_c", initial="csf_level")
        plasma: Expr = var("pmol/L", "concentration in plasma", symbol="B_p", initial="plasma_level")

    class Params(Block):
        csf_level: Expr = var("pmol/L", "resting concentration, fluid", symbol="B_{c0}", bounds=(1e-3, 1e5))
        csf_gain: Expr = var("1", "rise of fluid over rise of brain", symbol="g_{Bc}", bounds=(0, 1))
        csf_clearance: Expr = var("min", "time constant, fluid", symbol="\\tau_{Bc}")
        plasma_level: Expr = var(
            "pmol/L", "resting concentration, plasma", symbol="B_{p0}", bounds=(1e-3, 1e5)
        )
        plasma_gain: Expr = var("1", "rise of plasma over rise of brain", symbol="g_{Bp}", bounds=(0, 1))
        plasma_clearance: Expr = var("min", "time constant, plasma", symbol="\\tau_{Bp}")

    class Inputs(Block):
        brain: Expr = var("1", "brain beta-endorphin, rest 1", symbol="b", rest=1.0)
        crh: Expr = var("1", "drive of the pituitary, rest 1", symbol="C_R", rest=1.0)

    class Outputs(Block):
        csf_resting: Expr = var("pmol/L", "resting concentration, fluid", symbol="B_{c0}")

    @staticmethod
    def outputs(t: Expr, x: State, p: Params, u: Inputs, ops: Ops) -> Values:
        return {"csf_resting": p.csf_level}

    @staticmethod
    def rhs(t: Expr, x: State, p: Params, u: Inputs, ops: Ops) -> Values:
        csf = p.csf_level * (1 + p.csf_gain * (u.brain - 1))
        plasma = p.plasma_level * u.crh * (1 + p.plasma_gain * (u.brain - 1))
        return {
            "csf": (csf - x.csf) / p.csf_clearance,
            "plasma": (plasma - x.plasma) / p.plasma_clearance,
        }
