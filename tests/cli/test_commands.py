"""The command line as a user meets it: one process a call."""

import json
import os
import subprocess
import sys
from pathlib import Path

import jsonschema
import pytest

SCHEMAS = Path(__file__).parents[2] / "docs" / "schemas"


def deqi(*arguments, cwd=None):
    return subprocess.run(
        [sys.executable, "-W", "error", "-m", "deqi", *arguments],
        capture_output=True,
        text=True,
        timeout=120,
        cwd=cwd,
        check=False,
        env={**os.environ, "COLUMNS": "120"},
    )


@pytest.mark.parametrize(
    ("schema", "arguments"),
    [
        ("simulate", ["simulate", "gerac-verum", "--weeks", "26"]),
        ("simulate", ["simulate", "none", "--weeks", "2", "--patient", "acute_low_back_pain"]),
        (
            "simulate",
            [
                "simulate",
                "li4-2hz",
                "--patient",
                "healthy_volunteer",
                "--weeks",
                "0.1",
                "--challenge",
                "vagotomy",
            ],
        ),
        ("compare", ["compare", "gerac-verum", "gerac-sham", "--weeks", "6"]),
        ("parameters", ["parameters", "spinal.gate"]),
        ("protocols", ["protocols"]),
        ("challenges", ["challenges"]),
        ("patients", ["patients"]),
        ("points", ["points", "BL23"]),
    ],
    ids=lambda v: v if isinstance(v, str) else " ".join(v),
)
def test_json_follows_its_schema(schema, arguments, tmp_path):
    done = deqi(*arguments, "--json", cwd=tmp_path)
    assert done.returncode == 0, done.stderr
    data = json.loads(done.stdout)
    jsonschema.validate(data, json.loads((SCHEMAS / f"{schema}.schema.json").read_text()))
    if arguments[1:2] == ["gerac-verum"] and schema == "simulate":
        assert {"0", "6", "13", "26"} <= set(data["pain_intensity"])
        assert data["peaks"]["hypothalamus.arcuate.beta_endorphin"]["fold"] > 2
        assert not [path for path in data["peaks"] if "store" in path]


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["simulate", "gerac-verun"], "did you mean gerac-verum"),
        (["simulate", "gerac-verum", "--patient", "nobody"], "unknown patient"),
        (["simulate", "gerac-verum", "--challenge", "naloxon-10mg"], "did you mean naloxone-10mg"),
        (["simulate", "gerac-verum", "--weeks", "-3"], "cannot be simulated"),
        (["simulate", "gerac-verum", "--solver", "scipi"], "did you mean scipy"),
        (["simulate", "broken.toml"], "no valid TOML"),
        (["simulate", "missing.toml"], "cannot be read"),
        (["simulate", "folder.toml"], "cannot be read"),
        (["simulate", "none", "--weeks", "0.1", "--out", "no/such/folder/run.nc"], "cannot be written"),
        (["simulate", "none", "--weeks", "0.1", "--out", "/dev/full/run.nc"], "cannot be written"),
        (["points", "BL233"], "did you mean BL33 or BL23"),
        (["parameters", "spinal.gat"], "did you mean spinal.gate"),
        (["compare", "none"], "Missing argument"),
        (["trial", "gerrac"], "did you mean gerac"),
        (["check", "no_such_package"], "unknown package"),
    ],
    ids=lambda v: v if isinstance(v, str) else " ".join(v),
)
def test_a_mistake_is_one_clear_line_and_status_2(arguments, message, tmp_path):
    (tmp_path / "broken.toml").write_text("[protocol\n")
    (tmp_path / "folder.toml").mkdir()
    done = deqi(*arguments, cwd=tmp_path)
    assert done.returncode == 2
    assert message in done.stderr
    assert "Traceback" not in done.stderr
    if "Usage" not in done.stderr:
        assert done.stderr.count("\n") == 1


def test_help_loads_nothing_heavy():
    code = (
        "import sys; sys.argv = ['deqi', '--help']\n"
        "from deqi.cli.main import main\n"
        "try:\n    main()\nexcept SystemExit:\n    pass\n"
        "heavy = {'numpy', 'sympy', 'scipy', 'pint', 'xarray', 'matplotlib', 'pandas'} & set(sys.modules)\n"
        "print('heavy:', sorted(heavy))"
    )
    done = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=True, timeout=60
    )
    assert "heavy: []" in done.stdout
    for command in ("simulate", "compare", "points", "protocols", "parameters", "check"):
        assert command in done.stdout


def test_a_run_and_a_report_are_written_and_read_back(tmp_path):
    from deqi import Run, simulate

    done = deqi(
        "simulate", "gerac-verum", "--weeks", "1", "--out", "run.nc", "--report", "run.html", cwd=tmp_path
    )
    assert done.returncode == 0, done.stderr
    assert "written: run.nc" in done.stdout
    loaded = Run.load(tmp_path / "run.nc")
    assert loaded == simulate("gerac-verum", weeks=1)
    assert loaded.provenance["parameter_kinds"]["assumed"] > 100
    page = (tmp_path / "run.html").read_text()
    assert page.count("<svg") == 4
    assert "http://" not in page.replace("http://www.w3.org", "").replace("http://purl.org", "").replace(
        "http://creativecommons.org", ""
    )
    with pytest.raises(ValueError, match="read-only"):
        loaded["pain.report.intensity"][0] = 0.0


def test_a_full_disk_is_one_line_and_nothing_is_lost(tmp_path):
    """A file system of 64 kB stands in for a full disk where one can be mounted."""
    small = tmp_path / "small"
    small.mkdir()
    mounted = subprocess.run(
        ["mount", "-t", "tmpfs", "-o", "size=64k", "tmpfs", str(small)], capture_output=True, check=False
    )
    if mounted.returncode != 0:
        target, kept = "/dev/full/run.nc", None
    else:
        kept = small / "run.nc"
        kept.write_text("what was there")
        target = str(kept)
    try:
        done = deqi("simulate", "gerac-verum", "--weeks", "1", "--out", target)
        assert done.returncode == 2
        assert "cannot be written" in done.stderr
        assert done.stderr.count("\n") == 1
        if kept is not None:
            assert kept.read_text() == "what was there"
    finally:
        if mounted.returncode == 0:
            subprocess.run(["umount", str(small)], check=True)
