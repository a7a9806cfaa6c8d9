"""An analysis that a trial asks for beside its covariance analysis: its kind, and the settings of that kind.

A trial file holds them as `[[analyses]]`, the command line as
``--analysis KIND:SETTING=VALUE``. What each kind does is in
`deqi.trials.analyses`; which settings it has, and what they are unless given,
is in `KINDS`.
"""

from __future__ import annotations

import tomllib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, fields
from typing import TYPE_CHECKING, Any

from deqi.errors import TrialError, UnknownNameError
from deqi.protocols.checks import LAST_DAY, check_text, put_number, put_numbers, put_texts, put_whole
from deqi.trials.checks import check_flag, put, trial_checks

if TYPE_CHECKING:
    from deqi.trials.schema import Trial

_WHERE: Mapping[str, Any] = {"endpoint": "", "week": None}
_SETS: Mapping[str, Any] = {"sets": 20}
#: Settings of each kind of analysis, and their values unless given; NEEDED has none.
NEEDED = "needed"
KINDS: Mapping[str, Mapping[str, Any]] = {
    "mmrm": {**_WHERE, "degrees": "kenward-roger"},
    "complete-case": _WHERE,
    "multiple-imputation": {**_WHERE, **_SETS},
    "jump-to-reference": {**_WHERE, "reference": "", **_SETS, "bootstraps": 200},
    "tipping-point": {**_WHERE, "moved": NEEDED, **_SETS, "deltas": ()},
    "holm": _WHERE,
    "fixed-sequence": _WHERE,
    "subgroups": {**_WHERE, "by": NEEDED, "cuts": ()},
    "per-protocol": {**_WHERE, "attended": 0.8, "co_treatment": False, "unblinded": False, "left": True},
    "clusters": {**_WHERE, "by": "", "needle_arms": ()},
    "responders": {"rule": "", "week": None},
    "responder-curve": {**_WHERE, "relative": True, "dropouts": "non-responders"},
}
_CHOICES: Mapping[str, tuple[str, ...]] = {
    "degrees": ("kenward-roger", "satterthwaite"),
    "dropouts": ("non-responders", "observed"),
}
#: Column of those who needle, where a trial has practitioners.
PRACTITIONER = "practitioner"
#: What a column of a cohort may hold that subgroups are made by: known at week 0. Numbers need cuts.
TEXTS = ("centre", "sex", "age_group", "stratum")
NUMBERS = ("age", "duration", "expectation", "opioid_responsiveness", "descending_control")


@dataclass(frozen=True)
class Asked:
    """One analysis; a setting that is None is what `KINDS` says.

    Parameters
    ----------
    kind : str
        One of `KINDS`.
    endpoint : str
        The trial's primary one unless given.
    week : float
        A visit; the last unless given, every one with `mmrm`.
    degrees : {'kenward-roger', 'satterthwaite'}
        How a mixed model finds errors and degrees of freedom.
    sets : int
        Imputed sets.
    reference : str
        The arm that those who left are like; the last arm unless given.
    bootstraps : int
        Resamples.
    moved : str
        The arm whose imputed values are moved.
    deltas : tuple of float
        By how much, in points, the contrast is to be told at; the tipping point is found without.
    by : str
        Column of the cohort that makes subgroups, or names practitioners; these are the trial's own unless
        given, or a centre counts as one.
    cuts : tuple of float
        Where a column of numbers is cut.
    attended, co_treatment, unblinded, left
        As for `deqi.trials.analyses.per_protocol.Rules`.
    needle_arms : tuple of str
        Arms whose patients have a practitioner; those with sessions unless given.
    rule : str
        A responder rule; every one unless given.
    relative : bool
        Whether a gain is a share of the baseline.
    dropouts : {'non-responders', 'observed'}
        What a curve does about whoever was not measured.

    Raises
    ------
    TrialError, UnknownNameError
        If the kind is unknown, a setting is not of it, or is needed and missing.

    Examples
    --------
    >>> Asked("multiple-imputation", sets=50).settings["sets"], Asked("holm").settings
    (50, {'endpoint': '', 'week': None})
    >>> Asked("holms")
    Traceback (most recent call last):
    deqi.errors.UnknownNameError: unknown analysis 'holms'; did you mean holm?
    """

    kind: str
    endpoint: str | None = None
    week: float | None = None
    degrees: str | None = None
    sets: int | None = None
    reference: str | None = None
    bootstraps: int | None = None
    moved: str | None = None
    deltas: tuple[float, ...] | None = None
    by: str | None = None
    cuts: tuple[float, ...] | None = None
    attended: float | None = None
    co_treatment: bool | None = None
    unblinded: bool | None = None
    left: bool | None = None
    needle_arms: tuple[str, ...] | None = None
    rule: str | None = None
    relative: bool | None = None
    dropouts: str | None = None
    settings: dict[str, Any] = field(init=False, repr=False, compare=False, default_factory=dict)

    def __post_init__(self) -> None:
        if self.kind not in KINDS:
            raise UnknownNameError("analysis", str(self.kind), KINDS, fix=f"one of {', '.join(KINDS)}")
        known = KINDS[self.kind]
        given = {n: getattr(self, n) for n in SETTINGS if getattr(self, n) is not None}
        for name in given:
            if name not in known:
                raise UnknownNameError(
                    "setting", name, known, where=self.kind, fix=f"one of {', '.join(known)}"
                )
        for name, default in known.items():
            if default == NEEDED and name not in given:
                raise TrialError(f"{name} is missing", where=self.kind, fix=f"add {name} = ...")
        with trial_checks(self.kind):
            self._check(tuple(given))
        put(self, "settings", {**known, **{name: getattr(self, name) for name in given}})

    def _check(self, given: tuple[str, ...]) -> None:
        for name in given:
            if name in ("sets", "bootstraps"):
                put_whole(self, name, 2 if name == "sets" else 10, 100_000)
            elif name in ("week", "attended"):
                put_number(self, name, 0, LAST_DAY / 7 if name == "week" else 1)
            elif name in ("deltas", "cuts"):
                put_numbers(self, name, -1e6, 1e6)
            elif name in ("co_treatment", "unblinded", "left", "relative"):
                check_flag(self, name)
            elif name == "needle_arms":
                put_texts(self, name)
            else:
                check_text(self, name)
            known = _CHOICES.get(name)
            if known and getattr(self, name) not in known:
                raise UnknownNameError(name, getattr(self, name), known, fix=f"one of {', '.join(known)}")

    @property
    def told(self) -> dict[str, Any]:
        """Kind and settings that were given, as plain data."""
        given = {name: getattr(self, name) for name in SETTINGS}
        plain = {n: list(v) if isinstance(v, tuple) else v for n, v in given.items() if v is not None}
        return {"kind": self.kind, **plain}


#: Every setting of any kind.
SETTINGS = tuple(f.name for f in fields(Asked) if f.init and f.name != "kind")


def read_asked(text: str) -> Asked:
    """An analysis as the command line writes it.

    Parameters
    ----------
    text : str
        ``KIND``, or ``KIND:SETTING=VALUE:SETTING=VALUE``; a value is as in a trial file, and a text may
        stand without its quotes.

    Raises
    ------
    TrialError, UnknownNameError
        As for `Asked`; if a setting has no value.

    Examples
    --------
    >>> read_asked("subgroups:by=age:cuts=[50, 65]").told
    {'kind': 'subgroups', 'by': 'age', 'cuts': [50.0, 65.0]}
    >>> read_asked("jump-to-reference:reference=guideline care").reference
    'guideline care'
    """
    kind, *parts = text.split(":")
    given: dict[str, Any] = {}
    with trial_checks("--analysis"):
        for part in parts:
            name, equals, value = (word.strip() for word in part.partition("="))
            if not equals or not value:
                raise TrialError(f"{part!r} is no setting", where=kind, fix="write SETTING=VALUE")
            if kind in KINDS and name not in KINDS[kind]:
                raise UnknownNameError("setting", name, KINDS[kind], where=kind)
            if name in given:
                raise TrialError(f"{name} stands twice", where=kind, fix="keep one")
            given[name] = _value(value)
        return Asked(kind.strip(), **given) if kind.strip() in KINDS else Asked(kind.strip())


def _value(text: str) -> Any:
    try:
        return tomllib.loads(f"value = {text}")["value"]
    except tomllib.TOMLDecodeError:
        return text


def together(*lists: Iterable[Asked]) -> tuple[Asked, ...]:
    """Analyses of several lists, each once, in order.

    Examples
    --------
    >>> [one.kind for one in together([Asked("holm")], [Asked("mmrm"), Asked("holm")])]
    ['holm', 'mmrm']
    """
    found: list[Asked] = []
    for one in (one for several in lists for one in several):
        if one not in found:
            found.append(one)
    return tuple(found)


def check_asked(trial: Trial) -> None:
    """Refuse analyses that name what the trial does not have.

    Raises
    ------
    TrialError, UnknownNameError
        With the number of the analysis and its kind.
    """
    for number, asked in enumerate(trial.analyses, 1):
        with trial_checks(f"analyses {number}: {asked.kind}"):
            if asked in trial.analyses[: number - 1]:
                raise TrialError("stands twice", fix="keep one")
            _check_one(trial, asked)


def _check_one(trial: Trial, asked: Asked) -> None:
    endpoint = trial.endpoint(asked.endpoint) if asked.endpoint else trial.primary
    if asked.week is not None and asked.week not in trial.visits:
        weeks = ", ".join(f"{week:g}" for week in trial.visits)
        raise TrialError(f"week {asked.week:g} is no visit", where="week", fix=f"one of {weeks}")
    for name in filter(None, (asked.reference, asked.moved, *(asked.needle_arms or ()))):
        trial.arm(name)
    if asked.kind == "responder-curve" and not endpoint.has_baseline:
        raise TrialError(f"{endpoint.name} has no baseline to gain from", fix="choose another endpoint")
    if asked.kind == "responders":
        rules = [rule.name for rule in trial.responders]
        if not rules:
            raise TrialError("the trial has no responder rule", fix="add [[responders]]")
        if asked.rule and asked.rule not in rules:
            raise UnknownNameError("responder rule", asked.rule, rules, fix=f"one of {', '.join(rules)}")
    if asked.kind == "clusters" and not (asked.needle_arms or any(a.plan().sessions for a in trial.arms)):
        raise TrialError("no arm is needled, so that nobody has a practitioner", fix="leave it out")
    if asked.kind in ("subgroups", "clusters"):
        _check_column(trial, asked)


def _check_column(trial: Trial, asked: Asked) -> None:
    by, cuts = asked.settings["by"], asked.settings.get("cuts")
    practised = () if trial.practitioners is None else (PRACTITIONER,)
    known = (*TEXTS, *NUMBERS) if asked.kind == "subgroups" else (*practised, *TEXTS)
    if by not in known and (by or asked.kind == "subgroups"):
        raise UnknownNameError("column", by, known, where="by", fix=f"one of {', '.join(known)}")
    if by in NUMBERS and not cuts:
        raise TrialError(f"{by} is a number", where="by", fix="write cuts = [...], where it is cut")
    if by in TEXTS and cuts:
        raise TrialError(f"{by} is no number that could be cut", where="cuts", fix="leave cuts out")
