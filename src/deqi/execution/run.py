"""Running a pure function over all patients: in a folder, which may hold a part of it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

from deqi.errors import FileError, SimulationError
from deqi.execution.address import Address, place_of
from deqi.execution.chunks import discard, sweep
from deqi.execution.crews import Alone, Crew, Processes
from deqi.execution.folder import RunFolder
from deqi.execution.handout import Ledger, hand_out
from deqi.execution.manifest import begin, manifest_of, run_key
from deqi.execution.progress import Watch
from deqi.execution.task import Work


def execute(
    work: Work,
    *,
    described: Mapping[str, Any],
    patients: int,
    chunk: int,
    out: str | Path | Address,
    workers: int = 1,
    cluster: str | None = None,
    resume: bool = False,
    watch: Watch | None = None,
) -> RunFolder:
    """Do work for every patient, in chunks that are kept as they are done.

    Several processes may share a folder at the same time, on one machine or on many, if all are given
    `resume`: each chunk is computed by whoever comes to it first.

    Parameters
    ----------
    work : Work
        What is done; see there.
    described : mapping
        What makes this run what it is, as plain data: trial, seed, hashes, versions. A folder never mixes
        chunks of two descriptions.
    patients : int
        Their number.
    chunk : int
        Patients in a chunk. Results do not depend on it. A run that is resumed keeps its own.
    out : str, Path or Address
        The run's folder; made if there is none. Nothing else may be in it. An address that fsspec knows,
        such as ``s3://bucket/run``, will do too, if its driver is installed.
    workers : int
        1 is this process, with all processors; more are processes that share them. A script that asks
        for more must do so below ``if __name__ == "__main__":``, as every worker loads it.
    cluster : str, optional
        Address of a Dask cluster, whose workers are used instead.
    resume : bool
        Whether to go on with a run that was not finished.
    watch : callable, optional
        Called with a `Progress` at the beginning, and after each chunk.

    Returns
    -------
    RunFolder
        Finished. A run that was finished before is not computed again, except for damaged chunks.

    Raises
    ------
    FileError
        If the folder holds anything but this run, or an unfinished one and `resume` is not set; if it cannot
        be written to; if the scheduler does not answer.
    DeqiError
        If the work raises one, a worker is lost or would give other bits, or the work turns out not to be
        pure. What was done until then is kept.
    KeyboardInterrupt
        On Ctrl-C, when nothing is under way any more. What was done until then is kept.

    Examples
    --------
    >>> import tempfile
    >>> import pyarrow as pa
    >>> def work(first, stop, threads):
    ...     return pa.table({"patient": range(first, stop)})
    >>> with tempfile.TemporaryDirectory() as out:
    ...     run = execute(work, described={"trial": "none"}, patients=5, chunk=2, out=out)
    ...     run.finished, len(run.ranges), run.table()["patient"].to_pylist()
    (True, 3, [0, 1, 2, 3, 4])
    """
    for name, value in (("patients", patients), ("chunk", chunk), ("workers", workers)):
        if value < 1:
            raise SimulationError("must be at least 1", where=name)
    if cluster is not None and workers != 1:
        raise SimulationError("a cluster has workers of its own", where="workers", fix="leave one out")
    folder = place_of(out)
    if workers != 1 and isinstance(folder, Address) and folder.protocol == "memory":
        raise FileError("is the memory of one process", where=str(folder), fix="leave --workers out")
    new = begin(folder, manifest_of(described, patients, chunk))
    sweep(folder)
    found = RunFolder.open(folder)
    # A damaged chunk does not make a run unfinished: it was there.
    if not (new or resume) and set(found.missing) - set(found.damaged):
        raise found.unfinished("add --resume to go on, or choose another --out")
    key = run_key(found.manifest)
    for span in set(found.damaged) & set(found.chunks):
        discard(found.damaged[span], span, key)
    ledger = Ledger(found, watch)
    ledger.tell()
    if found.finished:
        return found
    crew = _crew(work, found, workers, cluster)
    try:
        hand_out(crew, ledger)
    finally:
        # Workers that were stopped while they wrote.
        sweep(folder)
    return _read_back(found, crew.notices)


def _crew(work: Work, found: RunFolder, workers: int, cluster: str | None) -> Crew:
    key = run_key(found.manifest)
    if cluster is not None:
        from deqi.execution.cluster import Cluster

        return Cluster(work, key, cluster, found.manifest["patients"])
    if workers == 1:
        return Alone(work, key)
    return Processes(work, key, found.place, min(workers, len(found.missing)))


def _read_back(before: RunFolder, told: tuple[str, ...]) -> RunFolder:
    """The folder as it is now; what was damaged before and is no more is told."""
    now = RunFolder.open(before.place)
    if not now.finished:
        raise FileError(
            f"cannot be read back as it was written: {'; '.join(now.notices) or 'chunks have gone'}",
            where=str(now.place),
            fix="check the disk, and choose another --out",
        )
    again = [f"{f.name} {why}, and was done again" for d in before.damaged.values() for f, why in d.items()]
    return replace(now, notices=(*now.notices, *again, *told))
