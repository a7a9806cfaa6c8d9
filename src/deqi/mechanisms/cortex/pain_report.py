"""Pain as the patient reports it: intensity and unpleasantness, 0 to 100.

Intensity reads somatosensory cortex, unpleasantness cingulate and insula;
pain memory, mood, stress and what the patient has come to expect colour both.

Assumes: the odds of the report are a power of cortical activity times its
colourings; the report follows within minutes.
Leaves out: how a scale is used (see measurement), and reporting bias.
"""

from deqi.core import ANY, Block, Expr, Mechanism, Ops, Values, var


class PainReport(Mechanism):
    cites = ("apkarian2005",)

    class State(Block):
        intensity: Expr = var("point", "pain intensity", symbol="P_I", initial=3.0, bounds=(0, 100))
        unpleasantness: Expr = var("point", "unpleasantness", symbol="P_U", initial=3.0, bounds=(0, 100))

    class Params(Block):
        scale: Expr = var("point", "top of the scale", symbol="P_{100}", bounds=(100, 100))
        lag: Expr = var("min", "time constant of the report", symbol="\\tau_P")
        offset: Expr = var("1", "log odds in typical chronic pain", symbol="y_0", bounds=ANY)
        exponent: Expr = var("1", "exponent of cortical activity", symbol="y_P")
        memory_gain: Expr = var("1", "colouring by pain memory", symbol="y_M")
        memory_reference: Expr = var(
            "1", "pain memory of typical chronic pain", symbol="M_{ref}", bounds=(0, 1)
        )
        mood_gain: Expr = var("1", "relief by mood", symbol="y_{mo}")
        stress_gain: Expr = var("1", "rise by stress", symbol="y_{st}")
        reappraisal: Expr = var("1", "relief by conditioned expectation", symbol="y_E")
        mood_affect: Expr = var("1", "further relief of unpleasantness by mood", symbol="u_M")
        reappraisal_affect: Expr = var("1", "further relief of unpleasantness by expectation", symbol="u_E")

    class Inputs(Block):
        somatosensory: Expr = var("1", "activity of somatosensory cortex", symbol="S_1", rest=0.05)
        cingulate: Expr = var("1", "activity of cingulate cortex", symbol="C_C", rest=0.05)
        insula: Expr = var("1", "activity of the insula", symbol="I_C", rest=0.05)
        memory: Expr = var("1", "pain memory", symbol="P_M", bounds=(0, 1))
        mood: Expr = var("1", "mood above the usual in chronic pain", symbol="M_x", bounds=ANY)
        stress: Expr = var("1", "stress above its reference", symbol="S_x", bounds=ANY)
        conditioned: Expr = var("1", "conditioned expectation", symbol="E_c", bounds=(0, 2))

    @staticmethod
    def rhs(t: Expr, x: State, p: Params, u: Inputs, ops: Ops) -> Values:
        colouring = (
            p.offset
            + p.memory_gain * (u.memory - p.memory_reference)
            - p.mood_gain * u.mood
            + p.stress_gain * u.stress
            - p.reappraisal * u.conditioned
        )
        further = p.mood_affect * u.mood + p.reappraisal_affect * u.conditioned
        intensity = ops.power(u.somatosensory, p.exponent) * ops.exp(colouring)
        affective = ops.power(u.cingulate * u.insula, p.exponent / 2)
        unpleasantness = affective * ops.exp(colouring - further)
        return {
            "intensity": (p.scale * intensity / (1 + intensity) - x.intensity) / p.lag,
            "unpleasantness": (p.scale * unpleasantness / (1 + unpleasantness) - x.unpleasantness) / p.lag,
        }
