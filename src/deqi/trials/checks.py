"""Checks that the parts of a trial make when they are built: those of protocols, with the error of trials."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from deqi.errors import DeqiError, ProtocolError, TrialError
from deqi.protocols.checks import check_text

#: What a name may look like that becomes part of a column's name.
_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9_-]*")


@contextmanager
def trial_checks(where: str = "") -> Iterator[None]:
    """Within it, what a protocol's check refuses is a `TrialError`; every error is told the place.

    Examples
    --------
    >>> from deqi.protocols.checks import number
    >>> with trial_checks("dropout"):
    ...     number(-1, "per_week", 0, 1)
    Traceback (most recent call last):
    deqi.errors.TrialError: dropout: per_week = -1 is outside 0 to 1; write per_week from 0 to 1
    """
    try:
        yield
    except ProtocolError as error:
        raise TrialError(error.what, where=_place(where, error), fix=error.fix) from error
    except DeqiError as error:
        error.where = _place(where, error)
        raise


def _place(where: str, error: DeqiError) -> str:
    return ": ".join(part for part in (where, error.where) if part)


def check_flag(part: Any, name: str) -> None:
    """Check a field for true or false."""
    if not isinstance(getattr(part, name), bool):
        raise TrialError(
            f"{name} = {getattr(part, name)!r} is neither true nor false", fix=f"write {name} = true"
        )


def check_name(part: Any, name: str) -> None:
    """Check a field for a name of letters, digits, - and _."""
    value = getattr(part, name)
    if not isinstance(value, str) or not _NAME.fullmatch(value):
        raise TrialError(f"{name} = {value!r} is no name", fix="use letters, digits, - and _")


def check_different(what: str, names: Sequence[str]) -> None:
    """Refuse a name that stands twice."""
    for name in names:
        if names.count(name) > 1:
            raise TrialError(f"two {what} are named '{name}'", where=what, fix="give each a name of its own")


def put_path(part: Any, name: str) -> None:
    """Check a field for a name or a path, and keep it as text."""
    value = getattr(part, name)
    put(part, name, str(value) if isinstance(value, Path) else value)
    with trial_checks():
        check_text(part, name)


def put(part: Any, name: str, value: Any) -> None:
    """Keep a field in its one form, before anyone has seen the frozen part."""
    object.__setattr__(part, name, value)


def put_parts(part: Any, name: str, kind: type, *, least: int = 0) -> None:
    """Check a field for a list of parts of one kind, at least `least` of them, and keep it as a tuple."""
    values = getattr(part, name)
    if not isinstance(values, list | tuple) or not all(isinstance(value, kind) for value in values):
        raise TrialError(f"{name} is no list of {kind.__name__}", where=name)
    if len(values) < least:
        raise TrialError(f"needs {least} at least, and has {len(values)}", where=name, fix=f"add [[{name}]]")
    put(part, name, tuple(values))
