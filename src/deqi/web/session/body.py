"""Points of the atlas as the page needs them: names, place, what lies there, where on the drawings."""

from __future__ import annotations

import json
from functools import lru_cache
from pathlib import Path
from typing import Any

from deqi.atlas import format_segments, points
from deqi.protocols import protocols

#: Codes of points that are often used in trials and in practice, one a line; with them those of the library.
_OFTEN = Path(__file__).parent / "placing" / "often.txt"
_FILE = Path(__file__).parents[1] / "static" / "body" / "points.json"
#: Told beside the points.
NOTICE = (
    "Placed by eye and landmark on a stylised drawing: for choosing a point, not for needling. Depths and "
    "hazards are what the literature says; a hazard that is not named is not thereby absent."
)


@lru_cache(maxsize=1)
def body_points() -> dict[str, Any]:
    """Every point, in the order of the atlas.

    Returns
    -------
    dict
        ``notice``, and ``points``: each with its code, names, region, meridian, place, muscles, hazards,
        segments, and its place on the male and the female drawing.

    Examples
    --------
    >>> told = {p["code"]: p for p in body_points()["points"]}
    >>> told["BL23"]["view"], told["BL23"]["male"]
    ('back', [1113.0, 552.0])
    """
    on_drawing = json.loads(_FILE.read_text(encoding="utf-8"))
    often = {*_OFTEN.read_text(encoding="utf-8").split()} | {
        t for p in protocols().values() for s in p.sessions for n in s.needlings for t in n.points
    }
    told = []
    for code, point in points().items():
        place = on_drawing[code]
        told.append(
            {
                "code": code,
                "name": point.pinyin,
                "chinese": point.chinese,
                "english": point.english or "",
                "meridian": point.meridian,
                "region": point.region,
                "paired": point.side == "bilateral",
                "place": point.location,
                "muscles": list(point.muscles[:3]),
                "hazards": list(point.hazards),
                "depth": list(point.depth_mm) if point.depth_mm else None,
                "cord": format_segments(point.skin_segments | point.muscle_segments),
                "often": code in often,
                "view": place["view"],
                "male": place["male"],
                "female": place["female"],
            }
        )
    return {"notice": NOTICE, "points": told}
