"""Medicines that protocols and challenges may name."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType


@dataclass(frozen=True)
class Drug:
    """A medicine: how its amount is counted, and which parameter set describes it.

    Attributes
    ----------
    molar_mass : float or None
        g/mol, for drugs counted in nmol.
    oral : str or None
        Environment variable of its intake by mouth; None if it is not taken so.
    depot : str
        State that a single dose enters.
    overlay : str
        Parameter set laid over the base set; empty for the drugs of the base set.
    """

    molar_mass: float | None
    oral: str | None
    depot: str
    overlay: str = ""

    def amount(self, mg: float) -> float:
        """Amount of a dose in the unit of its depot: nmol, or mg."""
        return mg if self.molar_mass is None else mg * 1e6 / self.molar_mass


#: By name. Molar masses follow from the molecular formulas (free bases).
DRUGS: Mapping[str, Drug] = MappingProxyType(
    {
        "morphine": Drug(285.34, "opioid_intake", "drugs.opioid.gut"),
        "oxycodone": Drug(315.37, "opioid_intake", "drugs.opioid.gut", "oxycodone"),
        "naproxen": Drug(None, "nsaid_intake", "drugs.nsaid.gut"),
        "ibuprofen": Drug(None, "nsaid_intake", "drugs.nsaid.gut", "ibuprofen"),
        "naloxone": Drug(327.38, None, "drugs.naloxone.central"),
    }
)
