"""Patients an arm by formula, beside what has been found of needles against shams."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode

from deqi.errors import DeqiError, TrialError
from deqi.trials.design.formula import patients_per_arm, power_of
from deqi.trials.design.published import NOTE, SOURCE, beside

#: Fields of the form: name, first value, words, what more is said.
FIELDS = (
    ("smd", "0.2", "Difference (SMD)", "by the SD of the outcome"),
    ("alpha", "0.05", "Level of the test", "two-sided"),
    ("power", "0.8", "Power", "chance of finding it"),
    ("r", "0", "Baseline correlation", "0: not adjusted"),
)
_LONGEST = 40


@dataclass(frozen=True)
class Size:
    """How many patients an arm needs.

    Attributes
    ----------
    of : str
        Which difference.
    smd : float
        Its size, by the SD of the outcome.
    normal, t : int
        Patients measured in each arm, by the normal approximation and by the t test.
    """

    of: str
    smd: float
    normal: int
    t: int


def given(query: Mapping[str, str]) -> dict[str, str]:
    """The fields as typed, or as they are at first."""
    return {name: query.get(name, first).strip()[:_LONGEST] or first for name, first, _, _ in FIELDS}


def answer(typed: Mapping[str, str]) -> dict[str, Any]:
    """What the page shows of a question; an error stands in it in words.

    Examples
    --------
    >>> told = answer(given({}))
    >>> told["size"].normal, told["size"].t, told["error"]
    (393, 394, None)
    >>> told = answer(given({"r": "0.6"}))
    >>> told["size"].normal, told["size"].t
    (252, 253)
    """
    told: dict[str, Any] = {"typed": typed, "size": None, "beside": [], "error": None, "power": None}
    told |= {"fields": FIELDS, "note": NOTE, "source": SOURCE, "address": f"/trial/size?{urlencode(typed)}"}
    try:
        smd, alpha, power, r = (_number(typed[name], name) for name, *_ in FIELDS)
        told["size"] = _size("as asked", smd, power, alpha, r)
        told["beside"] = [
            (one, _size(one.of, one.smd, power, alpha, r)) for one in map(beside, (True, False))
        ]
        told["power"] = power_of(told["size"].t, smd, alpha, r)
    except DeqiError as error:
        told["error"] = {"says": error.what, "where": error.where, "fix": error.fix}
    return told


def _size(of: str, smd: float, power: float, alpha: float, r: float) -> Size:
    normal, t = (patients_per_arm(smd, power, alpha, r, method) for method in ("normal", "t"))
    return Size(of, abs(smd), normal, t)


def _number(text: str, where: str) -> float:
    try:
        found = float(text.replace(",", ".").replace("−", "-"))
    except ValueError:
        found = math.nan
    if not math.isfinite(found):
        raise TrialError(f"'{text}' is no number", where=where, fix="write it in digits, such as 0.2")
    return found
