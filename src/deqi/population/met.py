"""A recipe whose asked baseline is met, and how well: what a trial prints of its population."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from deqi.measurement import Adjustment
from deqi.population.eligibility import Eligibility
from deqi.population.recipe import Recipe


@dataclass(frozen=True)
class Fit:
    """An asked baseline, and what was reached in the reference sample.

    Attributes
    ----------
    instrument : str
        What was measured.
    asked_mean, asked_sd : float
        As published [points]; the SD may be unknown.
    mean, sd : float
        Reached.
    mean_error, sd_error : float
        Monte Carlo error (SE) of the reached, for a sample of this size drawn without stratification.
    shortfall : str
        What could not be met, with numbers; empty if all was.
    """

    instrument: str
    asked_mean: float
    asked_sd: float | None
    mean: float
    sd: float
    mean_error: float
    sd_error: float
    shortfall: str = ""


@dataclass(frozen=True, eq=False)
class Met:
    """A recipe with the numbers that make it meet its baseline.

    Attributes
    ----------
    recipe : Recipe
        The recipe.
    eligibility : Eligibility
        Whom the baseline is met in.
    shift : float
        Added to the log odds of every patient's pain (``pain.report.offset``).
    spread : float
        Factor on the SD of the parameters of `Recipe.severity`.
    adjustments : mapping
        How secondary instruments are filled in, by instrument.
    fits : tuple of Fit
        Asked against reached, the first primary.
    candidates, accepted : int
        Size of the reference sample, and how many of it were taken.
    refusals : mapping
        How many of it were refused, by the first reason that applied.
    """

    recipe: Recipe
    eligibility: Eligibility
    shift: float = 0.0
    spread: float = 1.0
    adjustments: Mapping[str, Adjustment] = field(default_factory=dict)
    fits: tuple[Fit, ...] = ()
    candidates: int = 0
    accepted: int = 0
    refusals: Mapping[str, int] = field(default_factory=dict)

    @property
    def shortfalls(self) -> tuple[str, ...]:
        """A line for everything that could not be met."""
        return tuple(fit.shortfall for fit in self.fits if fit.shortfall)

    def as_dict(self) -> dict[str, Any]:
        """What was met and how, as plain data, without the recipe."""
        return {
            "eligibility": self.eligibility.as_dict(),
            "shift": self.shift,
            "spread": self.spread,
            "adjustments": {
                name: {"shift": a.shift, "person_sd": a.person_sd} for name, a in self.adjustments.items()
            },
            "fits": [
                {
                    "instrument": fit.instrument,
                    "asked_mean": fit.asked_mean,
                    "asked_sd": fit.asked_sd,
                    "mean": fit.mean,
                    "sd": fit.sd,
                    "mean_error": fit.mean_error,
                    "sd_error": fit.sd_error,
                    "shortfall": fit.shortfall,
                }
                for fit in self.fits
            ],
            "candidates": self.candidates,
            "accepted": self.accepted,
            "refusals": dict(self.refusals),
        }

    @classmethod
    def restored(cls, recipe: Recipe, eligibility: Eligibility, data: Mapping[str, Any]) -> Met:
        """What `as_dict` gave; raises KeyError, TypeError or ValueError on anything else."""
        return cls(
            recipe=recipe,
            eligibility=eligibility,
            shift=float(data["shift"]),
            spread=float(data["spread"]),
            adjustments={name: Adjustment(**a) for name, a in data["adjustments"].items()},
            fits=tuple(Fit(**fit) for fit in data["fits"]),
            candidates=int(data["candidates"]),
            accepted=int(data["accepted"]),
            refusals={str(reason): int(n) for reason, n in data["refusals"].items()},
        )
