"""A range of patients: how it is written in file names, and how it is said to people."""

from __future__ import annotations

from collections.abc import Iterable
from typing import NamedTuple


class Span(NamedTuple):
    """Patients `first` to `stop`, the last not included.

    Examples
    --------
    >>> print(Span(1024, 2048))
    0001024-0002048
    """

    first: int
    stop: int

    def __str__(self) -> str:
        return f"{self.first:07d}-{self.stop:07d}"


def spans_of(patients: int, chunk: int) -> tuple[Span, ...]:
    """All ranges of a run, in order; the last may be shorter.

    Examples
    --------
    >>> spans_of(5, 2)
    (Span(first=0, stop=2), Span(first=2, stop=4), Span(first=4, stop=5))
    """
    return tuple(Span(first, min(first + chunk, patients)) for first in range(0, patients, chunk))


def spoken(spans: Iterable[Span]) -> str:
    """Ranges in words, neighbours as one.

    Examples
    --------
    >>> spoken([Span(2, 4), Span(0, 2), Span(8, 9)])
    'patients 0 to 3, 8'
    """
    runs: list[tuple[int, int]] = []
    for first, stop in sorted(spans):
        if runs and runs[-1][1] == first:
            first = runs.pop()[0]
        runs.append((first, stop))
    return "patients " + ", ".join(
        f"{first} to {stop - 1}" if stop - first > 1 else f"{first}" for first, stop in runs
    )


def count(spans: Iterable[Span]) -> int:
    """Patients in some ranges."""
    return sum(stop - first for first, stop in spans)
