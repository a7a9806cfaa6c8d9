"""The cumulative responder curve: the share of each arm that gained so much or more."""

from __future__ import annotations

from collections.abc import Mapping
from textwrap import shorten
from typing import TYPE_CHECKING, Any, Protocol, TypeAlias

import numpy as np

from deqi.errors import DeqiError
from deqi.plotting.style import MUTED, WIDTH, looks, styled

if TYPE_CHECKING:
    from matplotlib.figure import Figure

Array: TypeAlias = np.ndarray[Any, Any]

_LEVEL = 0.05
_FAINT = 0.16
_LEAST, _MOST = -50.0, 100.0  # % of the baseline: what is beyond is not shown
_LONGEST = 32  # characters
# Gains in percent are products: 30 % need not be 30 to the last bit.
_ROUNDING = 1e-7


class Curve(Protocol):
    """What is drawn of an arm; see `deqi.trials.analyses.curves.ResponderCurve`."""

    @property
    def gains(self) -> tuple[float, ...]:
        """Least gains, as shares of 1, ascending."""

    @property
    def shares(self) -> tuple[float, ...]:
        """Shares of 1, one a gain."""

    @property
    def n(self) -> int:
        """Patients that they are of."""


def responder_curve_figure(curves: Mapping[str, Curve], endpoint: str, week: float) -> Figure:
    """Share of each arm by least gain, with pointwise 95 % intervals.

    Parameters
    ----------
    curves : mapping
        By arm; gains are shares of the patient's own baseline.
    endpoint : str
        What was gained in, for the axis.
    week : float
        When.

    Raises
    ------
    DeqiError
        If there are more arms than can be told apart, or none.

    Examples
    --------
    >>> from types import SimpleNamespace
    >>> curve = SimpleNamespace(gains=(0.0, 0.5), shares=(0.75, 0.25), n=4)
    >>> figure = responder_curve_figure({"sham": curve}, "pain", 6)
    >>> figure.axes[0].lines[0].get_ydata().tolist()
    [75.0, 75.0, 25.0, 0.0]
    """
    from matplotlib.figure import Figure

    look = looks(list(curves))
    if not any(curve.gains for curve in curves.values()):
        raise DeqiError("nobody was measured", where=f"figure of {endpoint}")
    with styled():
        figure = Figure(figsize=(WIDTH, 4.0))
        ax = figure.add_axes((0.085, 0.13, 0.9, 0.85))
        for arm, curve in curves.items():
            gains, shares = _steps(curve)
            low, high = _interval(shares, curve.n)
            ax.fill_between(
                gains, 100 * low, 100 * high, step="pre", color=look[arm].colour, alpha=_FAINT, linewidth=0
            )
            ax.plot(
                gains,
                100 * shares,
                drawstyle="steps-pre",
                color=look[arm].colour,
                linestyle=look[arm].dash,
                linewidth=1.6,
                label=f"{shorten(arm, _LONGEST, placeholder='…')} (n = {curve.n})",
            )
        ax.set_xlim(_LEAST, _MOST)
        ax.set_ylim(0, 100)
        for mark in (30, 50):
            ax.axvline(mark, color=MUTED, linewidth=0.8, linestyle=(0, (2, 3)))
        ax.set_xticks([-50, -25, 0, 30, 50, 75, 100], ["−50", "−25", "0", "30", "50", "75", "100"])
        ax.set_xlabel(
            f"better in {endpoint.replace('_', ' ')} at week {week:g} by at least (% of a patient's baseline)"
        )
        ax.set_ylabel("patients (% of the arm)")
        # Curves fall, so that this corner is free.
        ax.legend(loc="upper right", handlelength=2.6)
    return figure


def _steps(curve: Curve) -> tuple[Array, Array]:
    """The steps from one edge of the axis to the other: at a gain stands the share that reached it."""
    gains, shares = 100 * np.array(curve.gains), np.array([*curve.shares, 0.0])
    places = np.concatenate([[_LEAST], gains[(gains > _LEAST) & (gains < _MOST)], [_MOST]])
    return places, shares[np.searchsorted(gains, places - _ROUNDING, side="left")]


def _interval(shares: Array, n: int) -> tuple[Array, Array]:
    """Wilson intervals of shares of n patients."""
    from statsmodels.stats.proportion import proportion_confint

    low, high = proportion_confint(np.round(shares * n), n, alpha=_LEVEL, method="wilson")
    return np.asarray(low), np.asarray(high)
