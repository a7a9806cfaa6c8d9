"""A small trial, and made-up cohorts of it."""

import numpy as np
import pandas as pd
import pytest

from deqi.trials.schema import Allocation, Arm, Better, Endpoint, Responder, Trial, column


@pytest.fixture
def small():
    """A function that makes a trial of two arms, with some fields exchanged."""

    def make(**changes):
        fields = {
            "name": "small",
            "title": "A small trial",
            "arms": (Arm("needles", "gerac-verum", blinded=True), Arm("nothing", "none")),
            "endpoints": (Endpoint("pain", "vas_pain", primary=True), Endpoint("function", "hfaq")),
            "patients": 40,
            "weeks": 8,
            "visits": (4, 8),
        }
        return Trial(**{**fields, **changes})

    return make


@pytest.fixture
def cohort():
    """A function that makes the cohort of a trial out of random numbers, with a planted effect."""

    def make(trial, patients=200, seed=0, effect=0.0, strata=1, loss=0.0):
        draw = np.random.default_rng(seed)
        arm = np.arange(patients) % len(trial.arms)
        table = {
            "patient": np.arange(patients),
            "arm": np.array(trial.arm_names)[arm],
            "stratum": np.array([f"s{k}" for k in range(strata)])[draw.integers(strata, size=patients)],
            "candidates": draw.integers(1, 4, size=patients),
            "missed_sessions": draw.integers(0, 3, size=patients),
            "extra_sessions": draw.integers(0, 2, size=patients) * 5,
            "co_treatment_week": np.where(draw.random(patients) < 0.2, 3.0, np.nan),
            "dropout_week": np.where(draw.random(patients) < loss, 2.0, np.nan),
            "unblinded_week": np.full(patients, np.nan),
            "status": np.zeros(patients, int),
        }
        level = draw.normal(0, 8, patients)
        for endpoint in trial.endpoints:
            for week in trial.weeks_seen:
                moved = (effect if week else 0.0) * (arm == 0)
                values = 60 + level + moved + draw.normal(0, 10, patients)
                if not week and not endpoint.has_baseline:
                    values = np.full(patients, np.nan)
                left = np.nan_to_num(table["dropout_week"], nan=np.inf) < week
                table[column(endpoint.name, week)] = np.where(left, np.nan, values)
        for week in trial.weeks_seen:
            table[column("pain_state", week)] = 60 + level
            table[column("pain_recalled", week)] = 60 + level + draw.normal(0, 5, patients)
        return pd.DataFrame(table)

    return make


@pytest.fixture
def blocks(small):
    """A function that makes a trial with an allocation of its own, and ratios of its arms."""

    def make(method, ratios=(1, 1), sizes=(), strata=()):
        arms = tuple(Arm(f"arm {k}", "none", ratio=ratio) for k, ratio in enumerate(ratios))
        return small(arms=arms, allocation=Allocation(method, sizes, strata))

    return make


@pytest.fixture
def with_rule(small):
    """A function that makes a trial with one responder rule."""

    def make(*ways, failures=()):
        return small(responders=(Responder("rule", tuple(Better(**way) for way in ways), failures),))

    return make
