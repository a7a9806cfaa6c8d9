"""A trial as a job: what is asked for, checked as the command line checks it, and done."""

from __future__ import annotations

import re
import shutil
import tempfile
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from deqi.core.writing import replace_file
from deqi.errors import FileError, TrialError, UnknownNameError
from deqi.web.jobs.folders import RESULT

if TYPE_CHECKING:
    from deqi.execution import Watch
    from deqi.trials import Trial, TrialRun

#: Chunks that a trial is cut into, so that progress shows and little is lost; results do not depend on it.
_CHUNKS = 20
_CHUNK = (16, 256)
#: What a design must not name: a file of this machine.
_FILES = (".toml", ".csv")
_NAMES = ("protocol", "population", "instrument", "published", "name")
_PLAIN = re.compile(r"[A-Za-z0-9][A-Za-z0-9 _.-]*")


def plan_of(spec: Mapping[str, Any], folder: Path) -> Trial:
    """The trial that was asked for.

    Parameters
    ----------
    spec : mapping
        ``trial`` (name in the library) or ``design`` (what a TOML file would hold), ``patients`` and
        ``sham`` (a type) or None.
    folder : Path
        Where files that a trial must name are written.

    Raises
    ------
    DeqiError
        If a name is unknown, or something does not go together; as for `deqi trial`.
    """
    plan = _designed(spec["design"], folder) if spec.get("design") else _of_library(spec["trial"])
    if spec.get("patients") is not None:
        plan = replace(plan, patients=spec["patients"])
    if len(plan.arms) > plan.patients:
        raise TrialError(
            f"{plan.patients} patients cannot be randomised to {len(plan.arms)} arms",
            where="patients",
            fix=f"give {len(plan.arms)} at least",
        )
    return _with_sham(plan, spec["sham"], folder) if spec.get("sham") else plan


def check_trial(spec: Mapping[str, Any]) -> Trial:
    """As `plan_of`; nothing is kept."""
    from deqi.population import check_seed

    check_seed(spec["seed"])
    with tempfile.TemporaryDirectory(prefix="deqi-") as folder:
        return plan_of(spec, Path(folder))


def run_job(spec: Mapping[str, Any], folder: Path, watch: Watch, stage: Any) -> str:
    """Do a trial, and leave its files in a folder.

    Parameters
    ----------
    spec : mapping
        See `plan_of`; ``seed`` too.
    folder : Path
        The job's. What is there of an earlier attempt is gone on with.
    watch : callable
        Called with a `deqi.execution.Progress`.
    stage : callable
        Called with words for what is being done.

    Returns
    -------
    str
        Digest of the cohort.

    Raises
    ------
    DeqiError
        As for `deqi.trials.run_trial`.
    """
    from deqi.trials import run_trial

    plan = plan_of(spec, folder)
    stage("following patients")
    out = folder / "run"
    _clear_other(plan, spec["seed"], out)
    run = run_trial(plan, seed=spec["seed"], chunk=chunk_of(plan.patients), out=out, resume=True, watch=watch)
    stage("analysing")
    _write(run, folder, stage)
    return run.folder.digest()


def chunk_of(patients: int) -> int:
    """Patients worked out together.

    Examples
    --------
    >>> chunk_of(60), chunk_of(1162), chunk_of(100_000)
    (16, 59, 256)
    """
    low, high = _CHUNK
    return min(high, max(low, -(-patients // _CHUNKS)))


def _of_library(name: str) -> Trial:
    from deqi.trials import load_trial, trials

    # `load_trial` would take a path too.
    if name not in trials():
        raise UnknownNameError("trial", name, trials(), where="trial", fix=f"one of {', '.join(trials())}")
    return load_trial(name)


def _designed(design: Mapping[str, Any], folder: Path) -> Trial:
    """A trial from what a TOML file would hold."""
    import tomli_w

    from deqi.trials import read_trial

    _check_names(design)
    try:
        text = tomli_w.dumps(design)
    except (TypeError, ValueError) as error:
        raise TrialError(
            f"cannot be written as TOML: {error}", where="design", fix="leave out what is null"
        ) from error
    path = replace_file(folder / "trial.toml", text.encode("utf-8", "replace"))
    return read_trial(path)


def _check_names(part: Any, key: str = "") -> None:
    """Refuse a design that names a file, which on the command line it may."""
    if isinstance(part, Mapping):
        for inner, value in part.items():
            _check_names(inner, "name")
            _check_names(value, inner)
    elif isinstance(part, list):
        for value in part:
            _check_names(value, key)
    elif isinstance(part, str) and (
        part.casefold().endswith(_FILES) or (key in _NAMES and part and not _PLAIN.fullmatch(part))
    ):
        raise TrialError(
            f"'{part[:60]}' is no name of the library",
            where=f"design: {key}",
            fix="files cannot be named here",
        )


def _with_sham(plan: Trial, name: str, folder: Path) -> Trial:
    """The trial with another sham in place of its own; nothing was published of that one."""
    from deqi.trials.design.plan import contrast_of, made_arm
    from deqi.trials.design.shams import SHAMS

    if name not in SHAMS:
        raise UnknownNameError("sham", name, SHAMS, where="sham", fix=f"one of {', '.join(SHAMS)}")
    sham = SHAMS[name]
    verum, old = contrast_of(plan, [sham])
    new = replace(made_arm(sham, verum, folder), ratio=old.ratio)
    if new.name in plan.arm_names:
        raise TrialError(f"already has an arm '{new.name}'", where="sham", fix="choose another")

    def renamed(pair: tuple[str, ...]) -> tuple[str, ...]:
        return tuple(new.name if arm == old.name else arm for arm in pair)

    pairs = tuple((a, b) for a, b in map(renamed, plan.analysis.contrasts))
    return plan.with_(
        title=f"{plan.title}; in place of {old.name}: {sham.says}",
        arms=tuple(new if arm.name == old.name else arm for arm in plan.arms),
        analysis=replace(plan.analysis, contrasts=pairs),
        estimands=tuple(replace(one, arms=renamed(one.arms)) for one in plan.estimands),
        assumptions=(*plan.assumptions, f"the sham is not the trial's own: {sham.says}"),
    )


def _clear_other(plan: Trial, seed: int, out: Path) -> None:
    """Remove what was begun by another version of deqi: its chunks cannot be gone on with."""
    from deqi.execution import RunFolder
    from deqi.execution.manifest import manifest_of
    from deqi.trials.run import description, population_of

    if not out.exists():
        return
    wanted = manifest_of(description(plan, population_of(plan), seed), plan.patients, 1)
    try:
        same = RunFolder.open(out).manifest["described"] == wanted["described"]
    except FileError:
        same = False
    if not same:
        shutil.rmtree(out, ignore_errors=True)


def _write(run: TrialRun, folder: Path, stage: Any) -> None:
    import io
    import json

    import pyarrow.parquet as pq

    from deqi.credibility import grade_of
    from deqi.reports import trial_report
    from deqi.trials.estimands import told

    # Where the run lies on this machine is nobody's business.
    found = {name: value for name, value in run.as_json().items() if name != "run"}
    found |= {"grades": {name: grade_of(name).word for name in GRADED}, "estimands": told(run.trial)}
    replace_file(folder / RESULT, json.dumps(found, ensure_ascii=False, allow_nan=False).encode())
    stage("writing tables")
    buffer = io.BytesIO()
    pq.write_table(run.folder.table(), buffer)
    replace_file(folder / "cohort.parquet", buffer.getvalue())
    replace_file(folder / "cohort.csv", run.table.to_csv(index=False).encode())
    stage("writing the report")
    trial_report(run, folder / "report.html")


#: Kinds of answers of `deqi.credibility` that a trial gives, as `deqi trial` names them.
GRADED = (
    "cohort pain",
    "sham contrast",
    "contrast with no treatment",
    "persistence",
    "responders",
    "spread between patients",
)
