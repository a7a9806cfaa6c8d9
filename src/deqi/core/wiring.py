"""Mechanisms wired to a model, with every wire written down.

A model is *instances* (a mechanism at a place), an *environment* (what comes
from outside the body) and *wires* from outputs or states to inputs. Nothing is
matched by name: a wire that is missing, doubled, dangling or of another
dimension is an error before anything runs. A wire between two scales of one
dimension (pmol/L to nM) carries its exact factor.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property

from deqi.core import units
from deqi.core.mechanism import Mechanism, Values, checked
from deqi.core.ops import ArrayOps
from deqi.core.variables import Block, Expr, Variable
from deqi.errors import MechanismError, UnitError, UnknownNameError, WiringError

#: Prefix of the paths of what comes from outside the body.
ENVIRONMENT = "environment"


@dataclass(frozen=True)
class Instance:
    """A mechanism at a place.

    Parameters
    ----------
    path : str
        Where it stands: ``spinal.painful.gate``.
    mechanism : type
        The mechanism.
    parameters : str
        Prefix of its parameters' paths; `path` itself unless several places share one set of values.
    """

    path: str
    mechanism: type[Mechanism]
    parameters: str = ""

    def parameter(self, name: str) -> str:
        """Path of one of its parameters."""
        return f"{self.parameters or self.path}.{name}"

    def evaluate(self, parameters: Mapping[str, Expr], inputs: Mapping[str, Expr]) -> Values:
        """Outputs of a mechanism without memory, by name.

        Parameters
        ----------
        parameters : mapping
            Value of each parameter path, in its declared unit.
        inputs : mapping
            Value of each input by name, in its declared unit.

        Raises
        ------
        MechanismError
            If the mechanism has states.
        """
        mechanism = self.mechanism
        if mechanism.State.variables:
            raise MechanismError("it has states and cannot be evaluated on its own", where=self.path)
        p = mechanism.Params(**{n: parameters[self.parameter(n)] for n in mechanism.Params.variables})
        given = mechanism.outputs(0.0, mechanism.State(), p, mechanism.Inputs(**inputs), ArrayOps())
        return checked(given, mechanism.Outputs, self.path)


@dataclass(frozen=True)
class Wire:
    """One connection: `source` (a state, an output or the environment) feeds `target` (an input)."""

    source: str
    target: str


def fan(source: str, *targets: str) -> list[Wire]:
    """One source feeding several inputs.

    Examples
    --------
    >>> fan("arcuate.beta_endorphin", "mu.ligand")
    [Wire(source='arcuate.beta_endorphin', target='mu.ligand')]
    """
    return [Wire(source, target) for target in targets]


@dataclass(frozen=True)
class Model:
    """Named mechanisms and their wires.

    Parameters
    ----------
    name : str
        Name of the model.
    instances : sequence of Instance
        The mechanisms, each at its place.
    wires : sequence of Wire
        What feeds what.
    environment : type of Block
        What comes from outside the body; its variables have the paths ``environment.NAME``.

    Raises
    ------
    WiringError, UnknownNameError, UnitError
        If the wiring is not complete and sound.
    """

    name: str
    instances: Sequence[Instance]
    wires: Sequence[Wire]
    environment: type[Block] = field(default=Block)

    def __post_init__(self) -> None:
        object.__setattr__(self, "instances", tuple(self.instances))
        object.__setattr__(self, "wires", tuple(self.wires))
        self._check_names()
        self._check_wires()

    # ------------------------------------------------------------------ what there is

    @cached_property
    def at(self) -> Mapping[str, Instance]:
        """The instances by path."""
        return {instance.path: instance for instance in self.instances}

    def _collect(self, *blocks: str) -> dict[str, Variable]:
        return {
            f"{instance.path}.{name}": variable
            for instance in self.instances
            for block in blocks
            for name, variable in getattr(instance.mechanism, block).variables.items()
        }

    @cached_property
    def states(self) -> Mapping[str, Variable]:
        """Every state by path, in the order of the instances."""
        return self._collect("State")

    @cached_property
    def outputs(self) -> Mapping[str, Variable]:
        """Every algebraic output by path."""
        return self._collect("Outputs")

    @cached_property
    def inputs(self) -> Mapping[str, Variable]:
        """Every input by path."""
        return self._collect("Inputs")

    @cached_property
    def outside(self) -> Mapping[str, Variable]:
        """The environment's variables by path."""
        return {f"{ENVIRONMENT}.{name}": v for name, v in self.environment.variables.items()}

    @cached_property
    def sources(self) -> Mapping[str, Variable]:
        """Everything a wire may start from."""
        return {**self.states, **self.outputs, **self.outside}

    @cached_property
    def parameters(self) -> Mapping[str, Variable]:
        """Every parameter by path; places that share values share the path."""
        found: dict[str, Variable] = {}
        for instance in self.instances:
            for name, variable in instance.mechanism.Params.variables.items():
                path = instance.parameter(name)
                if path in found and not units.alike(found[path].unit, variable.unit):
                    raise UnitError(f"declared as {found[path].unit} and as {variable.unit}", where=path)
                found.setdefault(path, variable)
        return found

    @cached_property
    def feeds(self) -> Mapping[str, tuple[str, float]]:
        """Source and conversion factor of each input."""
        return {
            wire.target: (
                wire.source,
                units.factor(self.sources[wire.source].unit, self.inputs[wire.target].unit),
            )
            for wire in self.wires
        }

    def variable(self, path: str) -> Variable:
        """The declaration of any state, output, parameter or environment variable.

        Raises
        ------
        UnknownNameError
            If there is none of that path.
        """
        for group in (self.sources, self.parameters):
            if path in group:
                return group[path]
        raise UnknownNameError("path", path, [*self.sources, *self.parameters], where=self.name)

    # ------------------------------------------------------------------ is it sound

    def _check_names(self) -> None:
        seen: set[str] = set()
        for instance in self.instances:
            if instance.path in seen:
                raise WiringError("two mechanisms stand at this path", where=f"{self.name}: {instance.path}")
            seen.add(instance.path)
        every = [*self.states, *self.outputs, *self.inputs, *self.outside, *self.parameters]
        clash = {path for path in every if every.count(path) > 1} if len(set(every)) < len(every) else set()
        if clash:
            raise WiringError(f"two variables share the path {min(clash)}", where=self.name)

    def _check_wires(self) -> None:
        fed: set[str] = set()
        for wire in self.wires:
            where = f"{self.name}: {wire.source} -> {wire.target}"
            if wire.source not in self.sources:
                raise UnknownNameError("source", wire.source, self.sources, where=where)
            if wire.target not in self.inputs:
                raise UnknownNameError("input", wire.target, self.inputs, where=where)
            if wire.target in fed:
                raise WiringError("this input is wired twice", where=where)
            fed.add(wire.target)
            try:
                units.factor(self.sources[wire.source].unit, self.inputs[wire.target].unit)
            except UnitError as error:
                raise UnitError(error.what, where=where, fix="wire a quantity of the same kind") from error
        loose = [path for path in self.inputs if path not in fed]
        if loose:
            more = f" (and {len(loose) - 1} more)" if len(loose) > 1 else ""
            raise WiringError(f"input {loose[0]} is not wired{more}", where=self.name, fix="add a Wire to it")

    def replace(
        self,
        *,
        name: str | None = None,
        instances: Iterable[Instance] = (),
        wires: Iterable[Wire] = (),
        without: Iterable[str] = (),
    ) -> Model:
        """A copy with instances put in or exchanged by path, and wires put in or exchanged by target.

        Parameters
        ----------
        name : str, optional
            Name of the copy.
        instances : iterable of Instance
            Added, or put in place of the instance of the same path.
        wires : iterable of Wire
            Added, or put in place of the wire to the same target.
        without : iterable of str
            Paths of instances to take out, with the wires to their inputs.
        """
        gone = set(without)
        for path in gone - set(self.at):
            raise UnknownNameError("instance", path, self.at, where=self.name)
        new = {i.path: i for i in instances}
        kept = [new.pop(i.path, i) for i in self.instances if i.path not in gone]
        placed = [*kept, *new.values()]
        fresh = {w.target: w for w in wires}
        targets = {f"{i.path}.{n}" for i in placed for n in i.mechanism.Inputs.variables}
        old = [w for w in self.wires if w.target in targets and w.target not in fresh]
        return Model(name or self.name, placed, [*old, *fresh.values()], self.environment)
