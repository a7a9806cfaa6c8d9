"""`deqi population` as a user meets it."""

import json
import os
import subprocess
import sys
from pathlib import Path

import jsonschema
import pytest

SCHEMA = json.loads(
    (Path(__file__).parents[2] / "docs" / "schemas" / "population.schema.json").read_text(encoding="utf-8")
)


def deqi(*arguments, cwd=None):
    return subprocess.run(
        [sys.executable, "-W", "error", "-m", "deqi", "population", *arguments],
        capture_output=True,
        text=True,
        timeout=120,
        cwd=cwd,
        check=False,
        env={**os.environ, "COLUMNS": "120"},
    )


@pytest.mark.parametrize(
    "arguments",
    [[], ["gerac"], ["art", "--patients", "40", "--out", "patients.csv"], ["gerac", "--patients", "1"]],
    ids=" ".join,
)
def test_json_follows_its_schema(arguments, tmp_path):
    done = deqi(*arguments, "--json", cwd=tmp_path)
    assert done.returncode == 0, done.stderr
    data = json.loads(done.stdout)
    jsonschema.validate(data, SCHEMA)
    if arguments[:1] == ["gerac"]:
        assert abs(data["met"]["fits"][0]["mean"] - 67.7) < 0.1
    if "--out" in arguments:
        assert (tmp_path / data["drawn"]["written"]).read_text().count("\n") == 41


def test_text_says_what_was_asked_what_was_reached_and_what_was_assumed(tmp_path):
    done = deqi("gerac", cwd=tmp_path)
    assert done.returncode == 0, done.stderr
    expected = (
        "67.7",
        "haake2007",
        "refused: hfaq below 70",
        "assumed:",
        "correlation: age and duration 0.3",
    )
    for told in expected:
        assert told in done.stdout


def test_a_draw_tells_asked_and_drawn_and_writes_what_can_be_read(tmp_path):
    from deqi.population import read_patients

    done = deqi("gerac", "--patients", "60", "--seed", "9", "--out", "patients.csv", cwd=tmp_path)
    assert done.returncode == 0, done.stderr
    assert "mean asked" in done.stdout
    assert "variance of cpgs_pain: between" in done.stdout
    enrolled = read_patients(tmp_path / "patients.csv")
    assert (len(enrolled), enrolled.seed) == (60, 9)


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["gerak"], "did you mean gerac"),
        (["missing.toml"], "cannot be read"),
        (["gerac", "--out", "patients.csv"], "add --patients"),
        (["gerac", "--patients", "0"], "draw 1 to"),
        (["--patients", "3"], "no population is named"),
        (["gerac", "--patients", "2", "--seed", "-1"], "is no seed"),
        (["gerac", "--patients", "2", "--out", "no/such/folder.csv"], "cannot be written"),
        (["gerac", "--patients", "many"], "invalid int value"),
    ],
    ids=lambda v: v if isinstance(v, str) else " ".join(v),
)
def test_a_mistake_is_one_clear_line_and_status_2(arguments, message, tmp_path):
    done = deqi(*arguments, cwd=tmp_path)
    assert done.returncode == 2
    assert message in done.stderr
    assert "Traceback" not in done.stderr
    if "Usage" not in done.stderr:
        assert done.stderr.count("\n") == 1
