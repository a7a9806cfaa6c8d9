"""A trial under every member of an ensemble: the same people, other parameters, kept and resumed."""

from __future__ import annotations

import importlib
import json
from dataclasses import replace
from functools import lru_cache
from pathlib import Path
from types import SimpleNamespace

import jsonschema
import numpy as np
import pandas as pd
import pytest

from deqi.errors import FileError, ParameterError, PopulationError, TrialError
from deqi.execution import Progress
from deqi.parameters import Ensemble, base_values
from deqi.population import meet, with_member
from deqi.trials import OverMembers, Trial, TrialRun, load_trial, over_members, run_trial, summarise
from deqi.trials.conduct import conduct

#: The module, whose name the function has too.
HERE = importlib.import_module("deqi.trials.over_members")
SCHEMA = json.loads(
    (Path(__file__).parents[3] / "docs" / "schemas" / "trial.schema.json").read_text(encoding="utf-8")
)
PATIENTS = 12
PATHS = ("pain.report.reappraisal", "mind.expectation.forgetting", "population.drift_step")
WEIGHTS = (0.5, 0.25, 0.25)


@lru_cache(maxsize=1)
def trial() -> Trial:
    return load_trial("gerac").with_(patients=PATIENTS, weeks=6, visits=(6,))


def three() -> Ensemble:
    base = base_values()[PATHS[1]].value
    rows = [[0.7, base, 0.2], [1.0, 0.5 * base, 0.3], [1.4, base, 0.4]]
    return Ensemble("three", PATHS, np.array(rows), np.array(WEIGHTS))


@pytest.fixture(scope="module")
def run(tmp_path_factory: pytest.TempPathFactory) -> TrialRun:
    return run_trial(trial(), out=tmp_path_factory.mktemp("run") / "run")


@pytest.fixture(scope="module")
def found(run: TrialRun) -> OverMembers:
    return over_members(run, three(), members=None)


def elsewhere(run: TrialRun, folder: Path) -> TrialRun:
    """The same trial, with no runs of members below it."""
    return replace(run, folder=replace(run.folder, place=folder / "run"))


def without_folders(found: OverMembers) -> dict[str, object]:
    told = found.as_json()
    return {**told, "runs": [{k: v for k, v in one.items() if k != "run"} for one in told["runs"]]}


def test_a_member_is_a_trial_with_its_values_bit_for_bit(run: TrialRun, found: OverMembers) -> None:
    member = three().member(1)
    met = meet(with_member(run.met.recipe, member), trial().eligibility, near=run.met)
    assert met.recipe.within.drift_step == 0.3
    table = conduct(trial(), met, run.seed, 0, PATIENTS)
    kept = pd.read_parquet(found.runs[1].folder / "chunks")
    pd.testing.assert_frame_equal(kept, pd.DataFrame(table), check_dtype=False, check_exact=True)
    ours = summarise(trial(), pd.DataFrame(table))
    assert found.runs[1].summary.arms == ours.arms
    alone = over_members(run, Ensemble("one", PATHS, three().values[1:2], np.array([1.0])), members=1)
    told = alone.as_json()
    mean = told["arms"]["verum"]["outcomes"]["pain"]["6"]
    assert mean == {"mean": ours.arms["verum"]["outcomes"]["pain"]["6"]["mean"], "low": None, "high": None}
    assert told["contrasts"][0]["smd"]["mean"] == ours.contrasts[0]["smd"]


def test_it_is_told_with_weights_and_follows_the_schema(found: OverMembers, run: TrialRun) -> None:
    told = found.as_json()
    jsonschema.validate(run.as_json() | {"about_parameters": told}, SCHEMA)
    with pytest.raises(jsonschema.ValidationError):
        jsonschema.validate(run.as_json() | {"about_parameters": {**told, "kind": "sampling"}}, SCHEMA)
    each = [found.runs[k].summary.arms["sham"] for k in range(3)]
    pain = [arm["outcomes"]["pain"]["6"]["mean"] for arm in each]
    assert len(set(pain)) > 1
    row = told["arms"]["sham"]["outcomes"]["pain"]["6"]
    assert row["mean"] == pytest.approx(np.average(pain, weights=WEIGHTS))
    assert (row["low"], row["high"]) == (min(pain), max(pain))
    share = [arm["responders"]["pain-30"]["6"]["share"] for arm in each]
    assert told["arms"]["sham"]["responders"]["pain-30"]["6"]["mean"] == pytest.approx(
        np.average(share, weights=WEIGHTS)
    )
    # A rating of change has no baseline, and so no change.
    assert "global_impression" not in told["arms"]["sham"]["change"]
    difference = [found.runs[k].summary.contrasts[0]["difference"] for k in range(3)]
    assert told["contrasts"][0]["difference"]["mean"] == pytest.approx(
        np.average(difference, weights=WEIGHTS)
    )
    assert [one["weight"] for one in told["runs"]] == list(WEIGHTS)


def test_the_same_people_are_met_in_each(found: OverMembers) -> None:
    tables = [pd.read_parquet(one.folder / "chunks") for one in found.runs.values()]
    for table in tables[1:]:
        for name in ("sex", "age", "arm", "stratum"):
            assert table[name].tolist() == tables[0][name].tolist()
        assert not np.array_equal(table["pain_state.w6"], tables[0]["pain_state.w6"])
    assert max(found.baseline_missed) < 0.5


def test_workers_and_chunks_change_no_bit(run: TrialRun, found: OverMembers, tmp_path: Path) -> None:
    there = over_members(elsewhere(run, tmp_path), three(), members=1, workers=2, chunk=7)
    assert len(list(there.runs[0].folder.rglob("*.parquet"))) == 2
    assert there.runs[0].digest == found.runs[0].digest
    assert there.runs[0].summary == found.runs[0].summary


def test_what_was_run_is_read_whatever_the_number_of_members(run: TrialRun, found: OverMembers) -> None:
    seen: list[Progress] = []
    fewer = over_members(run, three(), members=5, watch=seen.append)
    # Evenly over the weights: the first member three times in five, which is not its weight.
    assert fewer.rows == (0, 0, 0, 1, 2)
    assert [one["weight"] for one in fewer.as_json()["runs"]] == pytest.approx([0.6, 0.2, 0.2])
    assert (seen[-1].done, seen[-1].total, seen[-1].kept) == (3 * PATIENTS,) * 3
    assert {row: one.digest for row, one in fewer.runs.items()} == {
        row: one.digest for row, one in found.runs.items()
    }


def test_what_is_stopped_is_resumed(run: TrialRun, found: OverMembers, tmp_path: Path) -> None:
    run, seen = elsewhere(run, tmp_path), []

    def stop(progress: Progress) -> None:
        seen.append(progress.done)
        if progress.done == PATIENTS + 4:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt, match=r"run: stopped; what is done is kept, --resume"):
        over_members(run, three(), members=None, chunk=4, watch=stop)
    assert seen == sorted(seen)
    files = {file: file.stat().st_mtime_ns for file in tmp_path.rglob("*.parquet")}
    # Three of the first member, one of the second.
    assert len(files) == 4
    with pytest.raises(FileError, match=r"001: holds an unfinished run.*--resume"):
        over_members(run, three(), members=None)
    done = over_members(run, three(), members=None, resume=True)
    assert without_folders(done) == without_folders(found)
    assert files.items() <= {file: file.stat().st_mtime_ns for file in tmp_path.rglob("*.parquet")}.items()


def test_a_folder_of_another_member_is_refused(found: OverMembers, run: TrialRun, tmp_path: Path) -> None:
    there = elsewhere(run, tmp_path)
    home = there.folder.path / HERE.FOLDER / three().fingerprint
    home.mkdir(parents=True)
    (home / "000").symlink_to(found.runs[1].folder)
    with pytest.raises(FileError, match="holds another run"):
        over_members(there, three(), members=None)


def test_a_member_that_no_population_can_be_met_under_is_counted(
    found: OverMembers, run: TrialRun, monkeypatch: pytest.MonkeyPatch
) -> None:
    true = HERE.met_under

    def refusing(least: float) -> None:
        def met_under(run: TrialRun, member: dict[str, float]) -> object:
            if member[PATHS[0]] >= least:
                raise PopulationError("of 512 candidates 3 would be taken")
            return true(run, member)

        monkeypatch.setattr(HERE, "met_under", met_under)

    refusing(1.2)
    told = over_members(run, three(), members=None).as_json()
    assert told["failed"] == 1
    assert [one["member"] for one in told["runs"]] == [0, 1]
    pain = [found.runs[k].summary.arms["verum"]["outcomes"]["pain"]["6"]["mean"] for k in range(2)]
    mean = told["arms"]["verum"]["outcomes"]["pain"]["6"]["mean"]
    assert mean == pytest.approx(np.average(pain, weights=WEIGHTS[:2]))
    refusing(0.0)
    with pytest.raises(PopulationError, match="under 3 of 3 members: of 512 candidates 3"):
        over_members(run, three(), members=None)


def test_mistakes_are_told(run: TrialRun) -> None:
    with pytest.raises(ParameterError, match="0 members are none"):
        over_members(run, three(), members=0)
    with pytest.raises(TrialError, match=r"patients\.csv: patients from a file carry their own parameters"):
        HERE.check_members(SimpleNamespace(population="patients.csv"))
