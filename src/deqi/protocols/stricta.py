"""STRICTA 2010: the seventeen items by which a trial reports its needling."""

from __future__ import annotations

from dataclasses import Field, dataclass, field, fields
from typing import Any

from deqi.protocols.checks import check_text

NOT_REPORTED = "not reported"


def _item(number: str, meaning: str) -> Any:
    return field(default=NOT_REPORTED, metadata={"item": number, "meaning": meaning})


@dataclass(frozen=True)
class Stricta:
    """The items, in the order of the checklist; what was not reported says so.

    Source: MacPherson et al. 2010 (`stricta2010`).

    Examples
    --------
    >>> Stricta(retention="30 min").missing()[:3]
    ('style', 'reasoning', 'variation')
    >>> Stricta.items()["retention"]
    ('2f', 'needle retention time')
    """

    style: str = _item("1a", "style of acupuncture")
    reasoning: str = _item("1b", "reasoning for the treatment")
    variation: str = _item("1c", "extent to which treatment varied")
    insertions: str = _item("2a", "number of needle insertions per subject and session")
    points: str = _item("2b", "names or location of points, one side or both")
    depth: str = _item("2c", "depth of insertion")
    response: str = _item("2d", "response sought")
    stimulation: str = _item("2e", "needle stimulation")
    retention: str = _item("2f", "needle retention time")
    needle: str = _item("2g", "needle type")
    sessions: str = _item("3a", "number of treatment sessions")
    frequency: str = _item("3b", "frequency and duration of sessions")
    other_interventions: str = _item("4a", "other interventions given")
    setting: str = _item("4b", "setting and context, information to patients")
    practitioner: str = _item("5", "background of practitioners")
    control_rationale: str = _item("6a", "rationale for the control")
    control: str = _item("6b", "precise description of the control")

    def __post_init__(self) -> None:
        check_text(self, *(f.name for f in fields(self)))

    @classmethod
    def items(cls) -> dict[str, tuple[str, str]]:
        """Number and meaning of each item in the checklist, by field."""
        every: tuple[Field[Any], ...] = fields(cls)
        return {f.name: (f.metadata["item"], f.metadata["meaning"]) for f in every}

    def missing(self) -> tuple[str, ...]:
        """Items that were not reported."""
        return tuple(f.name for f in fields(self) if getattr(self, f.name) == NOT_REPORTED)
