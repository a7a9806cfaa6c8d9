"""The map of the model, and the page of each mechanism: complete, sound, the same for everybody."""

from __future__ import annotations

import os
import random
import re
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from itertools import combinations
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import pytest
import uvicorn
from axe_playwright_python.sync_playwright import Axe
from fastapi.testclient import TestClient
from playwright.sync_api import Page, expect, sync_playwright

from deqi.core import Instance
from deqi.core.ops import ArrayOps
from deqi.errors import FileError, MechanismError
from deqi.models import needling_analgesia
from deqi.parameters import base_values
from deqi.parameters.store import GRADES
from deqi.reports.html import KINDS
from deqi.web import Settings, create_app
from deqi.web.model import places as names
from deqi.web.model import routes
from deqi.web.model.drawing import HEIGHT, WIDTH, drawing
from deqi.web.model.formulas import equations
from deqi.web.model.graph import bundles, way
from deqi.web.model.mechanism import told
from deqi.web.model.places import groups, instances, mechanisms, places, title
from deqi.web.model.symbols import symbol, whole

_INLINE = re.compile(r"\sstyle=|<style|<script(?![^>]*\ssrc=)|\son[a-z]+=")
_DIGEST = (
    "import hashlib; from deqi.web.model.drawing import drawing; "
    "print(hashlib.sha256(repr(drawing()).encode()).hexdigest())"
)


def page(client: TestClient, address: str, status: int = 200) -> str:
    answer = client.get(address, headers={"accept": "text/html"})
    assert answer.status_code == status, answer.text[:400]
    assert not _INLINE.search(answer.text), _INLINE.search(answer.text)
    return answer.text


# ------------------------------------------------------------------ names, wires, the drawing


def test_every_place_has_one_name_within_its_group() -> None:
    assert set(instances()) == {path for path, place in places().items() if place.mechanism}
    for group in groups():
        said = [place.name for place in group.places]
        assert len(said) == len(set(said)), group.name
    titles = [title(name) for name in mechanisms()]
    assert len(titles) == len(set(titles))


def test_a_place_without_a_name_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    some = {**instances(), "spinal.new": Instance("spinal.new", next(iter(instances().values())).mechanism)}
    monkeypatch.setattr(names, "instances", lambda: some)
    groups.cache_clear()
    with pytest.raises(FileError, match=r"spinal\.new has no name"):
        groups()


def test_every_wire_is_drawn_once() -> None:
    drawn = [(line.source, line.target) for line in drawing().lines]
    assert len(drawn) == len(set(drawn))
    assert sum(line.wires for line in drawing().lines) == len(needling_analgesia().wires)
    kept = {wire for one in bundles() for wire in one.wires}
    assert kept == {(wire.source, wire.target) for wire in needling_analgesia().wires}


def test_a_wire_begins_and_ends_at_its_boxes() -> None:
    boxes = drawing().boxes
    for line in drawing().lines:
        x1, y1 = map(float, re.match(r"M(\S+) ([^C]+)C", line.path).groups())
        x2, y2 = map(float, line.path.split("L")[1].split())
        for box, x, y in ((boxes[line.source], x1, y1), (boxes[line.target], x2, y2)):
            # Paths are written with four digits.
            assert min(abs(x - box.x), abs(x - box.x - WIDTH)) < 0.6, line
            assert box.y - 0.1 <= y <= box.y + HEIGHT + 0.1, line


def test_boxes_lie_apart_and_inside() -> None:
    drawn = drawing()
    for box in drawn.boxes.values():
        assert 0 <= box.x <= drawn.width - WIDTH
        assert 0 <= box.y <= drawn.height - HEIGHT
    for one, other in combinations(drawn.boxes.values(), 2):
        assert abs(one.x - other.x) >= WIDTH or abs(one.y - other.y) >= HEIGHT


def test_the_map_is_the_same_for_everybody() -> None:
    told = [
        subprocess.run(
            [sys.executable, "-c", _DIGEST],
            env={**os.environ, "PYTHONHASHSEED": seed},
            capture_output=True,
            text=True,
            check=True,
        ).stdout
        for seed in ("1", "2")
    ]
    assert told[0] == told[1] != ""


def test_a_way_that_is_not_there_is_empty() -> None:
    assert way(["pain.disability"], ["drugs.naloxone"]) == ()
    assert way(["needle.tissue"], ["needle.tissue"]) == ("needle.tissue",)


# ------------------------------------------------------------------ equations


def test_every_equation_is_sound_and_shows_its_symbols() -> None:
    for name, some in mechanisms().items():
        mechanism = some[0].mechanism
        found = equations(mechanism)
        given = [*mechanism.Outputs.variables, *mechanism.State.variables]
        assert sorted(one for one, _, _ in found) == sorted(given), name
        text = "".join(formula for _, _, formula in found)
        ElementTree.fromstring(f"<all>{text}</all>")
        assert "SymPy" not in text
        used = {**mechanism.Params.variables, **mechanism.Inputs.variables}
        unseen = [n for n, variable in used.items() if str(symbol(variable.symbol)) not in _plain(text)]
        # What a start value alone comes from is in no equation.
        starts = {variable.initial for variable in mechanism.State.variables.values()}
        assert set(unseen) <= starts, (name, unseen)


def _plain(text: str) -> str:
    """MathML with letters for character references."""
    return re.sub(
        r"&#x([0-9A-F]+);", lambda m: chr(int(m[1], 16)), re.sub(r"&#(\d+);", lambda m: chr(int(m[1])), text)
    )


def read(one: Any, symbols: dict[str, str]) -> str:
    """MathML as Python, grouped only as a reader sees it: a row has no brackets of its own."""
    if (letter := ElementTree.tostring(one, "unicode")) in symbols:
        return symbols[letter]
    inner, text = [read(child, symbols) for child in one], "".join(one.itertext())
    match one.tag, inner:
        case "mfrac", [top, bottom]:
            return f"(({top})/({bottom}))"
        case "msup", [base, power]:
            return f"{base}**({power})"
        case "msqrt", _:
            return f"sqrt({''.join(inner)})"
        case "msub", [base, "+"]:
            return f"positive({base[1:-1]})"
        case "mtable", _:
            a, x, b = re.fullmatch(r"(.*)if(.*)>0(.*)else", "".join(inner)).groups()
            return f"where({x}, {a}, {b})"
        case ("mrow", ["{", table]):
            return table
        case (("math" | "mrow" | "mtr" | "mtd"), _):
            return "".join(inner)
        case "mo", _:
            return {"\u2062": "*", "\u2212": "-"}.get(text, text)
        case (("mn" | "mi" | "mtext"), _):
            return {"ln": "log"}.get(text.strip("\xa0"), text.strip("\xa0"))
    raise AssertionError(f"{one.tag} is not read here")


def test_every_equation_gives_the_numbers_of_its_mechanism() -> None:
    """What a reader would work out from the page is what is integrated."""
    ops, draw = ArrayOps(), random.Random(1)
    calls = {name: getattr(ops, name) for name in ("exp", "log", "sqrt", "positive", "where")}
    for name, some in mechanisms().items():
        mechanism = some[0].mechanism
        blocks = (mechanism.State, mechanism.Params, mechanism.Inputs)
        # Two variables of one letter have one value: they cannot be told apart on the page.
        letters = {v.symbol: draw.uniform(0.3, 1.7) for block in blocks for v in block.variables.values()}
        x, p, u = (block(**{n: letters[v.symbol] for n, v in block.variables.items()}) for block in blocks)
        true = {**mechanism.outputs(0.0, x, p, u, ops), **mechanism.rhs(0.0, x, p, u, ops)}
        slots = {
            ElementTree.tostring(ElementTree.fromstring(whole(symbol(of)))[0], "unicode"): f"v[{of!r}]"
            for of in letters
        }
        for of, _, formula in equations(mechanism):
            right = list(ElementTree.fromstring(_plain(formula))[0])[2:]
            written = "".join(read(one, slots) for one in right)
            value = eval(written, {"v": letters, **calls})
            assert float(value) == pytest.approx(float(true[of]), rel=1e-9, abs=1e-12), (name, of, written)


def test_an_equation_reads_as_it_was_written() -> None:
    (_, unit, formula), *_ = equations(instances()["spinal.store"].mechanism)
    assert unit == "1/min"
    # dS/dt = -k_dep X_E S + (k_S (m_E - 1) - S + 1) / tau_S
    letters = "".join(ElementTree.fromstring(_plain(formula)).itertext()).replace("\u2062", "")
    assert letters == "dSdt=−kdepXES+kS(mE−1)−S+1τS"


def test_a_symbol_that_cannot_be_shown_is_told() -> None:
    with pytest.raises(MechanismError, match="no symbol"):
        symbol(r"\frac{a}{b}")
    with pytest.raises(MechanismError, match="no letter"):
        symbol(r"\zeta")


# ------------------------------------------------------------------ pages


def test_the_map_has_every_mechanism_and_is_also_a_list(client: TestClient) -> None:
    text = page(client, "/model")
    for path, place in places().items():
        # On the map, and in the list.
        assert text.count(f'data-path="{path}"') >= 2, path
        if place.mechanism:
            assert f'href="/model/{place.mechanism}"' in text
    assert f"{len(mechanisms())} mechanisms, joined by {len(needling_analgesia().wires)} wires" in text
    assert len(text.encode()) < 200_000


def test_a_place_of_the_address_is_lit_without_scripts(client: TestClient) -> None:
    text = page(client, "/model?at=spinal.painful.gate")
    lit = [one for one in bundles() if "spinal.painful.gate" in (one.source, one.target)]
    assert len(re.findall(r'class="wire (?:out|in)"', text)) == len(lit) > 5
    assert "unknown" in page(client, "/model?at=spinal.gate", status=422)


def test_every_mechanism_has_a_page_with_all_its_values(client: TestClient) -> None:
    seen = set()
    for name, some in mechanisms().items():
        text = page(client, f"/model/{name}")
        assert "Leaves out" in text
        assert text.count('<math display="block">') == len(told(name)["equations"])
        for one in some:
            for parameter in one.mechanism.Params.variables:
                value = base_values().get(one.parameter(parameter))
                if value is not None:
                    seen.add(value.path)
                    assert f'<span class="kind {value.kind}">' in text
                    assert not value.note or value.note.split("'")[0].split("<")[0].split("&")[0] in text
    assert set(needling_analgesia().parameters) & set(base_values()) <= seen


def test_kinds_are_those_of_reports() -> None:
    assert routes.KINDS == KINDS
    assert tuple(routes.GRADES) == GRADES


def test_a_mechanism_links_to_what_feeds_it_and_to_its_tests(client: TestClient) -> None:
    text = page(client, "/model/DorsalHornGate")
    for other in ("Nociceptors", "Thalamus", "WindUp", "OpioidTolerance"):
        assert f'href="/model/{other}"' in text
    assert 'href="/evidence?mechanism=DorsalHornGate"' in text
    assert "https://doi.org/10.1126/science.150.3699.971" in text
    assert "tested only as far" in page(client, "/model/WindUp")


def test_an_unknown_mechanism_is_told(client: TestClient) -> None:
    assert "there is no mechanism Nope" in page(client, "/model/Nope", status=404)


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


def test_model_in_a_browser(opened: Callable[..., Page]) -> None:
    page = opened("/model")
    fits_and_is_accessible(page)
    gate, out = "spinal.painful.gate", page.locator(".wire.out")
    page.hover(f'.box[data-path="{gate}"]')
    expect(out).to_have_count(sum(one.source == gate for one in bundles()))
    expect(page.locator("#about h2")).to_have_text("Gate (cord, painful segments)")

    # One stop for the Tab key; arrows go on from there, and Enter opens the page.
    assert page.locator('.box[tabindex="0"]').count() == 1
    page.focus(f'.box[data-path="{gate}"]')
    page.keyboard.press("ArrowUp")
    above = page.evaluate("document.activeElement.dataset.path")
    boxes = drawing().boxes
    assert (boxes[above].x, boxes[above].y < boxes[gate].y) == (boxes[gate].x, True)
    assert page.locator(".box.at").get_attribute("data-path") == above
    page.keyboard.press("Enter")
    page.wait_for_url(f"**/model/{places()[above].mechanism}")
    page.close()

    for path, width, scheme in (
        ("/model?at=mind.mood", 400, "dark"),
        ("/model/DorsalHornGate", 1400, "dark"),
        ("/model/PeptideStore", 400, "light"),
    ):
        page = opened(path, width, scheme)
        fits_and_is_accessible(page)
        page.close()
