"""`deqi instruments`, as a user meets it."""

import json
import os
import subprocess
import sys
from pathlib import Path

import jsonschema
import pytest

from deqi.cli.arguments import call
from deqi.cli.instruments import instruments_command
from deqi.errors import UnknownNameError
from deqi.measurement import instruments

SCHEMA = json.loads(
    (Path(__file__).parents[2] / "docs" / "schemas" / "instruments.schema.json").read_text(encoding="utf-8")
)


def said(capsys, *words):
    call(instruments_command, "deqi instruments", list(words))
    return capsys.readouterr().out


@pytest.mark.parametrize("words", [(), ("hfaq",), ("cpgs_pain",)], ids=str)
def test_json_follows_its_schema(words, capsys):
    data = json.loads(said(capsys, *words, "--json"))
    jsonschema.validate(data, SCHEMA)
    names = [each["name"] for each in data["instruments"]]
    assert names == list(words or instruments())


def test_the_schema_refuses_what_is_no_instrument(capsys):
    data = json.loads(said(capsys, "hfaq", "--json"))
    del data["instruments"][0]["error_sd"]
    with pytest.raises(jsonschema.ValidationError, match="error_sd"):
        jsonschema.validate(data, SCHEMA)


def test_the_table_names_each_and_tells_what_is_assumed(capsys, monkeypatch):
    monkeypatch.setenv("COLUMNS", "160")
    lines = said(capsys).splitlines()
    for name in instruments():
        assert any(line.split()[:1] == [name] for line in lines)
    row = {line.split()[0]: line for line in lines if line.split()}
    assert "assumed" in row["rmdq"]
    assert "williams2025" in row["nrs_pain"]
    assert "0-24" in row["rmdq"]
    assert "now" in row["vas_pain"]


def test_one_in_full_gives_formula_notes_and_sources(capsys):
    text = said(capsys, "hfaq")
    assert "score = 98.5 -0.53 x pain -0.38 x disability" in text
    assert "doi:10.1001/archinte.167.17.1892" in text
    assert "from memory" in text
    assert "better: up" in text


def test_a_file_of_ones_own_may_name_a_source_of_its_own(capsys, tmp_path):
    ours = Path(instruments_command.__code__.co_filename).parents[1] / "measurement" / "instruments"
    text = (ours / "vas_pain.toml").read_text(encoding="utf-8").replace("williams2025", "mine2030")
    (tmp_path / "mine.toml").write_text(text, encoding="utf-8")
    assert "source: mine2030" in said(capsys, str(tmp_path / "mine.toml"))


def test_an_unknown_name_gets_advice(capsys):
    with pytest.raises(UnknownNameError, match="did you mean rmdq"):
        said(capsys, "rmqd")


def test_it_is_a_command_and_a_mistake_is_one_line():
    def deqi(*words):
        return subprocess.run(
            [sys.executable, "-W", "error", "-m", "deqi", "instruments", *words],
            capture_output=True,
            text=True,
            timeout=120,
            check=False,
            env={**os.environ, "COLUMNS": "120"},
        )

    assert "sf12_pcs" in deqi().stdout
    wrong = deqi("vas_pian")
    assert wrong.returncode == 2
    assert wrong.stderr.count("\n") == 1
    assert "did you mean vas_pain" in wrong.stderr
