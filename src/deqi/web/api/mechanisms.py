"""The model, mechanism by mechanism: its page, its equations, its parameters with their sources."""

from __future__ import annotations

from collections.abc import Mapping
from functools import lru_cache
from typing import TYPE_CHECKING, Any

from fastapi import APIRouter

from deqi.errors import UnknownNameError
from deqi.web.api.library import Name
from deqi.web.errors import responses

if TYPE_CHECKING:
    from deqi.core import Block, Instance, Mechanism, Variable

router = APIRouter(tags=["model"])
#: Functions in equations that are not everybody's.
FUNCTIONS: Mapping[str, str] = {
    "Positive": "x where x is above 0, else 0",
    "Step": "1 where x is above 0, else 0",
    "Select": "the second where the first is above 0, else the third",
    "Softplus": "log(1 + exp(x))",
}
_BLOCKS = {"State": "states", "Inputs": "inputs", "Outputs": "outputs", "Params": "parameters"}


@lru_cache(maxsize=1)
def _places() -> Mapping[str, tuple[Instance, ...]]:
    """Instances of each mechanism by its name, in the model's order; the stimulus comes first."""
    from deqi.mechanisms.needle.techniques import STIMULUS
    from deqi.models import needling_analgesia

    found: dict[str, list[Instance]] = {}
    for instance in (*STIMULUS, *needling_analgesia().instances):
        found.setdefault(instance.mechanism.__name__, []).append(instance)
    return {name: tuple(places) for name, places in found.items()}


@router.get("/api/mechanisms", responses=responses())
def get_mechanisms() -> dict[str, Any]:
    """Mechanisms of the model, a line each."""
    rows = []
    for name, places in _places().items():
        mechanism = places[0].mechanism
        rows.append(
            {
                "name": name,
                "says": _first_line(mechanism.page()),
                "family": mechanism.__module__.removeprefix("deqi.mechanisms.").split(".")[0],
                "places": [place.path for place in places],
                **{word: len(getattr(mechanism, block).variables) for block, word in _BLOCKS.items()},
            }
        )
    return {"mechanisms": rows, "count": len(rows), "functions": dict(FUNCTIONS)}


@router.get("/api/mechanisms/{name}", responses=responses(404))
def get_mechanism(name: Name) -> dict[str, Any]:
    """A mechanism: its page in words, equations as LaTeX, variables, and each value with its source."""
    if name not in _places():
        raise UnknownNameError("mechanism", name, _places(), where="name")
    return _told(name)


@lru_cache(maxsize=128)
def _told(name: str) -> dict[str, Any]:
    from deqi.core import cite
    from deqi.models import needling_analgesia

    places = _places()[name]
    mechanism = places[0].mechanism
    wires = {wire.target: wire.source for wire in needling_analgesia().wires}
    return {
        "name": name,
        "says": _first_line(mechanism.page()),
        "page": mechanism.page(),
        "places": [
            {
                "path": place.path,
                # What the stimulus needs comes from the protocol, not by a wire.
                "inputs": {n: wires.get(f"{place.path}.{n}") for n in mechanism.Inputs.variables},
            }
            for place in places
        ],
        "equations": _equations(mechanism),
        **{word: _variables(getattr(mechanism, block)) for block, word in _BLOCKS.items()},
        "values": _values(places),
        "sources": [str(cite(key)) for key in mechanism.cites],
    }


def _variables(block: type[Block]) -> list[dict[str, Any]]:
    return [
        {"name": name, "symbol": v.symbol, "unit": v.unit, "says": v.doc}
        for name, v in block.variables.items()
    ]


def _values(places: tuple[Instance, ...]) -> list[dict[str, Any]]:
    """Values of all places; those that share them have them once."""
    from deqi.core import cite
    from deqi.parameters import base_values

    paths = dict.fromkeys(
        place.parameter(name) for place in places for name in place.mechanism.Params.variables
    )
    found = [base_values()[path] for path in paths if path in base_values()]
    return [{**v.as_dict(), "cited": str(cite(v.source)) if v.source else None} for v in found]


def _equations(mechanism: type[Mechanism]) -> list[dict[str, str]]:
    """What a mechanism offers, and the rate of each state, in the symbols that it declares."""
    import sympy as sp

    from deqi.core.symbols import Power, SymbolOps

    time = sp.Symbol("t", real=True)
    names: dict[Any, str] = {time: "t"}

    def block(kind: type[Block], word: str) -> Block:
        made = {}
        for name, variable in kind.variables.items():
            made[name] = sp.Symbol(f"{word}__{name}", real=True)
            names[made[name]] = variable.symbol
        return kind(**made)

    x, p, u = (block(mechanism.State, "x"), block(mechanism.Params, "p"), block(mechanism.Inputs, "u"))
    ops = SymbolOps()

    def row(of: str, kind: str, left: str, value: Any) -> dict[str, str]:
        # The engine's own power is kept apart for its slope at 0, which nobody reads here.
        plain = sp.sympify(value).replace(Power, lambda base, exponent: base**exponent)
        right = sp.latex(plain, symbol_names=names)
        return {"of": of, "kind": kind, "latex": f"{left} = {right}"}

    given, rates = mechanism.outputs(time, x, p, u, ops), mechanism.rhs(time, x, p, u, ops)
    declared: Mapping[str, Variable] = {**mechanism.Outputs.variables, **mechanism.State.variables}
    outputs = [row(name, "output", declared[name].symbol, value) for name, value in given.items()]
    left = {name: rf"\frac{{d {declared[name].symbol}}}{{d t}}" for name in rates}
    return outputs + [row(name, "rate", left[name], value) for name, value in rates.items()]


def _first_line(page: str) -> str:
    return page.split("\n\n")[0].replace("\n", " ").strip()
