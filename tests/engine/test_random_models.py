"""Courses of random stable models against SciPy, with edges, jumps, time itself, and states held still."""

import numpy as np
from engine_toys import BODY_LEAVES, NO_SHRINKING, array_rates, array_reading, tame_models, tree_model
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.integrate import solve_ivp

from deqi.engine import Batch, Engine, Schedule, Settings

EXAMPLES = settings(max_examples=4, phases=NO_SHRINKING)
TIGHT = Settings(rtol=1e-8, atol=1e-10)


def stable(trees, *, timed=False):
    """Bounded production and linear decay: every state has somewhere to rest."""
    rates, signal, strong = trees
    tame = []
    for i, rate in enumerate(rates):
        made = rate[1] if rate[0] == "neg" else rate
        if timed:
            # Both smooth in time: one fades, the other rises.
            clock = ("mul", ("number", 0.3), ("time",))
            course = ("exp", ("neg", clock)) if i % 2 else ("hill", clock, ("number", 1.0), ("number", 2.0))
            made = ("mul", made, course)
        decay = ("mul", ("number", 0.2 + i), ("param", i % 2))
        tame.append(("sub", ("hill2", made, ("number", 1.0)), ("mul", decay, ("state", i))))
    return tree_model(tuple(tame), signal, strong)


def reference(model, engine, start, numbers, schedule, times, held=()):
    """States at the times and at the end, by LSODA on the array reading, stretch by stretch."""
    size = len(model.states)
    free = np.array([path not in held for path in model.states], float)
    array, p = array_reading(model), dict(zip(engine.parameters, numbers, strict=True))
    y, found = np.array(start[:size]), np.full((len(times), size), np.nan)
    found[times <= schedule.edges[0]] = y
    for k, (begin, end) in enumerate(zip(schedule.edges[:-1], schedule.edges[1:], strict=True)):
        y = y + schedule.jumps[k, :size]
        u = dict(zip(model.outside, schedule.inputs[k], strict=False))

        def rates(t, y, u=u):
            given = array.rates(t, dict(zip(model.states, y, strict=True)), p, u)
            return np.array([given[path] for path in model.states]) * free

        inside = (times > begin) & (times <= end)
        asked = np.unique([*times[inside], end])
        solution = solve_ivp(rates, (begin, end), y, "LSODA", asked, rtol=1e-10, atol=1e-12)
        assert solution.success
        found[inside] = solution.y[:, np.isin(asked, times[inside])].T
        y = solution.y[:, -1]
    return found, y


def follow_and_compare(trees, seed, *, timed=False, hold=False):
    """Run a few patients on two schedules and hold every report against the reference."""
    model = stable(trees, timed=timed)
    held = ("body.s1",) if hold else ()
    engine = Engine(model, holdable=held)
    rng = np.random.default_rng(seed)
    size, count = len(model.states), 2
    moving = [0.0] if hold else []
    clock = [0.0] if timed else []

    def schedule(edges):
        jumps = rng.uniform(0, 1, (len(edges) - 1, size)) * (rng.uniform(size=(len(edges) - 1, 1)) < 0.6)
        drives = 10 ** rng.uniform(-1, 0.5, len(edges) - 1)
        return Schedule(
            np.array(edges),
            np.array([[d, *moving] for d in drives]),
            np.array([[*j, *clock] for j in jumps]),
        )

    schedules = (schedule([-3.0, 1.0, 1.25, 9.0]), schedule([-1.0, 2.5, 9.0]))
    times = np.array([-4.0, -3.0, -2.9, -1.0, 0.7, 1.0, 1.25, 2.5, 2.501, 6.0, 8.999, 9.0])
    chosen = np.array([0, 1])
    first = np.array([schedules[k].edges[0] for k in chosen])
    start = rng.uniform(0.1, 2.0, (count, size))
    numbers = rng.uniform(0.3, 2.0, (count, 2))
    batch = Batch(
        start=np.column_stack([start, first]) if timed else start,
        common=np.zeros(2),
        varied=numbers,
        schedules=schedules,
        schedule=chosen,
        times=times,
        report=(*model.states, *engine.outputs),
    )
    courses = engine.run(batch, TIGHT, threads=1)
    assert courses.complaints() == []
    for n in range(count):
        its = schedules[chosen[n]]
        states, final = reference(model, engine, start[n], numbers[n], its, times, held)
        largest = np.abs(states).max(axis=0) + 1e-3
        assert (np.abs(courses.reports[n, :, :size] - states) <= 1e-5 * largest).all()
        assert (np.abs(courses.final[n, :size] - final) <= 1e-5 * largest).all()
        # Outputs are those of the reported states, with the input before an edge, and none at first.
        drive = [
            0.0 if t <= its.edges[0] else its.inputs[np.searchsorted(its.edges, t) - 1, 0] for t in times
        ]
        for row, t in enumerate(times):
            outputs = array_rates(
                model,
                engine,
                courses.reports[n, [row], :size],
                [numbers[n]],
                [[drive[row]]],
                max(t, its.edges[0]),
            )[1][0]
            np.testing.assert_allclose(courses.reports[n, row, size:], outputs, rtol=1e-9, atol=1e-12)
        if timed:
            assert abs(courses.final[n, -1] - 9.0) < 1e-12
    return courses, batch


@EXAMPLES
@given(tame_models(largest=3), st.integers(0, 999))
def test_courses(trees, seed):
    follow_and_compare(trees, seed)


@EXAMPLES
@given(tame_models(largest=3, leaves=(*BODY_LEAVES[:3], ("drive",))), st.integers(0, 999))
def test_courses_where_rates_name_time(trees, seed):
    follow_and_compare(trees, seed, timed=True)


@EXAMPLES
@given(tame_models(largest=3), st.integers(0, 999))
def test_held_states_stay_put(trees, seed):
    """Jumps move them still; between jumps not a bit changes."""
    courses, batch = follow_and_compare(trees, seed, hold=True)
    for n, k in enumerate(batch.schedule):
        jumps = batch.schedules[k].jumps[:, 1]
        assert courses.final[n, 1] == sum(jumps, start=batch.start[n, 1])
