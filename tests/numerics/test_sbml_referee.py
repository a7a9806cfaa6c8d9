"""The same symbols as SBML, run by another engine, agree with the reference over a session."""

import numpy as np
import pytest

from deqi.exporters import to_sbml
from deqi.models import load_patient, needling_analgesia, parameter_schema
from deqi.parameters import base_values, merge, resolve
from deqi.protocols import lay_out, load_protocol
from deqi.simulation import prepare
from deqi.solvers import ScipyReference, Stretch

roadrunner = pytest.importorskip("roadrunner")


def test_libroadrunner_agrees_to_1e_5_over_a_session():
    model, person = needling_analgesia(), load_patient("chronic_low_back_pain")
    numbers = resolve(parameter_schema(), merge(base_values(), person.values))
    solver = ScipyReference(rtol=1e-10, atol=1e-12)
    state = prepare(model, person, numbers, solver)
    session = lay_out(load_protocol("gerac-verum"), numbers, person.site, days=1).segments()[0]
    environment = {f"environment.{k}": v for k, v in session.environment.items()}
    times = np.arange(0.0, session.stop + 0.5)
    ours = solver.solve(model, numbers, state, [Stretch(0.0, session.stop, environment, {})], times)

    other = roadrunner.RoadRunner(to_sbml(model, numbers, state, environment))
    # Tight enough for the bar below; not everything tighter is solved by CVODE.
    other.integrator.relative_tolerance = 1e-8
    other.integrator.absolute_tolerance = 1e-11
    names = [path.replace(".", "__") for path in model.states]
    other.timeCourseSelections = names
    theirs = np.asarray(other.simulate(0, session.stop, len(times))).T
    for path, a, b in zip(model.states, ours, theirs, strict=True):
        scale = max(np.abs(a).max(), 1e-6)
        assert np.abs(a - b).max() / scale < 1e-5, path
