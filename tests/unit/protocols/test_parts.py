"""Parts of a protocol: what each refuses, and any of them written and read."""

import stat
import string

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from deqi.errors import DeqiError, FileError, ProtocolError, UnknownNameError
from deqi.protocols import (
    Challenge,
    Contact,
    ContinueIf,
    DrugCourse,
    DrugDose,
    Exercise,
    Needling,
    PainSite,
    Protocol,
    Rescue,
    Session,
    Stricta,
    VisitLimit,
    load_challenge,
    load_protocol,
    read_protocol,
    write_protocol,
)
from deqi.protocols.drugs import DRUGS

NAN = float("nan")
FRACTION = st.floats(0, 1)
DAY = st.floats(0, 300)
TEXT = st.text(string.printable, min_size=1, max_size=30).filter(str.strip)
POINTS = st.lists(st.sampled_from(["BL23", "off:BL18 (1 cm lateral)", "GV3", "ST36"]), max_size=3).map(tuple)


@st.composite
def needlings(draw):
    technique = draw(st.sampled_from(["manual", "retained", "superficial", "touch", "dry", "electrical"]))
    current = {}
    if technique == "electrical":
        hertz = st.floats(0.1, 200)
        current = {
            "frequency_hz": draw(st.lists(hertz, min_size=1, max_size=2).map(tuple)),
            "current_ma": draw(st.floats(0.01, 50)),
        }
    points = draw(POINTS)
    share = FRACTION if not points else st.none() | FRACTION
    return Needling(
        technique,
        draw(st.integers(1, 100)),
        0 if technique == "touch" else draw(st.floats(0.1, 150)),
        points,
        draw(FRACTION),
        side=draw(st.sampled_from(["left", "right", "both", "midline"])),
        segmental=draw(share),
        local=draw(share),
        **current,
    )


@st.composite
def anything(draw):
    sessions = tuple(
        Session(
            draw(st.floats(0.1, 300)), tuple(draw(st.lists(needlings(), min_size=1, max_size=2))), days, c
        )
        for days, c in zip([(0.5, 4.0), (1.0, 9.5)], [draw(FRACTION), draw(FRACTION)], strict=True)
    )
    start = draw(DAY)
    rules = [
        ContinueIf(42, (0.1, draw(st.floats(0.2, 1))), draw(st.integers(1, 20)), 42.5, 3.5),
        VisitLimit(draw(st.integers(1, 30)), improvement=draw(FRACTION)),
        Rescue((draw(DAY), 14.0), draw(st.floats(0, 100)), "naproxen", 500, draw(st.floats(1, 30))),
    ]
    return Protocol(
        draw(TEXT),
        draw(TEXT),
        "verum",
        sessions=sessions,
        drugs=(DrugCourse("morphine", draw(st.floats(0, 200)), start, start + 1),),
        doses=(DrugDose("naloxone", draw(st.floats(0, 10)), draw(DAY), draw(st.floats(0, 1440))),),
        exercise=(Exercise(draw(FRACTION), start, start + 7),),
        contacts=(Contact(draw(st.floats(0.1, 60)), draw(FRACTION), (start,)),),
        rules=tuple(draw(st.lists(st.sampled_from(rules), max_size=3))),
        stricta=Stricta(style=draw(TEXT), control=draw(TEXT)),
        assumptions=tuple(draw(st.lists(TEXT, max_size=2))),
    )


@settings(suppress_health_check=[HealthCheck.too_slow, HealthCheck.function_scoped_fixture], deadline=None)
@given(protocol=anything())
def test_every_part_of_a_protocol_comes_back_from_a_file_as_it_was(tmp_path, protocol):
    assert read_protocol(write_protocol(protocol, tmp_path / "p.toml")) == protocol


def test_whole_numbers_and_lists_are_kept_in_one_form():
    needling = Needling("electrical", 2.0, 10, ["BL23"], frequency_hz=2, current_ma=3)
    assert needling == Needling("electrical", 2, 10.0, ("BL23",), frequency_hz=(2.0,), current_ma=3.0)
    assert needling.frequencies == (2.0,)


@pytest.mark.parametrize(
    ("make", "message"),
    [
        (lambda: Needling("manual", 2.5, 10, ("BL23",)), "needles = 2.5 is no whole number"),
        (lambda: Needling("manual", True, 10, ("BL23",)), "needles = True is no number"),
        (lambda: Needling("manual", 2, 10, "BL23"), r"points = 'BL23' is no list"),
        (lambda: Needling("manual", 2, 10, (3,)), "points holds 3"),
        (lambda: Needling("manual", 2, NAN, ("BL23",)), "depth_mm = nan is no number"),
        (lambda: Needling("manual", 2, -1, ("BL23",)), "depth_mm = -1 is outside 0 to 150"),
        (lambda: Needling("touch", 2, 3, ("BL23",)), "a touch has no depth; write depth_mm = 0"),
        (lambda: Needling("manual", 2, 10), "neither points nor segmental"),
        (lambda: Needling("manual", 2, 10, ("BL23",), current_ma=2), "go with electrical needling"),
        (lambda: Needling("electrical", 2, 10, ("BL23",), current_ma=2), "go with electrical needling"),
        (lambda: Needling("manual", 2, 10, ("BL23",), side="lft"), "did you mean left"),
        (lambda: Session(30, (), (0.0,)), "no needling"),
        (lambda: Contact(30, 0.5, ()), "days is empty"),
        (lambda: Contact(30, 1.5, (0,)), "context = 1.5 is outside"),
        (lambda: Exercise(1, 7, 7), "it ends on day 7, but begins on day 7"),
        (lambda: DrugCourse("naloxone", 1, 0, 7), "is not taken by mouth"),
        (lambda: DrugCourse("morphine", NAN, 0, 7), "mg_per_day = nan is no number"),
        (lambda: DrugDose("morfine", 1, 0), "did you mean morphine"),
        (lambda: ContinueIf(NAN, (0.1, 0.5), 5, 43, 3.5), "day = nan is no number"),
        (lambda: ContinueIf(42, (0.5, 0.1), 5, 43, 3.5), "two shares, rising"),
        (lambda: ContinueIf(42, (0.1, 0.5), 5, 42, 3.5), "must come after the visit"),
        (lambda: Rescue((14,), 60, "naloxone", 1, 7), "is not taken by mouth"),
        (lambda: VisitLimit(visits=0), "visits = 0 is outside 1"),
        (lambda: Stricta(style=3), "style = 3 is no text"),
        (lambda: Protocol("", "x", "none"), "name = '' is no text"),
        (lambda: Protocol("x", "x", "verim"), "unknown role 'verim'; did you mean verum"),
        (lambda: Protocol("x", "x", "none", cites="haake2007"), "cites = 'haake2007' is no list"),
        (lambda: Protocol("x", "x", "none", rules=(VisitLimit(),)), "needs sessions or contacts"),
        (lambda: PainSite(pain_side="lefft"), "did you mean left"),
        (lambda: PainSite(frozenset({"L9"})), "'L9' is not a segment"),
    ],
)
def test_a_part_that_cannot_be_is_refused_in_one_line(make, message):
    with pytest.raises(DeqiError, match=message) as caught:
        make()
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        ("days = [0, 7]", "days = 5", "mine.toml: sessions 1: days = 5 is no list"),
        ("days = [0, 7]", "days = []", "mine.toml: sessions 1: days is empty"),
        ("days = [0, 7]", 'number = 2\nper_week = 1\nstart_day = "a"', "start_day = 'a' is no number"),
        ("days = [0, 7]", "number = 2.5\nper_week = 1", "number = 2.5 is no whole number"),
        ("days = [0, 7]", "number = 1000000000\nper_week = 1", "number = 1e.09 is outside 1 to 10000"),
        ("days = [0, 7]", "number = 2\nper_week = nan", "per_week = nan is no number"),
        ("days = [0, 7]", "days = [0, 7]\nper_week = 2", "says days and per_week too"),
        ("[[sessions]]", "[sessions]", "sessions is no list of tables"),
        ('"manual"', '["manual"]', r"needlings 1: technique = \['manual'\] is no text"),
        ('"manual"', "{ a = 1 }", "technique = .* is no text"),
        (
            'role = "verum"',
            'role = "verum"\ndrugs = [{drug = ["morphine"], mg_per_day = 1, from_day = 0, to_day = 1}]',
            "drugs 1: drug = .* is no text",
        ),
        (
            'role = "verum"',
            'role = "verum"\ndoses = [{drug = {}, mg = 1, day = 0}]',
            "doses 1: drug = .* is no text",
        ),
        ('role = "verum"', 'role = "verum"\nrules = [{name = ["rescue"]}]', "rules 1: unknown rule"),
        ('role = "verum"', 'role = "verum"\nchallenges = ["vagotmy"]', "did you mean vagotomy"),
        ('role = "verum"', 'role = "verum"\nchallenges = "vagotomy"', "challenges = 'vagotomy' is no list"),
        ('role = "verum"', 'role = "verum"\nstricta = 3', "stricta: 3 is no table"),
        ('role = "verum"', 'role = "verum"\nrules = [{name = "stop"}]', "rules 1: unknown rule 'stop'"),
        ('role = "verum"', 'role = "verum"\nsessions = []', "stands inside and outside of"),
        ('title = "Mine"', "title = 3", "mine.toml: title = 3 is no text"),
    ],
)
def test_a_file_that_cannot_be_is_refused_in_one_line(tmp_path, old, new, message):
    text = """
[protocol]
name = "mine"
title = "Mine"
role = "verum"

[[sessions]]
minutes = 30
days = [0, 7]
needlings = [{technique = "manual", needles = 2, depth_mm = 20, points = ["BL23"]}]
"""
    file = tmp_path / "mine.toml"
    file.write_text(text, encoding="utf-8")
    assert read_protocol(file).sessions[0].days == (0, 7)
    assert old in text
    file.write_text(text.replace(old, new), encoding="utf-8")
    with pytest.raises(DeqiError, match=message) as caught:
        read_protocol(file)
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("", "no single"),
        ('challenge = "x"', "no single"),
        ("[challenge.a]\nlevel = 1", "needs a title"),
        ('[challenge.a]\ntitle = "A"\nname = "b"\nvariable = "mu_block"', "unknown field 'name'"),
        ('[challenge.a]\ntitle = "A"\nvariable = "mu_blok"', "did you mean mu_block"),
        ('[challenge.a]\ntitle = "A"\nvariable = "context"', "unknown variable 'context'"),
        ('[challenge.a]\ntitle = "A"\nvariable = "mu_block"\nlevel = "x"', "level = 'x' is no number"),
        ('[challenge.a]\ntitle = "A"\nvariable = "mu_block"\nlevel = 2', "level = 2 is outside"),
        ('[challenge.a]\ntitle = "A"', "one of them"),
        ('[challenge.a]\ntitle = "A"\ndrug = "naloxon"\nmg = 1', "did you mean naloxone"),
        ('[challenge.a]\ntitle = "A"\ndrug = "naloxone"\nmg = "x"', "mg = 'x' is no number"),
        (
            '[challenge.a]\ntitle = "A"\ndrug = "naloxone"\nmg = 1\nminutes_before = nan',
            "minutes_before = nan",
        ),
        ('[challenge.a]\ntitle = "A"\ndrug = "naloxone"\nmg = 1\nbioavailability = 7', "bioavailability = 7"),
        ('[challenge.a]\ntitle = "A"\ndrug = "oxycodone"\nmg = 1', "parameters of its own"),
        ('[challenge.a]\ntitle = "A"\nvariable = "mu_block"\nduring_sessions = 1', "neither true nor false"),
    ],
)
def test_a_challenge_that_cannot_be_is_refused_in_one_line(tmp_path, text, message):
    file = tmp_path / "c.toml"
    file.write_text(text, encoding="utf-8")
    with pytest.raises(DeqiError, match=message) as caught:
        load_challenge(file)
    assert "c.toml" in str(caught.value)
    assert "\n" not in str(caught.value)


def test_a_challenge_of_one_s_own_is_read(tmp_path):
    file = tmp_path / "c.toml"
    file.write_text('[challenge.half]\ntitle = "Half"\nvariable = "mu_block"\nlevel = 0.5', encoding="utf-8")
    assert load_challenge(file) == Challenge("half", "Half", variable="mu_block", level=0.5)
    with pytest.raises(UnknownNameError, match="did you mean vagotomy"):
        load_challenge("vagotomi")


def test_a_protocol_that_cannot_be_written_leaves_nothing_behind(tmp_path):
    protocol = load_protocol("none")
    with pytest.raises(FileError, match="cannot be written"):
        write_protocol(protocol, tmp_path / "no" / "p.toml")
    (tmp_path / "p.toml").mkdir()
    with pytest.raises(FileError, match="cannot be written"):
        write_protocol(protocol, tmp_path / "p.toml")
    assert [f.name for f in tmp_path.iterdir()] == ["p.toml"]


def test_a_full_disk_is_told_in_one_line_and_the_old_file_stays(tmp_path, monkeypatch):
    file = write_protocol(load_protocol("none"), tmp_path / "p.toml")
    before = file.read_bytes()

    def full(*_: object, **__: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("pathlib.Path.write_bytes", full)
    with pytest.raises(FileError, match="No space left on device; nothing was changed") as caught:
        write_protocol(load_protocol("gerac-verum"), file)
    assert "\n" not in str(caught.value)
    assert file.read_bytes() == before


def test_a_file_that_may_not_be_read_is_told(tmp_path, permissions_hold):
    file = write_protocol(load_protocol("none"), tmp_path / "p.toml")
    file.chmod(stat.S_IWUSR)
    with pytest.raises(FileError, match="cannot be read"):
        read_protocol(file)


def test_a_folder_and_a_missing_file_are_no_protocols(tmp_path):
    for path in (tmp_path / "none.toml", tmp_path):
        with pytest.raises(FileError, match="cannot be read"):
            read_protocol(path)


@pytest.mark.parametrize(
    ("drug", "formula"),
    [
        ("morphine", {"C": 17, "H": 19, "N": 1, "O": 3}),
        ("oxycodone", {"C": 18, "H": 21, "N": 1, "O": 4}),
        ("naloxone", {"C": 19, "H": 21, "N": 1, "O": 4}),
    ],
)
def test_molar_masses_follow_from_the_formulas(drug, formula):
    weights = {"C": 12.011, "H": 1.008, "N": 14.007, "O": 15.999}
    assert DRUGS[drug].molar_mass == pytest.approx(sum(n * weights[e] for e, n in formula.items()), abs=0.006)


def test_a_protocol_needs_the_sets_of_its_medicines_rescue_included():
    rescue = Rescue((14,), 60, "ibuprofen", 1200, 7)
    assert Protocol("x", "x", "drug", drugs=(DrugCourse("oxycodone", 40, 0, 7),)).overlays() == ("oxycodone",)
    assert Protocol("x", "x", "none", rules=(rescue,)).overlays() == ("ibuprofen",)
    with pytest.raises(ProtocolError, match="naproxen and ibuprofen"):
        Protocol("x", "x", "none", drugs=(DrugCourse("naproxen", 500, 0, 7),), rules=(rescue,))
