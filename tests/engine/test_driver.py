"""The driver as ordinary Python and as machine code: the same bits."""

import numpy as np
import pytest
from engine_toys import LOOP_SCHEDULES, loop, loop_batch, same_bits, tree_model

from deqi.engine import Batch, Engine, Schedule, Settings, Status, driver
from deqi.engine.workspace import PythonWorkspace

TABLES = ("reports", "final", "status", "steps", "rejected")


def in_python(engine, batch, settings):
    """What one Python driver makes of a batch, with the driver's own record."""
    given = engine.shared(batch, settings)
    # A row that was never written must look the same in both.
    given["reports"][:] = given["final"][:] = np.nan
    work = PythonWorkspace(given, engine.sizes, engine.lane, engine.code.addresses)
    with np.errstate(all="ignore"):
        attempts = driver.drive(work)
    shapes = {name: given[name].shape for name in TABLES}
    return {name: getattr(work, name).reshape(shapes[name]) for name in TABLES}, attempts


def hold_together(engine, batch, settings):
    courses = engine.run(batch, settings, threads=1, retry=False)
    found, attempts = in_python(engine, batch, settings)
    for n in np.flatnonzero(~courses.done):
        # The engine hides what a failed patient had as its last state.
        found["final"][n] = np.nan
    for name in TABLES:
        assert same_bits(found[name], getattr(courses, name)), name
    assert attempts == courses.attempts
    return courses


@pytest.mark.parametrize("bits", [64, 32])
@pytest.mark.parametrize("width", [1, 2, 4])
def test_the_same_bits(bits, width):
    engine = Engine(loop(), bits=bits, width=width)
    courses = hold_together(engine, loop_batch(7), Settings(first_step=5.0, edge_step=9.0, growth=30.0))
    assert courses.done.all()
    assert courses.rejected.sum() > 0, "no step was rejected: choose a rougher course"


def test_the_same_bits_where_patients_fail():
    engine = Engine(loop(), width=2)
    batch = loop_batch(9)
    batch.varied[1] = np.nan
    batch.varied[4, 1] = 0.0
    batch.varied[5, 1] = 1e-12
    settings = Settings(rtol=1e-4, most_steps=60)
    courses = hold_together(engine, batch, settings)
    assert courses.status[1] == courses.status[4] == Status.NOT_FINITE
    assert courses.done.sum() >= 6
    few = hold_together(engine, batch, Settings(rtol=1e-7, most_steps=40))
    assert (few.status == Status.TOO_MANY_STEPS).sum() >= 3
    coarse = hold_together(engine, batch, Settings(rtol=1e-9, first_step=1.0, smallest_step=0.9))
    assert (coarse.status == Status.STUCK).sum() >= 3


def test_the_same_bits_without_reports_and_with_few_varied():
    engine = Engine(loop(), varied=["body.tau"], width=4)
    batch = loop_batch(6, varied=("tau",), times=np.zeros(0))
    hold_together(engine, batch, Settings())
    batch = loop_batch(3, varied=("tau",), times=np.array([0.0, 7.0, 25.0]))
    courses = hold_together(engine, batch, Settings())
    assert same_bits(courses.reports[:, 0, 2], batch.start[:, 0].copy())


def test_a_mirrored_course_takes_the_same_steps():
    """What counts of a state is its size: below zero all is as above."""
    engine = Engine(tree_model((("neg", ("state", 0)), ("sub", ("state", 0), ("state", 1)))), width=2)
    start, jumps = np.array([[2.0, 0.0], [0.5, 30.0]]), np.array([[0.0, 0.0], [-3.0, 5.0]])

    def follow(sign):
        schedule = Schedule(np.array([0.0, 2.0, 5.0]), np.zeros((2, 1)), sign * jumps)
        batch = Batch(sign * start, np.zeros(2), np.zeros((2, 2)), (schedule,), np.zeros(2, int))
        return engine.run(batch, Settings(rtol=1e-7))

    above, below = follow(1.0), follow(-1.0)
    assert same_bits(above.final, -below.final)
    assert same_bits(above.steps, below.steps)


def test_more_lanes_than_patients():
    hold_together(Engine(loop(), width=8), loop_batch(3), Settings(growth=3.0, edge_step=0.5))


def test_reports_at_edges_and_before_the_start():
    """At an edge the value before the jump; before the start what the patient came with."""
    engine = Engine(loop(), width=2)
    batch = loop_batch(4)
    reports, _ = in_python(engine, batch, Settings(rtol=1e-8))
    slow, fast = reports["reports"][:, :, 0], reports["reports"][:, :, 2]
    assert same_bits(fast[:, 0], batch.start[:, 0].copy())
    assert same_bits(slow[:, 1], batch.start[:, 1].copy())
    for n, k in enumerate(batch.schedule):
        if k == 0:
            # A jump of 1.5 at minute 7 shows only after it.
            assert fast[n, list(batch.times).index(7.0)] < batch.start[n, 0] + 1.5
    alone = np.nextafter(7.0, 8.0)
    after = loop_batch(4, times=np.array([7.0, alone]))
    jump = engine.run(after, Settings(rtol=1e-8)).reports[batch.schedule == 0][:, :, 2]
    np.testing.assert_allclose(jump[:, 1] - jump[:, 0], LOOP_SCHEDULES[0].jumps[1, 0], rtol=1e-9)
