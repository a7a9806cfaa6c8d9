"""Published results of a trial, as a table: what was seen, in whom, and how sure the figure is.

A file of `tables/` holds a ``[published]`` head, a ``[[row]]`` for each figure
of one arm and a ``[[contrast]]`` for each printed difference between two. Arms,
endpoints and responder rules have the names that the trial of the same name
gives them; the arm ``all`` is everybody.

Rows say what they may be used for: ``input`` (who the patients were) or
``calibration`` (the model may be fitted to it, and is not tested by it).
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass, fields
from functools import lru_cache
from pathlib import Path
from types import MappingProxyType
from typing import Any

from deqi.core import cite
from deqi.errors import FileError, UnknownNameError
from deqi.parameters import read_toml, toml_files

KINDS = ("mean", "change", "share")
ROLES = ("input", "calibration")
_LIBRARY = Path(__file__).parent / "tables"
_HEAD = ("name", "title", "cites", "doi", "note", "endpoints")
_PARTS = ("published", "row", "contrast")
_Z = 1.959963984540054


@dataclass(frozen=True)
class Row:
    """One published figure of one arm.

    Attributes
    ----------
    arm : str
        Arm, or ``all``.
    endpoint : str
        Endpoint; for a share, the rule that says who is a responder.
    week : float
        Since randomisation; 0 is baseline.
    kind : {'mean', 'change', 'share'}
        Mean at the week, mean of follow-up minus baseline, or share of responders.
    value : float
        The figure, in points or as a share of 1.
    n : int
        Patients it is of.
    role : {'input', 'calibration'}
        What it may be used for.
    sd : float or None
        SD between patients, where it was reported.
    """

    arm: str
    endpoint: str
    week: float
    kind: str
    value: float
    n: int
    role: str
    sd: float | None = None

    @property
    def interval(self) -> tuple[float, float] | None:
        """95 % interval (sampling): of a mean from SD and n, of a share as Wilson has it; None without SD."""
        if self.kind == "share":
            return _wilson(self.value, self.n)
        if self.sd is None:
            return None
        half = _Z * self.sd / math.sqrt(self.n)
        return self.value - half, self.value + half

    @property
    def interval_kind(self) -> str:
        """Where the interval is from, in words; empty for none."""
        if self.kind == "share":
            return "sampling, Wilson from share and n"
        return "" if self.sd is None else "sampling, from SD and n"


@dataclass(frozen=True)
class Contrast:
    """A printed difference between two arms, the second subtracted from the first.

    Attributes
    ----------
    arms : tuple of str
        The two.
    endpoint, week, kind, role
        As for `Row`.
    difference, low, high : float
        The difference, and the ends of its 95 % interval as printed (sampling).
    """

    arms: tuple[str, str]
    endpoint: str
    week: float
    kind: str
    difference: float
    low: float
    high: float
    role: str


@dataclass(frozen=True)
class Difference:
    """A difference between two arms: as printed, or worked out from published means.

    Attributes
    ----------
    value : float
        In points.
    interval : tuple of float or None
        95 % interval (sampling); None where SDs were not published.
    printed : bool
        Whether the paper has it; if not, it is not adjusted for anything.
    """

    value: float
    interval: tuple[float, float] | None
    printed: bool


@dataclass(frozen=True)
class Published:
    """What one trial has published.

    Examples
    --------
    >>> row = published("gerac").find("verum", "pain", 26)
    >>> row.value, row.sd, row.n
    (40.2, 22.5, 377)
    """

    name: str
    title: str
    cites: tuple[str, ...]
    doi: str
    note: str
    endpoints: Mapping[str, str]
    rows: tuple[Row, ...]
    contrasts: tuple[Contrast, ...] = ()

    def find(self, arm: str, endpoint: str, week: float, kind: str = "mean") -> Row | None:
        """The row of an arm, an endpoint, a week and a kind; None if it was not published."""
        wanted = (arm, endpoint, float(week), kind)
        return next((r for r in self.rows if (r.arm, r.endpoint, r.week, r.kind) == wanted), None)

    def contrast(
        self, arms: tuple[str, str], endpoint: str, week: float, *, share: bool = False
    ) -> Contrast | None:
        """The printed difference of two arms in this order, of points or of shares; None if none was."""
        wanted = (tuple(arms), endpoint, float(week), share)
        found = (c for c in self.contrasts if (c.arms, c.endpoint, c.week, c.kind == "share") == wanted)
        return next(found, None)

    def difference(self, arms: tuple[str, str], endpoint: str, week: float) -> Difference | None:
        """Difference of two arms, the second subtracted from the first; None if one was not published.

        As printed; or of the published means (or changes), not adjusted for anything, with an interval
        from their SDs and n.

        Examples
        --------
        >>> found = published("gerac").difference(("verum", "sham"), "pain", 26)
        >>> round(found.value, 1), [round(end, 1) for end in found.interval], found.printed
        (-3.1, [-6.4, 0.2], False)
        """
        said = self.contrast(arms, endpoint, week)
        if said is not None:
            return Difference(said.difference, (said.low, said.high), printed=True)
        for kind in ("mean", "change"):
            first, second = (self.find(arm, endpoint, week, kind) for arm in arms)
            if first is not None and second is not None:
                value = first.value - second.value
                if first.sd is None or second.sd is None:
                    return Difference(value, None, printed=False)
                half = _Z * math.sqrt(first.sd**2 / first.n + second.sd**2 / second.n)
                return Difference(value, (value - half, value + half), printed=False)
        return None

    def as_dict(self) -> dict[str, Any]:
        """The table as plain data, for JSON."""
        return {
            "name": self.name,
            "title": self.title,
            "cites": list(self.cites),
            "doi": self.doi,
            "note": self.note,
            "endpoints": dict(self.endpoints),
            "rows": [vars(row) | {"interval": row.interval and list(row.interval)} for row in self.rows],
            "contrasts": [vars(c) | {"arms": list(c.arms)} for c in self.contrasts],
        }


@lru_cache(maxsize=1)
def tables() -> tuple[str, ...]:
    """Names of the tables that ship with deqi; each has a file of its name.

    Examples
    --------
    >>> tables()
    ('art', 'gerac')
    """
    return tuple(file.name.removesuffix(".toml") for file in toml_files(_LIBRARY))


def published(name: str | Path) -> Published:
    """A table by name, or from a TOML file.

    Raises
    ------
    UnknownNameError
        If it is neither, or the file holds something unknown.
    FileError
        If the file cannot be read, or a row is not sound.

    Examples
    --------
    >>> published("art").find("waiting list", "pain", 8, "change").value
    -6.9
    """
    text = str(name)
    if text in tables():
        return _ours(text)
    if text.endswith(".toml"):
        return read_published(Path(text))
    raise UnknownNameError(
        "published table", text, tables(), fix=f"one of {', '.join(tables())}, or a .toml file"
    )


@lru_cache(maxsize=16)
def _ours(name: str) -> Published:
    return read_published(_LIBRARY / f"{name}.toml")


def read_published(path: Path) -> Published:
    """A table from a TOML file; errors as for `published`."""
    where = path.name
    data = read_toml(path)
    _known(data, _PARTS, where)
    head = data.get("published")
    if not isinstance(head, dict):
        raise FileError("there is no [published] table", where=where, fix="begin with [published]")
    _known(head, _HEAD, f"{where}: published")
    cites = tuple(head.get("cites", ()))
    for key in cites:
        cite(key, f"{where}: cites")
    name = str(head.get("name", where.removesuffix(".toml")))
    table = Published(
        name=name,
        title=str(head.get("title", name)),
        cites=cites,
        doi=str(head.get("doi", "")),
        note=str(head.get("note", "")),
        endpoints=MappingProxyType(dict(head.get("endpoints", {}))),
        rows=tuple(_row(one, f"{where}: row {k + 1}") for k, one in enumerate(data.get("row", []))),
        contrasts=tuple(
            _contrast(one, f"{where}: contrast {k + 1}") for k, one in enumerate(data.get("contrast", []))
        ),
    )
    _check(table, where)
    return table


def _row(entry: Mapping[str, Any], where: str) -> Row:
    _complete(entry, Row, where)
    row = Row(**{**entry, "week": float(entry["week"]), "value": float(entry["value"])})
    if row.n < 1 or (row.sd is not None and row.sd <= 0):
        raise FileError("n and sd must be above 0", where=where)
    if row.kind == "share" and not 0 <= row.value <= 1:
        raise FileError(f"a share of {row.value:g} is not from 0 to 1", where=where)
    return row


def _contrast(entry: Mapping[str, Any], where: str) -> Contrast:
    _complete(entry, Contrast, where)
    arms = entry["arms"]
    if not isinstance(arms, list) or len(arms) != 2:
        raise FileError("arms are no pair", where=where, fix='write arms = ["verum", "sham"]')
    found = Contrast(**{**entry, "arms": tuple(arms), "week": float(entry["week"])})
    if not found.low <= found.difference <= found.high:
        raise FileError("the difference is outside its interval", where=where)
    return found


def _complete(entry: Mapping[str, Any], kind: type[Row] | type[Contrast], where: str) -> None:
    """Refuse what is unknown, missing, or no number where one is needed."""
    known = {f.name: f for f in fields(kind)}
    _known(entry, tuple(known), where)
    for name, f in known.items():
        if name not in entry and name != "sd":
            raise FileError(f"{name} is missing", where=where, fix=f"add {name} = ...")
        numeric = "float" in str(f.type) or "int" in str(f.type)
        value = entry.get(name, 1)
        if numeric and (
            isinstance(value, bool) or not isinstance(value, int | float) or not math.isfinite(value)
        ):
            raise FileError(f"{name} = {value!r} is no number", where=where)
    if entry["kind"] not in KINDS:
        raise UnknownNameError(
            "kind", str(entry["kind"]), KINDS, where=where, fix=f"one of {', '.join(KINDS)}"
        )
    if entry["role"] not in ROLES:
        # No "did you mean": a figure for validation must not be renamed to be let in.
        raise FileError(
            f"role {entry['role']!r} is neither {' nor '.join(ROLES)}",
            where=where,
            fix="what a model is tested by does not belong here",
        )


def _known(entry: Mapping[str, Any], names: tuple[str, ...], where: str) -> None:
    for key in entry:
        if key not in names:
            raise UnknownNameError("field", key, names, where=where)


def _check(table: Published, where: str) -> None:
    keys = [(r.arm, r.endpoint, r.week, r.kind) for r in table.rows]
    for key in keys:
        if keys.count(key) > 1:
            raise FileError(f"two rows are of {key[0]}, {key[1]}, week {key[2]:g}, {key[3]}", where=where)
    arms = {row.arm for row in table.rows}
    for one in table.contrasts:
        for arm in one.arms:
            if arm not in arms:
                raise UnknownNameError("arm", arm, arms, where=f"{where}: contrast")


def _wilson(share: float, n: int) -> tuple[float, float]:
    centre = share + _Z**2 / (2 * n)
    half = _Z * math.sqrt(share * (1 - share) / n + _Z**2 / (4 * n**2))
    return (centre - half) / (1 + _Z**2 / n), (centre + half) / (1 + _Z**2 / n)
