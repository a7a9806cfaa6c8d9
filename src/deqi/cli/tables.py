"""Tables as text: columns as wide as their cells; where that is too wide, the widest gives way.

They look as Rich draws them, but loading Rich takes longer than to simulate half a year.
"""

from __future__ import annotations

import os
import re
import sys
import unicodedata
from collections.abc import Sequence

#: No column is made narrower, so that numbers stay whole.
NARROWEST = 14
_BOLD, _ITALIC, _PLAIN = "\x1b[1m", "\x1b[3m", "\x1b[0m"


def table(
    title: str, columns: Sequence[str], rows: Sequence[Sequence[str]], width: int, *, styled: bool = False
) -> str:
    """A table of a title, a head and rows, with an empty line above and below the two last.

    Parameters
    ----------
    title : str
        The title; may be empty.
    columns : sequence of str
        The head.
    rows : sequence of sequence of str
        Cells, as many as there are columns; the first stands left, the others right.
    width : int
        Cells of the terminal that there is room for. A table of many narrow columns may need
        more, and then takes it.
    styled : bool
        Whether title and head are italic and bold, by the terminal's codes.

    Examples
    --------
    >>> print(table("", ("week", "0", "26"), [("pain", "65.1", "48.6")], 80))
    <BLANKLINE>
     week                0     26
     ────────────────────────────
     pain             65.1   48.6
    <BLANKLINE>
    """
    widths = [max(map(cells, column)) for column in zip(columns, *rows, strict=True)]
    widths[0] = max(widths[0], NARROWEST)
    gap = 3

    def whole() -> int:
        return 2 + sum(widths) + gap * (len(widths) - 1)

    while whole() > width and max(widths) > NARROWEST:
        widths[widths.index(max(widths))] -= 1
    while whole() > width and gap > 1:
        gap -= 1
    above = wrap(title, whole()) if title else []
    head = _row(columns, widths, gap)
    if styled:
        above = [f"{_ITALIC}{line}{_PLAIN}" for line in above]
        head = [f"{_BOLD}{line}{_PLAIN}" for line in head]
    body = [line for row in rows for line in _row(row, widths, gap)]
    return "\n".join([*above, "", *head, " " + "─" * (whole() - 2), *body, ""])


def cells(text: str) -> int:
    """How many cells of a terminal a text takes: two for a Chinese character.

    Examples
    --------
    >>> cells("Shenshu"), cells("肾俞")
    (7, 4)
    """
    if text.isascii():
        return len(text)
    return sum(0 if unicodedata.combining(c) else 1 + (unicodedata.east_asian_width(c) in "WF") for c in text)


def wrap(text: str, width: int) -> list[str]:
    """Lines of at most `width` cells, broken between words, and within a word that is too long.

    Examples
    --------
    >>> wrap("mu receptors occupied", 12)
    ['mu receptors', 'occupied']
    >>> wrap("a enkephalin", 5)
    ['a', 'enkep', 'halin']
    """
    lines, line = [], ""
    for word in re.findall(r"\s*\S+\s*", text):
        if cells(line + word.rstrip()) <= width:
            line += word
            continue
        if line:
            lines.append(line)
        line = ""
        for c in word if cells(word.rstrip()) > width else [word]:
            if line and cells(line + c.rstrip()) > width:
                lines.append(line)
                line = ""
            line += c
    return [found.rstrip() for found in (*lines, line)]


def terminal_width() -> int:
    """Cells in a line of the terminal; `COLUMNS` where it is set, 80 where there is none."""
    asked = os.environ.get("COLUMNS", "")
    if asked.isdigit() and int(asked) > 0:
        return int(asked)
    for stream in (sys.__stdin__, sys.__stdout__, sys.__stderr__):
        try:
            return os.get_terminal_size(stream.fileno()).columns or 80  # type: ignore[union-attr]
        except (AttributeError, OSError, ValueError):  # closed, or no terminal: the next one may be
            continue
    return 80


def shows_styles() -> bool:
    """Whether what is printed goes to a terminal that can show bold and italic text."""
    return sys.stdout.isatty() and os.environ.get("TERM", "").lower() not in ("dumb", "unknown")


def _row(texts: Sequence[str], widths: Sequence[int], gap: int) -> list[str]:
    """The lines of one row."""
    wrapped = [wrap(text, width) for text, width in zip(texts, widths, strict=True)]
    lines = []
    for k in range(max(map(len, wrapped))):
        parts = [_set(cell, k, column, widths[column]) for column, cell in enumerate(wrapped)]
        lines.append(f" {(' ' * gap).join(parts)}".rstrip())
    return lines


def _set(lines: Sequence[str], k: int, column: int, width: int) -> str:
    line = lines[k] if k < len(lines) else ""
    space = " " * (width - cells(line))
    return line + space if column == 0 else space + line
