"""Acupuncture points: 361 of the WHO standard, the extra points, one ear point.

The table is `points.csv`; `legend()` says what its columns mean and how sure
they are. A place is told in our own short words: it is for placing a needle in
the model, not in a person.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from types import MappingProxyType

from deqi.atlas.legend import read_rows, split_list
from deqi.atlas.names import MERIDIANS, OTHER_NAMES, PREFIXES, fold_name, simplified
from deqi.atlas.segments import parse_segments
from deqi.errors import DeqiError, UnknownNameError, nearest

__all__ = ["MapPosition", "Point", "find_point", "points", "regions"]


@dataclass(frozen=True, slots=True)
class MapPosition:
    """Place of a point on the drawing of the body: view, and x and y from 0 to 1."""

    view: str
    x: float
    y: float


@dataclass(frozen=True, slots=True)
class Point:
    """One acupuncture point.

    Parameters
    ----------
    code : str
        WHO code, `BL23`, `EX-B2`; one level of EX-B2 is `EX-B2-L4`.
    pinyin, chinese : str
        Name; `english` is one of its usual translations, or None.
    meridian, region, side : str
        Channel; part of the body; `bilateral` or `midline`.
    location : str
        Place, in short.
    depth_mm : tuple of float or None
        Shallowest and deepest insertion in the literature [mm]; not an instruction.
    angle : str or None
        Angle of insertion that the depth goes with.
    muscles, nerves, hazards : tuple of str
        What lies under the skin; what a needle may hurt, as far as the sources name it.
    skin_segments, muscle_segments : frozenset of str
        Segments that the skin and the muscles there report to.
    verified, basis, depth_sources, nerves_confirmed : str
        How sure; `legend` explains each word.
    position : MapPosition
        Place on the drawing of the body.

    Examples
    --------
    >>> point = points()["BL23"]
    >>> point.depth_mm, sorted(point.muscle_segments)
    ((20.0, 31.0), ['L1', 'L2', 'L3'])
    """

    code: str
    pinyin: str
    chinese: str
    english: str | None
    meridian: str
    region: str
    side: str
    location: str
    depth_mm: tuple[float, float] | None
    angle: str | None
    muscles: tuple[str, ...]
    nerves: tuple[str, ...]
    skin_segments: frozenset[str]
    muscle_segments: frozenset[str]
    hazards: tuple[str, ...]
    verified: str
    basis: str
    depth_sources: str
    nerves_confirmed: str
    position: MapPosition

    @property
    def is_extra(self) -> bool:
        """Whether the point lies outside the 361 of the WHO standard."""
        return self.meridian not in MERIDIANS.values()

    def __str__(self) -> str:
        return f"{self.code} {self.pinyin} {self.chinese}"


@cache
def points() -> Mapping[str, Point]:
    """All points by code, in the order of the meridians.

    Examples
    --------
    >>> len([p for p in points().values() if not p.is_extra])
    361
    """
    return MappingProxyType({code: _point(code) for code in _rows()})


@cache
def regions() -> tuple[str, ...]:
    """Parts of the body that the points lie in.

    Examples
    --------
    >>> "back" in regions()
    True
    """
    return tuple(sorted({row["region"] for row in _rows().values()}))


def find_point(query: str) -> Point:
    """The point that a person means.

    Understood are WHO codes in any spelling (`BL 23`, `bl023`, `UB23`, `Du 4`,
    `Ren 12`, `SJ5`, `P6`), pinyin with or without tones, simplified or
    traditional Chinese, and the names of extra points.

    Raises
    ------
    UnknownNameError
        If nothing has that name.
    DeqiError
        If the text is empty, or several points share the name.

    Examples
    --------
    >>> [find_point(name).code for name in ("UB 23", "Shènshù", "腎俞", "Du 4", "Huatuojiaji L4")]
    ['BL23', 'BL23', 'BL23', 'GV4', 'EX-B2-L4']
    """
    text = " ".join(unicodedata.normalize("NFKC", query).split())
    if not text:
        raise DeqiError("no point was named", fix="write a code or a name, such as BL23 or Shenshu")
    code = _standard_code(text) or _extra_code(text)
    if code is not None:
        return _point(code)
    named = _codes_by_name().get(fold_name(text), ())
    if len(named) == 1:
        return points()[named[0]]
    if named:
        listed = ", ".join(str(points()[c]) for c in named)
        raise DeqiError(f"the name '{query}' is shared by {listed}", fix="write the code")
    raise UnknownNameError("point", query, _known_names(), fix="deqi points lists them all")


def _standard_code(text: str) -> str | None:
    found = re.fullmatch(r"([A-Za-z][A-Za-z ]*?)[ .\-_]*0*(\d+)", text)
    if found is None:
        return None
    meridian = PREFIXES.get(found[1].replace(" ", "").upper())
    if meridian is None:
        return None
    code = f"{meridian}{found[2]}"
    if code in _rows():
        return code
    last = sum(p.meridian == MERIDIANS[meridian] for p in points().values())
    near = " or ".join(nearest(code, points()))
    asked = f"did you mean {near}? " if near else ""
    fix = f"{asked}The {MERIDIANS[meridian]} meridian runs from {meridian}1 to {meridian}{last}"
    raise UnknownNameError("point", text, (), fix=fix)


def _extra_code(text: str) -> str | None:
    joined = re.sub(r"[\s\-_.()]+", "", simplified(text)).upper()
    if re.fullmatch(r"(AUR)?TF4", joined):
        return "AUR-TF4"
    found = re.fullmatch(r"(?:EX|EXTRA)(HN|CA|B|UE|LE)0*(\d+)(L[1-5])?", joined)
    if found is not None:
        code = f"EX-{found[1]}{found[2]}" + (f"-{found[3]}" if found[3] else "")
        return code if code in _rows() else None
    level = re.fullmatch(r"(?:JIAJI|HUATUOJIAJI|华佗夹脊|夹脊)(L[1-5])", joined)
    return f"EX-B2-{level[1]}" if level is not None else None


@cache
def _codes_by_name() -> Mapping[str, tuple[str, ...]]:
    found: dict[str, tuple[str, ...]] = {}
    for code, point in points().items():
        for name in {fold_name(point.pinyin), fold_name(point.chinese)}:
            found[name] = (*found.get(name, ()), code)
    # A name that belongs to a point is never taken over by another point's second name.
    return MappingProxyType({**OTHER_NAMES, **found})


@cache
def _known_names() -> tuple[str, ...]:
    return (*points(), *dict.fromkeys(point.pinyin for point in points().values()))


@cache
def _rows() -> Mapping[str, Mapping[str, str]]:
    """Rows of the table by code; a row is made into a point when that point is asked for."""
    return MappingProxyType({row["code"]: row for row in read_rows("points.csv")})


@cache
def _point(code: str) -> Point:
    row = _rows()[code]
    return Point(
        code=code,
        pinyin=row["pinyin"],
        chinese=row["chinese"],
        english=row["english"] or None,
        meridian=row["meridian"],
        region=row["region"],
        side=row["side"],
        location=row["location"],
        depth_mm=(float(row["depth_min_mm"]), float(row["depth_max_mm"])) if row["depth_max_mm"] else None,
        angle=row["angle"] or None,
        muscles=split_list(row["muscles"]),
        nerves=split_list(row["nerves"]),
        skin_segments=_segments(row["skin_segments"], code),
        muscle_segments=_segments(row["muscle_segments"], code),
        hazards=split_list(row["hazards"]),
        verified=row["verified"],
        basis=row["anatomy_basis"],
        depth_sources=row["depth_sources"],
        nerves_confirmed=row["nerves_confirmed"],
        position=MapPosition(row["map_view"], float(row["map_x"]), float(row["map_y"])),
    )


def _segments(text: str, code: str) -> frozenset[str]:
    return parse_segments(text, where=f"points.csv, {code}") if text else frozenset()
