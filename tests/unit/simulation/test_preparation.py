"""How patients come to week 0, through the engine and through the reference."""

import numpy as np
import pytest

from deqi import load_patient, needling_analgesia
from deqi.models import parameter_schema
from deqi.parameters import base_values, merge, resolve
from deqi.simulation import make_solver, prepare, prepare_many
from deqi.simulation.preparation import FAST


def numbers_of(name):
    return resolve(parameter_schema(), merge(base_values(), load_patient(name).values))


@pytest.mark.parametrize(
    "name", ["healthy_volunteer", "acute_low_back_pain", "chronic_low_back_pain", "sciatica"]
)
def test_engine_and_reference_bring_patients_to_the_same_state(name):
    model, patient, numbers = needling_analgesia(), load_patient(name), numbers_of(name)
    engine, scipy = (
        prepare(model, patient, numbers, make_solver(solver, 1e-8)) for solver in ("engine", "scipy")
    )
    a, b = np.array(list(engine.values())), np.array(list(scipy.values()))
    assert a == pytest.approx(b, rel=1e-5, abs=1e-7)


def test_what_is_kept_cannot_be_changed_from_outside():
    model, patient, numbers = (
        needling_analgesia(),
        load_patient("chronic_low_back_pain"),
        numbers_of("sciatica"),
    )
    solver = make_solver("engine", 1e-5)
    first, _ = prepare_many(model, patient, numbers, solver, 2)
    first[:] = 0.0
    again, _ = prepare_many(model, patient, numbers, solver, 2)
    assert (again != 0.0).any()
    assert np.array_equal(again[0], again[1])


def test_the_list_of_fast_states_is_that_of_the_model():
    model, patient = needling_analgesia(), load_patient("chronic_low_back_pain")
    numbers, solver = numbers_of("chronic_low_back_pain"), make_solver("engine", 1e-8)
    state = np.array([list(prepare(model, patient, numbers, solver).values())])
    engine = solver.engine(model)
    parameters = np.array([[numbers[p] for p in engine.parameters]])
    at_rest, needled = (
        -np.diag(engine.jacobian(state, parameters, np.full((1, len(engine.inputs)), level))[0])
        for level in (0.0, 1.0)
    )
    # With inputs at 0, held states are held; those are slow, so it makes no difference here.
    looked_at = (
        "pain.",
        "mind.",
        "needle.sensation.",
        "brainstem.mu.",
        "brainstem.delta.",
        "brainstem.kappa.",
    )
    fast = {
        path
        for path, a, b in zip(engine.states, at_rest, needled, strict=True)
        if min(a, b) > 0.05 and not path.startswith(looked_at)
    }
    assert fast == set(FAST)
