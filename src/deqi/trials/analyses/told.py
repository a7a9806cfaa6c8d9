"""What every analysis is told as: rows of one form, the question answered, the kind of interval."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from deqi.trials.ancova import Comparison
from deqi.trials.estimates import INTERVALS

#: Kinds of analysis in words.
TITLES: Mapping[str, str] = {
    "mmrm": "mixed model over all visits",
    "complete-case": "complete cases alone",
    "multiple-imputation": "multiple imputation, missing at random",
    "jump-to-reference": "jump to reference",
    "tipping-point": "tipping point",
    "holm": "Holm's procedure",
    "fixed-sequence": "fixed sequence",
    "subgroups": "subgroups",
    "per-protocol": "per protocol",
    "clusters": "practitioners as clusters",
    "responders": "responders: difference, ratio, number needed to treat",
    "responder-curve": "cumulative responders",
}
#: What is supposed of patients who are not measured, and what the answer then is of.
SAYS: Mapping[str, str] = {
    "mmrm": "had nobody left: missing at random given the arm, the baseline and every visit measured",
    "complete-case": "had nobody left, if only arm and baseline decide who was measured at every visit",
    "multiple-imputation": "had nobody left: missing at random given the arm, the baseline and other visits",
    "jump-to-reference": "of everybody as randomised, if whoever leaves has the reference arm's course from "
    "then on",
    "tipping-point": "had nobody left, were those of one arm who left so much worse than missing at random",
    "holm": "as the covariance analysis; the chance of any false claim among the contrasts is 5 %",
    "fixed-sequence": "as the covariance analysis; the contrasts are tested in their order until one fails",
    "subgroups": "as the covariance analysis, by subgroup; the interaction test tells whether they differ",
    "per-protocol": "of those who followed the protocol, who are other patients in each arm: it compares "
    "no groups as randomised",
    "clusters": "as the covariance analysis, were other practitioners drawn too",
    "responders": "of everybody as randomised: whoever was not measured has not responded",
    "responder-curve": "share of each arm that gained so much or more; no test",
}
_SAMPLING = "95 %, sampling: "
#: What the intervals of each kind are.
KIND_OF_INTERVAL: Mapping[str, str] = {
    "mmrm": _SAMPLING + "t interval of a contrast of least-squares means",
    "complete-case": _SAMPLING + INTERVALS["difference"],
    "multiple-imputation": _SAMPLING + "t interval by Rubin's rules, what is not known of missing values "
    "included",
    "jump-to-reference": _SAMPLING + "t interval by Rubin's rules; normal interval by the bootstrap",
    "tipping-point": "none: where p passes 0.05",
    "holm": _SAMPLING + "t interval of each contrast alone, not adjusted for their number",
    "fixed-sequence": _SAMPLING + "t interval of each contrast alone, not adjusted for their number",
    "subgroups": _SAMPLING + "t interval in each subgroup, not adjusted for their number",
    "per-protocol": _SAMPLING + INTERVALS["difference"] + ", of those who followed the protocol",
    "clusters": "95 %, sampling of practitioners and their patients: t interval",
    "responders": _SAMPLING + "Newcombe interval of a difference, log interval of a ratio; p by Fisher's "
    "exact test",
    "responder-curve": "none",
}
DIFFERENCE, RISK, RATIO = "difference", "risk difference", "risk ratio"
TIPPING, INTERACTION, SHARE = "tipping point", "interaction", "share"
#: What a row may tell.
MEASURES = (DIFFERENCE, RISK, RATIO, TIPPING, INTERACTION, SHARE)


@dataclass(frozen=True, eq=False)
class Found:
    """What an analysis found.

    Attributes
    ----------
    rows : list of dict
        See `row`.
    about : dict
        What is to be told of the whole.
    reason : str
        Why there are no rows; empty if there are.
    """

    rows: list[dict[str, Any]] = field(default_factory=list)
    about: dict[str, Any] = field(default_factory=dict)
    reason: str = ""


def row(
    arms: Sequence[str],
    variable: str,
    week: float,
    *,
    measure: str = DIFFERENCE,
    group: str = "",
    method: str = "",
    estimate: float | None = None,
    ci95: Sequence[float] | None = None,
    p: float | None = None,
    n: Sequence[int] = (),
    reason: str = "",
    **more: Any,
) -> dict[str, Any]:
    """One row.

    Parameters
    ----------
    arms : sequence of str
        The arm, or two, the second subtracted from the first.
    variable : str
        Endpoint or responder rule.
    week : float
        When.
    measure : str
        One of `MEASURES`.
    group, method : str
        Subgroup; how, where there is more than one way.
    estimate, ci95, p, n, reason
        As for `deqi.trials.ancova.Comparison`.
    more
        What only this kind tells, as plain data.

    Examples
    --------
    >>> row(("needles", "nothing"), "pain", 8, estimate=-3.0)["arms"]
    ['needles', 'nothing']
    """
    return {
        "arms": list(arms),
        "variable": variable,
        "week": float(week),
        "measure": measure,
        "group": group,
        "method": method,
        "estimate": estimate,
        "ci95": None if ci95 is None else list(ci95),
        "p": p,
        "n": list(n),
        "reason": reason,
        "more": more,
    }


def of_comparison(found: Comparison, **more: Any) -> dict[str, Any]:
    """A row of a contrast."""
    return row(
        found.arms,
        found.endpoint,
        found.week,
        estimate=found.difference,
        ci95=found.ci95,
        p=found.p,
        n=found.n,
        reason=found.reason,
        smd=found.smd,
        smd_ci95=None if found.smd_ci95 is None else list(found.smd_ci95),
        **more,
    )


def result(kind: str, settings: Mapping[str, Any], events: Mapping[str, str], found: Found) -> dict[str, Any]:
    """An analysis as plain data; its schema is part of ``docs/schemas/trial.schema.json``.

    Parameters
    ----------
    kind : str
        One of `TITLES`.
    settings : mapping
        All settings.
    events : mapping of str to str
        Strategy by intercurrent event, as far as there is one.
    found : Found
        What was found.
    """
    return {
        "kind": kind,
        "title": TITLES[kind],
        "settings": {name: list(v) if isinstance(v, tuple) else v for name, v in settings.items()},
        "estimand": {"events": dict(events), "says": SAYS[kind]},
        "interval": KIND_OF_INTERVAL[kind],
        "rows": found.rows,
        "about": found.about,
        "reason": found.reason,
    }
