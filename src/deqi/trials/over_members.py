"""A trial under every member of an ensemble: how sure its results are, as far as parameters go.

Each member's trial has the seed of the first, so that the same people are met,
allocated and unlucky in the same way (common random numbers), and members
differ by their parameters. The population's baseline is met anew under each;
where eligibility goes by what people say, it may take another candidate in a
few places. What members have in common is the chance of one trial of this
size: more of them do not take it away.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from time import monotonic
from typing import Any, TypeAlias

import numpy as np

from deqi.errors import PopulationError, TrialError
from deqi.execution import Address, Progress, Watch
from deqi.execution.progress import time_left
from deqi.parameters import Ensemble
from deqi.population import Array, Met, meet, with_member
from deqi.simulation import AcrossMembers
from deqi.simulation.about_parameters import LEVEL
from deqi.trials.conduct import from_file
from deqi.trials.run import CHUNK, TrialRun, description, kept
from deqi.trials.schema import Trial
from deqi.trials.summary import Summary

#: Members of a thinned ensemble unless said otherwise.
MEMBERS = 16
#: Folder below a run's that holds the runs of members.
FOLDER = "members"
#: Weight of the members whose population must have been met.
_MOST = 0.5
#: What is told of an arm, and which figure of it.
_OF_ARM = {"outcomes": "mean", "change": "mean", "responders": "share"}
#: What is told of a contrast.
_OF_CONTRAST = ("difference", "smd")

#: Where a number stands in a summary.
Place: TypeAlias = tuple[str, ...]


@dataclass(frozen=True, eq=False)
class MemberRun:
    """The trial under one member.

    Attributes
    ----------
    number : int
        Row of the member in the whole ensemble.
    met : Met
        The population with the member's parameters, its baseline met anew.
    folder : Path or Address
        Where the cohort lies.
    digest : str
        Of the cohort.
    summary : Summary
        What the trial found.
    """

    number: int
    met: Met
    folder: Path | Address
    digest: str
    summary: Summary


@dataclass(frozen=True, eq=False)
class OverMembers:
    """A trial across the members of an ensemble.

    Attributes
    ----------
    trial : Trial
        The trial.
    ensemble : Ensemble
        The whole ensemble.
    some : Ensemble
        The members that were run, with their weights.
    rows : tuple of int
        Which of the whole they are; one may stand there more than once.
    runs : mapping of int to MemberRun
        By row; without members whose population could not be met.
    failed : mapping of int to str
        Rows of those, and why.
    numbers : mapping
        By place in a summary.
    """

    trial: Trial
    ensemble: Ensemble
    some: Ensemble
    rows: tuple[int, ...]
    runs: Mapping[int, MemberRun]
    failed: Mapping[int, str]
    numbers: Mapping[Place, AcrossMembers]

    @property
    def baseline_missed(self) -> tuple[float, float]:
        """How far the primary's mean and SD are from what was asked, at most [points].

        The search for a member begins near the first population's and stays in a small sample.
        """
        fits = [run.met.fits[0] for run in self.runs.values() if run.met.fits]
        mean = max((abs(fit.mean - fit.asked_mean) for fit in fits), default=0.0)
        sds = [abs(fit.sd - fit.asked_sd) for fit in fits if fit.asked_sd is not None]
        return mean, max(sds, default=0.0)

    @property
    def not_followed(self) -> int:
        """Patients whose course could not be computed, in the runs of all members."""
        return sum(sum(run.summary.failures.values()) for run in self.runs.values())

    def as_json(self) -> dict[str, Any]:
        """As plain data; its schema is part of ``docs/schemas/trial.schema.json``."""
        arms: dict[str, Any] = {}
        contrasts: dict[Place, dict[str, Any]] = {}
        for (kind, *place), found in self.numbers.items():
            if kind == "arm":
                arm, part, name, week = place
                by_name = arms.setdefault(arm, {p: {} for p in _OF_ARM})[part]
                by_name.setdefault(name, {})[week] = found.as_dict()
            else:
                endpoint, week, first, second, figure = place
                told = {"endpoint": endpoint, "week": float(week), "arms": [first, second]}
                contrasts.setdefault(tuple(place[:-1]), told)[figure] = found.as_dict()
        return {
            "ensemble": self.ensemble.name,
            "fingerprint": self.ensemble.fingerprint,
            "members": len(self.rows),
            "level": LEVEL,
            "kind": "parameters",
            "arms": arms,
            "contrasts": list(contrasts.values()),
            "failed": sum(row in self.failed for row in self.rows),
            "runs": [
                {
                    "member": run.number,
                    "weight": self.weight(run.number),
                    "run": str(run.folder),
                    "digest": run.digest,
                    "failures": run.summary.failures,
                    "shortfalls": list(run.met.shortfalls),
                }
                for run in self.runs.values()
            ],
        }

    def weight(self, row: int) -> float:
        """Weight of a member, by its row in the whole ensemble."""
        return float(self.some.weights[np.array(self.rows) == row].sum())


def over_members(
    run: TrialRun,
    ensemble: Ensemble,
    *,
    members: int | None = MEMBERS,
    workers: int = 1,
    cluster: str | None = None,
    chunk: int = CHUNK,
    resume: bool = False,
    watch: Watch | None = None,
) -> OverMembers:
    """Run a trial that was run again under each member of an ensemble.

    Parameters
    ----------
    run : TrialRun
        The trial. The runs of members lie in a folder below its own, by fingerprint of the ensemble and
        row of the member, whatever the number of members.
    ensemble : Ensemble
        What is known about the parameters; see `deqi.parameters.load_ensemble`.
    members : int, optional
        So many members of equal weight; None for all, with their weights.
    workers, cluster, chunk, resume
        As for `run_trial`, of each member's run. Results depend on none of them.
    watch : callable, optional
        Told how many patients are done, of those of all members.

    Raises
    ------
    TrialError
        If patients are from a file: their parameters are their own.
    PopulationError
        If the population cannot be met under members of more than half the weight.
    DeqiError
        As for `run_trial`; if fewer than one member is asked for.

    Examples
    --------
    >>> import tempfile
    >>> from deqi.parameters import load_ensemble
    >>> from deqi.trials import run_trial
    >>> with tempfile.TemporaryDirectory() as out:
    ...     run = run_trial("gerac", patients=12, out=f"{out}/run")
    ...     found = over_members(run, load_ensemble(), members=2)
    >>> pain = found.as_json()["arms"]["verum"]["outcomes"]["pain"]["6"]
    >>> pain["low"] <= pain["mean"] <= pain["high"]
    True
    """
    check_members(run.trial)
    some = ensemble if members is None else ensemble.thinned(members)
    rows = tuple(range(len(ensemble)) if members is None else some.about["thinned"]["rows"])
    home = run.folder.place / FOLDER / ensemble.fingerprint
    # The same member twice is run once.
    once = dict(zip(rows, some, strict=True))
    counted = None if watch is None else _Counted(watch, len(once) * run.trial.patients)
    runs: dict[int, MemberRun] = {}
    failed: dict[int, str] = {}
    try:
        for row, member in once.items():
            try:
                met = met_under(run, member)
            except PopulationError as error:
                failed[row] = str(error)
            else:
                done = kept(
                    run.trial,
                    met,
                    {
                        **description(run.trial, met, run.seed),
                        "member": {"of": ensemble.fingerprint, "row": row, "values": member},
                    },
                    out=home / f"{row:03d}",
                    workers=workers,
                    cluster=cluster,
                    chunk=chunk,
                    resume=resume,
                    watch=counted,
                )
                # Further analyses would keep the whole cohort in memory.
                found = replace(done.summary, further=list)
                runs[row] = MemberRun(row, met, done.folder.place, done.folder.digest(), found)
            if counted is not None:
                counted.next(run.trial.patients, met_anew=row in runs)
    except KeyboardInterrupt as stop:
        told = f"{run.folder.place}: stopped; what is done is kept, --resume goes on with it"
        raise KeyboardInterrupt(told) from stop
    if sum(some.weights[k] for k, row in enumerate(rows) if row in runs) < _MOST:
        raise PopulationError(
            f"cannot be met under {len(failed)} of {len(once)} members: {next(iter(failed.values()))}",
            where=f"population {run.met.recipe.name}",
            fix=f"choose another ensemble than {ensemble.name}",
        )
    return OverMembers(run.trial, ensemble, some, rows, runs, failed, _across(some, rows, runs))


def check_members(trial: Trial) -> None:
    """Whether a trial can be run under members.

    Raises
    ------
    TrialError
        If its patients are from a file.
    """
    if from_file(trial):
        raise TrialError(
            "patients from a file carry their own parameters, which no ensemble can take the place of",
            where=trial.population,
            fix="give a population, or leave the ensemble out",
        )


def met_under(run: TrialRun, member: Mapping[str, float]) -> Met:
    """The population of a trial with a member's parameters, its baseline met anew near the first.

    Raises
    ------
    PopulationError
        If hardly anybody would be taken.
    """
    return meet(with_member(run.met.recipe, member), run.trial.eligibility, near=run.met)


def _numbers(summary: Summary) -> Iterator[tuple[Place, float]]:
    """Every number that is told across members, by its place; NaN where there is none."""
    for arm, about in summary.arms.items():
        for part, figure in _OF_ARM.items():
            for name, by_week in about[part].items():
                for week, found in by_week.items():
                    yield ("arm", arm, part, name, week), _or_nan(found[figure])
    for found in summary.contrasts:
        place = ("contrast", found["endpoint"], f"{found['week']:g}", *found["arms"])
        for figure in _OF_CONTRAST:
            yield (*place, figure), _or_nan(found[figure])


def _or_nan(value: float | None) -> float:
    return np.nan if value is None else value


def _across(
    some: Ensemble, rows: tuple[int, ...], runs: Mapping[int, MemberRun]
) -> dict[Place, AcrossMembers]:
    told = {row: dict(_numbers(run.summary)) for row, run in runs.items()}

    def values(place: Place) -> Array:
        return np.array([told[row][place] if row in told else np.nan for row in rows])

    return {place: AcrossMembers.of(some, values(place)) for place in next(iter(told.values()))}


class _Counted:
    """A watcher of one member's run after the other, which counts the patients of all."""

    def __init__(self, watch: Watch, total: int) -> None:
        self._watch, self._total = watch, total
        self._before = self._kept = self._here = 0
        self._begun = monotonic()

    def __call__(self, progress: Progress) -> None:
        self._here = progress.kept
        done, known = self._before + progress.done, self._kept + progress.kept
        seconds = monotonic() - self._begun
        left = time_left(seconds, done - known, self._total - done)
        self._watch(
            replace(progress, done=done, total=self._total, kept=known, seconds=seconds, seconds_left=left)
        )

    def next(self, patients: int, *, met_anew: bool) -> None:
        """A member is done; one whose population could not be met had no patients to compute."""
        self._before += patients
        self._kept += self._here if met_anew else patients
        self._here = 0
