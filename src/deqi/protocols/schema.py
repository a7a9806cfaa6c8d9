"""A protocol: who gets what, when. Frozen, and checked when it is made.

Days count from week 0, the day of randomisation; a session on day 3.5 begins
at minute 5040.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import cached_property
from itertools import pairwise

from deqi.atlas import refuse_if_not_simulated
from deqi.errors import ProtocolError, UnknownNameError
from deqi.protocols.care import Contact, DrugCourse, DrugDose, Exercise
from deqi.protocols.challenges import load_challenge
from deqi.protocols.checks import check_text, put_texts
from deqi.protocols.drugs import DRUGS
from deqi.protocols.needling import Session
from deqi.protocols.rescue import Rescue
from deqi.protocols.rules import Rule
from deqi.protocols.sham import make_sham
from deqi.protocols.stricta import Stricta
from deqi.protocols.titration import Titration

ROLES = ("verum", "sham", "care", "none", "experiment", "drug")

#: Condition of volunteers, who have none.
EXPERIMENT = "experiment"


@dataclass(frozen=True)
class Protocol:
    """A plan, with what was reported about it and what had to be assumed.

    Parameters
    ----------
    name, title : str
        Name in commands, and in words.
    role : {'verum', 'sham', 'care', 'none', 'experiment', 'drug'}
        What the plan is in a comparison.
    condition : str
        What it is for, or ``experiment``.
    cites : tuple of str
        Keys of the bibliography.
    sessions, drugs, doses, exercise, contacts, rules : tuple
        What is done.
    challenges : tuple of str
        What an experimenter adds, by names of the library.
    stricta : Stricta
        What was reported, by the items of STRICTA 2010.
    assumptions : tuple of str
        What had to be assumed, as it was not reported.

    Raises
    ------
    UnknownNameError
        If the role or the condition is unknown.
    RefusedError
        If the condition is one that deqi does not simulate.
    ProtocolError
        If sessions overlap, or medicines cannot go together.
    """

    name: str
    title: str
    role: str
    condition: str = "chronic-low-back-pain"
    cites: tuple[str, ...] = ()
    sessions: tuple[Session, ...] = ()
    drugs: tuple[DrugCourse, ...] = ()
    doses: tuple[DrugDose, ...] = ()
    exercise: tuple[Exercise, ...] = ()
    contacts: tuple[Contact, ...] = ()
    challenges: tuple[str, ...] = ()
    rules: tuple[Rule, ...] = ()
    stricta: Stricta = field(default_factory=Stricta)
    assumptions: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        check_text(self, "name", "title")
        put_texts(self, "cites")
        put_texts(self, "assumptions")
        put_texts(self, "challenges")
        if self.role not in ROLES:
            raise UnknownNameError("role", str(self.role), ROLES, fix=f"one of {', '.join(ROLES)}")
        check_text(self, "condition")
        if self.condition != EXPERIMENT:
            refuse_if_not_simulated(self.condition)
        self._check_medicines()
        self._check_visits()
        self._check_titration()

    def _check_medicines(self) -> None:
        by_depot: dict[str, str] = {}
        for name in self.medicines():
            other = by_depot.setdefault(DRUGS[name].depot, name)
            if other != name:
                raise ProtocolError(
                    f"two opioids or two NSAIDs at once cannot be simulated: {other} and {name}",
                    fix="keep one of them",
                )

    def _check_visits(self) -> None:
        visits = sorted((d * 1440.0, d * 1440.0 + s.minutes) for s in self.sessions for d in s.days)
        for (_, stop), (start, _) in pairwise(visits):
            if start < stop:
                raise ProtocolError(f"two sessions overlap on day {start / 1440:g}", fix="move one of them")
        if self.rules and not visits and not self.contacts:
            added = [r.name for r in self.rules if not isinstance(r, Rescue | Titration)]
            if added:
                raise ProtocolError(
                    f"the rule {added[0]} needs sessions or contacts", fix="add sessions, or remove the rule"
                )

    def _check_titration(self) -> None:
        titrated = [rule for rule in self.rules if isinstance(rule, Titration)]
        if len({rule.drug for rule in titrated}) < len(titrated):
            raise ProtocolError("two rules titrate one medicine", fix="keep one")
        for rule in titrated:
            for day in rule.days:
                rule.steady(day, self)

    def medicines(self) -> tuple[str, ...]:
        """Every medicine that may be taken, each once."""
        names = [d.drug for d in self.drugs] + [d.drug for d in self.doses]
        names += [r.drug for r in self.rules if isinstance(r, Rescue | Titration)]
        names += [c.drug for c in map(load_challenge, self.challenges) if c.drug]
        return tuple(dict.fromkeys(names))

    @cached_property
    def warnings(self) -> tuple[str, ...]:
        """What a reader should know before believing the result."""
        found = (w for s in self.sessions for n in s.needlings for w in n.warnings)
        return tuple(dict.fromkeys(found))

    def overlays(self) -> tuple[str, ...]:
        """Parameter sets that its medicines, rescue included, need laid over the base set."""
        return tuple(DRUGS[name].overlay for name in self.medicines() if DRUGS[name].overlay)

    def sham(
        self,
        *,
        name: str | None = None,
        site: str | Sequence[str] | None = None,
        penetration: bool = True,
        depth_mm: float | None = None,
        stimulation: bool = True,
        context: float | None = None,
        rationale: str | None = None,
    ) -> Protocol:
        """A sham made by changing this protocol's needling; what is not named stays.

        Parameters
        ----------
        name : str, optional
            Its name; without one, this name and ``-sham``.
        site : str or sequence of str, optional
            ``"off"`` for places beside the points, or the sham's own points for every group.
        penetration : bool
            Whether the skin is pierced.
        depth_mm : float, optional
            Depth of the tips [mm].
        stimulation : bool
            Whether needles are moved or given current; without it they count as superficial
            down to 5 mm, and as retained below.
        context : float, optional
            Treatment ritual as the patient meets it, 0 to 1.
        rationale : str, optional
            Why this sham (STRICTA 6a); item 6b is written from the changes.

        Raises
        ------
        ProtocolError
            If nothing is changed, or the changes do not go together.

        Examples
        --------
        >>> from deqi.protocols import load_protocol
        >>> sham = load_protocol("cherkin-standardised").sham(site="off", depth_mm=2, stimulation=False)
        >>> sham.sessions[0].needlings[0].technique, sham.stricta.control
        ('superficial', 'like cherkin-standardised, but beside the points, 2 mm deep, without stimulation')
        """
        return make_sham(
            self,
            name=name,
            site=site,
            penetration=penetration,
            depth_mm=depth_mm,
            stimulation=stimulation,
            context=context,
            rationale=rationale,
        )
