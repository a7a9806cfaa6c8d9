"""Patient mode: the numbers of the Course page in plain words, on one sheet."""

from __future__ import annotations

import os
import re
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats

from deqi.atlas import indications
from deqi.protocols import load_protocol
from deqi.trials.adverse import rates
from deqi.web.course.question import ask
from deqi.web.patient.harms import SURVEYED, at_least_once, harms_of
from deqi.web.patient.sheet import needle_protocols, sheet
from deqi.web.patient.told import told

_CHROMIUM = Path("/usr/bin/chromium")
_QUIET = (
    "--no-sandbox --disable-gpu --disable-quic --no-first-run --disable-background-networking "
    "--disable-component-update --disable-sync"
)
PAGE = {"accept": "text/html"}


def test_the_counts_are_those_of_the_course_page(client):
    answer = client.get("/api/course?weeks=6").json()
    text = client.get("/patient?weeks=6", headers=PAGE).text
    for one, word in zip(answer["crowd"]["courses"], ("Real", "Sham", "No"), strict=True):
        better = one["better"]["6"]
        low, high = (round(100 * end) for end in better["ci95"])
        assert f"{word} needles: {round(100 * better['share'])}</strong><br>range {low} to {high}" in text
    total = answer["shares"]["told"]["arms"]["real"]["total"]["6"]["mean"]
    assert f"falls by {-total:.0f} points" in text


def test_parts_add_up_to_the_fall():
    found = told(ask("sciatica-acupuncture", "sham", weeks=6))
    assert sum(part["less"] for part in found["parts"]) == pytest.approx(found["fall"]["less"])
    for row in found["rows"]:
        assert row["from"] <= row["better"] <= row["to"]
        assert row["about"][0] < row["about"][1]


@pytest.mark.parametrize(
    ("asked", "names"),
    [
        ("fertility", ["infertility"]),
        ("digestive", ["nausea", "constipation"]),
        ("headache", ["headache"]),
    ],
)
def test_where_nothing_is_simulated_the_page_says_so(client, asked, names):
    text = client.get(f"/patient?condition={asked}", headers=PAGE).text
    assert "Nothing is simulated here." in text
    assert 'class="icons"' not in text
    # What is shown is what stands chosen.
    chosen = names[0] if len(names) == 1 else asked
    assert f'<option value="{chosen}" selected>' in text
    for name in names:
        one = indications()[name]
        assert one.findings
        for finding in one.findings:
            assert finding.doi in text


def test_what_is_contested_is_told_with_its_source(client):
    text = client.get("/patient?weeks=6", headers=PAGE).text
    assert "contested" in text
    assert "about 0.2 standard deviations" in text
    assert "https://doi.org/10.1016/j.jpain.2017.11.005" in text
    assert "no advice" in text
    plain = re.sub(r"<[^>]+>", " ", text).casefold()
    for promise in ("will help", "you should", "we recommend", "effective treatment"):
        assert promise not in plain
    # The only word of a cure says that there is none.
    assert re.findall(r"\bcures?\b", plain) == ["cure"]


@pytest.mark.parametrize(
    "query", ["protocol=morphine", "protocol=gerac-sham", "protocol=li4-manual", "condition=nonsense"]
)
def test_other_things_are_refused(client, query):
    answer = client.get(f"/patient?{query}", headers=PAGE)
    assert answer.status_code == 422
    assert "What to do" in answer.text


def test_a_condition_brings_its_own_needles():
    found = sheet("gerac-verum", "acute back pain")
    assert found.asked is not None
    assert found.asked.protocol.condition == "acute-low-back-pain"
    assert found.asked.patient == "acute_low_back_pain"
    assert found.asked.compare is not None


def test_every_way_of_needling_has_a_sheet():
    for name, one in indications().items():
        if one.simulated:
            for protocol in needle_protocols(name):
                assert sheet(protocol).condition == name


@given(st.floats(0.001, 0.5), st.floats(0.01, 0.9), st.integers(1, 30))
def test_at_least_once_is_beta_binomial(rate, clustering, sessions):
    left = (1 - clustering) / clustering
    none = stats.betabinom.pmf(0, sessions, rate * left, (1 - rate) * left)
    assert at_least_once(rate, clustering, sessions) == pytest.approx(1 - none, abs=1e-9)


def test_harms_are_the_published_rates():
    found = harms_of(load_protocol("gerac-verum"))
    assert found is not None
    assert [rate for _, rate in found.minor] == [100 * e.per_session for e in rates().of("minor")]
    # A share of (0 + 1/2) / (n + 1) is none in n.
    (serious,) = rates().of("serious")
    assert serious.per_session == pytest.approx(0.5 / (SURVEYED + 1), rel=0.01)
    assert harms_of(load_protocol("cherkin-simulated")) is None


# ---------------------------------------------------------------------- in a browser


@pytest.mark.skipif(not _CHROMIUM.exists() and not os.environ.get("CI"), reason="no Chromium here")
def test_the_sheet_in_a_browser(address, tmp_path):
    from axe_playwright_python.sync_playwright import Axe
    from playwright.sync_api import expect, sync_playwright

    wrong: list[str] = []
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=str(_CHROMIUM), args=_QUIET.split())
        page = browser.new_page(viewport={"width": 390, "height": 844})
        page.set_default_timeout(15_000)
        page.on("pageerror", lambda error: wrong.append(str(error)))
        page.on("console", lambda told: wrong.append(told.text) if told.type == "error" else None)
        page.on("request", lambda r: None if r.url.startswith(address) else wrong.append(r.url))
        page.goto(f"{address}/patient?weeks=6")
        expect(page.locator(".icons")).to_have_count(3)
        expect(page.locator(".waiting")).to_be_hidden()
        wide, seen = page.evaluate("[document.documentElement.scrollWidth, innerWidth]")
        assert wide <= seen
        for scheme in ("light", "dark"):
            page.emulate_media(color_scheme=scheme)
            found = Axe().run(page).response["violations"]
            assert [v["id"] for v in found if v["impact"] in ("serious", "critical")] == []
        assert _sheets(page.pdf(prefer_css_page_size=True)) == 1
        # Another condition is one choice away, and fits on one sheet too.
        page.get_by_label("What people have").select_option("digestive")
        page.get_by_role("button", name="Show").click()
        page.wait_for_url("**condition=digestive**")
        expect(page.locator("article")).to_contain_text("Nothing is simulated here")
        assert _sheets(page.pdf(prefer_css_page_size=True)) == 1
        browser.close()
    assert wrong == []


def _sheets(pdf: bytes) -> int:
    (count,) = set(re.findall(rb"/Count (\d+)", pdf))
    return int(count)
