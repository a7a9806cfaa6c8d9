"""Every error that deqi raises, in one tree.

DeqiError
├── UnknownNameError       a name nobody knows; carries a "did you mean"
├── MechanismError         a mechanism page breaks the rules of the language
│   └── UnitError          units do not close
├── WiringError            a wire is missing, doubled, dangling or of the wrong unit
├── ParameterError         a parameter set is incomplete, or holds what it must not
├── ProtocolError          a protocol, session or challenge cannot be carried out
├── RefusedError           deqi will not answer that question, and says why
├── FileError              a file cannot be read, written or understood
├── EngineError            machine code could not be made, or was called with the wrong things
├── SimulationError        a course could not be computed
├── PopulationError        patients cannot be drawn, or not read
└── TrialError             a trial cannot be run as planned

Each error says *what* is wrong, *where*, and *what to do*; the command line
prints that one line and exits with status 2.
"""

from __future__ import annotations

import difflib
from collections.abc import Iterable


class DeqiError(Exception):
    """Base of all errors meant for a user's eyes.

    Parameters
    ----------
    what : str
        What is wrong, in one sentence without a full stop.
    where : str, optional
        The file, field or path that the user has to look at.
    fix : str, optional
        What to do about it.

    Examples
    --------
    >>> print(DeqiError("minutes must be positive", where="session 2", fix="write minutes = 30"))
    session 2: minutes must be positive; write minutes = 30
    """

    def __init__(self, what: str, *, where: str = "", fix: str = "") -> None:
        self.what, self.where, self.fix = what, where, fix
        super().__init__(what, where, fix)

    def __reduce__(self) -> tuple[object, ...]:
        # Exception would hand `where` and `fix` back by position.
        return (_restore, (type(self), self.what, self.where, self.fix))

    def __str__(self) -> str:
        place = f"{self.where}: " if self.where else ""
        advice = f"; {self.fix}" if self.fix else ""
        return " ".join(f"{place}{self.what}{advice}".split())


class UnknownNameError(DeqiError):
    """A name nobody knows, with the nearest known names as advice.

    Examples
    --------
    >>> print(UnknownNameError("point", "BL233", ["BL22", "BL23"]))
    unknown point 'BL233'; did you mean BL23 or BL22?
    """

    def __init__(self, kind: str, name: str, known: Iterable[str], *, where: str = "", fix: str = "") -> None:
        self.kind, self.name = kind, name
        near = nearest(name, known)
        if near:
            fix = f"did you mean {' or '.join(near)}?"
        super().__init__(f"unknown {kind} '{name}'", where=where, fix=fix)

    def __reduce__(self) -> tuple[object, ...]:
        # The advice is already worked out; unpickling must not need the known names again.
        return (_restore_unknown_name, (self.kind, self.name, self.where, self.fix))


class MechanismError(DeqiError):
    """A mechanism page breaks the rules of the language."""


class UnitError(MechanismError):
    """Units do not close."""


class WiringError(DeqiError):
    """A wire is missing, doubled, dangling or of the wrong unit."""


class ParameterError(DeqiError):
    """A parameter set is incomplete, or holds what it must not."""


class ProtocolError(DeqiError):
    """A protocol, session or challenge cannot be carried out."""


class RefusedError(DeqiError):
    """deqi will not answer that question, and says why."""


class FileError(DeqiError):
    """A file cannot be read, written or understood."""


class EngineError(DeqiError):
    """Machine code could not be made, or was called with the wrong things."""


class SimulationError(DeqiError):
    """A course could not be computed."""


class PopulationError(DeqiError):
    """Patients cannot be drawn, or not read."""


class TrialError(DeqiError):
    """A trial cannot be run as planned."""


def nearest(name: str, known: Iterable[str], limit: int = 2) -> list[str]:
    """Known names most like `name`, best first, whatever the case."""
    folded = {k.casefold(): k for k in known}
    found = difflib.get_close_matches(name.casefold(), folded, n=limit, cutoff=0.6)
    return [folded[f] for f in found]


def _restore(kind: type[DeqiError], what: str, where: str, fix: str) -> DeqiError:
    return kind(what, where=where, fix=fix)


def _restore_unknown_name(kind: str, name: str, where: str, fix: str) -> UnknownNameError:
    return UnknownNameError(kind, name, (), where=where, fix=fix)
