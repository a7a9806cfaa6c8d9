"""Challenges: what an experimenter adds to find out how needling works.

A drug dose, an antagonist, a lesion, a knockout. Each acts where biology says;
a result that follows from a closed input alone is marked ``input gate``.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, fields
from functools import lru_cache
from importlib import resources
from pathlib import Path
from typing import Any

from deqi.errors import ProtocolError, UnknownNameError
from deqi.mechanisms.environment import FRACTION, Environment
from deqi.parameters import read_toml
from deqi.protocols.drugs import DRUGS

ACTS = ("mechanism", "input gate")


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
        if self.acts not in ACTS:
            raise UnknownNameError("way to act", self.acts, ACTS, where=where)
        if bool(self.drug) == bool(self.variable):
            raise ProtocolError("a challenge sets a variable or gives a drug, one of them", where=where)
        if self.drug and self.drug not in DRUGS:
            raise UnknownNameError("drug", self.drug, DRUGS, where=where)
        if self.drug and not 0 < self.mg < 1e5:
            raise ProtocolError(f"mg = {self.mg!r} is no dose", where=where)
        if self.variable:
            blocks = [n for n, v in Environment.variables.items() if v.bounds == FRACTION]
            if self.variable not in blocks:
                raise UnknownNameError("variable", self.variable, blocks, where=where)
            if not 0 <= self.level <= 1:
                raise ProtocolError(f"level = {self.level!r} is outside 0 to 1", where=where)


@lru_cache(maxsize=1)
def challenges() -> Mapping[str, Challenge]:
    """The library of challenges by name."""
    folder = resources.files("deqi.protocols") / "challenges"
    data = read_toml(folder / "library.toml")
    return {name: _challenge(name, entry, "library.toml") for name, entry in data["challenge"].items()}


def load_challenge(name: str | Path) -> Challenge:
    """A challenge by name, or from a TOML file with one ``[challenge.NAME]`` table.

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
    data = read_toml(Path(text)).get("challenge", {})
    if len(data) != 1:
        raise ProtocolError("holds no single [challenge.NAME] table", where=text)
    ((key, entry),) = data.items()
    return _challenge(key, entry, text)


def _challenge(name: str, entry: Any, where: str) -> Challenge:
    known = [f.name for f in fields(Challenge)]
    if not isinstance(entry, dict) or "title" not in entry:
        raise ProtocolError("needs a title", where=f"{where}: {name}")
    for key in entry:
        if key not in known:
            raise UnknownNameError("field", key, known, where=f"{where}: {name}")
    return Challenge(name=name, **{**entry, "cites": tuple(entry.get("cites", ()))})
