"""A whole trial from Python: what decides its results, and what must not."""

from __future__ import annotations

import shutil
from dataclasses import replace
from functools import lru_cache
from pathlib import Path

import numpy as np
import pytest

from deqi.errors import FileError, PopulationError, TrialError
from deqi.measurement import load_instrument
from deqi.population import enrol, load_recipe, meet, write_patients
from deqi.simulation import simulate
from deqi.trials import (
    Adherence,
    Allocation,
    Analysis,
    Dropout,
    Endpoint,
    Trial,
    TrialRun,
    load_trial,
    run_trial,
)
from deqi.trials.conduct import conduct
from deqi.trials.run import population_of

PROTOCOLS = Path(__file__).parents[3] / "src" / "deqi" / "protocols" / "library"
LIBRARY = Path(__file__).parents[3] / "src" / "deqi" / "measurement" / "instruments"


@lru_cache(maxsize=1)
def gerac() -> Trial:
    return load_trial("gerac").with_(patients=30)


def run(trial: Trial, out: Path, **how: object) -> TrialRun:
    return run_trial(trial, out=out, **how)


def test_the_same_run_is_read_and_another_refused(tmp_path: Path) -> None:
    first = run(gerac(), tmp_path / "run")
    again = run(gerac(), tmp_path / "run", chunk=7)
    assert again.folder.digest() == first.folder.digest()
    assert again.folder.manifest["chunk"] == first.folder.manifest["chunk"]
    with pytest.raises(FileError, match="holds another run: seed is 1 there and 2 here"):
        run(gerac(), tmp_path / "run", seed=2)
    with pytest.raises(FileError, match="holds another run"):
        run(gerac().with_(dropout=Dropout(0.1)), tmp_path / "run")


def test_seeds_differ_in_everything_random(tmp_path: Path) -> None:
    one, two = (run(gerac(), tmp_path / str(seed), seed=seed).table for seed in (1, 2))
    for name in ("age", "pain.w0", "pain.w26", "candidates"):
        assert not np.array_equal(one[name], two[name]), name


def test_the_kinds_of_spread_and_where_it_is_from_are_told(tmp_path: Path) -> None:
    made = run(gerac(), tmp_path / "run")
    kinds = made.spread
    parts = kinds.between + kinds.within + kinds.mapping + kinds.error + kinds.together
    assert parts == pytest.approx(kinds.total)
    told = made.as_json()
    assert told["provenance"]["parameter_kinds"]["assumed"] > 100
    # Sources of the recipe's own numbers, of instruments and of the trial.
    assert {"haake2007", "page2022", "suri2012", "vonkorff1992"} <= set(told["provenance"]["cites"])
    assert told["population"]["recipe"] == "gerac"
    assert len(told["provenance"]["code"]) == 12


def test_one_patient_of_a_trial_can_be_opened_alone(tmp_path: Path) -> None:
    made = run(gerac(), tmp_path / "run")
    someone = made.patient(17)
    alone = simulate("gerac-verum", patient=someone, weeks=1)
    assert alone.at("pain.report.intensity", week=0) == pytest.approx(
        made.table["pain_state.w0"][17], abs=0.01
    )
    assert "patient 17 of gerac, seed 1" in someone.title.lower()
    with pytest.raises(TrialError, match="numbered 0 to 29"):
        made.patient(30)


def test_where_an_instrument_lies_changes_nothing(tmp_path: Path) -> None:
    tables = []
    for place in ("here", "there"):
        folder = tmp_path / place
        folder.mkdir()
        file = shutil.copy(LIBRARY / "cpgs_pain.toml", folder / "mine.toml")
        trial = gerac().with_(
            endpoints=(Endpoint("pain", str(file), primary=True), Endpoint("function", "hfaq")),
        )
        tables.append(run(trial, folder / "run").table)
    assert tables[0].equals(tables[1])
    # It is the library's own, and the baseline is met with it.
    assert load_instrument(str(tmp_path / "here" / "mine.toml")).name == "cpgs_pain"
    assert np.array_equal(tables[0]["pain.w0"], run(gerac(), tmp_path / "library").table["pain.w0"])


def test_a_file_of_patients_that_changes_is_read_again(tmp_path: Path) -> None:
    file = tmp_path / "patients.csv"
    met = meet(load_recipe("gerac"))
    ages = []
    for seed in (3, 4):
        write_patients(enrol(met, seed, 0, 30), file)
        ages.append(run(gerac().with_(population=str(file)), tmp_path / str(seed)).table["age"])
    assert not np.array_equal(ages[0], ages[1])


def test_patients_of_a_file_keep_their_baseline_and_answer_anew(tmp_path: Path) -> None:
    file = tmp_path / "patients.csv"
    write_patients(enrol(meet(load_recipe("gerac")), 3, 0, 30), file)
    trial = gerac().with_(population=str(file))
    one, two = (run(trial, tmp_path / str(seed), seed=seed).table for seed in (1, 2))
    assert np.array_equal(one["pain.w0"], two["pain.w0"])
    same_arm = one["arm"] == two["arm"]
    assert 0 < same_arm.sum() < 30
    assert (one["pain.w6"] != two["pain.w6"])[same_arm].mean() > 0.5
    few = trial.with_(patients=31)
    with pytest.raises(TrialError, match="holds 30 patients, 31 are to be randomised"):
        run(few, tmp_path / "few")


def test_what_would_have_been_missed_after_leaving_is_not_counted() -> None:
    trial = gerac().with_(
        patients=90, dropout=Dropout(2.0), co_treatment=None, adherence=Adherence(0.5), unblinding=None
    )
    table = conduct(trial, population_of(trial), 5, 0, 90)
    early = table["dropout_week"] == 2
    assert early.mean() > 0.5
    # Sessions of two weeks at two a week; the first is attended.
    assert table["missed_sessions"][early].max() <= 3
    assert not table["extra_sessions"][early].any()


def test_patients_are_as_many_as_arms_at_least(tmp_path: Path) -> None:
    with pytest.raises(TrialError, match="2 patients cannot be randomised to 3 arms"):
        run_trial("gerac", patients=2, out=tmp_path / "run")


def test_patients_go_back_to_the_recipe_that_drew_them(tmp_path: Path) -> None:
    file = tmp_path / "own.toml"
    within = '[within.flares_a_year]\nvalue = 0.0\nunit = "1"\nkind = "assumed"\n'
    calm = '[population]\nname = "art"\nlike = "art"\n' + within
    file.write_text(calm)
    patients = tmp_path / "patients.csv"
    write_patients(enrol(meet(load_recipe(str(file))), 3, 0, 12), patients)
    trial = load_trial("art").with_(population=str(patients), patients=12)
    assert population_of(trial).recipe.within.flares_a_year == 0
    file.write_text(calm.replace("0.0", "1.0"))
    with pytest.raises(PopulationError, match="is not the recipe that these patients were drawn by"):
        run(trial.with_(title="again"), tmp_path / "run")


@pytest.mark.parametrize("weeks", [9 / 7, 1.25, 43 / 7, 2.5])
def test_a_trial_may_end_on_any_day(weeks: float, tmp_path: Path) -> None:
    visit = int(7 * weeks) / 7
    trial = gerac().with_(
        patients=6, weeks=weeks, visits=(visit,), dropout=None, co_treatment=None, adherence=Adherence(1.0)
    )
    table = run(trial, tmp_path / "run").table
    assert table[f"pain.w{visit:g}"].notna().all()
    # All but the first of the sessions that lie within the trial.
    needled = table[table.arm == "verum"]
    planned = sum(3.5 * k < 7 * weeks for k in range(10))
    # One of the five that may be added lies within 43 days.
    assert set(needled["missed_sessions"]) <= {planned - 1, planned - 1 + (7 * weeks > 42.5)}
    assert not (table["unblinded_week"] > weeks).any()


def test_sessions_that_rules_add_are_counted_once(tmp_path: Path) -> None:
    text = (PROTOCOLS / "gerac-verum.toml").read_text()
    limit = (
        '\n[[rules]]\nname = "visit-limit"\nvisits = 1000\nmore = 1000\na_year = 1000\nimprovement = 0.0\n'
    )
    head, stricta = text.split("[stricta]")
    (tmp_path / "limited.toml").write_text(f"{head}{limit}\n[stricta]{stricta}")
    arms = tuple(replace(arm, protocol=str(tmp_path / "limited.toml")) for arm in gerac().arms[:1])
    trial = gerac().with_(arms=arms, allocation=Allocation(), analysis=Analysis(), adherence=None)
    assert set(run(trial, tmp_path / "run").table["extra_sessions"]) == {0, 5}
