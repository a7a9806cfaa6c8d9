"""The table of points, and finding a point by any of its names."""

from __future__ import annotations

import contextlib
import dataclasses
from collections import Counter

import pytest
from hypothesis import given
from hypothesis import strategies as st

from deqi.atlas import SEGMENTS, Point, find_point, legend, nerves, points, regions
from deqi.atlas.legend import read_rows
from deqi.atlas.names import MERIDIANS, OTHER_NAMES, PREFIXES, fold_name
from deqi.errors import DeqiError, UnknownNameError

WHO_COUNTS = {
    "Lung": 11,
    "Large Intestine": 20,
    "Stomach": 45,
    "Spleen": 21,
    "Heart": 9,
    "Small Intestine": 19,
    "Bladder": 67,
    "Kidney": 27,
    "Pericardium": 9,
    "Triple Energizer": 23,
    "Gallbladder": 44,
    "Liver": 14,
    "Governor Vessel": 28,
    "Conception Vessel": 24,
}

every_meridian = pytest.mark.parametrize("meridian", dict.fromkeys(p.meridian for p in points().values()))


def of(meridian: str) -> list[Point]:
    return [p for p in points().values() if p.meridian == meridian]


def test_the_who_standard_is_complete():
    counts = Counter(p.meridian for p in points().values() if not p.is_extra)
    assert counts == WHO_COUNTS
    assert counts.total() == 361
    for meridian, count in WHO_COUNTS.items():
        code = next(c for c, name in MERIDIANS.items() if name == meridian)
        assert all(f"{code}{i}" in points() for i in range(1, count + 1))


def test_extra_points_and_one_ear_point_are_there():
    extra = [p.code for p in points().values() if p.is_extra]
    assert sum(code.startswith("EX-") and code.count("-") == 1 for code in extra) == 48
    assert [code for code in extra if code.startswith("EX-B2-")] == [f"EX-B2-L{i}" for i in range(1, 6)]
    assert "AUR-TF4" in extra


def test_the_table_is_read_once():
    assert points() is points()


def test_no_mirror_address_is_in_the_package():
    assert not [r for r in read_rows("points.csv") for cell in r.values() if "http" in cell]


@every_meridian
def test_every_row_is_sane(meridian):
    for point in of(meridian):
        assert point.code == points()[point.code].code
        assert all((point.pinyin, point.chinese, point.meridian, point.location))
        assert point.side in ("bilateral", "midline")
        assert point.region in regions()
        assert point.skin_segments
        assert (point.skin_segments | point.muscle_segments) <= set(SEGMENTS)
        assert point.position.view in ("front", "back", "side")
        assert 0 <= point.position.x <= 1
        assert 0 <= point.position.y <= 1
        for text in (*point.muscles, *point.nerves, *point.hazards):
            assert text.strip() == text != ""
            assert text.count("(") == text.count(")"), "a list was cut inside brackets"
            assert "none" not in text


@every_meridian
def test_every_word_about_sureness_is_in_the_legend(meridian):
    for point in of(meridian):
        assert point.verified in legend()["verified"]
        assert point.basis in legend()["anatomy_basis"]
        assert point.nerves_confirmed in legend()["nerves_confirmed"]
        keys = {source["key"] for source in legend()["source"]} | {"memory"}
        named = {part.split()[0] for part in point.depth_sources.split(";") if part.strip()}
        assert named <= keys
        assert bool(named) == (point.depth_mm is not None)


@every_meridian
def test_every_depth_is_sane(meridian):
    for point in of(meridian):
        if point.depth_mm is None:
            assert point.angle is None
            continue
        shallowest, deepest = point.depth_mm
        assert 0 < shallowest <= deepest <= 65
        assert point.angle in ("perpendicular", "oblique", "transverse")


@every_meridian
def test_a_depth_stays_within_what_its_sources_say(meridian):
    for point in of(meridian):
        ends = [
            float(end)
            for part in point.depth_sources.split(";")
            if "-" in part
            for end in part.split()[1].split("-")
        ]
        if ends:
            assert point.depth_mm is not None
            assert min(ends) <= point.depth_mm[0] <= point.depth_mm[1] <= max(ends)


def chest_and_upper_back() -> list[Point]:
    thorax = {f"T{i}" for i in range(1, 12)}
    return [
        p
        for p in points().values()
        if p.region in ("chest", "back") and p.side == "bilateral" and p.skin_segments <= thorax
    ]


def test_points_over_the_lung_warn_of_it_and_stay_shallow():
    over_lung = chest_and_upper_back()
    assert len(over_lung) > 40
    for point in over_lung:
        assert "pneumothorax" in point.hazards, point.code
        assert point.depth_mm is None or point.depth_mm[1] <= 25, point.code


def test_midline_points_of_the_back_warn_of_the_canal():
    spine = [p for p in points().values() if p.region == "back" and p.side == "midline"]
    named = {p.code for p in spine if any("spinal" in h or "epidural" in h for h in p.hazards)}
    # EX-B9 is threaded under the skin of the sacrum.
    assert {p.code for p in spine} - named == {"EX-B9"}


@pytest.mark.parametrize(
    ("code", "skin", "muscle"),
    [
        ("BL23", {"L2"}, {"L1", "L2", "L3"}),
        ("GV20", {"V1", "C2"}, {"CN VII"}),
        ("AUR-TF4", {"V3", "CN X", "C2", "C3"}, set()),
        ("ST6", {"V3"}, {"V3"}),
        ("LI4", {"C6", "C7"}, {"C8", "T1"}),
    ],
)
def test_segments_of_known_points(code, skin, muscle):
    assert points()[code].skin_segments == skin
    assert points()[code].muscle_segments == muscle


@pytest.mark.parametrize(
    ("query", "code"),
    [
        ("BL 23", "BL23"),
        ("bl23", "BL23"),
        ("BL023", "BL23"),
        ("BL-23", "BL23"),
        ("UB23", "BL23"),
        ("Bladder 23", "BL23"),
        ("Shenshu", "BL23"),
        ("shen shu", "BL23"),
        ("Shèn shù", "BL23"),
        ("shen4 shu4", "BL23"),
        ("SHENSHU", "BL23"),
        ("肾俞", "BL23"),
        ("腎俞", "BL23"),
        ("Du 4", "GV4"),
        ("DU4", "GV4"),
        ("GV4", "GV4"),
        ("Ren 12", "CV12"),
        ("CV12", "CV12"),
        ("RN12", "CV12"),
        ("SJ5", "TE5"),
        ("TH5", "TE5"),
        ("Triple Energizer 5", "TE5"),
        ("PC6", "PC6"),
        ("P6", "PC6"),
        ("LIV3", "LR3"),
        ("LV3", "LR3"),
        ("太衝", "LR3"),
        ("K3", "KI3"),
        ("GB 30", "GB30"),
        ("G30", "GB30"),
        ("ＧＢ３０", "GB30"),
        ("足三里", "ST36"),
        ("懸鐘", "GB39"),
        ("Huatuojiaji", "EX-B2"),
        ("华佗夹脊", "EX-B2"),
        ("華佗夾脊", "EX-B2"),
        ("EX-B2", "EX-B2"),
        ("exb2", "EX-B2"),
        ("EX B 2", "EX-B2"),
        ("Jiaji L4", "EX-B2-L4"),
        ("Jiaji (L4)", "EX-B2-L4"),
        ("EX-B2 L4", "EX-B2-L4"),
        ("夹脊L4", "EX-B2-L4"),
        ("Yaotongdian", "EX-UE7"),
        ("腰痛點", "EX-UE7"),
        ("Yintang", "EX-HN3"),
        ("Danzhong", "CV17"),
        ("Renzhong", "GV26"),
        ("TF4", "AUR-TF4"),
        ("ear Shenmen", "AUR-TF4"),
        ("Shenmen", "HT7"),
        ("Yang guan (nothing)", None),
    ],
)
def test_a_point_is_found_by_any_usual_name(query, code):
    if code is None:
        with pytest.raises(DeqiError):
            find_point(query)
    else:
        assert find_point(query).code == code


@every_meridian
def test_every_point_is_found_by_code_and_by_its_chinese_name(meridian):
    for point in of(meridian):
        assert find_point(point.code) == point
        assert find_point(point.code.lower()) == point
        assert find_point(point.chinese) == point


@every_meridian
def test_every_pinyin_name_finds_its_point_or_names_all_that_share_it(meridian):
    for point in of(meridian):
        sharing = [p.code for p in points().values() if fold_name(p.pinyin) == fold_name(point.pinyin)]
        if sharing == [point.code]:
            assert find_point(point.pinyin) == point
            continue
        with pytest.raises(DeqiError, match="is shared by") as caught:
            find_point(point.pinyin)
        assert all(code in str(caught.value) for code in sharing)


@given(st.sampled_from(sorted(PREFIXES)), st.integers(1, 67), st.sampled_from(["", " ", "-", " 0", "00"]))
def test_every_prefix_leads_to_its_meridian(prefix, number, between):
    meridian = PREFIXES[prefix]
    if f"{meridian}{number}" in points():
        assert find_point(f"{prefix.lower()}{between}{number}").code == f"{meridian}{number}"
    else:
        with pytest.raises(UnknownNameError, match=f"runs from {meridian}1 to {meridian}"):
            find_point(f"{prefix}{between}{number}")


def test_other_names_lead_to_points_and_hide_none():
    own = {name for name in OTHER_NAMES if len(OTHER_NAMES[name]) == 1}
    for name in own:
        assert find_point(name).code == OTHER_NAMES[name][0]
    assert {code for codes in OTHER_NAMES.values() for code in codes} <= set(points())


@pytest.mark.parametrize(
    ("query", "codes"),
    [("Futu", ("LI18", "ST32")), ("zhong zhu", ("KI15", "TE3")), ("Sanli", ("LI10", "ST36"))],
)
def test_a_shared_name_is_an_error_that_names_the_candidates(query, codes):
    with pytest.raises(DeqiError, match=f"shared by {codes[0]} .*{codes[1]} .*write the code"):
        find_point(query)


@pytest.mark.parametrize(
    ("query", "advice"),
    [
        ("BL233", "did you mean .*BL23"),
        ("UB 90", "The Bladder meridian runs from BL1 to BL67"),
        ("LI0", "LI1 to LI20"),
        ("Shenshoo", "did you mean Shenshu"),
        ("Zusanly", "did you mean Zusanli"),
        ("EX-B22", "did you mean EX-B2"),
        ("S36", "did you mean ST36"),
        ("tianshu25", "did you mean Tianshu"),
        ("Jiaji3", "did you mean Jiaji"),
        ("xyzzy", "deqi points lists them all"),
        ("云云", "deqi points lists them all"),
    ],
)
def test_an_unknown_point_asks_what_was_meant(query, advice):
    with pytest.raises(UnknownNameError, match=advice) as caught:
        find_point(query)
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize("query", ["", "   "])
def test_no_name_is_an_error(query):
    with pytest.raises(DeqiError, match="no point was named"):
        find_point(query)


@given(st.text(max_size=12))
def test_any_text_gives_a_point_or_a_deqi_error(text):
    with contextlib.suppress(DeqiError):
        assert find_point(text).code in points()


def test_a_point_cannot_be_changed():
    with pytest.raises(dataclasses.FrozenInstanceError):
        points()["BL23"].code = "BL24"
    with pytest.raises(TypeError):
        points()["BL23"] = points()["BL24"]


def test_nerves_lead_to_points():
    for nerve in nerves().values():
        assert nerve.roots <= set(SEGMENTS)
        assert set(nerve.points) <= set(points())
