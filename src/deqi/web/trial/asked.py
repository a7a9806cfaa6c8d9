"""What the form asks for: as it was typed, and checked."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode

from deqi.errors import TrialError
from deqi.population import check_seed

#: What the form holds at first: some seconds of work.
TRIAL, PATIENTS, SEED = "gerac", "120", "1"
# Longer than this nothing is that a form sends.
_LONGEST = 80


@dataclass(frozen=True)
class Wanted:
    """A trial as it was asked for; text as it was typed, so that a form with an error keeps it.

    Attributes
    ----------
    trial : str
        Name in the library.
    patients, seed : str
        Whole numbers.
    sham : str
        A type of sham, or empty for the trial's own.
    """

    trial: str = TRIAL
    patients: str = PATIENTS
    seed: str = SEED
    sham: str = ""

    @classmethod
    def of(cls, given: Mapping[str, str]) -> Wanted:
        """From the fields of a form or an address; those that are not there have their default.

        Examples
        --------
        >>> Wanted.of({"trial": "art", "more": "x"})
        Wanted(trial='art', patients='120', seed='1', sham='')
        """
        names = [name for name in cls.__dataclass_fields__ if name in given]
        return cls(**{name: given[name].strip()[:_LONGEST] for name in names})

    @classmethod
    def again(cls, spec: Mapping[str, Any]) -> Wanted | None:
        """What made a job; None if it was designed elsewhere."""
        if not spec.get("trial"):
            return None
        return cls(spec["trial"], str(spec["patients"]), str(spec["seed"]), spec.get("sham") or "")

    def spec(self) -> dict[str, Any]:
        """As a job takes it.

        Raises
        ------
        DeqiError
            If a number is none.

        Examples
        --------
        >>> Wanted().spec()
        {'trial': 'gerac', 'patients': 120, 'seed': 1, 'sham': None}
        """
        patients = _whole(self.patients, "patients", "how many patients")
        if patients < 1:
            raise TrialError(f"{patients} patients are none", where="patients", fix="give 1 or more")
        seed = _whole(self.seed, "seed", "a seed")
        check_seed(seed)
        return {"trial": self.trial, "patients": patients, "seed": seed, "sham": self.sham or None}

    @property
    def address(self) -> str:
        """The form's address with these values."""
        given = {name: value for name, value in vars(self).items() if value}
        return f"/trial?{urlencode(given)}"


def _whole(text: str, where: str, what: str) -> int:
    if not (text.removeprefix("-").isascii() and text.removeprefix("-").isdigit()):
        raise TrialError(f"'{text}' is no whole number", where=where, fix=f"write {what} in digits")
    return int(text)
