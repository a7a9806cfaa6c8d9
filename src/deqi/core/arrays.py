"""A model as arrays: each mechanism's own functions, run on NumPy.

This reading shares nothing with the symbols but the mechanisms themselves, so
it is what generated code is held against. One call evaluates any number of
patients; it is obvious, and slow.
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import cached_property

import numpy as np

from deqi.core.mechanism import checked
from deqi.core.ops import ArrayOps
from deqi.core.trace import topological
from deqi.core.variables import Block, Expr
from deqi.core.wiring import Instance, Model

Numbers = Mapping[str, Expr]


class ArrayModel:
    """Evaluate a model's outputs and rates on numbers or arrays.

    Parameters
    ----------
    model : Model
        What to evaluate.

    Examples
    --------
    >>> from deqi.core import Block, Expr, Instance, Mechanism, Model, var
    >>> class Decay(Mechanism):
    ...     class State(Block):
    ...         level: Expr = var("nM", "level", symbol="c", initial=1.0)
    ...
    ...     class Params(Block):
    ...         rate: Expr = var("1/min", "decay", symbol="k")
    ...
    ...     @staticmethod
    ...     def rhs(t, x, p, u, ops):
    ...         return {"level": -p.rate * x.level}
    >>> array = ArrayModel(Model("decay", [Instance("drug", Decay)], []))
    >>> float(array.rates(0.0, {"drug.level": 2.0}, {"drug.rate": 0.5}, {})["drug.level"])
    -1.0
    """

    def __init__(self, model: Model) -> None:
        self.model = model
        self._ops = ArrayOps()

    @cached_property
    def _order(self) -> list[Instance]:
        """Instances with outputs, each after those whose outputs it needs.

        The order is worked out by mechanism, not by output: the array reading
        calls a mechanism's `outputs` once. Inputs that only its rates use do
        not count; which those are is seen by watching `outputs` run.
        """
        givers = {i.path: i for i in self.model.instances if i.mechanism.Outputs.variables}

        def needs(path: str) -> list[str]:
            instance = givers[path]
            used = _inputs_used_by_outputs(instance)
            sources = (self.model.feeds[f"{path}.{name}"][0] for name in used)
            return sorted({s.rpartition(".")[0] for s in sources if s in self.model.outputs})

        return [givers[path] for path in topological(givers, needs, self.model.name)]

    def outputs(self, t: Expr, states: Numbers, parameters: Numbers, environment: Numbers) -> dict[str, Expr]:
        """Every algebraic output by path.

        Parameters
        ----------
        t : float
            Time [min].
        states, parameters, environment : mapping
            Value of each path in its declared unit; floats, or arrays of one shape.
        """
        known = {**states, **environment}
        for instance in self._order:
            x, p, u = self._blocks(instance, known, parameters, outputs_only=True)
            given = instance.mechanism.outputs(t, x, p, u, self._ops)
            for name, value in checked(given, instance.mechanism.Outputs, instance.path).items():
                known[f"{instance.path}.{name}"] = value
        return {path: known[path] for path in self.model.outputs}

    def rates(self, t: Expr, states: Numbers, parameters: Numbers, environment: Numbers) -> dict[str, Expr]:
        """Rate of change of each state [unit/min] by path; arguments as in `outputs`."""
        known = {**states, **environment, **self.outputs(t, states, parameters, environment)}
        rates: dict[str, Expr] = {}
        for instance in self.model.instances:
            x, p, u = self._blocks(instance, known, parameters)
            given = instance.mechanism.rhs(t, x, p, u, self._ops)
            for name, value in checked(given, instance.mechanism.State, instance.path).items():
                rates[f"{instance.path}.{name}"] = value
        return rates

    def _blocks(
        self, instance: Instance, known: Numbers, parameters: Numbers, *, outputs_only: bool = False
    ) -> tuple[Block, Block, Block]:
        mechanism = instance.mechanism
        used = _inputs_used_by_outputs(instance) if outputs_only else mechanism.Inputs.variables
        inputs: dict[str, Expr] = dict.fromkeys(mechanism.Inputs.variables, np.nan)
        for name in used:
            source, factor = self.model.feeds[f"{instance.path}.{name}"]
            inputs[name] = known[source] * factor
        return (
            mechanism.State(**{n: known[f"{instance.path}.{n}"] for n in mechanism.State.variables}),
            mechanism.Params(**{n: parameters[instance.parameter(n)] for n in mechanism.Params.variables}),
            mechanism.Inputs(**inputs),
        )


def _inputs_used_by_outputs(instance: Instance) -> frozenset[str]:
    """Names of the inputs that a mechanism's `outputs` looks at."""
    mechanism = instance.mechanism
    seen: set[str] = set()

    class Watch:
        def __getattr__(self, name: str) -> float:
            seen.add(name)
            return 1.0

    one = dict.fromkeys
    mechanism.outputs(
        1.0,
        mechanism.State(**one(mechanism.State.variables, 0.5)),
        mechanism.Params(**one(mechanism.Params.variables, 1.0)),
        Watch(),
        ArrayOps(),
    )
    return frozenset(seen)
