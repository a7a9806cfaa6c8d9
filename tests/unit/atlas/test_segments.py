"""Segments: order, parsing, formatting."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from deqi.atlas import SEGMENTS, SPINAL_SEGMENTS, format_segments, parse_segments, sort_segments
from deqi.errors import DeqiError

some_segments = st.frozensets(st.sampled_from(SEGMENTS), min_size=1)


def test_the_cord_has_thirty_one_segments():
    assert len(SPINAL_SEGMENTS) == 8 + 12 + 5 + 5 + 1
    assert len(set(SEGMENTS)) == len(SEGMENTS)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("T12-L2", {"T12", "L1", "L2"}),
        ("C4", {"C4"}),
        ("L5-S2", {"L5", "S1", "S2"}),
        ("l5 – s2", {"L5", "S1", "S2"}),
        ("Th12", {"T12"}),
        ("S5-Co", {"S5", "Co"}),
        ("co", {"Co"}),
        ("CN VII", {"CN VII"}),
        ("cn vii;CNXI, C2-C3", {"CN VII", "CN XI", "C2", "C3"}),
        ("V1", {"V1"}),
        ("CN V3", {"V3"}),
        ("CN V", {"V1", "V2", "V3"}),
        ("V2-V3", {"V2", "V3"}),
        ("L4-L4", {"L4"}),
        ("C8-T1", {"C8", "T1"}),
    ],
)
def test_text_is_read(text, expected):
    assert parse_segments(text) == expected


@pytest.mark.parametrize(
    "text", ["", "  ", "L6", "L0", "T13", "C9", "banana", "L4-", "L4-5", "L1-L2-L3", "L4;;L5", "CN XX", "V4"]
)
def test_bad_text_is_an_error_that_says_how_to_write_it(text):
    with pytest.raises(DeqiError, match=r"not a segment.*write T12-L2"):
        parse_segments(text)


def test_a_backward_range_is_an_error_with_the_right_order():
    with pytest.raises(DeqiError, match="runs backwards; write T12-L2"):
        parse_segments("L2-T12")


@pytest.mark.parametrize("text", ["V1-C2", "CN VII-CN XI", "V3-CN VII"])
def test_a_range_across_nerves_is_refused(text):
    with pytest.raises(DeqiError, match="not neighbours; write"):
        parse_segments(text)


def test_the_place_of_bad_text_is_told():
    with pytest.raises(DeqiError, match=r"^patient\.toml: "):
        parse_segments("L9", where="patient.toml")


@given(some_segments)
def test_what_is_written_is_read_back(segments):
    assert parse_segments(format_segments(segments)) == segments


@given(some_segments)
def test_sorting_keeps_all_and_orders_them(segments):
    ordered = sort_segments(segments)
    assert set(ordered) == segments
    assert [SEGMENTS.index(s) for s in ordered] == sorted(SEGMENTS.index(s) for s in segments)


@given(st.integers(0, len(SPINAL_SEGMENTS) - 1), st.integers(0, len(SPINAL_SEGMENTS) - 1))
def test_a_range_has_as_many_segments_as_steps(a, b):
    first, last = sorted((a, b))
    found = parse_segments(f"{SPINAL_SEGMENTS[first]}-{SPINAL_SEGMENTS[last]}")
    assert len(found) == last - first + 1


def test_unknown_names_are_not_sorted():
    with pytest.raises(DeqiError, match="'L9' is not a segment"):
        sort_segments(["L4", "L9"])


def test_no_segments_are_the_empty_text():
    assert format_segments(frozenset()) == ""
