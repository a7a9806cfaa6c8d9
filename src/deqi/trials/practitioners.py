"""Who needles whom, and what a practitioner changes in their patients.

Places of a trial are shared out one after the other: a practitioner has so many places in a row, and
needles those of them who are in a needle arm. Who it is therefore belongs to the place and not to the
arm, whatever is followed beside it, and a larger trial begins like a smaller one. Patients of other
arms have nobody, and nothing of theirs changes.

Two things differ between practitioners, each drawn by the trial's seed. Context: how much expectation
their setting calls up, by a factor on the patient's own. Skill: how vigorously needles are moved by
hand, by a factor on what a moved needle does; shams that are not moved, and current, know no skill.

Assumes: the same practitioner in all sessions, who needles real and sham alike.
Leaves out: that practitioners belong to a centre, learn, or needle fewer patients than they could.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

import numpy as np

from deqi.errors import TrialError
from deqi.mechanisms.needle.techniques import TECHNIQUES
from deqi.population import Array, Recipe, normals, plan_of
from deqi.trials.parts import Arm

if TYPE_CHECKING:
    from deqi.trials.schema import Trial

#: What the normal draws of a practitioner are for.
PRACTITIONER = "practitioner"
_EXPECTATION = "mind.expectation.expectation"
_BY_HAND = ("manual", "dry")
#: What one needle moved by hand does, all of it in proportion to vigour.
_DOES = ("a_beta_rate", "a_delta_rate", "c_rate", "winding_full", "twitch_full")


def has_needles(arm: Arm) -> bool:
    """Whether patients of an arm are needled, or touched with needles."""
    return bool(arm.plan().sessions)


def check_practitioners(trial: Trial) -> None:
    """Refuse practitioners who could change nothing.

    Raises
    ------
    TrialError
        If no arm has needles, or skill has no needle to move.
    """
    if trial.practitioners is None:
        return
    if not any(has_needles(arm) for arm in trial.arms):
        raise TrialError("no arm has needles", where="practitioners", fix="leave [practitioners] out")
    if trial.practitioners.skill_sd and not any(_by_hand(arm) for arm in trial.arms):
        raise TrialError(
            "skill needs needles that are moved by hand, which no arm has",
            where="practitioners: skill_sd",
            fix="write skill_sd = 0",
        )


def practitioner_of(trial: Trial, places: Array) -> Array:
    """Number of the practitioner of each place, were its patient in a needle arm.

    Parameters
    ----------
    trial : Trial
        With practitioners.
    places : ndarray of int, shape (patient,)
        From 0 on.
    """
    assert trial.practitioners is not None
    whole = sum(arm.ratio for arm in trial.arms)
    needled = sum(arm.ratio for arm in trial.arms if has_needles(arm))
    # Whole numbers throughout, so that no place hangs on rounding.
    return np.asarray(np.asarray(places, int) * needled // (trial.practitioners.patients_each * whole))


def practitioner_names(trial: Trial, arms: Array, first: int) -> dict[str, Array]:
    """The column that names practitioners; none where a trial has none.

    Parameters
    ----------
    trial : Trial
        The trial.
    arms : ndarray of int, shape (patient,)
        Arm of each patient of a range.
    first : int
        Place of the first of them.

    Returns
    -------
    dict
        ``practitioner``, ndarray of str: 'p0', 'p1', ...; empty in arms without needles.
    """
    if trial.practitioners is None:
        return {}
    needled = np.array([has_needles(arm) for arm in trial.arms])[arms]
    numbers = practitioner_of(trial, np.arange(first, first + len(arms)))
    return {"practitioner": np.where(needled, np.char.add("p", numbers.astype(str)), "")}


def practised(
    varied: Mapping[str, Array], trial: Trial, arm: Arm, seed: int, first: int, recipe: Recipe
) -> dict[str, Array]:
    """Parameters of a range of patients in the hands of their practitioners.

    Parameters
    ----------
    varied : mapping
        Parameters by path, one value a patient of the range.
    trial : Trial
        The trial.
    arm : Arm
        The arm that they are followed under.
    seed : int
        The trial's.
    first : int
        Place of the first patient of the range.
    recipe : Recipe
        Where the patients come from.

    Returns
    -------
    dict
        As `varied` where the trial has no practitioners, or the arm no needles.
    """
    found = dict(varied)
    if trial.practitioners is None or not has_needles(arm):
        return found
    count = len(next(iter(varied.values())))
    number = practitioner_of(trial, np.arange(first, first + count))
    drawn = normals(seed, PRACTITIONER, int(number[0]), int(number[-1]) + 1, 2)[number - number[0]]
    base = plan_of(recipe).case.numbers
    if trial.practitioners.context_sd:
        factor = _factor(trial.practitioners.context_sd, drawn[:, 0])
        found[_EXPECTATION] = np.clip(found.get(_EXPECTATION, base[_EXPECTATION]) * factor, 0.0, 1.0)
    if trial.practitioners.skill_sd:
        skill = _factor(trial.practitioners.skill_sd, drawn[:, 1])
        for technique, vigour in _by_hand(arm).items():
            for name in _DOES:
                path = TECHNIQUES[technique].parameter(name)
                found[path] = found.get(path, base[path]) * np.minimum(skill, 1.0 / vigour)
    return found


def _factor(sd: float, score: Array) -> Array:
    """Lognormal, 1 on average."""
    return np.asarray(np.exp(sd * score - sd**2 / 2))


def _by_hand(arm: Arm) -> dict[str, float]:
    """The largest vigour by technique, of needles that are moved by hand."""
    found: dict[str, float] = {}
    for session in arm.plan().sessions:
        for needling in session.needlings:
            if needling.technique in _BY_HAND and needling.vigour > 0:
                found[needling.technique] = max(found.get(needling.technique, 0.0), needling.vigour)
    return found
