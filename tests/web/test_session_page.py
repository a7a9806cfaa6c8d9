"""The front page in a browser: choose, go, see, link; by hand, by keys, on a phone."""

from __future__ import annotations

import gzip
import json
import os
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest

from deqi.atlas import points
from deqi.web.session.body import body_points
from deqi.web.session.payload import session
from deqi.web.session.question import LOW_BACK, ask

_CHROMIUM = Path("/usr/bin/chromium")
if not _CHROMIUM.exists() and not os.environ.get("CI"):
    pytest.skip("no Chromium here", allow_module_level=True)

from axe_playwright_python.sync_playwright import Axe  # noqa: E402
from playwright.sync_api import Browser, Page, expect, sync_playwright  # noqa: E402

_QUIET = (
    "--no-sandbox --disable-gpu --disable-quic --no-first-run --disable-background-networking "
    "--disable-component-update --disable-sync"
)
_BODY = Path(__file__).parents[2] / "src" / "deqi" / "web" / "static" / "body"
DESK, PHONE = {"width": 1400, "height": 900}, {"width": 390, "height": 844}

#: What has the focus, and whether that can be seen.
_STOP = """() => {
  const e = document.activeElement;
  if (e === document.body) return null;
  const name = e.id || e.name || e.dataset.code || e.dataset.place || e.textContent.trim();
  return [name, getComputedStyle(e).outlineStyle !== "none" || e.matches(".pt, .place")];
}"""
#: How long a step of the slider takes, layout included: nine in ten are quicker [ms].
_DRAG = """() => {
  const taken = [];
  for (let minute = -10; minute <= 180; minute += 2) {
    const begin = performance.now();
    scrub.value = minute;
    scrub.dispatchEvent(new Event("input"));
    document.body.offsetHeight;
    taken.push(performance.now() - begin);
  }
  return taken.sort((a, b) => a - b)[Math.floor(taken.length * 0.9)];
}"""
#: From pressing go to the first picture of the session in motion [ms].
_GO = """async () => {
  const frame = () => new Promise(requestAnimationFrame);
  const begin = performance.now();
  play.click();
  await frame();
  await frame();
  const taken = performance.now() - begin;
  play.click();
  return taken;
}"""
#: From a change of what is done to the picture of its answer [ms].
_CHANGE = """async (hz) => {
  const frame = () => new Promise(requestAnimationFrame);
  const { technique, frequency } = proto.elements;
  if (technique.value !== "electrical") {
    technique.value = "electrical";
    technique.dispatchEvent(new Event("change", { bubbles: true }));
    while (!toml.href.includes("hz")) await frame();
  }
  const begin = performance.now();
  frequency.value = hz;
  frequency.dispatchEvent(new Event("change", { bubbles: true }));
  while (!toml.href.includes(`technique=${hz}`)) await frame();
  await frame();
  return performance.now() - begin;
}"""
#: Points that lie more than six units outside every shape.
_AWAY = """([shapes, spots]) => {
  const paths = shapes.map((d) => `<path d="${d}" stroke="red" stroke-width="12"/>`).join("");
  document.body.innerHTML = `<svg>${paths}</svg>`;
  const all = [...document.querySelectorAll("path")];
  const inside = ([x, y]) => all.some((p) =>
    p.isPointInFill(new DOMPoint(x, y)) || p.isPointInStroke(new DOMPoint(x, y)));
  return Object.entries(spots).filter(([, spot]) => !inside(spot)).map(([code]) => code);
}"""

Opened = Callable[..., Page]


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with sync_playwright() as playwright:
        made = playwright.chromium.launch(executable_path=str(_CHROMIUM), args=_QUIET.split())
        yield made
        made.close()


@pytest.fixture
def opened(browser: Browser, address: str) -> Iterator[Opened]:
    """Pages, ready; whatever they complain of, or ask of another machine, fails the test."""
    contexts, wrong = [], []

    def open_page(path: str = "/", *, ready: str = "ready", size: dict[str, int] = DESK, **more: Any) -> Page:
        contexts.append(browser.new_context(viewport=size, **more))
        page = contexts[-1].new_page()
        page.set_default_timeout(10_000)
        page.on("pageerror", lambda error: wrong.append(str(error)))
        page.on("console", lambda told: wrong.append(told.text) if _is_fault(told.type, told.text) else None)
        page.on("request", lambda r: None if r.url.startswith(address) else wrong.append(r.url))
        page.goto(address + path)
        page.wait_for_selector(f'body[data-state="{ready}"] .pt', state="attached")
        return page

    yield open_page
    for context in contexts:
        context.close()
    assert wrong == []


def _is_fault(kind: str, text: str) -> bool:
    # An answer of 422, or none, is told by the page itself.
    return kind in ("error", "warning") and "422" not in text and "net::ERR_FAILED" not in text


def tap(page: Page, code: str) -> None:
    """Press the mouse on a point of the drawing."""
    box = page.locator(f'.pt[data-code="{code}"] .dot').first.bounding_box()
    assert box is not None, code
    page.mouse.click(box["x"] + box["width"] / 2, box["y"] + box["height"] / 2)


def settled(page: Page, points_: str | None = None) -> None:
    """Wait until the page shows what its address asks for."""
    if points_ is not None:
        page.wait_for_function(
            "p => decodeURIComponent(location.search).includes('points=' + p)", arg=points_
        )
    page.wait_for_timeout(150)
    page.wait_for_selector('body[data-state="ready"]:not(.waiting)', state="attached")


def seen(page: Page) -> dict[str, list[str]]:
    """What a reader sees of the numbers."""
    parts = {
        "feelings": ".t output",
        "others": ".t .other",
        "substances": ".chip .v",
        "places": "#path .code",
    }
    return {name: page.locator(where).all_inner_texts() for name, where in parts.items()} | {
        "clock": [page.inner_text("#clock")]
    }


def test_points_are_chosen_by_hand_and_the_session_plays(opened: Opened) -> None:
    page = opened("/?points=&view=low", ready="empty")
    expect(page.locator("#msg")).to_contain_text("Choose a point")
    for code in LOW_BACK[:5]:
        tap(page, code)
        expect(page.locator(f'.pt[data-code="{code}"]')).to_have_attribute("aria-pressed", "true")
    page.get_by_role("radio", name="Back", exact=True).click()
    for code in LOW_BACK[5:]:
        tap(page, code)
    settled(page, ",".join(LOW_BACK))
    expect(page.locator(".needles")).to_contain_text("16 needles")
    page.get_by_role("button", name="Go").click()
    page.wait_for_function("() => Number(document.querySelector('#scrub').value) >= 4")
    page.get_by_role("button", name="Pause").click()
    assert page.locator(".pt .dot.in").count() == 16
    expect(page.locator("#phase")).to_have_text("needles in")


def test_the_page_shows_the_numbers_of_the_command_line(opened: Opened) -> None:
    page = opened("/?protocol=gerac-verum&t=30")
    real = session(ask("gerac-verum"))["real"]["summary"]
    at = {row: real["session"][row] for row in ("pain.report.intensity", "needle.sensation.deqi")}
    minute = int(at["pain.report.intensity"]["minute"])
    page.evaluate("m => { scrub.value = m; scrub.dispatchEvent(new Event('input')) }", minute)
    shown = page.locator(".t output").all_inner_texts()
    assert float(shown[1]) == pytest.approx(at["pain.report.intensity"]["peak"], abs=0.51)
    peak = real["peaks"]["hypothalamus.arcuate.beta_endorphin"]
    page.evaluate("m => { scrub.value = m; scrub.dispatchEvent(new Event('input')) }", int(peak["minute"]))
    told = page.locator('.chip[data-place="endorphin_brain"] .v').inner_text()
    assert float(told.removeprefix("×")) == pytest.approx(peak["fold"], abs=0.06)


def test_a_change_is_computed_at_once_and_back_returns(opened: Opened) -> None:
    page = opened("/?t=25")
    before = seen(page)
    page.get_by_label("Technique").select_option("electrical")
    page.wait_for_function("() => location.search.includes('technique=2hz')")
    settled(page)
    after = seen(page)
    assert after != before
    assert after["clock"] == before["clock"]
    page.get_by_label("Compare with").select_option("none")
    page.wait_for_function("() => location.search.includes('compare=none')")
    settled(page)
    expect(page.locator(".line.other")).to_have_count(0)
    page.get_by_label("Compare with").select_option("gerac-sham")
    page.wait_for_selector(".line.other", state="attached")
    expect(page.locator(".t .other").first).to_contain_text("sham")
    page.go_back()
    page.wait_for_selector('body[data-state="ready"]')
    expect(page.locator(".line.other")).to_have_count(0)


def test_a_link_gets_the_same_view(opened: Opened) -> None:
    page = opened("/?points=ST36,LI4&technique=2/100hz&side=left&view=front&drawing=female&t=41&place=pag")
    first = seen(page)
    expect(page.locator("#explain")).to_contain_text("periaqueductal grey")
    expect(page.get_by_role("radio", name="Front")).to_have_attribute("aria-checked", "true")
    # Needles on the patient's left are on the right of a picture from the front.
    spots = page.locator('.pt[data-code="ST36"] .dot.in')
    expect(spots).to_have_count(1)
    assert float(spots.first.get_attribute("cx") or 0) > 320
    page.reload()
    page.wait_for_selector('body[data-state="ready"] .pt')
    assert seen(page) == first


def test_everything_can_be_done_with_keys(opened: Opened) -> None:
    page = opened("/?points=", ready="empty")
    page.locator("#q").focus()
    page.keyboard.type("knee hollow")
    expect(page.locator('#hits [aria-selected="true"]')).to_contain_text("BL40")
    page.keyboard.press("Enter")
    settled(page, "BL40")
    # On the body: to the next point upwards, and a needle there.
    page.locator('.pt[tabindex="0"]').focus()
    page.keyboard.press("ArrowUp")
    code = page.evaluate("document.activeElement.dataset.code")
    assert code != "BL40"
    page.keyboard.press("Enter")
    settled(page, f"BL40,{code}")
    assert page.evaluate("document.activeElement.dataset.code") == code
    page.locator("#scrub").focus()
    start = page.input_value("#scrub")
    page.keyboard.press("ArrowRight")
    page.keyboard.press("PageUp")
    page.keyboard.press("Shift+ArrowRight")
    assert int(page.input_value("#scrub")) == int(start) + 21
    expect(page.locator("#scrub")).to_have_attribute(
        "aria-valuetext",
        f"minute {int(start) + 21}, needles in, pain {page.locator('.t output').nth(1).inner_text()} of 100",
    )
    page.locator('.place[tabindex="0"]').focus()
    page.keyboard.press("ArrowDown")
    name = page.evaluate("document.activeElement.getAttribute('aria-label')")
    page.keyboard.press("Enter")
    expect(page.locator("#explain")).to_contain_text(name.split(",")[0])
    expect(page.locator("#explain .grade")).not_to_be_empty()
    page.keyboard.press("Escape")
    expect(page.locator("#explain")).to_be_hidden()


def test_every_stop_of_the_tab_key_can_be_seen(opened: Opened) -> None:
    page = opened()
    met = set()
    for _ in range(70):
        page.keyboard.press("Tab")
        ring = page.evaluate(_STOP)
        if ring is None:
            break
        met.add(ring[0])
        assert ring[1], ring
    assert {"q", "filter", "closeup", "scrub", "play", "protocol", "depth_mm", "tissue", "BL23"} <= met


@pytest.mark.parametrize(
    ("path", "ready", "size", "scheme"),
    [
        ("/?t=24&place=pag", "ready", DESK, "light"),
        ("/?t=24&protocol=gerac-verum&view=low", "ready", DESK, "dark"),
        ("/?view=face&filter=all", "ready", DESK, "light"),
        ("/?points=BL999", "error", DESK, "dark"),
        ("/?points=", "empty", PHONE, "light"),
        ("/?t=24&place=cord", "ready", PHONE, "dark"),
    ],
)
def test_axe_finds_nothing_serious(
    opened: Opened, path: str, ready: str, size: dict[str, int], scheme: str
) -> None:
    page = opened(path, ready=ready, size=size, color_scheme=scheme)
    found = Axe().run(page).response
    assert len(found["passes"]) > 20
    assert [(v["impact"], v["id"], v["nodes"][0]["html"]) for v in found["violations"]] == []


def test_a_wrong_address_says_what_to_do(opened: Opened) -> None:
    page = opened("/?points=BL233", ready="error")
    expect(page.locator("#msg")).to_contain_text("unknown point 'BL233'")
    expect(page.locator("#msg")).to_contain_text("did you mean")
    tap(page, "BL23")
    page.wait_for_selector('body[data-state="ready"]')


def test_a_server_that_went_away_is_told_and_asked_again(opened: Opened) -> None:
    page = opened()
    page.route("**/api/session?*", lambda route: route.abort())
    page.get_by_label("Minutes that the needles stay").fill("45")
    page.wait_for_selector('body[data-state="error"]')
    expect(page.locator("#msg")).to_contain_text("deqi serve")
    page.unroute("**/api/session?*")
    page.get_by_role("button", name="Try again").click()
    page.wait_for_selector('body[data-state="ready"]')


def test_it_fits_a_phone_and_prints(opened: Opened) -> None:
    page = opened("/?t=24", size=PHONE)
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    expect(page.locator("#play")).to_be_in_viewport()
    page.emulate_media(media="print")
    expect(page.locator(".proto")).to_be_hidden()
    expect(page.locator("#path")).to_be_visible()


def test_without_motion_the_clock_steps_once_a_second(opened: Opened) -> None:
    page = opened(reduced_motion="reduce")
    assert page.evaluate("getComputedStyle(document.querySelector('.flow')).animationName") == "none"
    page.get_by_role("button", name="Go").click()
    page.wait_for_timeout(500)
    assert page.input_value("#scrub") == "0"
    page.wait_for_function("() => Number(document.querySelector('#scrub').value) >= 5")


def test_it_is_light_and_quick(opened: Opened, address: str) -> None:
    opened().close()  # Machine code and files are warm now.
    page = opened()
    names = page.evaluate("[location.href, ...performance.getEntriesByType('resource').map(e => e.name)]")
    loaded = [httpx.get(name).raise_for_status().content for name in dict.fromkeys(names)]
    packed = sum(len(gzip.compress(body, 6)) for body in loaded)
    assert packed < 150_000
    assert len(loaded) < 30
    paint = page.evaluate("performance.getEntriesByName('first-contentful-paint')[0].startTime")
    assert paint < 1000
    slowest = page.evaluate(_DRAG)
    assert slowest < 50
    # Warm, and the best of three: others use this machine too.
    assert min(page.evaluate(_GO) for _ in range(3)) < 500
    assert min(page.evaluate(_CHANGE, hz) for hz in ("10hz", "15hz", "100hz")) < 500


@pytest.mark.parametrize("name", ["male-front", "male-back", "female-front", "female-back"])
def test_points_lie_within_the_drawing(browser: Browser, name: str) -> None:
    sex, view = name.split("-")
    sheet = json.loads((_BODY / f"{name}.json").read_text(encoding="utf-8"))
    shapes = [sheet["outline"] + "Z", *(d for _, paths in sheet["parts"] for d in paths)]
    spots = {p["code"]: p[sex] for p in body_points()["points"] if p["view"] == view}
    page = browser.new_page()
    away = page.evaluate(_AWAY, [shapes, spots])
    page.close()
    assert away == []
    assert set(spots) <= set(points())
