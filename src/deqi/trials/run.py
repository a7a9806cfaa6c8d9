"""A whole trial: the population met, every range followed and kept, the cohort analysed."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass, replace
from functools import cached_property
from pathlib import Path
from time import perf_counter
from typing import TYPE_CHECKING, Any

from deqi.errors import TrialError
from deqi.evidence import Published, published
from deqi.execution import Place, RunFolder, Watch, execute, place_of
from deqi.models import Patient
from deqi.parameters import count_kinds
from deqi.population import (
    Components,
    Met,
    check_seed,
    components,
    enrol,
    labelled,
    load_recipe,
    meet,
    plan_of,
)
from deqi.protocols import load_protocol
from deqi.results import Provenance, code_hash, model_hash, values_hash, versions
from deqi.simulation import lane_engine
from deqi.trials.conduct import conduct, from_file, patients_of
from deqi.trials.files import load_trial
from deqi.trials.schema import Trial
from deqi.trials.summary import Summary, summarise

if TYPE_CHECKING:
    import pandas as pd

#: Patients that are worked out together unless told otherwise. Results do not depend on it.
CHUNK = 512
#: Relative tolerance with which patients are followed.
RTOL = 1e-5
_MOST_PATIENTS = 10_000_000
#: How many patients the kinds of spread at baseline are told from.
_SPREAD_SAMPLE = 1024


@dataclass(frozen=True, eq=False)
class TrialRun:
    """A trial that was run.

    Attributes
    ----------
    trial : Trial
        The trial, with the number of patients that it was run with.
    seed : int
        Seed of everything random.
    met : Met
        The population, and how its published baseline was met.
    folder : RunFolder
        Where the cohort lies.
    provenance : dict
        Versions, hashes, tolerances, counts of parameter kinds, citations.
    seconds : float
        How long this call took; a finished run is not computed again.
    """

    trial: Trial
    seed: int
    met: Met
    folder: RunFolder
    provenance: Provenance
    seconds: float

    @cached_property
    def table(self) -> pd.DataFrame:
        """The cohort, one row a patient; see `docs/trial-cohort.md` for its columns."""
        frame: pd.DataFrame = self.folder.table().to_pandas()
        return frame

    @cached_property
    def published(self) -> Published | None:
        """What the trial it stands for has published, if it stands for one."""
        return published(self.trial.published) if self.trial.published else None

    @cached_property
    def summary(self) -> Summary:
        """Means, spreads, responders and contrasts."""
        return summarise(self.trial, self.table, self.published, seed=self.seed)

    @cached_property
    def spread(self) -> Components:
        """The kinds of spread in the primary score at baseline, kept apart."""
        stop = min(self.trial.patients, _SPREAD_SAMPLE)
        if from_file(self.trial):
            given = patients_of(self.trial.population)
            drawn = given.part(given.first, given.first + stop)
        else:
            drawn = enrol(self.met, self.seed, 0, stop, instruments=(self.trial.primary.instrument,))
        return components(drawn, self.met, self.trial.primary.instrument)

    def patient(self, number: int) -> Patient:
        """One patient of the trial alone, by place: who they are, not what befell them.

        `deqi.simulate(arm's protocol, patient=run.patient(17))` follows them under an undisturbed
        protocol; flare-ups, missed sessions, other treatment and leaving are the trial's, and stay there.

        Raises
        ------
        TrialError
            If the trial has no such place.
        """
        if not 0 <= number < self.trial.patients:
            raise TrialError(
                f"there is no patient {number}", fix=f"they are numbered 0 to {self.trial.patients - 1}"
            )
        if from_file(self.trial):
            given = patients_of(self.trial.population)
            return given.patient(given.first + number)
        return enrol(self.met, self.seed, number, number + 1).patient(number)

    def as_json(self) -> dict[str, Any]:
        """The result as plain data; its schema is in ``docs/schemas``."""
        return {
            **self.summary.as_json(),
            "population": {"recipe": self.met.recipe.name, **self.met.as_dict()},
            "provenance": self.provenance,
            "run": str(self.folder.place),
            "digest": self.folder.digest(),
            # What `deqi.trials.over_members` finds is another call's, and takes this place.
            "about_parameters": None,
        }


def run_trial(
    trial: Trial | str | Path,
    *,
    patients: int | None = None,
    seed: int = 1,
    workers: int = 1,
    cluster: str | None = None,
    chunk: int = CHUNK,
    out: str | Place | None = None,
    resume: bool = False,
    watch: Watch | None = None,
) -> TrialRun:
    """Run a virtual trial.

    Parameters
    ----------
    trial : Trial, str or Path
        A trial of the library, a TOML file, or an object.
    patients : int, optional
        Patients randomised in all; the trial's own number by default.
    seed : int
        Seed of everything random, from 0 to 2**32 - 1.
    workers, cluster, chunk, resume, watch
        As for `deqi.execution.execute`. Results depend on none of them.
    out : str, Path or Address, optional
        Folder of the run, or an address that fsspec reaches; by default one under ``runs/`` that is named
        by all that decides the result.

    Returns
    -------
    TrialRun
        Finished. The same call again reads what is there.

    Raises
    ------
    DeqiError
        If a name is unknown, a file unsound, nobody is eligible, or the folder holds another run.

    Examples
    --------
    >>> import tempfile
    >>> with tempfile.TemporaryDirectory() as out:
    ...     run = run_trial("gerac", patients=30, out=f"{out}/run")
    ...     sorted(run.table["arm"].unique().tolist())
    ['guideline care', 'sham', 'verum']
    """
    begun = perf_counter()
    plan = load_trial(trial) if isinstance(trial, str | Path) else trial
    check_seed(seed)
    seed = int(seed)
    if patients is not None:
        plan = replace(plan, patients=patients)
    if not len(plan.arms) <= plan.patients <= _MOST_PATIENTS:
        raise TrialError(
            f"{plan.patients} patients cannot be randomised to {len(plan.arms)} arms",
            where="patients",
            fix=f"give {len(plan.arms)} to {_MOST_PATIENTS}",
        )
    met = population_of(plan)
    described = description(plan, met, seed)
    name = f"{Path(plan.name).stem}-{plan.patients}-seed{seed}-{_short_hash(described)}"
    where = Path("runs") / name if out is None else place_of(out)
    try:
        run = kept(
            plan,
            met,
            described,
            out=where,
            workers=workers,
            cluster=cluster,
            chunk=chunk,
            resume=resume,
            watch=watch,
        )
    except KeyboardInterrupt as stop:
        raise KeyboardInterrupt(f"{where}: stopped; what is done is kept, --resume goes on with it") from stop
    return replace(run, seconds=perf_counter() - begun)


def description(trial: Trial, met: Met, seed: int) -> dict[str, Any]:
    """What makes a run what it is, as plain data."""
    return {
        "trial": trial.describe(),
        "seed": seed,
        "population": met.as_dict(),
        "made_with": trial_provenance(trial, met),
    }


def kept(
    trial: Trial,
    met: Met,
    described: Mapping[str, Any],
    *,
    out: Place,
    workers: int = 1,
    cluster: str | None = None,
    chunk: int = CHUNK,
    resume: bool = False,
    watch: Watch | None = None,
) -> TrialRun:
    """A trial whose population is met, run and kept in a folder.

    Parameters
    ----------
    trial : Trial
        The trial.
    met : Met
        Its population.
    described : mapping
        Its `description`, and what else tells this run from others.
    out : Path or Address
        Folder of the run.
    workers, cluster, chunk, resume, watch
        As for `deqi.execution.execute`. Results depend on none of them.

    Raises
    ------
    DeqiError
        As for `run_trial`.
    """
    begun = perf_counter()
    folder = execute(
        Part(trial, met, described["seed"]),
        described=described,
        patients=trial.patients,
        chunk=chunk,
        out=out,
        workers=workers,
        cluster=cluster,
        resume=resume,
        watch=watch,
    )
    return TrialRun(trial, described["seed"], met, folder, described["made_with"], perf_counter() - begun)


@dataclass(frozen=True, eq=False)
class Part:
    """What a worker does: follow a range of a trial's patients."""

    trial: Trial
    met: Met
    seed: int

    def __call__(self, first: int, stop: int, threads: int) -> Any:
        """The cohort of a range, as a `pyarrow.Table`."""
        import pyarrow as pa

        return pa.table(conduct(self.trial, self.met, self.seed, first, stop, threads=threads))


def population_of(trial: Trial) -> Met:
    """The population of a trial, its published baseline met.

    Patients from a file were enrolled before: they keep the baseline that their recipe met, and the
    trial's eligibility refuses nobody.

    Raises
    ------
    TrialError
        If the file holds fewer patients than the trial randomises.
    """
    if not from_file(trial):
        return meet(load_recipe(trial.population), trial.eligibility)
    given = patients_of(trial.population)
    if len(given) < trial.patients:
        raise TrialError(
            f"holds {len(given)} patients, {trial.patients} are to be randomised",
            where=trial.population,
            fix=f"write patients = {len(given)}, or give --patients {len(given)}",
        )
    return meet(labelled(given.recipe))


def trial_provenance(trial: Trial, met: Met) -> Provenance:
    """What decides a trial's results besides the trial itself: versions, equations, values, tolerances."""
    plan = plan_of(met.recipe)
    protocols = [load_protocol(arm.protocol) for arm in trial.arms]
    mechanisms = {i.mechanism for i in plan.case.model.instances}
    cites = {key for m in mechanisms for key in m.cites}
    cites |= {v.source for v in plan.case.values.values() if v.source}
    cites |= {key for p in protocols for key in p.cites} | {*trial.cites, *met.recipe.sources}
    cites |= {v.source for e in trial.endpoints for v in e.load().values.values() if v.source}
    solver = lane_engine(rtol=RTOL)
    return {
        **versions((*solver.packages, "scipy", "statsmodels")),
        "code": code_hash(),
        "model": {"name": plan.case.model.name, "hash": model_hash(plan.case.model)},
        "parameters": {"hash": values_hash(plan.case.values)},
        "parameter_kinds": count_kinds(plan.case.values.values()),
        "recipe": {"name": met.recipe.name, "title": met.recipe.title},
        "solver": dict(solver.settings()),
        "warnings": sorted({w for p in protocols for w in p.warnings}),
        "cites": sorted(cites),
    }


def _short_hash(described: Mapping[str, Any]) -> str:
    text = json.dumps(described, sort_keys=True)
    return hashlib.sha256(text.encode()).hexdigest()[:8]
