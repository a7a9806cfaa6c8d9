"""How many findings agree, by role, with and without what is so by construction."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache

from deqi.credibility import Standing, stored
from deqi.web.evidence.words import ROLES


@dataclass(frozen=True)
class Score:
    """A row of the table of scores.

    Attributes
    ----------
    role, title : str
        Whose.
    construction : bool
        Whether verdicts by construction are counted.
    standing : Standing
        How they did, each study weighing the same.
    misfits : int
        How many of them are misfits.
    """

    role: str
    title: str
    construction: bool
    standing: Standing
    misfits: int


@lru_cache(maxsize=1)
def scores() -> tuple[Score, ...]:
    """Scores of all scored findings; none if no result is stored.

    Examples
    --------
    >>> [(score.role, score.construction) for score in scores()]
    [('validation', True), ('validation', False), ('calibration', True), ('calibration', False)]
    """
    result = stored()
    found = []
    for role, title in ROLES.items() if result is not None else ():
        assert result is not None
        mine = [row for row in result.verdicts if row.role == role]
        for construction in (True, False):
            some = [row for row in mine if construction or not row.by_construction]
            misfits = sum(row.verdict == "misfit" for row in some)
            found.append(Score(role, title, construction, Standing.of(some), misfits))
    return tuple(found)
