"""Findings as pages show them: published figure, model's figure, verdict, what it tests."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache

from deqi.credibility import Verdict, stored
from deqi.evidence import Finding, Study, studies
from deqi.web.evidence import words
from deqi.web.evidence.figures import Given, contradictions, figures
from deqi.web.evidence.tested import Tested, tested

#: Misfits come first, what is not scored last.
ORDER = ("misfit", "direction", "inside", "not-scored")
_NOTHING = Given(None, None, None, None)


@dataclass(frozen=True)
class Row:
    """A finding beside the model.

    Attributes
    ----------
    finding, study : Finding, Study
        What was published.
    verdict : Verdict or None
        What the model did; None if it is not scored.
    given : Given
        The model's figures.
    tested : Tested
        What it is about.
    """

    finding: Finding
    study: Study
    verdict: Verdict | None
    given: Given
    tested: Tested

    @property
    def code(self) -> str:
        """The verdict in an address."""
        return ORDER[-1] if self.verdict is None else self.verdict.verdict

    @property
    def word(self) -> str:
        """The verdict in words."""
        return words.NOT_SCORED if self.verdict is None else words.VERDICTS[self.verdict.verdict]

    @property
    def published(self) -> str:
        """What the study printed."""
        return words.published(self.finding.published)

    @property
    def modelled(self) -> str:
        """What the model gave."""
        one = self.finding
        if self.verdict is None:
            return ""
        if not figures():
            return "not kept for this model"
        return words.modelled(one.read, one.published, self.given.model, self.given.interval)

    @property
    def by_construction(self) -> bool:
        """Whether the verdict says nothing of what was fitted."""
        return self.verdict is not None and self.verdict.by_construction

    @property
    def scale(self) -> tuple[str, str, str]:
        """Findings of a study that can stand on one axis have the same."""
        read, figure = self.finding.read, self.finding.published
        return ("", "", figure.unit) if read is None else (read.of, read.quantity, figure.unit)


@lru_cache(maxsize=1)
def rows() -> Mapping[str, Row]:
    """Every finding by its id, in the order of its study."""
    result = stored()
    verdicts = {} if result is None else {one.id: one for one in result.verdicts}
    return {
        one.id: Row(one, study, verdicts.get(one.id), figures().get(one.id, _NOTHING), tested(one))
        for study in studies()
        for one in study.findings
    }


def beside(finding: str) -> tuple[Row, ...]:
    """Findings that speak of one, or of which it speaks, as where they disagree."""
    pairs = (pair for pair in contradictions() if finding in pair)
    return tuple(rows()[second if first == finding else first] for first, second in pairs)
