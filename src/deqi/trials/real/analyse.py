"""A real trial analysed: means by arm and week, differences, responders, and who is missing."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeAlias

import numpy as np

from deqi.results import versions
from deqi.trials.asked import Asked
from deqi.trials.estimates import INTERVALS, Share, ShareDifference, Values
from deqi.trials.parts import Better
from deqi.trials.real.ancova import Adjusted, compare_arms
from deqi.trials.real.asked import check_asked
from deqi.trials.real.files import find_data, read_map
from deqi.trials.real.mapping import Map, Outcome, rule_name
from deqi.trials.real.table import read_data
from deqi.trials.responders import enough
from deqi.trials.schema import column

if TYPE_CHECKING:
    import pandas as pd

Array: TypeAlias = np.ndarray[Any, Any]

#: What a share of responders is of.
MEASURED = "measured"
RANDOMISED = "randomised"
SHARES_OF = {
    MEASURED: "of those with a score before and at that week",
    RANDOMISED: "of all randomised; whoever has no score is no responder, as in a virtual trial",
}
_INTERVALS = ("ci95", "mean", "share", "difference", "smd", "share_difference")


@dataclass(frozen=True, eq=False)
class RealTrial:
    """A real trial, read and analysed.

    Attributes
    ----------
    map : Map
        What its columns mean.
    table : pandas.DataFrame
        Its patients, as `read_data` gives them.
    data : dict
        ``name`` of the file and ``sha256`` of what it held.
    asked : tuple of Asked
        Analyses beside that of covariance.
    """

    map: Map
    table: pd.DataFrame
    data: dict[str, str]
    asked: tuple[Asked, ...] = ()

    @cached_property
    def analyses(self) -> list[dict[str, Any]]:
        """Analyses that were asked for; see `deqi.trials.real.analyses`."""
        from deqi.trials.real.analyses import analysed

        return [analysed(self, one) for one in self.asked]

    @cached_property
    def of(self) -> dict[str, Array]:
        """Which rows are of each arm, as booleans."""
        arms = self.table["arm"].to_numpy(object)
        return {name: np.asarray(arms == name, bool) for name in self.map.arm_names}

    @cached_property
    def contrasts(self) -> list[Adjusted]:
        """Every pair of arms in every outcome at every week."""
        return [
            found
            for outcome in self.map.outcomes
            for week, _ in outcome.weeks
            for found in compare_arms(self.map, self.table, outcome, week)
        ]

    def scores(self, outcome: Outcome, week: float) -> Array:
        """An outcome at a week, one a patient; NaN where nothing is known."""
        return np.asarray(self.table[column(outcome.name, week)].to_numpy(float))

    def as_json(self) -> dict[str, Any]:
        """The result as plain data; its schema is ``docs/schemas/analyse.schema.json``."""
        return {
            "title": self.map.title,
            "patients": len(self.table),
            "arms": {name: self._arm(who) for name, who in self.of.items()},
            "contrasts": [found.as_dict() for found in self.contrasts],
            "responder_contrasts": list(self._responder_contrasts()),
            "analyses": self.analyses,
            "missing": list(self._missing()),
            "intervals": {name: INTERVALS[name] for name in _INTERVALS} | {"of": SHARES_OF},
            "map": self.map.describe(),
            "data": self.data,
            "simulated": None,
            "provenance": versions(("numpy", "pandas", "scipy", "statsmodels")),
        }

    def _arm(self, who: Array) -> dict[str, Any]:
        outcomes, change = {}, {}
        for outcome in self.map.outcomes:
            seen = {week: self.scores(outcome, week)[who] for week in outcome.columns}
            outcomes[outcome.name] = {f"{w:g}": Values.of(values).as_dict() for w, values in seen.items()}
            change[outcome.name] = {
                f"{w:g}": Values.of(values - seen[0.0]).as_dict() for w, values in seen.items() if w
            }
        responders: dict[str, dict[str, dict[str, Any]]] = {}
        for rule, week, met, measured in self.responders():
            responders.setdefault(rule, {})[f"{week:g}"] = {
                MEASURED: Share.of(met[who & measured]).as_dict(),
                RANDOMISED: Share.of(met[who]).as_dict(),
            }
        return {"n": int(who.sum()), "outcomes": outcomes, "change": change, "responders": responders}

    def responders(self) -> Iterator[tuple[str, float, Array, Array]]:
        """Rule, week, who met it, and of whom that is known."""
        for rule in self.map.responders:
            outcome = self.map.outcome(rule.endpoint)
            before = self.scores(outcome, 0)
            for week, _ in outcome.weeks:
                now = self.scores(outcome, week)
                yield rule_name(rule), week, improved(rule, outcome, before, now), np.isfinite(before + now)

    def _responder_contrasts(self) -> Iterator[dict[str, Any]]:
        for rule, week, met, measured in self.responders():
            for of, rows in ((MEASURED, measured), (RANDOMISED, np.ones_like(measured))):
                for first, second in self.map.pairs:
                    both = (met[self.of[name] & rows] for name in (first, second))
                    yield {
                        "rule": rule,
                        "week": week,
                        "of": of,
                        "arms": [first, second],
                        **ShareDifference.of(*both).as_dict(),
                    }

    def _missing(self) -> Iterator[dict[str, Any]]:
        """Who has no score, and how they were at baseline beside the others of their arm."""
        names = self.table["patient"].to_numpy(object)
        for outcome in self.map.outcomes:
            before = self.scores(outcome, 0)
            for week in outcome.columns:
                lost = ~np.isfinite(self.scores(outcome, week))
                for arm, who in self.of.items():
                    yield {
                        "outcome": outcome.name,
                        "week": week,
                        "arm": arm,
                        "n": int(np.sum(lost & who)),
                        "of": int(np.sum(who)),
                        "baseline_missing": Values.of(before[lost & who]).as_dict(),
                        "baseline_measured": Values.of(before[~lost & who]).as_dict(),
                        "patients": [str(name) for name in names[lost & who]],
                    }


def analyse(data: str | Path, mapped: Map | str | Path, analyses: tuple[Asked, ...] = ()) -> RealTrial:
    r"""Analyse individual data of a real trial.

    Parameters
    ----------
    data : str or Path
        A CSV file, one row a patient; looked for in the folder that ``DEQI_STUDY_DATA`` names, too.
    mapped : Map, str or Path
        What its columns mean, or the TOML file that says so.
    analyses : tuple of Asked, optional
        Analyses beside that of covariance.

    Raises
    ------
    DeqiError
        If a file cannot be read, the map is not sound, or the table holds what it may not.

    Examples
    --------
    >>> import tempfile
    >>> rows = [f"{k},{k % 2},{50 + k},{40 + k - 10 * (k % 2) + k % 3}" for k in range(20)]
    >>> outcome = Outcome("pain", "before", {8: "after"}, instrument="vas_pain")
    >>> mapped = Map(
    ...     "A trial", "id", "group", {"1": "needles", "0": "none"}, (outcome,), covariates=("baseline",)
    ... )
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     file = Path(folder) / "trial.csv"
    ...     _ = file.write_text("\n".join(["id,group,before,after", *rows]))
    ...     found = analyse(file, mapped)
    >>> round(found.contrasts[0].comparison.difference)
    -10
    """
    if not isinstance(mapped, Map):
        mapped = read_map(mapped)
    for asked in analyses:
        check_asked(mapped, asked)
    path = find_data(data)
    table = read_data(path, mapped)
    return RealTrial(
        mapped,
        table,
        {"name": path.name, "sha256": hashlib.sha256(path.read_bytes()).hexdigest()},
        tuple(analyses),
    )


def improved(rule: Better, outcome: Outcome, before: Array, now: Array) -> Array:
    """Who is better than at baseline by so much; nobody of whom that is not known.

    A share of a baseline of 0 is nothing that anyone could be better by: the rule does not hold.
    """
    gain = before - now if outcome.better == "down" else now - before
    return enough(gain, before, rule.better_by, rule.better_by_points)
