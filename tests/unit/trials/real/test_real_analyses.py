"""Analyses of a real trial: what the data tell is told, what they cannot has its reason."""

import json
from pathlib import Path

import jsonschema
import numpy as np
import pytest

from deqi.errors import DeqiError
from deqi.trials.asked import KINDS, Asked
from deqi.trials.parts import Better
from deqi.trials.real import Map, Outcome, analyse

SCHEMA = json.loads(
    (Path(__file__).parents[4] / "docs" / "schemas" / "analyse.schema.json").read_text(encoding="utf-8")
)
PAIN = Outcome("pain", "p0", {4: "p4", 8: "p8"}, instrument="vas_pain")
MAP = Map(
    "A trial",
    "id",
    "group",
    {"1": "needles", "0": "none"},
    (PAIN,),
    covariates=("baseline", "age"),
    categories=("sex",),
    responders=(Better("pain", better_by=0.3),),
)
EVERY = (
    Asked("mmrm"),
    Asked("complete-case"),
    Asked("multiple-imputation", sets=5),
    Asked("jump-to-reference", reference="none", sets=5, bootstraps=10),
    Asked("tipping-point", moved="needles"),
    Asked("holm"),
    Asked("fixed-sequence"),
    Asked("subgroups", by="sex"),
    Asked("subgroups", by="age", cuts=(50,)),
    Asked("per-protocol"),
    Asked("clusters"),
    Asked("responders"),
    Asked("responder-curve"),
)


@pytest.fixture(scope="module")
def file(tmp_path_factory):
    """A CSV file of 160 patients, of whom some left and one's age is not known."""
    draw = np.random.default_rng(5)
    needles, level = np.arange(160) % 2, draw.normal(60, 8, 160)
    rows = ["id,group,age,sex,p0,p4,p8"]
    for k in range(160):
        week4, week8 = level[k] - 5 - 9 * needles[k] + draw.normal(0, 6, 2)
        last = "" if draw.random() < 0.15 else f"{week8:.1f}"
        age = "" if k == 3 else str(draw.integers(20, 80))
        first, sex = level[k] + draw.normal(0, 4), "fm"[draw.integers(2)]
        rows.append(f"{k},{needles[k]},{age},{sex},{first:.1f},{week4:.1f},{last}")
    path = tmp_path_factory.mktemp("real") / "trial.csv"
    path.write_text("\n".join(rows))
    return path


def test_every_kind_is_told_or_has_its_reason(file):
    assert {asked.kind for asked in EVERY} == set(KINDS)
    told = analyse(file, MAP, EVERY).as_json()
    jsonschema.Draft202012Validator(SCHEMA).validate(json.loads(json.dumps(told, allow_nan=False)))
    for one in told["analyses"]:
        cannot = one["kind"] in ("per-protocol", "clusters")
        assert bool(one["reason"]) == cannot, one
        assert bool(one["rows"]) != cannot, one
        assert one["estimand"]["says"]


def test_numbers_agree_with_the_trials_own_analysis(file):
    real = analyse(file, MAP, EVERY)
    found = {(one["kind"], k): one for k, one in enumerate(real.analyses)}
    own = next(one.comparison for one in real.contrasts if one.comparison.week == 8)
    assert found["holm", 5]["rows"][0]["p"] == own.p
    mixed, imputed = found["mmrm", 0]["rows"][1], found["multiple-imputation", 2]
    for row in (mixed, imputed["rows"][0]):
        # Missing at random, and few: near to what those measured say, with all their patients.
        assert row["estimate"] == pytest.approx(own.difference, abs=1.5)
        assert row["ci95"][0] < -9 < row["ci95"][1]
    assert imputed["rows"][0]["n"] == [79, 80]
    assert imputed["about"]["left_out"] == {"a covariate not known": 1}
    assert mixed["n"] == list(own.n)
    shares = [row for row in found["responders", 11]["rows"] if row["week"] == 8]
    assert {row["group"] for row in shares} == {"of measured", "of randomised"}


@pytest.mark.parametrize(
    ("asked", "said"),
    [
        (Asked("holm", endpoint="pian"), "did you mean pain"),
        (Asked("holm", week=5), "week 5 has no column"),
        (Asked("tipping-point", moved="needels"), "did you mean needles"),
        (Asked("subgroups", by="centre"), "unknown column 'centre'"),
        (Asked("subgroups", by="age"), "age is a number"),
        (Asked("subgroups", by="sex", cuts=(1,)), "sex is no number"),
        (Asked("responders", rule="half"), "unknown responder rule"),
    ],
)
def test_what_the_map_does_not_have_is_refused(asked, said, file):
    with pytest.raises(DeqiError, match=said):
        analyse(file, MAP, (asked,))
