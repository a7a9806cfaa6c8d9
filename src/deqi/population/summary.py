"""What was asked of a population against what was drawn."""

from __future__ import annotations

import math
from dataclasses import asdict
from typing import Any

import numpy as np
from scipy.special import ndtri

from deqi.population.components import components
from deqi.population.draws import Array
from deqi.population.enrolment import Enrolled
from deqi.population.met import Met
from deqi.population.recipe import Covariate


def summarise(enrolled: Enrolled, met: Met) -> dict[str, Any]:
    """Asked against drawn, as plain data.

    Parameters
    ----------
    enrolled : Enrolled
        Two patients at least.
    met : Met
        What they were enrolled with.

    Returns
    -------
    dict
        Means, SDs and correlations, asked and drawn; the standard error of a drawn mean is between
        patients. The correlation is that of normal scores of the ranks; for sex, of two groups, it is
        weaker than what was asked.

    Examples
    --------
    >>> from deqi.population import enrol, load_recipe, meet
    >>> met = meet(load_recipe("chronic-low-back-pain"))
    >>> summarise(enrol(met, seed=1, first=0, stop=20), met)["patients"]
    20
    """
    asked = {one.instrument: one for one in met.recipe.baseline}
    return {
        "patients": len(enrolled),
        "seed": enrolled.seed,
        "candidates": int(enrolled.looked_at.sum()),
        "refusals": dict(enrolled.refusals),
        "baseline": [
            {
                "instrument": name,
                "asked_mean": asked[name].mean if name in asked else None,
                "asked_sd": asked[name].sd if name in asked else None,
                **_moments(scores),
            }
            for name, scores in enrolled.baseline.items()
        ],
        "covariates": [
            {"name": c.name, "unit": c.unit, **_asked(c), **_moments(_numbers(enrolled.covariates[c.name]))}
            for c in met.recipe.covariates.values()
        ],
        "correlations": [
            {"of": list(c.of), "asked": c.value, "drawn": _correlation(enrolled, *c.of)}
            for c in met.recipe.correlations
        ],
        "components": asdict(components(enrolled, met)) if met.recipe.primary and len(enrolled) > 1 else None,
    }


def _moments(values: Array) -> dict[str, float | None]:
    # The SD of one patient is no number, which JSON does not have.
    sd = float(values.std(ddof=1)) if len(values) > 1 else None
    return {
        "mean": float(values.mean()),
        "sd": sd,
        "mean_error": None if sd is None else sd / math.sqrt(len(values)),
    }


def _asked(covariate: Covariate) -> dict[str, float]:
    numbers = covariate.distribution.numbers
    share = numbers.get("share", 0.0)
    return {
        "asked_mean": numbers.get("mean", share),
        "asked_sd": numbers.get("sd", math.sqrt(share * (1 - share))),
    }


def _numbers(values: Array) -> Array:
    return np.asarray(values == "female", float) if values.dtype.kind == "U" else values


def _correlation(enrolled: Enrolled, first: str, second: str) -> float | None:
    every = {**enrolled.covariates, **enrolled.varied}
    scores = [_scores(_numbers(every[name])) for name in (first, second)]
    if len(enrolled) < 3 or any(np.ptp(s) == 0 for s in scores):
        return None
    return float(np.corrcoef(np.stack(scores))[0, 1])


def _scores(values: Array) -> Array:
    """Normal scores of ranks; equal values share the middle of theirs."""
    _, which, counts = np.unique(values, return_inverse=True, return_counts=True)
    below = np.cumsum(counts) - counts
    return np.asarray(ndtri((below + counts / 2)[which] / len(values)))
