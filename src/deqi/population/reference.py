"""The fixed sample of candidates that baselines are met on.

Its numbers are the same every time (common random numbers), so that what is
reached changes smoothly with what is tried. Each is stratified; those that a
score and being taken go by (severity, how instruments are filled in, the days
recalled) are a shifted Sobol sequence, even together, so that a small sample
has the mean and the spread of a large one.

Approximation: here every candidate is looked at once, while a trial looks for
another one of the same sex and age. The two agree as far as being refused does
not depend on sex and age, which no recipe of ours lets it.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache

import numpy as np
from scipy.special import ndtri

from deqi.measurement import Adjustment, spread
from deqi.population.candidates import Candidates, Screening, look_at, measured
from deqi.population.draws import (
    CANDIDATE,
    FLUCTUATION,
    SLOT,
    Array,
    error_purpose,
    normals,
    person_purpose,
    uniforms,
)
from deqi.population.plan import OF_SLOT, Plan
from deqi.population.recipe import Asked
from deqi.population.slots import known_covariates
from deqi.population.within import FIRST_DAY
from deqi.solvers import Solver

#: Seed of the reference sample; unlikely to be a trial's.
SEED = 3_141_592_653
#: Rounds in which the way secondary instruments are filled in, and who is then taken, settle.
_ROUNDS = 60
_SETTLED = 0.005


@dataclass(frozen=True, eq=False)
class Outcome:
    """What a shift and a spread give.

    Attributes
    ----------
    adjustments : mapping
        How secondary instruments are filled in.
    scores : mapping
        What each instrument says of every candidate.
    refused : ndarray of int, shape (candidate,)
        Why each is refused; -1 for who is taken.
    """

    adjustments: Mapping[str, Adjustment]
    scores: Mapping[str, Array]
    refused: Array

    @property
    def taken(self) -> Array:
        """Whether each candidate is taken."""
        return self.refused < 0

    def moments(self, instrument: str) -> tuple[float, float]:
        """Mean and SD of a score among those who are taken; NaN where they are fewer than two."""
        values = self.scores[instrument][self.taken]
        if len(values) < 2:
            return float("nan"), float("nan")
        return float(values.mean()), float(values.std(ddof=1))


class Reference:
    """So many candidates, looked at under one shift and spread after another.

    Parameters
    ----------
    screening : Screening
        Who is taken.
    size : int
        How many.
    solver : Solver
        How to bring them to week 0.
    """

    def __init__(self, screening: Screening, size: int, solver: Solver) -> None:
        self.screening, self.size, self.solver = screening, size, solver
        self.plan: Plan = screening.plan
        self._drawn = self._even()
        self._scores = {name: self.draw(f"{SLOT} {name}", 1)[:, 0] for name in OF_SLOT}
        self._known = known_covariates(self.plan, self._scores)

    def draw(self, purpose: str, columns: int) -> Array:
        """Normal numbers for a purpose, the same every time, shape (candidate, column)."""
        if purpose not in self._drawn:
            drawn = normals(SEED, purpose, 0, self.size, columns)
            ranks = drawn.argsort(axis=0).argsort(axis=0)
            self._drawn[purpose] = ndtri((ranks + 0.5) / self.size)
        return self._drawn[purpose]

    def _even(self) -> dict[str, Array]:
        """Normal numbers that are even together, for what a score and who is taken go by."""
        recipe, rule = self.plan.recipe, self.screening.eligibility
        first = [recipe.primary.instrument] if recipe.primary else []
        columns = dict.fromkeys((f"{CANDIDATE} {path}" for path in recipe.severity), 1)
        for name in dict.fromkeys((*first, *rule.instruments)):
            columns |= {person_purpose(name): 1, error_purpose(name, 0): 1}
        columns[FLUCTUATION] = 1 - FIRST_DAY
        points = _sobol(self.size, sum(columns.values()))
        ends = np.cumsum(list(columns.values()))
        parts = np.split(ndtri(points), ends[:-1], axis=1)
        return dict(zip(columns, parts, strict=True))

    def look(self, shift: float, spread: float) -> Outcome:
        """Everyone under a shift and a spread, secondary instruments filled in as asked."""
        recipe = self.plan.recipe
        candidates = look_at(
            self.plan, self._known, self._scores, self.draw, shift=shift, spread=spread, solver=self.solver
        )
        first = [recipe.primary.instrument] if recipe.primary else []
        names = dict.fromkeys((*first, *self.screening.eligibility.instruments))
        secondary = {asked.instrument: asked for asked in recipe.baseline[1:]}
        fixed = {n: measured(candidates, n, self.draw, None) for n in names if n not in secondary}
        return self._settle(candidates, fixed, secondary)

    def _settle(
        self, candidates: Candidates, fixed: Mapping[str, Array], secondary: Mapping[str, Asked]
    ) -> Outcome:
        """Who is taken depends on how instruments are filled in, and that on who is taken."""
        adjustments = dict.fromkeys(secondary, Adjustment())
        for _ in range(_ROUNDS):
            scores = {
                **fixed,
                **{n: measured(candidates, n, self.draw, adjustments[n]) for n in secondary},
            }
            outcome = Outcome(dict(adjustments), scores, self.screening.refuse(candidates, scores))
            misses = [_miss(outcome, asked) for asked in secondary.values()]
            if all(abs(mean) < _SETTLED and abs(sd) < _SETTLED for mean, sd in misses):
                break
            for asked in secondary.values():
                adjustments[asked.instrument] = _adjusted(outcome, asked)
        return outcome


@lru_cache(maxsize=8)
def _sobol(size: int, dimensions: int) -> Array:
    """Numbers between 0 and 1 that are even in several dimensions, shape (candidate, dimension)."""
    # Loading it takes as long as reading a recipe does, and few need it: what was met is kept.
    from scipy.stats import qmc

    points = qmc.Sobol(dimensions, scramble=False).random_base2(int(math.log2(size)))
    moved = points + uniforms(SEED, "reference", 0, 1, dimensions)
    # The middle of each of so many equal parts, so that no number is 0 or 1.
    return np.asarray((np.floor((moved % 1.0) * size) + 0.5) / size)


def _miss(outcome: Outcome, asked: Asked) -> tuple[float, float]:
    mean, sd = outcome.moments(asked.instrument)
    return asked.mean - mean, 0.0 if asked.sd is None else asked.sd - sd


def _adjusted(outcome: Outcome, asked: Asked) -> Adjustment:
    """The adjustment that would do if being taken, rounding and the ends of the scale did not matter."""
    before = outcome.adjustments[asked.instrument]
    mean, sd = outcome.moments(asked.instrument)
    if not np.isfinite([mean, sd]).all():
        return before
    person = before.person_sd
    if asked.sd is not None:
        now = spread(asked.instrument, before).person
        person = float(np.sqrt(max(now**2 + asked.sd**2 - sd**2, 0.0)))
    return Adjustment(shift=before.shift + asked.mean - mean, person_sd=person)
