"""Protocols: round trip, layout, rules, and every mistake told in one line."""

from dataclasses import replace
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from deqi.core import cite
from deqi.errors import DeqiError, FileError, ProtocolError, RefusedError, UnknownNameError
from deqi.mechanisms.environment import Environment
from deqi.models import load_patient, parameter_schema
from deqi.parameters import base_values, resolve
from deqi.protocols import (
    NOT_REPORTED,
    ContinueIf,
    Needling,
    Protocol,
    Session,
    Stricta,
    challenges,
    lay_out,
    load_challenge,
    load_protocol,
    protocols,
    read_protocol,
    write_protocol,
)

NUMBERS = resolve(parameter_schema(), base_values())
SITE = load_patient("chronic_low_back_pain").site
MANUAL = Needling("manual", 4, 20, points=("BL23",), vigour=0.5)


def test_the_library_holds_what_was_promised():
    wanted = (
        "gerac-verum gerac-sham gerac-guideline art-acupuncture art-minimal art-waiting-list "
        "cherkin-standardised cherkin-individualised cherkin-simulated cherkin-usual-care cho-verum cho-sham "
        "none li4-manual li4-2hz li4-100hz li4-2-100hz li4-superficial dry-needling oxycodone morphine nsaid "
        "usual-care acupuncture-plus-opioid sciatica-acupuncture"
    )
    assert set(wanted.split()) <= set(protocols())


@pytest.mark.parametrize("protocol", protocols().values(), ids=lambda p: p.name)
def test_a_library_protocol_round_trips_lays_out_and_cites(protocol, tmp_path):
    assert read_protocol(write_protocol(protocol, tmp_path / "p.toml")) == protocol
    for key in protocol.cites:
        cite(key)
    segments = lay_out(protocol, NUMBERS, SITE, days=60).segments()
    assert segments[0].start == 0
    assert segments[-1].stop == 60 * 1440
    for one, two in pairwise(segments):
        assert one.stop == two.start
    for segment in segments:
        for name, value in segment.environment.items():
            low, high = Environment.variables[name].bounds
            assert low <= value <= high


@given(
    technique=st.sampled_from(["manual", "retained", "superficial", "dry"]),
    needles=st.integers(1, 30),
    depth=st.floats(0, 100),
    vigour=st.floats(0, 1),
    minutes=st.floats(1, 120),
    number=st.integers(1, 5),
    context=st.floats(0, 1),
)
def test_any_protocol_round_trips_and_splits_firing_between_sites(
    tmp_path_factory, technique, needles, depth, vigour, minutes, number, context
):
    needling = Needling(technique, needles, depth, points=("BL23", "off:GB30"), vigour=vigour)
    session = Session(minutes, (needling,), tuple(float(d) for d in range(number)), context)
    protocol = Protocol("p", "p", "verum", sessions=(session,), stricta=Stricta(style="any"))
    assert read_protocol(write_protocol(protocol, tmp_path_factory.mktemp("p") / "p.toml")) == protocol
    here = lay_out(protocol, NUMBERS, SITE, days=1).segments()[0].environment
    nowhere = (
        lay_out(protocol, NUMBERS, load_patient("healthy_volunteer").site, days=1).segments()[0].environment
    )
    for fibre in ("a_beta", "a_delta", "c"):
        total = here[f"{fibre}_painful"] + here[f"{fibre}_other"]
        assert total == pytest.approx(nowhere[f"{fibre}_other"], rel=1e-12, abs=1e-12)
        assert nowhere[f"{fibre}_painful"] == 0


def test_gerac_verum_recruits_what_its_needles_should():
    values = lay_out(load_protocol("gerac-verum"), NUMBERS, SITE, days=1).segments()[0].environment
    per_needle = 8 * 0.45 * (0.15 + 0.85 * 20 / 28)
    assert values["a_delta_painful"] == pytest.approx(5 * 9 / 13 * per_needle, rel=1e-12)
    assert values["a_delta_other"] == pytest.approx(5 * 7 / 11 * per_needle, rel=1e-12)
    assert values["context"] == 1


def test_points_of_the_leg_act_on_the_back_only_in_part():
    def share(point):
        session = Session(20, (replace(MANUAL, points=(point,)),), (0.0,))
        protocol = Protocol("p", "p", "verum", sessions=(session,))
        values = lay_out(protocol, NUMBERS, SITE, days=1).segments()[0].environment
        return values["a_delta_painful"] / (values["a_delta_painful"] + values["a_delta_other"])

    assert share("LI4") == 0
    assert share("BL25") > 0.9
    assert 0 < share("BL40") < 1


def test_a_partial_response_brings_five_more_sessions():
    rule = ContinueIf(42, (0.1, 0.5), 5, 42.5, 3.5)
    protocol = load_protocol("gerac-verum")
    path = "pain.report.intensity"
    more = rule.decide(42, {path: 70}, {path: 50}, protocol)
    assert more.changes
    assert len(more.apply(protocol).sessions[0].days) == 15
    for now in (68.0, 20.0):
        assert not rule.decide(42, {path: 70}, {path: now}, protocol).changes


def test_a_sham_is_made_by_changing_the_verum():
    sham = load_protocol("cherkin-standardised").sham(penetration=False, context=0.8)
    assert sham.sessions[0].needlings[0].technique == "touch"
    assert sham.sessions[0].context == 0.8
    assert "without piercing the skin" in sham.stricta.control


def test_what_was_not_reported_stays_marked():
    missing = load_protocol("gerac-verum").stricta.missing()
    assert "points" in missing
    assert "retention" not in missing
    assert Stricta().style == NOT_REPORTED


def test_a_depth_beyond_the_literature_warns():
    session = Session(20, (replace(MANUAL, depth_mm=90),), (0.0,))
    assert any("BL23" in w for w in Protocol("p", "p", "verum", sessions=(session,)).warnings)


def test_every_challenge_cites_and_reaches_the_body():
    protocol = load_protocol("li4-manual")
    idle = lay_out(protocol, NUMBERS, SITE, days=1)
    for challenge in challenges().values():
        for key in challenge.cites:
            cite(key)
        given_ = lay_out(protocol, NUMBERS, SITE, days=1, challenges=[challenge])
        assert (given_.doses, given_.intervals) != (idle.doses, idle.intervals)
    assert load_challenge("local-anaesthetic").acts == "input gate"


FILE = """
[protocol]
name = "mine"
title = "Mine"
role = "verum"

[[sessions]]
minutes = 30
number = 4
per_week = 2

[[sessions.needlings]]
technique = "manual"
needles = 4
depth_mm = 20
points = ["BL23"]
"""


@pytest.mark.parametrize(
    ("old", "new", "error", "message"),
    [
        ('"BL23"', '"BL233"', DeqiError, "did you mean BL33 or BL23"),
        ("depth_mm = 20", "depth_mm = 900", ProtocolError, "outside 0 to 150"),
        ("depth_mm = 20\n", "", ProtocolError, "depth_mm is missing"),
        ("minutes = 30", "minutes = -30", ProtocolError, "minutes = -30 is outside"),
        ("minutes = 30", 'minutes = "half an hour"', ProtocolError, "is no number"),
        ("minutes = 30", "minuts = 30", UnknownNameError, "did you mean minutes"),
        ("per_week = 2", "per_week = 1000", ProtocolError, "overlap"),
        ('"manual"', '"manul"', UnknownNameError, "did you mean manual"),
        ('role = "verum"', 'role = "verum"\ncondition = "nausea"', RefusedError, "nausea"),
        ("[protocol]", "[protocol", FileError, "line"),
        ('title = "Mine"\n', "", ProtocolError, "title is missing"),
    ],
)
def test_a_mistake_in_a_file_is_told_in_one_line(tmp_path, old, new, error, message):
    file = tmp_path / "mine.toml"
    file.write_text(FILE.replace(old, new))
    with pytest.raises(error, match=message) as caught:
        read_protocol(file)
    assert "\n" not in str(caught.value)


def test_unknown_drug_and_two_opioids_are_errors():
    from deqi.protocols import DrugCourse

    with pytest.raises(UnknownNameError, match="did you mean morphine"):
        DrugCourse("morphin", 30, 0, 7)
    courses = (DrugCourse("morphine", 30, 0, 7), DrugCourse("oxycodone", 30, 0, 7))
    with pytest.raises(ProtocolError, match="two opioids"):
        Protocol("p", "p", "drug", drugs=courses)


def test_a_file_that_cannot_be_written_changes_nothing(tmp_path):
    with pytest.raises(FileError, match="cannot be written"):
        write_protocol(load_protocol("none"), tmp_path / "no" / "folder.toml")
