"""Figures of trials show the two kinds of spread apart, and whatever is missing as missing."""

import math
import re
import xml.etree.ElementTree as ET

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from deqi.errors import DeqiError, UnknownNameError
from deqi.measurement import load_instrument
from deqi.plotting import arms_over_time, flow_diagram, spread_figure
from deqi.plotting.flow import count
from deqi.plotting.style import to_inline_svg, to_svg
from deqi.plotting.trial import visits
from deqi.population import Components

WEEKS = ("0", "6", "26")


def at(mean, n=387):
    half = 1.5
    return {
        "mean": mean,
        "sd": 15.0,
        "n": n,
        "ci95": [mean - half, mean + half],
        "p10": mean - 20,
        "p90": mean + 19,
    }


NOBODY = {"mean": None, "sd": None, "n": 0, "ci95": None, "p10": None, "p90": None}
ALONE = {"mean": 50.0, "sd": None, "n": 1, "ci95": None, "p10": 50.0, "p90": 50.0}


def summary_of(arms, refused=None):
    """A summary of arms, each with what it scored by week."""
    return {
        "arms": {
            arm: {
                "n": 387,
                "outcomes": {"pain": rows},
                "change": {"pain": {week: row for week, row in rows.items() if week != "0"}},
                "missed_sessions": 0.62,
                "extra_sessions_share": 0.5,
                "co_treated_share": 0.25,
                "dropped_out_share": 0.02,
                "unblinded_share": None,
            }
            for arm, rows in arms.items()
        },
        "flow": {
            "looked_at": 1000 + 387 * len(arms),
            "refused": {"hfaq below 70": 900, "no chronic state": 100, "never": 0}
            if refused is None
            else refused,
            "randomised": 387 * len(arms),
            "arms": {
                arm: {
                    "randomised": 387,
                    "failed": 3,
                    "measured": dict.fromkeys(rows, 380),
                    "lost": {week: 4 for week in rows if week != "0"},
                }
                for arm, rows in arms.items()
            },
        },
    }


@pytest.fixture
def summary():
    return summary_of(
        {
            "verum": dict(zip(WEEKS, map(at, (67.0, 48.0, 40.0)), strict=True)),
            "sham": dict(zip(WEEKS, map(at, (67.5, 51.0, 44.0)), strict=True)),
        }
    )


PUBLISHED = {
    "verum": {"pain": {"6": {"mean": 48.6, "interval": [46.7, 50.5]}, "26": {"mean": 40.2, "interval": None}}}
}


def texts(svg):
    return [text.strip() for text in re.findall(r">([^<>]+)</text>", svg)]


def test_means_intervals_and_percentiles_are_where_they_belong(summary):
    ax = arms_over_time(summary, "pain").axes[0]
    points, _, bars = ax.containers[0].lines
    assert points.get_ydata().tolist() == [67.0, 48.0, 40.0]
    assert bars[0].get_segments()[1][:, 1].tolist() == [46.5, 49.5]
    band = next(c for c in ax.collections if c.get_alpha())
    assert band.get_segments()[1][:, 1].tolist() == [28.0, 67.0]
    # The two cannot be taken for one another: a band is pale and many times as wide as a bar.
    assert band.get_alpha() < 0.5
    assert band.get_linewidth()[0] > 3 * bars[0].get_linewidth()[0]


def test_the_legend_names_both_kinds_of_spread_and_published_only_if_there_is_some(summary):
    without, beside = (texts(to_svg(arms_over_time(summary, "pain", p))) for p in (None, PUBLISHED))
    assert "95 % interval of the mean (sampling)" in without
    assert "10th to 90th percentile of the patients' scores" in without
    assert not any("published" in text for text in without)
    assert any("published" in text for text in beside)


def test_published_means_are_open_marks_beside_the_models(summary):
    ax = arms_over_time(summary, "pain", PUBLISHED).axes[0]
    model, published = ax.containers[0].lines[0], ax.containers[1].lines[0]
    assert published.get_ydata().tolist() == [48.6, 40.2]
    assert published.get_color() == model.get_color()
    assert published.get_markerfacecolor() != model.get_markerfacecolor()
    # An interval that was not published has no length; one that was is drawn.
    segments = ax.containers[1].lines[2][0].get_segments()
    assert segments[0][:, 1].tolist() == pytest.approx([46.7, 50.5])
    assert segments[1][:, 1].tolist() == [40.2, 40.2]


@given(
    arms=st.integers(1, 5),
    weeks=st.lists(st.integers(0, 520), min_size=1, max_size=30, unique=True),
)
@settings(max_examples=25, deadline=None)
def test_arms_at_one_visit_stand_apart_and_never_reach_the_next(arms, weeks):
    rows = {str(week): at(50.0) for week in sorted(weeks)}
    ax = arms_over_time(summary_of({f"arm {k}": rows for k in range(arms)}), "pain").axes[0]
    drawn = [c.lines[0].get_xdata() for c in ax.containers]
    for week_places in zip(*drawn, strict=True):
        assert sorted(week_places) == list(week_places)
        assert len(set(week_places)) == arms
    last = [max(places) for places in zip(*drawn, strict=True)]
    first = [min(places) for places in zip(*drawn, strict=True)]
    assert all(a < b for a, b in zip(last, first[1:], strict=False))


def test_the_axis_is_the_scale_and_says_which_way_is_better(summary):
    figure = arms_over_time(summary, "pain", scale=load_instrument("cpgs_pain"))
    assert figure.axes[0].get_ylim() == (0, 100)
    assert figure.axes[0].get_ylabel() == "pain (0 to 100; lower is better)"


def test_a_change_is_drawn_about_nothing(summary):
    figure = arms_over_time(summary, "pain", change=True, scale=load_instrument("hfaq"))
    ax = figure.axes[0]
    assert [tick.get_text() for tick in ax.get_xticklabels()] == ["6", "26"]
    assert ax.get_ylabel() == "pain, change since week 0 (points; higher is better)"
    assert any(set(line.get_ydata()) == {0} for line in ax.lines)


def test_what_nobody_answered_is_left_out_and_one_patient_has_a_mean_alone():
    rows = {"0": ALONE, "6": at(40.0), "26": NOBODY}
    ax = arms_over_time(summary_of({"verum": rows, "sham": dict.fromkeys(WEEKS, NOBODY)}), "pain").axes[0]
    assert len(ax.containers) == 1
    points, _, bars = ax.containers[0].lines
    assert points.get_ydata().tolist() == [50.0, 40.0]
    assert bars[0].get_segments()[0][:, 1].tolist() == [50.0, 50.0]


def test_names_stand_at_the_end_only_of_arms_that_were_measured_to_it(summary):
    assert not arms_over_time(summary, "pain").axes[0].get_legend()
    summary["arms"]["sham"]["outcomes"]["pain"]["26"] = NOBODY
    legend = arms_over_time(summary, "pain").axes[0].get_legend()
    assert [text.get_text() for text in legend.get_texts()] == ["verum", "sham"]


def test_close_weeks_keep_one_tick_text():
    rows = {"0": at(60.0), "0.5": at(59.0), "13": at(50.0)}
    ax = arms_over_time(summary_of({"verum": rows}), "pain").axes[0]
    assert [tick.get_text() for tick in ax.get_xticklabels()] == ["0", "", "13"]


def test_a_long_name_of_an_arm_leaves_the_axes_some_room():
    rows = {"0": at(60.0), "6": at(50.0)}
    name = "needling as five schools of the north taught it"
    figure = arms_over_time(summary_of({name: rows}), "pain")
    assert figure.axes[0].get_position().width > 0.4
    assert any(text.endswith("…") for text in texts(to_svg(figure)))


def test_names_that_are_not_there_are_refused(summary):
    with pytest.raises(UnknownNameError, match="did you mean pain"):
        arms_over_time(summary, "pains")
    with pytest.raises(UnknownNameError, match="did you mean verum"):
        arms_over_time(summary, "pain", {"verom": PUBLISHED["verum"]})
    with pytest.raises(DeqiError, match="nobody was measured"):
        arms_over_time(summary_of({"verum": {"0": NOBODY}}), "pain")
    with pytest.raises(DeqiError, match="cannot be drawn"):
        arms_over_time(summary_of({str(k): {"0": at(50.0)} for k in range(6)}), "pain")


def test_visits_are_in_order_of_time():
    found = visits({"26": at(40.0), "6": at(50.0), "13": NOBODY})
    assert [visit.week for visit in found] == [6.0, 26.0]
    assert math.isnan(visits({"6": {"mean": 1.0, "interval": None}})[0].low)


def test_figures_are_the_same_each_time_and_follow_the_page(summary):
    first, again = (to_svg(arms_over_time(summary, "pain", PUBLISHED)) for _ in range(2))
    assert first == again
    assert "<image" not in first
    assert "var(--series-blue" in to_inline_svg(arms_over_time(summary, "pain"), "f1", "gist")


# ---------------------------------------------------------------------- flow


def test_every_count_of_the_flow_is_there(summary):
    found = texts(flow_diagram(summary))
    for said in (
        "people looked at: 1774",
        "refused: 1000",
        "hfaq below 70: 900",
        "no chronic state: 100",
        "randomised: 774",
        "allocated: 387",
        "missed sessions, mean: 0.62",
        "extra sessions: 192 (50 %)",
        "followed: 384",
        "could not be computed, left",
        "other treatment: 96 (25 %)",
        "unblinded: 0",
        "had left by week 6: 4",
        "analysed, week 26: 380",
    ):
        assert any(said in text for text in found), said
    assert not any("never" in text for text in found)


def test_the_flow_is_sound_svg_and_its_texts_are_escaped():
    svg = flow_diagram(summary_of({'needles & "co" <b>': {"0": at(60.0), "6": at(50.0)}}, {"a < b": 3}))
    assert ET.fromstring(svg).tag == "svg"
    assert "<b>" not in svg
    assert "var(--ink" in svg


@pytest.mark.parametrize("arms", [1, 2, 3, 6])
def test_boxes_of_the_flow_neither_touch_nor_leave_the_page(arms):
    rows = {str(week): at(60.0) for week in range(30)}
    tree = ET.fromstring(flow_diagram(summary_of({f"arm number {k}": rows for k in range(arms)})))
    _, _, width, height = map(float, tree.get("viewBox").split())
    boxes = [[float(r.get(k)) for k in ("x", "y", "width", "height")] for r in tree.findall("rect")]
    for k, (x, y, w, h) in enumerate(boxes):
        assert min(x, y) >= 0
        assert x + w <= width
        assert y + h <= height
        for a, b, c, d in boxes[k + 1 :]:
            assert x + w <= a or a + c <= x or y + h <= b or b + d <= y
    # Type is told in pixels of the diagram's own width, below which the page lets it scroll.
    assert float(tree.get("font-size")) >= 11
    assert tree.get("style") == f"min-width:{width:g}px"


def test_a_line_of_the_flow_fits_its_box():
    name = "an arm whose name is far too long to stand on one line of its box"
    rows = {"0": at(1.0)}
    tree = ET.fromstring(flow_diagram(summary_of({name: rows, "b": rows, "c": rows})))
    column = max(float(r.get("width")) for r in tree.findall("rect") if float(r.get("width")) < 300)
    lines = [t.text for t in tree.findall("text") if "transform" not in t.attrib]
    assert name not in lines
    assert all(7.0 * len(line) <= column for line in lines if line.startswith(("an arm", "stand on")))


def test_who_was_refused_for_no_reason_that_was_kept_is_counted(summary):
    summary["flow"]["refused"] = {"hfaq below 70": 900}
    found = texts(flow_diagram(summary))
    assert "refused: 1000" in found
    assert "reason not kept: 100" in found


def test_nobody_has_no_mean_of_missed_sessions(summary):
    summary["arms"]["sham"]["missed_sessions"] = None
    assert "missed sessions, mean: —" in texts(flow_diagram(summary))


def test_of_many_visits_the_flow_tells_six_with_the_first_and_the_last():
    rows = {str(week): at(60.0) for week in range(27)}
    found = texts(flow_diagram(summary_of({"verum": rows})))
    left = [text for text in found if text.startswith("had left by week")]
    assert len(left) == 6
    assert left[0] == "had left by week 1: 4"
    assert left[-1] == "had left by week 26: 4"


@given(st.integers(0, 10**9))
def test_counts_keep_their_digits(number):
    assert re.sub(r"\D", "", count(number)) == str(number)


# -------------------------------------------------------------------- spread


SPREAD = Components("cpgs_pain", 387, 215.0, 46.0, 12.0, 20.0, -70.0, 223.0)


def test_bars_are_the_components_and_parameters_have_none():
    figure = spread_figure(SPREAD)
    ax = figure.axes[0]
    assert [bar.get_width() for bar in ax.patches] == [215.0, 46.0, 12.0, 20.0, -70.0]
    names = [tick.get_text() for tick in ax.get_yticklabels()]
    assert names[0] == "between patients"
    assert names[-1] == "about parameters"
    assert len(names) == len(ax.patches) + 1
    assert "not included in this run" in texts(to_svg(figure))


@given(
    parts=st.lists(st.floats(0, 1e4, allow_subnormal=False), min_size=4, max_size=4),
    together=st.floats(-1e4, 1e4, allow_subnormal=False),
)
@settings(max_examples=25, deadline=None)
def test_any_spread_can_be_drawn(parts, together):
    figure = spread_figure(Components("vas_pain", 9, *parts, together=together, total=sum(parts) + together))
    low, high = figure.axes[0].get_xlim()
    assert low <= min(0.0, together)
    assert high >= max(parts)


def test_a_spread_of_nothing_says_so():
    nothing = Components("vas_pain", 2, *[0.0] * 6)
    assert any("no spread" in text for text in texts(to_svg(spread_figure(nothing))))
