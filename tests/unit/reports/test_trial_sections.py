"""Sections of a trial's report tell the numbers of the results that they are made of."""

import re

import numpy as np
import pytest
from fake_trial import PAIN, cohort, made, small, text_of

from deqi.evidence import published
from deqi.reports import trial_report
from deqi.reports.tables import percent, points, with_interval
from deqi.reports.trial_adverse import adverse, adverse_table
from deqi.reports.trial_baseline import baseline_by_arm
from deqi.reports.trial_blinding import blinding_parts, guess_table
from deqi.reports.trial_forest import published_forest
from deqi.reports.trial_responders import needed_table, responders, share_at
from deqi.reports.trial_shares import share_differences_table, share_parts, shares_table
from deqi.reports.trial_truth import true_parts, true_table
from deqi.trials import Arm, load_trial
from deqi.trials.adverse import adverse_events, adverse_summary
from deqi.trials.analyses import responder_comparisons, responder_curves
from deqi.trials.analysis import compare
from deqi.trials.shares_told import Shares
from deqi.trials.truth import Truth


@pytest.fixture(scope="module")
def gerac():
    return load_trial("gerac").with_(patients=60)


@pytest.fixture(scope="module")
def run(gerac):
    return made(gerac, beside=published("gerac"))


@pytest.fixture(scope="module")
def truth(run):
    draw, trial = np.random.default_rng(3), run.trial
    scores = {
        strategy: {
            arm: {week: 50 - k + draw.standard_normal(12) for week in trial.weeks_seen}
            for k, arm in enumerate(trial.arm_names)
        }
        for strategy in ("hypothetical", "treatment-policy")
    }
    estimates = [c for week in trial.visits for c in compare(trial, run.table, trial.primary, week)]
    return Truth(trial, 7, scores, tuple(estimates), "no mean of scores tells it")


@pytest.fixture(scope="module")
def shares(run):
    draw, weeks = np.random.default_rng(4), run.trial.visits
    parts = {}
    for arm in ("verum", "sham"):
        natural, needles, context = (-4 + draw.standard_normal((9, len(weeks))) for _ in range(3))
        parts[arm] = {
            "total": natural + needles + context,
            "natural course": natural,
            "needles": needles,
            "context": context,
        }
    return Shares("gerac", 7, "pain", weeks, np.arange(9), parts)


def test_the_forest_tells_the_differences_of_the_summary(run):
    summary = run.summary.as_json()
    drawing = published_forest(summary, "pain", run.trial.primary.load())
    rows = [c for c in summary["contrasts"] if c["endpoint"] == "pain" and c["published"]]
    assert rows
    for c in rows:
        said = f"{' − '.join(c['arms'])}, week {c['week']:g}: model "
        said += with_interval(c["difference"], c["ci95"], signed=True)
        assert said in drawing.svg
    gaps = [abs(c["difference"] - c["published"]["difference"]) for c in rows]
    assert f"{points(np.mean(gaps))} points in size on average" in drawing.caption
    outside = [
        not c["published"]["interval"][0] <= c["difference"] <= c["published"]["interval"][1] for c in rows
    ]
    assert f"{sum(outside)} of {len(rows)} lie outside" in drawing.caption


def test_nothing_published_no_forest(gerac):
    bare = made(gerac)
    assert published_forest(bare.summary.as_json(), "pain", gerac.primary.load()) is None


def test_a_published_difference_without_an_interval_is_a_diamond(run):
    summary = run.summary.as_json()
    row = next(c for c in summary["contrasts"] if c["endpoint"] == "pain" and c["published"])
    alone = {**summary, "contrasts": [{**row, "published": {**row["published"], "interval": None}}]}
    drawing = published_forest(alone, "pain", run.trial.primary.load())
    assert "published, no interval" in drawing.svg
    assert "outside" not in drawing.caption


def test_numbers_needed_are_those_of_the_comparisons(run):
    table = needed_table(run)
    by_rule = {}
    for row in table.rows:
        by_rule.setdefault(row[0], []).append(row)
    for rule, rows in by_rule.items():
        found = responder_comparisons(run.trial, run.table, rule, 26)
        for one, row in zip(found, rows, strict=True):
            difference = percent(one.difference, one.difference_ci95, signed=True)
            assert row[3].replace("\u00a0", " ") == difference
            assert row[5].startswith(str(one.needed).split(" (")[0])
    assert len(by_rule) == 4


def test_the_curve_is_told_at_thirty_and_fifty_percent(run):
    figure = list(responders(run, run.summary.as_json()))[-1]
    curves = responder_curves(run.trial, run.table, run.trial.primary, 26)
    for arm, curve in curves.items():
        assert f"{arm}: {percent(share_at(curve, 0.3))} by 30 % or more" in figure.description
    # The share that is 30 % better is that of the rule of that name.
    for arm, told in run.summary.arms.items():
        assert share_at(curves[arm], 0.3) == told["responders"]["pain-30"]["26"]["share"]


def test_an_arm_of_whom_nobody_was_measured_has_no_numbers_needed(gerac):
    table = cohort(gerac)
    table.loc[table["arm"] == "sham", "status"] = 2
    told = needed_table(made(gerac, table))
    assert not [row for row in told.rows if "sham" in row[1]]
    assert "Not told" in told.caption


def test_guesses_are_counted_and_bangs_index_is_right_minus_wrong(run):
    arms = run.table["arm"].to_numpy(str)
    said = np.full(len(arms), "", dtype="U10")
    verum, sham = (np.flatnonzero(arms == name) for name in ("verum", "sham"))
    said[verum[:12]], said[verum[12:16]], said[verum[16:18]] = "active", "sham", "don't know"
    said[sham[:10]], said[sham[10:]] = "active", "sham"
    rows = {row[0]: row[1:] for row in guess_table(run, said, 6.0).rows}
    assert set(rows) == {"verum", "sham"}
    assert rows["verum"][:5] == ["real", "12 (67 %)", "4 (22 %)", "2 (11 %)", "2"]
    assert float(rows["verum"][5].split()[0]) == pytest.approx((12 - 4) / 18, abs=0.005)
    assert rows["sham"][5].startswith("0.00 (")


def test_guesses_of_the_model_are_told_with_what_is_assumed(run):
    prose, table, listed, numbers = blinding_parts(run)
    assert "is assumed" in prose.paragraphs[0]
    assert sum(int(row[2].split()[0]) for row in table.rows) > 0
    assert listed.items[0].startswith("James's index of ")
    assert {row[2] for row in numbers.rows} == {"published", "assumed"}


def test_blinding_has_nothing_to_tell_without_a_blinded_needle_arm(monkeypatch, run):
    assert list(blinding_parts(made(small()))) == []
    monkeypatch.setattr("deqi.reports.trial_blinding.MOST", 10)
    (only,) = blinding_parts(run)
    assert "asks no guesses" in only.paragraphs[0]


def test_one_kind_of_needling_has_no_james_index():
    trial = small(arms=(Arm("verum", "gerac-verum", blinded=True), Arm("nothing", "none")), patients=12)
    _, table, listed, _ = blinding_parts(made(trial))
    assert [row[0] for row in table.rows] == ["verum"]
    assert "there is none" in listed.items[0]


def test_adverse_events_are_those_that_were_drawn(run):
    told = adverse_summary(run.trial, adverse_events(run.trial, run.table, run.seed))
    table = adverse_table(run, told)
    assert table.columns[3:] == [f"{arm} ({told[arm]['sessions']} sessions)" for arm in ("verum", "sham")]
    for row in table.rows[:-1]:
        name = re.sub(r" \(\w+\)$", "", row[0])
        assert row[2].startswith("doi:")
        for arm, cell in zip(("verum", "sham"), row[3:], strict=True):
            assert int(cell.split(";")[0]) == told[arm]["events"][name]
    assert "No needles pierce the skin in guideline care" in table.caption


def test_no_needles_no_adverse_events():
    assert list(adverse(made(small(arms=(Arm("a", "none"), Arm("b", "none")))))) == []


def test_the_truth_stands_beside_the_estimate(run, truth):
    told, scale = truth.as_json(), run.trial.primary.load()
    table = true_table(told, scale)
    for row, c in zip(table.rows, told["contrasts"], strict=True):
        assert row[2].startswith(points(c["hypothetical"]["mean"], signed=True))
        assert f"± {points(c['hypothetical']['error'], 2)}" in row[2]
        assert row[4] == "—"
        assert row[5] == with_interval(c["estimate"], c["ci95"], signed=True)
    parts = list(true_parts(truth, run.summary.as_json(), scale))
    everybody = parts[-1]
    assert len(everybody.rows) == len(run.trial.arms) * len(run.trial.weeks_seen)
    mean = truth.scores["hypothetical"]["sham"][26.0].mean()
    row = next(row for row in everybody.rows if row[:2] == ["sham", "26"])
    assert row[2].startswith(points(mean))
    assert "By the estimand nothing is told" in parts[2].paragraphs[0]


def test_shares_add_up_to_the_change(shares):
    told = shares.as_json()
    cells = {(row[0], row[1]): row[2:] for row in shares_table(told).rows}
    for week in range(3):
        means = [
            float(cells["verum", part][week].split()[0].replace("−", "-")) for part in shares.parts["verum"]
        ]
        assert means[0] == pytest.approx(sum(means[1:]), abs=0.2)
    between = share_differences_table(told)
    assert [row[1] for row in between.rows] == ["total", "natural course", "needles", "context"]
    assert {row[0] for row in between.rows} == {"verum − sham"}


def test_truth_and_shares_are_in_the_report_when_they_are_given(run, truth, shares, tmp_path):
    assert list(true_parts(None, {}, None)) == list(share_parts(None)) == []
    text = text_of(trial_report(run, tmp_path / "a.html").read_text(encoding="utf-8"))
    full = text_of(
        trial_report(run, tmp_path / "b.html", truth=truth, shares=shares).read_text(encoding="utf-8")
    )
    for heading in ("What is true", "Needles, context, natural course"):
        assert heading not in text
        assert heading in full


def test_the_baseline_is_told_by_arm(run):
    summary = run.summary.as_json()
    scales = {"pain": run.trial.primary.load()}
    rows = {row[0]: row[1:] for row in baseline_by_arm(run, summary, scales).rows}
    ages = run.table[run.table["arm"] == "sham"]["age"]
    assert rows["age (years)"][1] == f"{ages.mean():.1f} (SD {ages.std(ddof=1):.1f})"
    assert rows["patients"] == ["20", "20", "20"]
    pain = summary["arms"]["verum"]["outcomes"]["pain"]["0"]
    assert rows["pain (cpgs_pain)"][0] == f"{pain['mean']:.1f} (SD {pain['sd']:.1f})"
    women = (run.table[run.table["arm"] == "verum"]["sex"] == "female").sum()
    assert rows["female"][0].startswith(f"{women} (")


def test_a_trial_without_a_baseline_of_pain_has_no_curve():
    trial = small(endpoints=(PAIN,))
    table = cohort(trial)
    table["pain.w0"] = np.nan
    assert list(responders(made(trial, table), made(trial, table).summary.as_json())) == []
