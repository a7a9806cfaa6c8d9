"""Which findings were asked for: what the query of the page says."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass
from itertools import groupby
from urllib.parse import urlencode

from deqi.errors import UnknownNameError
from deqi.evidence import Study, studies
from deqi.evidence.findings import ROLES
from deqi.web.evidence.rows import ORDER, Row, rows
from deqi.web.model.places import mechanisms

CONSTRUCTION = ("without", "only")


@dataclass(frozen=True)
class Choice:
    """What is shown; what is empty is not asked.

    Attributes
    ----------
    role : {'', 'validation', 'calibration'}
        What a finding may be used for.
    mechanism : str
        One that it reads, or that a challenge acts on.
    study : str
        Id of the study.
    verdict : {'', 'misfit', 'direction', 'inside', 'not-scored'}
        Without one, all that are scored.
    construction : {'', 'without', 'only'}
        Whether verdicts by construction are shown.
    q : str
        A word of the finding or its study.

    Raises
    ------
    UnknownNameError
        If a name is unknown.
    """

    role: str = ""
    mechanism: str = ""
    study: str = ""
    verdict: str = ""
    construction: str = ""
    q: str = ""

    def __post_init__(self) -> None:
        for name, known in (
            ("role", ROLES),
            ("mechanism", tuple(mechanisms())),
            ("study", tuple(study.id for study in studies())),
            ("verdict", ORDER),
            ("construction", CONSTRUCTION),
        ):
            value = getattr(self, name)
            if value and value not in known:
                raise UnknownNameError(name, value, known, where=name)

    @property
    def address(self) -> str:
        """The query of the page that shows this.

        Examples
        --------
        >>> Choice(role="validation", q="beta").address, Choice().address
        ('?role=validation&q=beta', '')
        """
        said = {name: value for name, value in asdict(self).items() if value}
        return f"?{urlencode(said)}" if said else ""

    def takes(self, row: Row) -> bool:
        """Whether a finding is shown."""
        one, word = row.finding, self.q.strip().casefold()
        text = f"{one.id} {one.says} {row.study.title}".casefold()
        return (
            (not self.role or one.role == self.role)
            and (not self.mechanism or self.mechanism in row.tested.mechanisms)
            and (not self.study or one.study == self.study)
            # What is not scored is seen where one study is looked at whole, or where it is asked for.
            and (row.code == self.verdict if self.verdict else row.verdict is not None or bool(self.study))
            and (not self.construction or row.by_construction == (self.construction == "only"))
            and (not word or word in text)
        )

    @property
    def found(self) -> tuple[Row, ...]:
        """The findings; those of a study follow each other."""
        return tuple(row for row in rows().values() if self.takes(row))


def by_study(some: Sequence[Row]) -> Iterator[tuple[Study, list[Row]]]:
    """Findings by study, in each the worst first."""
    for name, group in groupby(some, key=lambda row: row.study.id):
        found = sorted(group, key=lambda row: ORDER.index(row.code))
        yield next(study for study in studies() if study.id == name), found


def misfits_first(some: Sequence[Row]) -> list[tuple[str, list[Row]]]:
    """Known misfits, then all others; with titles, and without what is empty."""
    parts = [
        ("Known misfits", [row for row in some if row.code == "misfit"]),
        ("Direction or interval agrees", [row for row in some if row.code in ("direction", "inside")]),
        ("Not scored", [row for row in some if row.code == "not-scored"]),
    ]
    return [(title, found) for title, found in parts if found]
