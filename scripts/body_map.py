"""Place the atlas's points on the drawings of the body, and write what the web page ships.

    python scripts/body_map.py --drawings FOLDER   # the unpacked npm package react-native-body-highlighter
    python scripts/body_map.py                     # the points alone

Written: `static/body/{male,female}-{front,back}.json` (path data, unchanged) and `points.json`.

Most points were placed by eye on the male drawing, by muscle and landmark (`placing/by_eye.csv`); the rest
are carried over from the atlas's own map by a thin-plate spline through the placed points of the same part
of the body. The female drawing follows from landmarks seen on both (`placing/female.csv`). A stylised
drawing is good for choosing a point, and no guide to needling.
"""

from __future__ import annotations

import argparse
import csv
import json
import re
import shutil
from pathlib import Path
from typing import Any

import numpy as np
from scipy.interpolate import RBFInterpolator

from deqi.atlas import points

_WEB = Path(__file__).parents[1] / "src" / "deqi" / "web"
_PLACING = _WEB / "session" / "placing"
_OUT = _WEB / "static" / "body"
_PACKAGE = {
    "male-front": ("bodyFront", "SvgMaleWrapper", 0),
    "male-back": ("bodyBack", "SvgMaleWrapper", 1),
    "female-front": ("bodyFemaleFront", "SvgFemaleWrapper", 0),
    "female-back": ("bodyFemaleBack", "SvgFemaleWrapper", 1),
}
#: Parts of the body within which one spline holds; far from each other, they share none.
_PARTS = {
    "head": "head",
    "neck": "head",
    "arm": "arm",
    "hand": "arm",
    "leg": "leg",
    "foot": "leg",
}


def main() -> None:
    """Write the files."""
    arguments = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    arguments.add_argument("--drawings", type=Path, help="unpacked npm package")
    package = arguments.parse_args().drawings
    if package is not None:
        for name, (asset, wrapper, which) in _PACKAGE.items():
            _write(name, _drawing(package, asset, wrapper, which))
        shutil.copyfile(package / "LICENSE", _OUT / "LICENSE.txt")
    _write("points", placed())


def placed() -> dict[str, dict[str, Any]]:
    """Every point by code: view, place on the male and the female drawing, how it was placed."""
    eye = {r["code"]: (r["view"], float(r["x"]), float(r["y"])) for r in _rows("by_eye.csv")}
    male = {code: (*place, "by eye") for code, place in eye.items()}
    male |= {code: (*place, "interpolated") for code, place in _interpolated(eye).items()}
    female = {view: _warp(view) for view in ("front", "back")}
    found = {}
    for code, point in points().items():
        view, x, y, how = male[code]
        fx, fy = female[view](np.array([[x, y]]))[0]
        if point.side == "midline":
            x, fx = _MIDDLE[view]
        found[code] = {"view": view, "male": _short(x, y), "female": _short(fx, fy), "how": how}
    return found


#: The midline of the male and of the female drawing.
_MIDDLE = {"front": (363.0, 320.0), "back": (1085.0, 1143.0)}


def _interpolated(eye: dict[str, tuple[str, float, float]]) -> dict[str, tuple[str, float, float]]:
    found = {}
    for code, point in points().items():
        if code in eye:
            continue
        part, view = _PARTS.get(point.region, "trunk"), point.position.view
        known = [
            (p.position, eye[p.code])
            for p in points().values()
            if p.code in eye
            and p.position.view == view == eye[p.code][0]
            and _PARTS.get(p.region, "trunk") == part
        ]
        near = {(k.x, k.y): (x, y) for k, (_, x, y) in known}
        spline = RBFInterpolator(
            np.array(list(near)), np.array(list(near.values())), kernel="thin_plate_spline", smoothing=1e-6
        )
        x, y = spline(np.array([[point.position.x, point.position.y]]))[0]
        found[code] = (view, float(x), float(y))
    return found


def _warp(view: str) -> RBFInterpolator:
    rows = [r for r in _rows("female.csv") if r["view"] == view]
    male = np.array([[float(r["male_x"]), float(r["male_y"])] for r in rows])
    female = np.array([[float(r["female_x"]), float(r["female_y"])] for r in rows])
    return RBFInterpolator(male, female, kernel="thin_plate_spline")


def _drawing(package: Path, asset: str, wrapper: str, which: int) -> dict[str, Any]:
    """Path data of one drawing: its outline, and its muscles with their names."""
    text = (package / "dist" / "assets" / f"{asset}.js").read_text(encoding="utf-8")
    parts = []
    for block in re.split(r"slug:", text)[1:]:
        slug = re.match(r'\s*"([^"]+)"', block)
        # Path data alone has commas, digits and letters in one long string that begins with a move.
        parts.append([slug[1] if slug else "", re.findall(r'"([Mm][^"]*)"', block)])
    svg = (package / "dist" / "components" / f"{wrapper}.js").read_text(encoding="utf-8")
    outline = re.findall(r' d="([^"]+)"', svg)[which]
    return {"outline": outline, "parts": parts}


def _rows(name: str) -> list[dict[str, str]]:
    with (_PLACING / name).open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def _short(x: float, y: float) -> list[float]:
    return [round(float(x), 1), round(float(y), 1)]


def _write(name: str, data: dict[str, Any]) -> None:
    text = json.dumps(data, separators=(",", ":"), ensure_ascii=False)
    (_OUT / f"{name}.json").write_text(text + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
