"""The Course page as plain data: what is drawn is here, and nothing else is."""

from __future__ import annotations

from typing import Any

from deqi.credibility import grade_of
from deqi.models import load_patient
from deqi.web.course.apart import shares_of
from deqi.web.course.courses import COMPARE, NONE, REAL, Course, main_courses, medicine_courses
from deqi.web.course.crowd import BETTER, PATIENTS, SEED, WORSE, difference, hundred
from deqi.web.course.question import Asked
from deqi.web.course.typical import MEMBERS, typical

#: Kinds of answers of `deqi.credibility` that the page gives.
ANSWERS = (
    "typical-patient course",
    "cohort pain",
    "sham contrast",
    "contrast with no treatment",
    "persistence",
    "responders",
    "spread between patients",
)


def course(asked: Asked) -> dict[str, Any]:
    """The answer to a question.

    Parameters
    ----------
    asked : Asked
        What is asked.

    Returns
    -------
    dict
        ``question``, ``main`` and ``medicine`` (courses of the typical patient), ``crowd`` (the hundred),
        ``shares``, ``commands``, ``grades``.

    Raises
    ------
    DeqiError
        If a course cannot be solved.

    Examples
    --------
    >>> from deqi.web.course.question import ask
    >>> answer = course(ask(weeks=2))
    >>> [one["name"] for one in answer["main"]], answer["crowd"]["patients"]
    (['gerac-verum', 'gerac-sham', 'none'], 100)
    """
    return {
        "question": question(asked),
        **typical_part(asked),
        "crowd": crowd_part(asked),
        "shares": shares_part(asked),
        "commands": commands(asked),
        "grades": graded(),
    }


def graded() -> dict[str, str]:
    """What each kind of answer is worth, in a word."""
    return {name: grade_of(name).word for name in ANSWERS}


def question(asked: Asked) -> dict[str, Any]:
    """What was asked, in one form."""
    return {
        "protocol": asked.protocol.name,
        "compare": asked.compare_name,
        "patient": {"name": asked.patient, "title": load_patient(asked.patient).title},
        "weeks": asked.weeks,
        "challenges": list(asked.challenges),
        "address": asked.address,
    }


def typical_part(asked: Asked) -> dict[str, Any]:
    """Courses of the typical patient."""

    def told(courses: list[Course]) -> list[dict[str, Any]]:
        return [typical(one, asked.patient, asked.weeks) for one in courses]

    return {"main": told(main_courses(asked)), "medicine": told(medicine_courses(asked))}


def crowd_part(asked: Asked) -> dict[str, Any]:
    """The same hundred patients in the main courses, and what one does more than another in them."""
    courses = {one.key: one for one in main_courses(asked)}
    pairs = [(REAL, other) for other in (COMPARE, NONE) if other in courses]
    return {
        "patients": PATIENTS,
        "seed": SEED,
        "better": f"at least {100 * BETTER:g} % less pain than at the beginning",
        "worse": f"at least {100 * WORSE:g} % more pain than at the beginning",
        "courses": [hundred(one, asked.patient, asked.weeks) for one in courses.values()],
        "differences": [difference(courses[a], courses[b], asked.patient, asked.weeks) for a, b in pairs],
    }


def shares_part(asked: Asked) -> dict[str, Any]:
    """Needles, context and natural course, of what is asked for and of its sham."""
    courses = [one for one in main_courses(asked) if one.key in (REAL, COMPARE)]
    return shares_of(courses, asked.patient, asked.weeks)


def commands(asked: Asked) -> list[str]:
    """Commands that print the typical patient's numbers of the library's protocols."""
    who = "" if asked.patient == "chronic_low_back_pain" else f" --patient {asked.patient}"
    library = [one for one in main_courses(asked) if one.key != COMPARE or asked.compare_name != "sham"]
    return [
        f"deqi simulate {one.protocol.name}{who} --weeks {asked.weeks:g}"
        + "".join(f" --challenge {name}" for name in one.challenges)
        + f" --ensemble chronic-low-back-pain --members {MEMBERS}"
        for one in [*library, *medicine_courses(asked)]
    ]
