"""Arms of a real trial compared: analysis of covariance with the covariates that the map states.

The outcome is explained by the arm and the covariates; all arms share one
residual variance, and only patients count of whom outcome and covariates are
known (available cases). With no covariate but the baseline it is what
`deqi.trials.analysis` does for a virtual trial, to rounding.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any, TypeAlias

import numpy as np

from deqi.trials.ancova import Comparison, compared, fit_ancova, nobody
from deqi.trials.real.mapping import BASELINE, Map, Outcome
from deqi.trials.real.table import covariate
from deqi.trials.schema import column

if TYPE_CHECKING:
    import pandas as pd

Array: TypeAlias = np.ndarray[Any, Any]


@dataclass(frozen=True)
class Adjusted:
    """Two arms compared, and the model that did it.

    Attributes
    ----------
    comparison : Comparison
        The difference, its interval, and patients of the two arms in the model.
    model : str
        The model in words.
    completers : int
        Patients of all arms in the model.
    left_out : dict
        Patients who are not, by the first thing that is not known of them.
    """

    comparison: Comparison
    model: str
    completers: int
    left_out: dict[str, int]

    def as_dict(self) -> dict[str, Any]:
        """As plain data."""
        more = {"model": self.model, "completers": self.completers, "left_out": dict(self.left_out)}
        return self.comparison.as_dict() | more


def compare_arms(mapped: Map, table: pd.DataFrame, outcome: Outcome, week: float) -> list[Adjusted]:
    """Every contrast of a real trial in one outcome at one week.

    Parameters
    ----------
    mapped : Map
        Covariates and contrasts.
    table : pandas.DataFrame
        As `read_data` gives it.
    outcome : Outcome
        One of the map's.
    week : float
        One of its weeks after 0.

    Examples
    --------
    >>> import pandas as pd
    >>> outcome = Outcome("pain", "before", {8: "after"}, instrument="vas_pain")
    >>> mapped = Map(
    ...     "A trial", "id", "group", {"1": "needles", "0": "none"}, (outcome,), covariates=("baseline",)
    ... )
    >>> table = pd.DataFrame(
    ...     {
    ...         "arm": ["needles", "none"] * 4,
    ...         "pain.w0": [50.0, 50, 60, 60, 70, 70, 80, 80],
    ...         "pain.w8": [31.0, 40, 39, 50, 49, 60, 61, 70],
    ...     }
    ... )
    >>> found = compare_arms(mapped, table, outcome, 8)[0]
    >>> round(found.comparison.difference, 3), found.model
    (-10.0, 'pain at week 8 ~ arm + baseline')
    """
    fit = _Fit(mapped, table, outcome, week)
    return [fit.contrast(first, second) for first, second in mapped.pairs]


class _Fit:
    """The regression of one outcome at one week."""

    def __init__(self, mapped: Map, table: pd.DataFrame, outcome: Outcome, week: float) -> None:
        self.mapped, self.name, self.week = mapped, outcome.name, week
        scores = table[column(outcome.name, week)].to_numpy(float)
        known = {f"{outcome.name} at week {week:g}": np.isfinite(scores)}
        self.columns = {name: _column(table, outcome, name) for name in mapped.covariates}
        kinds = {name: table[covariate(name)] for name in mapped.categories}
        known |= {name: np.isfinite(values) for name, values in self.columns.items()}
        known |= {name: values.notna().to_numpy(bool) for name, values in kinds.items()}
        rows = np.ones(len(table), bool)
        self.left_out: dict[str, int] = {}
        for name, has in known.items():
            lost = int(np.sum(rows & ~has))
            if lost:
                self.left_out[name] = lost
            rows &= has
        self.outcome = scores[rows]
        arms = table["arm"].to_numpy(object)[rows]
        self.of = {name: np.asarray(arms == name, bool) for name in mapped.arm_names}
        self.terms = {name: values[rows] for name, values in self.columns.items()}
        texts = {name: values.to_numpy(object)[rows] for name, values in kinds.items()}
        levels = {name: sorted(set(values)) for name, values in texts.items()}
        self.terms |= {name: dummies(values, levels[name]) for name, values in texts.items()}
        words = [n if n not in texts else f"{n} ({len(levels[n])} categories)" for n in self.terms]
        self.model = " + ".join([f"{outcome.name} at week {week:g} ~ arm", *words])
        self.fit = fit_ancova(self.outcome, self.of, self.terms)
        self.reason = "" if self.fit.fitted else "too few patients for this model"
        if self.fit.blamed:
            self.reason = (
                f"{self.fit.blamed} tells nothing that the arm and what stands before it do not; leave it out"
            )

    def contrast(self, first: str, second: str) -> Adjusted:
        """One arm minus another."""
        n = int(self.of[first].sum()), int(self.of[second].sum())
        made = Comparison(self.name, self.week, (first, second), None, None, None, None, None, n)
        reason = nobody(made.arms, n) or self.reason
        made = (
            replace(made, reason=reason)
            if reason
            else compared(made, self.fit, self.outcome, self.of, tuple(self.terms))
        )
        return Adjusted(made, self.model, len(self.outcome), self.left_out)


def terms_of(mapped: Map, table: pd.DataFrame, outcome: Outcome) -> dict[str, Array]:
    """Covariates of all patients as columns; NaN where one is not known.

    Parameters
    ----------
    mapped, table, outcome
        As for `compare_arms`.

    Returns
    -------
    dict
        By name: shape (patient,) of numbers, (patient, category - 1) of categories.
    """
    terms = {name: _column(table, outcome, name) for name in mapped.covariates}
    for name in mapped.categories:
        texts = table[covariate(name)]
        here = texts.notna().to_numpy(bool)
        made = dummies(texts.to_numpy(object), sorted(set(texts[here])))
        terms[name] = np.where(here[:, None], made, np.nan)
    return terms


def dummies(texts: Array, levels: list[str]) -> Array:
    """A column of 0 and 1 for each category but the first, shape (patient, category - 1).

    Examples
    --------
    >>> dummies(np.array(["north", "south", "north"], object), ["north", "south"]).ravel().tolist()
    [0.0, 1.0, 0.0]
    """
    found = np.array([[text == one for one in levels[1:]] for text in texts], float)
    return found.reshape(len(texts), max(0, len(levels) - 1))


def _column(table: pd.DataFrame, outcome: Outcome, name: str) -> Array:
    """A covariate that is a number; for the baseline, the outcome's own."""
    held = column(outcome.name, 0) if name == BASELINE else covariate(name)
    return np.asarray(table[held].to_numpy(float))
