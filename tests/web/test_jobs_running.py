"""Jobs in real servers: done to the end, watched, cancelled, taken up again, and done once."""

from __future__ import annotations

import io
import signal
import subprocess
import time

import pandas as pd
import psutil
import pytest

from deqi.trials import run_trial
from deqi.web import Settings
from deqi.web.jobs import Runners, Store

#: Seconds of work; chunks of 16 patients.
SMALL = {"trial": "gerac", "patients": 48}
#: Still under way when a test has seen it begin.
LONG = {"trial": "gerac", "patients": 3000}


def wait_for(look, until, seconds=30.0):
    end = time.monotonic() + seconds
    while not until(found := look()):
        assert time.monotonic() < end, found
        time.sleep(0.1)
    return found


def begun(job):
    return job["progress"]["done"] > 0


def everyone(server):
    """Every process that a server started."""
    return psutil.Process(server.process.pid).children(recursive=True)


def assert_gone(processes):
    _, left = psutil.wait_procs(processes, timeout=30)
    assert [p for p in left if p.is_running() and p.status() != psutil.STATUS_ZOMBIE] == []


def test_a_job_runs_to_its_end_once_and_another_is_cancelled(serving, tmp_path):
    # Two server processes, each with a worker that wants it.
    server = serving("--workers", "2")
    job = server.post(SMALL)
    told = server.events(job["id"])
    assert told[-1]["state"] == "finished", told[-1]
    assert told[-1]["attempts"] == 1
    done = [event["progress"]["done"] for event in told]
    assert done == sorted(done)
    assert done[-1] == 48
    assert any(0 < n < 48 for n in done)
    assert {"following patients", "writing the report"} <= {event["stage"] for event in told}

    path = f"/api/jobs/{job['id']}"
    result = server.client.get(f"{path}/result").json()["result"]
    assert result["digest"] == told[-1]["digest"]
    # Where it lies is nobody's business.
    assert "run" not in result
    assert str(tmp_path) not in str(result)
    assert sum(arm["n"] for arm in result["arms"].values()) == 48
    report, csv, parquet = (
        server.client.get(f"{path}/files/{kind}") for kind in ("report.html", "cohort.csv", "cohort.parquet")
    )
    assert "<script" not in report.text
    assert "sandbox" in report.headers["content-security-policy"]
    assert "attachment" in csv.headers["content-disposition"]
    tables = [pd.read_csv(io.BytesIO(csv.content)), pd.read_parquet(io.BytesIO(parquet.content))]
    assert [len(table) for table in tables] == [48, 48]
    assert list(tables[0].columns) == list(tables[1].columns)

    long = server.post(LONG)
    server.wait(long["id"], begun)
    assert server.client.delete(f"/api/jobs/{long['id']}").json()["state"] == "cancelled"
    # Its worker hears of it, and leaves nothing.
    folder = tmp_path / "data" / "jobs"
    server.wait(long["id"], lambda _: not (folder / long["id"]).exists())
    assert server.job(long["id"])["state"] == "cancelled"
    assert server.client.delete(path).status_code == 200
    assert server.client.get(path).status_code == 404
    assert not (folder / job["id"]).exists()


def test_a_server_that_is_killed_in_the_middle_loses_nothing(serving, tmp_path):
    server = serving()
    job = server.post({"trial": "gerac", "patients": 64, "seed": 5})
    server.wait(job["id"], begun)
    processes, port = everyone(server), server.address.rstrip("/").rsplit(":", 1)[1]
    server.end(signal.SIGKILL)
    # Nothing goes on without the server, and nothing holds its port.
    assert_gone(processes)
    assert Store(tmp_path / "data").get(job["id"]).state == "running"
    again = serving("--port", port)
    assert again.address == server.address
    ended = again.wait_for_end(job["id"])
    assert (ended["state"], ended["attempts"]) == ("finished", 2), ended
    wanted = run_trial("gerac", patients=64, seed=5, out=tmp_path / "run").folder.digest()
    assert ended["digest"] == wanted


@pytest.mark.parametrize("how", [signal.SIGTERM, signal.SIGKILL])
def test_all_processes_end_with_the_first_though_somebody_watches(serving, tmp_path, how):
    server = serving("--workers", "2")
    job = server.post(LONG)
    server.wait(job["id"], lambda job: job["state"] == "running")
    processes = everyone(server)
    with server.client.stream("GET", f"/api/jobs/{job['id']}/events") as answer:
        next(answer.iter_lines())
        server.process.send_signal(how)
        try:
            server.process.wait(20)
        except subprocess.TimeoutExpired:
            pytest.fail("the server waits for a stream")
    assert_gone(processes)
    # The server processes still end in order, and put back what their workers had: that is no attempt.
    left = Store(tmp_path / "data").get(job["id"])
    assert (left.state, left.attempts) == ("queued", 0)


def test_a_worker_that_is_killed_is_started_anew_and_all_end_with_their_server(tmp_path):
    settings = Settings(tmp_path / "data")
    runners, mine = Runners(Store(settings.data), settings), psutil.Process()

    def workers():
        return {p for p in mine.children() if "spawn_main" in " ".join(p.cmdline())}

    before = workers()
    runners.start()
    try:
        (first,) = wait_for(lambda: workers() - before, lambda found: len(found) == 1)
        first.kill()
        wait_for(lambda: workers() - before, lambda found: len(found) == 1 and first not in found)
    finally:
        runners.stop()
    assert workers() == before


def test_a_job_that_takes_too_long_is_ended(tmp_path):
    settings = Settings(tmp_path / "data", lease_seconds=2.0).with_limits(job_seconds=0.5)
    store = Store(settings.data)
    spec = {**LONG, "design": None, "seed": 1, "sham": None}
    job = store.add("me", "trial", spec, total=3000, per_user=1, queue=1)
    runners = Runners(store, settings)
    runners.start()
    try:
        wait_for(lambda: store.get(job.id), lambda job: job.has_ended)
    finally:
        runners.stop()
    ended = store.get(job.id)
    assert ended.state == "failed"
    assert "longer than 0.5 s" in ended.error["says"]
