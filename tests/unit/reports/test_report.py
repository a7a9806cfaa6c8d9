"""A report is one sound file that says what it knows, and is written whole or not at all."""

import re
from html.parser import HTMLParser
from pathlib import Path

import pytest

from deqi.errors import FileError, UnknownNameError
from deqi.plotting import pain_course
from deqi.reports import FigureItem, Prose, Section, report_run, write_page, write_report
from deqi.reports.figures import heatmap_figure, occupancy_figure, session_figure
from deqi.reports.tables import session_table

_VOID = {"meta", "link", "br", "img", "hr", "input"}


class Outline(HTMLParser):
    def __init__(self):
        super().__init__()
        self.open, self.ids, self.tags, self.wrong, self.fetched = [], [], [], [], []

    def handle_starttag(self, tag, attrs):
        self.tags.append(tag)
        given = dict(attrs)
        self.ids += [given["id"]] if "id" in given else []
        self.fetched += [v for k, v in attrs if k in ("src", "href") and not v.startswith("#")]
        if tag not in _VOID:
            self.open.append(tag)

    def handle_startendtag(self, tag, attrs):
        self.handle_starttag(tag, attrs)
        if tag not in _VOID:
            self.open.pop()

    def handle_endtag(self, tag):
        if self.open.pop() != tag:
            self.wrong.append(tag)


@pytest.fixture(scope="module")
def page(make, tmp_path_factory):
    path = tmp_path_factory.mktemp("report") / "three.html"
    runs = {
        "verum": make(gates=["mu block"]),
        "sham": make(scale=0.7),
        "guideline care": make(sessions=(), scale=0.4),
    }
    needled = {label: runs[label] for label in ("verum", "sham")}
    figures = [
        FigureItem(pain_course(runs), "Pain over the weeks.", "Three lines."),
        session_figure(needled),
        heatmap_figure("verum", runs["verum"]),
        occupancy_figure("verum", runs["verum"]),
    ]
    tables = [session_table(needled)]
    assert write_report(path, title="Three", lead="Lead.", tables=tables, figures=figures, runs=runs) == path
    return path.read_text(encoding="utf-8")


def test_page_is_well_formed_and_fetches_nothing(page):
    outline = Outline()
    outline.feed(page)
    assert not outline.open
    assert not outline.wrong
    assert len(outline.ids) == len(set(outline.ids))
    assert not outline.fetched
    assert "script" not in outline.tags
    assert "@import" not in page
    assert outline.tags.count("svg") == outline.tags.count("figcaption") == 4


def test_page_can_be_read_by_everybody(page):
    assert '<html lang="en">' in page
    assert "prefers-color-scheme: dark" in page
    assert "@media print" in page
    assert page.count('role="img"') == 4
    assert len(re.findall(r"<table>\s*<caption>", page)) == page.count("<table>") == 3
    assert not re.findall(r"<th(?! scope)[ >]", page)


def test_page_says_what_it_is_and_how_sure(page):
    for said in (
        "is no advice on care",
        "none for the parameters",
        "no test of the model",
        "61",
        "chosen so that the part behaves plausibly",
        "beyond the depth of the literature",
        "point list not reported",
        "day 42 (continue-if): 5 more sessions",
        "input gate alone",
        "0123456789ab",
        "1e-06",
        "German acupuncture trials",
    ):
        assert said.casefold() in page.casefold(), said


def test_titles_are_escaped(run, tmp_path):
    page = report_run(run, tmp_path / "one.html").read_text(encoding="utf-8")
    assert "Verum &lt;b&gt;needling&lt;/b&gt;" in page
    assert "<b>needling" not in page


def test_the_same_run_gives_the_same_page(run, tmp_path):
    first = report_run(run, tmp_path / "a.html").read_bytes()
    assert report_run(run, tmp_path / "b.html").read_bytes() == first


def test_a_run_without_needles_has_a_report(untreated, tmp_path):
    assert "minutes since week 0" in report_run(untreated, tmp_path / "one.html").read_text(encoding="utf-8")


def test_a_section_without_anything_is_left_out(tmp_path):
    sections = [Section("Full", [Prose(["Said."], "Head")]), Section("Empty", [])]
    path = write_page(tmp_path / "x.html", title="T", lead="L", care="C", sections=sections, cites=())
    page = path.read_text(encoding="utf-8")
    assert '<h2 id="s1">Full</h2>' in page
    assert "<h3>Head</h3>" in page
    assert "Empty" not in page
    assert "Sources" not in page


def test_unknown_source(make, tmp_path):
    with pytest.raises(UnknownNameError, match="nobody1999"):
        report_run(make(cites=["nobody1999"]), tmp_path / "x.html")
    assert not list(tmp_path.iterdir())


@pytest.mark.parametrize("name", ["missing/one.html", "folder", "file/one.html"])
def test_a_place_that_cannot_be_written(name, run, tmp_path):
    (tmp_path / "folder").mkdir()
    (tmp_path / "file").write_text("")
    with pytest.raises(FileError, match="cannot be written"):
        report_run(run, tmp_path / name)
    assert sorted(p.name for p in tmp_path.iterdir()) == ["file", "folder"]


def test_a_full_disk_leaves_the_old_report(run, tmp_path, monkeypatch):
    path = tmp_path / "one.html"
    path.write_text("old")

    def full(self, *args, **kwargs):
        self.touch()
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(Path, "write_bytes", full)
    with pytest.raises(FileError, match="No space left"):
        report_run(run, path)
    assert path.read_bytes() == b"old"
    assert [p.name for p in tmp_path.iterdir()] == ["one.html"]
