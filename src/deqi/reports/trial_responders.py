"""Responders of a trial: shares by rule, the curve of every cut-off, numbers needed to treat."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, Any

from deqi.errors import TrialError
from deqi.plotting import responder_curve_figure
from deqi.plotting.style import LOOKS
from deqi.reports.html import FigureItem, Part, Prose, Table
from deqi.reports.tables import NOTHING, joined, percent, points
from deqi.reports.trial_tables import minus, responder_contrast_table, responder_table

if TYPE_CHECKING:
    from deqi.trials import TrialRun
    from deqi.trials.analyses import ResponderCurve, ShareComparison

#: The section's heading.
HEADING = "Responders"
#: Gains that the curve is told at in words.
_TOLD = (0.3, 0.5)


def responders(run: TrialRun, summary: Mapping[str, Any]) -> Iterator[Part]:
    """Shares by rule, the curve, numbers needed to treat.

    Parameters
    ----------
    run : TrialRun
        The trial.
    summary : mapping
        Its summary.
    """
    if run.trial.responders:
        ruled = [rule.name for rule in run.trial.responders if rule.failures]
        if ruled:
            yield Prose(
                [
                    f"{joined(ruled)}: a rule that counts failures decides much of its share by itself, so "
                    "the share is shown without the failure rule too. What the rules say is told under the "
                    "methods."
                ]
            )
        yield responder_table(summary)
        if summary["responder_contrasts"]:
            yield responder_contrast_table(summary)
            yield needed_table(run)
    yield from _curve(run)


def needed_table(run: TrialRun) -> Table:
    """Numbers needed to treat at the last visit, with both shares, their difference and their ratio."""
    from deqi.trials.analyses import responder_comparisons
    from deqi.trials.responders import responders as rules_of

    week = run.trial.visits[-1]
    rows: list[list[str]] = []
    reasons = set()
    for rule in rules_of(run.trial, run.table):
        try:
            found = responder_comparisons(run.trial, run.table, rule, week)
        except TrialError as error:
            reasons.add(str(error))
            continue
        rows += [_needed(one) for one in found]
        reasons |= {one.reason for one in found if one.reason}
    note = f" Not told: {'; '.join(sorted(reasons))}." if reasons else ""
    return Table(
        f"Shares of responders compared at week {week:g}, and the number needed to treat with the first arm "
        "rather than the second for one responder more (NNTB: benefit; NNTH: one fewer, harm). In brackets: "
        "95 % intervals (sampling; Newcombe's of the difference, inverted for the number needed; of the "
        "logarithm for the ratio). An interval of the number needed that passes infinity holds no "
        f"difference.{note}",
        ["rule", "contrast", "shares", "difference", "ratio", "number needed to treat"],
        rows,
        text=True,
    )


def _needed(one: ShareComparison) -> list[str]:
    ratio = NOTHING
    if one.ratio is not None:
        ratio = points(one.ratio, 2)
        if one.ratio_ci95 is not None:
            ratio += f" ({points(one.ratio_ci95[0], 2)} to {points(one.ratio_ci95[1], 2)})"
    needed = str(one.needed).replace("95 % interval ", "")
    shares = " and ".join(percent(share) for share in one.shares)
    difference = percent(one.difference, one.difference_ci95, signed=True)
    # The number needed may break into lines, so that figures need not.
    whole = (text.replace(" ", "\u00a0") for text in (shares, difference, ratio))
    return [one.rule, minus(one.arms), *whole, needed]


def _curve(run: TrialRun) -> Iterator[Part]:
    from deqi.trials.analyses import responder_curves

    trial, week = run.trial, run.trial.visits[-1]
    if not trial.primary.has_baseline:
        return
    curves = responder_curves(trial, run.table, trial.primary, week)
    if not any(curve.gains for curve in curves.values()):
        return
    if len(curves) > len(LOOKS):
        yield Prose([f"No curve of gains is drawn: more than {len(LOOKS)} arms cannot be told apart."])
        return
    name = trial.primary.name.replace("_", " ")
    said = "; ".join(
        f"{arm}: "
        + ", ".join(f"{percent(share_at(curve, gain))} by {100 * gain:g} % or more" for gain in _TOLD)
        for arm, curve in curves.items()
    )
    missing = sum(curve.missing for curve in curves.values())
    yield FigureItem(
        responder_curve_figure(curves, trial.primary.name, week),
        f"Every cut-off at once: the share of each arm whose {name} was better at week {week:g} than at "
        "baseline by so much or more. Whoever was not measured "
        f"({missing} of {sum(curve.n for curve in curves.values())}) is better by no amount. Pale bands: "
        "pointwise 95 % intervals of the share (sampling, Wilson). Dotted: 30 % and 50 % better.",
        f"Falling curves. {said}.",
    )


def share_at(curve: ResponderCurve, gain: float) -> float:
    """Share of an arm that gained so much or more.

    Examples
    --------
    >>> from deqi.trials.analyses import ResponderCurve
    >>> share_at(ResponderCurve((0.1, 0.3), (0.75, 0.5), 4, 1, "non-responders"), 0.2)
    0.5
    """
    reached = [share for at, share in zip(curve.gains, curve.shares, strict=True) if at >= gain - 1e-9]
    return reached[0] if reached else 0.0
