"""The page of evidence: figures, verdicts, choices; each finding; by hand and without scripts."""

from __future__ import annotations

import gzip
import json
import math
import os
import re
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
import uvicorn
from axe_playwright_python.sync_playwright import Axe
from fastapi.testclient import TestClient
from hypothesis import given
from hypothesis import strategies as st
from playwright.sync_api import Page, expect, sync_playwright

from deqi.credibility import stored
from deqi.errors import UnknownNameError
from deqi.evidence import finding, findings
from deqi.reports.tables import number
from deqi.validation import MEANINGS, judge
from deqi.validation.person import THRESHOLD
from deqi.validation.table import contradictions
from deqi.web import Settings, create_app
from deqi.web.evidence import words
from deqi.web.evidence.choice import Choice, misfits_first
from deqi.web.evidence.figures import FILE, figures, kept
from deqi.web.evidence.rows import beside, rows
from deqi.web.evidence.scores import scores
from deqi.web.evidence.strips import Axis, strip
from deqi.web.evidence.tested import tested as look_into
from deqi.web.model.graph import bundles

_RESULT = Path(__file__).parents[2] / "docs" / "validation.json"
#: When something was first to be seen [ms].
_FIRST_PAINT = """async () => {
  for (;;) {
    const [seen] = performance.getEntriesByName("first-contentful-paint");
    if (seen) return seen.startTime;
    await new Promise(requestAnimationFrame);
  }
}"""
_INLINE = re.compile(r"\sstyle=|<style|<script(?![^>]*\ssrc=)|\son[a-z]+=")


@pytest.fixture(scope="module")
def result() -> dict[str, Any]:
    return json.loads(_RESULT.read_text(encoding="utf-8"))


def page(client: TestClient, address: str, status: int = 200) -> str:
    answer = client.get(address, headers={"accept": "text/html"})
    assert answer.status_code == status, answer.text[:400]
    assert not _INLINE.search(answer.text), _INLINE.search(answer.text)
    return answer.text


def listed(text: str) -> list[str]:
    """Findings of the list, in the order in which they stand."""
    return re.findall(r'<p class="says"><a href="/evidence/([^"]+)"', text)


# ------------------------------------------------------------------ what is kept


def test_figures_are_those_of_the_result_that_the_verdicts_are_from(result: dict[str, Any]) -> None:
    assert json.loads(FILE.read_text(encoding="utf-8")) == kept(result)
    verdicts = stored()
    assert verdicts is not None
    assert set(figures()) == {one.id for one in verdicts.verdicts}


def test_each_figure_belongs_to_its_verdict() -> None:
    verdicts = stored()
    assert verdicts is not None
    for one in verdicts.verdicts:
        model = figures()[one.id].model
        assert judge(finding(one.id), math.nan if model is None else model) == one.verdict, one.id


def test_words_are_those_of_the_validation() -> None:
    assert words.MEANINGS == MEANINGS
    assert words.THRESHOLD == THRESHOLD
    for value in (-12.345, 0.0, 1e-9, 4321.0, 0.00123):
        assert words.number(value) == number(value)


def test_figures_of_another_model_are_not_shown(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    told = json.loads(FILE.read_text(encoding="utf-8"))
    told["made"]["model"] = "another"
    other = tmp_path / "figures.json"
    other.write_text(json.dumps(told), encoding="utf-8")
    monkeypatch.setattr("deqi.web.evidence.figures.FILE", other)
    figures.cache_clear()
    try:
        assert figures() == {}
    finally:
        figures.cache_clear()


def test_scores_are_those_of_the_validation(result: dict[str, Any]) -> None:
    for score in scores():
        said = result["score"][score.role]["all" if score.construction else "without_by_construction"]
        one = score.standing
        assert (one.findings, one.studies, score.misfits) == (
            said["findings"],
            said["studies"],
            said["counts"]["misfit"],
        )
        assert one.direction_or_better == pytest.approx(said["shares"]["direction_or_better"])
        assert one.inside_with_interval == pytest.approx(said["inside_with_interval"])
        assert one.predicted == pytest.approx(said["predicted"])


# ------------------------------------------------------------------ what a finding tests


def test_every_way_follows_wires_from_what_is_done_to_what_is_read() -> None:
    wired = {(one.source, one.target) for one in bundles()}
    nothing_done = []
    for one in findings():
        found = look_into(one)
        if one.excluded:
            assert found.mechanisms == ()
            continue
        assert found.read, one.id
        if not found.way:
            nothing_done.append(one.id)
            continue
        assert found.way[-1] in found.read
        assert all(step in wired for step in zip(found.way, found.way[1:], strict=False)), one.id
    assert nothing_done == ["brinkhaus2006.pain-change.waiting.w8"]


def test_a_challenge_says_what_is_tested() -> None:
    found = look_into(finding("oei1992.rank"))
    assert found.challenged == ("receptors.cholecystokinin",)
    assert "Cholecystokinin" in found.mechanisms
    assert "DescendingControl" in found.mechanisms


def test_contradictions_are_seen_from_both_sides(result: dict[str, Any]) -> None:
    assert result["contradictions"] == [list(pair) for pair in contradictions(findings())]
    for first, second in result["contradictions"]:
        assert second in [row.finding.id for row in beside(first)]
        assert first in [row.finding.id for row in beside(second)]


# ------------------------------------------------------------------ strips


@given(st.lists(st.floats(-1e4, 1e4), min_size=2, max_size=6), st.sampled_from([None, 0.0, 1.0]))
def test_axis_keeps_order_and_room(values: list[float], neutral: float | None) -> None:
    low, high = min(values), max(values)
    if high - low < 1e-6:
        high = low + 1.0
    axis = Axis(low, high, neutral, "points")
    places = [axis.at(value) for value in sorted(values)]
    assert places == sorted(places)
    assert all(0 <= x <= 100 for x in places)
    ticks = [float(x) for x in re.findall(r'<text x="([^%]+)%', axis.drawn())]
    assert 1 <= len(ticks) <= 6
    assert all(-0.01 <= x <= 100.01 for x in ticks)


def test_strip_shows_published_interval_and_model() -> None:
    row = rows()["brinkhaus2006.pain.verum-minimal.w26"]
    axis = Axis.of([row])
    assert axis is not None
    drawn = strip(row, axis)
    ends, model = row.finding.published.ends, row.given
    assert ends is not None
    assert model.interval is not None
    assert f'<rect class="published" x="{axis.at(ends[0])}%"' in drawn
    assert f'x1="{axis.at(model.interval[0])}%" x2="{axis.at(model.interval[1])}%"' in drawn
    assert axis.at(ends[0]) < axis.at(model.interval[0]) < axis.at(model.interval[1]) < axis.at(ends[1])


# ------------------------------------------------------------------ the page


def test_known_misfits_come_first(client: TestClient) -> None:
    text = page(client, "/evidence")
    order = listed(text)
    codes = [rows()[name].code for name in order]
    misfits = codes.count("misfit")
    assert misfits == sum(score.misfits for score in scores() if score.construction)
    assert codes[:misfits] == ["misfit"] * misfits
    assert len(order) == len(set(order)) == len(figures())
    assert text.index("Known misfits") < text.index("Direction or interval agrees")


def test_page_is_light(client: TestClient) -> None:
    assert len(gzip.compress(page(client, "/evidence").encode())) < 100_000


@pytest.mark.parametrize(
    "choice",
    [
        Choice(role="validation"),
        Choice(mechanism="Cholecystokinin"),
        Choice(verdict="misfit", construction="without"),
        Choice(study="haake2007"),
        Choice(verdict="not-scored", q="neck"),
    ],
)
def test_choices_stand_in_the_address(client: TestClient, choice: Choice) -> None:
    text = page(client, f"/evidence{choice.address}")
    expected = {row.finding.id for row in rows().values() if choice.takes(row)}
    assert expected
    assert set(listed(text)) == expected
    for value in (choice.role, choice.mechanism, choice.verdict, choice.study):
        assert not value or f'<option value="{value}" selected>' in text


def test_a_study_is_seen_whole() -> None:
    found = Choice(study="haake2007").found
    assert len(found) == sum(one.study == "haake2007" for one in findings())
    shown = [row for _, part in misfits_first(found) for row in part]
    assert {row.finding.id for row in shown} == {row.finding.id for row in found}
    assert [row.verdict is None for row in shown] == sorted(row.verdict is None for row in shown)


def test_where_nothing_matches_it_says_what_to_do(client: TestClient) -> None:
    text = page(client, "/evidence?q=nosuchword")
    assert "No finding matches" in text
    assert "Take one condition away" in text
    assert listed(text) == []


@pytest.mark.parametrize("query", ["role=test", "mechanism=Gate", "study=nobody1900", "verdict=fine"])
def test_an_unknown_choice_is_told_in_words(client: TestClient, query: str) -> None:
    assert "unknown" in page(client, f"/evidence?{query}", status=422)
    with pytest.raises(UnknownNameError):
        Choice(**dict([query.split("=")]))


def test_what_is_typed_is_not_markup(client: TestClient) -> None:
    text = page(client, '/evidence?q="><img src=x>')
    assert "<img" not in text


def test_every_finding_has_a_page(client: TestClient) -> None:
    for name, row in rows().items():
        text = page(client, f"/evidence/{name}")
        assert row.word in text
        assert "Risk of bias" in text
        if row.verdict is None:
            assert "Not scored" in text
        else:
            assert "What it tests" in text
            assert ("By construction" in text) == row.by_construction


def test_a_finding_says_all_of_itself(client: TestClient) -> None:
    text = page(client, "/evidence/brinkhaus2006.pain.verum-minimal.w26")
    for said in (
        "−3.8 (−12.4 to 4.9) points; 95 % interval of sampling, as printed",
        "95 % interval about parameters",
        '<a href="https://doi.org/10.1001/archinte.166.4.450" rel="noreferrer">doi:10.1001/',
        "at week 26",
        "210",
        "nobody leaves, misses a session, or seeks other treatment",
        'href="/model/PainReport"',
    ):
        assert said in text, said


def test_an_unknown_finding_is_told(client: TestClient) -> None:
    assert "there is no finding nope" in page(client, "/evidence/nope", status=404)


# ------------------------------------------------------------------ in a browser

_CHROMIUM = Path("/usr/bin/chromium")
_QUIET = (
    "--no-sandbox --disable-gpu --disable-quic --no-first-run --disable-background-networking "
    "--disable-component-update --disable-sync"
)


@pytest.fixture
def opened(tmp_path: Path) -> Iterator[Callable[..., Page]]:
    """A page of the application; what it complains of, and whom else it asks, fails the test."""
    if not _CHROMIUM.exists() and not os.environ.get("CI"):
        pytest.skip("no Chromium here")
    server = uvicorn.Server(
        uvicorn.Config(create_app(Settings(tmp_path, runners=0)), host="127.0.0.1", port=0, log_level="error")
    )
    thread = threading.Thread(target=server.run)
    thread.start()
    end = time.monotonic() + 30
    while not server.started:
        assert time.monotonic() < end
        assert thread.is_alive()
        time.sleep(0.02)
    home = f"http://127.0.0.1:{server.servers[0].sockets[0].getsockname()[1]}"
    wrong: list[str] = []
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=str(_CHROMIUM), args=_QUIET.split())

        def see(path: str, width: int = 1400, scheme: str = "light", **options: Any) -> Page:
            size = {"width": width, "height": 900}
            page = browser.new_page(viewport=size, color_scheme=scheme, base_url=home, **options)
            page.on("console", lambda said: wrong.append(said.text) if said.type == "error" else None)
            page.on("pageerror", lambda error: wrong.append(str(error)))
            page.on("request", lambda sent: None if sent.url.startswith(home) else wrong.append(sent.url))
            page.goto(path)
            return page

        yield see
        browser.close()
    server.should_exit = True
    thread.join(20)
    assert wrong == []


def fits_and_is_accessible(page: Page) -> None:
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    found = Axe().run(page).response
    assert len(found["passes"]) > 15
    assert [(one["impact"], one["id"], one["nodes"][0]["html"]) for one in found["violations"]] == []


def test_evidence_in_a_browser(opened: Callable[..., Page]) -> None:
    page = opened("/evidence")
    paints = []
    for _ in range(3):
        page.reload()
        paints.append(page.evaluate(_FIRST_PAINT))
    assert min(paints) < 1000

    # A choice acts at once, stands in the address, and is gone by going back.
    page.select_option("select[name=mechanism]", "Cholecystokinin")
    count = len(Choice(mechanism="Cholecystokinin").found)
    expect(page.locator(".count")).to_contain_text(f"{count} findings of")
    assert page.url.endswith("/evidence?mechanism=Cholecystokinin")
    assert page.locator(".says").count() == count
    page.go_back()
    expect(page.locator(".count")).to_contain_text(f"{len(figures())} findings of")
    assert page.input_value("select[name=mechanism]") == ""
    page.close()

    # Without scripts the form does the same.
    page = opened("/evidence", width=400, java_script_enabled=False)
    page.select_option("select[name=role]", "calibration")
    page.click("#choose button")
    page.wait_for_url(re.compile("role=calibration"))
    expect(page.locator(".count")).to_contain_text(f"{len(Choice(role='calibration').found)} findings of")
    page.close()

    for path, width, scheme in (
        ("/evidence?construction=without&role=validation", 1400, "light"),
        ("/evidence?mechanism=Cholecystokinin", 400, "dark"),
        ("/evidence?q=nosuchword", 800, "light"),
        ("/evidence/brinkhaus2006.pain.verum-minimal.w26", 1400, "dark"),
    ):
        page = opened(path, width, scheme)
        fits_and_is_accessible(page)
        page.close()
