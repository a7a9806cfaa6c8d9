"""A forest plot shows every figure where it belongs, and stays within a telephone."""

import math
import re
import xml.etree.ElementTree as ET

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from deqi.errors import DeqiError, UnknownNameError
from deqi.plotting.forest import SHAPES, Axis, Band, Line, Mark, forest

AXIS = Axis((-10.0, -5.0, 0.0, 5.0), "points")
VALUES = st.floats(-1e4, 1e4, allow_subnormal=False)


def drawn(*marks, band=None, axis=AXIS, name="a − b"):
    return ET.fromstring(forest([Line(name, marks, band)], axis, [], "said"))


def test_a_mark_stands_at_its_value_and_its_interval_ends_where_it_ends():
    root = drawn(Mark(-2.5, (-5.0, 0.0)))
    (disc,) = root.iter("circle")
    # 312 pixels hold 15 points from -10 on, 10 pixels from the edge.
    assert float(disc.get("cx")) == pytest.approx(10 + 7.5 / 15 * 312, abs=0.1)
    (line,) = [node for node in root.iter("path") if node.get("stroke-width") == "1.8"]
    ends = [float(x) for x, _ in re.findall(r"[ML](-?[\d.]+) (-?[\d.]+)", line.get("d"))]
    assert ends == pytest.approx([10 + 5 / 15 * 312, 10 + 10 / 15 * 312], abs=0.1)


@pytest.mark.parametrize(("value", "edge"), [(9.0, 331.0), (-11.0, 1.0)])
def test_what_is_beyond_the_axis_is_an_arrow_at_its_edge(value, edge):
    root = drawn(Mark(value))
    assert not list(root.iter("circle"))
    (arrow,) = [node for node in root.iter("path") if "v10z" in node.get("d")]
    assert float(re.match(r"M([\d.]+)", arrow.get("d"))[1]) == edge


def test_what_is_not_known_is_told_in_words():
    texts = ["".join(node.itertext()) for node in drawn(Mark(None), band=Band(-5, 0)).iter("text")]
    assert "not computed" in texts
    assert not list(drawn(Mark(None)).iter("circle"))


def test_shapes_all_differ():
    seen = {
        re.sub(r"[\d.]+", "0", forest([Line("a", [Mark(0.0, None, shape)])], AXIS, [], "x"))
        for shape in SHAPES
    }
    assert len(seen) == len(SHAPES)
    with pytest.raises(UnknownNameError, match="did you mean disc"):
        Mark(0.0, None, "disk")


def test_names_are_escaped_and_shortened():
    root = drawn(Mark(0.0), name="<b> & " + "long " * 30)
    (name,) = [text for text in ("".join(node.itertext()) for node in root.iter("text")) if "<b>" in text]
    assert name.startswith("<b> &")
    assert name.endswith("…")
    assert len(name) <= 46


def test_an_axis_without_extent_is_refused():
    for ticks in ((), (1.0,), (1.0, 1.0), (2.0, 1.0)):
        with pytest.raises(DeqiError, match="no extent"):
            forest([], Axis(ticks, "points"), [], "x")


@given(st.lists(VALUES, max_size=8))
@settings(max_examples=60)
def test_an_axis_holds_zero_and_everything_given(values):
    axis = Axis.about(values, "points")
    assert list(axis.ticks) == sorted(set(axis.ticks))
    assert axis.ticks[0] <= min(0.0, *values, 0.0) + 1e-6
    assert axis.ticks[-1] >= max(0.0, *values, 0.0) - 1e-6
    assert len(axis.ticks) <= 9
    assert 0.0 in axis.ticks


@given(value=VALUES, low=VALUES, high=VALUES)
@settings(max_examples=40)
def test_everything_stays_on_the_paper(value, low, high):
    ends = min(low, high), max(low, high)
    root = drawn(Mark(value, ends), Mark(value), band=Band(*ends, value))
    _, _, width, height = map(float, root.get("viewBox").split())
    for node in root.iter():
        for x, y in re.findall(r"[ML](-?[\d.]+) (-?[\d.]+)", node.get("d") or ""):
            assert 0 <= float(x) <= width
            assert 0 <= float(y) <= height
            assert math.isfinite(float(x))
