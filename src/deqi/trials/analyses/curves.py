"""The cumulative responder curve: the share of an arm that gained so much or more, for every amount.

One cut-off makes responders of some patients and non-responders of others who
hardly differ; the curve shows every cut-off at once. What is done about patients
who left is named: they are non-responders at every amount, or they are not
counted (`observed`).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, TypeAlias

import numpy as np

from deqi.errors import TrialError, UnknownNameError
from deqi.trials.analyses.visits import followed
from deqi.trials.analysis import arms_of
from deqi.trials.schema import Endpoint, Trial, column

if TYPE_CHECKING:
    import pandas as pd

Array: TypeAlias = np.ndarray[Any, Any]

DROPOUTS = ("non-responders", "observed")
# Scores are multiples of a step; a third of one is no exact number.
_ROUNDING = 1e-9


@dataclass(frozen=True)
class ResponderCurve:
    """Share of an arm with a gain of so much or more.

    Attributes
    ----------
    gains : tuple of float
        Least gains, ascending.
    shares : tuple of float
        Of 1, one a gain; never rising.
    n : int
        Patients that the shares are of.
    missing : int
        Patients who were not measured.
    dropouts : {'non-responders', 'observed'}
        What was done about them.
    """

    gains: tuple[float, ...]
    shares: tuple[float, ...]
    n: int
    missing: int
    dropouts: str


def responder_curve(
    gain: Array, *, dropouts: str = "non-responders", gains: Array | None = None
) -> ResponderCurve:
    """The curve of one arm.

    Parameters
    ----------
    gain : ndarray, shape (patient,)
        What each patient gained, positive for better; NaN was not measured, minus infinity can at no
        amount be called better.
    dropouts : {'non-responders', 'observed'}
        What is done about NaN.
    gains : ndarray, shape (cut-off,), optional
        Least gains to tell the share of; by default every gain that there is.

    Raises
    ------
    TrialError, UnknownNameError
        If nobody is left to count, or `dropouts` is something else.

    Examples
    --------
    >>> gain = np.array([10.0, 30.0, 30.0, np.nan])
    >>> found = responder_curve(gain)
    >>> found.gains, found.shares
    ((10.0, 30.0), (0.75, 0.5))
    >>> responder_curve(gain, dropouts="observed").shares
    (1.0, 0.6666666666666666)
    """
    if dropouts not in DROPOUTS:
        raise UnknownNameError(
            "treatment of dropouts", dropouts, DROPOUTS, fix=f"one of {', '.join(DROPOUTS)}"
        )
    known = gain[~np.isnan(gain)]
    n = len(known) if dropouts == "observed" else len(gain)
    if not n:
        raise TrialError("there is nobody to count", fix="leave the arm out")
    cuts = np.unique(known[np.isfinite(known)]) if gains is None else np.sort(np.asarray(gains, float))
    # How many lie below each cut-off, so that the rest reach it.
    reached = len(known) - np.searchsorted(np.sort(known), cuts - _ROUNDING, side="left")
    return ResponderCurve(
        tuple(cuts.tolist()), tuple((reached / n).tolist()), n, len(gain) - len(known), dropouts
    )


def gained(before: Array, now: Array, better: str, *, relative: bool) -> Array:
    """What each patient gained, positive for better.

    Parameters
    ----------
    before, now : ndarray, shape (patient,)
        Scores; NaN was not measured.
    better : {'down', 'up'}
        Which way a score goes when a patient is better.
    relative : bool
        As a share of the own baseline, of which minus infinity is the share where it is 0.

    Examples
    --------
    >>> gained(np.array([60.0, 0.0]), np.array([45.0, 0.0]), "down", relative=True).tolist()
    [0.25, -inf]
    """
    gain = before - now if better == "down" else now - before
    if relative:
        share = np.divide(gain, before, out=np.full(len(gain), -np.inf), where=before > 0)
        gain = np.where(np.isnan(gain), np.nan, share)
    # Rounding must not make two amounts of one.
    return np.asarray(np.round(gain, 9) + 0.0)


def responder_curves(
    trial: Trial,
    table: pd.DataFrame,
    endpoint: Endpoint,
    week: float,
    *,
    relative: bool = True,
    dropouts: str = "non-responders",
) -> dict[str, ResponderCurve]:
    """The curve of every arm, all of them at the same amounts.

    Parameters
    ----------
    trial : Trial
        Its arms.
    table : pandas.DataFrame
        The cohort.
    endpoint : Endpoint
        One of the trial's, with a baseline.
    week : float
        One of its visits after week 0.
    relative : bool
        Whether a gain is a share of the patient's own baseline, or in points. At a baseline of 0 nobody
        is better by a share, whatever the share.
    dropouts : {'non-responders', 'observed'}
        What is done about patients who were not measured.

    Returns
    -------
    dict
        By arm; an arm without patients to count is left out.

    Raises
    ------
    TrialError
        If the endpoint has no baseline.

    Examples
    --------
    >>> import pandas as pd
    >>> from deqi.trials.files import load_trial
    >>> trial = load_trial("art")
    >>> table = pd.DataFrame({"patient": range(6), "status": 0, "arm": sorted(trial.arm_names * 2)})
    >>> table["pain.w0"], table["pain.w8"] = 60.0, [30.0, 45.0, 45.0, 60.0, 60.0, 75.0]
    >>> curves = responder_curves(trial, table, trial.primary, 8)
    >>> curves["acupuncture"].gains
    (-0.25, 0.0, 0.25, 0.5)
    >>> curves["acupuncture"].shares, curves["waiting list"].shares
    ((1.0, 1.0, 1.0, 0.5), (1.0, 0.5, 0.0, 0.0))
    """
    if not endpoint.has_baseline:
        raise TrialError("has no baseline to gain from", where=endpoint.name, fix="choose another endpoint")
    done = followed(table)
    before, now = (done[column(endpoint.name, w)].to_numpy(float) for w in (0, week))
    gain = gained(before, now, endpoint.load().better, relative=relative)
    cuts = np.unique(gain[np.isfinite(gain)])
    counted = np.isfinite(gain) | np.isneginf(gain) if dropouts == "observed" else np.ones(len(gain), bool)
    return {
        name: responder_curve(gain[who], dropouts=dropouts, gains=cuts)
        for name, who in arms_of(trial, done).items()
        if (who & counted).any()
    }
