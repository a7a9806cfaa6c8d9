"""`deqi analyse`, as a user meets it."""

import json
import os
import subprocess
import sys
from pathlib import Path

import jsonschema
import numpy as np
import pandas as pd
import pytest

from deqi.cli.analyse import analyse_command
from deqi.cli.arguments import call
from deqi.errors import DeqiError

SCHEMA = json.loads(
    (Path(__file__).parents[2] / "docs" / "schemas" / "analyse.schema.json").read_text(encoding="utf-8")
)
MAP = """
[study]
title = "A made-up trial"
patient = "id"

[arm]
column = "group"
values = { 1 = "needles", 0 = "none" }

[[outcomes]]
name = "pain"
baseline = "before"
weeks = { 8 = "after", 13 = "later" }
instrument = "cpgs_pain"

[[responders]]
outcome = "pain"
better_by_points = 15

[model]
covariates = ["baseline"]
contrasts = [["needles", "none"]]
"""


@pytest.fixture
def folder(tmp_path):
    """A folder with a trial of 80: needles take 12 points away; four of each arm leave before week 13."""
    draw = np.random.default_rng(4)
    group = np.arange(80) % 2
    before = draw.uniform(40, 80, 80).round(2)
    table = pd.DataFrame({"id": np.arange(80), "group": group, "before": before})
    table["after"] = (before - 2 - 12 * group + draw.normal(0, 5, 80)).clip(0, 100).round(2)
    table["later"] = table["after"].where(table["id"] >= 8)
    table.to_csv(tmp_path / "trial.csv", index=False)
    (tmp_path / "map.toml").write_text(MAP, encoding="utf-8")
    return tmp_path


@pytest.fixture
def said(folder, capsys, monkeypatch):
    """A function that runs the command in the folder, and returns what it prints."""
    monkeypatch.chdir(folder)

    def run(*words):
        call(analyse_command, "deqi analyse", words or ("trial.csv", "--map", "map.toml"))
        return capsys.readouterr().out

    return run


def deqi(*words, cwd, **environment):
    return subprocess.run(
        [sys.executable, "-m", "deqi", "analyse", *words],
        cwd=cwd,
        capture_output=True,
        text=True,
        timeout=300,
        env={**os.environ, **environment},
    )


def test_text_states_the_model_the_completers_and_who_is_missing(said):
    lines = [" ".join(line.split()) for line in said().splitlines()]
    assert lines[:2] == ["A made-up trial", "80 patients: 40 needles, 40 none"]
    assert "model: pain at week 8 ~ arm + baseline; completers n=80" in lines
    left_out = "left out: 8 without pain at week 13"
    assert f"model: pain at week 13 ~ arm + baseline; completers n=72; {left_out}" in lines
    assert any(line.startswith("pain, needles 13 4 of 40 10.0") for line in lines)
    assert any("95 %, sampling" in line for line in lines)
    assert any(line.startswith("needles - none, of measured 8") for line in lines)


def test_json_follows_its_schema_and_holds_the_planted_effect(said):
    told = json.loads(said("trial.csv", "--map", "map.toml", "--json"))
    jsonschema.Draft202012Validator.check_schema(SCHEMA)
    jsonschema.validate(told, SCHEMA)
    found = told["contrasts"][0]
    assert found["ci95"][0] < -12 < found["ci95"][1]
    assert found["n"] == [40, 40]
    assert told["simulated"] is None
    with pytest.raises(jsonschema.ValidationError):
        jsonschema.validate({**told, "contrasts": []}, SCHEMA)


def test_a_virtual_trial_is_laid_beside_and_labelled(said, tmp_path):
    words = ("trial.csv", "--map", "map.toml", "--trial", "gerac", "--patients", "12", "--out", "run")
    told = json.loads(said(*words, "--json"))
    jsonschema.validate(told, SCHEMA)
    by = told["simulated"]["outcomes"]["pain"]
    assert by["same_instrument"]
    assert set(by["simulated"]) == {"verum", "sham", "guideline care"}
    assert [row["week"] for row in by["simulated"]["verum"].values()] == [0, 6, 13]
    text = said(*words)
    assert "simulated: verum" in text
    assert "real: needles" in text
    assert "no agreement is scored" in text
    assert "Not the same instrument" not in text


@pytest.mark.parametrize(
    ("words", "told"),
    [
        (("trial.csv",), "--map: is missing"),
        (("trial.csv", "--map", "map.toml", "--patients", "9"), "name one by --trial"),
        (("trail.csv", "--map", "map.toml"), "trail.csv: there is no such file"),
        (("trial.csv", "--map", "mapp.toml"), "mapp.toml: cannot be read"),
        (("trial.csv", "--map", "map.toml", "--trial", "gerak"), "did you mean gerac?"),
    ],
)
def test_what_cannot_be_done_is_told(said, words, told):
    with pytest.raises(DeqiError) as caught:
        said(*words)
    assert told in str(caught.value)


def test_a_dose_is_refused_in_one_line_with_status_2(folder):
    (folder / "map.toml").write_text(MAP.replace('["baseline"]', '["baseline", "sessions"]'))
    done = deqi("trial.csv", "--map", "map.toml", cwd=folder)
    assert done.returncode == 2
    assert done.stdout == ""
    assert done.stderr.startswith("deqi: map.toml: model: covariates: 'sessions' is refused")
    assert done.stderr.count("\n") == 1
    assert "confounding by indication" in done.stderr


def test_the_folder_of_study_data_is_looked_in(folder, tmp_path_factory):
    elsewhere = tmp_path_factory.mktemp("elsewhere")
    mapped = str(folder / "map.toml")
    done = deqi("trial.csv", "--map", mapped, "--json", cwd=elsewhere, DEQI_STUDY_DATA=str(folder))
    assert done.returncode == 0, done.stderr
    assert json.loads(done.stdout)["data"]["name"] == "trial.csv"
    # Where it lies is nobody's business.
    assert str(folder) not in done.stdout


def test_importing_the_command_imports_nothing_heavy():
    code = (
        "import sys, deqi.cli.analyse; heavy = {'numpy', 'scipy', 'pandas', 'statsmodels', 'rich'}; "
        "sys.exit(', '.join(heavy & set(sys.modules)) or 0)"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr


def test_further_analyses_are_told_with_their_reasons(said):
    asked = ("mmrm", "multiple-imputation:sets=5", "responders", "per-protocol", "mmrm")
    words = [word for kind in asked for word in ("--analysis", kind)]
    told = json.loads(said("trial.csv", "--map", "map.toml", *words, "--json"))
    jsonschema.validate(told, SCHEMA)
    assert [one["kind"] for one in told["analyses"]] == [
        "mmrm",
        "multiple-imputation",
        "responders",
        "per-protocol",
    ]
    assert all(row["estimate"] < -8 for row in told["analyses"][0]["rows"])
    assert told["analyses"][3]["rows"] == []
    shown = said("trial.csv", "--map", "map.toml", *words)
    for text in (
        "mixed model over all visits",
        "Rubin's rules",
        "NNTB",
        "per protocol",
        "not done: the data",
    ):
        assert text in shown


@pytest.mark.parametrize(
    ("asked", "message"),
    [
        ("mmmr", "--analysis: unknown analysis 'mmmr'; did you mean mmrm"),
        ("tipping-point:moved=needels", "did you mean needles"),
        ("subgroups:by=age", "has no column to make subgroups by"),
    ],
)
def test_an_analysis_that_cannot_be_meant_is_refused(asked, message, said):
    with pytest.raises(DeqiError, match=message):
        said("trial.csv", "--map", "map.toml", "--analysis", asked)
