"""What befalls patients, and what those who look after them decide."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace

import numpy as np
import pytest

from deqi.errors import SimulationError
from deqi.protocols import Decision, Dose, Rescue, load_protocol
from deqi.simulation import Look, simulate_in_chunks, simulate_many

PAIN = "pain.report.intensity"
EXPECTATION = {"mind.expectation.expectation": np.array([0.2, 0.5, 0.8])}
WEEKS = [0.0, 3.0, 6.0, 13.0]


@dataclass
class Watch:
    """Keeps every look, shows rules what it is told, and decides what it is told."""

    days: tuple[float, ...]
    shown: float | None = None
    decided: Mapping[float, Mapping[int, Decision]] = field(default_factory=dict)
    looks: list[Look] = field(default_factory=list)

    def scores(self, look: Look) -> Mapping[str, tuple[np.ndarray, np.ndarray]]:
        if self.shown is None:
            return {}
        before = np.full(len(look.values), 60.0)
        return {PAIN: (before, np.full(len(look.values), self.shown))}

    def decide(self, look: Look) -> Mapping[int, Decision]:
        self.looks.append(look)
        return self.decided.get(look.day, {})


def test_a_session_taken_away_is_as_if_it_had_never_been_planned() -> None:
    days = load_protocol("gerac-verum").sessions[0].days
    missed = (days[0], days[4])
    watch = Watch((0.0,), decided={0.0: {1: Decision("missed two", without=missed)}})
    overseen = simulate_many("gerac-verum", EXPECTATION, weeks=WEEKS, oversight=watch)
    whole = simulate_many("gerac-verum", EXPECTATION, weeks=WEEKS)
    plan = load_protocol("gerac-verum")
    kept = tuple(d for d in days if d not in missed)
    fewer = replace(plan, sessions=(replace(plan.sessions[0], days=kept), *plan.sessions[1:]))
    less = simulate_many(fewer, EXPECTATION, weeks=WEEKS)
    assert np.array_equal(overseen.values[[0, 2]], whole.values[[0, 2]])
    assert np.array_equal(overseen.values[1], less.values[1])
    assert (overseen.values[1, 1:] > whole.values[1, 1:]).all()


@pytest.mark.parametrize(("shown", "added"), [(45.0, True), (10.0, False)])
def test_rules_see_the_scores_they_are_shown(shown: float, added: bool) -> None:
    outcomes = simulate_many("gerac-verum", EXPECTATION, weeks=WEEKS, oversight=Watch((), shown=shown))
    assert len(outcomes.decisions) == 3
    assert all(("5 more visits" in d.decision) == added for d in outcomes.decisions)


def test_no_rule_is_asked_of_whoever_is_gone() -> None:
    always = Rescue(days=(28.0,), above=0.0, drug="naproxen", mg_per_day=500.0, for_days=7.0)
    plan = replace(load_protocol("gerac-verum"), rules=(always,))
    assert len(simulate_many(plan, EXPECTATION, weeks=WEEKS, oversight=Watch((), shown=30.0)).decisions) == 3
    assert not simulate_many(plan, EXPECTATION, weeks=WEEKS, oversight=Watch((), shown=np.nan)).decisions


def test_a_look_holds_what_was_reported_until_then() -> None:
    watch = Watch((0.0, 21.0, 28.0))
    outcomes = simulate_many("gerac-verum", EXPECTATION, weeks=WEEKS, oversight=watch)
    assert [look.day for look in watch.looks] == [0.0, 21.0, 28.0]
    assert [len(look.minutes) for look in watch.looks] == [1, 2, 2]
    assert np.array_equal(watch.looks[2][PAIN], outcomes[PAIN][:, :2])
    assert np.allclose(watch.looks[0][PAIN], outcomes[PAIN][:, :1])
    assert watch.looks[0].plan(0).name == "gerac-verum"


def test_a_flare_hurts_whom_it_befalls_and_fades() -> None:
    flare = Dose(7 * 1440.0, "periphery.load.load", 0.3, "flare-up")
    times = [0.0, 0.9, 2.0, 26.0]
    calm = simulate_many("none", EXPECTATION, weeks=times)
    struck = simulate_many("none", EXPECTATION, weeks=times, events=[(), (flare,), ()])
    assert np.array_equal(struck.values[[0, 2]], calm.values[[0, 2]])
    worse = struck[PAIN][1] - calm[PAIN][1]
    # The solver steps up to the flare, not over it: the same course to its tolerance until then.
    assert np.abs(worse[:2]).max() < 1e-2
    assert worse[2] > 3
    assert 0 < worse[3] < worse[2]


def test_what_befalls_patients_does_not_depend_on_chunks() -> None:
    flare = Dose(7 * 1440.0, "periphery.load.load", 0.3, "flare-up")
    events = [(), (flare,), ()]
    together = simulate_many("gerac-sham", EXPECTATION, weeks=WEEKS, events=events)
    apart = simulate_in_chunks("gerac-sham", EXPECTATION, weeks=WEEKS, events=events, chunk=1)
    assert np.array_equal(together.values, np.concatenate([part.values for part in apart]))


def test_events_need_one_entry_a_patient_and_oversight_one_chunk() -> None:
    with pytest.raises(SimulationError, match="2 entries"):
        simulate_many("none", EXPECTATION, events=[(), ()])
    with pytest.raises(SimulationError, match="chunk=3"):
        next(simulate_in_chunks("none", EXPECTATION, oversight=Watch(()), chunk=2))
