"""The generated code against the array reading, and the whole model's invariants."""

import numpy as np
import pytest

from deqi.core.arrays import ArrayModel
from deqi.models import load_patient, needling_analgesia, parameter_schema
from deqi.parameters import base_values, merge, resolve
from deqi.protocols import lay_out, load_challenge, load_protocol
from deqi.simulation import prepare, simulate
from deqi.solvers import ScipyReference, Stretch
from deqi.solvers.python_kernel import compile_kernel

MODEL = needling_analgesia()
KERNEL = compile_kernel(MODEL)
BASE = resolve(parameter_schema(), base_values())


def _random_point(seed):
    rng = np.random.default_rng(seed)
    states = {p: float(rng.uniform(0.05, 0.2)) for p in MODEL.states}
    states |= {"receptors.cholecystokinin.fast": 1.3, "pain.report.intensity": 40.0}
    environment = {p: float(rng.uniform(0, 0.6)) for p in MODEL.outside}
    parameters = {p: v * float(np.exp(rng.normal(0, 0.1))) for p, v in BASE.items() if p in MODEL.parameters}
    return states, parameters, environment


def _ordered(states, parameters, environment):
    return (
        0.0,
        [states[p] for p in KERNEL.states],
        [parameters[p] for p in KERNEL.parameters],
        [environment[p] for p in KERNEL.environment],
    )


@pytest.mark.parametrize("seed", range(5))
def test_generated_code_equals_the_array_reading(seed):
    point = _random_point(seed)
    arrays = ArrayModel(MODEL)
    rates, outputs = arrays.rates(0.0, *point), arrays.outputs(0.0, *point)
    assert KERNEL.rates(*_ordered(*point)) == pytest.approx(
        [rates[p] for p in KERNEL.states], rel=1e-10, abs=1e-13
    )
    assert KERNEL.algebra(*_ordered(*point)) == pytest.approx(
        [outputs[p] for p in KERNEL.outputs], rel=1e-10, abs=1e-13
    )


@pytest.mark.parametrize("seed", range(3))
def test_the_jacobian_equals_finite_differences(seed):
    t, y, p, u = _ordered(*_random_point(seed))
    jacobian = KERNEL.jacobian(t, y, p, u)
    for j, value in enumerate(y):
        step = 1e-6 * max(abs(value), 1e-3)
        up, down = list(y), list(y)
        up[j], down[j] = value + step, value - step
        column = (np.array(KERNEL.rates(t, up, p, u)) - np.array(KERNEL.rates(t, down, p, u))) / (2 * step)
        scale = np.abs(column) + np.abs(jacobian[:, j]) + 1e-4 * np.abs(jacobian).max(axis=1) + 1e-9
        assert (np.abs(column - jacobian[:, j]) / scale).max() < 1e-3


def test_a_healthy_body_rests():
    person = load_patient("healthy_volunteer")
    numbers = resolve(parameter_schema(), merge(base_values(), person.values))
    state = prepare(MODEL, person, numbers, ScipyReference())
    p = [numbers[path] for path in KERNEL.parameters]
    residual = KERNEL.rates(0.0, [state[s] for s in KERNEL.states], p, [0.0] * len(KERNEL.environment))
    assert np.abs(residual).max() < 1e-10


def test_chronic_pain_is_a_stable_state():
    """No eigenvalue of the untreated chronic state points outwards."""
    state = _chronic_state(BASE)
    p = [BASE[path] for path in KERNEL.parameters]
    jacobian = KERNEL.jacobian(0.0, [state[s] for s in KERNEL.states], p, [0.0] * len(KERNEL.environment))
    assert np.linalg.eigvals(jacobian).real.max() < 1e-6


def _chronic_state(numbers):
    return prepare(MODEL, load_patient("chronic_low_back_pain"), numbers, ScipyReference())


def test_states_and_receptors_stay_in_bounds_under_needles_morphine_and_naloxone():
    run = simulate("acupuncture-plus-opioid", weeks=3, challenges=["naloxone-10mg"])
    for path, variable in MODEL.states.items():
        low, high = variable.bounds
        slack = 1e-6 * max(1.0, abs(low))
        assert run[path].min() >= low - slack, path
        assert run[path].max() <= high * (1 + 1e-9) + 1e-6, path
    mu = sum(run[f"brainstem.mu.{n}"] for n in ("enkephalin", "beta_endorphin", "opioid", "naloxone"))
    assert mu.max() <= 1
    assert (run["brainstem.delta.enkephalin"] + run["brainstem.delta.naloxone"]).max() <= 1
    assert (run["brainstem.kappa.dynorphin"] + run["brainstem.kappa.naloxone"]).max() <= 1
    assert mu.max() > 0.5


def test_drug_mass_is_conserved():
    """What was taken is in the gut, in the body, lost to first pass, or cleared."""
    challenge = load_challenge("naloxone-10mg")
    site = load_patient("healthy_volunteer").site
    timeline = lay_out(load_protocol("li4-manual"), BASE, site, days=1, challenges=[challenge])
    given = sum(d.amount for d in timeline.doses)
    run = simulate("li4-manual", patient="healthy_volunteer", weeks=1 / 7, challenges=["naloxone-10mg"])
    closely = run.time <= 190
    amount, minutes = run["drugs.naloxone.central"][closely], run.time[closely]
    rate = BASE["drugs.naloxone.clearance"] / BASE["drugs.naloxone.volume"]
    after = minutes > timeline.doses[0].minute
    cleared = np.trapezoid(
        rate * np.r_[given, amount[after]], np.r_[timeline.doses[0].minute, minutes[after]]
    )
    assert amount[-1] + cleared == pytest.approx(given, rel=1e-3)
    point = _random_point(1)
    rates = ArrayModel(MODEL).rates(0.0, *point)
    states, parameters, environment = point
    moved = sum(rates[f"drugs.opioid.{n}"] for n in ("gut", "central", "tissue"))
    lost = (1 - parameters["drugs.opioid.bioavailability"]) * parameters["drugs.opioid.absorption"]
    cleared = parameters["drugs.opioid.clearance"] * states["drugs.opioid.central"]
    expected = (
        environment["environment.opioid_intake"]
        - lost * states["drugs.opioid.gut"]
        - cleared / parameters["drugs.opioid.central_volume"]
    )
    assert moved == pytest.approx(expected, rel=1e-12)


@pytest.mark.parametrize("seed", range(12))
def test_random_patients_run(seed):
    """25 % log-normal on every parameter; `benchmarks/robustness.py` does a thousand."""
    rng = np.random.default_rng(seed)
    numbers = {}
    for path, value in BASE.items():
        low, high = parameter_schema()[path].bounds
        numbers[path] = float(np.clip(value * np.exp(rng.normal(0, 0.25)), low, high))
    state = _chronic_state(numbers)
    timeline = lay_out(
        load_protocol("acupuncture-plus-opioid"), numbers, load_patient("sciatica").site, days=14
    )
    stretches = [
        Stretch(s.start, s.stop, {f"environment.{k}": v for k, v in s.environment.items()}, s.jumps)
        for s in timeline.segments()
    ]
    found = ScipyReference().solve(MODEL, numbers, state, stretches, np.arange(0.0, 14 * 1440, 720))
    assert np.isfinite(found).all()
    pain = found[list(MODEL.states).index("pain.report.intensity")]
    assert 0 <= pain.min() <= pain.max() <= 100


def test_tighter_tolerance_changes_pain_by_little():
    loose, tight = (simulate("gerac-verum", weeks=6, rtol=r) for r in (1e-6, 1e-9))
    assert np.abs(loose["pain.report.intensity"] - tight["pain.report.intensity"]).max() < 0.01
