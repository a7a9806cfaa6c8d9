"""Patients who cannot be followed, work that is stopped, and calls that do not fit."""

import threading
import time
from dataclasses import replace

import numpy as np
import pytest
from engine_toys import loop, loop_batch, same_bits, tree_model

from deqi.engine import Batch, Engine, Schedule, Settings, Status
from deqi.errors import EngineError, UnknownNameError

NAN, INF = float("nan"), float("inf")
COUNT, ILL = 11, 6


@pytest.fixture(scope="module")
def engine():
    return Engine(loop(), width=4)


@pytest.fixture(scope="module")
def healthy(engine):
    return engine.run(loop_batch(COUNT))


def ill(**change):
    """The batch with one patient's start or parameters changed."""
    batch = loop_batch(COUNT)
    if "start" in change:
        batch.start[ILL] = change["start"]
    else:
        batch.varied[ILL] = change["numbers"]
    return batch


BEYOND_NUMBERS = {
    "no number as a parameter": {"numbers": [NAN, 1, 1]},
    "an infinite parameter": {"numbers": [1, 1, INF]},
    "a time constant of zero": {"numbers": [1, 0, 1]},
    "a time constant whose inverse is too large": {"numbers": [1, 5e-324, 1]},
    "no number as a start": {"start": [NAN, 1]},
    "an infinite start": {"start": [1, INF]},
    "minus infinity": {"start": [-INF, 1]},
}


@pytest.mark.parametrize("what", BEYOND_NUMBERS)
def test_what_is_not_finite_is_told_and_harms_nobody_else(engine, healthy, what):
    courses = engine.run(ill(**BEYOND_NUMBERS[what]))
    assert courses.status[ILL] == Status.NOT_FINITE
    assert courses.retried.tolist() == [n == ILL for n in range(COUNT)]
    assert np.isnan(courses.final[ILL]).all()
    after = loop_batch(COUNT).times > 0
    assert np.isnan(courses.reports[ILL, after]).all()
    (complaint,) = courses.complaints()
    assert complaint.startswith(f"1 of {COUNT} patients (row {ILL}): a rate was no finite number")
    others = np.arange(COUNT) != ILL
    for name in ("reports", "final", "status", "steps", "rejected"):
        assert same_bits(getattr(courses, name)[others], getattr(healthy, name)[others]), name


@pytest.mark.parametrize("start", [[1e300, 1.0], [1.0, 1e300], [1e150, -1e150], [0.0, 0.0]])
def test_a_huge_start_is_followed_or_refused_never_made_up(engine, healthy, start):
    courses = engine.run(ill(start=start))
    others = np.arange(COUNT) != ILL
    assert same_bits(courses.final[others], healthy.final[others])
    if courses.done[ILL]:
        assert np.isfinite(courses.final[ILL]).all()
        # The fast state has forgotten its start; a number that grew would not have.
        assert (np.abs(courses.final[ILL]) <= np.abs(start).max() + 10).all()
    else:
        assert np.isnan(courses.final[ILL]).all()


def test_a_huge_decay_is_exact():
    decay = tree_model((("neg", ("state", 0)),))
    once = Schedule(np.array([0.0, 3.0]), np.zeros((1, 1)), np.zeros((1, 1)))
    start = np.array([[1e300], [1e-30], [-1e300], [1.0]])
    batch = Batch(start, np.zeros(2), np.ones((4, 2)), (once,), np.zeros(4, int))
    courses = Engine(decay, width=2).run(batch, Settings(rtol=1e-9, atol=1e-40))
    assert courses.complaints() == []
    np.testing.assert_allclose(courses.final, start * np.exp(-3.0), rtol=1e-7)


def test_too_short_a_step_is_told(engine):
    courses = engine.run(
        loop_batch(COUNT), Settings(rtol=1e-12, first_step=2.0, smallest_step=1.9), retry=False
    )
    assert (courses.status == Status.STUCK).all()
    (complaint,) = courses.complaints()
    assert complaint.startswith(
        f"{COUNT} of {COUNT} patients (row 0, 1, 2, 3, 4, ...): the step had to shrink"
    )


def test_a_second_try_may_succeed(engine):
    """At tighter settings, with ten times the steps; who was done the first time stays as he was."""
    batch = loop_batch(COUNT)
    free = engine.run(batch, Settings(rtol=1e-6))
    limit = int(np.sort(free.steps)[COUNT // 2])
    tight = Settings(rtol=1e-6, most_steps=limit)
    once, twice = engine.run(batch, tight, retry=False), engine.run(batch, tight)
    failed = once.status == Status.TOO_MANY_STEPS
    assert 0 < failed.sum() < COUNT
    assert (once.status[~failed] == Status.DONE).all()
    assert (once.steps[failed] == limit).all()
    assert not once.retried.any()
    assert np.isnan(once.final[failed]).all()
    assert twice.done.all()
    assert twice.retried.tolist() == failed.tolist()
    assert (twice.steps[failed] > limit).all()
    assert same_bits(twice.final[~failed], free.final[~failed])
    better = engine.run(batch, tight.tighter())
    assert same_bits(twice.reports[failed], better.reports[failed])
    assert twice.complaints() == []


# ---------------------------------------------------------------------- stopping

MANY = 60_000
SLOW = Settings(rtol=1e-13, atol=1e-14)


def engine_threads(before):
    return [t for t in threading.enumerate() if t not in before]


def test_work_may_be_cancelled(engine):
    before, cancel = threading.enumerate(), threading.Event()
    batch = loop_batch(MANY, times=np.zeros(0))
    timer = threading.Timer(0.3, cancel.set)
    timer.start()
    begun = time.monotonic()
    courses = engine.run(batch, SLOW, cancel=cancel)
    took = time.monotonic() - begun
    timer.join()
    assert took < 3
    assert set(courses.status.tolist()) == {Status.DONE, Status.NOT_RUN}
    assert np.isnan(courses.final[~courses.done]).all()
    (complaint,) = courses.complaints()
    assert "cancelled" in complaint
    some = np.flatnonzero(courses.done)[:5]
    assert same_bits(courses.final[some], engine.run(batch.part(some), SLOW).final)
    assert engine_threads(before) == []


def test_work_cancelled_beforehand_is_not_begun(engine):
    cancel = threading.Event()
    cancel.set()
    courses = engine.run(loop_batch(MANY, times=np.zeros(0)), SLOW, cancel=cancel)
    assert (courses.status == Status.NOT_RUN).sum() > MANY / 2


def test_an_interrupt_stops_all_threads(engine):
    before, told = threading.enumerate(), []

    def progress(begun):
        told.append(begun)
        if len(told) == 3:
            raise KeyboardInterrupt

    begun = time.monotonic()
    with pytest.raises(KeyboardInterrupt):
        engine.run(loop_batch(MANY, times=np.zeros(0)), SLOW, threads=2, progress=progress)
    assert time.monotonic() - begun < 3
    assert told == sorted(told)
    assert 0 < told[-1] < MANY
    assert engine_threads(before) == []


# ---------------------------------------------------------------------- calls that do not fit

WRONG = {
    "start": {"start": np.ones((COUNT, 3))},
    "common": {"common": np.ones(2)},
    "varied": {"varied": np.ones((COUNT, 2))},
    "schedule": {"schedule": np.zeros(COUNT - 1, int)},
    "names a schedule": {"schedule": np.full(COUNT, 2)},
    "schedule: names": {"schedule": np.full(COUNT, -1)},
    "times": {"times": np.array([1.0, 1.0])},
    "batch: times": {"times": np.array([1.0, NAN])},
    "finite and rise": {"times": np.ones((1, 1))},
    "ends before": {"times": np.array([31.0])},
    "schedules": {"schedules": ()},
    "inputs": {"schedules": (Schedule(np.array([0.0, 50.0]), np.zeros((1, 2)), np.zeros((1, 2))),) * 2},
    "jumps": {"schedules": (Schedule(np.array([0.0, 50.0]), np.zeros((1, 1)), np.zeros((1, 3))),) * 2},
}


@pytest.mark.parametrize("what", WRONG)
def test_a_batch_that_does_not_fit_is_refused(engine, what):
    with pytest.raises(EngineError, match=what):
        engine.run(replace(loop_batch(COUNT), **WRONG[what]))


def test_unknown_names_are_refused(engine):
    with pytest.raises(UnknownNameError, match="did you mean body"):
        engine.run(replace(loop_batch(COUNT), report=("body.fastt",)))
    with pytest.raises(UnknownNameError, match="varied"):
        Engine(loop(), varied=["body.taau"])
    with pytest.raises(UnknownNameError, match="holdable"):
        Engine(loop(), holdable=["body.fasst"])


@pytest.mark.parametrize(
    "bad",
    [
        {"edges": np.array([0.0])},
        {"edges": np.array([0.0, 0.0])},
        {"edges": np.array([0.0, INF])},
        {"edges": np.array([0.0, 1.0, 2.0])},
        {"inputs": np.array([[NAN]])},
        {"inputs": np.zeros(1)},
        {"jumps": np.array([[INF, 0.0]])},
    ],
)
def test_a_schedule_that_makes_no_sense_is_refused(bad):
    sound = {"edges": np.array([0.0, 1.0]), "inputs": np.zeros((1, 1)), "jumps": np.zeros((1, 2))}
    with pytest.raises(EngineError, match="schedule"):
        Schedule(**{**sound, **bad})


@pytest.mark.parametrize(
    "bad",
    [
        {"rtol": 0.0},
        {"rtol": NAN},
        {"atol": np.array([1.0, 0.0])},
        {"growth": 1.0},
        {"first_step": INF},
        {"most_steps": 0},
    ],
)
def test_settings_that_make_no_sense_are_refused(bad):
    with pytest.raises(EngineError, match="settings"):
        Settings(**bad)


def test_settings_that_do_not_fit_are_refused(engine):
    with pytest.raises(EngineError, match="atol"):
        engine.run(loop_batch(COUNT), Settings(atol=np.ones(3)))
    with pytest.raises(EngineError, match="thread"):
        engine.run(loop_batch(COUNT), threads=-1)


@pytest.mark.parametrize(("bits", "width"), [(16, 4), (64, 3), (64, 16), (64, 0), (64, -1), (32, 32)])
def test_lanes_that_do_not_exist_are_refused(bits, width):
    """Vectors hold a power of two of lanes, and are aligned to 64 bytes at most."""
    with pytest.raises(EngineError, match="lanes of"):
        Engine(loop(), bits=bits, width=width)


@pytest.mark.parametrize(
    "shapes", [((3, 1), (3, 3), (3, 1)), ((3, 2), (2, 3), (3, 1)), ((3, 2), (3, 3), (3, 0))]
)
@pytest.mark.parametrize("method", ["rates", "observe", "jacobian"])
def test_one_evaluation_needs_fitting_tables(engine, method, shapes):
    with pytest.raises(EngineError, match=r"states|parameters|inputs"):
        getattr(engine, method)(*map(np.ones, shapes))


def test_nobody_is_followed_to_nowhere(engine):
    courses = engine.run(loop_batch(COUNT).part(np.zeros(0, int)))
    assert courses.reports.shape == (0, 7, 3)
    assert courses.complaints() == []
