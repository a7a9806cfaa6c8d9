"""Opioid that a protocol has a patient take, day by day."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

from deqi.protocols.equivalents import ORAL_MORPHINE, oral_morphine

if TYPE_CHECKING:
    from deqi.protocols.schema import Protocol


def opioid_by_day(protocol: Protocol, days: int) -> list[float]:
    """Opioid by mouth on each day, as morphine.

    Parameters
    ----------
    protocol : Protocol
        What is taken. After a trial it is the patient's own: as titrated, with rescue.
    days : int
        How many days from week 0.

    Returns
    -------
    list of float
        One a day [mg].

    Examples
    --------
    >>> from deqi.protocols import load_protocol
    >>> opioid_by_day(load_protocol("oxycodone"), 2)
    [60.0, 60.0]
    """
    found = [0.0] * days
    for course in protocol.drugs:
        if course.drug not in ORAL_MORPHINE:
            continue
        rate = oral_morphine(course.drug, course.mg_per_day)
        last = min(math.ceil(course.to_day), days)
        for day in range(math.floor(course.from_day), last):
            found[day] += rate * (min(course.to_day, day + 1.0) - max(course.from_day, float(day)))
    for dose in protocol.doses:
        if dose.drug in ORAL_MORPHINE and dose.day < days:
            found[int(dose.day)] += oral_morphine(dose.drug, dose.mg)
    return found
