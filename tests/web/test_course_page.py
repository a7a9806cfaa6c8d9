"""The Course page: the numbers of the command line, kinds of spread kept apart, with and without a script."""

from __future__ import annotations

import gzip
import json
import os
import re
import subprocess
import sys
import time
from itertools import pairwise
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from deqi.errors import DeqiError
from deqi.protocols import load_protocol
from deqi.trials.files import load_trial
from deqi.trials.run import run_trial
from deqi.trials.shares import shares
from deqi.web.course.courses import main_courses
from deqi.web.course.crowd import group, hundred
from deqi.web.course.lines import WIDE, courses_figure
from deqi.web.course.payload import crowd_part, shares_part
from deqi.web.course.question import ask
from deqi.web.course.small import icon_array
from deqi.web.course.streaming import later
from deqi.web.course.svg import apart, week_ticks
from deqi.web.course.typical import typical

_CHROMIUM = Path("/usr/bin/chromium")
_QUIET = (
    "--no-sandbox --disable-gpu --disable-quic --no-first-run --disable-background-networking "
    "--disable-component-update --disable-sync"
)
#: A short course, so that tests are quick.
SHORT = "protocol=gerac-verum&weeks=6"


def told_by_the_command(*arguments: str) -> dict[str, Any]:
    command = [sys.executable, "-m", "deqi", *arguments, "--json"]
    told = subprocess.run(command, capture_output=True, text=True, check=True).stdout
    return json.loads(told)


def test_the_typical_patient_has_the_numbers_of_the_command_line(client):
    answer = client.get("/api/course", params={"weeks": 6, "challenge": "mu-antagonist"}).json()
    assert [one["key"] for one in answer["main"]] == ["real", "compare", "none", "unblocked"]
    command = answer["commands"][0].split()
    assert command[:3] == ["deqi", "simulate", "gerac-verum"]
    told = told_by_the_command(*command[1:])
    one = answer["main"][0]
    assert one["about"] == told["about_parameters"]
    # The command says of its uncertainty what it was asked to add.
    added = ("about_parameters", "grades", "uncertainty")
    assert {k: v for k, v in one["summary"].items() if k not in added} == {
        k: v for k, v in told.items() if k not in added
    }
    # What is drawn is what is summed up.
    for week, pain in told["pain_intensity"].items():
        assert one["pain"][one["weeks"].index(float(week))] == pytest.approx(pain, abs=1e-3)
    # A block of endorphins leaves more pain.
    assert one["pain"][-1] > answer["main"][3]["pain"][-1] + 1


def test_the_hundred_are_patients_of_a_trial_of_the_command_line(client, tmp_path):
    answer = client.get(f"/api/course?{SHORT}").json()
    file = tmp_path / "course.toml"
    file.write_text(
        client.get(f"/api/course/trial.toml?{answer['question']['address']}").text, encoding="utf-8"
    )
    told = told_by_the_command("trial", str(file), "--seed", "1", "--paired", "--out", str(tmp_path / "run"))
    contrasts = {
        (*one["arms"], f"{one['week']:g}"): one["hypothetical"] for one in told["truth"]["contrasts"]
    }
    for one in answer["crowd"]["differences"]:
        for week in ("1", "2", "4", "6"):
            assert one["by_week"][week] == contrasts[(*one["of"], week)]


def test_shares_are_those_of_a_trial(tmp_path, client):
    text = client.get(f"/api/course/trial.toml?{SHORT}&compare=none").text
    # All hundred are in one arm, so that the trial takes all of them apart.
    alone = re.sub(r"\[\[arms\]\]\nname = 'none'.*?\n\n", "", text, flags=re.DOTALL)
    file = tmp_path / "course.toml"
    file.write_text(alone, encoding="utf-8")
    run = run_trial(load_trial(file), seed=1, out=tmp_path / "run")
    told = shares_part(ask(weeks=6, compare="none"))["told"]
    assert told["arms"] == shares(run).as_json()["arms"]
    parts = told["arms"]["real"]
    total = sum(parts[name]["6"]["mean"] for name in ("natural course", "needles", "context"))
    assert total == pytest.approx(parts["total"]["6"]["mean"])


def test_kinds_of_spread_are_kept_apart(client):
    answer = client.get(f"/api/course?{SHORT}").json()
    about = answer["main"][0]["about"]
    assert (about["kind"], about["level"], about["members"]) == ("parameters", 95, 8)
    crowd = answer["crowd"]["courses"][0]
    assert {(band["kind"], band["level"]) for band in crowd["between"]} == {
        ("between patients", 95),
        ("between patients", 50),
    }
    assert crowd["better"]["6"]["kind"] == "sampling"
    scores = np.array(crowd["patients"])
    assert scores.shape == (100, len(crowd["weeks"]))
    low, high = crowd["between"][0]["low"][-1], crowd["between"][0]["high"][-1]
    assert ((scores[:, -1] >= low) & (scores[:, -1] <= high)).sum() >= 94
    assert crowd["better"]["6"]["share"] == crowd["groups"].count(0) / 100


def test_everybody_is_the_same_at_the_beginning():
    crowd = crowd_part(ask(weeks=6))
    first = [[row[0] for row in one["patients"]] for one in crowd["courses"]]
    assert first[0] == first[1] == first[2]


@pytest.mark.parametrize(
    ("query", "where"),
    [
        ("protocol=nonsense", "protocol"),
        ("protocol=../../etc/passwd", "protocol"),
        ("compare=nonsense", "compare"),
        ("protocol=morphine&compare=sham", "compare"),
        ("patient=healthy_volunteer", "patient"),
        ("weeks=53", "weeks"),
        ("weeks=0", "weeks"),
        ("weeks=6.5", "weeks"),
        ("challenge=nonsense", "challenge"),
    ],
)
def test_what_cannot_be_followed_is_told(client, query, where):
    answer = client.get(f"/api/course?{query}")
    assert answer.status_code == 422
    error = answer.json()["error"]
    assert error["where"] == where
    assert error["fix"]
    page = client.get(f"/course?{query}", headers={"accept": "text/html"})
    assert page.status_code == 422
    assert "What to do" in page.text


def test_there_is_no_file_of_what_is_no_trial(client):
    for more in ("challenge=mu-antagonist", "compare=sham"):
        assert client.get(f"/api/course/trial.toml?{SHORT}&{more}").status_code == 422


def test_the_page_needs_no_script(client):
    page = client.get(f"/course?{SHORT}&challenge=mu-antagonist", headers={"accept": "text/html"})
    assert page.status_code == 200
    assert '<option value="6" selected>' in page.text
    assert 'value="mu-antagonist" checked' in page.text
    assert page.text.count('class="cell"') == 100
    assert "Take the blocks off to see shares" in page.text
    # Sent in pieces, and nothing of how is left; no look is written where the policy forbids it.
    assert "\x1e" not in page.text
    assert " style=" not in page.text
    assert len(gzip.compress(page.content)) < 100_000


def test_a_part_that_fails_is_told_in_its_place():
    def fail() -> None:
        raise DeqiError("it broke", where="here", fix="mend it")

    assert later(fail)() == {"found": None, "error": {"says": "it broke", "where": "here", "fix": "mend it"}}


def test_rules_that_make_many_plans_are_not_taken_apart_here():
    asked = ask("opioid-titrated-acupuncture", "none", weeks=13)
    assert "plans" in shares_part(asked)["reason"]
    nothing = shares_part(ask("none", "none", weeks=6))
    assert nothing["told"] is None


def test_the_figure_has_axes_units_and_every_course():
    rows = [typical(one, "chronic_low_back_pain", 6.0) for one in main_courses(ask(weeks=6))]
    drawn = courses_figure(rows, 6, WIDE)
    for said in (
        "weeks",
        ">100<",
        ">6<",
        'class="c-real"',
        'class="c-compare"',
        'class="c-none"',
        'class="w"',
    ):
        assert said in drawn
    assert "Pain from 0 to 100 of a typical patient, from week 0 to week 6" in drawn


@given(st.lists(st.integers(0, 2), min_size=1, max_size=100))
def test_icons_are_as_many_as_patients(groups):
    drawn = icon_array(groups, "some")
    for number, kind in enumerate(("better", "between", "worse")):
        assert drawn.count(f'class="i {kind}"') == groups.count(number)


@given(st.lists(st.floats(0, 100), min_size=1, max_size=40), st.lists(st.floats(0, 100), min_size=40))
def test_groups_are_as_they_are_told(before, after):
    a, b = np.array(before), np.array(after[: len(before)])
    found = group(a, b)
    assert (b[found == 0] <= 0.7 * a[found == 0] + 1e-6).all()
    assert (b[found == 2] >= 1.1 * a[found == 2] - 1e-6).all()


@given(st.floats(1, 52))
def test_ticks_rise_and_stay_on_the_axis(weeks):
    ticks = week_ticks(weeks)
    assert ticks[0] == 0
    assert ticks == sorted(set(ticks))
    assert ticks[-1] <= weeks + 1e-6
    assert len(ticks) <= 10


@given(st.lists(st.floats(20, 180), min_size=1, max_size=4))
def test_labels_do_not_lie_on_each_other(places):
    found = sorted(apart(places, 12, 0, 200))
    assert all(b - a >= 11.5 for a, b in pairwise(found))


def test_challenges_of_a_protocol_stay():
    (course, *_) = main_courses(ask(weeks=6, challenge=["mu-antagonist"]))
    assert course.whole.challenges == ("mu-antagonist",)
    assert load_protocol("gerac-verum").challenges == ()
    assert hundred(course, "chronic_low_back_pain", 6.0)["challenges"] == ["mu-antagonist"]


# ---------------------------------------------------------------------- in a browser


@pytest.mark.skipif(not _CHROMIUM.exists() and not os.environ.get("CI"), reason="no Chromium here")
def test_the_page_in_a_browser(address):
    from axe_playwright_python.sync_playwright import Axe
    from playwright.sync_api import expect, sync_playwright

    wrong: list[str] = []
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=str(_CHROMIUM), args=_QUIET.split())
        page = browser.new_page(viewport={"width": 1400, "height": 900})
        page.set_default_timeout(15_000)
        page.on("pageerror", lambda error: wrong.append(str(error)))
        page.on("console", lambda told: wrong.append(told.text) if told.type == "error" else None)
        page.on("request", lambda r: None if r.url.startswith(address) else wrong.append(r.url))
        page.goto(f"{address}/course?{SHORT}")
        expect(page.locator(".cell")).to_have_count(100)
        expect(page.locator(".waiting")).to_be_hidden()
        # By keys: a slider tells any week of every course.
        slider = page.locator('[data-plot="main"] input[type="range"]')
        slider.focus()
        for _ in range(4):
            page.keyboard.press("ArrowLeft")
        pain = typical(main_courses(ask(weeks=6))[0], "chronic_low_back_pain", 6.0)["pain"][2]
        expect(page.locator('[data-plot="main"] output')).to_contain_text(f"Week 2: needles {pain:.0f}, sham")
        page.locator(".cell").first.hover()
        expect(page.locator("#each")).to_contain_text("at week 0; needles")
        # A switch asks anew, and stands in the address.
        page.locator('[value="mu-antagonist"]').check()
        page.wait_for_url("**challenge=mu-antagonist**")
        expect(page.locator("#h-main ~ .legend")).to_contain_text("nothing blocked")
        expect(page.locator('[value="mu-antagonist"]')).to_be_focused()
        page.go_back()
        expect(page.locator("#h-main ~ .legend")).not_to_contain_text("nothing blocked")
        expect(page.locator('[value="mu-antagonist"]')).not_to_be_checked()
        # Another protocol brings its own sham and its own patient.
        page.get_by_label("What is done").select_option("sciatica-acupuncture")
        page.wait_for_url("**protocol=sciatica-acupuncture**")
        expect(page.locator("[name=patient]")).to_have_value("sciatica")
        expect(page.locator("body.again")).to_have_count(0)
        for scheme in ("light", "dark"):
            page.emulate_media(color_scheme=scheme)
            found = Axe().run(page).response["violations"]
            assert [v["id"] for v in found if v["impact"] in ("serious", "critical")] == []
        page.set_viewport_size({"width": 390, "height": 844})
        wide, seen = page.evaluate("[document.documentElement.scrollWidth, innerWidth]")
        assert wide <= seen
        # Seen again, it is there at once.
        begin = time.monotonic()
        page.goto(f"{address}/course?{SHORT}", wait_until="commit")
        page.wait_for_selector("#h-main")
        assert time.monotonic() - begin < 2
        browser.close()
    assert wrong == []
