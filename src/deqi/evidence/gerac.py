"""Pain in the three arms of the GERAC low-back-pain trial (Haake 2007)."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache

from deqi.evidence.published import published


@dataclass(frozen=True)
class PublishedMean:
    """A published mean with its spread between patients and its number of patients."""

    mean: float
    sd: float
    n: int

    @property
    def interval(self) -> tuple[float, float]:
        """95 % interval of the mean (sampling)."""
        half = 1.96 * self.sd / math.sqrt(self.n)
        return self.mean - half, self.mean + half


@lru_cache(maxsize=1)
def gerac_pain() -> Mapping[str, Mapping[int, PublishedMean]]:
    """Pain (0-100) by arm and week.

    Examples
    --------
    >>> gerac_pain()["verum"][26].mean
    40.2
    """
    found: dict[str, dict[int, PublishedMean]] = {}
    for row in published("gerac").rows:
        if row.endpoint == "pain" and row.kind == "mean" and row.sd is not None:
            found.setdefault(row.arm, {})[int(row.week)] = PublishedMean(row.value, row.sd, row.n)
    return found
