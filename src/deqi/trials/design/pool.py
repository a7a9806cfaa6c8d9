"""A pool of patients of each arm under each member of an ensemble: simulated once, kept, resumed.

Every arm of a pool has the same people (common random numbers): who they are,
how they fluctuate and what befalls them do not depend on their arm. The true
difference is thereby known far better than two groups of other people would
tell it. Trials that are drawn from the pool take other people in each arm.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from time import monotonic
from typing import TYPE_CHECKING, Any, TypeAlias

import numpy as np

from deqi.errors import PopulationError, TrialError
from deqi.execution import Progress, Watch
from deqi.parameters import Ensemble
from deqi.population import Met, meet, with_member
from deqi.trials.design.resample import Group
from deqi.trials.over_members import MEMBERS, check_members
from deqi.trials.parts import Allocation, Analysis, Arm
from deqi.trials.run import CHUNK, TrialRun, description, kept, population_of
from deqi.trials.schema import Trial, column

if TYPE_CHECKING:
    import pandas as pd

Array: TypeAlias = np.ndarray[Any, Any]

#: Patients of each arm under each member, unless said otherwise.
PATIENTS = 512
_FEWEST = 4
_MOST_PATIENTS = 100_000
#: Weight of the members whose population must have been met.
_MOST = 0.5


@dataclass(frozen=True, eq=False)
class Followed:
    """One arm's patients under one member; arrays of shape (patient,), the same people in every arm.

    Attributes
    ----------
    baseline, outcome : ndarray
        Scores [points]; NaN in both is a patient who could not be followed, in the outcome alone one
        who left.
    within : float
        Correlation of two baselines of a patient.
    digest : str
        Of the cohort.
    """

    baseline: Array
    outcome: Array
    within: float
    digest: str

    @property
    def group(self) -> Group:
        """Those who were followed."""
        known = np.isfinite(self.baseline)
        return Group(self.baseline[known], self.outcome[known])


@dataclass(frozen=True, eq=False)
class Pools:
    """Pools of all arms under all members.

    Attributes
    ----------
    ensemble, some : Ensemble
        The whole ensemble, and the members that were run, with their weights.
    rows : tuple of int
        Which of the whole they are; one may stand there more than once.
    arms : mapping of str to mapping of int to Followed
        By name of the arm, then row; without members whose population could not be met.
    failed : mapping of int to str
        Rows of those, and why.
    first : Met
        The population before any member.
    not_followed : int
        Patients whose course could not be computed, in all pools.
    """

    ensemble: Ensemble
    some: Ensemble
    rows: tuple[int, ...]
    arms: Mapping[str, Mapping[int, Followed]]
    failed: Mapping[int, str]
    first: Met
    not_followed: int

    @property
    def met(self) -> tuple[int, ...]:
        """Rows whose population was met, each once."""
        return tuple(dict.fromkeys(row for row in self.rows if row not in self.failed))

    def values(self, of: Mapping[int, float]) -> Array:
        """A number of each member in the order of `some`; NaN of those that have none."""
        return np.array([of.get(row, np.nan) for row in self.rows])


def simulate_pools(
    trial: Trial,
    arms: Sequence[Arm],
    ensemble: Ensemble,
    *,
    week: float,
    out: Path,
    patients: int = PATIENTS,
    members: int | None = MEMBERS,
    seed: int = 1,
    workers: int = 1,
    cluster: str | None = None,
    chunk: int = CHUNK,
    resume: bool = False,
    watch: Watch | None = None,
) -> Pools:
    """Follow a pool of patients under each arm and each member, up to the week that is analysed.

    Parameters
    ----------
    trial : Trial
        The trial; each arm is followed as a trial of its own.
    arms : sequence of Arm
        The arms, of different names.
    ensemble : Ensemble
        What is known about the parameters.
    week : float
        Visit that the primary endpoint is analysed at [wk].
    out : Path
        Folder; each pool has one of its own below it, named by all that decides it.
    patients : int
        Of each arm under each member.
    members : int, optional
        So many members of equal weight; None for all, with their weights.
    seed : int
        Seed of everything random; the same for every member and arm.
    workers, cluster, chunk, resume, watch
        As for `deqi.execution.execute`. Results depend on none of them.

    Raises
    ------
    TrialError
        If patients are from a file, or too few.
    PopulationError
        If the population cannot be met under members of more than half the weight.
    """
    check_members(trial)
    if not _FEWEST <= patients <= _MOST_PATIENTS:
        raise TrialError(
            f"{patients} patients an arm are no pool", where="pool", fix=f"give {_FEWEST} to {_MOST_PATIENTS}"
        )
    some = ensemble if members is None else ensemble.thinned(members)
    rows = tuple(range(len(ensemble)) if members is None else some.about["thinned"]["rows"])
    once = dict(zip(rows, some, strict=True))
    counted = None if watch is None else _Counted(watch, len(once) * len(arms) * patients)
    plans = {arm.name: _alone(trial, arm, week, patients) for arm in arms}
    first = population_of(next(iter(plans.values())))
    found: dict[str, dict[int, Followed]] = {arm.name: {} for arm in arms}
    failed: dict[int, str] = {}
    lost = 0
    try:
        for row, member in once.items():
            try:
                met = meet(with_member(first.recipe, member), trial.eligibility, near=first)
            except PopulationError as error:
                failed[row] = str(error)
                if counted is not None:
                    counted.next(len(arms) * patients)
                continue
            of = {"of": ensemble.fingerprint, "row": row, "values": member}
            for name, plan in plans.items():
                described = {**description(plan, met, seed), "member": of}
                run = kept(
                    plan,
                    met,
                    described,
                    out=out / f"{row:03d}-{_short_hash(described)}",
                    workers=workers,
                    cluster=cluster,
                    chunk=chunk,
                    resume=resume,
                    watch=counted,
                )
                found[name][row] = _followed(run, week)
                lost += int((~np.isfinite(found[name][row].baseline)).sum())
                if counted is not None:
                    counted.next(patients)
    except KeyboardInterrupt as stop:
        raise KeyboardInterrupt(f"{out}: stopped; what is done is kept, --resume goes on with it") from stop
    if sum(some.weights[k] for k, row in enumerate(rows) if row not in failed) < _MOST:
        raise PopulationError(
            f"cannot be met under {len(failed)} of {len(once)} members: {next(iter(failed.values()))}",
            where=f"population {first.recipe.name}",
            fix=f"choose another ensemble than {ensemble.name}",
        )
    return Pools(ensemble, some, rows, found, failed, first, lost)


def _alone(trial: Trial, arm: Arm, week: float, patients: int) -> Trial:
    """One arm as a trial of its own that ends with the week, or with the second round of leaving."""
    return replace(
        trial,
        arms=(replace(arm, ratio=1),),
        allocation=Allocation(),
        analysis=Analysis(),
        responders=(),
        analyses=(),
        published="",
        patients=patients,
        weeks=min(trial.weeks, max(week, 2 * trial.round_weeks)),
        visits=(week,),
    )


def _followed(run: TrialRun, week: float) -> Followed:
    from deqi.engine import Status

    table = run.table
    name = run.trial.primary.name
    done = table["status"].to_numpy(int) == int(Status.DONE)
    baseline, outcome = (
        np.where(done, table[column(name, at)].to_numpy(float), np.nan) for at in (0.0, week)
    )
    return Followed(baseline, outcome, _within(run, table[done]), run.folder.digest())


def _within(run: TrialRun, rows: pd.DataFrame) -> float:
    """Share of the variance of baselines that a patient's next one would have in common with it.

    What is not in common is the measurement error, and how the pain of the week before differs from the
    patient's own level; the instrument's mapping error stays with a patient.
    """
    scale = run.trial.primary.load()
    scores = rows[column(run.trial.primary.name, 0)].to_numpy(float)
    days = (rows[column("pain_recalled", 0)] - rows[column("pain_state", 0)]).to_numpy(float)
    if len(scores) < 2 or not np.var(scores) > 0:
        return 1.0
    noise = scale.numbers["error_sd"] ** 2 + (scale.slopes.get("pain", 0.0) ** 2) * np.var(days, ddof=1)
    return float(np.clip(1 - noise / np.var(scores, ddof=1), 0.01, 1.0))


def _short_hash(described: Mapping[str, Any]) -> str:
    return hashlib.sha256(json.dumps(described, sort_keys=True).encode()).hexdigest()[:12]


class _Counted:
    """A watcher of one pool after the other, which counts the patients of all."""

    def __init__(self, watch: Watch, total: int) -> None:
        self._watch, self._total = watch, total
        self._before = 0
        self._begun = monotonic()

    def __call__(self, progress: Progress) -> None:
        done = self._before + progress.done
        seconds = monotonic() - self._begun
        left = seconds / done * (self._total - done) if done else None
        self._watch(replace(progress, done=done, total=self._total, seconds=seconds, seconds_left=left))

    def next(self, patients: int) -> None:
        self._before += patients
