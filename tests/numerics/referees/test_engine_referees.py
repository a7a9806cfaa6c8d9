"""The engine agrees with two independent solvers on every state and output, to 1e-5.

A larger number of patients: ``python scripts/verify.py``.
"""

from dataclasses import replace

import numpy as np
import pytest

pytest.importorskip("roadrunner")

from referee_arms import ARMS, MINUTES_A_DAY, observables, task
from referee_patients import cohort, draw
from referee_roadrunner import RoadRunner
from referee_scipy import Scipy
from referee_verdict import LIMIT, RTOL, course, engine_reports, errors, judge

from deqi.protocols import load_protocol
from deqi.simulation import make_solver
from deqi.solvers import ScipyReference

PAIN = "pain.report.intensity"
WEEKS = 26


@pytest.fixture(scope="module")
def many():
    """Enough that the visit of day 42 tells some from others."""
    return cohort(24)


@pytest.fixture(scope="module")
def patients(many):
    return many.part(np.arange(8))


@pytest.mark.slow
@pytest.mark.parametrize("arm", ARMS, ids=lambda arm: arm.name)
def test_libroadrunner_agrees_on_every_observable(patients, arm):
    verdict = judge(arm, patients, WEEKS, RoadRunner())[0]
    assert verdict.errors.shape == (8, len(patients.model.states) + len(patients.model.outputs))
    assert verdict.holds, verdict


# Four seconds a course: another patient for each arm, and two more for the quickest.
@pytest.mark.slow
@pytest.mark.parametrize(("patient", "arm"), tuple(enumerate((*ARMS, ARMS[4], ARMS[1]))), ids=str)
def test_scipy_agrees_on_every_observable(patients, patient, arm):
    verdict = judge(arm, patients.part(np.array([patient])), WEEKS, Scipy())[0]
    assert verdict.holds, verdict


@pytest.mark.slow
def test_rules_decide_alike_and_end_in_the_same_pain(many):
    """One patient whom the visit of day 42 gives more sessions, and one whom it does not."""
    protocol, days = load_protocol("gerac-verum"), 70.0

    def follow(who, solver):
        made = course(who, protocol, days, solver)
        _, values = made.run(np.array([days * MINUTES_A_DAY]), (PAIN,))
        return made, values[:, -1, 0]

    fast, slow = make_solver("engine", RTOL), ScipyReference(rtol=1e-8, atol=1e-11)
    longer = follow(many, fast)[0].plan > 0
    two = many.part(np.array([np.argmax(longer), np.argmin(longer)]))
    (ours, our_pain), (theirs, their_pain) = follow(two, fast), follow(two, slow)
    assert [len(ours.timeline(n).sessions) for n in range(2)] == [15, 10]
    assert [len(theirs.timeline(n).sessions) for n in range(2)] == [15, 10]
    assert ours.decisions == theirs.decisions
    assert len(ours.decisions) == 2
    assert our_pain == pytest.approx(their_pain, rel=LIMIT)


def test_a_parameter_off_by_a_thousandth_is_noticed(patients):
    arm, one = ARMS[0], patients.part(np.array([0]))
    firing = one.parameters["periphery.nociceptors.firing"]
    off = replace(one, parameters={**one.parameters, "periphery.nociceptors.firing": firing * 1.001})
    apart = errors(engine_reports(arm, off, 2, RTOL), engine_reports(arm, one, 2, RTOL))
    assert apart.max() > 10 * LIMIT


def test_a_solution_that_is_not_finite_is_an_error():
    referee = np.ones((1, 2, 1))
    assert errors(np.array([[[1.0], [np.nan]]]), referee) == np.inf


def test_each_medicine_is_given_in_its_own_arm(patients):
    given = {arm.name: task(arm, patients.part(np.array([0])), WEEKS) for arm in ARMS}
    assert {what.report for what in given.values()} == {observables(patients)}

    def arms_with(path):
        return {
            name
            for name, what in given.items()
            if any(stretch.environment.get(path) or path in stretch.jumps for stretch in what.plans[0])
        }

    assert arms_with("environment.opioid_intake") == {"acupuncture-plus-opioid"}
    assert arms_with("environment.nsaid_intake") == {"nsaid"}
    assert arms_with("drugs.naloxone.central") == {"gerac-verum + naloxone-10mg"}
    assert arms_with("environment.a_beta_painful") == set(given) - {"nsaid"}


def test_a_patient_is_the_same_however_many_are_drawn():
    few, many = draw(2), draw(5)
    varied = [path for path, value in many.items() if isinstance(value, np.ndarray)]
    assert varied
    for path in varied:
        assert np.array_equal(few[path], many[path][:2])
        assert len(set(many[path])) > 1
