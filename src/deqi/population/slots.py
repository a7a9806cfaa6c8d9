"""What is known of a patient before anyone has seen them: centre, sex, age.

It belongs to the slot, so that a whole trial can be allocated without
simulating anyone. Who is of the wrong age or sex is replaced at once; who is
refused later, at screening, is replaced by somebody of the same centre, sex and age.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from deqi.errors import PopulationError
from deqi.population.distributions import covariate_values
from deqi.population.draws import CENTRE, SLOT, Array, normals, uniforms
from deqi.population.eligibility import Eligibility
from deqi.population.plan import OF_SLOT, Plan, plan_of
from deqi.population.recipe import Recipe

#: People asked for a slot until one is of an age and a sex that the trial takes.
MOST_TURNS = 200


@dataclass(frozen=True, eq=False)
class Slots:
    """A range of slots, and what is known of them.

    Attributes
    ----------
    first : int
        The first of them.
    covariates : mapping
        ``centre`` and ``age_group`` (numbers from 0), ``sex`` (female, male) and ``age`` [y], an array each.
    scores : mapping
        Independent normal scores of sex and age.
    turns : ndarray of int, shape (slot,)
        How many people of a wrong age or sex were turned away before.
    refused : mapping
        How many of them did not meet a criterion, by the criterion; an array of shape (slot,) each.
    """

    first: int
    covariates: Mapping[str, Array]
    scores: Mapping[str, Array]
    turns: Array
    refused: Mapping[str, Array]

    def __len__(self) -> int:
        return len(self.turns)


def draw_slots(
    recipe: Recipe, seed: int, first: int, stop: int, eligibility: Eligibility | None = None
) -> Slots:
    """What is known of a range of slots; arguments as for `deqi.population.enrol`.

    Raises
    ------
    PopulationError
        If hardly anyone of this population is of an age and a sex that are taken.

    Examples
    --------
    >>> from deqi.population import load_recipe
    >>> slots = draw_slots(load_recipe("gerac"), seed=1, first=0, stop=1000)
    >>> bool(48 < slots.covariates["age"].mean() < 52)
    True
    """
    plan = plan_of(recipe)
    criteria = (recipe.eligibility if eligibility is None else eligibility).known
    turns = np.zeros(stop - first, int)
    refused = {str(criterion): np.zeros(stop - first, int) for criterion in criteria}
    for _ in range(MOST_TURNS):
        scores = {name: normals(seed, f"{SLOT} {name}", first, stop, 1, turns)[:, 0] for name in OF_SLOT}
        known = known_covariates(plan, scores)
        wrong = np.zeros(len(turns), bool)
        for criterion in criteria:
            here = ~wrong & ~criterion.admits(known[criterion.name])
            refused[str(criterion)] += here
            wrong |= here
        if not wrong.any():
            centre = np.floor(recipe.centres * uniforms(seed, CENTRE, first, stop, 1)[:, 0]).astype(int)
            return Slots(first, {"centre": centre, **known}, scores, turns, refused)
        turns = turns + wrong
    worst = max(refused, key=lambda reason: refused[reason].sum())
    raise PopulationError(
        f"hardly anyone of {recipe.name} is eligible: '{worst}' refuses {refused[worst].sum()} people",
        where="eligibility",
        fix="widen it, or change the recipe's age or sex",
    )


def known_covariates(plan: Plan, scores: Mapping[str, Array]) -> dict[str, Array]:
    """Sex, age and age group from independent scores."""
    recipe = plan.recipe
    ranks = {name: plan.copula.correlate(name, scores.__getitem__) for name in OF_SLOT}
    women = covariate_values(recipe.covariates["sex"].distribution, ranks["sex"]) > 0
    age = covariate_values(recipe.covariates["age"].distribution, ranks["age"])
    return {
        "sex": np.where(women, "female", "male"),
        "age": age,
        "age_group": np.digitize(age, recipe.age_groups),
    }
