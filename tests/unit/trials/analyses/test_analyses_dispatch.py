"""Every kind of analysis, from what was asked to rows: the numbers of its own function, and its reason."""

import json
from pathlib import Path

import jsonschema
import numpy as np
import pytest

from deqi.reports.trial_analyses import analyses_sections
from deqi.trials.analyses.dispatch import _HOW, analysed, analyses_of
from deqi.trials.analyses.imputation import compare_imputed
from deqi.trials.analyses.told import KIND_OF_INTERVAL, SAYS, TITLES
from deqi.trials.analysis import compare
from deqi.trials.asked import KINDS, Asked
from deqi.trials.mmrm_visits import compare_arms
from deqi.trials.parts import Better, Responder
from deqi.trials.summary import summarise

SCHEMA = json.loads(
    (Path(__file__).parents[4] / "docs" / "schemas" / "trial.schema.json").read_text(encoding="utf-8")
)
EVERY = (
    Asked("mmrm"),
    Asked("mmrm", week=8, degrees="satterthwaite"),
    Asked("complete-case"),
    Asked("multiple-imputation", sets=5),
    Asked("jump-to-reference", reference="nothing", sets=5, bootstraps=10),
    Asked("tipping-point", moved="needles", deltas=(0, 5)),
    Asked("holm"),
    Asked("fixed-sequence"),
    Asked("subgroups", by="sex"),
    Asked("subgroups", by="age", cuts=(50,)),
    Asked("per-protocol", attended=0.5),
    Asked("clusters"),
    Asked("responders"),
    Asked("responder-curve"),
)


@pytest.fixture
def made(small, cohort):
    """A trial that asks for everything, and its cohort."""
    rule = Responder("half", (Better("pain", 0.1),), ("co-treatment",))
    trial = small(analyses=EVERY, responders=(rule,))
    table = cohort(trial, effect=-9, loss=0.1)
    draw = np.random.default_rng(3)
    table["sex"] = draw.choice(["female", "male"], len(table))
    table["age"] = draw.uniform(20, 80, len(table))
    table["centre"] = draw.integers(8, size=len(table)).astype(str)
    return trial, table


def test_every_kind_is_done_titled_and_told():
    assert set(_HOW) == set(KINDS) == set(TITLES) == set(SAYS) == set(KIND_OF_INTERVAL)
    assert {asked.kind for asked in EVERY} == set(KINDS)


def test_every_analysis_has_rows_and_fits_the_schema(made):
    told = summarise(*made, seed=4).as_json()
    jsonschema.Draft202012Validator(SCHEMA).validate(json.loads(json.dumps(told, allow_nan=False)))
    assert [one["kind"] for one in told["analyses"]] == [asked.kind for asked in EVERY]
    for one in told["analyses"]:
        assert one["reason"] == "", one
        assert one["rows"], one
        assert {row["week"] for row in one["rows"]} <= {4, 8}
    discontinuation = {one["kind"]: one["estimand"]["events"]["discontinuation"] for one in told["analyses"]}
    assert discontinuation["mmrm"] == "hypothetical"
    assert discontinuation["jump-to-reference"] == "treatment-policy"
    assert discontinuation["responders"] == discontinuation["responder-curve"] == "composite"


def test_numbers_are_those_of_the_functions(made):
    trial, table = made
    found = {(one["kind"], k): one["rows"] for k, one in enumerate(analyses_of(trial, table, 4))}
    for k, method in ((0, "kenward-roger"), (1, "satterthwaite")):
        own = [
            one for one in compare_arms(trial, table, trial.primary, method=method) if k == 0 or one.week == 8
        ]
        assert [row["p"] for row in found["mmrm", k]] == [one.p for one in own]
    (imputed,) = compare_imputed(trial, table, trial.primary, 8, imputations=5, seed=4)
    (row,) = found["multiple-imputation", 3]
    assert (row["estimate"], row["ci95"]) == (imputed.imputed.estimate, list(imputed.imputed.ci95))
    assert row["n"] == [100, 100]
    assert sum(row["more"]["missing"]) == int(table["pain.w8"].isna().sum())
    rubin, bootstrap = found["jump-to-reference", 4]
    assert rubin["estimate"] == bootstrap["estimate"]
    assert rubin["ci95"] != bootstrap["ci95"]
    (alone,) = compare(trial, table, trial.primary, 8)
    (holm,) = found["holm", 6]
    assert holm["p"] == holm["more"]["p_alone"] == alone.p
    # Nobody comes back after a missed visit, so that complete cases are those of the last visit.
    assert found["complete-case", 2][0]["estimate"] == alone.difference
    assert [row["group"] for row in found["subgroups", 9]] == ["1 below 50", "2 50 or more", ""]
    assert {row["method"] for row in found["clusters", 11]} == {"cluster-robust", "random practitioner"}
    assert {row["variable"] for row in found["responders", 12]} == {"half", "half, without the failure rule"}
    shares = [row["estimate"] for row in found["responder-curve", 13] if row["arms"] == ["needles"]]
    assert shares == sorted(shares, reverse=True)


def test_curve_rows_count_who_gained_so_much(made):
    trial, table = made
    told = analysed(trial, table, Asked("responder-curve"), 1)
    arm = table[table.arm == "needles"]
    gained = (arm["pain.w0"] - arm["pain.w8"]) / arm["pain.w0"]
    row = next(row for row in told["rows"] if row["arms"] == ["needles"] and row["group"] == "0.2")
    assert row["estimate"] == pytest.approx(float((gained >= 0.2).mean()))


def test_what_cannot_be_done_has_a_reason_and_no_rows(made):
    trial, table = made
    # Both visits the same: their covariance has no inverse, and the model cannot converge.
    told = analysed(trial, table.assign(**{"pain.w8": table["pain.w4"]}), Asked("mmrm"))
    assert told["rows"] == []
    assert "has not converged" in told["reason"]
    few = analysed(trial, table.head(6), Asked("multiple-imputation"))
    assert few["rows"] == []
    assert "too few" in few["reason"]
    assert analysed(trial, table.drop(columns="centre"), Asked("clusters"))["reason"]
    alone = trial.with_(arms=trial.arms[:1], analyses=())
    table = table[table.arm == "needles"]
    assert analysed(alone, table, Asked("holm"))["reason"] == "one arm has nothing to compare"
    assert analysed(alone, table, Asked("responder-curve"))["rows"]


def test_the_order_of_rows_does_not_matter_and_the_seed_does(made):
    trial, table = made
    asked = Asked("jump-to-reference", reference="nothing", sets=5, bootstraps=10)
    mixed = table.sample(frac=1.0, random_state=1)
    assert analysed(trial, table, asked, 1) == analysed(trial, mixed, asked, 1)
    assert analysed(trial, table, asked, 1)["rows"] != analysed(trial, table, asked, 2)["rows"]


def test_the_summary_waits_until_someone_looks(made, monkeypatch):
    asked = []
    monkeypatch.setattr("deqi.trials.summary.analyses_of", lambda *given: asked.append(given) or [])
    found = summarise(*made, seed=4)
    assert not asked
    assert found.analyses == found.analyses == []
    assert [given[2] for given in asked] == [4]


def test_the_report_shows_each_with_its_question_and_every_reason(made):
    trial, table = made
    summary = summarise(trial.with_(analyses=(*EVERY, Asked("clusters", by="stratum"))), table)

    class Run:
        pass

    run = Run()
    run.summary = summary
    (section,) = analyses_sections(run)
    text = repr(section)
    for one in summary.analyses:
        assert one["estimand"]["says"] in text or one["reason"] in text
    assert any("Not done" in repr(part) for part in section.parts)
    run.summary = summarise(trial.with_(analyses=()), table)
    assert analyses_sections(run) == []
