"""A response surface over three variables or more: a Gaussian process, with its error on points left out.

It interpolates and smooths; it knows no more than the points. What it says of
any regimen is only used to choose which to simulate next, and for the shape of
the response in each variable.
"""

from __future__ import annotations

import warnings
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from deqi.parameters import Ensemble
from deqi.population import Array
from deqi.protocols import Protocol
from deqi.simulation import AcrossMembers
from deqi.trials.dose.filling import points, scaled
from deqi.trials.dose.regimens import Regimen, regimen
from deqi.trials.dose.smallest import NEAR
from deqi.trials.dose.variables import Value, Varied

#: Points among which the next to simulate are looked for.
_LOOKED_AT = 1024
#: How many of the best, and of the smallest near it, are simulated.
_EACH = 4
_STEPS = 9
_RESTARTS = 3


@dataclass(frozen=True, eq=False)
class Surface:
    """A surface through the mean benefits of some regimens.

    Attributes
    ----------
    varied : tuple of Varied
        The variables.
    points : int
        Regimens that it goes through.
    left_out : float
        Root mean square error on each point left out of the fit [points of the score].
    explained : float
        Share of the variance that it explains there; below 0 it is worse than the mean.
    """

    varied: tuple[Varied, ...]
    points: int
    left_out: float
    explained: float
    _process: Any
    _settings: tuple[dict[str, Value], ...]
    _to_weights: Array
    _by_member: Array

    @classmethod
    def fit(
        cls, varied: Sequence[Varied], regimens: Sequence[Regimen], by_member: Array, mean: Array
    ) -> Surface:
        """Fit one.

        Parameters
        ----------
        varied : sequence of Varied
            The variables.
        regimens : sequence of Regimen
            Where the response is known.
        by_member : ndarray, shape (regimen, member)
            Mean benefit under each member [points].
        mean : ndarray, shape (regimen,)
            Over members.
        """
        from sklearn.exceptions import ConvergenceWarning
        from sklearn.gaussian_process import GaussianProcessRegressor
        from sklearn.gaussian_process.kernels import ConstantKernel, Matern, WhiteKernel

        settings = tuple(dict(one.settings) for one in regimens)
        x = scaled(varied, settings)
        middle, size = float(mean.mean()), float(mean.std()) or 1.0
        kernel = ConstantKernel(1.0, (1e-3, 1e3)) * Matern(
            np.ones(x.shape[1]), (0.05, 50.0), nu=2.5
        ) + WhiteKernel(1e-2, (1e-6, 1.0))
        process = GaussianProcessRegressor(kernel, n_restarts_optimizer=_RESTARTS, random_state=0)
        with warnings.catch_warnings():
            # A length at its bound is a variable that does not matter: no fault.
            warnings.simplefilter("ignore", ConvergenceWarning)
            process.fit(x, (mean - middle) / size)
        inverse = np.linalg.inv(process.kernel_(x) + process.alpha * np.eye(len(x)))
        off = size * (inverse @ ((mean - middle) / size)) / np.diag(inverse)
        return cls(
            tuple(varied),
            len(x),
            float(np.sqrt(np.mean(off**2))),
            float(1 - np.mean(off**2) / max(float(np.var(mean)), 1e-300)),
            process,
            settings,
            inverse,
            np.asarray(by_member),
        )

    def predict(self, settings: Sequence[dict[str, Value]]) -> Array:
        """Mean benefit under each member, by the surface, shape (regimen, member)."""
        near = self._process.kernel_(scaled(self.varied, settings), scaled(self.varied, self._settings))
        middle = self._by_member.mean(axis=0)
        return np.asarray(middle + near @ (self._to_weights @ (self._by_member - middle)))

    def alone(self, some: Ensemble, one: Varied) -> list[tuple[Value, AcrossMembers]]:
        """The response to one variable, the others as they are in the points: mean over the points."""
        values = one.values if one.span is None else tuple(dict.fromkeys(one.at(s) for s in _shares()))
        found = []
        for value in values:
            settings = [{**row, one.name: value} for row in self._settings]
            found.append((value, AcrossMembers.of(some, self.predict(settings).mean(axis=0))))
        return found

    def worth_simulating(
        self, protocol: Protocol, some: Ensemble, cost: str, seed: int
    ) -> tuple[Regimen, ...]:
        """Regimens that the surface has as the best, and as the smallest near the best; each once.

        Parameters
        ----------
        protocol : Protocol
            Of `fixed_dose`.
        some : Ensemble
            The members.
        cost : str
            What is small.
        seed : int
            Of the points that are looked at.
        """
        known = [tuple(row.items()) for row in self._settings]
        looked = [row for row in points(self.varied, _LOOKED_AT, seed) if tuple(row.items()) not in known]
        if not looked:
            return ()
        every = [*looked, *self._settings]
        values = self.predict(every)
        means = np.asarray([AcrossMembers.of(some, row).mean or 0.0 for row in values])
        made = [regimen(protocol, row) for row in looked]
        best = np.argsort(-means[: len(looked)], kind="stable")[:_EACH].tolist()
        near = np.flatnonzero(means[: len(looked)] >= NEAR * means.max()).tolist()
        small = sorted(near, key=lambda k: (*made[k].cost(cost), -means[k]))[:_EACH]
        return tuple(made[k] for k in dict.fromkeys([*best, *small]))


def _shares() -> list[float]:
    return [min(k / (_STEPS - 1), 1 - 1e-12) for k in range(_STEPS)]
