"""Analyses that are asked for: kinds, settings, how they are typed, and what they may name."""

import pickle

import pytest
from hypothesis import given
from hypothesis import strategies as st

from deqi.errors import DeqiError, TrialError, UnknownNameError
from deqi.trials.asked import KINDS, NEEDED, Asked, read_asked, together
from deqi.trials.files import load_trial
from deqi.trials.parts import Arm, Better, Responder

NEEDS = {"subgroups": {"by": "sex"}, "tipping-point": {"moved": "needles"}}


@pytest.mark.parametrize("kind", KINDS)
def test_every_kind_can_be_asked_for_and_kept(kind, small):
    asked = Asked(kind, **NEEDS.get(kind, {}))
    trial = small(analyses=(asked,), responders=(Responder("half", (Better("pain", 0.5),)),))
    assert pickle.loads(pickle.dumps(trial)).analyses == (asked,)
    assert set(asked.settings) == set(KINDS[kind])
    assert NEEDED not in asked.settings.values()
    assert trial.describe() == trial.with_(analyses=()).describe()


@pytest.mark.parametrize(
    ("given", "said"),
    [
        ({"kind": "mmmr"}, "unknown analysis 'mmmr'; did you mean mmrm"),
        ({"kind": "holm", "sets": 20}, "holm: unknown setting 'sets'"),
        ({"kind": "mmrm", "degrees": "kenward"}, "did you mean kenward-roger"),
        ({"kind": "multiple-imputation", "sets": 1}, "sets = 1 is outside"),
        ({"kind": "multiple-imputation", "sets": 2.5}, "no whole number"),
        ({"kind": "tipping-point"}, "tipping-point: moved is missing"),
        ({"kind": "per-protocol", "left": 1}, "neither true nor false"),
        ({"kind": "responder-curve", "dropouts": "gone"}, "unknown dropouts 'gone'"),
    ],
)
def test_a_slip_is_told(given, said):
    with pytest.raises(DeqiError, match=said):
        Asked(**given)


@pytest.mark.parametrize(
    ("asked", "changes", "said"),
    [
        (Asked("jump-to-reference", reference="nothin"), {}, "analyses 1: jump-to-reference: unknown arm"),
        (Asked("holm", week=5), {}, "week 5 is no visit"),
        (Asked("responders"), {}, "has no responder rule"),
        (Asked("clusters"), {"arms": (Arm("a", "none"), Arm("b", "none"))}, "no arm is needled"),
        (Asked("clusters", by="age"), {}, "unknown column 'age'"),
    ],
)
def test_what_only_the_trial_shows_is_told(asked, changes, said, small):
    with pytest.raises(DeqiError, match=said):
        small(analyses=(asked,), **changes)


def test_the_same_twice_is_refused_and_kept_once_by_the_command_line(small):
    with pytest.raises(TrialError, match="analyses 2: holm: stands twice"):
        small(analyses=(Asked("holm"), Asked("holm")))
    assert together((Asked("holm"), Asked("mmrm")), (Asked("holm"),)) == (Asked("holm"), Asked("mmrm"))


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("mmmr", "--analysis: unknown analysis 'mmmr'; did you mean mmrm"),
        ("mmmr:degrees=1", "did you mean mmrm"),
        ("mmrm:degree=1", "did you mean degrees"),
        ("mmrm:degrees", "is no setting"),
        ("mmrm:degrees=", "is no setting"),
        ("subgroups:by=sex:by=age", "by stands twice"),
        ("multiple-imputation:sets=many", "sets = 'many' is no number"),
    ],
)
def test_what_is_mistyped_is_told(text, said):
    with pytest.raises(DeqiError, match=said):
        read_asked(text)


@given(st.sampled_from(sorted(KINDS)), st.integers(2, 1000), st.floats(0, 1))
def test_what_is_typed_is_what_is_told(kind, sets, attended):
    words = dict(NEEDS.get(kind, {}))
    if "sets" in KINDS[kind]:
        words["sets"] = sets
    if "attended" in KINDS[kind]:
        words["attended"] = attended
    text = ":".join([kind, *(f"{name}={value}" for name, value in words.items())])
    assert read_asked(text).told == {"kind": kind, **words}


def test_the_library_asks_for_some_and_they_are_sound():
    assert {asked.kind for asked in load_trial("gerac").analyses} >= {"mmrm", "holm", "multiple-imputation"}
    assert {asked.kind for asked in load_trial("art").analyses} >= {"clusters", "jump-to-reference"}
    with pytest.raises(UnknownNameError, match="did you mean sham"):
        load_trial("gerac").with_(analyses=(Asked("tipping-point", moved="shame"),))
