"""The schema of a protocol file, and that of `deqi protocols --json`."""

import json
import subprocess
import sys
import tomllib
from importlib import resources
from pathlib import Path

import jsonschema
import pytest

from deqi.cli.main import run as run_words
from deqi.errors import DeqiError
from deqi.protocols import Stricta, load_protocol, protocols, read_protocol, write_protocol

SCHEMAS = Path(__file__).parents[3] / "docs" / "schemas"
LIBRARY = sorted((resources.files("deqi.protocols") / "library").iterdir(), key=lambda f: f.name)
MINE = """
[protocol]
name = "mine"
title = "Mine"
role = "verum"
challenges = ["mu-antagonist"]

[[sessions]]
minutes = 30
number = 4
per_week = 2

[[sessions.needlings]]
technique = "electrical"
needles = 4
depth_mm = 20
points = ["BL23"]
frequency_hz = [2, 100]
current_ma = 2.5

[[doses]]
drug = "naloxone"
mg = 0.8
day = 0

[[rules]]
name = "visit-limit"

[[rules]]
name = "rescue"
days = [14]
above = 60
drug = "naproxen"
mg_per_day = 1000
for_days = 7
"""


def validator(name: str) -> jsonschema.Draft202012Validator:
    schema = json.loads((SCHEMAS / f"{name}.schema.json").read_text(encoding="utf-8"))
    jsonschema.Draft202012Validator.check_schema(schema)
    return jsonschema.Draft202012Validator(schema)


@pytest.fixture
def run(capsys):
    def call(*words: str) -> str:
        run_words(["protocols", *words])
        return capsys.readouterr().out

    return call


@pytest.mark.parametrize("file", LIBRARY, ids=lambda f: f.name)
def test_a_library_file_as_it_stands_and_as_written_fits_the_schema(file, tmp_path):
    check = validator("protocol")
    check.validate(tomllib.loads(file.read_text(encoding="utf-8")))
    written = write_protocol(read_protocol(file), tmp_path / "p.toml")
    check.validate(tomllib.loads(written.read_text(encoding="utf-8")))


def test_a_file_with_everything_fits_the_schema_and_is_read():
    validator("protocol").validate(tomllib.loads(MINE))


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("depth_mm = 20", "depth = 20"),
        ("depth_mm = 20", "depth_mm = 151"),
        ("minutes = 30", "minutes = -30"),
        ("number = 4", "days = [0]\nnumber = 4"),
        ("per_week = 2\n", ""),
        ('"naloxone"', '"aspirin"'),
        ('drug = "naproxen"', 'drug = "naloxone"'),
        ('points = ["BL23"]', "segmental = 1.0"),
        ("[2, 100]", "[2, 15, 100]"),
        ('name = "visit-limit"', 'name = "limit"'),
        ('role = "verum"', 'role = "real"'),
    ],
)
def test_what_the_schema_of_a_file_refuses_deqi_refuses(old, new, tmp_path):
    file = tmp_path / "mine.toml"
    file.write_text(MINE, encoding="utf-8")
    read_protocol(file)
    file.write_text(MINE.replace(old, new), encoding="utf-8")
    with pytest.raises(jsonschema.ValidationError):
        validator("protocol").validate(tomllib.loads(file.read_text(encoding="utf-8")))
    with pytest.raises(DeqiError) as caught:
        read_protocol(file)
    assert str(caught.value).startswith("mine.toml")
    assert "\n" not in str(caught.value)


def test_all_protocols_as_json_fit_the_schema(run):
    answer = json.loads(run("--json"))
    validator("protocols").validate(answer)
    assert [p["name"] for p in answer["protocols"]] == list(protocols())


def test_one_protocol_as_json_says_what_was_not_reported(run, tmp_path):
    file = tmp_path / "mine.toml"
    file.write_text(MINE, encoding="utf-8")
    answer = json.loads(run(str(file), "--json"))
    validator("protocols").validate(answer)
    assert answer["protocols"][0]["missing"] == list(Stricta.items())
    assert answer["protocols"][0]["sessions"][0]["days"] == [0, 3.5, 7, 10.5]


def test_the_output_schema_refuses_nonsense():
    for nonsense in ({}, {"protocols": [{"name": "x"}]}):
        with pytest.raises(jsonschema.ValidationError):
            validator("protocols").validate(nonsense)


def test_one_protocol_in_words_names_each_stricta_item_and_what_was_assumed(run):
    text = run("gerac-verum")
    for number, meaning in Stricta.items().values():
        assert f"{number:2} {meaning}: " in text
    assert "names or location of points, one side or both: not reported" in text
    assert all(f"assumed: {a}" in text for a in load_protocol("gerac-verum").assumptions)


def test_the_list_names_every_protocol(run):
    assert all(name in run() for name in protocols())


def test_importing_the_command_imports_nothing_heavy():
    code = (
        "import sys, deqi.cli.protocols; "
        "heavy = {'numpy', 'scipy', 'sympy', 'pint', 'xarray', 'matplotlib', 'pandas', 'jsonschema'}; "
        "sys.exit(', '.join(heavy & set(sys.modules)) or 0)"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr


def test_the_command_says_what_is_done(run, tmp_path):
    file = tmp_path / "mine.toml"
    file.write_text(MINE)
    lines = run(str(file)).splitlines()
    for line in (
        "sessions: 4 of 30 min, day 0 to 10.5, context 1",
        "  4 needles, electrical, 20 mm, 2/100 Hz 2.5 mA: BL23",
        "dose: naloxone 0.8 mg on day 0, minute 0",
        "challenge: mu-antagonist",
        "rule: visit-limit, decides on day none",
        "rule: rescue, decides on day 14",
    ):
        assert line in lines
