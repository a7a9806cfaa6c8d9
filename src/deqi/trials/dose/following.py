"""The same patients under every plan and every member of an ensemble, kept in a folder, resumed.

Who the patients are, how they fluctuate, what befalls them and how they answer
belongs to their place and to the seed (common random numbers): two plans differ
by what is done alone. Nobody leaves, misses a visit or is treated otherwise.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any

import numpy as np

from deqi.errors import PopulationError, TrialError
from deqi.execution import RunFolder, Watch, execute
from deqi.parameters import Ensemble
from deqi.population import Array, Enrolled, Met, enrol, meet, with_member
from deqi.protocols import Protocol
from deqi.trials.paired import answers
from deqi.trials.parts import Arm, Endpoint
from deqi.trials.run import population_of, trial_provenance
from deqi.trials.schema import Trial
from deqi.trials.staff import visit_days

#: Name of the endpoint that is looked at.
OUTCOME = "outcome"
#: What asks for pain and nothing else, which rules go by.
PAIN_ASKED = "vas_pain"
#: Covariates of patients that are kept.
KEPT = ("age", "expectation")
#: Patients worked out together, about. Results do not depend on it.
_TOGETHER = 512
_MOST = 0.5
_FEWEST, _MOST_PATIENTS = 2, 10_000


@dataclass(frozen=True)
class Plan:
    """What is done to everybody.

    Attributes
    ----------
    name : str
        Name in this question.
    protocol : Protocol
        The protocol.
    """

    name: str
    protocol: Protocol


@dataclass(frozen=True, eq=False)
class Members:
    """Members of an ensemble with the population that each is met in.

    Attributes
    ----------
    ensemble, some : Ensemble
        The whole, and the members that are run, with their weights.
    rows : tuple of int
        Which of the whole they are; one may stand there more than once.
    mets : mapping of int to Met
        By row; without those that could not be met.
    failed : mapping of int to str
        Those, and why.
    """

    ensemble: Ensemble
    some: Ensemble
    rows: tuple[int, ...]
    mets: Mapping[int, Met]
    failed: Mapping[int, str]


def asked_trial(outcome: str, weeks: float, visits: Sequence[float], patients: int) -> Trial:
    """A trial in which everybody is asked at some weeks, and that disturbs nobody.

    Raises
    ------
    DeqiError
        If the instrument is unknown, or has no baseline.
    """
    if not _FEWEST <= patients <= _MOST_PATIENTS:
        raise TrialError(
            f"{patients} patients are too few or too many",
            where="--patients",
            fix=f"give {_FEWEST} to {_MOST_PATIENTS}",
        )
    endpoints = [Endpoint(OUTCOME, outcome, primary=True)]
    if set(endpoints[0].load().slopes) != {"pain"}:
        endpoints.append(Endpoint("pain", PAIN_ASKED))
    if not endpoints[0].has_baseline:
        raise TrialError(
            f"{outcome} has no baseline that could improve",
            where="--outcome",
            fix="choose vas_pain, or another of `deqi instruments`",
        )
    return Trial(
        "dose",
        "Dose of needling",
        arms=(Arm("plan", "none"),),
        endpoints=tuple(endpoints),
        patients=patients,
        weeks=weeks,
        visits=tuple(sorted(visits)),
    )


def members_of(trial: Trial, ensemble: Ensemble, members: int | None) -> Members:
    """The population of a trial under each member.

    Raises
    ------
    PopulationError
        If it cannot be met under members of more than half the weight.
    """
    some = ensemble if members is None else ensemble.thinned(members)
    rows = tuple(range(len(ensemble)) if members is None else some.about["thinned"]["rows"])
    first = population_of(trial)
    mets: dict[int, Met] = {}
    failed: dict[int, str] = {}
    for row, member in dict(zip(rows, some, strict=True)).items():
        try:
            mets[row] = meet(with_member(first.recipe, member), trial.eligibility, near=first)
        except PopulationError as error:
            failed[row] = str(error)
    if sum(some.weights[k] for k, row in enumerate(rows) if row in mets) < _MOST:
        raise PopulationError(
            f"cannot be met under {len(failed)} members: {next(iter(failed.values()))}",
            where=f"population {first.recipe.name}",
            fix=f"choose another ensemble than {ensemble.name}",
        )
    return Members(ensemble, some, rows, mets, failed)


@dataclass(frozen=True, eq=False)
class Followed:
    """What patients said under every plan and member.

    Attributes
    ----------
    members : Members
        The members.
    weeks : tuple of float
        Weeks of `scores`, week 0 first.
    scores : mapping of str to ndarray, shape (member, patient, week)
        By plan [points]; NaN of whoever could not be followed, and of members that failed.
    visits : mapping of str to ndarray, shape (member, patient)
        Visits given in all.
    covariates : mapping of str to ndarray, shape (member, patient)
        Of `KEPT`.
    folder : RunFolder
        Where it lies.
    """

    members: Members
    weeks: tuple[float, ...]
    scores: Mapping[str, Array]
    visits: Mapping[str, Array]
    covariates: Mapping[str, Array]
    folder: RunFolder

    def at(self, plan: str, week: float) -> Array:
        """Scores under a plan in a week, shape (member, patient)."""
        return np.asarray(self.scores[plan][:, :, self.weeks.index(week)])

    @property
    def not_followed(self) -> int:
        """Courses that could not be computed, of members that were met."""
        met = np.array([row in self.members.mets for row in self.members.rows])
        return int(sum(np.isnan(scores[met, :, 0]).sum() for scores in self.scores.values()))


def follow(
    trial: Trial,
    plans: Sequence[Plan],
    members: Members,
    *,
    seed: int,
    out: Path,
    workers: int = 1,
    resume: bool = False,
    watch: Watch | None = None,
) -> Followed:
    """Follow a trial's patients under each plan and each member.

    Parameters
    ----------
    trial : Trial
        Of `asked_trial`.
    plans : sequence of Plan
        Of different names.
    members : Members
        Of `members_of`.
    seed : int
        Seed of everything random; the same for every plan and member.
    out : Path
        Folder that the scores are kept in; what decides them is added to its name as a digest.
    workers, resume, watch
        As for `deqi.execution.execute`. Results depend on none of them.
    """
    rows = tuple(members.mets)
    work = _Work(trial, tuple(plans), tuple(members.mets.values()), seed)
    per = trial.patients
    described = {
        "trial": trial.describe(),
        "seed": seed,
        "plans": [[plan.name, repr(plan.protocol)] for plan in plans],
        "ensemble": members.ensemble.fingerprint,
        "rows": list(rows),
        "made_with": trial_provenance(trial, next(iter(members.mets.values()))),
    }
    # Named by all that decides it, so that several questions may share a folder.
    digest = hashlib.sha256(json.dumps(described, sort_keys=True).encode()).hexdigest()[:12]
    folder = execute(
        work,
        described=described,
        patients=len(rows) * len(plans) * per,
        chunk=per * max(1, _TOGETHER // per),
        out=out.with_name(f"{out.name}-{digest}"),
        workers=workers,
        resume=resume,
        watch=watch,
    )
    table = folder.table()
    place = [rows.index(row) if row in rows else -1 for row in members.rows]

    def cube(name: str) -> Array:
        """A column as plan, member, patient; NaN of members that failed."""
        values = table[name].to_numpy().astype(float).reshape(len(rows), len(plans), per)
        whole = np.concatenate([values, np.full((1, len(plans), per), np.nan)])
        return np.asarray(whole[place].swapaxes(0, 1))

    seen = np.stack([cube(_week(week)) for week in trial.weeks_seen], axis=-1)
    visits = cube("visits")
    return Followed(
        members,
        trial.weeks_seen,
        {plan.name: seen[k] for k, plan in enumerate(plans)},
        {plan.name: visits[k] for k, plan in enumerate(plans)},
        {name: cube(name)[0] for name in KEPT},
        folder,
    )


@dataclass(frozen=True, eq=False)
class _Work:
    """Rows are patients within plans within members."""

    trial: Trial
    plans: tuple[Plan, ...]
    mets: tuple[Met, ...]
    seed: int

    def __call__(self, first: int, stop: int, threads: int) -> Any:
        """The rows of a range, as a `pyarrow.Table`."""
        import pyarrow as pa

        per = self.trial.patients
        parts: list[dict[str, Array]] = []
        for block in range(first // per, -(-stop // per)):
            here = np.arange(max(first - block * per, 0), min(stop - block * per, per))
            parts.append(self._block(block, here, threads))
        return pa.table({name: np.concatenate([part[name] for part in parts]) for name in parts[0]})

    def _block(self, block: int, here: Array, threads: int) -> dict[str, Array]:
        number, k = divmod(block, len(self.plans))
        plan = self.plans[k].protocol
        enrolled = _enrolled(self, number, threads)
        met = self.mets[number]
        found = answers(
            self.trial,
            self.trial.arms[0],
            met,
            self.seed,
            enrolled,
            here,
            self.trial.primary,
            protocol=plan,
            threads=threads,
        )
        last = 7 * self.trial.weeks
        return {
            "member": np.full(len(here), number),
            "plan": np.full(len(here), k),
            "patient": here,
            **{_week(week): values for week, values in found.scores.items()},
            "visits": np.array([sum(d < last for d in visit_days(p)) for p in found.plans]),
            **{name: np.asarray(enrolled.covariates[name], float)[here] for name in KEPT},
        }


@lru_cache(maxsize=2)
def _enrolled(work: _Work, number: int, threads: int) -> Enrolled:
    """All patients under a member: every plan of a block asks for them."""
    return enrol(work.mets[number], work.seed, 0, work.trial.patients, threads=threads)


def _week(week: float) -> str:
    return f"w{week:g}"
