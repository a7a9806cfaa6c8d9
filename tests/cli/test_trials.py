"""`deqi trials`: the library listed, one trial shown, a copy that runs."""

import json
from pathlib import Path

import jsonschema
import pytest

from deqi.cli.main import run
from deqi.errors import DeqiError
from deqi.trials import load_trial, trials

SCHEMA = json.loads((Path(__file__).parents[2] / "docs/schemas/trials.schema.json").read_text())


def test_all_are_listed(capsys):
    run(["trials", "--json"])
    found = json.loads(capsys.readouterr().out)
    jsonschema.validate(found, SCHEMA)
    assert [one["name"] for one in found["trials"]] == list(trials())


def test_one_is_shown(capsys):
    run(["trials", "gerac"])
    said = capsys.readouterr().out
    assert "arm: verum (gerac-verum)" in said
    assert "endpoint: pain (cpgs_pain), primary" in said
    assert "visits in weeks: 0, 6, 13, 26" in said


@pytest.mark.parametrize("name", trials())
def test_a_copy_is_the_trial_under_another_name(tmp_path, name, capsys):
    run(["trials", name, "--copy", str(tmp_path / "mine.toml")])
    assert "copied to" in capsys.readouterr().out
    mine, ours = load_trial(tmp_path / "mine.toml"), load_trial(name)
    assert mine.name == "mine"
    assert mine.with_(name=ours.name) == ours


def test_nothing_is_replaced(tmp_path):
    there = tmp_path / "mine.toml"
    there.write_text("kept")
    with pytest.raises(DeqiError, match="is there already"):
        run(["trials", "gerac", "--copy", str(there)])
    assert there.read_text() == "kept"


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["gerak"], "gerac"),
        (["--copy", "x.toml"], "no trial is named"),
        (["gerac", "--copy", "x.txt"], "end in .toml"),
        (["gerac", "--copy", "/nowhere/x.toml"], "cannot be written"),
    ],
)
def test_bad_input_is_told(words, said):
    with pytest.raises(DeqiError, match=said):
        run(["trials", *words])
