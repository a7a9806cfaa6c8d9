"""A trial is checked when it is made, and every refusal is one line that says where."""

import dataclasses
import json
import pickle

import pytest

from deqi.errors import DeqiError, RefusedError, TrialError, UnknownNameError
from deqi.protocols import Rescue, load_protocol, write_protocol
from deqi.trials.asked import Asked
from deqi.trials.parts import Allocation, Analysis, Arm, Better, Endpoint, Responder
from deqi.trials.processes import Adherence, CoTreatment, Dropout, Unblinding
from deqi.trials.schema import Trial, column

PAIN = Endpoint("pain", "vas_pain", primary=True)


def test_defaults_are_the_plain_trial(small):
    trial = small(visits=())
    assert trial.visits == (8.0,)
    assert trial.weeks_seen == (0.0, 8.0)
    assert trial.allocation.method == "simple"
    assert (trial.adherence, trial.dropout, trial.co_treatment, trial.unblinding) == (None,) * 4
    assert trial.contrasts == (("needles", "nothing"),)
    assert trial.decision_days() == ()
    assert trial.eligibility is None


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"arms": ()}, "arms: needs 1 at least"),
        ({"arms": (Arm("a", "none"), Arm("a", "none"))}, "two arms are named 'a'"),
        (
            {"arms": (Arm("a", "gerac-verrum"),)},
            "arm a: unknown protocol 'gerac-verrum'; did you mean gerac-verum",
        ),
        ({"endpoints": (Endpoint("pain", "vas_pain"),)}, "none of them primary"),
        ({"endpoints": (PAIN, Endpoint("f", "hfaq", primary=True))}, "are primary: pain, f"),
        ({"endpoints": (PAIN, PAIN)}, "two endpoints are named 'pain'"),
        ({"endpoints": (Endpoint("p", "vas_pian", primary=True),)}, "did you mean vas_pain"),
        ({"visits": (4, 9)}, "week 9 is after the trial ends, in week 8"),
        ({"visits": (4, 4)}, "do not rise"),
        ({"visits": (0, 4)}, "do not rise from above 0"),
        ({"visits": 4}, "no list of numbers"),
        ({"weeks": -1}, "weeks = -1 is outside"),
        ({"patients": 0}, "patients = 0 is outside"),
        ({"patients": 10.5}, "no whole number"),
        ({"population": "geracc"}, "unknown population 'geracc'; did you mean gerac"),
        ({"population": "nobody.csv"}, "nobody.csv: cannot be read"),
        ({"published": "gerak"}, "published: unknown published table 'gerak'; did you mean gerac"),
        ({"cites": ("haake2008",)}, "did you mean haake2007"),
        ({"condition": "back"}, "unknown"),
        ({"name": "a/b"}, "is no name"),
        ({"title": ""}, "title"),
        ({"eligibility": {"agee": {"at_least": 18}}}, "did you mean age"),
        ({"eligibility": {"age": {"at_leest": 18}}}, "did you mean at_least"),
        (
            {"analysis": Analysis(contrasts=(("needles", "nothin"),))},
            "contrasts: unknown arm 'nothin'; did you mean",
        ),
        ({"allocation": Allocation("permuted-block", (4, 5))}, "a block of 5 is no multiple of 2"),
        ({"allocation": "simple"}, "allocation: is no Allocation"),
        ({"dropout": 0.1}, "dropout: is no Dropout"),
        (
            {"responders": (Responder("r", (Better("pian", 0.3),)),)},
            "responder r: unknown endpoint 'pian'; did you mean pain",
        ),
        (
            {
                "endpoints": (PAIN, Endpoint("felt", "global_impression")),
                "responders": (Responder("r", (Better("felt", 0.3),)),),
            },
            "has no baseline that it could be better than",
        ),
        ({"responders": "r"}, "responders: responders is no list of Responder"),
    ],
)
def test_what_does_not_go_together_is_refused_in_one_line(small, changes, said):
    with pytest.raises(DeqiError) as caught:
        small(**changes)
    assert said in str(caught.value)
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize(
    ("make", "said"),
    [
        (lambda: Arm("a", "none", ratio=0), "ratio = 0 is outside"),
        (lambda: Arm("a", "none", ratio=1.5), "no whole number"),
        (lambda: Arm("", "none"), "name = '' is no text"),
        (lambda: Arm("a", "none", blinded="yes"), "neither true nor false"),
        (lambda: Allocation("simpel"), "did you mean simple"),
        (lambda: Allocation("simple", (4,)), "simple allocation has no blocks"),
        (lambda: Allocation("permuted-block"), "needs blocks"),
        (lambda: Allocation("permuted-block", (4,), ("sex",)), "has no strata"),
        (lambda: Allocation("stratified", (4,)), "needs strata"),
        (lambda: Allocation("stratified", (4,), ("center",)), "did you mean centre"),
        (lambda: Allocation("stratified", (4,), ("sex", "sex")), "named 'sex'"),
        (lambda: Allocation("permuted-block", (4.5,)), "no whole numbers"),
        (lambda: Endpoint("p a i n", "vas_pain"), "is no name"),
        (lambda: Better("pain"), "needs better_by or better_by_points"),
        (lambda: Better("pain", 0.3, 10), "needs better_by or better_by_points"),
        (lambda: Better("pain", 0), "better_by = 0 is outside"),
        (lambda: Responder("r", ()), "any: needs 1 at least"),
        (lambda: Responder("r", (Better("pain", 0.3),), ("unblindet",)), "did you mean unblinded"),
        (lambda: Analysis(contrasts=(("a", "a"),)), "no pairs of arms"),
        (lambda: Analysis(contrasts=(("a", "b"), ("a", "b"))), "stands twice"),
        (lambda: Analysis(strata="yes"), "neither true nor false"),
        (lambda: Dropout(-0.1), "per_week = -0.1 is outside"),
        (lambda: Dropout(0.1, 0), "ratio_per_10_points = 0 is outside"),
        (lambda: CoTreatment(0.01, drug="naproxn", mg_per_day=500), "did you mean naproxen"),
        (lambda: CoTreatment(0.01, drug="naproxen"), "mg_per_day is missing"),
        (lambda: CoTreatment(0.01, drug="naloxone", mg_per_day=1), "naloxone"),
        (lambda: CoTreatment(0.01, every_weeks=0), "every_weeks = 0 is outside"),
        (lambda: Adherence(1.1), "missed = 1.1 is outside"),
        (lambda: Unblinding(-0.1), "share = -0.1 is outside"),
    ],
)
def test_a_part_that_is_not_sound_is_refused(make, said):
    with pytest.raises((TrialError, UnknownNameError)) as caught:
        make()
    assert said in str(caught.value)
    assert "\n" not in str(caught.value)


def test_a_condition_that_is_not_simulated_is_refused(small):
    with pytest.raises(RefusedError, match="headache"):
        small(condition="headache")


def test_two_medicines_of_one_depot_are_refused(small):
    other = CoTreatment(0.01, drug="morphine", mg_per_day=30)
    arms = (Arm("opioid", "oxycodone"),)
    with pytest.raises(TrialError, match="arm opioid: oxycodone and the co-treatment morphine"):
        small(arms=arms, co_treatment=other)
    assert small(arms=arms, co_treatment=CoTreatment(0.01, drug="naproxen", mg_per_day=500))


def test_a_co_treatment_with_parameters_of_its_own_is_refused():
    with pytest.raises(TrialError, match=r"ibuprofen has parameters of its own.*naproxen"):
        CoTreatment(0.01, drug="ibuprofen", mg_per_day=600)


def test_rules_that_a_trial_cannot_keep_are_refused(small, tmp_path):
    verum = load_protocol("gerac-verum")
    rescue = Rescue(days=(28,), above=50, drug="naproxen", mg_per_day=500, for_days=7)
    other = dataclasses.replace(verum.rules[0], measure="pain.disability.disability")
    for rule, message in ((rescue, "a rescue rule of its own"), (other, "which nobody asks")):
        path = write_protocol(dataclasses.replace(verum, rules=(rule,)), tmp_path / "own.toml")
        with pytest.raises(TrialError, match=message):
            small(arms=(Arm("own", path), Arm("nothing", "none")))


def test_visits_are_on_whole_days(small):
    with pytest.raises(TrialError, match=r"week 0\.5 is no whole number of days"):
        small(visits=(0.5, 8))
    assert small(visits=(4 / 7, 8)).visits == (4 / 7, 8)
    with pytest.raises(TrialError, match="two are on one day"):
        small(visits=(1, 1.0000001))


def test_what_can_never_happen_is_refused(small):
    with pytest.raises(TrialError, match="nobody can leave"):
        small(co_treatment=CoTreatment(0.1, every_weeks=52))
    with pytest.raises(TrialError, match="a column of the model's own"):
        small(endpoints=(Endpoint("pain_state", "vas_pain", primary=True),))


@pytest.mark.parametrize("process", [Dropout, CoTreatment, Adherence, Unblinding])
def test_no_process_has_a_place_for_numbers_of_one_arm(process):
    names = {f.name for f in dataclasses.fields(process)}
    assert not names & {"arm", "arms", "by_arm"}
    for f in dataclasses.fields(process):
        with pytest.raises(DeqiError):
            process(
                **{"per_week": 0.1, f.name: {"needles": 0.1}}
                if process in (Dropout, CoTreatment)
                else {f.name: {}}
            )


def test_changes_are_checked_anew(small):
    trial = small()
    assert trial.with_(patients=12).patients == 12
    assert dataclasses.replace(trial, patients=12) == trial.with_(patients=12)
    with pytest.raises(UnknownNameError, match="did you mean patients"):
        trial.with_(patient=12)
    with pytest.raises(TrialError):
        trial.with_(weeks=4)


def test_a_trial_can_be_hashed_and_pickled(small):
    trial = small(eligibility={"age": {"at_least": 18}})
    assert pickle.loads(pickle.dumps(trial)) == trial
    assert hash(trial) == hash(small(eligibility={"age": {"at_least": 18}}))


def test_a_description_is_plain_and_shows_every_change(small):
    trial = small(
        allocation=Allocation("permuted-block", (4,)),
        dropout=Dropout(0.01, 1.2),
        eligibility={"vas_pain": {"at_least": 40}},
    )
    told = trial.describe()
    assert json.loads(json.dumps(told, allow_nan=False)) == told
    assert told["eligibility"] == {"vas_pain": {"at_least": 40}}
    # Analyses are asked of patients who were followed: the same trial with others is the same run.
    assert set(told) >= {f.name for f in dataclasses.fields(Trial)} - {"analyses"}
    assert trial.with_(analyses=(Asked("holm"),)).describe() == told
    others = [
        trial.with_(patients=41),
        trial.with_(dropout=Dropout(0.02, 1.2)),
        trial.with_(visits=(8,)),
        trial.with_(arms=trial.arms[::-1]),
        trial.with_(analysis=Analysis(strata=False)),
        trial.with_(eligibility=None),
        trial.with_(population="gerac"),
    ]
    assert all(other.describe() != told for other in others)


def test_a_description_sees_a_changed_file_and_not_where_it_lies(small, tmp_path):
    from deqi.protocols import load_protocol, write_protocol

    told = []
    for k, title in enumerate(("One", "One", "Two")):
        folder = tmp_path / str(k)
        folder.mkdir()
        path = write_protocol(dataclasses.replace(load_protocol("none"), title=title), folder / "p.toml")
        told.append(small(arms=(Arm("a", path),)).describe())
    assert told[0] == told[1] != told[2]


def test_rounds_cover_the_trial_and_are_about_the_time_before(small):
    trial = small(dropout=Dropout(0.01))
    # Whoever would leave at the end has answered everything.
    assert trial.decision_days() == (14, 28, 42)
    weekly = small(co_treatment=CoTreatment(0.01, every_weeks=3))
    assert weekly.decision_days() == (21, 42)
    assert weekly.round_weeks == 3


def test_names_of_columns():
    assert [column("pain", w) for w in (0, 6.0, 6.5)] == ["pain.w0", "pain.w6", "pain.w6.5"]


def test_parts_are_found_by_name(small):
    trial = small()
    assert trial.arm("nothing").protocol == "none"
    assert trial.primary.name == "pain"
    assert trial.endpoint("function").load().better == "up"
    assert trial.instruments == ("vas_pain", "hfaq")
    with pytest.raises(UnknownNameError, match="did you mean needles"):
        trial.arm("needle")
