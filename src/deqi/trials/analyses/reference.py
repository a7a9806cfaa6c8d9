"""Jump to reference: whoever left is imputed as if they had the reference arm's course from then on.

After Carpenter, Roger and Kenward (doi 10.1080/10543406.2013.834911). Up to the
last visit at which a patient was measured, the mean profile is that of the own
arm; after it, that of the reference arm, at the patient's own baseline. How much
a patient differed from the own arm's profile before leaving carries on as it
does in the reference arm: through that arm's regressions of a visit on the ones
before, whose coefficients and residual SDs also draw the rest.

Patients of the reference arm are imputed as missing at random; so are visits
missed in between, within the own arm. The regressions are drawn anew for each
imputation, the same draw of the reference arm's for all arms.
"""

from __future__ import annotations

from typing import Any, TypeAlias

import numpy as np

from deqi.errors import TrialError
from deqi.trials.analyses.draws import draw_regression, predictors, varying
from deqi.trials.analyses.imputation import CYCLES, IMPUTATIONS, impute_arm
from deqi.trials.analyses.visits import check_arms, check_rows

Array: TypeAlias = np.ndarray[Any, Any]
#: Coefficients and residual SDs of a visit's regression on the baseline and the visits before.
_Visit: TypeAlias = tuple[Array, Array]


def jump_to_reference(
    outcomes: Array,
    arm: Array,
    reference: str,
    *,
    baseline: Array | None = None,
    imputations: int = IMPUTATIONS,
    cycles: int = CYCLES,
    seed: int = 1,
) -> Array:
    """Impute with a jump to the reference arm's mean profile on leaving.

    Parameters
    ----------
    outcomes : ndarray, shape (patient, visit)
        NaN is missing; after the last visit measured a patient has left.
    arm : ndarray of str, shape (patient,)
        Names of the arms.
    reference : str
        The arm whose profile those who left take.
    baseline : ndarray, shape (patient,) or (patient, covariate), optional
        Known of everybody; with other covariates beside, if there are some.
    imputations, cycles, seed
        As for `deqi.trials.analyses.imputation.impute`.

    Returns
    -------
    ndarray, shape (imputation, patient, visit)

    Raises
    ------
    TrialError, UnknownNameError
        If the reference is no arm, a baseline is missing, or there are too few patients measured.

    Examples
    --------
    >>> draw = np.random.default_rng(0)
    >>> arm = np.array(["needles", "nothing"] * 200)
    >>> outcomes = draw.normal(60 - 30 * (arm == "needles"), 5)[:, None]
    >>> outcomes[:100] = np.nan
    >>> made = jump_to_reference(outcomes, arm, "nothing", imputations=5)
    >>> bool(made[:, :100].mean() > 58)
    True
    """
    draw = np.random.default_rng(seed)
    check_rows(outcomes=outcomes, arm=arm, baseline=baseline)
    check_arms(arm, (reference,))
    if baseline is not None and not np.isfinite(baseline).all():
        raise TrialError("is missing of someone", where="baseline", fix="leave the patient out")
    return jumped(np.asarray(outcomes, float), arm, reference, baseline, imputations, draw, cycles)


def jumped(
    outcomes: Array,
    arm: Array,
    reference: str,
    baseline: Array | None,
    imputations: int,
    draw: np.random.Generator,
    cycles: int = CYCLES,
) -> Array:
    """As `jump_to_reference`, of what is checked and with random numbers from a generator."""
    names = np.unique(arm).tolist()
    baseline = varying(baseline, *(arm == name for name in names))
    made = np.repeat(outcomes[None], imputations, axis=0)
    last = last_measured(outcomes)
    _fill_between(made, arm, baseline, last, draw, cycles)
    leaves = last < outcomes.shape[1] - 1
    if not leaves.any():
        return made
    visits = outcomes.shape[1]
    theirs = _regressions(made, arm == reference, baseline, last, visits, draw, reference)
    for name in names:
        who = (arm == name) & leaves
        if not who.any():
            continue
        # Of the own arm, no more is needed than the profile up to where the last of them left.
        seen = int(last[who].max()) + 1
        own = (
            theirs if name == reference else _regressions(made, arm == name, baseline, last, seen, draw, name)
        )
        made[:, who] = _jump(
            made[:, who], None if baseline is None else baseline[who], last[who], own, theirs, draw
        )
    return made


def last_measured(outcomes: Array) -> Array:
    """Last visit at which each patient was measured, from 0; -1 for none.

    Examples
    --------
    >>> nan = float("nan")
    >>> last_measured(np.array([[1.0, nan, 2.0], [1.0, nan, nan], [nan, nan, nan]])).tolist()
    [2, 0, -1]
    """
    here = np.isfinite(outcomes)
    backwards = np.argmax(here[:, ::-1], axis=1)
    return np.where(here.any(axis=1), outcomes.shape[1] - 1 - backwards, -1)


def _fill_between(
    made: Array, arm: Array, baseline: Array | None, last: Array, draw: np.random.Generator, cycles: int
) -> None:
    """Impute visits missed before the last one measured, at random within the own arm."""
    between = np.isnan(made[0]) & (np.arange(made.shape[2]) < last[:, None])
    for name in np.unique(arm):
        who = arm == name
        if not between[who].any():
            continue
        own = None if baseline is None else baseline[who]
        filled = impute_arm(made[:, who], own, draw, cycles=cycles, where=f"arm {name}")
        made[:, who] = np.where(between[who], filled, made[:, who])


def _regressions(
    made: Array,
    who: Array,
    baseline: Array | None,
    last: Array,
    visits: int,
    draw: np.random.Generator,
    name: str,
) -> list[_Visit]:
    """Draws of each visit's regression on the baseline and the visits before, of one arm."""
    found = []
    for visit in range(visits):
        here = who & (last >= visit)
        shape = len(made), int(here.sum())
        design = predictors(shape, None if baseline is None else baseline[here], made[:, here, :visit])
        where = f"arm {name}, visit {visit + 1}"
        found.append(draw_regression(design, made[:, here, visit], draw, where=where))
    return found


def _profile(regressions: list[_Visit], baseline: Array | None, shape: tuple[int, int]) -> Array:
    """Mean of each visit at each patient's baseline, shape (imputation, patient, visit)."""
    means = np.empty((*shape, 0))
    for coefficients, _ in regressions:
        design = predictors(shape, baseline, means)
        means = np.concatenate([means, design @ coefficients[..., None]], axis=-1)
    return means


def _jump(
    made: Array,
    baseline: Array | None,
    last: Array,
    own: list[_Visit],
    theirs: list[_Visit],
    draw: np.random.Generator,
) -> Array:
    """Impute the patients of one arm who left, visit by visit after leaving."""
    shape = made.shape[:2]
    profile, target = _profile(own, baseline, shape), _profile(theirs, baseline, shape)
    rest = np.zeros_like(made)
    for visit, (coefficients, sd) in enumerate(theirs):
        # Of the coefficients, those of the visits before come last.
        carried = rest[..., :visit] @ coefficients[:, -visit:, None] if visit else np.zeros((*shape, 1))
        noise = sd[:, None] * draw.standard_normal(shape)
        gone = visit > last
        rest[..., visit] = carried[..., 0] + noise
        if not gone.all():
            rest[:, ~gone, visit] = made[:, ~gone, visit] - profile[:, ~gone, visit]
        made[:, gone, visit] = target[:, gone, visit] + rest[:, gone, visit]
    return made
