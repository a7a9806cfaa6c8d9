"""The shift and the smallest spread at which a score has the asked mean and SD.

The mean rises with the shift, so for any spread it is met by the shift alone.
The SD rises with the spread, but only so far: where a trial takes nobody below
a level of pain, a wider spread in the end only refuses more. Two spreads may
then give the same SD, and the smaller one is taken; or none may, and the one
that comes closest is.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import TypeAlias

#: From a shift and a spread to the mean and the SD of the score; NaN where there is none.
Look: TypeAlias = Callable[[float, float], tuple[float, float]]

#: Bounds of the shift, and of the spread.
SHIFTS, SPREADS = (-4.0, 4.0), (0.1, 2.5)
_START, _UP, _DOWN = 0.5, 1.25, 1.6
#: An SD this far below the largest is past it.
_PAST = 0.3
_TRIES = 6
_LONGEST_SHIFT = 1.0
#: Longest step of the logarithm of the spread when an SD is closed in on.
_LONGEST = 0.2
_FIRST_SLOPE = 20.0


@dataclass(frozen=True)
class Point:
    """A spread, the shift that meets the mean there, and what that gives."""

    spread: float
    shift: float
    mean: float
    sd: float


@dataclass
class Search:
    """Looks for an asked mean and SD.

    Parameters
    ----------
    look : callable
        What a shift and a spread give.
    mean, sd : float
        Asked.
    close : float
        How close is close enough.

    Examples
    --------
    >>> search = Search(lambda shift, spread: (50 + 20 * shift, 10 * spread), mean=60, sd=8, close=0.01)
    >>> found = search.climb()
    >>> round(found.shift, 2), round(found.spread, 2)
    (0.5, 0.8)
    """

    look: Look
    mean: float
    sd: float
    close: float
    #: How fast the mean rises with the shift, as far as is known.
    slope: float = _FIRST_SLOPE
    _shifts: dict[float, float] = field(init=False, default_factory=dict)

    def climb(self) -> Point:
        """From a small spread up, until the SD is passed; then between the last two."""
        here = self.at(_START)
        if here.sd > self.sd:
            return self._down(here)
        best = before = here
        while here.spread < SPREADS[1] and here.sd < self.sd - self.close:
            before = here
            here = self.at(min(here.spread * _UP, SPREADS[1]))
            if not here.sd > best.sd - _PAST:
                return best
            best = max(best, here, key=lambda point: point.sd)
        return self._between(before, here) if here.sd > self.sd else best

    def from_(self, start: Point, slope: float) -> Point:
        """From a point nearby; `slope` is how fast the SD rises with the logarithm of the spread there."""
        self._shifts[start.spread] = start.shift
        here = best = self.at(start.spread)
        for _ in range(_TRIES):
            if self._off(here) <= self.close:
                break
            step = max(-_LONGEST, min(_LONGEST, (self.sd - here.sd) / max(slope, 1.0)))
            spread = min(max(here.spread * math.exp(step), SPREADS[0]), SPREADS[1])
            if spread == here.spread:
                break
            there = self.at(spread)
            moved = math.log(there.spread / here.spread)
            if math.isfinite(there.sd):
                slope = (there.sd - here.sd) / moved
            # A smaller SD at a larger spread, or no rise worth the name: past what can be had.
            if self._off(there) > self._off(best) and slope < 1.0:
                break
            here = there
            best = min(best, here, key=self._off)
        return best

    def at(self, spread: float) -> Point:
        """The shift that meets the mean at a spread."""
        shift = self._guess(spread)
        mean, sd = self.look(shift, spread)
        for _ in range(_TRIES):
            miss = self.mean - mean
            if not abs(miss) > self.close:
                break
            step = max(-_LONGEST_SHIFT, min(_LONGEST_SHIFT, miss / self.slope))
            after = min(max(shift + step, SHIFTS[0]), SHIFTS[1])
            if after == shift:
                break
            before, (mean, sd) = mean, self.look(after, spread)
            slope = (mean - before) / (after - shift)
            # A slope from a step that noise may have turned is not believed.
            if 0.2 * self.slope < slope < 5 * self.slope:
                self.slope = slope
            shift = after
        self._shifts[spread] = shift
        return Point(spread, shift, mean, sd)

    def _guess(self, spread: float) -> float:
        """The shift along the line through the two nearest spreads that are known."""
        known = sorted(self._shifts, key=lambda s: abs(math.log(s / spread)))[:2]
        if len(known) < 2 or spread == known[0]:
            return self._shifts[known[0]] if known else 0.0
        first, second = (self._shifts[s] for s in known)
        along = math.log(spread / known[0]) / math.log(known[1] / known[0])
        return min(max(first + along * (second - first), SHIFTS[0]), SHIFTS[1])

    def _off(self, point: Point) -> float:
        """How far off the SD is; a point without one is furthest."""
        return abs(point.sd - self.sd) if math.isfinite(point.sd) else math.inf

    def _down(self, here: Point) -> Point:
        while here.sd > self.sd + self.close and here.spread > SPREADS[0]:
            above = here
            here = self.at(max(here.spread / _DOWN, SPREADS[0]))
            if here.sd < self.sd:
                return self._between(here, above)
        return here

    def _between(self, low: Point, high: Point) -> Point:
        """Where the SD is met between two spreads, the one too small and the other too large."""
        best = min(low, high, key=self._off)
        for _ in range(_TRIES):
            if self._off(best) <= self.close:
                break
            share = (self.sd - low.sd) / (high.sd - low.sd)
            share = min(max(share, 0.1), 0.9)
            spread = low.spread * (high.spread / low.spread) ** share
            middle = self.at(spread)
            low, high = (middle, high) if middle.sd < self.sd else (low, middle)
            best = min(best, middle, key=self._off)
        return best
