"""Candidates: people drawn for open slots, brought to week 0, measured, and looked at.

Whoever draws the numbers (a trial by its seed, or the fixed reference sample
that baselines are met on) gives a function from a purpose to normal numbers.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import TypeAlias

import numpy as np

from deqi.engine import Status
from deqi.measurement import PAIN, RECALL_DAYS, STATES, Adjustment, Seen, load_instrument, measure
from deqi.population.distributions import covariate_values
from deqi.population.draws import CANDIDATE, FLUCTUATION, Array, error_purpose, person_purpose
from deqi.population.eligibility import Eligibility
from deqi.population.plan import OF_SLOT, Plan
from deqi.population.within import FIRST_DAY, fluctuate
from deqi.simulation import prepare_many
from deqi.solvers import Solver

#: From a purpose and a number of columns to normal numbers, shape (candidate, column).
Draw: TypeAlias = Callable[[str, int], Array]

#: Why somebody is refused who cannot be brought to week 0.
NOT_PREPARED = "could not be brought to week 0"


@dataclass(frozen=True, eq=False)
class Candidates:
    """People who were looked at.

    Attributes
    ----------
    covariates : mapping
        Everything known of them, an array each.
    varied : mapping
        Their parameters, by path.
    states : ndarray, shape (candidate, state)
        At week 0.
    status : ndarray of int, shape (candidate,)
        `deqi.engine.Status` of their preparation.
    seen : Seen
        What instruments can read at week 0.
    """

    covariates: Mapping[str, Array]
    varied: Mapping[str, Array]
    states: Array
    status: Array
    seen: Seen

    def __len__(self) -> int:
        return len(self.status)


def look_at(
    plan: Plan,
    known: Mapping[str, Array],
    scores: Mapping[str, Array],
    draw: Draw,
    *,
    shift: float,
    spread: float,
    solver: Solver,
) -> Candidates:
    """Draw candidates and bring them to week 0.

    Parameters
    ----------
    plan : Plan
        How.
    known, scores : mapping
        Covariates known before, and the independent scores of sex and age, one each.
    draw : callable
        Whatever else is random.
    shift, spread : float
        As in `Met`.
    solver : Solver
        How to solve.
    """
    count = len(scores[OF_SLOT[0]])

    def independent(name: str) -> Array:
        return scores[name] if name in scores else draw(f"{CANDIDATE} {name}", 1)[:, 0]

    varied = plan.varied(independent, count, shift, spread)
    ranks = plan.copula.correlate("duration", independent)
    duration = covariate_values(plan.recipe.covariates["duration"].distribution, ranks)
    case = plan.case
    states, status = prepare_many(case.model, case.patient, {**case.numbers, **varied}, solver, count)
    return Candidates(
        covariates={**known, "duration": duration, **plan.views(varied, count)},
        varied=varied,
        states=states,
        status=status,
        seen=seen_at_start(plan, states, draw(FLUCTUATION, 1 - FIRST_DAY)),
    )


def seen_at_start(plan: Plan, states: Array, scores: Array | None = None) -> Seen:
    """What instruments can read at week 0, from states; without scores, free of fluctuation.

    The week before is taken to be like week 0, but for the fluctuation from day to day.
    """
    column = {path: k for k, path in enumerate(plan.case.model.states)}

    def state(path: str) -> Array:
        return np.ascontiguousarray(states[:, column[path]])

    pain = np.repeat(state(PAIN)[:, None], 1 - FIRST_DAY, axis=1)
    if scores is not None:
        pain = fluctuate(plan.recipe.within, pain, scores)
    week = pain[:, -RECALL_DAYS:]
    return Seen(
        pain=week[:, None, :],
        pain_at_start=week.mean(axis=1),
        **{name: state(path)[:, None] for name, path in STATES.items()},
    )


def measured(candidates: Candidates, instrument: str, draw: Draw, adjustment: Adjustment | None) -> Array:
    """What an instrument says of candidates at baseline, shape (candidate,)."""
    scale = load_instrument(instrument)
    person = draw(person_purpose(scale.name), 1)[:, 0]
    error = draw(error_purpose(scale.name, 0), 1)
    return measure(scale, candidates.seen, person, error, adjustment)[:, 0]


@dataclass(frozen=True)
class Screening:
    """Reasons to refuse a candidate, in the order in which they are looked for."""

    plan: Plan
    eligibility: Eligibility

    @property
    def reasons(self) -> tuple[str, ...]:
        """Every reason there is."""
        return (
            *(str(criterion) for criterion in self.eligibility.known),
            NOT_PREPARED,
            *(limit.reason for limit in self.plan.recipe.limits),
            *(str(criterion) for criterion in self.eligibility.asked),
        )

    def refuse(self, candidates: Candidates, scores: Mapping[str, Array]) -> Array:
        """Why each candidate is refused, as a number of `reasons`; -1 for who is taken."""
        tests = [
            *(c.admits(candidates.covariates[c.name]) for c in self.eligibility.known),
            candidates.status == Status.DONE,
            *self._limits(candidates.states),
            *(c.admits(_of(c.name, candidates, scores)) for c in self.eligibility.asked),
        ]
        passed = np.stack(tests, axis=1)
        return np.where(passed.all(axis=1), -1, passed.argmin(axis=1))

    def count(self, refused: Array) -> dict[str, int]:
        """How many were refused for each reason."""
        return {reason: int((refused == k).sum()) for k, reason in enumerate(self.reasons)}

    def _limits(self, states: Array) -> list[Array]:
        column = {path: k for k, path in enumerate(self.plan.case.model.states)}
        found = []
        for limit in self.plan.recipe.limits:
            low = -np.inf if limit.at_least is None else limit.at_least
            high = np.inf if limit.at_most is None else limit.at_most
            values = states[:, column[limit.path]]
            found.append((low <= values) & (values <= high))
        return found


def _of(name: str, candidates: Candidates, scores: Mapping[str, Array]) -> Array:
    return scores[name] if name in scores else candidates.covariates[name]
