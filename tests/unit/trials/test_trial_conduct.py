"""Patients of a trial, from screening to the last visit."""

from __future__ import annotations

from functools import lru_cache
from pathlib import Path

import numpy as np
import pytest

from deqi.population import enrol, load_recipe, meet, write_patients
from deqi.protocols import load_protocol
from deqi.trials import Adherence, CoTreatment, Dropout, Trial, Unblinding, load_trial
from deqi.trials.conduct import conduct
from deqi.trials.staff import every_visit_day, happens, visit_days

SEED = 11


def gerac(**changes: object) -> Trial:
    return load_trial("gerac").with_(patients=90, **changes)


@lru_cache(maxsize=8)
def followed(trial: Trial, first: int = 0, stop: int = 90, threads: int = 2) -> dict[str, np.ndarray]:
    return conduct(trial, meet(load_recipe("gerac"), trial.eligibility), SEED, first, stop, threads=threads)


def test_a_range_does_not_depend_on_what_is_beside_it_nor_on_threads() -> None:
    whole = followed(gerac())
    parts = [followed(gerac(), 0, 31, threads=1), followed(gerac(), 31, 90, threads=2)]
    assert whole.keys() == parts[0].keys() == parts[1].keys()
    for name, values in whole.items():
        joined = np.concatenate([part[name] for part in parts])
        assert np.array_equal(values, joined, equal_nan=values.dtype.kind == "f"), name


def test_more_patients_change_nothing_for_the_first() -> None:
    few, many = followed(gerac(), 0, 31, threads=1), followed(gerac().with_(patients=500), 0, 31)
    for name, values in few.items():
        assert np.array_equal(values, many[name], equal_nan=values.dtype.kind == "f"), name


def test_arms_hold_different_people_in_the_ratio() -> None:
    table = followed(gerac())
    assert len(set(table["patient"].tolist())) == 90
    counts = {name: int(np.sum(table["arm"] == name)) for name in gerac().arm_names}
    # Blocks of 6 and 9 are cut off at the end.
    assert all(27 <= n <= 33 for n in counts.values())
    assert len(set(table["age"].tolist())) == 90


def test_everybody_is_eligible_and_the_search_adds_up() -> None:
    table = followed(gerac())
    assert (table["age"] >= 18).all()
    assert (table["function.w0"] < 70).all()
    refused = sum(values for name, values in table.items() if name.startswith("refused: "))
    assert np.array_equal(table["candidates"], refused + 1)
    assert refused.sum() > 0


def test_rules_go_by_the_questionnaire() -> None:
    table = followed(gerac(adherence=None, dropout=None, co_treatment=None))
    better = (table["pain.w0"] - table["pain.w6"]) / table["pain.w0"]
    asked = (better >= 0.1) & (better <= 0.5)
    assert np.array_equal(table["extra_sessions"] > 0, asked)
    assert 0.2 < asked.mean() < 0.95
    assert set(table["extra_sessions"].tolist()) == {0, 5}


def test_missed_sessions_are_missed_and_cost_something() -> None:
    nothing = {"dropout": None, "co_treatment": None, "unblinding": None}
    loyal = followed(gerac(adherence=None, **nothing))
    careless = followed(gerac(adherence=Adherence(0.6), **nothing))
    assert not loyal["missed_sessions"].any()
    needled = loyal["arm"] != "guideline care"
    planned = len(visit_days(load_protocol("gerac-verum")))
    # The first is always attended; whether the five more are offered depends on the course.
    assert 0.45 * planned < careless["missed_sessions"].mean() < 0.75 * (planned + 5)
    assert np.array_equal(loyal["pain.w0"], careless["pain.w0"])
    assert careless["pain_state.w6"][needled].mean() > loyal["pain_state.w6"][needled].mean() + 2


def test_whoever_leaves_answers_no_more_and_whoever_hurts_leaves_more() -> None:
    table = followed(gerac(dropout=Dropout(0.05, 1.5), co_treatment=None))
    week = table["dropout_week"]
    left = np.isfinite(week)
    assert 0.3 < left.mean() < 0.95
    for visit in (6.0, 13.0, 26.0):
        for endpoint in ("pain", "function", "physical"):
            missing = np.isnan(table[f"{endpoint}.w{visit:g}"])
            assert np.array_equal(missing, left & (week < visit))
        assert np.isfinite(table[f"pain_state.w{visit:g}"]).all()
    assert table["pain_state.w6"][week <= 12].mean() > table["pain_state.w6"][~left].mean()
    # Nobody is given more sessions after leaving.
    assert not table["extra_sessions"][week < 6].any()


@pytest.mark.parametrize("drug", ["naproxen", ""])
def test_co_treatment_is_one_process_and_its_medicine_relieves(drug: str) -> None:
    taken = CoTreatment(0.2, 1.0, drug, 1000.0 if drug else 0.0, 180.0, 2.0)
    rare = followed(gerac(dropout=None, adherence=None, co_treatment=None))
    often = followed(gerac(dropout=None, adherence=None, co_treatment=taken))
    begun = np.isfinite(often["co_treatment_week"])
    assert begun.mean() > 0.8
    relief = rare["pain_state.w26"] - often["pain_state.w26"]
    if drug:
        assert relief[begun].mean() > 0.5
    else:
        # The solver stops at more days, and agrees to its tolerance.
        assert np.abs(relief).max() < 0.05


def test_only_blinded_arms_are_unblinded() -> None:
    table = followed(gerac(unblinding=Unblinding(0.5)))
    known = np.isfinite(table["unblinded_week"])
    assert not known[table["arm"] == "guideline care"].any()
    assert 0.25 < known[table["arm"] != "guideline care"].mean() < 0.75
    assert np.nanmax(table["unblinded_week"]) < 9


def test_hazard_is_as_declared() -> None:
    uniform = (np.arange(10000) + 0.5) / 10000
    hazard = Dropout(0.01, 1.5)
    for pain in (30.0, 50.0, 80.0):
        share = happens(hazard, np.full(10000, pain), 2.0, uniform).mean()
        assert share == pytest.approx(1 - np.exp(-0.02 * 1.5 ** ((pain - 50) / 10)), abs=1e-4)
    assert not happens(None, np.full(3, 99.0), 2.0, np.zeros(3)).any()


def test_visits_include_those_that_a_rule_may_add() -> None:
    verum, care = load_protocol("gerac-verum"), load_protocol("gerac-guideline")
    assert len(every_visit_day(verum)) == len(visit_days(verum)) + 5 == 15
    assert len(every_visit_day(care)) == 15
    assert every_visit_day(load_protocol("none")) == []


def test_patients_from_a_file_are_the_ones_that_were_drawn(tmp_path: Path) -> None:
    drawn = followed(gerac(), 0, 31, threads=1)
    trial = gerac()
    met = meet(load_recipe("gerac"), trial.eligibility)
    file = write_patients(enrol(met, SEED, 0, 90), tmp_path / "patients.csv")
    given = conduct(trial.with_(population=str(file)), met, SEED, 0, 31)
    for name, values in given.items():
        assert np.array_equal(values, drawn[name], equal_nan=values.dtype.kind == "f"), name
    part = conduct(trial.with_(population=str(file)), met, SEED, 7, 12)
    assert np.array_equal(part["pain.w26"], given["pain.w26"][7:12], equal_nan=True)
