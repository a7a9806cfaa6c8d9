"""The parts of a trial's plan: arms, allocation, endpoints, responders, analysis.

Frozen, and each checked when it is made; what must go together is checked by
`deqi.trials.rules` when a `Trial` is made of them.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from deqi.errors import TrialError, UnknownNameError
from deqi.protocols.checks import check_text, put_number, put_numbers, put_texts, put_whole
from deqi.trials.checks import check_different, check_flag, check_name, put, put_parts, put_path, trial_checks

if TYPE_CHECKING:
    from deqi.measurement import Instrument
    from deqi.protocols import Protocol

METHODS = ("simple", "permuted-block", "stratified")
#: Covariates that are known before anything is measured.
STRATA = ("centre", "sex", "age_group")
FAILURES = ("unblinded", "co-treatment")


@dataclass(frozen=True)
class Arm:
    """One arm.

    Parameters
    ----------
    name : str
        Name in tables and reports.
    protocol : str
        Library name of a protocol, or path of its TOML file.
    ratio : int
        How many are allocated to it, in proportion to the other arms.
    blinded : bool
        Whether its patients do not know what they get, and may be unblinded.
    """

    name: str
    protocol: str
    ratio: int = 1
    blinded: bool = False

    def __post_init__(self) -> None:
        put_path(self, "protocol")
        with trial_checks():
            check_text(self, "name")
            put_whole(self, "ratio", 1, 100)
        check_flag(self, "blinded")

    def plan(self) -> Protocol:
        """The protocol."""
        from deqi.protocols import load_protocol

        return load_protocol(self.protocol)


@dataclass(frozen=True)
class Allocation:
    """How patients are allocated to arms.

    Parameters
    ----------
    method : {'simple', 'permuted-block', 'stratified'}
        Each patient by themselves; in blocks; in blocks within each stratum.
    blocks : tuple of int
        Sizes of blocks, chosen at random; each a multiple of the sum of the arms' ratios.
    strata : tuple of {'centre', 'sex', 'age_group'}
        What strata are made of.
    """

    method: str = "simple"
    blocks: tuple[int, ...] = ()
    strata: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        if self.method not in METHODS:
            raise UnknownNameError("method", str(self.method), METHODS, fix=f"one of {', '.join(METHODS)}")
        with trial_checks():
            put_numbers(self, "blocks", 1, 10000)
            put_texts(self, "strata")
        if any(size != int(size) for size in self.blocks):
            raise TrialError("blocks are no whole numbers", where="blocks", fix="write blocks = [4, 6]")
        put(self, "blocks", tuple(map(int, self.blocks)))
        for name in self.strata:
            if name not in STRATA:
                raise UnknownNameError("stratum", name, STRATA, fix=f"one of {', '.join(STRATA)}")
        check_different("strata", self.strata)
        if (self.method == "simple") == bool(self.blocks):
            said = "needs blocks" if not self.blocks else "has no blocks"
            raise TrialError(
                f"{self.method} allocation {said}", fix='write blocks = [4, 6], or method = "simple"'
            )
        if (self.method == "stratified") != bool(self.strata):
            said = "needs strata" if not self.strata else "has no strata"
            raise TrialError(
                f"{self.method} allocation {said}", fix='stratified with strata = ["centre"] goes together'
            )


@dataclass(frozen=True)
class Endpoint:
    """Something that is measured at every visit.

    Parameters
    ----------
    name : str
        Name in columns and reports.
    instrument : str
        Library name of an instrument, or path of its TOML file.
    primary : bool
        Whether it is the one that the trial was planned for.
    """

    name: str
    instrument: str
    primary: bool = False

    def __post_init__(self) -> None:
        put_path(self, "instrument")
        check_name(self, "name")
        check_flag(self, "primary")

    def load(self) -> Instrument:
        """The instrument."""
        from deqi.measurement import load_instrument

        return load_instrument(self.instrument)

    @property
    def has_baseline(self) -> bool:
        """Whether it means something at week 0; what asks for the change since then does not."""
        return self.load().has_baseline


@dataclass(frozen=True)
class Better:
    """One way to be a responder: an endpoint is better than at baseline by so much.

    Parameters
    ----------
    endpoint : str
        Name of the endpoint.
    better_by : float, optional
        Least improvement as a share of the patient's baseline, in the instrument's direction.
    better_by_points : float, optional
        Least improvement in points of the instrument, instead.
    """

    endpoint: str
    better_by: float | None = None
    better_by_points: float | None = None

    def __post_init__(self) -> None:
        with trial_checks():
            check_text(self, "endpoint")
            given = [k for k in ("better_by", "better_by_points") if getattr(self, k) is not None]
            for name in given:
                put_number(self, name, 1e-9, 10 if name == "better_by" else 1000)
        if len(given) != 1:
            raise TrialError("needs better_by or better_by_points, one of them", fix="write better_by = 0.3")


@dataclass(frozen=True)
class Responder:
    """A rule that calls patients responders: one of several criteria holds.

    Parameters
    ----------
    name : str
        Name in reports.
    any : tuple of Better
        Criteria; one is enough. Whoever was not measured has not met it.
    failures : tuple of {'unblinded', 'co-treatment'}
        What makes a patient a non-responder from then on, whatever was measured.
    """

    name: str
    any: tuple[Better, ...]
    failures: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        check_name(self, "name")
        put_parts(self, "any", Better, least=1)
        with trial_checks():
            put_texts(self, "failures")
        for name in self.failures:
            if name not in FAILURES:
                raise UnknownNameError("failure", name, FAILURES, fix=f"one of {', '.join(FAILURES)}")
        check_different("failures", self.failures)


@dataclass(frozen=True)
class Analysis:
    """How arms are compared: analysis of covariance, the endpoint's own baseline always a covariate.

    Parameters
    ----------
    strata : bool
        Whether what was stratified by is a covariate too.
    contrasts : tuple of (str, str)
        Pairs of arms, the second subtracted from the first; empty for every pair.
    """

    strata: bool = True
    contrasts: tuple[tuple[str, str], ...] = ()

    def __post_init__(self) -> None:
        check_flag(self, "strata")
        pairs = self.contrasts
        fine = isinstance(pairs, list | tuple) and all(
            isinstance(p, list | tuple)
            and len(p) == 2
            and all(isinstance(n, str) for n in p)
            and p[0] != p[1]
            for p in pairs
        )
        if not fine:
            raise TrialError(
                "are no pairs of arms", where="contrasts", fix='write contrasts = [["verum", "sham"]]'
            )
        put(self, "contrasts", tuple((first, second) for first, second in pairs))
        if len(set(self.contrasts)) < len(self.contrasts):
            raise TrialError("a pair stands twice", where="contrasts", fix="keep one")
