"""Reading tables of a recipe: every field known, every value of its kind, every error with its place."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping
from typing import Any

from deqi.errors import PopulationError, UnknownNameError


def table(entry: Any, known: Iterable[str], where: str, kind: str = "field") -> dict[str, Any]:
    """A table with none but known fields.

    Raises
    ------
    PopulationError
        If it is no table.
    UnknownNameError
        If a field is unknown.
    """
    if not isinstance(entry, dict):
        raise PopulationError(f"{entry!r} is no table", where=where, fix="write [...] and fields below")
    known = tuple(known)
    for key in entry:
        if key not in known:
            raise UnknownNameError(kind, str(key), known, where=where, fix=f"one of {', '.join(known)}")
    return dict(entry)


def tables(entry: Any, known: Iterable[str], where: str) -> list[dict[str, Any]]:
    """A list of such tables; each is named by its place in the list."""
    if not isinstance(entry, list):
        raise PopulationError("is no list of tables", where=where, fix="write [[...]] and fields below")
    known = tuple(known)
    return [table(one, known, f"{where} {k + 1}") for k, one in enumerate(entry)]


def number(
    entry: Mapping[str, Any],
    key: str,
    where: str,
    low: float = -math.inf,
    high: float = math.inf,
) -> float:
    """A finite number of a table, from `low` to `high`.

    Raises
    ------
    PopulationError
        If it is missing, no number, or out of range.

    Examples
    --------
    >>> number({"mean": 50}, "mean", "age", 0, 120)
    50.0
    """
    if key not in entry:
        raise PopulationError(f"has no {key}", where=where, fix=f"add {key} = ...")
    value = entry[key]
    if isinstance(value, bool) or not isinstance(value, int | float) or not math.isfinite(value):
        raise PopulationError(f"{key} = {value!r} is no finite number", where=where)
    if not low <= value <= high:
        raise PopulationError(f"{key} = {value:g} is outside {low:g} to {high:g}", where=where)
    return float(value)


def maybe(
    entry: Mapping[str, Any], key: str, where: str, low: float = -math.inf, high: float = math.inf
) -> float | None:
    """The same, or None where there is none."""
    return number(entry, key, where, low, high) if key in entry else None


def whole(entry: Mapping[str, Any], key: str, where: str, low: int, high: int) -> int:
    """A whole number of a table."""
    value = number(entry, key, where, low, high)
    if value != int(value):
        raise PopulationError(f"{key} = {value:g} is no whole number", where=where)
    return int(value)


def text(entry: Mapping[str, Any], key: str, where: str, default: str | None = None) -> str:
    """A text of a table, or `default`.

    Raises
    ------
    PopulationError
        If it is missing without a default, or no text.
    """
    value = entry.get(key, default)
    if not isinstance(value, str) or (default is None and not value.strip()):
        problem = f"has no {key}" if value is None else f"{key} = {value!r} is no text"
        raise PopulationError(problem, where=where, fix=f'write {key} = "..."')
    return value


def texts(entry: Mapping[str, Any], key: str, where: str) -> tuple[str, ...]:
    """A list of texts of a table; empty where there is none."""
    value = entry.get(key, [])
    if not isinstance(value, list) or not all(isinstance(v, str) and v.strip() for v in value):
        raise PopulationError(
            f"{key} = {value!r} is no list of texts", where=where, fix=f'write {key} = ["..."]'
        )
    return tuple(value)


def one_of(
    entry: Mapping[str, Any], key: str, known: Iterable[str], where: str, default: str | None = None
) -> str:
    """A text that is one of some.

    Raises
    ------
    UnknownNameError
        If it is another.
    """
    known = tuple(known)
    value = text(entry, key, where, default)
    if value not in known:
        raise UnknownNameError(key, value, known, where=where, fix=f"one of {', '.join(known)}")
    return value
