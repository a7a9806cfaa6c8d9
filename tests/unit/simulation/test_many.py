"""Many patients: the same bits however they are grouped, and rules that decide for each."""

import threading
from dataclasses import replace

import numpy as np
import pytest

from deqi import load_protocol, simulate
from deqi.engine import Status
from deqi.errors import SimulationError, UnknownNameError
from deqi.parameters import base_values
from deqi.simulation import simulate_in_chunks, simulate_many

EXPECTATION = "mind.expectation.expectation"
PAIN = "pain.report.intensity"
RNG = np.random.default_rng(7)
VARIED = {
    EXPECTATION: RNG.uniform(0.2, 0.9, 7),
    "periphery.load.chronic_level": RNG.uniform(0.3, 0.6, 7),
    # A parameter of the needles: each patient has a timetable of his own.
    "needle.depth.half_depth": RNG.uniform(5.0, 15.0, 7),
}
WEEKS = (0.0, 6.0, 10.0)


@pytest.fixture(scope="module")
def together():
    return simulate_many("gerac-verum", VARIED, weeks=WEEKS, report=(PAIN, "brainstem.signal.signal"))


@pytest.mark.parametrize("chunk", [1, 3])
@pytest.mark.parametrize("threads", [1, 3])
def test_results_do_not_depend_on_chunks_or_threads(together, chunk, threads):
    parts = list(
        simulate_in_chunks(
            "gerac-verum", VARIED, weeks=WEEKS, report=together.report, chunk=chunk, threads=threads
        )
    )
    assert np.array_equal(np.concatenate([p.values for p in parts]), together.values)
    decisions = [(d.patient + p.first, d.decision) for p in parts for d in p.decisions]
    assert decisions == [(d.patient, d.decision) for d in together.decisions]


def test_results_do_not_depend_on_the_order_of_patients(together):
    order = np.array([3, 0, 6, 1, 5, 2, 4])
    shuffled = simulate_many(
        "gerac-verum", {p: v[order] for p, v in VARIED.items()}, weeks=WEEKS, report=together.report
    )
    assert np.array_equal(shuffled.values, together.values[order])


def test_one_patient_among_many_is_the_one_alone(together):
    values = {p: replace(base_values()[p], value=float(v[2])) for p, v in VARIED.items()}
    alone = simulate("gerac-verum", weeks=10, parameters=values, rtol=1e-5)
    assert [alone.at(PAIN, week=w) for w in WEEKS] == together[PAIN][2].tolist()


def test_rules_decide_for_each_patient(together):
    first, last = together[PAIN][:, 0], together[PAIN][:, 1]
    gained = (first - last) / first
    for decided in together.decisions:
        assert ("more visits" in decided.decision and "no more" not in decided.decision) == (
            0.1 <= gained[decided.patient] <= 0.5
        )
    assert len({d.decision.split(", ")[-1] for d in together.decisions}) == 2


def test_a_patient_who_fails_does_not_harm_the_others(together):
    broken = {p: v.copy() for p, v in VARIED.items()}
    broken[EXPECTATION][4] = np.nan
    outcomes = simulate_many("gerac-verum", broken, weeks=WEEKS, report=together.report)
    others = np.arange(7) != 4
    assert np.array_equal(outcomes.values[others], together.values[others])
    assert np.isnan(outcomes.values[4]).all()
    assert outcomes.status[4] != Status.DONE
    assert "1 of 7 patients" in outcomes.complaints()[0]


def test_cancelling_leaves_what_was_not_run():
    stop = threading.Event()
    stop.set()
    outcomes = simulate_many(
        "gerac-verum", {EXPECTATION: np.full(4000, 0.5)}, weeks=(0, 26), cancel=stop, rtol=1e-8
    )
    assert (outcomes.status == Status.NOT_RUN).any()


def test_errors_say_what_to_do():
    with pytest.raises(UnknownNameError, match="did you mean mind"):
        simulate_many("gerac-verum", {"mind.expectation.expectaton": np.ones(2)})
    with pytest.raises(SimulationError, match="one length"):
        simulate_many("gerac-verum", {EXPECTATION: np.ones(2), "mind.serotonin.gain": np.ones(3)})
    with pytest.raises(SimulationError, match="one length"):
        simulate_many("gerac-verum", {})
    with pytest.raises(SimulationError, match="must rise"):
        simulate_many("gerac-verum", VARIED, weeks=(6, 0))
    with pytest.raises(UnknownNameError, match="did you mean pain"):
        simulate_many("gerac-verum", VARIED, report=("pain.report.intensty",))
    with pytest.raises(SimulationError, match="520"):
        simulate_many("gerac-verum", VARIED, weeks=(0, 5000))


def test_float32_agrees_to_its_tolerance():
    report = (PAIN, "mind.mood.mood", "fluids.beta_endorphin.csf")
    protocol = load_protocol("gerac-sham")
    single = simulate_many(protocol, VARIED, weeks=WEEKS, report=report, bits=32, rtol=1e-4)
    double = simulate_many(protocol, VARIED, weeks=WEEKS, report=report, rtol=1e-8)
    scale = np.abs(double.values).max(axis=(0, 1))
    assert (np.abs(single.values - double.values) / scale).max() < 3e-4
