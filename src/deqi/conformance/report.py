"""What a check finds."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any


@dataclass(frozen=True)
class Fault:
    """One breach of one rule.

    Attributes
    ----------
    subject : str
        Mechanism, file or path.
    rule : str
        Name of the rule.
    text : str
        What is wrong.
    """

    subject: str
    rule: str
    text: str


@dataclass
class Report:
    """Everything found in a package."""

    package: str
    faults: list[Fault] = field(default_factory=list)
    counts: dict[str, int] = field(default_factory=dict)
    checks: int = 0

    def as_dict(self) -> dict[str, Any]:
        """The report as plain data."""
        return {
            "package": self.package,
            "counts": self.counts,
            "checks": self.checks,
            "faults": [{"subject": f.subject, "rule": f.rule, "text": f.text} for f in self.faults],
        }
