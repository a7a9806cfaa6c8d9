"""How commands print: one JSON object, or tables that fit the terminal."""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from typing import Any

# Cells up to this long are not broken.
_WHOLE = 10
# More columns than this stand closer together.
_FEW = 7
_ANY_WIDTH = 1000


def print_json(data: dict[str, Any]) -> None:
    """Print one JSON object."""
    print(json.dumps(data, ensure_ascii=False, indent=2, allow_nan=False))


def print_table(title: str, columns: Sequence[str], rows: Iterable[Sequence[str]]) -> None:
    """Print a table; the first column is text, the others are set to the right."""
    from rich import box
    from rich.console import Console
    from rich.table import Table

    gap = 1 if len(columns) <= _FEW else 0
    table = Table(
        title=title, title_justify="left", box=box.SIMPLE_HEAD, pad_edge=False, padding=(0, 0, 0, gap)
    )
    body = [[str(cell) for cell in row] for row in rows]
    for k, column in enumerate(columns):
        # Where it is tight, words break, and numbers stay whole.
        short = all(len(row[k]) <= _WHOLE for row in body)
        table.add_column(
            column,
            justify="left" if k == 0 else "right",
            overflow="fold",
            no_wrap=k > 0 and short,
            min_width=14 if k == 0 else None,
        )
    for row in body:
        table.add_row(*row)
    console = Console(highlight=False, markup=False)
    # A table that cannot be narrower runs over the edge; rich would cut it off.
    room = console.options.update(width=_ANY_WIDTH)
    console.width = max(console.width, console.measure(table, options=room).minimum)
    console.print(table)


def number(value: float | None, digits: int = 3) -> str:
    """A number with so many significant digits; a dash where there is none.

    Examples
    --------
    >>> number(48.6123), number(0.00012), number(None)
    ('48.6', '0.00012', '-')
    """
    if value is None:
        return "-"
    # Rounding errors of the solver are not worth a reader's time.
    return "0" if abs(value) < 1e-9 else f"{value:.{digits}g}"
