"""Opioids told as morphine by mouth, so that doses of different ones can be added up.

The factors are those of the guideline of the Centers for Disease Control and Prevention of 2022
(doi:10.15585/mmwr.rr7103a1; its table was seen as others print it): milligrams times the factor are
milligrams of morphine by mouth. They are estimates for counting what was taken. They are no rule for
changing one opioid for another, and the model does not use them: there, a medicine does what its own
concentration does.
"""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

from deqi.errors import UnknownNameError

#: Milligrams of morphine by mouth that one milligram by mouth counts as.
ORAL_MORPHINE: Mapping[str, float] = MappingProxyType(
    {
        "codeine": 0.15,
        "hydrocodone": 1.0,
        "hydromorphone": 5.0,
        "methadone": 4.7,
        "morphine": 1.0,
        "oxycodone": 1.5,
        "oxymorphone": 3.0,
        "tapentadol": 0.4,
        "tramadol": 0.2,
    }
)


def oral_morphine(drug: str, mg: float) -> float:
    """An amount of an opioid by mouth, as morphine by mouth.

    Parameters
    ----------
    drug : str
        An opioid.
    mg : float
        Amount [mg], or [mg/d].

    Returns
    -------
    float
        In the same unit.

    Raises
    ------
    UnknownNameError
        If the guideline has no factor for it.

    Examples
    --------
    >>> oral_morphine("oxycodone", 40)
    60.0
    """
    if drug not in ORAL_MORPHINE:
        raise UnknownNameError("opioid", drug, ORAL_MORPHINE)
    return mg * ORAL_MORPHINE[drug]
