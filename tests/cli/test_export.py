"""`deqi export`, as a user meets it."""

import json
from pathlib import Path

import jsonschema
import pytest

from deqi.cli.arguments import call
from deqi.cli.export import export_command
from deqi.cli.main import main
from deqi.errors import DeqiError, FileError, UnknownNameError
from deqi.protocols import load_challenge, load_protocol, read_protocol

SCHEMA = json.loads(
    (Path(__file__).parents[2] / "docs" / "schemas" / "export.schema.json").read_text(encoding="utf-8")
)


def said(capsys, *words):
    call(export_command, "deqi export", [str(word) for word in words])
    return capsys.readouterr().out


def told(capsys, *words):
    data = json.loads(said(capsys, *words, "--json"))
    jsonschema.validate(data, SCHEMA)
    return data


def test_a_course_as_sbml_says_what_libsbml_finds(capsys, tmp_path):
    pytest.importorskip("libsbml")
    out = tmp_path / "a.xml"
    text = said(
        capsys,
        *("sbml", "li4-2hz", "--patient", "healthy_volunteer", "--weeks", 0.1),
        *("--challenge", "naloxone-0.8mg", "--out", out),
    )
    assert f"written: {out}" in text
    assert "libSBML: 0 errors and warnings" in text
    assert 'name="' in out.read_text(encoding="utf-8")
    assert f"with {load_challenge('naloxone-0.8mg').title}" in text


def test_the_model_alone(capsys, tmp_path):
    data = told(capsys, "antimony", "needling_analgesia", "--out", tmp_path / "model.ant")
    assert (data["events"], data["faults"]) == (0, None)
    assert data["quantities"]["state"] == 79


def test_sedml_writes_its_model_beside(capsys, tmp_path):
    pytest.importorskip("libsedml")
    data = told(capsys, "sedml", "none", "--weeks", 0.1, "--out", tmp_path / "a.sedml")
    assert data["files"] == [str(tmp_path / "a.sedml"), str(tmp_path / "a.xml")]
    assert data["faults"] == []
    assert 'source="a.xml"' in (tmp_path / "a.sedml").read_text(encoding="utf-8")


def test_a_filled_table_becomes_a_protocol_that_can_be_exported(capsys, tmp_path):
    table, plan = tmp_path / "mine.csv", tmp_path / "mine.toml"
    data = told(capsys, "stricta-csv", "gerac-verum", "--out", table)
    assert "2g needle type" in data["not_reported"]
    table.write_text(
        table.read_text(encoding="utf-8").replace("two a week", '"as it was, two a week"'), encoding="utf-8"
    )
    said(capsys, "protocol", table, "--out", plan)
    assert read_protocol(plan).stricta.frequency == "as it was, two a week"
    assert read_protocol(plan).sessions == load_protocol("gerac-verum").sessions
    assert "| 3b | frequency and duration of sessions | as it was, two a week |" in (
        Path(told(capsys, "stricta", table, "--out", tmp_path / "mine.md")["files"][0]).read_text(
            encoding="utf-8"
        )
    )


def test_a_run_as_netcdf_is_one(capsys, tmp_path, monkeypatch):
    from deqi import simulation
    from deqi.results import Run

    simulate, pain = simulation.simulate, "pain.report.intensity"

    def short(*args, **kwargs):
        """With one series, as each takes a file its time."""
        run = simulate(*args, **kwargs)
        about = {pain: (run.unit(pain), run.meaning(pain))}
        provenance = json.dumps(run.provenance)
        return Run(
            run.time, {pain: run[pain]}, about, weeks=run.weeks, sessions=run.sessions, provenance=provenance
        )

    monkeypatch.setattr(simulation, "simulate", short)
    out = tmp_path / "run.nc"
    told(capsys, "netcdf", "li4-2hz", "--patient", "healthy_volunteer", "--weeks", 0.05, "--out", out)
    assert Run.load(out).weeks == pytest.approx(0.05)


@pytest.mark.parametrize(
    ("words", "error", "says"),
    [
        (["sblm", "none", "--out", "a"], UnknownNameError, "did you mean sbml"),
        (["sbml", "none"], DeqiError, "--out: is missing"),
        (["latex", "gerac-verom", "--out", "a"], UnknownNameError, "did you mean gerac-verum"),
        (["petab", "validation", "--out", "a"], UnknownNameError, "did you mean calibration"),
        (["stricta", "nothing.csv", "--out", "a"], FileError, "nothing.csv: cannot be read"),
    ],
)
def test_what_cannot_be_written_is_told(words, error, says, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    with pytest.raises(error, match=says):
        call(export_command, "deqi export", words)
    assert not list(tmp_path.iterdir())


def test_a_missing_package_ends_in_one_line_and_2(capsys, tmp_path, monkeypatch):
    monkeypatch.setitem(__import__("sys").modules, "libsbml", None)
    words = ["deqi", "export", "sbml", "none", "--weeks", "0.1", "--out", str(tmp_path / "a.xml")]
    monkeypatch.setattr("sys.argv", words)
    with pytest.raises(SystemExit) as stop:
        main()
    assert stop.value.code == 2
    assert capsys.readouterr().err == "deqi: SBML needs python-libsbml; pip install 'deqi[sbml]'\n"
