"""Findings with intervals, each on a scale of its own: the model against what was published."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from textwrap import shorten
from typing import Any

from deqi.plotting.forest import LONGEST, Axis, Band, Key, Line, Mark
from deqi.plotting.forest import forest as draw
from deqi.plotting.style import BLUE, INK, MUTED, VERMILION

#: How each verdict is drawn; half-widths of the published interval to either side of its middle.
_LOOKS = {"inside": ("disc", BLUE), "direction": ("square", VERMILION), "misfit": ("cross", INK)}
_AXIS = Axis((-4, -2, 0, 2, 4), "half-widths of the published interval")
_KEYS: Sequence[Sequence[Key]] = (
    (
        (Mark(0, None, *_LOOKS["inside"]), "inside"),
        (Mark(0, None, *_LOOKS["direction"]), "sign agrees"),
        (Mark(0, None, *_LOOKS["misfit"]), "misfit"),
        (Mark(0, None, "arrow", MUTED), "beyond"),
    ),
    ((Band(-1, 1, 0), "published, 95 % interval"), (Mark(0, (0, 0), *_LOOKS["inside"]), "model")),
)


def forest(rows: Sequence[Mapping[str, Any]], role: str) -> str:
    """The model against published intervals, a line a finding.

    Parameters
    ----------
    rows : sequence of mapping
        Findings of `deqi.validation.as_json` that have an interval and are scored.
    role : str
        Theirs, for the description.

    Returns
    -------
    str
        The element; its colours are CSS variables of the page.

    Examples
    --------
    >>> row = {"id": "a.x", "interval": [8.0, 12.0], "published": {"value": 9.0}, "model": 11.0}
    >>> row |= {"model_interval": [9.0, 20.0], "verdict": "inside", "by_construction": False}
    >>> "a.x" in forest([row], "validation")
    True
    """
    counts = {verdict: sum(row["verdict"] == verdict for row in rows) for verdict in _LOOKS}
    said = ", ".join(f"{n} {verdict}" for verdict, n in counts.items())
    told = f"{len(rows)} {role} findings with intervals: {said}."
    return draw([_line(row) for row in rows], _AXIS, _KEYS, told)


def _line(row: Mapping[str, Any]) -> Line:
    """A finding, counted in half-widths of its published interval."""
    low, high = row["interval"]
    middle = (low + high) / 2
    half = (high - low) / 2 or abs(middle) or 1.0

    def at(value: float) -> float:
        return float((value - middle) / half)

    value = row["published"]["value"]
    band = Band(-1.0, 1.0, None if value is None else at(value))
    # Shortened here, so that the asterisk of a long name stays.
    name = shorten(row["id"], LONGEST - 2, placeholder="…") + (" *" if row["by_construction"] else "")
    if row["model"] is None:
        return Line(name, [Mark(None)], band)
    ends = row["model_interval"]
    interval = None if ends is None else (at(ends[0]), at(ends[1]))
    return Line(name, [Mark(at(row["model"]), interval, *_LOOKS[row["verdict"]])], band)
