"""Trial files: the library, what is refused and where, and the schema that says the same."""

import json
import tomllib
from importlib import resources
from pathlib import Path

import jsonschema
import pytest

from deqi.errors import DeqiError, TrialError, UnknownNameError
from deqi.evidence import published
from deqi.population import load_recipe
from deqi.protocols import load_protocol, write_protocol
from deqi.trials.files import load_trial, read_trial, trials

SCHEMA = json.loads(
    (Path(__file__).parents[3] / "docs" / "schemas" / "trial-file.schema.json").read_text(encoding="utf-8")
)
LIBRARY = resources.files("deqi.trials") / "library"
MINE = """
[trial]
name = "mine"
title = "Mine"
condition = "chronic-low-back-pain"
cites = ["haake2007"]
patients = 60
weeks = 12
population = "chronic-low-back-pain"
assumptions = ["all of it"]

[[arms]]
name = "two"
protocol = "gerac-verum"
ratio = 2
blinded = true

[[arms]]
name = "one"
protocol = "none"

[allocation]
method = "stratified"
blocks = [3, 6]
strata = ["sex"]

[eligibility]
age = { at_least = 18, below = 80 }
sex = { only = ["female"] }
vas_pain = { above = 30 }

[visits]
weeks = [4, 12]

[adherence]
missed = 0.1

[dropout]
per_week = 0.002
ratio_per_10_points = 1.2

[co_treatment]
per_week = 0.01

[unblinding]
share = 0.05

[[endpoints]]
name = "pain"
instrument = "nrs_pain"
primary = true

[[responders]]
name = "half"
any = [{ endpoint = "pain", better_by_points = 5 }]
failures = ["unblinded"]

[analysis]
strata = false
contrasts = [["two", "one"]]

[[analyses]]
kind = "subgroups"
by = "age"
cuts = [40, 60]

[[analyses]]
kind = "per-protocol"
attended = 0.9
left = false
"""
SLIPS = [
    ("[trial]", "[trail]", "did you mean trial"),
    ("patients = 60", "patient = 60", "trial: unknown field 'patient'; did you mean patients"),
    ("patients = 60", "patients = 0", "patients = 0 is outside"),
    ("weeks = 12\n", "weeks = 0\n", "weeks = 0 is outside"),
    ("ratio = 2", "ratoi = 2", "arms 1: unknown field 'ratoi'; did you mean ratio"),
    ("ratio = 2", "ratio = 0", "arms 1: ratio = 0"),
    ('protocol = "none"', "", "arms 2: protocol is missing"),
    ("blinded = true", 'blinded = "yes"', "arms 1: blinded"),
    ('"stratified"', '"stratifid"', "allocation: unknown method 'stratifid'; did you mean stratified"),
    ('strata = ["sex"]', "", "allocation: stratified allocation needs strata"),
    ('strata = ["sex"]', 'strata = ["age"]', "allocation: unknown stratum 'age'"),
    ("blocks = [3, 6]", "", "allocation: stratified allocation needs blocks"),
    ("at_least = 18", "at_leastt = 18", "eligibility: age: unknown field 'at_leastt'; did you mean at_least"),
    (
        "[visits]\nweeks = [4, 12]",
        "[visits]\nweek = [4, 12]",
        "visits: unknown field 'week'; did you mean weeks",
    ),
    ("[visits]\nweeks = [4, 12]", "[visits]", "visits: has no weeks"),
    ("missed = 0.1", "missed = 2", "adherence: missed = 2"),
    ("per_week = 0.002", "rate = 0.002", "dropout: unknown field 'rate'"),
    ("per_week = 0.002", "", "dropout: per_week is missing"),
    (
        "per_week = 0.002",
        "per_week = { two = 0.1, one = 0.2 }",
        "dropout: per_week = {'two': 0.1, 'one': 0.2} is no number",
    ),
    ("[co_treatment]\n", "[co_treatment.two]\n", "co_treatment: unknown field 'two'"),
    ("share = 0.05", "share = 5", "unblinding: share = 5"),
    ("primary = true", "", "endpoints: are none of them primary"),
    ('instrument = "nrs_pain"', "", "endpoints 1: instrument is missing"),
    (
        "better_by_points = 5",
        "better_bye = 5",
        "responders 1: any 1: unknown field 'better_bye'; did you mean better_by",
    ),
    ("better_by_points = 5", "better_by_points = 5, better_by = 0.5", "needs better_by or better_by_points"),
    ('failures = ["unblinded"]', 'failures = ["blinded"]', "did you mean unblinded"),
    ("strata = false", "strata = 0", "analysis: strata"),
    ('"subgroups"', '"subgroup"', "analyses 1: unknown analysis 'subgroup'; did you mean subgroups"),
    ('by = "age"', 'bye = "age"', "analyses 1: unknown field 'bye'; did you mean by"),
    ('by = "age"', 'by = "age"\nsets = 5', "analyses 1: subgroups: unknown setting 'sets'"),
    ('by = "age"\n', "", "analyses 1: subgroups: by is missing"),
    ('by = "age"', 'by = "aeg"', "analyses 1: subgroups: by: unknown column 'aeg'; did you mean age"),
    ("attended = 0.9", "attended = 9", "analyses 2: per-protocol: attended = 9"),
    ("left = false", 'left = "no"', "analyses 2: per-protocol: left"),
    ('[["two", "one"]]', '[["two"]]', "no pairs of arms"),
]


def write(folder, text=MINE):
    path = folder / "mine.toml"
    path.write_text(text, encoding="utf-8")
    return path


@pytest.fixture(scope="module")
def check():
    jsonschema.Draft202012Validator.check_schema(SCHEMA)
    return jsonschema.Draft202012Validator(SCHEMA)


@pytest.mark.parametrize("name", trials())
def test_the_library_loads_and_fits_the_schema(name, check):
    trial = load_trial(name)
    check.validate(tomllib.loads((LIBRARY / f"{name}.toml").read_text(encoding="utf-8")))
    assert trial.name == name
    assert trial.assumptions
    assert load_recipe(trial.population)
    if not trial.published:
        return
    table = published(trial.published)
    names = {e.name for e in trial.endpoints} | {r.name for r in trial.responders}
    assert {row.endpoint for row in table.rows} <= names
    assert {row.arm for row in table.rows} <= {*trial.arm_names, "all"}
    assert {row.week for row in table.rows} <= set(trial.weeks_seen)
    assert {c.arms for c in table.contrasts} <= set(trial.contrasts)


def test_the_trials_are_as_published():
    gerac, art = load_trial("gerac"), load_trial("art")
    assert (gerac.patients, gerac.visits) == (1162, (6, 13, 26))
    assert [arm.ratio for arm in gerac.arms] == [1, 1, 1]
    assert gerac.eligibility.as_dict()["hfaq"] == {"below": 70}
    assert gerac.responders[2].failures == ("unblinded", "co-treatment")
    assert (art.patients, art.visits) == (301, (8,))
    assert [arm.ratio for arm in art.arms] == [2, 1, 1]
    assert art.eligibility.as_dict() == {
        "age": {"at_least": 40, "at_most": 75},
        "duration": {"above": 0.5},
        "vas_pain_week": {"at_least": 40},
    }


def test_a_file_with_everything_is_read_and_fits_the_schema(tmp_path, check):
    check.validate(tomllib.loads(MINE))
    trial = load_trial(write(tmp_path))
    assert trial.visits == (4, 12)
    assert trial.eligibility.as_dict()["sex"] == {"only": ["female"]}
    assert trial.responders[0].any[0].better_by_points == 5
    assert trial.contrasts == (("two", "one"),)
    assert [asked.kind for asked in trial.analyses] == ["subgroups", "per-protocol"]
    assert trial.analyses[0].cuts == (40, 60)


def test_what_may_be_left_out_may_be_left_out(tmp_path, check):
    text = """
    [[arms]]
    name = "a"
    protocol = "none"
    [[endpoints]]
    name = "pain"
    instrument = "vas_pain"
    primary = true
    [trial]
    """
    check.validate(tomllib.loads(text))
    trial = read_trial(write(tmp_path, text))
    assert (trial.name, trial.title, trial.visits) == ("mine", "mine", (26.0,))


@pytest.mark.parametrize(("old", "new", "said"), SLIPS, ids=[s[1] or f"no {s[0]}" for s in SLIPS])
def test_a_slip_is_told_with_its_place(old, new, said, tmp_path, check):
    text = MINE.replace(old, new)
    assert text != MINE
    with pytest.raises(DeqiError) as caught:
        read_trial(write(tmp_path, text))
    assert str(caught.value).startswith("mine.toml")
    assert said in str(caught.value)
    assert "\n" not in str(caught.value)
    assert not check.is_valid(tomllib.loads(text))


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ("blocks = [3, 6]", "blocks = [3, 4]", "a block of 4 is no multiple of 3"),
        (
            '"gerac-verum"',
            '"gerac-verumm"',
            "arm two: unknown protocol 'gerac-verumm'; did you mean gerac-verum",
        ),
        ('"nrs_pain"', '"nrs"', "endpoint pain: unknown instrument 'nrs'"),
        ("vas_pain =", "vas_pian =", "did you mean vas_pain"),
        ("[4, 12]", "[4, 13]", "week 13 is after the trial ends"),
        ('[["two", "one"]]', '[["two", "none"]]', "unknown arm 'none'; did you mean one"),
        ('"haake2007"', '"haake"', "unknown reference 'haake'"),
        ("cuts = [40, 60]\n", "", "analyses 1: subgroups: by: age is a number"),
        ('by = "age"', 'by = "sex"', "analyses 1: subgroups: cuts: sex is no number"),
        ("attended = 0.9", "attended = 0.9\nweek = 5", "analyses 2: per-protocol: week: week 5 is no visit"),
        (
            '"per-protocol"\nattended = 0.9\nleft = false',
            '"jump-to-reference"\nreference = "too"',
            "did you mean two",
        ),
        (
            '"per-protocol"\nattended = 0.9\nleft = false',
            '"responders"\nrule = "halves"',
            "did you mean half",
        ),
        ('"per-protocol"\nattended = 0.9\nleft = false', '"holm"\nendpoint = "pian"', "did you mean pain"),
    ],
)
def test_what_only_the_whole_shows_is_told_too(old, new, said, tmp_path):
    with pytest.raises(DeqiError) as caught:
        read_trial(write(tmp_path, MINE.replace(old, new)))
    assert str(caught.value).startswith("mine.toml")
    assert said in str(caught.value)


def test_files_are_looked_for_beside_the_trial(tmp_path, monkeypatch):
    write_protocol(load_protocol("none"), tmp_path / "own.toml")
    path = write(tmp_path, MINE.replace('protocol = "none"', 'protocol = "own.toml"'))
    monkeypatch.chdir("/")
    assert load_trial(path).arms[1].plan() == load_protocol("none")


def test_a_missing_file_and_an_unknown_name_are_told(tmp_path):
    with pytest.raises(UnknownNameError, match="did you mean gerac"):
        load_trial("gerak")
    with pytest.raises(DeqiError, match="cannot be read"):
        load_trial(tmp_path / "none.toml")
    with pytest.raises(DeqiError, match="no valid TOML"):
        load_trial(write(tmp_path, "[trial"))
    with pytest.raises(TrialError, match=r"no \[trial\] table"):
        load_trial(write(tmp_path, ""))
    with pytest.raises(TrialError, match="is no table"):
        load_trial(write(tmp_path, "trial = 3"))
    with pytest.raises(TrialError, match=r"write \[\[arms\]\]"):
        load_trial(write(tmp_path, "[trial]\n[arms]\nname = 'a'"))
    with pytest.raises(TrialError, match=r"eligibility.*is no table"):
        load_trial(write(tmp_path, "eligibility = 3\n[trial]"))
