"""What an address of the Course page asks for: what is done, to whom, for how long, with what blocked."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType
from urllib.parse import urlencode

from deqi.errors import DeqiError, UnknownNameError
from deqi.protocols import Protocol, challenges, load_protocol, protocols
from deqi.web.session.question import NOTHING, OWN_SHAM, SHAM_OF, own_sham

PROTOCOL = "gerac-verum"
WEEKS = 26.0
#: Weeks that a course can have.
LEAST, MOST = 1.0, 52.0
#: Recipe that draws patients like a preset, for presets that are in pain.
RECIPES: Mapping[str, str] = MappingProxyType(
    {
        "chronic_low_back_pain": "chronic-low-back-pain",
        "persistent_low_back_pain": "persistent-low-back-pain",
        "acute_low_back_pain": "acute-low-back-pain",
        "sciatica": "sciatica",
    }
)
#: Preset that a protocol is for, by its condition; the first of them for experiments.
_PATIENT_OF = {
    "chronic-low-back-pain": "chronic_low_back_pain",
    "acute-low-back-pain": "acute_low_back_pain",
    "sciatica": "sciatica",
}


@dataclass(frozen=True)
class Asked:
    """What is asked.

    Attributes
    ----------
    protocol : Protocol
        What is done.
    compare : Protocol or None
        What it is compared with, besides no treatment.
    compare_name : str
        As an address has it: a name, ``sham`` or ``none``.
    patient : str
        Name of a preset.
    weeks : float
        Length of the course [week].
    challenges : tuple of str
        What an experimenter adds, by name.
    """

    protocol: Protocol
    compare: Protocol | None
    compare_name: str
    patient: str
    weeks: float
    challenges: tuple[str, ...]

    @property
    def address(self) -> str:
        """The question as the query of an address; two questions alike have it alike."""
        parts = [("protocol", self.protocol.name), ("compare", self.compare_name)]
        parts += [("patient", self.patient), ("weeks", f"{self.weeks:g}")]
        return urlencode([*parts, *(("challenge", name) for name in self.challenges)])

    @property
    def condition(self) -> str:
        """What the patient has, as protocols name it."""
        return next((c for c, p in _PATIENT_OF.items() if p == self.patient), "chronic-low-back-pain")


def ask(
    protocol: str = PROTOCOL,
    compare: str | None = None,
    patient: str | None = None,
    weeks: float = WEEKS,
    challenge: Sequence[str] = (),
) -> Asked:
    """A question from the parts of an address.

    Parameters
    ----------
    protocol : str
        A name of the library.
    compare : str, optional
        ``none``, ``sham`` (the same needles shallow, beside the points, left alone) or a name of the
        library; unless given, the trial's sham, if there is one.
    patient : str, optional
        A preset that is in pain; unless given, the one that the protocol is for.
    weeks : float
        Length of the course: whole weeks, 1 to 52.
    challenge : sequence of str
        Names of the library.

    Raises
    ------
    DeqiError
        If a name is unknown, or a number out of range.

    Examples
    --------
    >>> ask().address
    'protocol=gerac-verum&compare=gerac-sham&patient=chronic_low_back_pain&weeks=26'
    >>> ask("sciatica-acupuncture").patient
    'sciatica'
    """
    chosen = _named("protocol", protocol)
    who = _PATIENT_OF.get(chosen.condition, "chronic_low_back_pain") if patient is None else patient
    if who not in RECIPES:
        raise UnknownNameError(
            "patient in pain", who, RECIPES, where="patient", fix=f"one of {', '.join(RECIPES)}"
        )
    if not LEAST <= weeks <= MOST or weeks != int(weeks):
        raise DeqiError(
            f"{weeks:g} weeks are no course that is drawn here",
            where="weeks",
            fix=f"give whole weeks, {LEAST:g} to {MOST:g}; `deqi simulate` goes further",
        )
    for name in challenge:
        if name not in challenges():
            raise UnknownNameError(
                "challenge", name, challenges(), where="challenge", fix="`deqi challenges` lists them"
            )
    name = SHAM_OF.get(chosen.name, NOTHING) if compare is None else compare
    return Asked(chosen, _compared(chosen, name), name, who, float(weeks), tuple(dict.fromkeys(challenge)))


def _compared(chosen: Protocol, name: str) -> Protocol | None:
    if name == NOTHING:
        return None
    if name != OWN_SHAM:
        return _named("compare", name)
    if not chosen.sessions:
        raise DeqiError(
            f"{chosen.name} has no needles to make a sham of",
            where="compare",
            fix="compare=none, or a name of the library",
        )
    return own_sham(chosen)


def _named(where: str, name: str) -> Protocol:
    # By name alone: `load_protocol` reads files too, and an address must not.
    if name not in protocols():
        raise UnknownNameError("protocol", name, protocols(), where=where, fix="`deqi protocols` lists them")
    return load_protocol(name)
