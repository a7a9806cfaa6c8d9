"""The workers of a Dask cluster compute what one process computes; what goes wrong is told in one line."""

import logging
import re
import sys
from contextlib import ExitStack

import dask
import pytest
from chunk_works import Dies, Refuses, Rows
from distributed import LocalCluster

from deqi.errors import FileError, ParameterError, SimulationError
from deqi.execution import RunFolder, Span, cluster, execute


def run(out, work, **given):
    return execute(work, described={}, **{"patients": 14, "chunk": 2, "out": out, **given})


@pytest.fixture
def loopback():
    """Begin clusters on this machine, its dashboard on a free port; all of it ends with the test."""
    with ExitStack() as begun:

        def begin(**given):
            return begun.enter_context(
                LocalCluster(
                    **{"n_workers": 1, "threads_per_worker": 2, "processes": False, **given},
                    protocol="tcp",
                    host="127.0.0.1",
                    dashboard_address="127.0.0.1:0",
                    silence_logs=logging.CRITICAL,
                )
            )

        yield begin


def test_a_cluster_gives_the_same(tmp_path, loopback):
    seen = []
    found = run(tmp_path / "out", Rows(), cluster=loopback().scheduler_address, watch=seen.append)
    alone = run(tmp_path / "other", Rows(), chunk=14)
    assert (found.digest(), found.notices) == (alone.digest(), ())
    assert [p.chunks_done for p in seen] == list(range(8))
    # Two threads: the first chunk says nothing yet.
    assert [p.seconds_left is None for p in seen] == [True, True] + [False] * 6


def test_an_error_on_a_cluster_comes_with_its_range(tmp_path, loopback):
    address = loopback().scheduler_address
    with pytest.raises(ParameterError, match=r"^patients 4 to 5: page\.toml: is no number$"):
        run(tmp_path / "out", Refuses(at=4), cluster=address)
    # Other chunks are kept, and the cluster goes on.
    assert run(tmp_path / "out", Rows(), cluster=address, resume=True).finished


def test_a_process_of_a_cluster_that_dies_is_told(tmp_path, loopback):
    with dask.config.set({"distributed.scheduler.allowed-failures": 0}):
        address = loopback(processes=True, threads_per_worker=1).scheduler_address
        with pytest.raises(SimulationError, match="a worker was lost, which computed") as told:
            run(tmp_path / "out", Dies(at=10), cluster=address)
    # Which of those that it had been sent, the scheduler does not say.
    runs = re.findall(r"(\d+) to (\d+)", str(told.value))
    assert any(int(first) <= 10 <= int(last) for first, last in runs)
    assert "what is done is kept" in str(told.value)
    assert Span(10, 12) not in RunFolder.open(tmp_path / "out").chunks


def test_a_scheduler_that_goes_is_told(tmp_path, loopback, monkeypatch):
    monkeypatch.setattr(cluster, "_ANSWER_SECONDS", 0.5)
    made = loopback()

    def watch(progress):
        if progress.chunks_done == 2:
            made.close()

    with pytest.raises(SimulationError, match="a worker was lost, which computed"):
        run(tmp_path / "out", Rows(seconds=0.05), cluster=made.scheduler_address, watch=watch)
    assert len(RunFolder.open(tmp_path / "out").chunks) >= 2


@pytest.mark.parametrize("address", ["tcp://127.0.0.1:9", "127.0.0.1", "nonsense://x:1", ""])
def test_where_nobody_answers_is_told(tmp_path, monkeypatch, address):
    monkeypatch.setattr(cluster, "_ANSWER_SECONDS", 0.3)
    with pytest.raises(FileError, match="no scheduler answers; give the address that it shows"):
        run(tmp_path / "out", Rows(), cluster=address)


def test_a_cluster_without_workers_is_told(tmp_path, monkeypatch, loopback):
    monkeypatch.setattr(cluster, "_ANSWER_SECONDS", 0.3)
    with pytest.raises(FileError, match="the scheduler has no workers; start some"):
        run(tmp_path / "out", Rows(), cluster=loopback(n_workers=0).scheduler_address)


def test_a_missing_package_is_told(tmp_path, monkeypatch):
    monkeypatch.setitem(sys.modules, "distributed", None)
    with pytest.raises(FileError, match=r"a cluster needs distributed; pip install 'deqi\[cluster\]'"):
        run(tmp_path / "out", Rows(), cluster="tcp://127.0.0.1:1")
