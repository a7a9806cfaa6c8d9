"""A trial: who is randomised to what, what befalls them, what is measured, and how it is analysed.

Frozen, and checked when it is made. Weeks count from randomisation. What
befalls patients besides the protocols is in `deqi.trials.processes`: one set of
parameters for every arm.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field, fields, replace
from itertools import combinations
from pathlib import Path
from typing import TYPE_CHECKING, Any

from deqi.errors import TrialError, UnknownNameError
from deqi.protocols.checks import LAST_DAY, check_text, put_number, put_numbers, put_texts, put_whole
from deqi.trials.asked import Asked, check_asked
from deqi.trials.checks import check_name, put, put_parts, put_path, trial_checks
from deqi.trials.estimands import Estimand, check_estimands
from deqi.trials.parts import Allocation, Analysis, Arm, Better, Endpoint, Responder
from deqi.trials.processes import Adherence, CoTreatment, Dropout, Hazard, Practitioners, Unblinding

if TYPE_CHECKING:
    from deqi.population.eligibility import Eligibility

__all__ = [
    "Adherence",
    "Allocation",
    "Analysis",
    "Arm",
    "Asked",
    "Better",
    "CoTreatment",
    "Dropout",
    "Endpoint",
    "Estimand",
    "Hazard",
    "Practitioners",
    "Responder",
    "Trial",
    "Unblinding",
    "column",
]


#: Weeks between the rounds in which it is decided who leaves, where no co-treatment says otherwise.
ROUND_WEEKS = 2.0


def column(endpoint: str, week: float) -> str:
    """Name of the column of a cohort table that holds an endpoint at a week.

    Examples
    --------
    >>> column("pain", 6.0)
    'pain.w6'
    """
    return f"{endpoint}.w{week:g}"


@dataclass(frozen=True)
class Trial:
    """A trial; see the parts for what they mean.

    Parameters
    ----------
    name, title : str
        Name in commands, and in words.
    arms : tuple of Arm
        One at least.
    endpoints : tuple of Endpoint
        One of them primary.
    patients : int
        How many are randomised.
    weeks : float
        How long it lasts from randomisation [wk].
    visits : tuple of float
        Weeks of the visits after week 0, at which there always is one; by default the last week.
    condition : str
        What the patients have; one that deqi simulates.
    population : str
        Library name of a recipe, path of its TOML file, or of a CSV file of patients.
    eligibility : Eligibility, mapping, optional
        Whom the trial takes; by default whom the population's recipe says.
    allocation : Allocation
        By default simple.
    adherence, dropout, co_treatment, unblinding : optional
        What befalls patients; without, nothing of the kind.
    responders : tuple of Responder
        Rules.
    analysis : Analysis
        By default with strata, every pair of arms.
    estimands : tuple of Estimand
        What endpoints and rules are to tell; by default what the analysis implies.
    analyses : tuple of Asked
        Analyses beside that of covariance; by default none.
    practitioners : Practitioners, optional
        Who needles; without, all needle alike.
    published : str
        Name of the published table that stands beside the results; empty for none.
    cites, assumptions : tuple of str
        Sources; what was not reported and had to be assumed.

    Raises
    ------
    RefusedError
        If deqi does not simulate the condition.
    TrialError, UnknownNameError
        If something does not go together, or a name is unknown.

    Examples
    --------
    >>> trial = Trial(
    ...     "example",
    ...     "An example",
    ...     arms=(Arm("needles", "gerac-verum"), Arm("nothing", "none")),
    ...     endpoints=(Endpoint("pain", "vas_pain", primary=True),),
    ...     patients=40,
    ...     weeks=8,
    ... )
    >>> trial.weeks_seen, trial.contrasts, trial.with_(patients=60).patients
    ((0.0, 8.0), (('needles', 'nothing'),), 60)
    """

    name: str
    title: str
    arms: tuple[Arm, ...]
    endpoints: tuple[Endpoint, ...]
    patients: int = 100
    weeks: float = 26.0
    visits: tuple[float, ...] = ()
    condition: str = "chronic-low-back-pain"
    population: str = "chronic-low-back-pain"
    eligibility: Eligibility | Mapping[str, Any] | None = None
    allocation: Allocation = field(default_factory=Allocation)
    adherence: Adherence | None = None
    dropout: Dropout | None = None
    co_treatment: CoTreatment | None = None
    unblinding: Unblinding | None = None
    responders: tuple[Responder, ...] = ()
    analysis: Analysis = field(default_factory=Analysis)
    published: str = ""
    cites: tuple[str, ...] = ()
    assumptions: tuple[str, ...] = ()
    estimands: tuple[Estimand, ...] = ()
    analyses: tuple[Asked, ...] = ()
    practitioners: Practitioners | None = None

    def __post_init__(self) -> None:
        from deqi.trials.rules import check_trial

        check_name(self, "name")
        put_path(self, "population")
        with trial_checks():
            check_text(self, "title", "condition")
            check_text(self, "published", filled=False)
            put_whole(self, "patients", 1, 2**32 - 1)
            put_number(self, "weeks", 1 / 7, LAST_DAY / 7)
            put_numbers(self, "visits", 0, LAST_DAY / 7)
            put_texts(self, "cites")
            put_texts(self, "assumptions")
        put(self, "visits", self.visits or (self.weeks,))
        put_parts(self, "arms", Arm, least=1)
        put_parts(self, "endpoints", Endpoint, least=1)
        put_parts(self, "responders", Responder)
        put_parts(self, "estimands", Estimand)
        put_parts(self, "analyses", Asked)
        check_trial(self)
        check_estimands(self)
        check_asked(self)

    @property
    def weeks_seen(self) -> tuple[float, ...]:
        """Weeks of all visits, week 0 first."""
        return (0.0, *self.visits)

    @property
    def arm_names(self) -> tuple[str, ...]:
        """Names of the arms, in order."""
        return tuple(arm.name for arm in self.arms)

    def arm(self, name: str) -> Arm:
        """An arm by name."""
        return self.arms[_place("arm", name, self.arm_names)]

    def endpoint(self, name: str) -> Endpoint:
        """An endpoint by name."""
        return self.endpoints[_place("endpoint", name, [e.name for e in self.endpoints])]

    @property
    def primary(self) -> Endpoint:
        """The primary endpoint."""
        return next(endpoint for endpoint in self.endpoints if endpoint.primary)

    @property
    def pain_endpoint(self) -> Endpoint:
        """What asks for pain and nothing else, the primary endpoint if it does; rules go by it.

        Raises
        ------
        TrialError
            If no endpoint does.
        """
        for endpoint in sorted(self.endpoints, key=lambda e: not e.primary):
            if set(endpoint.load().slopes) == {"pain"}:
                return endpoint
        raise TrialError(
            "none asks for pain and nothing else, which the rules of protocols go by",
            where="endpoints",
            fix='add one with instrument = "vas_pain"',
        )

    @property
    def strata(self) -> tuple[str, ...]:
        """Covariates that strata are made of; empty for no strata."""
        return self.allocation.strata

    @property
    def instruments(self) -> tuple[str, ...]:
        """What is filled in at the visits, each once."""
        return tuple(dict.fromkeys(endpoint.instrument for endpoint in self.endpoints))

    @property
    def contrasts(self) -> tuple[tuple[str, str], ...]:
        """Pairs of arms that are compared, the second subtracted from the first."""
        return self.analysis.contrasts or tuple(combinations(self.arm_names, 2))

    @property
    def round_weeks(self) -> float:
        """Weeks between the rounds in which it is decided who leaves or begins another treatment."""
        return self.co_treatment.every_weeks if self.co_treatment else ROUND_WEEKS

    def decision_days(self) -> tuple[float, ...]:
        """Days of those rounds, each about the time since the one before; none if nothing is decided.

        The end of the trial is none: whoever would leave then has answered everything.
        """
        if self.dropout is None and self.co_treatment is None:
            return ()
        rounds = math.ceil(self.weeks / self.round_weeks - 1e-9) - 1
        return tuple(k * self.round_weeks * 7 for k in range(1, rounds + 1))

    def with_(self, **changes: Any) -> Trial:
        """The trial with some fields changed, checked anew.

        Raises
        ------
        UnknownNameError
            If a field is unknown.
        """
        known = [f.name for f in fields(self)]
        for name in changes:
            if name not in known:
                raise UnknownNameError("field", name, known, where=self.name)
        return replace(self, **changes)

    def describe(self) -> dict[str, Any]:
        """Everything as plain data, for JSON; equal for equal trials.

        Protocols, instruments, the population and the published table are
        named, with a digest of what they say, so that a change of a file shows
        and the folder that it lies in does not. Without `analyses`: they are asked of
        patients who were followed, and decide nothing about them.
        """
        from deqi.trials.rules import digests

        data = {f.name: getattr(self, f.name) for f in fields(self)}
        limits = data.pop("eligibility")
        del data["analyses"]
        return {
            **{name: _plain(value) for name, value in data.items()},
            "eligibility": None if limits is None else limits.as_dict(),
            "arms": [{**_plain(arm), "protocol": _named(arm.protocol)} for arm in self.arms],
            "endpoints": [{**_plain(e), "instrument": _named(e.instrument)} for e in self.endpoints],
            "population": _named(self.population),
            "published": _named(self.published),
            "visits": list(self.weeks_seen),
            "contrasts": [list(pair) for pair in self.contrasts],
            "digests": digests(self),
        }


def _place(kind: str, name: str, known: Sequence[str]) -> int:
    if name not in known:
        raise UnknownNameError(kind, name, known)
    return known.index(name)


def _named(name: str) -> str:
    """A library name as it is; of a file, what it is called."""
    return Path(name).name if name.endswith((".toml", ".csv")) else name


def _plain(value: Any) -> Any:
    if isinstance(value, tuple | list):
        return [_plain(v) for v in value]
    if hasattr(value, "__dataclass_fields__"):
        return {k: _plain(v) for k, v in asdict(value).items()}
    return value
