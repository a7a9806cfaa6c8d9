"""Made-up trials to hold analyses against: correlated visits, leaving at random, practitioners, adherence.

A trial has `PATIENTS` patients an arm and three visits. A score at a visit is the visit's mean, 0.6 of how
far the baseline is from its mean, and a normal residual correlated with those of other visits. Needles may
lower scores by `EFFECT` at the three visits. After each visit but the last a patient leaves with a
probability that rises with the score just measured (missing at random), in every arm alike.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, TypeAlias

import numpy as np

Array: TypeAlias = np.ndarray[Any, Any]

PATIENTS = 80
#: Arms; the needles' patients have practitioners.
NEEDLES, CARE, WAITING = "needles", "care", "waiting"
BASELINE_MEAN, BASELINE_SD, SLOPE = 60.0, 12.0, 0.6
MEANS = np.array([50.0, 46.0, 44.0])
SDS = np.array([12.0, 14.0, 16.0])
CORRELATION = np.array([[1.0, 0.75, 0.6], [0.75, 1.0, 0.75], [0.6, 0.75, 1.0]])
#: What needles do at the three visits where there is an effect.
EFFECT = np.array([-4.0, -6.0, -8.0])
NONE = np.zeros(3)
#: Log odds of leaving after a visit with a score of 50, and what a point more adds.
LEAVING, PER_POINT = -2.4, 0.05
PRACTITIONERS, SHARED = 10, 0.10
#: Log odds of attending enough sessions with a score of 50 at the first visit, and what a point adds.
ATTENDING, PER_POINT_ATTENDED = 1.2, -0.06
#: Least relief, as a share of the baseline, that makes a responder.
RELIEF = 0.3


@dataclass(frozen=True, eq=False)
class Drawn:
    """A made-up trial.

    Attributes
    ----------
    arm, practitioner, sex : ndarray of str, shape (patient,)
    baseline : ndarray, shape (patient,)
    whole, outcomes : ndarray, shape (patient, visit)
        What would be measured did nobody leave; what is, NaN after leaving.
    attended : ndarray, shape (patient,)
        Share of sessions attended.
    works : bool
        Whether needles do anything.
    """

    arm: Array
    practitioner: Array
    sex: Array
    baseline: Array
    whole: Array
    outcomes: Array
    attended: Array
    works: bool


def drawn(
    draw: np.random.Generator,
    effect: Array,
    *,
    arms: tuple[str, ...] = (NEEDLES, CARE),
    patients: int = PATIENTS,
    practitioners: bool = False,
) -> Drawn:
    """Draw a trial.

    Parameters
    ----------
    draw : numpy.random.Generator
        Where random numbers come from.
    effect : ndarray, shape (visit,)
        What needles add to the score.
    arms : tuple of str
        Arms of equal size.
    patients : int
        In each.
    practitioners : bool
        Whether what is not explained is, to `SHARED`, the practitioner's doing in the needles' arm, instead
        of the patient's: the total variance stays.
    """
    size = patients * len(arms)
    arm = np.repeat(np.array(arms), patients)
    needled = arm == NEEDLES
    baseline = draw.normal(BASELINE_MEAN, BASELINE_SD, size)
    factor = np.linalg.cholesky(CORRELATION)
    rest = draw.standard_normal((size, 3)) @ factor.T
    who = draw.integers(PRACTITIONERS, size=size)
    if practitioners:
        common = draw.standard_normal(PRACTITIONERS)[who]
        shared = np.sqrt(1 - SHARED) * rest + np.sqrt(SHARED) * common[:, None]
        rest = np.where(needled[:, None], shared, rest)
    line = MEANS + SLOPE * (baseline[:, None] - BASELINE_MEAN)
    whole = line + SDS * rest + effect * needled[:, None]
    leaves = draw.random((size, 2)) < _expit(LEAVING + PER_POINT * (whole[:, :2] - 50))
    outcomes = whole.copy()
    outcomes[leaves[:, 0], 1:] = np.nan
    outcomes[leaves[:, 1], 2] = np.nan
    attends = draw.random(size) < _expit(ATTENDING + PER_POINT_ATTENDED * (whole[:, 0] - 50))
    return Drawn(
        arm=arm,
        practitioner=np.char.add("p", who.astype(str)),
        sex=np.where(draw.random(size) < 0.6, "female", "male"),
        baseline=baseline,
        whole=whole,
        outcomes=outcomes,
        attended=np.where(attends, 1.0, 0.5),
        works=bool(effect.any()),
    )


def responds(trial: Drawn) -> Array:
    """Who is better by `RELIEF` at the last visit; whoever left has not responded."""
    gain = trial.baseline - trial.outcomes[:, 2]
    return np.asarray(gain >= RELIEF * trial.baseline)


def truths(effect: Array, seed: int, patients: int = 1_000_000) -> dict[str, float]:
    """What is true at the last visit: had nobody left, were those who left like care; of shares.

    The last two are of so many patients an arm, with a Monte Carlo error of 0.0005 in shares.
    """
    trial = drawn(np.random.default_rng([seed, 7]), effect, patients=patients)
    needled = trial.arm == NEEDLES
    stays = np.isfinite(trial.outcomes[:, 2])
    first, second = (responds(trial)[who].mean() for who in (needled, ~needled))
    none = not effect.any()
    return {
        "nobody left": float(effect[2]),
        # Residuals carry on alike in both arms, so that a jump takes the effect away and nothing else.
        "like care": float(effect[2] * stays[needled].mean()),
        "share": 0.0 if none else float(first - second),
        "ratio": 1.0 if none else float(first / second),
    }


def _expit(x: Array) -> Array:
    return np.asarray(1 / (1 + np.exp(-x)))
