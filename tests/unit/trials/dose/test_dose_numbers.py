"""Responses, the smallest regimen, the surface: out of made-up scores whose answer is known."""

from types import SimpleNamespace

import numpy as np
import pytest

from deqi.errors import TrialError
from deqi.parameters import Ensemble, base_values
from deqi.protocols import VisitLimit, load_protocol
from deqi.trials.dose.filling import filled
from deqi.trials.dose.following import Followed
from deqi.trials.dose.longer import carried_on, payer, visits_of_one_who_improves, year_plans
from deqi.trials.dose.regimens import fixed_dose, grid
from deqi.trials.dose.response import error_of, improved, ratio_of, response
from deqi.trials.dose.smallest import smallest_near_best
from deqi.trials.dose.surface import Surface
from deqi.trials.dose.variables import vary

PATH = "mind.expectation.forgetting"
BASE = fixed_dose(load_protocol("gerac-verum"))[0]


def ensemble(weights):
    values = base_values()[PATH].value * np.ones((len(weights), 1))
    return Ensemble("some", (PATH,), values, np.asarray(weights))


def followed(scores, weeks, weights, visits=None, covariates=None):
    some = ensemble(weights)
    members = SimpleNamespace(
        some=some, rows=tuple(range(len(weights))), mets=dict.fromkeys(range(len(weights)))
    )
    return Followed(members, weeks, scores, visits or {}, covariates or {}, None)


def test_a_response_keeps_the_kinds_of_spread_apart():
    before = np.full((2, 3), 60.0)
    none = np.stack([before, [[50.0, 60, 70], [50, 60, 70]]], axis=-1)
    plan = np.stack([before, [[40.0, 40, 40], [46, 56, 66]]], axis=-1)
    found = response(followed({"a": none, "b": plan}, (0.0, 8.0), [0.75, 0.25]), "b", "a", 8.0, "vas_pain")
    assert found.by_member.tolist() == [20.0, 4.0]
    assert found.benefit.mean == pytest.approx(16.0)
    assert (found.benefit.low, found.benefit.high) == (4.0, 20.0)
    # Patients' own means over members are 8.5, 16 and 23.5.
    assert found.error == pytest.approx(7.5 / np.sqrt(3))
    assert found.spread.sd == pytest.approx(0.75 * 10)
    assert found.improved.mean == pytest.approx(0.75)
    assert found.more_improved.mean == pytest.approx(0.75)


def test_whoever_could_not_be_followed_is_in_no_mean():
    scores = np.full((2, 3, 2), 50.0)
    other = scores.copy()
    other[:, :, 1] = 40.0
    other[0, 0] = np.nan
    other[1] = np.nan
    found = response(followed({"a": scores, "b": other}, (0.0, 8.0), [0.5, 0.5]), "b", "a", 8.0, "vas_pain")
    assert found.by_member[0] == 10
    assert np.isnan(found.by_member[1])
    assert found.benefit.mean == 10


def test_up_is_better_where_the_instrument_says_so():
    low, high = np.full((1, 2, 2), 40.0), np.full((1, 2, 2), 40.0)
    high[:, :, 1] = 60.0
    found = response(followed({"a": low, "b": high}, (0.0, 8.0), [1.0]), "b", "a", 8.0, "hfaq")
    assert found.benefit.mean == 20
    assert found.improved.mean == 1
    assert improved(np.array([40.0]), np.array([52.0]), 1).tolist() == [1.0]


def test_a_ratio_and_its_error():
    some = ensemble([0.5, 0.5])
    over = np.array([[4.0, 4, 4, 4], [8, 8, 8, 8]])
    ratio, error = ratio_of(some, over, 2 * over)
    assert (ratio.mean, ratio.low, ratio.high) == (0.5, 0.5, 0.5)
    assert error == pytest.approx(0.0)
    assert ratio_of(some, over, -over)[0].mean is None
    # A ratio of what goes together is surer than what it is made of.
    draw = np.random.default_rng(1).normal(10, 5, (2, 200))
    assert ratio_of(some, 0.8 * draw, draw)[1] < 0.01 < error_of(some, draw)


def test_the_smallest_near_the_best():
    regimens = grid(BASE, [vary("sessions=2,4,8,16")])
    some = ensemble([0.5, 0.3, 0.2])
    rows = np.array([[2.0, 2, 2], [8, 8, 9], [9, 9.5, 10], [10, 10, 12]])
    benefits = [np.repeat(row[:, None], 4, axis=1) for row in rows]
    told = [
        SimpleNamespace(
            week=26.0, benefit=SimpleNamespace(mean=float(some.mean(row))), by_member=row, benefits=b
        )
        for row, b in zip(rows, benefits, strict=True)
    ]
    found = smallest_near_best(regimens, told, some, "visits")
    assert (found.best, found.smallest) == (3, 2)
    assert found.share.mean == pytest.approx((0.5 * 9 + 0.3 * 9.5 + 0.2 * 10) / (0.8 * 10 + 0.2 * 12))
    assert (found.sure, found.best_sure) == (1.0, 1.0)
    told[1].benefit.mean = 0.8 * 10.4
    found = smallest_near_best(regimens, told, some, "visits")
    assert found.smallest == 1
    # Under the third member 9 is less than 0.8 of 12.
    assert found.sure == pytest.approx(0.8)
    for one in told:
        one.benefit.mean = -1.0
    assert smallest_near_best(regimens, told, some, "visits").best is None


def test_a_surface_finds_a_plane_and_says_how_well():
    varied = [vary("sessions=2..12"), vary("minutes=10..40"), vary("technique=manual,2hz")]
    regimens = filled(BASE, varied, 24, 5)
    truth = np.array(
        [
            one.settings["sessions"]
            + 0.2 * one.settings["minutes"]
            + 2 * (one.settings["technique"] == "2hz")
            for one in regimens
        ]
    )
    some = ensemble([0.5, 0.5])
    surface = Surface.fit(varied, regimens, np.stack([truth, truth + 1], axis=1), truth + 0.5)
    assert surface.left_out < 0.3
    assert surface.explained > 0.99
    assert surface.predict([{"sessions": 7.0, "minutes": 25.0, "technique": "2hz"}])[0] == pytest.approx(
        [14, 15], abs=0.3
    )
    alone = dict(surface.alone(some, varied[0]))
    assert alone[12.0].mean - alone[2.0].mean == pytest.approx(10, abs=0.8)
    pointed = surface.worth_simulating(BASE, some, "visits", 9)
    best = max(one.settings["sessions"] + 0.2 * one.settings["minutes"] for one in pointed)
    assert best > 18
    assert all(one.settings["technique"] == "2hz" for one in pointed[:4])
    noise = np.random.default_rng(2).normal(size=24)
    assert Surface.fit(varied, regimens, noise[:, None], noise).explained < 0.3


def test_visits_that_go_on_and_the_rule():
    plans = {p.name: p.protocol for p in year_plans(BASE, load_protocol("none"), 4.0, 1.0, VisitLimit())}
    assert set(plans) == {"against", "alone", "with maintenance", "without the rule", "with the rule"}
    days = plans["with maintenance"].sessions[0].days
    assert (days[10], max(days) < 364, len(days)) == (31.5 + 28, True, 21)
    assert len(plans["without the rule"].sessions[0].days) == 57
    assert plans["with the rule"].rules == (VisitLimit(),)
    assert visits_of_one_who_improves(plans["without the rule"], VisitLimit()) == 20
    assert visits_of_one_who_improves(plans["without the rule"], VisitLimit(a_year=15)) == 15
    with pytest.raises(TrialError, match="choose a shorter protocol"):
        carried_on(BASE, 400)


def test_what_a_rule_costs_and_keeps():
    none = np.full((1, 4, 3), 60.0)
    without, ruled = none.copy(), none.copy()
    without[0, :, 1:], ruled[0, :, 1:] = 40.0, [[40, 40], [40, 40], [50, 56], [50, 60]]
    visits = {"without the rule": np.full((1, 4), 57.0), "with the rule": np.array([[20.0, 20, 13, 12]])}
    scores = {"against": none, "without the rule": without, "with the rule": ruled}
    covariates = {"age": np.array([[40.0, 50, 60, 70]]), "expectation": np.full((1, 4), 0.5)}
    plans = year_plans(BASE, load_protocol("none"), 0.0, 1.0, VisitLimit())
    found = payer(
        followed(scores, (0.0, 26.0, 52.0), [1.0], visits, covariates), plans, VisitLimit(), "vas_pain"
    )
    assert found.most == 20
    assert found.stopped.mean == 0.5
    assert found.ruled.mean.mean == 16.25
    assert found.ruled.shares == ((12, 0.25), (13, 0.25), (20, 0.5))
    assert [kept.mean for _, _, kept, _ in found.told] == [pytest.approx(0.75), pytest.approx(44 / 80)]
    assert [one.mean for one in found.who["age"]] == [65, 45]
    assert found.lost.mean == 18
    assert found.would_improve == 1.0
