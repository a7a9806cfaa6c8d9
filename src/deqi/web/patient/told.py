"""The numbers of a sheet, rounded as people say them; they are those of the Course page."""

from __future__ import annotations

from typing import Any

from deqi.web.course.courses import COMPARE, NONE, REAL, main_courses
from deqi.web.course.crowd import PATIENTS, hundred
from deqi.web.course.payload import shares_part
from deqi.web.course.question import Asked
from deqi.web.course.typical import typical

#: What a patient would call each course.
WORDS = {REAL: "Real needles", COMPARE: "Sham needles", NONE: "No needles"}
_MEANT = {
    REAL: "as in trials",
    COMPARE: "looks alike, hardly needles",
    NONE: "nothing is done",
}
_PARTS = {
    "natural course": "would have come anyway",
    "context": "from everything around the needles: time, attention, touch, expecting to get better",
    "needles": "from the needles themselves",
}
_Z = 1.96


def told(asked: Asked) -> dict[str, Any]:
    """What was simulated, for a sheet.

    Parameters
    ----------
    asked : Asked
        Courses of needles, with a sham.

    Returns
    -------
    dict
        ``rows`` (a course each: how many of a hundred are better, with what range; the typical person's
        pain), ``parts`` of the fall in pain, and ``fall`` itself.

    Raises
    ------
    DeqiError
        If a course cannot be solved.

    Examples
    --------
    >>> from deqi.web.course.question import ask
    >>> found = told(ask(weeks=6))
    >>> [row["word"] for row in found["rows"]], len(found["parts"])
    (['Real needles', 'Sham needles', 'No needles'], 3)
    """
    week = f"{asked.weeks:g}"
    rows = []
    for course in main_courses(asked):
        many = hundred(course, asked.patient, asked.weeks)
        one = typical(course, asked.patient, asked.weeks)
        about = list(one["about"]["outcomes"]["pain_intensity"].values())[-1]
        better = many["better"][week]
        rows.append(
            {
                "key": course.key,
                "word": WORDS[course.key],
                "meant": _MEANT[course.key],
                "groups": many["groups"],
                "better": round(PATIENTS * better["share"]),
                "from": round(PATIENTS * better["ci95"][0]),
                "to": round(PATIENTS * better["ci95"][1]),
                "before": round(one["pain"][0]),
                "after": round(one["pain"][-1]),
                "about": (about["low"], about["high"]),
            }
        )
    arms = shares_part(asked)["told"]["arms"]
    return {
        "rows": rows,
        "fall": _less(arms[REAL]["total"][week]),
        "sham_fall": _less(arms[COMPARE]["total"][week]),
        "parts": [
            {"word": word, **_less(arms[REAL][name][week])}
            for name, word in _PARTS.items()
            if name in arms[REAL]
        ],
    }


def _less(one: dict[str, Any]) -> dict[str, float]:
    """A mean change as points of pain less, with the ends of its 95 % interval (Monte Carlo)."""
    less, half = -one["mean"], _Z * (one["error"] or 0.0)
    return {"less": less, "low": less - half, "high": less + half}
