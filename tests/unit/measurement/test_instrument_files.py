"""Instrument files: complete, sourced, and refused where they contradict themselves."""

import pickle

import pytest

from deqi.core import cite
from deqi.errors import DeqiError, FileError, ParameterError, UnitError, UnknownNameError
from deqi.measurement import Instrument, instruments, load_instrument, read_instrument
from deqi.parameters import GRADES, KINDS

NAMES = {
    "vas_pain",
    "vas_pain_week",
    "nrs_pain",
    "cpgs_pain",
    "rmdq",
    "odi",
    "hfaq",
    "global_impression",
    "sf12_pcs",
    "sf12_mcs",
    "depression",
    "stress",
    "opioid_intake",
}
#: Lowest and highest score, smallest step, direction, and days of recall, as the questionnaires have them.
FACTS = {
    "vas_pain": (0, 100, 1, "down", 0),
    "vas_pain_week": (0, 100, 1, "down", 7),
    "nrs_pain": (0, 10, 1, "down", 7),
    "cpgs_pain": (0, 100, 10 / 3, "down", 7),
    "rmdq": (0, 24, 1, "down", 0),
    "odi": (0, 100, 2, "down", 0),
    "hfaq": (0, 100, 100 / 24, "up", 7),
    "global_impression": (1, 6, 1, "down", 7),
    "sf12_pcs": (0, 100, 0.1, "up", 28),
    "sf12_mcs": (0, 100, 0.1, "up", 28),
    "depression": (0, 27, 1, "down", 14),
    "stress": (0, 40, 1, "down", 30),
    "opioid_intake": (0, 1000, 0.01, "down", 28),
}

GOOD = {
    "instrument": 'what = "pain"\nbetter = "down"\nreads = ["now"]',
    "low": "value = 0\nunit = 'point'",
    "high": "value = 10\nunit = 'point'",
    "step": "value = 1\nunit = 'point'",
    "recall": "value = 7\nunit = 'd'",
    "intercept": "value = 0\nunit = 'point'",
    '"slope.pain"': "value = 0.1\nunit = '1'",
    "person_sd": "value = 0\nunit = 'point'",
    "error_sd": "value = 1\nunit = 'point'",
}


def write(folder, **changed):
    """A file of the good tables, with some exchanged, or left out where they are none."""
    tables = {**GOOD, **{key.replace("slope_pain", '"slope.pain"'): text for key, text in changed.items()}}
    kind = {key: "" if key == "instrument" else "\nkind = 'assumed'" for key in tables}
    path = folder / "scale.toml"
    path.write_text("\n".join(f"[{k}]\n{t}{kind[k]}" for k, t in tables.items() if t is not None))
    return path


def test_the_library_holds_what_trials_ask_for():
    assert set(instruments()) == NAMES
    assert set(FACTS) == NAMES


@pytest.mark.parametrize("name", sorted(NAMES))
def test_scales_are_as_published(name):
    scale = load_instrument(name)
    low, high, step, better, recall = FACTS[name]
    assert (scale.low, scale.high, scale.better, scale.recall_days) == (low, high, better, recall)
    assert scale.smallest_step == pytest.approx(step, rel=1e-9)
    assert scale.name == name
    assert scale.use
    assert scale.note


@pytest.mark.parametrize("name", sorted(NAMES))
def test_every_value_has_a_kind_and_what_is_not_assumed_has_a_source(name):
    for value in load_instrument(name).values.values():
        assert value.kind in KINDS
        assert value.grade in GRADES
        assert value.note, value.path
        if value.source:
            cite(value.source)
        if value.kind == "assumed":
            assert value.grade == "D"
        else:
            assert value.source, f"{name}: {value.path}"


@pytest.mark.parametrize("name", sorted(NAMES))
def test_an_instrument_can_be_sent_to_another_process(name):
    scale = load_instrument(name)
    sent = pickle.loads(pickle.dumps(scale))
    assert isinstance(sent, Instrument)
    assert sent == scale


def test_a_file_of_ones_own_is_read_and_named_after_itself(tmp_path):
    scale = load_instrument(write(tmp_path))
    assert (scale.name, scale.title, scale.steps, scale.smallest_step) == ("scale", "scale", 10, 1.0)
    assert scale.slopes == {"pain": 0.1}


def test_other_units_are_turned_into_ours(tmp_path):
    assert read_instrument(write(tmp_path, recall="value = 10080\nunit = 'min'")).recall_days == 7


def test_an_unknown_name_gets_advice():
    with pytest.raises(UnknownNameError, match="did you mean vas_pain"):
        load_instrument("vas_pian")
    with pytest.raises(FileError, match="cannot be read"):
        load_instrument("none.toml")


@pytest.mark.parametrize(
    ("changed", "error", "message"),
    [
        ({"instrument": None}, ParameterError, "no \\[instrument\\] table"),
        ({"instrument": 'what = "pain"'}, ParameterError, "has no better"),
        ({"instrument": 'better = "down"'}, ParameterError, "has no what"),
        ({"instrument": 'what = "pain"\nbetter = "left"'}, UnknownNameError, "unknown direction 'left'"),
        ({"instrument": 'what = 3\nbetter = "down"'}, ParameterError, "3 is no text"),
        ({"instrument": 'what = "pain"\nbeter = "up"'}, UnknownNameError, "did you mean better"),
        (
            {"instrument": 'what = "pain"\nbetter = "down"\nreads = "now"'},
            ParameterError,
            "no list of readings",
        ),
        (
            {"instrument": 'what = "pain"\nbetter = "down"\nreads = []'},
            ParameterError,
            "no list of readings",
        ),
        (
            {"instrument": 'what = "pain"\nbetter = "down"\nreads = ["wurst"]'},
            UnknownNameError,
            "did you mean worst",
        ),
        (
            {"instrument": 'what = "pain"\nbetter = "up"\nreads = ["now"]'},
            ParameterError,
            "contradicts better",
        ),
        ({"low": None}, ParameterError, "has no low"),
        ({"error_sd": None}, ParameterError, "has no error_sd"),
        ({"slope_pain": None}, ParameterError, "follows nothing"),
        ({"slope_pian": "value = 1\nunit = '1'"}, UnknownNameError, "unknown value"),
        ({"high": "value = 0\nunit = 'point'"}, ParameterError, "is not above low"),
        ({"step": "value = 0\nunit = 'point'"}, ParameterError, "must be above 0"),
        ({"step": "value = 3\nunit = 'point'"}, ParameterError, "does not divide"),
        ({"step": "value = 20\nunit = 'point'"}, ParameterError, "at most 10"),
        ({"recall": "value = -1\nunit = 'd'"}, ParameterError, "whole days"),
        ({"recall": "value = 1.5\nunit = 'd'"}, ParameterError, "whole days"),
        ({"recall": "value = 7\nunit = 'point'"}, UnitError, "cannot be turned into d"),
        ({"person_sd": "value = -1\nunit = 'point'"}, ParameterError, "must not be negative"),
        ({"error_sd": "value = nan\nunit = 'point'"}, ParameterError, "no finite number"),
        ({"error_sd": "value = 'big'\nunit = 'point'"}, ParameterError, "no finite number"),
        ({"error_sd": "value = 1\nunit = 'mm'"}, UnitError, "cannot be turned into point"),
        ({"error_sd": "value = 1"}, ParameterError, "has no unit"),
        ({"error_sd": "value = "}, FileError, "no valid TOML"),
    ],
)
def test_a_malformed_file_is_refused_in_one_line(changed, error, message, tmp_path):
    path = write(tmp_path, **changed)
    with pytest.raises(error, match=message) as caught:
        read_instrument(path)
    assert isinstance(caught.value, DeqiError)
    assert "scale.toml" in str(caught.value)
    assert "\n" not in str(caught.value)


def test_several_items_need_pain(tmp_path):
    path = write(
        tmp_path,
        instrument='what = "pain"\nbetter = "down"\nreads = ["now", "worst"]',
        slope_pain=None,
        **{'"slope.disability"': "value = 0.1\nunit = '1'"},
    )
    with pytest.raises(ParameterError, match=r"no slope\.pain"):
        read_instrument(path)
