"""Which courses are drawn, and what is done in each."""

from __future__ import annotations

from dataclasses import dataclass, replace

from deqi.protocols import Protocol, load_protocol
from deqi.web.course.question import Asked

#: Keys of courses. The first four are one figure, and `MEDICINE` with `REAL` is the other.
REAL, COMPARE, NONE, UNBLOCKED = "real", "compare", "none", "unblocked"
MEDICINE = {"opioid": "morphine", "nsaid": "nsaid", "both": "acupuncture-plus-opioid"}
_ACUTE = {"nsaid": "acute-nsaid"}
_WORDS = {
    "verum": "needles",
    "sham": "sham needles",
    "care": "care",
    "none": "no treatment",
    "experiment": "experiment",
    "drug": "medicine",
}
_MEDICINE_WORDS = {"opioid": "opioid", "nsaid": "NSAID", "both": "opioid and needles"}


@dataclass(frozen=True)
class Course:
    """One course.

    Attributes
    ----------
    key : str
        What it is in the figures.
    label : str
        A word or two for the reader.
    protocol : Protocol
        What is done.
    challenges : tuple of str
        What an experimenter adds.
    """

    key: str
    label: str
    protocol: Protocol
    challenges: tuple[str, ...] = ()

    @property
    def whole(self) -> Protocol:
        """What is done, challenges included."""
        added = [name for name in self.challenges if name not in self.protocol.challenges]
        return replace(self.protocol, challenges=(*self.protocol.challenges, *added))


def main_courses(asked: Asked) -> list[Course]:
    """What is asked for, what it is compared with, no treatment; and the first without its challenges.

    Challenges act in all of these but the last.

    Examples
    --------
    >>> from deqi.web.course.question import ask
    >>> [course.label for course in main_courses(ask(challenge=["mu-antagonist"]))]
    ['needles', 'sham needles', 'no treatment', 'nothing blocked']
    """
    added = asked.challenges
    word = _WORDS[asked.protocol.role]
    found = [Course(REAL, word, asked.protocol, added)]
    if asked.compare is not None:
        other = _WORDS[asked.compare.role]
        label = f"{other} ({asked.compare.name})" if other == word else other
        found.append(Course(COMPARE, label, asked.compare, added))
    if "none" not in {course.protocol.name for course in found}:
        found.append(Course(NONE, _WORDS["none"], load_protocol("none"), added))
    if added:
        found.append(Course(UNBLOCKED, "nothing blocked", asked.protocol))
    return found


def medicine_courses(asked: Asked) -> list[Course]:
    """Medicine, and medicine with needles; without challenges.

    Examples
    --------
    >>> from deqi.web.course.question import ask
    >>> [course.protocol.name for course in medicine_courses(ask("acute-acupuncture"))]
    ['acute-nsaid']
    """
    names = _ACUTE if asked.patient == "acute_low_back_pain" else MEDICINE
    return [Course(key, _MEDICINE_WORDS[key], load_protocol(name)) for key, name in names.items()]
