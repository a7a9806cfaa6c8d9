"""The Trial page: the numbers of the command line, every state of a job, with and without a script."""

from __future__ import annotations

import io
import json
import os
import re
import threading
import time
import zipfile
from collections.abc import Iterator
from html import unescape
from pathlib import Path
from typing import Any

import pytest
import uvicorn

from deqi.cli.main import run
from deqi.measurement import load_instrument
from deqi.plotting.trial import Visit
from deqi.trials import load_trial, run_trial
from deqi.trials.design.formula import patients_per_arm
from deqi.web import Settings, create_app
from deqi.web.jobs.folders import make_folder
from deqi.web.jobs.trial import plan_of, run_job
from deqi.web.trial.asked import Wanted
from deqi.web.trial.drawing import NARROW, WIDE, ends_of, means_figure, reach_of
from deqi.web.trial.forest import MOST, forest
from deqi.web.trial.keeping import trial_files
from deqi.web.trial.library import choices
from deqi.web.trial.size import answer, given

_CHROMIUM = Path("/usr/bin/chromium")
_QUIET = (
    "--no-sandbox --disable-gpu --disable-quic --no-first-run --disable-background-networking "
    "--disable-component-update --disable-sync"
)
HTML = {"accept": "text/html"}
SPEC = {"trial": "gerac", "patients": 30, "seed": 3, "sham": None}


def begin(client: Any, **fields: str) -> str:
    """Send the form; the job's id."""
    sent = client.post("/trial", data=fields, headers=HTML, follow_redirects=False)
    assert sent.status_code == 303, sent.text
    assert re.fullmatch(r"/trial/[0-9a-f]{32}", sent.headers["location"])
    return sent.headers["location"].removeprefix("/trial/")


def finish(client: Any, name: str) -> None:
    """Do what a worker does."""
    store = client.app.state.store
    job = store.claim("test", lease=60.0)
    assert job.id == name
    digest = run_job(job.spec, make_folder(store.data, name), lambda progress: None, lambda words: None)
    assert store.finish(name, "test", digest)


@pytest.fixture(scope="module")
def done(client):
    """A trial that was asked for by the form and done."""
    name = begin(client, trial="gerac", patients="30", seed="3", sham="")
    finish(client, name)
    return name


@pytest.fixture(scope="module")
def shown(client, done):
    answer = client.get(f"/trial/{done}", headers=HTML)
    assert answer.status_code == 200
    return answer.text


def test_numbers_are_those_of_the_command_line(client, done, shown, tmp_path, capsys):
    command = re.search(r"deqi (trial gerac[^<]*)</pre>", shown)[1].split()
    assert command == ["trial", "gerac", "--patients", "30", "--seed", "3"]
    run([*command, "--json", "--out", str(tmp_path / "run")])
    told = json.loads(capsys.readouterr().out)
    kept = client.get(f"/trial/{done}/result.json").json()
    for part in ("arms", "contrasts", "responder_contrasts", "flow", "digest", "grades", "published"):
        assert kept.get(part) == told.get(part), part
    assert told["digest"][:12] in shown
    # Each mean, difference and share is on the page as it is there.
    for about in told["arms"].values():
        for row in about["outcomes"]["pain"].values():
            assert f"{row['mean']:.1f} ({row['ci95'][0]:.1f} to {row['ci95'][1]:.1f})" in shown
        for row in about["responders"]["pain-30"].values():
            assert f"{100 * row['share']:.0f} % (" in shown
    for row in told["contrasts"]:
        if row["endpoint"] == "pain":
            assert f"{row['difference']:+.1f} (".replace("-", "−") in shown
    assert all(word in shown for word in told["grades"].values())


def test_what_to_read_with_care_is_as_in_the_report(client, done, shown):
    report = unescape(client.get(f"/api/jobs/{done}/files/report.html").text)
    notes = re.findall(r"<li>(.*?)</li>", shown.split('id="h-care"')[1].split('id="h-grades"')[0], re.DOTALL)
    assert len(notes) > 10
    for note in notes:
        assert unescape(note) in report


def test_the_page_of_a_finished_trial_has_figures_and_files(client, done, shown):
    assert 'class="paper"' in shown
    assert "<title>Done: GERAC" in shown
    assert " style=" not in shown
    assert len(shown.encode()) < 250_000
    links = re.findall(r'href="(/(?:api/jobs|trial)/[^"?]*/[^"]+)"', shown)
    assert len(set(links)) == 6
    for link in links:
        assert client.get(link).status_code == 200, link
    packed = zipfile.ZipFile(io.BytesIO(client.get(f"/trial/{done}/all.zip").content))
    assert packed.testzip() is None
    assert set(packed.namelist()) == {
        "report.html",
        "cohort.csv",
        "cohort.parquet",
        "result.json",
        "trial.toml",
    }
    assert packed.read("cohort.csv") == client.get(f"/api/jobs/{done}/files/cohort.csv").content


@pytest.mark.parametrize("sham", ["", "non-penetrating", "superficial-off-point"])
def test_the_file_of_a_trial_is_the_trial(sham, tmp_path):
    spec = {**SPEC, "sham": sham or None}
    folder = tmp_path / "files"
    folder.mkdir()
    for name, content in trial_files(spec).items():
        (folder / name).write_bytes(content)
    again = load_trial(folder / "trial.toml")
    plan = plan_of(spec, tmp_path)
    assert again.describe() == plan.describe()
    assert again.analyses == plan.analyses


def test_a_trial_with_another_sham_comes_out_of_its_file_again(client, tmp_path):
    name = begin(client, trial="art", patients="20", seed="2", sham="non-penetrating")
    finish(client, name)
    page = client.get(f"/trial/{name}", headers=HTML).text
    assert "acupuncture − non-penetrating in week 8" in page
    assert "change since week 0" in page
    packed = zipfile.ZipFile(io.BytesIO(client.get(f"/trial/{name}/all.zip").content))
    packed.extractall(tmp_path)
    again = run_trial(tmp_path / "trial.toml", seed=2, out=tmp_path / "run")
    assert again.folder.digest() == client.get(f"/trial/{name}/result.json").json()["digest"]


def test_states_before_the_end(client):
    store = client.app.state.store
    name = begin(client, trial="art", patients="200", seed="1", sham="")
    page = client.get(f"/trial/{name}", headers=HTML).text
    assert "Waiting" in page
    assert "0 of 200 patients" in page
    assert '<noscript><meta http-equiv="refresh"' in page
    assert client.get(f"/trial/{name}/all.zip").status_code == 409
    assert client.post(f"/trial/{name}/remove").status_code == 409
    # It stands in the list of who asked for it, and of nobody else.
    assert name in client.get("/trial", headers=HTML).text
    cookies = dict(client.cookies)
    client.cookies.clear()
    assert name not in client.get("/trial", headers=HTML).text
    other = client.get(f"/trial/{name}", headers=HTML).text
    assert "Cancel</button>" not in other
    assert client.post(f"/trial/{name}/cancel").status_code == 403
    client.cookies.clear()
    client.cookies.update(cookies)

    store.claim("test", lease=60.0)
    store.tell(name, "test", stage="following patients", done=40, seconds_left=12.0)
    page = client.get(f"/trial/{name}", headers=HTML).text
    assert "Following patients" in page
    assert "40 of 200 patients" in page
    assert "12 s left" in page
    stopped = client.post(f"/trial/{name}/cancel", headers=HTML)
    assert "cancelled after 40 of 200" in stopped.text
    assert "http-equiv" not in stopped.text
    # What has ended is not removed by being cancelled again.
    assert client.post(f"/trial/{name}/cancel", headers=HTML).status_code == 200
    assert client.post(f"/trial/{name}/remove", headers=HTML).status_code == 200
    assert client.get(f"/trial/{name}").status_code == 404


def test_a_failed_trial_says_why(client):
    store = client.app.state.store
    name = begin(client, trial="art", patients="200")
    store.claim("test", lease=60.0)
    store.fail(name, "test", {"says": "nobody is <eligible>", "where": "eligibility", "fix": "ask less"})
    page = client.get(f"/trial/{name}", headers=HTML).text
    assert "nobody is &lt;eligible&gt; (eligibility)" in page
    assert "What to do: ask less" in page
    assert 'href="/trial?trial=art&amp;patients=200&amp;seed=1"' in page


@pytest.mark.parametrize(
    ("fields", "status", "said"),
    [
        ({"patients": "many"}, 422, "&#39;many&#39; is no whole number (patients)"),
        ({"patients": "0"}, 422, "(patients)"),
        ({"patients": "2"}, 422, "(patients)"),
        ({"patients": "6000"}, 422, "give 5000 or fewer"),
        ({"seed": "-1"}, 422, "seed"),
        ({"seed": "4294967296"}, 422, "seed"),
        ({"trial": "../../etc/passwd"}, 422, "trial"),
        ({"sham": "pills"}, 422, "sham"),
        ({"trial": "dose-finding", "sham": "non-penetrating"}, 422, "no contrast with a sham"),
    ],
)
def test_what_cannot_be_done_stands_in_the_form(client, fields, status, said):
    sent = client.post("/trial", data=fields, headers=HTML)
    assert sent.status_code == status
    told = sent.text.split('role="alert"')[1].split("</div>")[0]
    assert said in told
    assert "What to do" in told
    # What was typed is still there.
    for name, value in fields.items():
        if name in ("patients", "seed"):
            assert f'name="{name}" type="text" inputmode="numeric" value="{value}"' in sent.text


def test_a_full_queue_is_told_in_the_form(application):
    client = application(limits={"jobs_per_user": 1})
    client.get("/trial", headers=HTML)
    begin(client)
    sent = client.post("/trial", data={}, headers=HTML)
    assert sent.status_code == 429
    assert "cancel one" in sent.text


def test_a_form_of_another_page_starts_nothing(client):
    sent = client.post("/trial", data={}, headers={"origin": "http://example.org"})
    assert sent.status_code == 403
    # A browser says where a form comes from only if the page lets it.
    assert client.get("/trial", headers=HTML).headers["referrer-policy"] == "same-origin"


def test_the_form_shows_every_trial_and_keeps_its_address(client):
    page = unescape(client.get("/trial?trial=art&patients=77&seed=5&sham=non-penetrating", headers=HTML).text)
    assert 'value="art" checked' in page
    assert 'value="77"' in page
    assert '<option value="non-penetrating" selected>' in page
    for one in choices():
        assert one.title in page
        for name, done in one.arms:
            assert name in page
            assert done in page
    assert [one.name for one in choices() if not one.takes_sham] == ["dose-finding"]
    assert Wanted.of({"patients": "77"}).address == "/trial?trial=gerac&patients=77&seed=1"


@pytest.mark.parametrize(
    ("query", "t", "normal"), [("", 394, 393), ("smd=0.2&alpha=0.05&power=0.8&r=0.6", 253, 252)]
)
def test_sizes_at_a_glance(client, query, t, normal):
    page = client.get(f"/trial/size?{query}", headers=HTML).text
    assert f"<strong>{t}</strong> patients an arm" in page
    assert f"{normal} an arm by the normal approximation" in page
    assert "0.17 (0.11 to 0.22)" in page
    assert "0.27 (0.10 to 0.44)" in page
    assert "deqi design" in page


def test_sizes_beside_are_of_the_same_question():
    told = answer(given({"power": "0.9", "alpha": "0.01", "r": "0.5"}))
    assert [needed.t for _, needed in told["beside"]] == [
        patients_per_arm(smd, 0.9, 0.01, 0.5, "t") for smd in (0.17, 0.27)
    ]


@pytest.mark.parametrize("query", ["smd=0", "smd=x", "alpha=2", "power=0.01", "r=1", "smd=nan", "smd=1e-9"])
def test_sizes_that_are_none_are_told(client, query):
    page = client.get(f"/trial/size?{query}", headers=HTML)
    assert page.status_code == 422
    assert 'aria-invalid="true"' in page.text
    assert "What to do" in page.text


def test_axes_hold_what_is_drawn():
    seen = [Visit(4, 30, 20, 41), Visit(8, 10, float("nan"), float("nan"))]
    assert ends_of(load_instrument("vas_pain_week"), seen)[:2] == (0, 100)
    low, high, ticks = ends_of(load_instrument("opioid_intake"), seen)
    assert (low, ticks[-1]) == (0, high)
    assert 41 <= high < 100
    low, high, ticks = reach_of([Visit(8, -20, -31, -9)])
    assert low <= -31
    assert high >= 0
    assert 0 in ticks


def test_drawings_hold_every_mark():
    row = {"mean": 50.0, "sd": 10.0, "n": 9, "ci95": [43.5, 56.5], "p10": 38.0, "p90": 62.0}
    paper = {"mean": 45.0, "interval": [44.0, 46.0]}
    arms = {name: {"outcomes": {"pain": {"0": row, "6": row}}} for name in ("verum", "<sham>")}
    result = {"arms": arms, "published": {"verum": {"pain": {"6": paper}}}}
    scale = load_instrument("vas_pain_week")
    for size in (WIDE, NARROW):
        drawn = means_figure(result, "pain", scale, size)
        assert len(re.findall(r'class="m[ "]', drawn)) == 5
        assert drawn.count('class="w"') == 5
        assert drawn.count('class="paper"') == 1
        assert "<sham>" not in drawn
    many = {f"arm {k}": arms["verum"] for k in range(6)}
    assert means_figure({"arms": many, "published": {}}, "pain", scale, WIDE) == ""
    one = {"arms": ["a", "b"], "difference": -3.0, "ci95": [-6.0, 0.0], "published": None, "week": 6.0}
    assert forest([one], scale).count('class="w"') == 1
    later = [{**one, "week": 7.0}] * 2
    assert forest([one] * MOST + later, scale).count('class="w"') == 2
    assert forest([{**one, "difference": None, "ci95": None}], scale) == ""


# ---------------------------------------------------------------------- in a browser


@pytest.fixture
def address(tmp_path: Path) -> Iterator[str]:
    """A server with a worker."""
    config = uvicorn.Config(create_app(Settings(tmp_path / "data")), port=0, log_level="error")
    server = uvicorn.Server(config)
    thread = threading.Thread(target=server.run)
    thread.start()
    end = time.monotonic() + 30
    while not server.started:
        assert time.monotonic() < end
        assert thread.is_alive()
        time.sleep(0.02)
    yield f"http://127.0.0.1:{server.servers[0].sockets[0].getsockname()[1]}"
    server.should_exit = True
    thread.join(20)


@pytest.mark.skipif(not _CHROMIUM.exists() and not os.environ.get("CI"), reason="no Chromium here")
def test_a_trial_in_a_browser(address):
    from axe_playwright_python.sync_playwright import Axe
    from playwright.sync_api import expect, sync_playwright

    wrong: list[str] = []

    def check(page: Any, scheme: str) -> None:
        page.emulate_media(color_scheme=scheme)
        found = Axe().run(page).response["violations"]
        assert [v["id"] for v in found if v["impact"] in ("serious", "critical")] == []

    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=str(_CHROMIUM), args=_QUIET.split())
        page = browser.new_page(viewport={"width": 1400, "height": 900})
        page.set_default_timeout(30_000)
        page.on("pageerror", lambda error: wrong.append(str(error)))
        page.on("console", lambda told: wrong.append(told.text) if told.type == "error" else None)
        page.on("request", lambda r: None if r.url.startswith(address) else wrong.append(r.url))
        page.goto(f"{address}/trial")
        expect(page.get_by_text("None yet.")).to_be_visible()
        page.get_by_label("Baseline correlation").fill("0.6")
        expect(page.locator("#size-answer")).to_contain_text("253 patients an arm")
        page.get_by_label("4, 8, 12 and 16 sessions").check()
        expect(page.locator("[name=sham]")).to_be_disabled()
        page.get_by_label("GERAC").check()
        page.get_by_role("combobox", name="Sham").select_option("superficial-at-point")
        check(page, "light")
        page.get_by_label("Patients in all").fill("30")
        page.keyboard.press("Enter")
        page.wait_for_url(re.compile("/trial/[0-9a-f]{32}$"))
        expect(page.locator("progress, #h-means").first).to_be_visible()
        expect(page.locator("#h-means")).to_be_visible(timeout=60_000)
        expect(page.locator(".found li")).to_have_count(3)
        expect(page.locator(".found")).to_contain_text("verum − superficial-at-point in week 26")
        check(page, "dark")
        with page.expect_download() as fetched:
            page.get_by_role("link", name="Everything").click()
        with zipfile.ZipFile(fetched.value.path()) as packed:
            assert "gerac-verum-superficial-at-point.toml" in packed.namelist()
        page.set_viewport_size({"width": 390, "height": 844})
        wide, seen = page.evaluate("[document.documentElement.scrollWidth, innerWidth]")
        assert wide <= seen
        begun = time.monotonic()
        page.reload(wait_until="commit")
        page.wait_for_selector("#h-means")
        assert time.monotonic() - begun < 2
        page.get_by_role("link", name="The whole report").click()
        expect(page.locator("h1")).to_contain_text("GERAC")

        # Without a script: the form, a look again, and an end.
        plain = browser.new_context(java_script_enabled=False).new_page()
        plain.goto(f"{address}/trial")
        plain.get_by_label("Patients in all").fill("3000")
        plain.get_by_role("button", name="Start the trial").click()
        expect(plain.locator("#count")).to_contain_text("of 3000 patients")
        plain.get_by_role("button", name="Cancel").click()
        expect(plain.locator("#state")).to_have_text("cancelled")
        browser.close()
    assert wrong == []
