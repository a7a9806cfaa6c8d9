"""Segments of the cord and cranial nerves: their order, and text such as `T12-L2` read and written.

A segment is named as clinicians name it: `C1` to `C8`, `T1` to `T12`, `L1` to
`L5`, `S1` to `S5` and `Co`. The three divisions of the trigeminal nerve are
`V1`, `V2`, `V3`; the other cranial nerves that supply a point are `CN III`,
`CN VII`, `CN X`, `CN XI` and `CN XII`.

A range runs within the cord (`T12-L2`) or within the trigeminal nerve
(`V1-V3`). A range from one to the other is refused: the order of the two is
no neighbourhood, and `V1-C2` would silently take in every segment between.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from types import MappingProxyType

from deqi.errors import DeqiError

__all__ = ["SEGMENTS", "SPINAL_SEGMENTS", "format_segments", "parse_segments", "sort_segments"]

SPINAL_SEGMENTS: tuple[str, ...] = (
    *(f"C{i}" for i in range(1, 9)),
    *(f"T{i}" for i in range(1, 13)),
    *(f"L{i}" for i in range(1, 6)),
    *(f"S{i}" for i in range(1, 6)),
    "Co",
)
"""The segments of the cord, from head to tail."""

_TRIGEMINAL = ("V1", "V2", "V3")

SEGMENTS: tuple[str, ...] = ("CN III", *_TRIGEMINAL, "CN VII", "CN X", "CN XI", "CN XII", *SPINAL_SEGMENTS)
"""Every segment that the atlas knows, cranial nerves first."""

_RANK = MappingProxyType({name: rank for rank, name in enumerate(SEGMENTS)})
_BY_UPPER_NAME = MappingProxyType(
    {name.replace(" ", "").upper(): name for name in SEGMENTS}
    | {f"CN{name}": name for name in _TRIGEMINAL}
    | {"CO1": "Co"}
)
_ADVICE = "write T12-L2, C4, L5-S2, V1 or CN VII, several with ';' between"


def parse_segments(text: str, *, where: str = "") -> frozenset[str]:
    """Segments named in a text.

    Parameters
    ----------
    text : str
        Names and ranges with `;` or `,` between; upper or lower case; `Th` for `T`.
    where : str, optional
        The file or field that the text is from, for the error.

    Raises
    ------
    DeqiError
        If the text is empty, names no segment, or has a range that runs backwards
        or from a cranial nerve into the cord.

    Examples
    --------
    >>> sorted(parse_segments("L4-S1"))
    ['L4', 'L5', 'S1']
    >>> sorted(parse_segments("CN V"))
    ['V1', 'V2', 'V3']
    """
    found: set[str] = set()
    for part in re.split(r"[;,]", text):
        found.update(_parse_part(part.strip(), text, where))
    return frozenset(found)


def sort_segments(segments: Iterable[str]) -> list[str]:
    """Segments from head to tail.

    Raises
    ------
    DeqiError
        If a name is not a segment.

    Examples
    --------
    >>> sort_segments({"S1", "T12", "CN XI", "L5"})
    ['CN XI', 'T12', 'L5', 'S1']
    """
    names = list(segments)
    for name in names:
        if name not in _RANK:
            raise DeqiError(f"'{name}' is not a segment", fix=_ADVICE)
    return sorted(names, key=_RANK.__getitem__)


def format_segments(segments: Iterable[str]) -> str:
    """Short text that `parse_segments` reads back; the empty text for no segments.

    Examples
    --------
    >>> format_segments({"L1", "L2", "T12", "S1"})
    'T12-L2;S1'
    """
    runs: list[list[str]] = []
    for name in sort_segments(set(segments)):
        if runs and _are_neighbours(runs[-1][-1], name):
            runs[-1].append(name)
        else:
            runs.append([name])
    return ";".join(run[0] if len(run) == 1 else f"{run[0]}-{run[-1]}" for run in runs)


def _parse_part(part: str, text: str, where: str) -> tuple[str, ...]:
    if re.fullmatch(r"CN\s*V", part, re.IGNORECASE):
        return _TRIGEMINAL
    names = [_name(end) for end in re.split(r"\s*[-–—]\s*", part)]
    known = [name for name in names if name is not None]
    if len(known) != len(names) or len(names) > 2:
        raise DeqiError(f"'{part or text}' is not a segment of the cord", where=where, fix=_ADVICE)
    first, last = known[0], known[-1]
    if len(known) == 1:
        return (first,)
    if not _of_one_series(first, last):
        fix = f"write '{first};{last}' for these two, or name each segment"
        raise DeqiError(f"the range '{part}' joins what are not neighbours", where=where, fix=fix)
    if _RANK[first] > _RANK[last]:
        raise DeqiError(f"the range '{part}' runs backwards", where=where, fix=f"write {last}-{first}")
    return SEGMENTS[_RANK[first] : _RANK[last] + 1]


def _name(word: str) -> str | None:
    key = re.sub(r"\s+", "", word).upper()
    key = re.sub(r"^TH(?=\d)", "T", key)
    return _BY_UPPER_NAME.get(key)


def _of_one_series(first: str, last: str) -> bool:
    return any(first in series and last in series for series in (SPINAL_SEGMENTS, _TRIGEMINAL))


def _are_neighbours(first: str, second: str) -> bool:
    return _of_one_series(first, second) and _RANK[second] - _RANK[first] == 1
