"""Checks that the parts of a protocol make when they are built; each says what is wrong and what would do.

A value that passes is put back in one form (floats, tuples), so that what is
written to a file and read again is equal.
"""

from __future__ import annotations

import math
from collections.abc import Iterable
from typing import Any

from deqi.errors import ProtocolError

#: Longest time that a protocol may name [d].
LAST_DAY = 3650.0


def put_number(part: Any, name: str, low: float, high: float) -> None:
    """Check a field for a finite number from `low` to `high`, and keep it as a float."""
    _put(part, name, number(getattr(part, name), name, low, high))


def put_whole(part: Any, name: str, low: int, high: int) -> None:
    """Check a field for a whole number from `low` to `high`."""
    value = number(getattr(part, name), name, low, high)
    if value != int(value):
        raise ProtocolError(f"{name} = {value:g} is no whole number", fix="write a whole number")
    _put(part, name, int(value))


def put_numbers(part: Any, name: str, low: float, high: float, *, least: int = 0) -> None:
    """Check a field for a list of numbers, at least `least` of them."""
    values = _items(part, name, "numbers", least)
    _put(part, name, tuple(number(v, name, low, high) for v in values))


def put_texts(part: Any, name: str) -> None:
    """Check a field for a list of texts."""
    values = _items(part, name, "texts", 0)
    for value in values:
        if not isinstance(value, str) or not value.strip():
            raise ProtocolError(f"{name} holds {value!r}, which is no text", fix=f'write {name} = ["..."]')
    _put(part, name, tuple(values))


def check_text(part: Any, *names: str, filled: bool = True) -> None:
    """Check fields for texts that are not empty."""
    for name in names:
        value = getattr(part, name)
        if not isinstance(value, str) or (filled and not value.strip()):
            raise ProtocolError(f"{name} = {value!r} is no text", fix=f'write {name} = "..."')


def number(value: Any, name: str, low: float, high: float) -> float:
    """The value as a float.

    Raises
    ------
    ProtocolError
        If it is no finite number, or not from `low` to `high`.

    Examples
    --------
    >>> number(30, "minutes", 1, 1440)
    30.0
    """
    if isinstance(value, bool) or not isinstance(value, int | float) or not math.isfinite(value):
        raise ProtocolError(f"{name} = {value!r} is no number", fix=f"write {name} from {low:g} to {high:g}")
    if not low <= value <= high:
        raise ProtocolError(
            f"{name} = {value:g} is outside {low:g} to {high:g}", fix=f"write {name} from {low:g} to {high:g}"
        )
    return float(value)


def _items(part: Any, name: str, kind: str, least: int) -> list[Any]:
    value = getattr(part, name)
    if isinstance(value, str) or not isinstance(value, Iterable):
        raise ProtocolError(f"{name} = {value!r} is no list of {kind}", fix=f"write {name} = [...]")
    values = list(value)
    if len(values) < least:
        raise ProtocolError(f"{name} is empty", fix=f"write {name} = [...]")
    return values


def _put(part: Any, name: str, value: Any) -> None:
    # The parts are frozen; before anyone has seen them, a value may still take its one form.
    object.__setattr__(part, name, value)
