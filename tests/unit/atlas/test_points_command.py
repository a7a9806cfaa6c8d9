"""`deqi points`, as it is typed."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import jsonschema
import pytest

from deqi.atlas import points
from deqi.cli.main import run as run_words
from deqi.errors import DeqiError, UnknownNameError

SCHEMA = json.loads(
    (Path(__file__).parents[3] / "docs" / "schemas" / "points.schema.json").read_text(encoding="utf-8")
)


@pytest.fixture
def run(capsys):
    def call(*words: str) -> str:
        run_words(["points", *words])
        return capsys.readouterr().out

    return call


@pytest.fixture
def ask(run):
    def call(*words: str) -> dict:
        answer = json.loads(run(*words, "--json"))
        jsonschema.Draft202012Validator(SCHEMA).validate(answer)
        assert answer["count"] == len(answer["points"])
        return answer

    return call


def codes(answer: dict) -> list[str]:
    return [p["code"] for p in answer["points"]]


def test_the_schema_is_a_schema_that_refuses_nonsense():
    jsonschema.Draft202012Validator.check_schema(SCHEMA)
    for nonsense in ({}, {"points": [{"code": "XX99"}]}):
        with pytest.raises(jsonschema.ValidationError):
            jsonschema.Draft202012Validator(SCHEMA).validate(nonsense)


def test_one_point_shows_place_hazards_segments_and_how_sure(run):
    text = run("BL23")
    for part in ("Shenshu 肾俞", "lateral to lower border of L2", "20-31 mm", "not an instruction", "kidney"):
        assert part in text
    for part in (
        "skin L2, muscle L1-L3",
        "dorsal ramus L1",
        "read in at least one source",
        "cheng1999 25-30",
    ):
        assert part in text


def test_a_code_that_the_shell_split_is_one_point(ask):
    assert codes(ask("Du", "4", "BL", "23", "Shenmen", "足三里")) == ["GV4", "BL23", "HT7", "ST36"]


def test_a_point_asked_for_twice_is_shown_once(ask):
    answer = ask("BL23", "UB23")
    assert codes(answer) == ["BL23"]
    assert answer["query"]["points"] == ["BL23", "BL23"]


def test_no_question_lists_all(ask, run):
    assert codes(ask()) == list(points())
    assert f"{len(points())} points." in run()


def test_segment_and_region_have_to_fit_together(ask):
    found = codes(ask("--segment", "L4", "--region", "back"))
    assert {"BL25", "GV3", "EX-B2-L4"} <= set(found)
    assert all(points()[code].region == "back" for code in found)
    assert all("L4" in points()[c].skin_segments | points()[c].muscle_segments for c in found)
    assert not {"BL13", "ST36"} & set(found)


def test_the_low_back_is_a_region(ask):
    found = codes(ask("--region", "Low back"))
    assert "BL23" in found
    assert "BL13" not in found


@pytest.mark.parametrize("name", ["BL", "Bladder", "ub", "urinary bladder"])
def test_a_meridian_goes_by_code_or_name(ask, name):
    assert codes(ask("--meridian", name)) == [f"BL{i}" for i in range(1, 68)]


def test_extra_points_are_a_meridian_here(ask):
    assert all(c.startswith("EX-") for c in codes(ask("--meridian", "extra")))


def test_muscles_are_found_by_part_of_the_name(ask):
    found = codes(ask("--muscle", "Multifidus"))
    assert "BL25" in found
    assert all(any("multifidus" in m for m in points()[c].muscles) for c in found)


def test_nothing_fits_is_said(run, ask):
    assert "No point fits." in run("--region", "head", "--segment", "L4")
    assert ask("--region", "head", "--segment", "L4")["count"] == 0


def test_nausea_lists_pc6_and_what_trials_found_and_that_it_is_not_simulated(run, ask):
    text = run("--for", "nausea")
    for part in ("PC6", "RR 0.68", "10.1002/14651858.CD003281.pub4", "simulates no benefit", "not advice"):
        assert part in text
    answer = ask("--for", "nausea")
    assert answer["indication"]["simulated"] is False
    assert codes(answer)[0] == "PC6"


def test_infertility_tells_the_sham_controlled_trial(run):
    text = run("--for", "infertility")
    for part in ("18.3 %", "17.8 %", "10.1001/jama.2018.5336", "simulates no benefit"):
        assert part in text


def test_memory_is_marked_as_such(run):
    assert "Not confirmed: from memory" in run("--for", "headache")


@pytest.mark.parametrize("name", ["constipation", "sciatica", "back pain", "acute-low-back-pain", "knee"])
def test_every_condition_answers_in_schema(ask, name):
    assert ask("--for", name)["indication"]["findings"]


def test_a_condition_narrows_named_points(ask):
    assert codes(ask("BL23", "LI4", "--for", "back pain")) == ["BL23"]


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (("BL233",), "did you mean"),
        (("Futu",), "shared by LI18"),
        (("--segment", "L9"), "--segment: 'L9' is not a segment"),
        (("--region", "bakc"), "did you mean back"),
        (("--meridian", "Bladdr"), "did you mean Bladder"),
        (("--muscle", "trapezus"), "did you mean trapezius"),
        (("--muscle", " "), "write part of a muscle's name"),
        (("--for", "baldness"), "one of nausea"),
    ],
)
def test_what_is_unknown_is_an_error_of_one_line(run, words, message):
    with pytest.raises(DeqiError, match=message) as caught:
        run(*words)
    assert "\n" not in str(caught.value)


def test_an_unknown_meridian_is_an_unknown_name(run):
    with pytest.raises(UnknownNameError):
        run("--meridian", "Colour")


def test_help_shows_the_options_and_nothing_of_the_docstring_s_inside(run, capsys):
    with pytest.raises(SystemExit) as stopped:
        run("--help")
    assert stopped.value.code == 0
    text = capsys.readouterr().out
    assert "--segment" in text
    assert "Raises" not in text


def test_importing_the_command_imports_nothing_heavy():
    code = (
        "import sys, deqi.cli.points; "
        "heavy = {'numpy', 'scipy', 'sympy', 'pint', 'xarray', 'matplotlib', 'pandas', 'jsonschema'}; "
        "sys.exit(', '.join(heavy & set(sys.modules)) or 0)"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
