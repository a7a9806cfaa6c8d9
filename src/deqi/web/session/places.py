"""What the page shows of a session: places of the pathway, substances and feelings, in words."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any

from deqi.parameters import read_toml

_FILE = Path(__file__).parent / "places.toml"


@dataclass(frozen=True)
class Shown:
    """One thing that is shown over the minutes.

    Attributes
    ----------
    id : str
        Its key in the answer.
    kind : str
        ``place``, ``substance`` or ``trace``.
    of : tuple of str
        Paths of a run whose sum is shown.
    about : tuple of str
        Instances of the model that it is made by.
    answer : str
        Kind of answer that grades it; empty for none.
    words : tuple of (str, value)
        What a page needs besides: name, code, two sentences, scale.
    """

    id: str
    kind: str
    of: tuple[str, ...]
    about: tuple[str, ...]
    answer: str
    words: tuple[tuple[str, Any], ...]

    def plain(self) -> dict[str, Any]:
        """As plain data."""
        return {"id": self.id, **dict(self.words), "of": list(self.of)}


@lru_cache(maxsize=1)
def shown() -> tuple[Shown, ...]:
    """Everything that is shown, in the order of the file.

    Examples
    --------
    >>> [s.id for s in shown() if s.kind == "trace"]
    ['deqi', 'pain', 'unpleasantness', 'stress', 'mood']
    """
    tables = read_toml(_FILE)
    return tuple(_shown(kind, row) for kind in ("place", "substance", "trace") for row in tables[kind])


def _shown(kind: str, row: dict[str, Any]) -> Shown:
    known = {"id", "of", "about", "answer"}
    words = tuple((k, v) for k, v in row.items() if k not in known)
    return Shown(row["id"], kind, tuple(row["of"]), tuple(row["about"]), row.get("answer", ""), words)
