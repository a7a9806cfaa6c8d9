"""A protocol as a STRICTA table, and back."""

import csv

import pytest

from deqi.errors import DeqiError, FileError, UnknownNameError
from deqi.exporters import read_stricta, stricta_csv, stricta_markdown
from deqi.protocols import Stricta, load_protocol, protocols


@pytest.fixture
def filled(tmp_path):
    """A file of a protocol, with some lines changed."""

    def make(change=lambda rows: rows, name="gerac-verum"):
        path = tmp_path / "mine.csv"
        rows = list(csv.reader(stricta_csv(load_protocol(name)).splitlines()))
        with path.open("w", encoding="utf-8", newline="") as out:
            csv.writer(out).writerows(change(rows))
        return path

    return make


@pytest.mark.parametrize("name", sorted(protocols()))
def test_every_protocol_comes_back_as_it_was(filled, name):
    assert read_stricta(filled(name=name)) == load_protocol(name)


def test_the_checklist_comes_first_and_whole():
    rows = list(csv.DictReader(stricta_csv(load_protocol("gerac-verum")).splitlines()))
    assert [(r["item"], r["field"]) for r in rows[:17]] == [(n, f) for f, (n, _) in Stricta.items().items()]
    assert {r["item"] for r in rows[17:]} == {"simulated"}


def test_markdown_tells_what_is_missing():
    protocol = load_protocol("gerac-verum")
    text = stricta_markdown(protocol)
    for name, (number, meaning) in Stricta.items().items():
        assert f"| {number} | {meaning} | {getattr(protocol.stricta, name)} |" in text
        said = f"{number} ({meaning})" in text.split("Not reported: ")[1].split("\n")[0]
        assert said == (name in protocol.stricta.missing())
    assert f"{len(protocol.stricta.missing())} of 17 items" in text
    assert all(f"- {one}" in text for one in protocol.assumptions)


def test_what_is_filled_in_is_read(filled):
    def change(rows):
        for row in rows:
            if row[1] == "needle":
                row[3] = "0.25 by 40 mm"
            if row[1] == "sessions[1].needlings[1].depth_mm":
                row[3] = "12"
            if row[1] == "depth":
                row[3] = ""
        return rows

    protocol = read_stricta(filled(change))
    assert protocol.stricta.needle == "0.25 by 40 mm"
    assert "depth" in protocol.stricta.missing()
    assert protocol.sessions[0].needlings[0].depth_mm == 12


@pytest.mark.parametrize(
    ("old", "new", "error", "says"),
    [
        ("needle", "nedle", UnknownNameError, r"line \d+: unknown item 'nedle'; did you mean needle"),
        ("sessions[1].minutes", "sessions[1].minuts", UnknownNameError, "did you mean minutes"),
        (
            "sessions[1].minutes",
            "sessions[3].minutes",
            FileError,
            r"sessions\[3\] comes before sessions\[2\]",
        ),
        ("sessions[1].minutes", "Sessions(1).minutes", FileError, r"write sessions\[1\]\.minutes"),
        ("protocol.name", "protocol.name.text", FileError, "no"),
    ],
)
def test_a_slip_is_told_with_its_place(filled, old, new, error, says):
    def change(rows):
        return [[new if cell == old else cell for cell in row] for row in rows]

    if new == "protocol.name.text":
        error = DeqiError
    with pytest.raises(error, match=says):
        read_stricta(filled(change))


def test_a_file_of_something_else_is_refused(tmp_path):
    path = tmp_path / "other.csv"
    with pytest.raises(FileError, match="cannot be read"):
        read_stricta(path)
    path.write_text("a,b\n1,2\n")
    with pytest.raises(FileError, match="columns item, field and value"):
        read_stricta(path)
    path.write_text("item,field,value\n1a,style,Chinese, and more\n")
    with pytest.raises(FileError, match="line 2: has a cell too many"):
        read_stricta(path)
    path.write_text("item,field,value\n1a,style,Chinese\n")
    with pytest.raises(FileError, match="no rows 'simulated'"):
        read_stricta(path)
