"""Segmental share, local needles, sites, depth warnings."""

from __future__ import annotations

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from deqi.atlas import (
    PAINFUL_AREAS,
    SPINAL_SEGMENTS,
    Site,
    depth_warning,
    find_point,
    find_site,
    needle_is_local,
    points,
    regions,
    segmental_share,
)
from deqi.errors import DeqiError, UnknownNameError

HALF = 8.0

a_point = st.sampled_from(list(points().values()))
a_depth = st.floats(0, 80)
some_pain = st.frozensets(st.sampled_from(SPINAL_SEGMENTS))
a_side = st.sampled_from(["left", "right", "both", "midline"])
a_share = st.floats(0, 1)


@given(a_point, a_depth, some_pain, a_side, a_side, a_share)
def test_a_share_lies_between_nothing_and_all(point, depth, pain, side, pain_side, contralateral):
    share = segmental_share(
        point,
        depth,
        pain,
        half_depth_mm=HALF,
        side=side,
        pain_side=pain_side,
        contralateral=contralateral,
    )
    assert 0 <= share <= 1 + 1e-12


@given(a_point, a_depth, some_pain, some_pain, a_side, a_share)
def test_more_painful_segments_never_lower_the_share(point, depth, pain, more, side, contralateral):
    def share(segments):
        return segmental_share(
            point,
            depth,
            segments,
            half_depth_mm=HALF,
            side=side,
            pain_side="left",
            contralateral=contralateral,
        )

    assert share(pain | more) >= share(pain) - 1e-12


@given(a_point, a_depth)
def test_pain_everywhere_takes_all_and_pain_nowhere_nothing(point, depth):
    everywhere = point.skin_segments | point.muscle_segments
    assert segmental_share(point, depth, everywhere, half_depth_mm=HALF, contralateral=0.5) == pytest.approx(
        1
    )
    assert segmental_share(point, depth, (), half_depth_mm=HALF, contralateral=0.5) == 0


def test_the_share_is_the_weighted_overlap():
    point = find_point("LI4")  # skin C6-C7, muscle C8-T1
    # At the half depth, skin and muscle count alike: half of the skin, none of the muscle.
    assert segmental_share(point, 8, {"C6"}, half_depth_mm=8, contralateral=0) == pytest.approx(0.25)
    # At three times the half depth, three quarters are muscle.
    assert segmental_share(point, 24, {"T1"}, half_depth_mm=8, contralateral=0) == pytest.approx(0.375)
    # A touch reaches skin alone.
    assert segmental_share(point, 0, {"C8", "T1"}, half_depth_mm=8, contralateral=0) == 0


def test_a_point_without_muscle_counts_as_skin_at_any_depth():
    point = find_point("HT9")
    assert not point.muscle_segments
    assert segmental_share(point, 2, point.skin_segments, half_depth_mm=8, contralateral=0) == pytest.approx(
        1
    )


def test_a_site_without_segments_reaches_none():
    site = Site("somewhere", frozenset(), frozenset(), "arm")
    assert segmental_share(site, 10, {"C6"}, half_depth_mm=8, contralateral=1) == 0


@pytest.mark.parametrize(
    ("side", "pain_side", "expected"),
    [
        ("left", "left", 1.0),
        ("left", "right", 0.2),
        ("left", "both", 1.0),
        ("both", "both", 1.0),
        ("both", "left", 0.6),
        ("midline", "left", 0.6),
        ("midline", "midline", 1.0),
    ],
)
def test_the_other_side_counts_for_less(side, pain_side, expected):
    share = segmental_share(
        find_point("BL25"),
        20,
        {"L3", "L4", "L5"},
        half_depth_mm=8,
        side=side,
        pain_side=pain_side,
        contralateral=0.2,
    )
    assert share == pytest.approx(expected)


@pytest.mark.parametrize("depth", [-1, math.nan, math.inf])
def test_an_impossible_depth_is_an_error(depth):
    with pytest.raises(DeqiError, match="needle cannot be"):
        segmental_share(find_point("BL23"), depth, {"L2"}, half_depth_mm=8, contralateral=0)
    with pytest.raises(DeqiError, match="needle cannot be"):
        depth_warning(find_point("BL23"), depth)


@pytest.mark.parametrize("half", [0, -1, math.nan])
def test_an_impossible_half_depth_is_an_error(half):
    with pytest.raises(DeqiError, match="half depth"):
        segmental_share(find_point("BL23"), 5, {"L2"}, half_depth_mm=half, contralateral=0)


@pytest.mark.parametrize("worth", [-0.1, 1.1, math.nan])
def test_an_impossible_worth_of_the_other_side_is_an_error(worth):
    with pytest.raises(DeqiError, match="other side"):
        segmental_share(find_point("BL23"), 5, {"L2"}, half_depth_mm=8, contralateral=worth)


def test_an_unknown_segment_of_pain_is_an_error():
    with pytest.raises(DeqiError, match="'L9' is not a segment"):
        segmental_share(find_point("BL23"), 5, {"L9"}, half_depth_mm=8, contralateral=0)


def test_the_art_trials_local_points_are_local():
    local = [f"BL{i}" for i in (*range(20, 35), *range(50, 53))]
    local += ["GV3", "GV4", "GV5", "GV6", "EX-B8", *(f"EX-B2-L{i}" for i in range(1, 6))]
    assert all(needle_is_local(points()[code], ["low back"]) for code in local)
    assert all(needle_is_local(points()[code], ["buttock"]) for code in ("BL53", "BL54", "GB30"))


@pytest.mark.parametrize("code", ["BL13", "BL19", "GV9", "LI4", "BL40", "KI3", "SP12", "ST25", "GV20"])
def test_far_points_are_not_local_to_the_low_back(code):
    assert not needle_is_local(points()[code], ["low back", "buttock"])


def test_the_back_is_low_or_upper_and_never_both():
    for point in points().values():
        low, upper = (needle_is_local(point, [area]) for area in ("low back", "upper back"))
        assert (low or upper) == (point.region == "back")
        assert not (low and upper)


def test_every_region_is_local_to_itself():
    for region in regions():
        assert all(needle_is_local(p, [region]) == (p.region == region) for p in points().values())


def test_an_unknown_region_is_an_error_even_beside_a_known_one():
    with pytest.raises(UnknownNameError, match="did you mean buttock"):
        needle_is_local(find_point("BL23"), ["low back", "butock"])


def test_nothing_hurts_nothing_is_local():
    assert not needle_is_local(find_point("BL23"), [])


def test_areas_are_not_regions():
    assert not set(PAINFUL_AREAS) & set(regions())


def test_a_point_is_a_site():
    site = find_site("ub 23")
    assert (site.near, site.off_point, site.name) == (find_point("BL23"), False, "BL23")


@pytest.mark.parametrize("text", ["off:BL18", "off: UB18", "near Ganshu", "OFF:bl18"])
def test_a_site_beside_a_point_has_its_segments(text):
    site, point = find_site(text), find_point("BL18")
    assert site.off_point
    assert site.near == point
    assert (site.skin_segments, site.muscle_segments) == (point.skin_segments, point.muscle_segments)
    assert site.region == point.region
    assert site.name == "off:BL18"


@given(a_point, st.sampled_from(["", " (1 cm lateral)", " (2 cm above, (both sides))"]))
def test_a_sites_name_is_read_back(point, words):
    site = find_site(f"off:{point.code}{words}")
    assert find_site(site.name) == site
    assert site.name == f"off:{point.code}{words}"
    assert find_site(find_site(point.code).name) == find_site(point.code)


@pytest.mark.parametrize("text", ["off:BL233", "near nowhere at all", "off:"])
def test_a_site_beside_nothing_is_an_error(text):
    with pytest.raises(DeqiError):
        find_site(text)


def test_a_site_must_lie_in_a_known_region_and_segment():
    with pytest.raises(UnknownNameError, match="unknown region 'bak'"):
        Site("back", frozenset({"T9"}), frozenset(), "bak")
    with pytest.raises(DeqiError, match="'T99' is not a segment"):
        Site("back", frozenset({"T99"}), frozenset(), "back")
    with pytest.raises(DeqiError, match="names none"):
        Site("back", frozenset({"T9"}), frozenset(), "back", off_point=False)


def test_a_site_far_from_points_is_judged_by_region_and_segments():
    low = Site("lateral back, off the channels", frozenset({"L2"}), frozenset({"L2"}), "back")
    assert needle_is_local(low, ["low back"])
    assert not needle_is_local(low, ["upper back", "buttock"])
    assert needle_is_local(Site("outer buttock", frozenset({"L1"}), frozenset(), "hip"), ["buttock"])
    assert depth_warning(low, 50) is None
    assert low.name == "lateral back, off the channels"


def test_a_needle_warns_beyond_the_literature_and_not_within():
    with_depth = [p for p in points().values() if p.depth_mm is not None]
    assert len(with_depth) == 400
    for point in with_depth:
        deepest = point.depth_mm[1]
        assert depth_warning(point, deepest) is None
        warning = depth_warning(point, deepest + 1)
        assert warning is not None
        assert warning.startswith(f"{point.code}: ")
        assert warning.endswith("(ranges are literature ranges, not instructions)")
        assert all(hazard in warning for hazard in point.hazards)


def test_a_point_without_a_depth_in_the_literature_says_so():
    assert "no depth from the literature" in depth_warning(find_point("ST17"), 5)
    assert depth_warning(find_point("ST17"), 0) is None


def test_a_site_beside_a_point_has_its_depth():
    assert "BL13: 30 mm is deeper than the 12-20 mm" in depth_warning(find_site("off:BL13"), 30)
