"""Points on the drawings: every one is placed, on the right side, inside the body."""

import importlib.util
import json
from pathlib import Path

import pytest

from deqi.atlas import points
from deqi.web.session.body import body_points

ROOT = Path(__file__).parents[2]
BODY = ROOT / "src" / "deqi" / "web" / "static" / "body"
PLACED = {p["code"]: p for p in body_points()["points"]}
MIDDLE = {"male": {"front": 363, "back": 1085}, "female": {"front": 320, "back": 1143}}
DRAWINGS = [f"{sex}-{view}" for sex in ("male", "female") for view in ("front", "back")]


def test_every_point_is_on_both_drawings():
    assert list(PLACED) == list(points())
    for code, point in points().items():
        told = PLACED[code]
        for sex in ("male", "female"):
            middle = MIDDLE[sex][told["view"]]
            # A paired point is told once, on the right of the picture.
            if point.side == "midline":
                assert told[sex][0] == middle, code
            else:
                assert middle < told[sex][0] < middle + 350, code


def test_landmarks_are_in_their_order():
    height = {code: PLACED[code]["male"][1] for code in PLACED}
    # Down the back, and each in line with its level of the spine.
    down = [
        "GV20",
        "GV14",
        "BL13",
        "BL17",
        "BL20",
        "BL22",
        "BL23",
        "BL25",
        "BL26",
        "BL36",
        "BL40",
        "BL57",
        "BL60",
    ]
    assert [height[c] for c in down] == sorted(height[c] for c in down)
    for inner, outer in (("BL23", "GV4"), ("BL25", "GV3"), ("BL23", "BL52"), ("BL25", "EX-B2-L4")):
        assert height[inner] == height[outer]
    down = ["ST34", "ST35", "ST36", "ST37", "SP6", "ST41", "LR3", "ST44"]
    assert [height[c] for c in down] == sorted(height[c] for c in down)
    across = {code: PLACED[code]["male"][0] for code in PLACED}
    assert across["GV3"] < across["EX-B2-L4"] < across["BL25"] < across["EX-B7"]


def test_shipped_places_are_what_the_script_makes():
    spec = importlib.util.spec_from_file_location("body_map", ROOT / "scripts" / "body_map.py")
    assert spec is not None
    assert spec.loader is not None
    script = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(script)
    shipped = json.loads((BODY / "points.json").read_text(encoding="utf-8"))
    made = script.placed()
    assert list(made) == list(shipped)
    for code, one in made.items():
        assert one["view"] == shipped[code]["view"]
        for sex in ("male", "female"):
            assert one[sex] == pytest.approx(shipped[code][sex], abs=0.11)


def test_drawings_come_with_their_licence_and_named_muscles():
    licence = (BODY / "LICENSE.txt").read_text(encoding="utf-8")
    assert licence.startswith("MIT License")
    assert "ELABBASSI Hicham" in licence
    for name in DRAWINGS:
        sheet = json.loads((BODY / f"{name}.json").read_text(encoding="utf-8"))
        assert {"hamstring" if name.endswith("back") else "quadriceps", "deltoids"} <= {
            m for m, _ in sheet["parts"]
        }
        assert sheet["outline"][0] in "Mm"
