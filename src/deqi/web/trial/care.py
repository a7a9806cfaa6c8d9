"""What to read with care in a finished trial: the report's own words, from what the job has kept."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from types import SimpleNamespace
from typing import TYPE_CHECKING, Any, cast

from deqi.evidence import published
from deqi.measurement import Instrument
from deqi.population import load_recipe
from deqi.reports.html import Listing, Prose
from deqi.reports.trial_care import careful
from deqi.trials import Trial

if TYPE_CHECKING:
    from deqi.trials import TrialRun


@dataclass(frozen=True)
class Care:
    """Cautions, and what had to be assumed.

    Attributes
    ----------
    notes : tuple of str
        Cautions.
    assumed : tuple of (str, tuple of str)
        Headings, and assumptions under each.
    """

    notes: tuple[str, ...]
    assumed: tuple[tuple[str, tuple[str, ...]], ...]


def care(plan: Trial, result: Mapping[str, Any], scales: Mapping[str, Instrument]) -> Care:
    """What the report's section of that name says.

    Parameters
    ----------
    plan : Trial
        The trial.
    result : mapping
        Its result as JSON.
    scales : mapping
        Instrument of each endpoint.
    """
    fits = result["population"]["fits"]
    # Meeting the population again would take seconds; what the report asks of it is in the result.
    told = SimpleNamespace(
        trial=plan,
        published=published(plan.published) if plan.published else None,
        met=SimpleNamespace(
            fits=fits,
            shortfalls=tuple(fit["shortfall"] for fit in fits if fit["shortfall"]),
            recipe=load_recipe(plan.population),
        ),
    )
    notes: list[str] = []
    assumed: list[tuple[str, tuple[str, ...]]] = []
    heading = ""
    for part in careful(cast("TrialRun", told), result, scales):
        if isinstance(part, Prose):
            heading = part.heading
        elif isinstance(part, Listing) and heading:
            assumed.append((heading, tuple(part.items)))
        elif isinstance(part, Listing):
            notes += part.items
    return Care(tuple(notes), tuple(assumed))
