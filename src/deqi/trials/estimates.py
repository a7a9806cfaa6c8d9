"""What is told of a group of patients: means, spreads and shares, each interval of a named kind.

Whatever cannot be known (the SD of one patient, the mean of none) is None, never NaN.
"""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import Any, TypeAlias

import numpy as np

Array: TypeAlias = np.ndarray[Any, Any]
Interval: TypeAlias = tuple[float, float]

#: What the intervals of a summary are.
INTERVALS = {
    "ci95": "sampling: 95 % interval of the mean, share or difference, were as many other patients drawn",
    "p10_p90": "across patients: tenth and ninetieth percentile of their scores, in which differences "
    "between patients, the week's fluctuation and measurement error are together",
    "pain_spread": "SDs, each alone: between patients, within a patient, measurement; about parameters: none",
    "mean": "t interval of a mean that is not adjusted for anything",
    "share": "Wilson interval of a share",
    "difference": "t interval from analysis of covariance",
    "smd": "normal interval, from the error of the difference and that of the SD",
    "share_difference": "Newcombe interval; p by Fisher's exact test",
}
_LEVEL = 0.05


@dataclass(frozen=True)
class Values:
    """Values of some patients.

    Attributes
    ----------
    mean, sd : float or None
        Mean; SD of the scores across patients.
    n : int
        Patients measured.
    ci95 : tuple of float or None
        95 % interval of the mean (sampling).
    p10, p90 : float or None
        Tenth and ninetieth percentile of the scores.
    """

    mean: float | None
    sd: float | None
    n: int
    ci95: Interval | None
    p10: float | None
    p90: float | None

    @classmethod
    def of(cls, values: Array) -> Values:
        """Of an array; NaN is someone who was not measured.

        Examples
        --------
        >>> found = Values.of(np.array([1.0, 2.0, 3.0, np.nan]))
        >>> found.mean, found.sd, found.n
        (2.0, 1.0, 3)
        >>> Values.of(np.array([5.0])).sd is None
        True
        """
        from scipy import stats

        known = values[np.isfinite(values)]
        n = len(known)
        if not n:
            return cls(None, None, 0, None, None, None)
        mean = float(known.mean())
        p10, p90 = (float(p) for p in np.percentile(known, (10, 90)))
        if n == 1:
            return cls(mean, None, n, None, p10, p90)
        sd = float(known.std(ddof=1))
        half = float(stats.t.ppf(1 - _LEVEL / 2, n - 1)) * sd / n**0.5
        return cls(mean, sd, n, (mean - half, mean + half), p10, p90)

    def as_dict(self) -> dict[str, Any]:
        """As plain data."""
        return plain(self)


@dataclass(frozen=True)
class Share:
    """A share of some patients.

    Attributes
    ----------
    share : float or None
        Of 1.
    n : int
        Patients it is of.
    ci95 : tuple of float or None
        95 % interval (sampling, Wilson).
    """

    share: float | None
    n: int
    ci95: Interval | None

    @classmethod
    def of(cls, met: Array) -> Share:
        """Of an array of booleans.

        Examples
        --------
        >>> Share.of(np.array([True, False, True, False])).share
        0.5
        """
        from statsmodels.stats.proportion import proportion_confint

        n, count = len(met), int(np.sum(met))
        if not n:
            return cls(None, 0, None)
        low, high = proportion_confint(count, n, alpha=_LEVEL, method="wilson")
        return cls(count / n, n, (float(low), float(high)))

    def as_dict(self) -> dict[str, Any]:
        """As plain data."""
        return plain(self)


@dataclass(frozen=True)
class ShareDifference:
    """Difference between two shares, the second subtracted from the first.

    Attributes
    ----------
    difference : float or None
        Of 1.
    ci95 : tuple of float or None
        95 % interval (sampling, Newcombe).
    p : float or None
        Fisher's exact test of no difference.
    n : tuple of int
        Patients of each.
    reason : str
        Why something is None; empty if nothing is.
    """

    difference: float | None
    ci95: Interval | None
    p: float | None
    n: tuple[int, int]
    reason: str = ""

    @classmethod
    def of(cls, first: Array, second: Array) -> ShareDifference:
        """Of two arrays of booleans.

        Examples
        --------
        >>> both = np.array([True, True, False, False])
        >>> ShareDifference.of(both, both).difference
        0.0
        """
        from scipy import stats
        from statsmodels.stats.proportion import confint_proportions_2indep

        n = len(first), len(second)
        if not all(n):
            return cls(None, None, None, n, "an arm has nobody")
        yes = int(np.sum(first)), int(np.sum(second))
        low, high = confint_proportions_2indep(
            yes[0], n[0], yes[1], n[1], compare="diff", method="newcomb", alpha=_LEVEL
        )
        counts = np.array([[y, of - y] for y, of in zip(yes, n, strict=True)])
        p = stats.fisher_exact(counts).pvalue
        return cls(yes[0] / n[0] - yes[1] / n[1], (float(low), float(high)), float(p), n)

    def as_dict(self) -> dict[str, Any]:
        """As plain data."""
        return plain(self)


def plain(found: Any) -> dict[str, Any]:
    """A dataclass as plain data for JSON: tuples as lists."""
    return {key: list(v) if isinstance(v, tuple) else v for key, v in asdict(found).items()}
