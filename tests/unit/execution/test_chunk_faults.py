"""Processes of a cluster are killed while they work: nothing is lost, nothing doubled, the same bits."""

import os
import signal
from collections import Counter
from pathlib import Path

import pytest
from chunk_works import Rows

from deqi.errors import SimulationError
from deqi.execution import RunFolder, cluster, execute

PATIENTS = 24
RANGES = PATIENTS // 2


@pytest.fixture(scope="module")
def expected(tmp_path_factory):
    """The digest of an undisturbed run, in one process and one piece."""
    return run(tmp_path_factory.mktemp("expected") / "out", Rows(), chunk=PATIENTS).digest()


@pytest.fixture
def calls(tmp_path):
    folder = tmp_path / "calls"
    folder.mkdir()
    return folder


def run(out, work, **given):
    described = {"trial": "t", "seed": 1}
    return execute(work, described=described, out=out, **{"patients": PATIENTS, "chunk": 2, **given})


def chunks(out):
    return list(Path(out, "chunks").glob("*.parquet"))


def whole(found, expected):
    """Whether a run is finished, has one file a range and the bits of an undisturbed one."""
    names = Counter(file.name[:15] for file in chunks(found.path))
    assert (len(names), set(names.values())) == (RANGES, {1})
    assert found.digest() == expected
    return True


def kill(program):
    """A program and all that it started, at once."""
    os.killpg(program.pid, signal.SIGKILL)
    program.wait()


def test_workers_under_a_nanny_are_killed_one_after_the_other(
    tmp_path, calls, expected, dask_processes, until
):
    """A nanny starts another process in place of one that was killed, at another address."""
    nanny = dask_processes.worker(nanny=True)
    victims = []

    def watch(progress):
        if progress.chunks_done in (2, 7) and len(victims) < (1 if progress.chunks_done == 2 else 2):
            workers = [pid for pid in session(nanny.pid) if pid != nanny.pid and "spawn" in said(pid)]
            victims.append(workers)
            for pid in workers:
                os.kill(pid, signal.SIGKILL)

    found = run(
        tmp_path / "out", Rows(seconds=0.05, calls=str(calls)), cluster=dask_processes.address, watch=watch
    )
    assert [len(v) > 0 for v in victims] == [True, True]
    assert set(victims[0]).isdisjoint(victims[1])
    assert whole(found, expected)


def session(leader):
    """Processes of a session."""
    found = []
    for entry in Path("/proc").iterdir():
        if entry.name.isdigit():
            try:
                owner = (entry / "stat").read_text().rpartition(")")[2].split()[3]
            except OSError:
                continue
            if int(owner) == leader:
                found.append(int(entry.name))
    return found


def said(pid):
    """The command line of a process; nothing if it has gone."""
    try:
        return Path(f"/proc/{pid}/cmdline").read_text()
    except OSError:
        return ""


def test_a_client_that_is_killed_is_resumed_on_the_same_cluster(
    tmp_path, calls, expected, dask_processes, started, until
):
    dask_processes.worker()
    out = tmp_path / "out"
    given = {"cluster": dask_processes.address, "seconds": 0.15, "calls": str(calls)}
    program = started(patients=PATIENTS, chunk=2, out=str(out), **given)
    until(lambda: len(chunks(out)) >= 3)
    program.kill()
    program.wait()
    kept = {file.name: file.stat().st_mtime_ns for file in chunks(out)}
    assert 3 <= len(kept) < RANGES
    seen = []
    found = run(out, Rows(), cluster=dask_processes.address, resume=True, watch=seen.append)
    assert whole(found, expected)
    assert seen[0].chunks_done == len(RunFolder.open(out).ranges) - (RANGES - len(kept))
    # What was done is left as it was.
    assert {n: (out / "chunks" / n).stat().st_mtime_ns for n in kept} == kept


def test_a_scheduler_that_is_killed_is_told_and_the_run_goes_on(
    tmp_path, calls, expected, dask_processes, monkeypatch
):
    monkeypatch.setattr(cluster, "_ANSWER_SECONDS", 5.0)
    dask_processes.worker()
    out = tmp_path / "out"

    def watch(progress):
        if progress.chunks_done == 3:
            kill(dask_processes.scheduler)

    with pytest.raises(SimulationError, match=r"a worker was lost, .*: add --resume to go on"):
        run(out, Rows(seconds=0.1), cluster=dask_processes.address, watch=watch)
    kept = chunks(out)
    assert 3 <= len(kept) < RANGES
    assert whole(run(out, Rows(), resume=True), expected)
    assert set(kept) <= set(chunks(out))


def test_workers_that_all_go_for_good_are_told(tmp_path, dask_processes, monkeypatch, expected):
    monkeypatch.setattr(cluster, "_GONE_SECONDS", 0.5)
    only = dask_processes.worker()

    def watch(progress):
        if progress.chunks_done == 2:
            kill(only)

    out = tmp_path / "out"
    with pytest.raises(SimulationError, match="a worker was lost"):
        run(out, Rows(seconds=0.05), cluster=dask_processes.address, watch=watch)
    assert whole(run(out, Rows(), resume=True), expected)
