"""The null trials: the same for any chunks, and a judge who counts as he should."""

import sys
from pathlib import Path

import numpy as np
import pytest

FOLDER = str(Path(__file__).parents[3] / "benchmarks")


@pytest.fixture
def null(monkeypatch):
    monkeypatch.syspath_prepend(FOLDER)
    names = ("null_trials", "null_analyses", "null_draws", "null_report")
    import null_trials

    yield null_trials
    for name in names:
        sys.modules.pop(name, None)


@pytest.mark.parametrize("kind", ["covariance", "mmrm", "clusters", "several-contrasts", "responders"])
def test_chunks_change_nothing(null, kind):
    whole, _ = null.some(kind, True, 0, 4)
    parts = [one for first in (0, 1) for one in null.some(kind, True, first, first + 1)[0]]
    assert np.array_equal(
        [list(one.values()) for one in whole[:2]], [list(one.values()) for one in parts], equal_nan=True
    )
    assert kind == "several-contrasts" or whole[0] != whole[1]


def test_the_judge_counts_claims_and_intervals_that_hold(null):
    ways = [null.One(1.0, -1, 1, 0.5, 2), null.One(0.0, 2, 3, 2.5, 2), None, null.One(0.0, -1, 1, 0.0, 2)]
    found = null.judged(ways, 0.0)
    assert (found["trials"], found["refused"]) == (3, 1)
    assert found["claims"] == pytest.approx(1 / 3)
    assert found["coverage"] == pytest.approx(2 / 3)
    assert found["claims_error"] == pytest.approx(np.sqrt(2 / 27))
    assert (found["mean"], found["mean_error"]) == pytest.approx((1.0, 2.0))


def test_trials_are_drawn_as_documented(null):
    import null_draws

    trial = null_draws.drawn(np.random.default_rng(1), null_draws.EFFECT, patients=40_000)
    needled = trial.arm == null_draws.NEEDLES
    means = trial.whole[needled].mean(axis=0) - trial.whole[~needled].mean(axis=0)
    assert means == pytest.approx(null_draws.EFFECT, abs=0.4)
    rest = trial.whole - null_draws.SLOPE * trial.baseline[:, None]
    assert np.corrcoef(rest[needled].T) == pytest.approx(null_draws.CORRELATION, abs=0.02)
    gone = np.isnan(trial.outcomes)
    assert not gone[:, 0].any()
    assert (gone[:, 2] >= gone[:, 1]).all()
    # Whoever left was worse off when last seen.
    first = trial.whole[:, 0]
    assert first[gone[:, 1]].mean() > first[~gone[:, 1]].mean() + 3


def test_patients_of_one_practitioner_are_alike_to_the_share_stated(null):
    import null_draws

    share = []
    for seed in range(60):
        trial = null_draws.drawn(
            np.random.default_rng(seed), null_draws.NONE, patients=400, practitioners=True
        )
        needled = trial.arm == null_draws.NEEDLES
        rest = trial.whole[needled, 2] - null_draws.SLOPE * trial.baseline[needled]
        who = trial.practitioner[needled]
        share.append(np.var([rest[who == one].mean() for one in np.unique(who)], ddof=1) / np.var(rest))
    # A mean of 40 patients adds their own variance by 40.
    assert np.mean(share) == pytest.approx(null_draws.SHARED + (1 - null_draws.SHARED) / 40, abs=0.03)
