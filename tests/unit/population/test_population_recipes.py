"""Recipes: what ships is sound and sourced; what is wrong in a file is told in one line."""

import tomllib
from pathlib import Path

import pytest

import deqi
from deqi.core.citations import references
from deqi.errors import DeqiError
from deqi.parameters import base_values
from deqi.population import load_recipe, plan_of, recipes
from deqi.population.distributions import uncut
from deqi.population.eligibility import Eligibility

LIBRARY = Path(deqi.__file__).parent / "population" / "library"


@pytest.mark.parametrize("name", recipes())
def test_what_ships_is_sourced_or_says_that_it_is_assumed(name):
    recipe = load_recipe(name)
    assert set(recipe.sources) <= set(references())
    assert recipe.assumptions
    told = (
        *recipe.covariates.values(),
        *recipe.values.values(),
        *recipe.within.values.values(),
        *recipe.correlations,
    )
    for one in told:
        assert one.source or (one.kind == "assumed" and one.note), one
    assert all(asked.source for asked in recipe.baseline)


def test_every_parameter_with_a_distribution_differs_and_nothing_else():
    plan = plan_of(load_recipe("gerac"))
    assert set(plan.varying) == {path for path, value in base_values().items() if value.distribution}
    assert len(plan.varying) > 30


def test_the_published_numbers_of_the_trials_are_asked():
    gerac, art = load_recipe("gerac"), load_recipe("art")
    assert [(a.instrument, a.mean, a.sd) for a in gerac.baseline] == [
        ("cpgs_pain", 67.7, 13.9),
        ("hfaq", 46.3, 14.7),
        ("sf12_pcs", 31.8, 6.8),
        ("sf12_mcs", 46.6, 12.3),
    ]
    assert [(a.instrument, a.mean, a.sd) for a in art.baseline] == [
        ("vas_pain_week", 64.8, 14.0),
        ("hfaq", 57.1, None),
    ]
    age = art.covariates["age"].distribution.numbers
    assert uncut(*(age[k] for k in ("mean", "sd", "low", "high")))[1] > age["sd"]
    assert load_recipe("chronic-low-back-pain").primary is None


def _changed(change):
    """The library's base recipe with something changed, as TOML."""
    import tomli_w

    data = tomllib.loads((LIBRARY / "chronic-low-back-pain.toml").read_text())
    change(data)
    return tomli_w.dumps(data)


def _set(*path):
    *way, last, value = path

    def change(data):
        for key in way:
            data = data[key]
        data[last] = value

    return change


def _drop(*path):
    *way, last = path

    def change(data):
        for key in way:
            data = data[key]
        del data[last]

    return change


EXPECTATION = "mind.expectation.expectation"
SPREAD = {"kind": "lognormal", "sd": 0.1}
VALUE = {"value": 0.5, "unit": "1", "kind": "assumed"}


@pytest.mark.parametrize(
    ("change", "told"),
    [
        (_set("populaton", {}), "unknown table 'populaton'; did you mean population?"),
        (_drop("population"), "begin with [population]"),
        (_set("population", "patient", "chronic_low_back_pane"), "did you mean chronic_low_back_pain"),
        (_set("population", "centers", 3), "did you mean centres"),
        (_set("population", "centres", 0), "centres = 0 is outside"),
        (_set("population", "centres", 2.5), "no whole number"),
        (_set("population", "like", "gerak"), "did you mean gerac"),
        (_set("population", "age_groups", [60, 40]), "no rising ages"),
        (_set("population", "severity", ["enrolment.flair"]), "did you mean enrolment.flare"),
        (_set("population", "severity", ["mind.memory.pain_half"]), "unknown varied parameter"),
        (_drop("covariates", "age"), "add [covariates.age]"),
        (_set("covariates", "agee", {}), "did you mean age"),
        (_set("covariates", "age", "unit", "d"), "covariates.age: is in d; give it in y"),
        (_set("covariates", "age", "distribution", "kind", "norml"), "did you mean normal"),
        (_set("covariates", "age", "distribution", "mean", "old"), "no finite number"),
        (_set("covariates", "age", "distribution", "sd", 40.0), "no normal distribution cut to 18 to 95"),
        (_set("covariates", "age", "distribution", "sdd", 4.0), "did you mean sd"),
        (_drop("covariates", "age", "distribution", "sd"), "has no sd"),
        (_drop("covariates", "age", "distribution"), "is no table"),
        (_drop("covariates", "age", "kind"), "has no kind"),
        (_set("covariates", "sex", "distribution", "kind", "normal"), "unknown kind 'normal'"),
        (_set("covariates", "sex", "distribution", "share", 1.5), "a share is above 0 and below 1"),
        (
            _set("parameters", {"mind.expectation.expectaton": VALUE}),
            "did you mean mind.expectation.expectation",
        ),
        (_set("parameters", {"mind.expectation.expectation": {**VALUE, "unit": "nM"}}), "give it in 1"),
        (_set("parameters", {"mind.expectation.expectation": {**VALUE, "value": 3.0}}), "outside 0 to 1"),
        (_set("correlations", 0, "of", ["age"]), "needs two names"),
        (_set("correlations", 0, "of", ["age", "duratoin"]), "did you mean duration"),
        (_set("correlations", 0, "value", 1.2), "outside -1 to 1"),
        (_set("correlations", 0, "value", 1.0), "cannot all hold: age and duration 1"),
        (_set("correlations", 1, "of", ["duration", "age"]), "given twice"),
        (_set("correlations", {}), "no list of tables"),
        (_set("limits", 0, "path", "pain.report.intensty"), "did you mean pain.report.intensity"),
        (_set("limits", 0, "above", 3.0), "unknown field 'above'"),
        (_set("limits", 1, "reason", "pain out of range"), "two limits have one reason"),
        (_drop("limits", 3, "at_least"), "limits 4: has no limit"),
        (_drop("within", "flare_size"), "add [within.flare_size]"),
        (_set("within", "flare_sise", {}), "did you mean flare_size"),
        (_set("within", "correlation_time", "unit", "min"), "give it in d"),
        (_set("within", "correlation_time", "value", 0.0), "too small"),
        (_set("within", "flares_a_year", "value", -1.0), "too small"),
        (
            _set("within", "fluctuation_sd", "distribution", {"kind": "lognormal", "sd": 0.1}),
            "only flare_size may",
        ),
        (_set("baseline", [{"instrument": "vas_pian", "mean": 60.0, "sd": 10.0}]), "did you mean vas_pain"),
        (_set("baseline", [{"instrument": "vas_pain", "mean": 60.0}]), "needs an sd"),
        (_set("baseline", [{"instrument": "vas_pain", "mean": 160.0, "sd": 10.0}]), "outside 0 to 100"),
        (_set("baseline", [{"instrument": "vas_pain", "mean": 60.0, "sd": 9.0}] * 2), "asked twice"),
        (_set("eligibility", {"hfaqq": {"below": 70}}), "did you mean hfaq"),
        (_set("eligibility", {"hfaq": {"bellow": 70}}), "did you mean below"),
        (_set("eligibility", {"hfaq": {}}), "has no limit"),
        (_set("eligibility", {"hfaq": {"above": 70, "below": 60}}), "nobody is within"),
        (_set("eligibility", {"sex": {"only": ["femal"]}}), "female or male"),
        (_set("eligibility", {"age": {"only": ["female"]}}), "unknown field 'only'"),
        (_set("eligibility", 3), "is no table"),
    ],
)
def test_a_mistake_in_a_file_is_one_line_that_says_where(change, told, tmp_path):
    file = tmp_path / "mine.toml"
    file.write_text(_changed(change))
    with pytest.raises(DeqiError) as error:
        load_recipe(file)
    message = str(error.value)
    assert told in message
    assert "\n" not in message
    assert message.startswith("mine.toml")


def test_a_file_may_start_from_another_and_change_or_add_what_differs(tmp_path):
    (tmp_path / "mine.toml").write_text(
        """
        [population]
        like = "gerac"
        centres = 3

        [covariates.sex]
        distribution = { kind = "share", share = 0.5 }
        unit = "1"
        kind = "assumed"

        [parameters."mind.memory.pain_half"]
        value = 53.5
        unit = "point"
        kind = "assumed"
        distribution = { kind = "lognormal", sd = 0.05 }

        [parameters."enrolment.memory_share"]
        value = 0.8
        unit = "1"
        kind = "assumed"

        [within.flares_a_year]
        value = 2.0
        unit = "1"
        kind = "assumed"
        """
    )
    mine, gerac = load_recipe(tmp_path / "mine.toml"), load_recipe("gerac")
    assert (mine.name, mine.title, mine.centres) == ("mine", "mine", 3)
    assert mine.covariates["age"] == gerac.covariates["age"]
    assert mine.covariates["sex"].distribution.numbers["share"] == 0.5
    assert (mine.within.flares_a_year, mine.within.correlation_time) == (2.0, gerac.within.correlation_time)
    assert set(plan_of(mine).varying) - set(plan_of(gerac).varying) == {"mind.memory.pain_half"}
    assert plan_of(mine).case.numbers["enrolment.memory_share"] == 0.8
    # Who is asked for is another matter than how people differ.
    assert not mine.baseline
    assert not mine.eligibility.criteria


def test_a_patients_file_is_found_beside_the_recipe(tmp_path):
    (tmp_path / "who.toml").write_text('[patient]\nlike = "sciatica"\n')
    (tmp_path / "mine.toml").write_text('[population]\nlike = "gerac"\npatient = "who.toml"\n')
    assert load_recipe(tmp_path / "mine.toml").patient == str(tmp_path / "who.toml")


def test_eligibility_reads_what_it_writes():
    entry = {
        "age": {"at_least": 18.0},
        "sex": {"only": ["female"]},
        "vas_pain": {"above": 30.0, "at_most": 90.0},
    }
    rule = Eligibility.of(entry)
    assert rule.as_dict() == entry
    assert Eligibility.of(rule.as_dict()) == rule
    assert [c.name for c in rule.known] == ["age", "sex"]
    assert rule.instruments == ("vas_pain",)


def test_unknown_populations_get_advice():
    with pytest.raises(DeqiError, match="did you mean gerac"):
        load_recipe("gerca")
