"""Tables look as Rich draws them, wherever Rich would not break a number."""

import io

import pytest
from hypothesis import given
from hypothesis import strategies as st
from rich import box
from rich.console import Console
from rich.table import Table

from deqi.cli.tables import NARROWEST, cells, table, terminal_width

LETTERS = st.text("abµ肾-", min_size=1, max_size=12)
WORDS = st.lists(LETTERS, min_size=1, max_size=8).map(" ".join)


def by_rich(title, columns, rows, width):
    drawn = Table(title=title, title_justify="left", box=box.SIMPLE_HEAD, pad_edge=False)
    for k, column in enumerate(columns):
        justify, least = ("left", NARROWEST) if k == 0 else ("right", None)
        drawn.add_column(column, justify=justify, overflow="fold", min_width=least)
    for row in rows:
        drawn.add_row(*row)
    page = io.StringIO()
    Console(file=page, width=width, highlight=False, markup=False).print(drawn)
    return [line.rstrip() for line in page.getvalue().split("\n")[:-1]]


@given(
    first=st.lists(WORDS, min_size=1, max_size=4),
    numbers=st.lists(st.text("0123.肾", max_size=4), min_size=2, max_size=4),
    width=st.integers(60, 140),
)
def test_tables_are_as_rich_draws_them(first, numbers, width):
    columns = ("first session", "before", *(f"w{k}" for k in range(1, len(numbers))))
    rows = [(words, *numbers) for words in first]
    assert table("", columns, rows, width).split("\n") == by_rich("", columns, rows, width)


@pytest.mark.parametrize("width", [40, 60, 80])
def test_a_title_stands_above(width):
    arguments = "GERAC: model beside trial", ("pain 0-100", "week 0", "week 6"), [("verum", "66.5", "49.1")]
    assert table(*arguments, width).split("\n") == by_rich(*arguments, width)


def test_numbers_stay_whole_where_room_is_scarce():
    weeks = [str(w) for w in (0, 1, 2, 4, 6, 8, 13, 26, 39, 52)]
    row = ["pain", *(["0.0123"] * len(weeks))]
    for width in (20, 60, 80, 90):
        lines = table("", ["week", *weeks], [row], width).splitlines()
        assert len(lines) == 4 + (lines[-1] == "")
        assert lines[3].split() == row
    assert max(map(cells, lines)) <= 90


def test_the_head_is_bold_on_a_terminal_that_shows_it():
    lines = table("T", ("a", "b"), [("c", "d")], 80, styled=True).split("\n")
    assert lines[0] == "\x1b[3mT\x1b[0m"
    assert lines[2].startswith("\x1b[1m a")
    assert "\x1b" not in lines[4]


def test_columns_says_how_wide_the_terminal_is(monkeypatch):
    monkeypatch.setenv("COLUMNS", "132")
    assert terminal_width() == 132
