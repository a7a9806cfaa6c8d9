"""STRICTA 2010: the seventeen items by which a trial reports its needling."""

from __future__ import annotations

from dataclasses import dataclass, fields

NOT_REPORTED = "not reported"


@dataclass(frozen=True)
class Stricta:
    """The items, by number in the checklist; what was not reported says so.

    Source: MacPherson et al. 2010 (`stricta2010`).
    """

    style: str = NOT_REPORTED  # 1a
    reasoning: str = NOT_REPORTED  # 1b
    variation: str = NOT_REPORTED  # 1c
    insertions: str = NOT_REPORTED  # 2a
    points: str = NOT_REPORTED  # 2b
    depth: str = NOT_REPORTED  # 2c
    response: str = NOT_REPORTED  # 2d
    stimulation: str = NOT_REPORTED  # 2e
    retention: str = NOT_REPORTED  # 2f
    needle: str = NOT_REPORTED  # 2g
    sessions: str = NOT_REPORTED  # 3a
    frequency: str = NOT_REPORTED  # 3b
    other_interventions: str = NOT_REPORTED  # 4a
    setting: str = NOT_REPORTED  # 4b
    practitioner: str = NOT_REPORTED  # 5
    control_rationale: str = NOT_REPORTED  # 6a
    control: str = NOT_REPORTED  # 6b

    def missing(self) -> tuple[str, ...]:
        """Items that were not reported."""
        return tuple(f.name for f in fields(self) if getattr(self, f.name) == NOT_REPORTED)
