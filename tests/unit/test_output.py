"""Tables fit the terminal; where they cannot, they run over its edge, and nothing is cut off."""

import pytest

from deqi.cli.output import print_table

WEEKS = ("week", "0", "1", "2", "4", "6", "8", "13", "26")
ROWS = [
    ("pain intensity, A minus B", "+0", "-2.3", "-3.7", "-5.2", "-5.4", "-5.8", "-5.5", "-5.1"),
    ("mood, B", "-0.0651", "-0.0588", "-0.0139", "0.0863", "0.101", "0.202", "0.107", "0.111"),
]


@pytest.mark.parametrize("width", [40, 60, 80, 120])
def test_numbers_stay_whole(width, monkeypatch, capsys):
    monkeypatch.setenv("COLUMNS", str(width))
    print_table("", WEEKS, ROWS)
    shown = capsys.readouterr().out
    for row in ROWS:
        for cell in row[1:]:
            assert cell in shown.split()
    if width >= 80:
        assert max(map(len, shown.splitlines())) <= width


def test_long_words_break_and_nothing_is_lost(monkeypatch, capsys):
    monkeypatch.setenv("COLUMNS", "60")
    title = "GERAC low back pain: superficial needling off the points"
    print_table("a title", ("protocol", "sessions", "title"), [("gerac-sham", "10", title)])
    shown = capsys.readouterr().out
    assert "a title" in shown
    assert set(title.split()) <= set(shown.split())
    assert max(map(len, shown.splitlines())) <= 60
