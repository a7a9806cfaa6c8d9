"""Rows of the results of analyses, the same for virtual and real trials."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict
from typing import Any

import numpy as np

from deqi.trials.analyses.curves import ResponderCurve
from deqi.trials.analyses.imputation import ImputedComparison
from deqi.trials.analyses.pooling import Pooled
from deqi.trials.analyses.reference_errors import ReferenceComparison
from deqi.trials.analyses.responders import ShareComparison
from deqi.trials.analyses.subgroups import Subgroups
from deqi.trials.analyses.tipping import Tipping
from deqi.trials.analyses.told import INTERACTION, RATIO, RISK, SHARE, TIPPING, Found, row

RUBIN, BOOTSTRAP = "Rubin's rules", "bootstrap"


def of_pooled(found: Pooled) -> dict[str, Any]:
    """What a row tells of a pooled estimate."""
    return {
        "estimate": found.estimate,
        "ci95": found.ci95,
        "p": found.p,
        "error": found.error,
        "freedom": found.freedom,
        "fraction_missing": found.fraction_missing,
        "sets": found.imputations,
    }


def of_imputed(found: ImputedComparison) -> dict[str, Any]:
    """A contrast after multiple imputation, with that of whoever was measured beside."""
    complete, missing = found.complete, list(found.missing)
    return row(
        found.arms,
        found.endpoint,
        found.week,
        **of_pooled(found.imputed),
        n=[seen + lost for seen, lost in zip(complete.n, missing, strict=True)],
        missing=missing,
        measured_alone=complete.difference,
    )


def of_reference(found: ReferenceComparison, n: Sequence[int]) -> list[dict[str, Any]]:
    """A contrast after a jump to reference of so many patients, with each of its errors."""
    missing = list(found.missing)
    place = found.arms, found.endpoint, found.week
    return [
        row(*place, method=RUBIN, n=n, **of_pooled(found.rubin), missing=missing),
        row(
            *place,
            method=BOOTSTRAP,
            n=n,
            estimate=found.rubin.estimate,
            ci95=found.bootstrap_ci95,
            p=found.bootstrap_p,
            error=found.bootstrap_error,
            resamples=found.bootstraps,
            missing=missing,
        ),
    ]


def of_tipping(found: Tipping, variable: str, week: float) -> dict[str, Any]:
    """How much worse imputed values may be; at each delta the contrast that is left."""
    return row(
        found.arms,
        variable,
        week,
        measure=TIPPING,
        estimate=found.tips_at,
        reason=found.reason,
        moved=found.moved,
        missing=found.missing,
        at=[{"delta": d, **one.as_dict()} for d, one in zip(found.deltas, found.pooled, strict=True)],
    )


def of_subgroups(found: Subgroups, variable: str, week: float) -> list[dict[str, Any]]:
    """A contrast in each subgroup, and the test of interaction."""
    place = found.arms, variable, week
    rows = [
        row(*place, group=one.name, estimate=one.difference, ci95=one.ci95, n=one.n) for one in found.groups
    ]
    test = row(
        *place,
        measure=INTERACTION,
        p=found.interaction_p,
        freedom=list(found.freedom),
        left_out=list(found.left_out),
    )
    return [*rows, test]


def of_shares(found: ShareComparison, group: str = "") -> list[dict[str, Any]]:
    """A difference of shares with the number needed to treat, and their ratio."""
    week = 0.0 if found.week is None else found.week
    common: dict[str, Any] = {"group": group, "n": found.n}
    return [
        row(
            found.arms,
            found.rule,
            week,
            measure=RISK,
            **common,
            estimate=found.difference,
            ci95=found.difference_ci95,
            p=found.p,
            shares=list(found.shares),
            needed=found.needed.as_dict(),
        ),
        row(
            found.arms,
            found.rule,
            week,
            measure=RATIO,
            **common,
            estimate=found.ratio,
            ci95=found.ratio_ci95,
            reason=found.reason,
        ),
    ]


def gains(relative: bool, low: float, high: float) -> tuple[float, ...]:
    """Gains at which a curve is told: tenths of the baseline, or of the scale.

    Examples
    --------
    >>> gains(True, 0, 100)[:3], gains(False, 0, 100)[:2]
    ((0.1, 0.2, 0.3), (10.0, 20.0))
    """
    whole = 1.0 if relative else high - low
    return tuple(round(whole * k / 10, 9) for k in range(1, 10))


def curve_rows(
    curves: Mapping[str, ResponderCurve], variable: str, week: float, at: Sequence[float]
) -> Found:
    """Share of each arm with so much gain or more, at some gains; the whole curve with the whole."""
    rows = []
    for arm, curve in curves.items():
        cuts, shares = np.array(curve.gains), np.array([*curve.shares, 0.0])
        places = np.searchsorted(cuts, np.asarray(at) - 1e-9)
        rows += [
            row([arm], variable, week, measure=SHARE, group=f"{gain:g}", estimate=float(share), n=[curve.n])
            for gain, share in zip(at, shares[places], strict=True)
        ]
    told = {
        arm: {k: list(v) if isinstance(v, tuple) else v for k, v in asdict(c).items()}
        for arm, c in curves.items()
    }
    return Found(rows, {"curves": told})
