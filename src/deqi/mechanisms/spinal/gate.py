"""The gate of the dorsal horn: projection neurons, and the cells that open and close it.

Nociceptors excite projection neurons, directly and through excitatory
interneurons; inhibitory interneurons, driven by thick fibres and by serotonin
from above, close the gate, and nociceptors hold them down. Wind-up and central
sensitisation widen the gate, descending inhibition narrows it, opioid
tolerance brings hyperalgesia.

Assumes: three firing rates, each a sigmoid of its drive, smoothed over a
second; transmitters act through their weights.
Leaves out: laminae, single neurons, A-beta allodynia beyond one weight.
"""

from deqi.core import ANY, Block, Expr, Mechanism, Ops, Values, var


class DorsalHornGate(Mechanism):
    cites = ("melzack1965", "britton1996", "crodelle2019")

    class State(Block):
        projection: Expr = var("Hz", "firing of projection neurons", symbol="P", initial=1.0)
        excitatory: Expr = var("Hz", "firing of excitatory interneurons", symbol="E", initial=3.0)
        inhibitory: Expr = var("Hz", "firing of inhibitory interneurons", symbol="I", initial=10.0)

    class Params(Block):
        smoothing: Expr = var("min", "time constant of population rates", symbol="\\tau_N")
        projection_max: Expr = var("Hz", "largest rate of projection neurons", symbol="P_\\infty")
        projection_threshold: Expr = var("1", "drive at half of it", symbol="\\theta_P")
        projection_width: Expr = var("1", "width of the response", symbol="\\sigma_P", bounds=(0.1, 100))
        excitatory_max: Expr = var("Hz", "largest rate of excitatory cells", symbol="E_\\infty")
        excitatory_threshold: Expr = var("1", "drive at half of it", symbol="\\theta_E")
        excitatory_width: Expr = var("1", "width of the response", symbol="\\sigma_E", bounds=(0.1, 100))
        inhibitory_max: Expr = var("Hz", "largest rate of inhibitory cells", symbol="I_\\infty")
        inhibitory_threshold: Expr = var("1", "drive at half of it", symbol="\\theta_I")
        inhibitory_width: Expr = var("1", "width of the response", symbol="\\sigma_I", bounds=(0.1, 100))
        c_to_projection: Expr = var("1/Hz", "C fibres on projection neurons", symbol="w_{CP}")
        a_delta_to_projection: Expr = var("1/Hz", "A-delta fibres on projection neurons", symbol="w_{AP}")
        a_beta_to_projection: Expr = var("1/Hz", "A-beta on sensitised projection neurons", symbol="w_{BP}")
        excitatory_to_projection: Expr = var("1/Hz", "excitatory cells on projection", symbol="w_{EP}")
        inhibitory_to_projection: Expr = var("1/Hz", "inhibitory cells on projection", symbol="w_{IP}")
        c_to_excitatory: Expr = var("1/Hz", "C fibres on excitatory cells", symbol="w_{CE}")
        a_delta_to_excitatory: Expr = var("1/Hz", "A-delta fibres on excitatory cells", symbol="w_{AE}")
        inhibitory_to_excitatory: Expr = var("1/Hz", "inhibitory on excitatory cells", symbol="w_{IE}")
        a_beta_to_inhibitory: Expr = var("1/Hz", "needle A-beta on inhibitory cells", symbol="w_{BI}")
        a_delta_to_inhibitory: Expr = var("1/Hz", "needle A-delta on inhibitory cells", symbol="w_{AI}")
        c_to_inhibitory: Expr = var("1/Hz", "C fibres hold inhibitory cells down", symbol="w_{CI}")
        serotonin_to_inhibitory: Expr = var("1", "serotonin on inhibitory cells", symbol="w_{5I}")
        inhibitory_tone: Expr = var("1", "resting drive of inhibitory cells", symbol="J_{I0}")
        wind_up_gain: Expr = var("1", "gain by full wind-up", symbol="k_{WU}")
        sensitisation_gain: Expr = var("1", "gain by full central sensitisation", symbol="k_{CS}")
        descending_weight: Expr = var("1", "weight of descending inhibition", symbol="w_D")
        hyperalgesia: Expr = var("1", "drive by full opioid tolerance", symbol="k_{OIH}")

    class Inputs(Block):
        c: Expr = var("Hz", "C-fibre firing of nociceptors", symbol="r_C")
        a_delta: Expr = var("Hz", "A-delta firing of nociceptors", symbol="r_A")
        transmission: Expr = var("1", "share passing presynaptic inhibition", symbol="p_r", rest=1.0)
        needle_a_beta: Expr = var("Hz", "A-beta firing by needles", symbol="f_\\beta")
        needle_a_delta: Expr = var("Hz", "A-delta firing by needles", symbol="f_\\delta")
        wind_up: Expr = var("1", "wind-up", symbol="W_U", bounds=(0, 1))
        sensitisation: Expr = var("1", "central sensitisation", symbol="C_S", bounds=(0, 1))
        descending: Expr = var("1", "descending inhibition", symbol="D_s", bounds=ANY)
        serotonin: Expr = var("1", "serotonin above rest", symbol="D_5", bounds=ANY)
        tolerance: Expr = var("1", "opioid tolerance", symbol="T_O", bounds=(0, 1))

    @staticmethod
    def rhs(t: Expr, x: State, p: Params, u: Inputs, ops: Ops) -> Values:
        c, a_delta = u.c * u.transmission, u.a_delta * u.transmission
        to_projection = (
            p.c_to_projection
            * c
            * (1 + p.wind_up_gain * u.wind_up)
            * (1 + p.sensitisation_gain * u.sensitisation)
            + p.a_delta_to_projection * a_delta
            + p.a_beta_to_projection * u.needle_a_beta * u.sensitisation
            + p.excitatory_to_projection * x.excitatory
            - p.inhibitory_to_projection * x.inhibitory
            - p.descending_weight * u.descending
            + p.hyperalgesia * u.tolerance
        )
        to_excitatory = (
            p.c_to_excitatory * c
            + p.a_delta_to_excitatory * a_delta
            - p.inhibitory_to_excitatory * x.inhibitory
        )
        to_inhibitory = (
            p.inhibitory_tone
            + p.a_beta_to_inhibitory * u.needle_a_beta
            + p.a_delta_to_inhibitory * u.needle_a_delta
            + p.serotonin_to_inhibitory * u.serotonin
            - p.c_to_inhibitory * c
        )

        def response(drive: Expr, highest: Expr, threshold: Expr, width: Expr) -> Expr:
            return highest * ops.sigmoid((drive - threshold) / width)

        projection = response(to_projection, p.projection_max, p.projection_threshold, p.projection_width)
        excitatory = response(to_excitatory, p.excitatory_max, p.excitatory_threshold, p.excitatory_width)
        inhibitory = response(to_inhibitory, p.inhibitory_max, p.inhibitory_threshold, p.inhibitory_width)
        return {
            "projection": (projection - x.projection) / p.smoothing,
            "excitatory": (excitatory - x.excitatory) / p.smoothing,
            "inhibitory": (inhibitory - x.inhibitory) / p.smoothing,
        }
