"""Workers that would give other bits are refused by name, and told why; later ones get no work."""

import time
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from chunk_works import Rows

from deqi.errors import SimulationError
from deqi.execution import execute, floats
from deqi.execution import probe as module
from deqi.execution.probe import Guarded, answer, difference, probe, sample_of
from deqi.execution.roster import Roster
from deqi.execution.spans import Span
from deqi.execution.task import Task

PATIENTS = 14

#: Code that a worker runs before it begins: each makes it another worker in one way.
VERSION = "import deqi; deqi.__version__ = '0.0.9'"
DIGIT = """
import numpy as np
import deqi.execution.floats as floats
real = floats._numpy
floats._TRIALS = {**floats._TRIALS, "NumPy functions": lambda: tuple(np.nextafter(v, 9e9) for v in real())}
"""
ROWS = """
import chunk_works
# A worker may read this twice.
real = chunk_works.__dict__.setdefault("real", chunk_works.Rows.__call__)
def lies(self, first, stop, threads):
    # asked
    rows = real(self, first, stop, threads)
    return rows.set_column(0, "patient", [[p + (p == 3) for p in rows["patient"].to_pylist()]])
chunk_works.Rows.__call__ = lies
"""
NOTHING = "import sys; sys.modules['deqi'] = None"


def run(out, work, **given):
    return execute(work, described={}, **{"patients": PATIENTS, "chunk": 2, "out": out, **given})


@pytest.mark.parametrize(
    ("lie", "said"),
    [
        (VERSION, r"deqi is 0\.0\.9 there and \S+ here"),
        (DIGIT, r"NumPy functions give other digits there \(\S+ there, \S+ here\)"),
        (ROWS, "patients 0 to 7 come out otherwise there"),
        (NOTHING, "it cannot say what it is made of .*deqi"),
    ],
)
def test_a_worker_that_would_give_other_bits_is_refused(tmp_path, dask_processes, lie, said):
    dask_processes.worker(preload=lie, alike=lie != NOTHING)
    out = tmp_path / "out"
    with pytest.raises(
        SimulationError, match=rf"^worker tcp://127\.0\.0\.1:\d+: may give other bits: {said}"
    ):
        run(out, Rows(), cluster=dask_processes.address)
    # Not a chunk was given to it.
    assert not (out / "chunks").exists()


def test_a_worker_that_comes_later_is_asked_and_gets_no_work(tmp_path, dask_processes):
    calls = tmp_path / "calls"
    calls.mkdir()
    honest = dask_processes.worker()
    begun, asked = [], str(tmp_path / "asked")

    def watch(progress):
        if progress.chunks_done == 1 and not begun:
            begun.append(
                dask_processes.worker(preload=ROWS.replace("# asked", f"open({asked!r}, 'w').close()"))
            )
        # The run must last until it was asked; that is done between two chunks.
        if progress.chunks_done < 11 and not Path(asked).exists():
            time.sleep(1.5)

    work = Rows(seconds=0.3, calls=str(calls))
    found = run(tmp_path / "out", work, chunk=1, cluster=dask_processes.address, watch=watch)
    assert found.digest() == run(tmp_path / "alone", Rows()).digest()
    (notice,) = found.notices
    assert "was given no work, as it may give other bits: patients 0 to 7 come out otherwise" in notice
    assert honest.poll() is None


def test_a_process_at_an_address_that_was_found_fit_is_asked_again():
    task, sample = Task.of(Rows(), "key", 1), sample_of(PATIENTS)
    here = probe(task, sample)
    assert Guarded(task, sample, here).chunk(Span(0, 2)) == task.chunk(Span(0, 2))
    other = Guarded(task, sample, type(here)(here.versions, here.floats, "other", here.processor))
    with pytest.raises(
        SimulationError, match=r"^patients 0 to 1: a worker may give other bits: patients 0 to 7"
    ):
        other.chunk(Span(0, 2))


def test_one_digit_of_any_arithmetic_shows(monkeypatch):
    before = floats.float_digests()
    assert floats.float_digests() == before
    for name, real in floats._TRIALS.items():

        def off(real=real):
            first, *rest = (np.array(v) for v in real())
            first.flat[7] = np.nextafter(first.flat[7], np.inf)
            return (first, *rest)

        monkeypatch.setattr(floats, "_TRIALS", {**floats._TRIALS, name: off})
        unlike = [k for k, v in floats.float_digests().items() if v != before[k]]
        monkeypatch.undo()
        assert unlike == [name]


def test_a_difference_is_told_in_words(monkeypatch):
    task, sample = Task.of(Rows(), "key", 1), sample_of(PATIENTS)
    here = probe(task, sample)
    assert here.versions.keys() >= {"deqi", "deqi's code", "Python", "numpy", "scipy", "llvmlite", "LLVM"}
    for name, own in here.versions.items():
        there = replace(here, versions={**here.versions, name: "1.0"})
        assert difference(there, here, sample) == f"{name} is 1.0 there and {own} here"
    there = replace(here, floats={**here.floats, "LAPACK": "0"}, processor="other")
    said = f"LAPACK give other digits there (other there, {here.processor} here)"
    assert difference(there, here, sample) == said
    # Another processor that computes alike is welcome.
    assert difference(replace(here, processor="other"), here, sample) == ""
    # Whatever goes wrong is an answer: an error might not get through.
    probe.cache_clear()
    monkeypatch.setattr(module, "float_digests", lambda: 1 / 0)
    assert answer(task, sample) == "ZeroDivisionError: division by zero"
    assert "it cannot say what it is made of (Zero" in difference(answer(task, sample), here, sample)


def test_work_that_fails_everywhere_alike_is_no_difference():
    from chunk_works import Refuses

    task, sample = Task.of(Refuses(at=1), "key", 1), sample_of(PATIENTS)
    here = probe(task, sample)
    assert here.patients == "ParameterError: page.toml: is no number"
    assert difference(here, here, sample) == ""


class Answer:
    """A future of an answer."""

    def __init__(self, said=None, error=None, ready=True):
        self.said, self.error, self.ready, self.was_cancelled = said, error, ready, False

    def done(self):
        return self.ready

    def cancelled(self):
        return self.was_cancelled

    def cancel(self):
        self.was_cancelled = True

    def exception(self):
        return self.error

    def result(self):
        return self.said


def test_a_roster_forgets_who_goes_and_asks_who_comes():
    answers = {"a": Answer(""), "b": Answer("is old"), "c": Answer(ready=False)}
    asked = []

    def ask(worker):
        asked.append(worker)
        return answers[worker]

    roster = Roster(ask, lambda said: said)
    roster.look({"a": 2, "b": 1, "c": 1})
    assert (roster.fit, roster.unfit, list(roster.asked)) == ({"a": 2}, {"b": "is old"}, ["c"])
    # One that goes before it has answered is not waited for.
    roster.look({"b": 1})
    assert (roster.fit, roster.threads, roster.asked, answers["c"].was_cancelled) == ({}, 0, {}, True)
    # One that is unfit is not asked twice; one that comes back is.
    roster.look({"a": 3, "b": 1})
    assert (asked, roster.fit) == (["a", "b", "c", "a"], {"a": 3})


def test_the_digits_of_this_process_do_not_depend_on_the_process(python):
    told = python("from deqi.execution.floats import float_digests; print(sorted(float_digests().items()))")
    assert told == str(sorted(floats.float_digests().items()))
    assert Path(floats.__file__).exists()
