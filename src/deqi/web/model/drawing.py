"""The map: where each place lies, and how a wire runs; the same for everybody.

Parts of the body stand in columns, from what is done to the pain. Within a part,
places are ordered so that wires are short: each goes, some times over, to the
mean height of those it is wired to.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache

from deqi.web.model.graph import bundles
from deqi.web.model.places import Group, Place, groups

#: Size of a box, and what is left between boxes [px].
WIDTH, HEIGHT = 142.0, 25.0
_ACROSS, _DOWN = 36.0, 6.0
#: Above the boxes of a part, and between parts.
_HEAD, _BETWEEN = 22.0, 16.0
_MARGIN = 8.0
# At the right, for wires that turn back there.
_TURN = 26.0
_SWEEPS = 12


@dataclass(frozen=True)
class Box:
    """A place on the map [px].

    Attributes
    ----------
    place : Place
        What it is.
    x, y : float
        Its upper left corner.
    column : int
        Its column.
    """

    place: Place
    x: float
    y: float
    column: int

    @property
    def middle(self) -> float:
        """Its height in the middle."""
        return self.y + HEIGHT / 2


@dataclass(frozen=True)
class Line:
    """All wires from one place to another, as a path.

    Attributes
    ----------
    source, target : str
        Paths of the places.
    wires : int
        How many.
    path : str
        How it runs, with an arrow head.
    """

    source: str
    target: str
    wires: int
    path: str


@dataclass(frozen=True)
class Map:
    """The whole drawing.

    Attributes
    ----------
    width, height : float
        Its size [px].
    heads : tuple of (str, float, float)
        Names of parts, each with where it stands.
    boxes : mapping
        Boxes by path, column by column and downwards.
    lines : tuple of Line
        Wires.
    """

    width: float
    height: float
    heads: tuple[tuple[str, float, float], ...]
    boxes: Mapping[str, Box]
    lines: tuple[Line, ...]


@lru_cache(maxsize=1)
def drawing() -> Map:
    """The map of the model.

    Examples
    --------
    >>> drawn = drawing()
    >>> drawn.boxes["needle.tissue"].x < drawn.boxes["pain.report"].x
    True
    """
    order = {group.name: list(group.places) for group in groups()}
    columns: dict[int, list[Group]] = {}
    for group in groups():
        columns.setdefault(group.column, []).append(group)
    near = _neighbours()
    heights = _heights(columns, order)
    for _ in range(_SWEEPS):
        for some in columns.values():
            for group in some:
                order[group.name].sort(key=lambda place: _pull(place, near, heights))
            # Each column is laid anew at once, so that the next one sees where it is now.
            heights = _heights(columns, order)
    return _laid(columns, order, heights)


def _neighbours() -> dict[str, list[str]]:
    near: dict[str, list[str]] = {}
    for bundle in bundles():
        near.setdefault(bundle.source, []).append(bundle.target)
        near.setdefault(bundle.target, []).append(bundle.source)
    return near


def _pull(
    place: Place, near: Mapping[str, list[str]], heights: Mapping[str, float]
) -> tuple[bool, float, str]:
    """Where a place would like to be: what has no wires above; the path decides between equals."""
    others = [heights[path] for path in near.get(place.path, ()) if path != place.path]
    high = round(sum(others) / len(others), 6) if others else heights[place.path]
    return bool(others), high, place.path


def _tall(some: list[Group]) -> float:
    boxes = sum(len(group.places) for group in some)
    return len(some) * _HEAD + boxes * (HEIGHT + _DOWN) + (len(some) - 1) * _BETWEEN


def _heights(columns: Mapping[int, list[Group]], order: Mapping[str, list[Place]]) -> dict[str, float]:
    """Top of each box; short columns stand in the middle."""
    most = max(_tall(some) for some in columns.values())
    found = {}
    for some in columns.values():
        y = _MARGIN + (most - _tall(some)) / 2
        for group in some:
            y += _HEAD
            for place in order[group.name]:
                found[place.path] = y
                y += HEIGHT + _DOWN
            y += _BETWEEN
    return found


def _laid(
    columns: Mapping[int, list[Group]], order: Mapping[str, list[Place]], heights: Mapping[str, float]
) -> Map:
    boxes: dict[str, Box] = {}
    heads = []
    for column, some in sorted(columns.items()):
        x = _MARGIN + column * (WIDTH + _ACROSS)
        for group in some:
            heads.append((group.name, x, heights[order[group.name][0].path] - 8))
            for place in order[group.name]:
                boxes[place.path] = Box(place, x, heights[place.path], column)
    lines = tuple(
        Line(one.source, one.target, len(one.wires), _run(boxes[one.source], boxes[one.target]))
        for one in bundles()
    )
    width = 2 * _MARGIN + _TURN + len(columns) * WIDTH + (len(columns) - 1) * _ACROSS
    height = 2 * _MARGIN + max(_tall(some) for some in columns.values())
    return Map(width, height, tuple(heads), boxes, lines)


def _run(source: Box, target: Box) -> str:
    """How a wire runs: out at the side that faces its target, in at the side that faces its source."""
    onward = target.column > source.column
    aside = target.column == source.column
    x1 = source.x + (WIDTH if onward or aside else 0.0)
    x2 = target.x + (0.0 if onward else WIDTH)
    y1, y2 = source.middle, target.middle
    if source is target:
        y1, y2 = y1 - 6, y2 + 6
    if aside:
        out = 14 + min(30.0, abs(y2 - y1) / 12)
        bend = (x1 + out, x2 + out)
    else:
        out = max(24.0, abs(x2 - x1) / 2)
        bend = (x1 + out, x2 - out) if onward else (x1 - out, x2 + out)
    back = -5 if onward else 5
    head = f"M{x2 + back:.4g} {y2 - 3:.4g}L{x2:.4g} {y2:.4g}L{x2 + back:.4g} {y2 + 3:.4g}"
    return f"M{x1:.4g} {y1:.4g}C{bend[0]:.4g} {y1:.4g} {bend[1]:.4g} {y2:.4g} {x2:.4g} {y2:.4g}{head}"
