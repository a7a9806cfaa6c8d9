"""The hundred again elsewhere: their trial as a file that `deqi trial` reads."""

from __future__ import annotations

from deqi.errors import DeqiError
from deqi.web.course.courses import Course, main_courses
from deqi.web.course.crowd import BETTER, PATIENTS, SEED, trial
from deqi.web.course.question import Asked
from deqi.web.session.question import OWN_SHAM


def trial_file(asked: Asked) -> str:
    """A trial in which the hundred of the page are followed under each course.

    Raises
    ------
    DeqiError
        If a course is no protocol of the library as it is.

    Examples
    --------
    >>> from deqi.web.course.question import ask
    >>> "protocol = 'gerac-sham'" in trial_file(ask())
    True
    """
    if asked.challenges:
        raise DeqiError(
            "a trial's arms are protocols, and blocks are not part of one here",
            where="challenge",
            fix='leave it out, or write challenges = ["..."] into protocols of your own',
        )
    if asked.compare_name == OWN_SHAM:
        raise DeqiError(
            "the sham was made here, and is no protocol of the library",
            where="compare",
            fix="compare with one of the library, or with none",
        )
    plan = trial(asked.patient, asked.weeks)
    arms = "\n".join(_arm(one) for one in main_courses(asked))
    visits = ", ".join(f"{week:g}" for week in plan.visits)
    return f"""# deqi trial course.toml --seed {SEED} --paired
# Its 'hypothetical' contrasts are the differences on the page.
[trial]
name = 'course'
title = 'Courses of pain'
patients = {PATIENTS}
weeks = {asked.weeks:g}
population = '{plan.population}'

{arms}
[visits]
weeks = [{visits}]

[[endpoints]]
name = 'pain'
instrument = '{plan.primary.instrument}'
primary = true

[[responders]]
name = 'pain-30'
any = [{{ endpoint = 'pain', better_by = {BETTER:g} }}]
"""


def _arm(course: Course) -> str:
    return f"[[arms]]\nname = '{course.key}'\nprotocol = '{course.protocol.name}'\n"
