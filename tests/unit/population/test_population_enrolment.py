"""Enrolment is a pure function of recipe, seed and slot, and every refusal is counted."""

import math
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from deqi.errors import PopulationError, UnknownNameError
from deqi.measurement import load_instrument, measure
from deqi.parameters import overlay
from deqi.population import (
    components,
    draw_slots,
    enrol,
    error_normals,
    fluctuation_normals,
    load_recipe,
    meet,
    person_normals,
    plan_of,
    summarise,
    under,
)
from deqi.population.candidates import seen_at_start
from deqi.population.draws import BLOCK
from deqi.protocols import load_protocol

GERAC = load_recipe("gerac")


@pytest.fixture(scope="module")
def met():
    return meet(GERAC)


@pytest.fixture(scope="module")
def fifty(met):
    return enrol(met, 5, BLOCK - 20, BLOCK + 30)


def arrays(enrolled):
    return {
        **{f"covariate {k}": v for k, v in enrolled.covariates.items()},
        **{f"varied {k}": v for k, v in enrolled.varied.items()},
        **{f"baseline {k}": v for k, v in enrolled.baseline.items()},
        "states": enrolled.states,
        "attempt": enrolled.attempt,
        "looked_at": enrolled.looked_at,
    }


@settings(max_examples=5)
@given(st.integers(1, 49), st.sampled_from([1, 2]))
def test_any_range_gives_the_same_bits(met, fifty, cut, threads):
    middle = fifty.first + cut
    parts = [
        enrol(met, 5, first, stop, threads=threads)
        for first, stop in ((fifty.first, middle), (middle, fifty.stop))
    ]
    for name, whole in arrays(fifty).items():
        assert np.array_equal(whole, np.concatenate([arrays(part)[name] for part in parts])), name
    for reason, count in fifty.refusals.items():
        assert count == sum(part.refusals[reason] for part in parts)


def test_another_seed_gives_other_patients(met, fifty):
    other = enrol(met, 6, fifty.first, fifty.stop)
    assert not np.array_equal(other.baseline["cpgs_pain"], fifty.baseline["cpgs_pain"])


def test_who_was_looked_at_is_taken_or_counted_as_refused(fifty):
    assert fifty.looked_at.sum() == len(fifty) + sum(fifty.refusals.values())
    assert (fifty.looked_at >= fifty.attempt + 1).all()
    assert fifty.refusals["hfaq below 70"] > 0


def test_everyone_who_is_taken_is_eligible_and_within_the_limits(fifty):
    assert (fifty.baseline["hfaq"] < 70).all()
    column = {path: k for k, path in enumerate(plan_of(GERAC).case.model.states)}
    for limit in GERAC.limits:
        values = fifty.states[:, column[limit.path]]
        assert (values >= (-np.inf if limit.at_least is None else limit.at_least)).all()
        assert (values <= (np.inf if limit.at_most is None else limit.at_most)).all()


def test_what_is_known_before_is_that_of_the_slot(fifty):
    slots = draw_slots(GERAC, 5, fifty.first, fifty.stop)
    for name, values in slots.covariates.items():
        assert np.array_equal(values, fifty.covariates[name])
    assert fifty.covariates["centre"].min() >= 0
    assert fifty.covariates["centre"].max() < GERAC.centres


def test_baseline_is_what_a_later_visit_is_measured_with(met, fifty):
    """Person, error and fluctuation belong to the candidate who was taken."""
    who = (fifty.attempt, fifty.first, fifty.stop)
    scores = fluctuation_normals(5, 26 * 7, *who)[:, :8]
    seen = seen_at_start(plan_of(GERAC), fifty.states, scores)
    for name in ("cpgs_pain", "hfaq"):
        person, error = person_normals(5, name, *who), error_normals(5, name, 0, *who)
        again = measure(load_instrument(name), seen, person, error[:, None], met.adjustments.get(name))
        assert np.array_equal(again[:, 0], fifty.baseline[name])


def test_patients_start_where_a_simulation_of_them_starts(met, fifty):
    from deqi.simulation import simulate_many

    course = simulate_many("none", fifty.varied, patient=fifty.preset, weeks=[0.0, 0.1])
    column = list(plan_of(GERAC).case.model.states).index("pain.report.intensity")
    assert np.array_equal(course["pain.report.intensity"][:, 0], fifty.states[:, column])


def test_age_and_sex_are_replaced_before_anyone_is_seen(met):
    rule = {"age": {"at_least": 60}, "sex": {"only": ["male"]}}
    enrolled = enrol(met, 5, 0, 60, rule)
    assert enrolled.covariates["age"].min() >= 60
    assert set(enrolled.covariates["sex"]) == {"male"}
    assert enrolled.refusals["age at least 60"] > 60
    assert enrolled.refusals["sex only male"] > 0
    assert enrolled.looked_at.sum() == 60 + sum(enrolled.refusals.values())


def test_further_instruments_change_nobody(met, fifty):
    more = enrol(met, 5, fifty.first, fifty.stop, instruments=["rmdq"])
    assert np.array_equal(more.attempt, fifty.attempt)
    assert set(more.baseline) == {*fifty.baseline, "rmdq"}


def test_a_place_that_stays_empty_says_what_refuses_whom(met):
    with pytest.raises(PopulationError, match=r"'cpgs_pain at most 1' refuses \d+; widen what refuses most"):
        enrol(met, 5, 0, 2, {"cpgs_pain": {"at_most": 1}})
    with pytest.raises(PopulationError, match="hardly anyone of gerac is eligible: 'age at least 120'"):
        enrol(met, 5, 0, 2, {"age": {"at_least": 120}})
    with pytest.raises(PopulationError, match="no patient is from 3 to 3"):
        enrol(met, 5, 3, 3)
    with pytest.raises(UnknownNameError, match="did you mean vas_pain"):
        enrol(met, 5, 0, 2, instruments=["vas_pian"])


def test_another_medicine_keeps_each_patients_rank(fifty):
    """Oxycodone has its own clearance; who clears morphine fast clears it fast."""
    path = "drugs.opioid.clearance"
    before, after = fifty.varied[path], under(fifty, load_protocol("oxycodone"), GERAC)
    assert np.array_equal(after[path].argsort(), before.argsort())
    value = overlay("oxycodone").values[path]
    assert value.unit == "L/h"
    log = np.log(after[path] * 60 / value.value)
    assert log.mean() == pytest.approx(0, abs=4 * value.distribution.numbers["sd"] / math.sqrt(len(log)))
    # The scores are those of morphine's clearance; the spread is oxycodone's.
    scores = np.log(before / 1.5) / 0.25
    assert log == pytest.approx(value.distribution.numbers["sd"] * scores, rel=1e-9)
    assert not np.array_equal(after[path], before)
    same = under(fifty, load_protocol("gerac-verum"), GERAC)
    assert all(np.array_equal(same[p], values) for p, values in fifty.varied.items())


def test_variance_is_told_apart_by_kind(met, fifty):
    parts = components(fifty, met)
    assert parts.instrument == "cpgs_pain"
    assert parts.total == pytest.approx(np.var(fifty.baseline["cpgs_pain"], ddof=1), rel=1e-12)
    assert parts.sum + parts.together == pytest.approx(parts.total, rel=1e-12)
    assert min(parts.between, parts.within, parts.error) > 0
    assert parts.between > parts.within > parts.mapping == 0


def test_without_selection_the_kinds_add_up(met):
    """Fluctuation and error are independent of the state; only being chosen by the score ties them."""
    enrolled = enrol(met, 8, 0, 3000, {})
    parts = components(enrolled, met, "hfaq")
    assert abs(parts.together) < 0.12 * parts.total
    own = load_instrument("hfaq").numbers["error_sd"] ** 2
    assert parts.error == pytest.approx(own, rel=0.15)


def test_components_need_an_instrument_and_two_patients(met, fifty):
    general = meet(load_recipe("chronic-low-back-pain"))
    with pytest.raises(PopulationError, match="name an instrument"):
        components(enrol(general, 1, 0, 3), general)
    with pytest.raises(PopulationError, match="draw more"):
        components(enrol(met, 1, 0, 1), met)


def test_correlations_and_covariates_are_drawn_as_asked(met):
    # Nobody is refused for what these are about, so that screening leaves them alone.
    drawn = summarise(enrol(met, 21, 0, 4000, {}), met)
    n = drawn["patients"]
    for row in drawn["correlations"]:
        assert abs(row["drawn"] - row["asked"]) < 4 / math.sqrt(n), row
    for row in drawn["covariates"]:
        assert abs(row["mean"] - row["asked_mean"]) < 4 * row["asked_sd"] / math.sqrt(n), row
    assert drawn["components"]["patients"] == n


def test_a_recipe_with_a_parameter_changed_moves_nobody_elses_draws(met, fifty):
    other = replace(
        GERAC,
        values={
            "mind.memory.pain_half": replace(plan_of(GERAC).case.values["mind.memory.pain_half"], value=54.0)
        },
    )
    again = enrol(replace(met, recipe=other), 5, fifty.first, fifty.stop, {})
    assert (again.varied["mind.memory.pain_half"] == 54.0).all()
    same = fifty.attempt == 0
    first = again.attempt == 0
    both = same & first
    assert both.any()
    path = "spinal.enkephalin.release"
    assert np.array_equal(again.varied[path][both], fifty.varied[path][both])
