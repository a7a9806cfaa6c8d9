"""How commands print: one JSON object, or tables that fit the terminal."""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from typing import Any


def print_json(data: dict[str, Any]) -> None:
    """Print one JSON object."""
    print(json.dumps(data, ensure_ascii=False, indent=2, allow_nan=False))


def print_table(title: str, columns: Sequence[str], rows: Iterable[Sequence[str]]) -> None:
    """Print a table; the first column is text, the others are set to the right."""
    from deqi.cli.tables import shows_styles, table, terminal_width

    cells = [[str(cell) for cell in row] for row in rows]
    print(table(title, columns, cells, terminal_width(), styled=shows_styles()))


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
