"""Challenges: what an experimenter adds to find out how needling works.

A drug dose, an antagonist, a lesion, a knockout. Each acts where biology says;
a result that follows from a closed input alone is marked ``input gate``.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, fields
from functools import lru_cache
from pathlib import Path
from typing import Any

from deqi.errors import DeqiError, ProtocolError, UnknownNameError
from deqi.mechanisms.environment import FRACTION, Environment
from deqi.parameters import read_toml
from deqi.protocols.checks import check_text, put_number, put_texts
from deqi.protocols.drugs import DRUGS

ACTS = ("mechanism", "input gate")

_NEEDLES_AND_SETTING = ("low_frequency", "high_frequency", "winding", "twitch", "context", "exercise")

#: What a challenge may set: blocks, lesions, knockouts.
SETTABLE: tuple[str, ...] = tuple(
    name
    for name, variable in Environment.variables.items()
    if variable.bounds == FRACTION and name not in _NEEDLES_AND_SETTING
)


@dataclass(frozen=True)
class Challenge:
    """One challenge.

    Parameters
    ----------
    name, title : str
        Name in commands, and in words.
    acts : {'mechanism', 'input gate'}
        Whether its result is a prediction, or follows from the closed input alone.
    variable, level : str, float
        Environment variable that is set, and to what (0 to 1).
    during_sessions : bool
        Set it only while needles are in.
    drug, mg, minutes_before, every_session, bioavailability
        Or a dose [mg] so many minutes before each session (or the first), with the share that arrives.
    cites : tuple of str
        Sources.
    note : str
        What to know about it.
    """

    name: str
    title: str
    acts: str = "mechanism"
    variable: str = ""
    level: float = 1.0
    during_sessions: bool = False
    drug: str = ""
    mg: float = 0.0
    minutes_before: float = 5.0
    every_session: bool = True
    bioavailability: float = 1.0
    cites: tuple[str, ...] = ()
    note: str = ""

    def __post_init__(self) -> None:
        where = f"challenge {self.name}"
        try:
            self._check()
        except DeqiError as error:
            error.where = f"{where}: {error.where}" if error.where else where
            raise

    def _check(self) -> None:
        check_text(self, "name", "title")
        check_text(self, "variable", "drug", "note", filled=False)
        put_texts(self, "cites")
        for flag in ("during_sessions", "every_session"):
            if not isinstance(getattr(self, flag), bool):
                raise ProtocolError(f"{flag} = {getattr(self, flag)!r} is neither true nor false")
        if self.acts not in ACTS:
            raise UnknownNameError("way to act", str(self.acts), ACTS)
        if bool(self.drug) == bool(self.variable):
            raise ProtocolError(
                "it sets a variable or gives a drug, one of them", fix="write variable or drug"
            )
        if self.drug:
            self._check_drug()
        elif self.variable not in SETTABLE:
            raise UnknownNameError("variable", self.variable, SETTABLE)
        put_number(self, "level", 0, 1)

    def _check_drug(self) -> None:
        if self.drug not in DRUGS:
            raise UnknownNameError("drug", self.drug, DRUGS)
        if DRUGS[self.drug].overlay:
            # A challenge comes after parameters are laid out, so its kinetics would be another drug's.
            raise ProtocolError(
                f"{self.drug} has parameters of its own, which a challenge cannot bring",
                fix="write it as [[doses]] in a protocol",
            )
        put_number(self, "mg", 1e-6, 1e5)
        put_number(self, "minutes_before", 0, 24 * 60)
        put_number(self, "bioavailability", 0, 1)


@lru_cache(maxsize=1)
def challenges() -> Mapping[str, Challenge]:
    """The library of challenges by name."""
    data = read_toml(Path(__file__).parent / "challenges" / "library.toml")
    return {name: _challenge(name, entry, "library.toml") for name, entry in data["challenge"].items()}


def load_challenge(name: str | Path) -> Challenge:
    """A challenge by name, or from a TOML file with one ``[challenge.NAME]`` table.

    Raises
    ------
    UnknownNameError
        If it is neither.
    FileError, ProtocolError
        If the file is not sound.

    Examples
    --------
    >>> load_challenge("naloxone-0.8mg").drug
    'naloxone'
    """
    text = str(name)
    if text in challenges():
        return challenges()[text]
    if not text.endswith(".toml"):
        raise UnknownNameError("challenge", text, challenges(), fix="give a name or a .toml file")
    data = read_toml(Path(text)).get("challenge")
    if not isinstance(data, dict) or len(data) != 1:
        raise ProtocolError(
            "holds no single [challenge.NAME] table", where=text, fix="begin with [challenge.NAME]"
        )
    ((key, entry),) = data.items()
    return _challenge(key, entry, text)


def _challenge(name: str, entry: Any, where: str) -> Challenge:
    known = [f.name for f in fields(Challenge) if f.name != "name"]
    if not isinstance(entry, dict) or "title" not in entry:
        raise ProtocolError("needs a title", where=f"{where}: {name}", fix='add title = "..."')
    for key in entry:
        if key not in known:
            raise UnknownNameError("field", key, known, where=f"{where}: {name}")
    try:
        return Challenge(name=name, **entry)
    except DeqiError as error:
        error.where = f"{where}: {error.where}"
        raise
