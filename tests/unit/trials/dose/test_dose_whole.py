"""From a protocol to its dose and response, with a few patients, members and weeks."""

import json
from dataclasses import replace
from pathlib import Path

import jsonschema
import numpy as np
import pytest

from deqi.errors import DeqiError, FileError, PopulationError
from deqi.parameters import Ensemble, base_values
from deqi.protocols import load_protocol
from deqi.trials.dose import dose_as_json, dose_response, following
from deqi.trials.dose.following import Plan, asked_trial, follow, members_of

SCHEMA = json.loads(
    (Path(__file__).parents[4] / "docs" / "schemas" / "dose.schema.json").read_text(encoding="utf-8")
)
PATH = "mind.expectation.forgetting"
BASE = base_values()[PATH].value
TWO = Ensemble("two", (PATH,), np.array([[0.5 * BASE], [BASE]]), np.array([0.75, 0.25]))
SMALL = {"patients": 4, "week": 6, "ensemble": TWO, "members": None, "maintain_every": 0, "ongoing": 0}


def made(out, *vary, **more):
    return dose_response("gerac-verum", vary, out=out, **{**SMALL, **more})


def told(found):
    return {k: v for k, v in dose_as_json(found).items() if k != "run"}


def test_a_grid_and_a_year_follow_the_schema(tmp_path):
    found = made(tmp_path, "sessions=1,4", "technique=manual,2hz", maintain_every=8, ongoing=0.5)
    data = dose_as_json(found)
    jsonschema.validate(data, SCHEMA)
    curve = data["curve"]
    assert [row["label"] for row in curve["regimens"]][:2] == [
        "sessions 1, technique manual",
        "sessions 1, technique 2hz",
    ]
    late = [row["late"]["benefit"]["mean"] for row in curve["regimens"]]
    # The same patients, so that more sessions do more even in four of them.
    assert late[2] > late[0] > 0
    assert curve["smallest"][0]["best_place"] in (2, 3)
    assert any("continue-if" in note for note in data["notes"])
    assert [row["visits_added"] for row in data["year"]["maintenance"]] == [2, 5]
    assert data["year"]["maintenance"][1]["added"]["benefit"]["mean"] > 0
    paid = data["year"]["payer"]
    assert paid["without"]["mean"] == 33
    assert 12 <= paid["with"]["mean"] <= paid["most"] == 20


def test_three_variables_have_a_surface_and_the_best_is_simulated(tmp_path):
    found = made(tmp_path, "sessions=1..6", "minutes=10..40", "needles=4..16", points=12)
    data = dose_as_json(found)
    jsonschema.validate(data, SCHEMA)
    surface = data["curve"]["surface"]
    assert surface["points"] == 12
    assert surface["pointed_to"] == len(data["curve"]["regimens"]) - 12 > 0
    assert len(data["curve"]["digests"]) == 2
    assert surface["explained"] > 0.5
    means = [row["late"]["benefit"]["mean"] for row in data["curve"]["regimens"]]
    assert data["curve"]["smallest"][0]["best_place"] == int(np.argmax(means))


def test_nothing_depends_on_workers_or_chunks(tmp_path, monkeypatch):
    one = told(made(tmp_path / "a", "sessions=1,2"))
    monkeypatch.setattr(following, "_TOGETHER", 1)
    assert told(made(tmp_path / "b", "sessions=1,2", workers=2)) == one


def test_patients_are_the_same_under_every_plan_and_none_differs_from_itself(tmp_path):
    trial = asked_trial("hfaq", 6.0, (6.0,), 4)
    members = members_of(trial, TWO, None)
    none = load_protocol("none")
    found = follow(
        trial, [Plan("a", none), Plan("b", none), Plan("c", load_protocol("gerac-verum"))],
        members, seed=1, out=tmp_path / "x",
    )  # fmt: skip
    assert np.array_equal(found.scores["a"], found.scores["b"])
    assert np.array_equal(found.at("a", 0.0), found.at("c", 0.0))
    assert not np.array_equal(found.at("a", 6.0), found.at("c", 6.0))
    assert found.visits["c"].min() >= 10
    assert found.not_followed == 0
    assert found.covariates["age"].shape == (2, 4)


def test_a_patient_is_the_same_among_more(tmp_path):
    plans = [Plan("a", load_protocol("none"))]
    few, more = (
        follow(
            asked_trial("vas_pain", 4.0, (4.0,), n),
            plans,
            members_of(asked_trial("vas_pain", 4.0, (4.0,), n), TWO, 1),
            seed=1,
            out=tmp_path / "x",
        )
        for n in (2, 5)
    )
    assert np.array_equal(few.scores["a"], more.scores["a"][:, :2])


def test_an_unfinished_run_is_resumed(tmp_path, monkeypatch):
    whole = told(made(tmp_path / "a", "sessions=1,2"))
    monkeypatch.setattr(following, "_TOGETHER", 1)
    made(tmp_path / "b", "sessions=1,2")
    chunk = next((tmp_path / "b").glob("regimens-*/chunks/*.parquet"))
    chunk.unlink()
    with pytest.raises(FileError, match="--resume"):
        made(tmp_path / "b", "sessions=1,2")
    assert told(made(tmp_path / "b", "sessions=1,2", resume=True)) == whole


def test_a_member_whose_population_cannot_be_met_is_in_no_number(tmp_path, monkeypatch):
    real = following.meet

    def meet(recipe, eligibility, near):
        if recipe.values[PATH].value == TWO.values[1, 0]:
            raise PopulationError("hardly anybody")
        return real(recipe, eligibility, near=near)

    monkeypatch.setattr(following, "meet", meet)
    data = dose_as_json(made(tmp_path, "sessions=1,2"))
    assert data["failed"] == 1
    assert data["curve"]["regimens"][0]["late"]["benefit"]["mean"] is not None
    heavy = replace(TWO, weights=np.array([0.25, 0.75]))
    with pytest.raises(PopulationError, match="choose another ensemble than two"):
        made(tmp_path, "sessions=1,2", ensemble=heavy)


@pytest.mark.parametrize(
    ("vary", "more", "says"),
    [
        (("sessions=1,20",), {}, "--week: sessions 20 is over on day 66.5"),
        (("sessions=1,2",), {"week": 6.5}, "no whole week"),
        (("sessions=1,2",), {"patients": 1}, "--patients: 1 patients"),
        (("sessions=1,2",), {"outcome": "global_impression"}, "has no baseline"),
        (("sessions=1,2",), {"cost": "visit"}, "did you mean visits"),
        (("sessions=1,2",), {"maintain_every": 40}, "--maintain-every"),
        (("sessions=1,2",), {"ongoing": 9}, "--ongoing"),
        ((), {}, "there is nothing to simulate"),
        (("needles=1,2",), {}, "1 needles do not go into 2 groups"),
    ],
)
def test_mistakes_are_told_before_anything_is_simulated(vary, more, says, tmp_path):
    with pytest.raises(DeqiError) as error:
        made(tmp_path / "out", *vary, **more)
    assert says in str(error.value)
    assert not (tmp_path / "out").exists()
