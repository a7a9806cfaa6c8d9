"""Published tables: complete, sourced, sound, and refused where they are not."""

import json

import pytest

from deqi.core import cite
from deqi.errors import DeqiError, FileError, UnknownNameError
from deqi.evidence import Difference, published, read_published, tables

ROW = """
[published]
name = "mine"

[[row]]
arm = "a"
endpoint = "pain"
week = 6
kind = "mean"
n = 100
value = 50.0
sd = 20.0
role = "input"
"""
CONTRAST = """
[[contrast]]
arms = ["a", "a"]
endpoint = "pain"
week = 6
kind = "mean"
difference = 1.0
low = 0.0
high = 2.0
role = "input"
"""


def write(folder, text):
    path = folder / "mine.toml"
    path.write_text(text, encoding="utf-8")
    return path


@pytest.mark.parametrize("name", tables())
def test_a_table_is_named_sourced_and_plain(name):
    table = published(name)
    assert table.name == name
    assert table.cites
    assert [cite(key) for key in table.cites]
    assert {row.endpoint for row in table.rows} == set(table.endpoints)
    told = table.as_dict()
    assert json.loads(json.dumps(told, allow_nan=False)) == told
    for row in table.rows:
        assert row.role in ("input", "calibration")
        if row.interval:
            assert row.interval[0] <= row.value <= row.interval[1]


def test_gerac_is_complete():
    table = published("gerac")
    arms = ("verum", "sham", "guideline care")
    weeks = {
        "pain": (0, 6, 13, 26),
        "function": (0, 6, 13, 26),
        "physical": (0, 13, 26),
        "mental": (0, 13, 26),
    }
    for arm in arms:
        for endpoint, when in weeks.items():
            for week in when:
                assert table.find(arm, endpoint, week).sd > 0
        assert [table.find(arm, "gerac", w, "share").n for w in (6, 13)] == [387, 387]
        assert table.find(arm, "global_impression", 6)
    assert len(table.rows) == 3 * (14 + 3 + 1)
    assert len(table.contrasts) == 3
    assert table.find("verum", "pain", 0).role == "input"
    assert table.find("verum", "pain", 6).role == "calibration"


def test_art_ends_at_week_8_and_holds_changes():
    table = published("art")
    assert {row.week for row in table.rows} == {0, 8}
    assert [table.find(arm, "pain", 8, "change").value for arm in ("acupuncture", "waiting list")] == [
        -28.7,
        -6.9,
    ]
    assert table.find("acupuncture", "pain", 8) is None
    assert table.find("all", "pain", 0).sd == 14.0
    assert table.find("acupuncture", "function", 0).interval is None
    assert table.contrast(("acupuncture", "minimal acupuncture"), "pain", 8).low == -13.9
    assert table.contrast(("minimal acupuncture", "acupuncture"), "pain", 8) is None
    assert table.contrast(("acupuncture", "minimal acupuncture"), "pain", 8, share=True) is None


def test_intervals_are_those_of_sd_and_n_or_of_wilson():
    table = published("gerac")
    assert table.find("verum", "pain", 26).interval == pytest.approx((37.93, 42.47), abs=0.005)
    assert table.find("guideline care", "gerac", 26, "share").interval == pytest.approx(
        (0.232, 0.320), abs=0.0006
    )
    assert table.find("verum", "pain", 26).interval_kind == "sampling, from SD and n"


def test_a_difference_is_as_printed_or_that_of_the_means():
    art, gerac = published("art"), published("gerac")
    needles = ("acupuncture", "minimal acupuncture")
    assert art.difference(needles, "pain", 8) == Difference(-5.1, (-13.9, 3.7), printed=True)
    means = gerac.difference(("verum", "sham"), "pain", 26)
    assert means.value == pytest.approx(40.2 - 43.3)
    half = 1.96 * (22.5**2 / 377 + 23.0**2 / 376) ** 0.5
    assert means.interval == pytest.approx((means.value - half, means.value + half), abs=1e-3)
    assert not means.printed
    assert art.difference(needles, "function", 0).interval is None
    assert gerac.difference(("verum", "sham"), "pain", 52) is None


def test_a_file_of_ones_own_is_read(tmp_path):
    table = published(write(tmp_path, ROW + CONTRAST))
    assert (table.title, len(table.rows), len(table.contrasts)) == ("mine", 1, 1)


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ("[published]", "[publishd]", "did you mean published"),
        ('name = "mine"', 'nam = "mine"', "published: unknown field 'nam'; did you mean name"),
        ('name = "mine"', 'cites = ["haake2008"]', "did you mean haake2007"),
        ("week = 6", "", "row 1: week is missing"),
        ("week = 6", 'week = "6"', "row 1: week = '6' is no number"),
        ("value = 50.0", "value = nan", "row 1: value = nan is no number"),
        ("n = 100", "n = 0", "must be above 0"),
        ("sd = 20.0", "sd = -1", "must be above 0"),
        ("sd = 20.0", "SD = 20.0", "unknown field 'SD'; did you mean sd"),
        ('kind = "mean"', 'kind = "men"', "did you mean mean"),
        ('kind = "mean"', 'kind = "share"', "a share of 50 is not from 0 to 1"),
        ('role = "input"', 'role = "validation"', "role 'validation' is neither input nor calibration"),
        ("low = 0.0", "low = 1.5", "contrast 1: the difference is outside its interval"),
        ('arms = ["a", "a"]', 'arms = "a"', "contrast 1: arms are no pair"),
        ('arms = ["a", "a"]', 'arms = ["a", "b"]', "unknown arm 'b'"),
    ],
)
def test_what_is_not_sound_is_refused_with_its_place(old, new, said, tmp_path):
    with pytest.raises(DeqiError) as caught:
        read_published(write(tmp_path, (ROW + CONTRAST).replace(old, new)))
    assert str(caught.value).startswith("mine.toml")
    assert said in str(caught.value)
    assert "\n" not in str(caught.value)


def test_two_rows_of_one_figure_are_refused(tmp_path):
    with pytest.raises(FileError, match="two rows are of a, pain, week 6, mean"):
        read_published(write(tmp_path, ROW + ROW.split('"mine"')[1]))


def test_an_unknown_name_is_told():
    with pytest.raises(UnknownNameError, match="did you mean gerac"):
        published("gerak")
