"""Any number of processes, killed, interrupted or side by side: the run is whole, and nobody is left."""

import os
import re
import signal
import time
from pathlib import Path

import pytest
from chunk_works import Dies, Refuses, Rows

from deqi.engine.workers import processors
from deqi.errors import ParameterError, SimulationError
from deqi.execution import RunFolder, execute, handout

PATIENTS = 14


@pytest.fixture(scope="module")
def expected(tmp_path_factory):
    """The digest of the run that all these tests make, computed in one process and one piece."""
    out = tmp_path_factory.mktemp("expected") / "out"
    return run(out, Rows(), chunk=PATIENTS).digest()


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


def parts(out):
    return list(Path(out).rglob("*.part"))


def alive(session):
    """Processes of a session that are not dead yet."""
    found = []
    for entry in Path("/proc").iterdir():
        if entry.name.isdigit():
            try:
                state, _, _, owner = (entry / "stat").read_text().rpartition(")")[2].split()[:4]
            except OSError:
                continue
            if int(owner) == session and state != "Z":
                found.append(int(entry.name))
    return found


def test_two_workers_give_the_same_and_share_the_processors(tmp_path, calls, expected):
    seen = []
    found = run(tmp_path / "out", Rows(calls=str(calls)), workers=2, watch=seen.append)
    assert (found.digest(), found.notices) == (expected, ())
    assert [p.chunks_done for p in seen] == list(range(8))
    # Of two workers the first chunk says nothing yet.
    assert [p.seconds_left is None for p in seen] == [True, True] + [False] * 6
    threads = {int(call.name.split("-")[2]) for call in calls.iterdir()}
    assert threads == {max(1, processors() // 2)}


def test_one_worker_gets_all_processors(tmp_path, calls):
    run(tmp_path / "out", Rows(calls=str(calls)))
    assert {int(call.name.split("-")[2]) for call in calls.iterdir()} == {processors()}


@pytest.mark.parametrize("workers", [1, 2])
def test_a_run_that_was_killed_is_resumed(tmp_path, calls, expected, started, until, workers):
    out = tmp_path / "out"
    program = started(
        patients=PATIENTS, chunk=2, out=str(out), workers=workers, seconds=0.8, calls=str(calls)
    )
    until(lambda: len(chunks(out)) >= 2)
    program.kill()
    program.wait()
    # Workers have nobody to work for: they end, though they were in the middle of something.
    until(lambda: alive(program.pid) == [], seconds=10)
    kept, before = chunks(out), len(list(calls.iterdir()))
    assert 2 <= len(kept) < 7
    found = run(out, Rows(calls=str(calls)), resume=True)
    assert found.digest() == expected
    assert set(kept) <= set(chunks(out))
    assert len(list(calls.iterdir())) == before + 7 - len(kept)
    assert parts(out) == []


@pytest.mark.parametrize("workers", [1, 2])
def test_an_interrupt_leaves_a_run_that_goes_on(tmp_path, calls, expected, started, until, workers):
    out = tmp_path / "out"
    # A chunk takes longer than the test may.
    program = started(patients=PATIENTS, chunk=2, out=str(out), workers=workers, seconds=60, calls=str(calls))
    until(lambda: len(list(calls.iterdir())) == workers)
    begun = time.monotonic()
    # As a terminal does: to all processes.
    os.killpg(program.pid, signal.SIGINT)
    _, said = program.communicate(timeout=60)
    assert time.monotonic() - begun < 10
    assert said.rstrip().endswith("KeyboardInterrupt")
    # One traceback, that of the program; workers say nothing.
    assert said.count("Traceback") == 1
    until(lambda: alive(program.pid) == [], seconds=10)
    assert (RunFolder.open(out).missing, parts(out)) == (RunFolder.open(out).ranges, [])
    assert run(out, Rows(), resume=True).digest() == expected


def test_an_interrupt_while_workers_start_is_quiet(tmp_path, started, until):
    program = started(patients=PATIENTS, chunk=2, out=str(tmp_path / "out"), workers=2, seconds=60)
    until(lambda: len(alive(program.pid)) >= 3)
    os.killpg(program.pid, signal.SIGINT)
    _, said = program.communicate(timeout=60)
    assert said.rstrip().endswith("KeyboardInterrupt")
    assert said.count("Traceback") == 1
    until(lambda: alive(program.pid) == [], seconds=10)


def test_two_programs_share_a_folder(tmp_path, calls, expected, started):
    out = tmp_path / "out"
    given = {"patients": PATIENTS, "chunk": 1, "out": str(out), "seconds": 0.1, "calls": str(calls)}
    pair = [started(**given, resume=True) for _ in range(2)]
    told = [program.communicate(timeout=60) for program in pair]
    assert told == [(f"{expected}\n", "")] * 2
    assert (len(chunks(out)), parts(out)) == (PATIENTS, [])


def test_two_programs_do_not_do_everything_twice(tmp_path, calls):
    # The other is played by whoever watches: it does what is not under way.
    out, done = tmp_path / "out", []

    def watch(progress):
        if progress.chunks_done == 2 and not done:
            done.append(run(out, Rows(calls=str(calls)), resume=True))

    found = run(out, Rows(calls=str(calls)), watch=watch)
    assert len(list(calls.iterdir())) == 7
    assert found.digest() == done[0].digest()


def test_a_worker_that_dies_is_told_with_its_range(tmp_path, expected, monkeypatch):
    monkeypatch.setattr(handout, "_GOLDEN", 0.0)  # ranges in order
    out = tmp_path / "out"
    with pytest.raises(SimulationError) as told:
        run(out, Dies(at=4, seconds=0.2), workers=2)
    # Chunks take a while and the third kills at once: beside it there is one that is under way.
    said = r"a worker was lost, which computed one of patients (2 to 5|4 to 7|0 to 1, 4 to 5); what is done"
    assert re.match(said, str(told.value))
    assert str(told.value).endswith("is kept: add --resume to go on, with fewer workers if memory was short")
    assert parts(out) == []
    assert run(out, Rows(), resume=True).digest() == expected


def test_an_error_of_the_work_comes_with_its_range(tmp_path, expected):
    out = tmp_path / "out"
    with pytest.raises(ParameterError, match=r"^patients 4 to 5: page\.toml: is no number$"):
        run(out, Refuses(at=4), workers=2)
    assert all(span.first != 4 for span in RunFolder.open(out).chunks)
    assert run(out, Rows(), resume=True).digest() == expected
