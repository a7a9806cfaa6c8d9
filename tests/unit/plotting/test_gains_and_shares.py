"""The curve of gains is the share that reached each; bars of shares add up to the change."""

from types import SimpleNamespace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from deqi.errors import DeqiError
from deqi.plotting import responder_curve_figure, shares_figure
from deqi.plotting.gains import _steps
from deqi.plotting.shares import PARTS
from deqi.trials.analyses import responder_curve

GAINS = st.lists(st.integers(-150, 150).map(lambda percent: percent / 100), min_size=1, max_size=12)


@given(GAINS, st.lists(st.floats(-49.9, 99.9), min_size=1, max_size=20))
@settings(max_examples=60)
def test_the_curve_stands_at_the_share_that_gained_so_much_or_more(gains, places):
    curve = responder_curve(np.array(gains))
    x, shares = _steps(curve)
    assert x[0] == -50
    assert x[-1] == 100
    assert (np.diff(shares) <= 0).all()
    for place in places:
        if np.abs(100 * np.array(gains) - place).min() < 1e-6:
            continue
        # Between two of its places a curve is drawn at the height of the right one.
        assert shares[np.searchsorted(x, place)] == pytest.approx(np.mean(100 * np.array(gains) >= place))


def test_every_arm_has_its_line_and_its_number():
    curves = {name: responder_curve(np.array([0.1, 0.4, np.nan])) for name in ("verum", "sham")}
    ax = responder_curve_figure(curves, "pain", 26).axes[0]
    assert [text.get_text() for text in ax.get_legend().get_texts()] == ["verum (n = 3)", "sham (n = 3)"]
    # Each line is told by colour and by dash.
    assert len({(line.get_color(), line.get_linestyle()) for line in ax.lines[:2]}) == 2
    assert "week 26" in ax.get_xlabel()


def test_nobody_measured_and_too_many_arms_are_refused():
    empty = SimpleNamespace(gains=(), shares=(), n=3)
    with pytest.raises(DeqiError, match="nobody was measured"):
        responder_curve_figure({"a": empty}, "pain", 6)
    with pytest.raises(DeqiError, match="cannot be drawn"):
        responder_curve_figure({str(k): empty for k in range(6)}, "pain", 6)


def at(mean):
    return {"mean": mean, "error": 0.5, "n": 9}


def told(parts, differences=()):
    whole = {**parts, "total": sum(parts.values())}
    return {
        "endpoint": "pain",
        "arms": {"verum": {name: {"6": at(mean)} for name, mean in whole.items()}},
        "differences": list(differences),
    }


@given(st.lists(st.floats(-30, 30, allow_subnormal=False), min_size=4, max_size=4))
@settings(max_examples=10)
def test_bars_of_either_sign_reach_from_zero_and_add_up(means):
    parts = dict(zip(PARTS, means, strict=True))
    ax = shares_figure(told(parts)).axes[0]
    assert [bar.get_width() for bar in ax.patches] == pytest.approx(means)
    ends = [(bar.get_x(), bar.get_x() + bar.get_width()) for bar in ax.patches]
    reach = max(max(pair) for pair in ends) + min(min(pair) for pair in ends)
    assert reach == pytest.approx(sum(parts.values()), abs=1e-9)


def test_differences_stand_beside_on_their_own_scale():
    rows = [
        {"arms": ["verum", "sham"], "part": part, "week": 6.0, **at(mean)}
        for part, mean in (("total", -3.0), ("needles", -2.0), ("context", -1.0))
    ]
    figure = shares_figure(told({"needles": -8.0, "context": -6.0}, rows))
    left, right = figure.axes
    assert [bar.get_width() for bar in right.patches] == [-2.0, -1.0]
    assert right.get_xlim() != left.get_xlim()
    assert "own scale" in right.get_xlabel()
    assert [tick.get_text() for tick in right.get_yticklabels()] == ["− sham, wk 6"]


def test_what_nobody_could_be_followed_in_is_left_out():
    nothing = {"mean": None, "error": None, "n": 0}
    parts = {"total": {"6": nothing}, "needles": {"6": nothing}}
    figure = shares_figure({"endpoint": "pain", "arms": {"verum": parts}, "differences": []})
    assert not figure.axes[0].patches


def test_no_week_is_refused():
    with pytest.raises(DeqiError, match="no week"):
        shares_figure({"endpoint": "pain", "arms": {"verum": {"total": {}}}, "differences": []})
