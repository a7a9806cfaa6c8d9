"""One session as plain data: the same numbers as the command line, and questions that are checked."""

import json
import re
import subprocess
import sys
import threading
import time
from pathlib import Path
from urllib.parse import parse_qsl

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from deqi.atlas import points
from deqi.errors import DeqiError
from deqi.results import OUTCOMES
from deqi.simulation import Case
from deqi.web.session.keeping import Kept
from deqi.web.session.payload import session
from deqi.web.session.places import shown
from deqi.web.session.question import LOW_BACK, Needles, ask
from deqi.web.session.reach import reach
from deqi.web.session.support import support

#: Entries that the command line adds to a run's summary.
ADDED = ("about_parameters", "grades")


def told_by_the_command(*arguments: str) -> dict:
    command = [sys.executable, "-m", "deqi", "simulate", *arguments, "--json"]
    told = json.loads(subprocess.run(command, capture_output=True, text=True, check=True).stdout)
    return {name: value for name, value in told.items() if name not in ADDED}


@pytest.mark.parametrize(
    "query",
    ["protocol=gerac-verum", "points=BL23,LI4,GV20&technique=2/100hz&depth_mm=15&minutes=20&side=left"],
)
def test_the_numbers_are_those_of_the_command_line(client, tmp_path, query):
    answer = client.get(f"/api/session?{query}").json()
    named = answer["command"].split()
    assert named[:2] == ["deqi", "simulate"]
    if named[2] == "session.toml":
        file = tmp_path / "session.toml"
        file.write_text(client.get(f"/api/session/protocol.toml?{answer['address']}").text, encoding="utf-8")
        named[2] = str(file)
    command = told_by_the_command(*[part for part in named[2:] if part != "--json"])
    assert answer["real"]["summary"] == command
    # What is drawn is what is summed up: the level before, and the level farthest from it.
    real = answer["real"]
    zero = real["minutes"].index(0)
    for one in shown():
        if len(one.of) == 1 and one.of[0] in command["session"]:
            row, series = command["session"][one.of[0]], real["series"][one.id]
            assert series[zero] == pytest.approx(row["baseline"], rel=1e-4, abs=1e-11)
            at = real["minutes"].index(row["minute"])
            assert series[at] == pytest.approx(row["peak"], rel=1e-4, abs=1e-11)


def test_a_session_is_told_whole(client):
    answer = client.get("/api/session").json()
    assert answer["query"]["points"] == ",".join(LOW_BACK)
    real, other = answer["real"], answer["compare"]
    assert sum(group["needles"] for group in real["needles"]) == 16
    assert real["minutes"][0] == -10
    assert real["minutes"][-1] == 180
    assert real["needles_out"] == 30
    for course in (real, other):
        assert {len(series) for series in course["series"].values()} == {len(real["minutes"])}
    assert other["own"]
    # More is felt of deep needles than of shallow ones, and pain falls more.
    assert max(real["series"]["deqi"]) > 2 * max(other["series"]["deqi"])
    assert min(real["series"]["pain"]) < min(other["series"]["pain"]) - 5
    assert set(OUTCOMES) <= set(real["summary"])


@pytest.mark.parametrize(
    ("query", "says"),
    [
        ("points=BL233", "unknown point 'BL233'"),
        ("points=", "no point is chosen"),
        ("protocol=gerac-vermu", "unknown protocol"),
        ("protocol=../pyproject.toml", "unknown protocol"),
        ("patient=nobody", "unknown patient"),
        ("patient=patients.toml", "unknown patient"),
        ("technique=laser", "unknown technique"),
        ("technique=500hz", "outside 0.1 to 200"),
        ("technique=touch&depth_mm=5", "a touch has no depth"),
        ("depth_mm=500", "outside 0 to 150"),
        ("minutes=0", "outside 0.1"),
        ("side=up", "unknown side"),
        ("current_ma=2", "no current"),
        ("technique=2hz&vigour=1", "no vigour"),
        ("protocol=gerac-verum&depth_mm=5", "two ways to say what is done"),
        ("compare=nothing-like-it", "unknown protocol"),
        ("points=" + ",".join(list(points())[:41]), "more than one session has"),
    ],
)
def test_a_wrong_question_is_told_what_to_do(client, query, says):
    answer = client.get(f"/api/session?{query}")
    assert answer.status_code == 422
    error = answer.json()["error"]
    assert says in error["says"]
    assert error["fix"]


@settings(max_examples=60)
@given(
    codes=st.lists(st.sampled_from(list(points())), min_size=1, max_size=12),
    technique=st.sampled_from(
        ["manual", "retained", "superficial", "touch", "dry", "2hz", "2/100hz", "15hz"]
    ),
    minutes=st.integers(1, 120),
    side=st.sampled_from(["both", "left", "right"]),
)
def test_an_address_asks_what_it_was_made_from(codes, technique, minutes, side):
    made = ask(needles=Needles(tuple(codes), technique, minutes=minutes, side=side))
    told = dict(parse_qsl(made.address))
    numbers = {k: float(told[k]) for k in ("depth_mm", "minutes", "vigour", "current_ma") if k in told}
    again = ask(
        needles=Needles(tuple(told["points"].split(",")), told["technique"], side=told["side"], **numbers),
        compare=told["compare"],
    )
    assert again == made
    whole = [group.needles for s in made.protocol.sessions for group in s.needlings]
    paired = sum(points()[c].side == "bilateral" for c in set(codes))
    assert sum(whole) == len(set(codes)) + (paired if side == "both" else 0)


def test_every_needle_enters_the_cord_once():
    case = Case.of("none", "chronic_low_back_pain")
    for name in ("gerac-verum", "sciatica-acupuncture"):
        first = ask(name).protocol.sessions[0]
        found = reach(first, case.numbers, case.patient.site)
        total = sum(group.needles for group in first.needlings)
        assert sum(found.needles.values()) + found.unplaced == pytest.approx(total)
    healthy = reach(ask("gerac-verum").protocol.sessions[0], case.numbers, type(case.patient.site)())
    assert healthy.needles == {}


def test_a_trials_own_sham_is_compared_and_others_get_one():
    assert ask("gerac-verum").compare_name == "gerac-sham"
    assert ask("gerac-sham").compare is None
    own = ask("low-back-2hz-visit").compare
    assert {n.technique for s in own.sessions for n in s.needlings} == {"superficial"}
    assert all(p.startswith("off:") for s in own.sessions for n in s.needlings for p in n.points)


def test_every_place_explains_itself():
    told = support("chronic_low_back_pain")
    run_paths = session(ask("gerac-verum"))["real"]["series"]
    for one in shown():
        words = dict(one.words)
        if one.kind == "place":
            assert len(re.findall(r"[.](?:\s|$)", words["says"])) == 2, one.id
            assert words["rest"] < words["full"]
        if one.of:
            assert one.id in run_paths
        grade = told[one.id]
        assert grade["word"]
        assert grade["because"]
        assert sum(grade["values"].values()) > 0, one.id
        for source in grade["sources"]:
            assert source["link"] == "" or source["link"].startswith("http")


def test_an_answer_is_worked_out_once_for_all_who_wait():
    kept, begun = Kept[int](most=2), []

    def slowly() -> int:
        begun.append(1)
        time.sleep(0.05)
        return 7

    found: list[int] = []
    threads = [threading.Thread(target=lambda: found.append(kept.get("a", slowly))) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert found == [7] * 8
    assert len(begun) == 1
    kept.get("b", slowly)
    kept.get("c", slowly)
    kept.get("a", slowly)
    assert len(begun) == 4


def test_an_error_is_not_kept():
    kept = Kept[int](most=2)

    def fails() -> int:
        raise DeqiError("no")

    with pytest.raises(DeqiError):
        kept.get("a", fails)
    assert kept.get("a", lambda: 1) == 1


def test_a_repeated_question_is_answered_at_once(client):
    query = "/api/session?points=ST36&minutes=25"
    first = client.get(query).json()
    begin = time.perf_counter()
    assert client.get(query).json() == first
    assert time.perf_counter() - begin < 0.5


def test_the_library_of_sessions(client):
    told = client.get("/api/session/protocols").json()
    assert told["low_back"] == list(LOW_BACK)
    names = {p["name"] for p in told["protocols"]}
    assert {"gerac-verum", "gerac-sham", "li4-2hz"} <= names
    assert "morphine" not in names
    assert {p["name"] for p in told["patients"]} >= {"chronic_low_back_pain", "healthy_volunteer"}


def test_the_page_asks_no_other_machine():
    web = Path(__file__).parents[2] / "src" / "deqi" / "web"
    page = (web / "templates" / "session.html").read_text(encoding="utf-8")
    assert not re.search(r"https?://|<script(?![^>]*src=)|\sstyle=", page)
    for file in (web / "static" / "session").iterdir():
        text = file.read_text(encoding="utf-8").replace("http://www.w3.org/2000/svg", "")
        assert "://" not in text, file.name
        assert "innerHTML" not in text, file.name
