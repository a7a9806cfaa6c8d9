"""What may be varied, and the regimens that come of it."""

import math
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from deqi.errors import DeqiError, ProtocolError, TrialError, UnknownNameError
from deqi.protocols import Rescue, load_protocol
from deqi.trials.dose.filling import filled, points, scaled
from deqi.trials.dose.regimens import _shared, assumed, fixed_dose, grid, regimen
from deqi.trials.dose.variables import check_together, frequencies, vary

GERAC = fixed_dose(load_protocol("gerac-verum"))[0]


@pytest.mark.parametrize(
    ("typed", "values"),
    [
        ("sessions=4..8", (4, 5, 6, 7, 8)),
        ("sessions=1..41:5", (1, 11, 21, 31, 41)),
        ("needles=3,1,3", (1, 3)),
        ("frequency_hz=2..200:3", (2, 20, 200)),
        ("minutes=10..40:2", (10, 40)),
        ("technique=manual,2hz,2/100hz", ("manual", "2hz", "2/100hz")),
    ],
)
def test_values(typed, values):
    assert vary(typed).values == values


@pytest.mark.parametrize(
    ("typed", "error", "says"),
    [
        ("session=4..8", UnknownNameError, "did you mean sessions"),
        ("technique=manuel", UnknownNameError, "did you mean manual"),
        ("technique=2/3/4hz", UnknownNameError, "unknown technique"),
        ("sessions", TrialError, "write --vary sessions=4..16"),
        ("sessions=8..4", TrialError, "does not rise; write 4..8"),
        ("sessions=4.5", TrialError, "no whole number"),
        ("sessions=four", TrialError, "'four' is no number"),
        ("sessions=nan", TrialError, "is outside"),
        ("sessions=4..8:1", TrialError, "are none for a range"),
        ("minutes=0..40", TrialError, "0 is outside 0.5 to 240 min"),
        ("depth_mm=2..", TrialError, "is no range"),
    ],
)
def test_mistakes_in_what_is_typed(typed, error, says):
    with pytest.raises(error) as found:
        vary(typed)
    assert says in str(found.value)


def test_variables_that_do_not_go_together():
    with pytest.raises(TrialError, match="varied twice"):
        check_together([vary("sessions=1,2"), vary("sessions=4")])
    with pytest.raises(TrialError, match="technique says the frequency"):
        check_together([vary("technique=2hz"), vary("frequency_hz=2,10")])


@given(st.floats(0, 1, exclude_max=True))
def test_a_share_of_a_range_lies_in_it(share):
    for typed in ("sessions=4..16", "minutes=10..40", "frequency_hz=2..100"):
        one = vary(typed)
        assert one.span[0] <= one.at(share) <= one.span[1]
        assert 0 <= one.place(one.at(share)) <= 1


@given(st.lists(st.integers(1, 12), min_size=1, max_size=5), st.integers(1, 40))
def test_needles_are_shared_and_none_is_lost(counts, total):
    if total < len(counts):
        with pytest.raises(ProtocolError):
            _shared(counts, total)
        return
    found = _shared(counts, total)
    assert sum(found) == total
    assert min(found) >= 1
    if total == sum(counts):
        assert found == counts


def test_what_is_not_named_stays_and_what_is_named_changes():
    made = regimen(
        GERAC, {"sessions": 3.0, "per_week": 1.0, "minutes": 15.0, "depth_mm": 5.0, "needles": 8.0}
    )
    (session,) = made.protocol.sessions
    assert session.days == (0.0, 7.0, 14.0)
    assert session.minutes == 15
    assert [(n.needles, n.depth_mm, n.vigour) for n in session.needlings] == [(5, 5.0, 0.45), (3, 5.0, 0.45)]
    assert made.costs == {"visits": 3.0, "minutes": 45.0, "needles": 24.0, "needle_minutes": 360.0}
    assert made.cost("visits") == (3.0, 45.0, 24.0)
    assert made.cost("needle-minutes") == (360.0, 3.0)
    assert made.end_week == 3
    assert regimen(GERAC, {}).protocol == GERAC


def test_the_rate_of_visits_is_kept_when_their_number_changes():
    assert regimen(GERAC, {"sessions": 4.0}).days == (0.0, 3.5, 7.0, 10.5)
    once = fixed_dose(load_protocol("low-back-manual-visit"))[0]
    with pytest.raises(ProtocolError, match="add --vary per_week"):
        regimen(once, {"sessions": 4.0})
    assert len(regimen(once, {"sessions": 4.0, "per_week": 2.0}).days) == 4


def test_techniques():
    current = regimen(GERAC, {"technique": "2/100hz"}).protocol.sessions[0].needlings[0]
    assert (current.technique, current.frequencies, current.current_ma) == ("electrical", (2.0, 100.0), 2.5)
    electric = fixed_dose(load_protocol("electroacupuncture-2hz"))[0]
    moved = regimen(electric, {"technique": "manual"}).protocol.sessions[0].needlings[0]
    assert (moved.technique, moved.vigour, moved.current_ma) == ("manual", 0.45, None)
    faster = regimen(electric, {"frequency_hz": 100.0}).protocol.sessions[0].needlings[0]
    assert faster.frequencies == (100.0,)
    with pytest.raises(
        ProtocolError, match="gerac-verum with frequency_hz 100: manual needles carry no current"
    ):
        regimen(GERAC, {"frequency_hz": 100.0})
    with pytest.raises(ProtocolError, match="a touch has no depth"):
        regimen(GERAC, {"technique": "touch"})
    assert frequencies("10hz") == (10.0,)
    assert len(assumed(GERAC, [vary("technique=2hz")])) == 1
    assert len(assumed(electric, [vary("technique=manual"), vary("sessions=2")])) == 2


def test_depth_beyond_the_literature_is_warned_of():
    electric = fixed_dose(load_protocol("electroacupuncture-2hz"))[0]
    assert any("deeper" in w for w in regimen(electric, {"depth_mm": 120.0}).protocol.warnings)


def test_what_is_no_dose_is_refused():
    with pytest.raises(ProtocolError, match="no sessions"):
        fixed_dose(load_protocol("none"))
    rescued = load_protocol("gerac-verum")
    with pytest.raises(ProtocolError, match="rescue"):
        fixed_dose(replace(rescued, rules=(Rescue((7.0,), 60.0, "ibuprofen", 1200.0, 7.0),)))
    with pytest.raises(TrialError, match="are too many"):
        grid(GERAC, [vary("minutes=10..40:40"), vary("depth_mm=2..30:40")])


def test_a_grid_has_every_combination_once():
    made = grid(GERAC, [vary("sessions=2,4"), vary("per_week=1,2,3")])
    assert len({tuple(one.settings.items()) for one in made}) == len(made) == 6
    assert made[1].label == "sessions 2, per_week 2"


def test_points_fill_the_space_evenly():
    some = [vary("sessions=1..64"), vary("minutes=10..42"), vary("technique=manual,2hz")]
    found = points(some, 64, 3)
    assert found == points(some, 64, 3)
    assert found != points(some, 64, 4)
    for low in range(0, 64, 16):
        # Every sixteenth has as many points as the next.
        assert sum(low < one["sessions"] <= low + 16 for one in found) == 16
    table = scaled(some, found)
    assert table.shape == (64, 4)
    assert (table.min(), table.max()) >= (0, 0)
    assert table.max() <= 1
    assert math.isclose(table[:, 2:].sum(), 64)


def test_too_few_points():
    with pytest.raises(DeqiError, match="give 12 to"):
        filled(GERAC, [vary("sessions=1..9"), vary("minutes=10..42"), vary("needles=2..9")], 4, 1)
