"""What befalls patients besides the protocols: leaving, other treatment, missed sessions; who needles them.

Leaving and other treatment are one process each, with ONE set of parameters for
the whole trial, driven by the pain of a patient. Parameters by arm cannot be
written here, on purpose: they would put differences between the arms in by
hand, and a trial whose losses are told arm by arm shows nothing but what it was
told. Arms differ in them only as far as their patients' pain differs.
"""

from __future__ import annotations

from dataclasses import dataclass

from deqi.errors import TrialError, UnknownNameError
from deqi.protocols.checks import check_text, put_number, put_whole
from deqi.trials.checks import trial_checks


@dataclass(frozen=True)
class Hazard:
    """How often something happens, by pain: ``per_week * ratio_per_10_points ** ((pain - 50) / 10)``.

    Parameters
    ----------
    per_week : float
        Events a week at a pain of 50 of 100.
    ratio_per_10_points : float
        How many times as often for 10 points of pain more.

    Raises
    ------
    TrialError
        If a number is out of its range.
    """

    per_week: float
    ratio_per_10_points: float = 1.0

    def __post_init__(self) -> None:
        with trial_checks():
            put_number(self, "per_week", 0, 10)
            put_number(self, "ratio_per_10_points", 0.1, 10)


@dataclass(frozen=True)
class Dropout(Hazard):
    """Leaving the trial: no more sessions and no more questionnaires. One process for every arm.

    Examples
    --------
    >>> Dropout(0.0015, 1.3).per_week
    0.0015
    """


@dataclass(frozen=True)
class CoTreatment(Hazard):
    """Beginning another treatment than the trial's. One process for every arm.

    Parameters
    ----------
    drug : str
        Medicine by mouth that is then taken; empty for a treatment that is noted and does nothing.
    mg_per_day : float
        Amount [mg/d].
    days : float
        How long it is taken [d].
    every_weeks : float
        How often it is decided [wk]; leaving is decided in the same rounds.

    Raises
    ------
    TrialError
        If a number is out of its range, or a medicine has no amount.
    UnknownNameError
        If the medicine is unknown.
    """

    drug: str = ""
    mg_per_day: float = 0.0
    days: float = 28.0
    every_weeks: float = 2.0

    def __post_init__(self) -> None:
        super().__post_init__()
        with trial_checks():
            check_text(self, "drug", filled=False)
            put_number(self, "mg_per_day", 0, 10000)
            put_number(self, "days", 0.01, 3650)
            put_number(self, "every_weeks", 1 / 7, 52)
        if self.drug:
            self._check_drug()

    def _check_drug(self) -> None:
        from deqi.errors import ProtocolError
        from deqi.protocols import DrugCourse
        from deqi.protocols.drugs import DRUGS

        if self.drug not in DRUGS:
            raise UnknownNameError("medicine", self.drug, DRUGS)
        if DRUGS[self.drug].overlay:
            own = [name for name, drug in DRUGS.items() if drug.oral and not drug.overlay]
            raise TrialError(
                f"{self.drug} has parameters of its own, which no arm but those that name it would have",
                fix=f"take {' or '.join(own)}",
            )
        if not self.mg_per_day:
            raise TrialError(f"mg_per_day is missing for {self.drug}", fix="write mg_per_day = ...")
        try:
            DrugCourse(self.drug, self.mg_per_day, 0.0, self.days)
        except ProtocolError as error:
            raise TrialError(error.what, where=error.where, fix=error.fix) from error


@dataclass(frozen=True)
class Adherence:
    """Sessions missed while in the trial, each by itself; the first is always attended.

    Parameters
    ----------
    missed : float
        Probability that a session is missed.
    """

    missed: float = 0.0

    def __post_init__(self) -> None:
        with trial_checks():
            put_number(self, "missed", 0, 1)


@dataclass(frozen=True)
class Unblinding:
    """Patients of blinded arms who learn which treatment they have, at a moment spread evenly over it.

    Parameters
    ----------
    share : float
        Share of the patients of blinded arms, the same in each.
    """

    share: float = 0.0

    def __post_init__(self) -> None:
        with trial_checks():
            put_number(self, "share", 0, 1)


@dataclass(frozen=True)
class Practitioners:
    """Those who needle: each looks after some patients of every needle arm; other arms have none.

    They differ, and what they differ in acts on a patient through the model and is not added to a score.

    Parameters
    ----------
    patients_each : int
        Patients of needle arms that each looks after, on average.
    context_sd : float
        SD between practitioners of the log of a factor, 1 on average, on the expectation that their
        setting calls up; a patient's expectation stays between 0 and 1.
    skill_sd : float
        The same of a factor on vigour where needles are moved by hand; vigour stays at most 1.

    Raises
    ------
    TrialError
        If a number is out of its range.

    Examples
    --------
    >>> Practitioners(12, context_sd=0.3).skill_sd
    0.0
    """

    patients_each: int
    context_sd: float = 0.0
    skill_sd: float = 0.0

    def __post_init__(self) -> None:
        with trial_checks():
            put_whole(self, "patients_each", 1, 100000)
            put_number(self, "context_sd", 0, 2)
            put_number(self, "skill_sd", 0, 2)
