"""`deqi cite`, as a user meets it."""

import json

import pytest

from deqi.cli.arguments import call
from deqi.cli.cite import cite_command
from deqi.cli.main import main
from deqi.core.citations import read_bibtex


@pytest.fixture
def folder(tmp_path):
    """What a trial leaves, as far as it is read here."""
    made = {"described": {"made_with": {"cites": ["haake2007", "mayer1977"]}}}
    (tmp_path / "manifest.json").write_text(json.dumps(made))
    return tmp_path


def test_the_bibliography_is_printed_and_nothing_else_with_it(capsys, folder):
    call(cite_command, "deqi cite", [str(folder)])
    printed = capsys.readouterr()
    assert list(read_bibtex(printed.out)) == ["deqi", "haake2007", "mayer1977"]
    assert printed.err == "look up before citing, no identifier was checked: mayer1977\n"


def test_it_is_written_where_it_is_wanted(capsys, folder):
    out = folder / "references.bib"
    call(cite_command, "deqi cite", [str(folder), "--out", str(out)])
    assert f"written: {out}: deqi and 2 sources" in capsys.readouterr().out
    assert list(read_bibtex(out.read_text(encoding="utf-8"))) == ["deqi", "haake2007", "mayer1977"]


def test_what_is_no_run_ends_in_one_line_and_2(capsys, tmp_path, monkeypatch):
    monkeypatch.setattr("sys.argv", ["deqi", "cite", str(tmp_path)])
    with pytest.raises(SystemExit) as stop:
        main()
    assert stop.value.code == 2
    said = capsys.readouterr()
    assert (said.out, said.err.count("\n")) == ("", 1)
    assert "holds no run of a trial; give the folder of a trial" in said.err
