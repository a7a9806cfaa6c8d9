"""All that the page of a mechanism says: meaning, equations, wires, values with their sources, findings."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from markupsafe import Markup, escape

from deqi.core import Block, Instance, Variable
from deqi.models import needling_analgesia
from deqi.parameters import ParameterValue, base_values
from deqi.web.evidence.rows import ORDER, Row, rows
from deqi.web.model.graph import bundles
from deqi.web.model.places import Place, instances, mechanisms, place_of, places, title
from deqi.web.model.symbols import symbol, whole

_PARTS = re.compile(r"(?m)^(Assumes|Leaves out): ")
_QUOTED = re.compile(r"`([^`]+)`")


@dataclass(frozen=True)
class Meaning:
    """A mechanism's page in words.

    Attributes
    ----------
    says : str
        What it is, in a line.
    more : tuple of str
        Paragraphs.
    assumes, leaves_out : str
        What it takes for granted, and what it is not about.
    """

    says: str
    more: tuple[str, ...]
    assumes: str
    leaves_out: str

    @classmethod
    def of(cls, text: str) -> Meaning:
        r"""The meaning that a page's text holds.

        Examples
        --------
        >>> Meaning.of("A gate.\n\nIt opens\nand shuts.\n\nAssumes: calm.\nLeaves out: storms.")
        Meaning(says='A gate.', more=('It opens and shuts.',), assumes='calm.', leaves_out='storms.')
        """
        told, *labelled = _PARTS.split(text)
        paragraphs = [" ".join(part.split()) for part in told.strip().split("\n\n") if part.strip()]
        marked = dict(zip(labelled[::2], (" ".join(part.split()) for part in labelled[1::2]), strict=True))
        return cls(
            paragraphs[0], tuple(paragraphs[1:]), marked.get("Assumes", ""), marked.get("Leaves out", "")
        )


@dataclass(frozen=True)
class Named:
    """A variable as tables show it."""

    name: str
    symbol: Markup
    unit: str
    says: str


@dataclass(frozen=True)
class Value:
    """A parameter's value with what is known of it; `shared` names the places that use it."""

    named: Named
    value: ParameterValue | None
    shared: str


@dataclass(frozen=True)
class Ends:
    """Wires of one place: what feeds each input, and what each state and output feeds.

    Attributes
    ----------
    place : Place
        Where.
    inputs : tuple of (Named, Place or None, str)
        Input, what it comes from (None: the protocol), and the name of that there.
    feeds : tuple of (Named, tuple of (Place, str))
        State or output, and the inputs of others that it feeds.
    """

    place: Place
    inputs: tuple[tuple[Named, Place | None, str], ...]
    feeds: tuple[tuple[Named, tuple[tuple[Place, str], ...]], ...]


def meaning(name: str) -> Meaning:
    """What a mechanism's page says."""
    return Meaning.of(mechanisms()[name][0].mechanism.page())


def linked(text: str) -> Markup:
    """A text, with files of mechanisms as links to their pages, and names of variables in words.

    Examples
    --------
    >>> str(linked("An `opioid_share`; what `mu_opioid.py` leaves out."))
    'An opioid share; what <a href="/model/MuOpioidBinding">Mu receptors of the brainstem</a> leaves out.'
    """

    def shown(match: re.Match[str]) -> str:
        file = match[1].rpartition("/")[2]
        for name, some in mechanisms().items() if file.endswith(".py") else ():
            if some[0].mechanism.__module__.rpartition(".")[2] == file.removesuffix(".py"):
                return str(Markup('<a href="/model/{}">{}</a>').format(name, title(name)))
        return match[1].replace("_", " ")

    return Markup(_QUOTED.sub(shown, str(escape(text))))


@lru_cache(maxsize=128)
def told(name: str) -> Mapping[str, Any]:
    """All of the page of a mechanism, but findings.

    Parameters
    ----------
    name : str
        One of `mechanisms`.
    """
    # SymPy's printers take long to load, and a server need not wait for them.
    from deqi.web.model.formulas import equations

    some = mechanisms()[name]
    mechanism = some[0].mechanism
    doc = {n: v.doc for block in (mechanism.State, mechanism.Outputs) for n, v in block.variables.items()}
    return {
        "name": name,
        "title": title(name),
        "meaning": meaning(name),
        "places": [places()[one.path] for one in some],
        "equations": [(doc[of], _unit(unit), formula) for of, unit, formula in equations(mechanism)],
        "states": _block(mechanism.State),
        "outputs": _block(mechanism.Outputs),
        "wired": [_ends(one) for one in some],
        "values": [value for one in _first_of_each(some) for value in _values(one, some)],
        "cites": mechanism.cites,
    }


def findings_of(name: str) -> tuple[tuple[Row, ...], int]:
    """Scored findings that read a mechanism, or have a challenge that acts on it; and misfits among them."""
    found = [row for row in rows().values() if row.verdict is not None and name in row.tested.mechanisms]
    found.sort(key=lambda row: ORDER.index(row.code))
    return tuple(found), sum(row.code == "misfit" for row in found)


def _block(block: type[Block]) -> list[Named]:
    return [_named(name, variable) for name, variable in block.variables.items()]


def _named(name: str, variable: Variable) -> Named:
    return Named(name, whole(symbol(variable.symbol)), _unit(variable.unit), variable.doc)


def _unit(unit: str) -> str:
    return "" if unit == "1" else unit


def _first_of_each(some: tuple[Instance, ...]) -> list[Instance]:
    """Places that have values of their own."""
    return list({one.parameters or one.path: one for one in reversed(some)}.values())[::-1]


def _values(one: Instance, some: tuple[Instance, ...]) -> list[Value]:
    shared = [other for other in some if (other.parameters or other.path) == (one.parameters or one.path)]
    alone = len(shared) == len(some)
    where = "" if alone else ", ".join(places()[other.path].full_name for other in shared)
    return [
        Value(_named(name, variable), base_values().get(one.parameter(name)), where)
        for name, variable in one.mechanism.Params.variables.items()
    ]


def _ends(one: Instance) -> Ends:
    mechanism = one.mechanism
    fed: dict[str, str] = {}
    feeds: dict[str, list[tuple[Place, str]]] = {}
    for bundle in bundles():
        for source, target in bundle.wires:
            if bundle.target == one.path:
                fed[target] = source
            if bundle.source == one.path:
                at = place_of(target)
                feeds.setdefault(source, []).append((at, _doc(at.path, target)))
    inputs = []
    for name, variable in mechanism.Inputs.variables.items():
        source = fed.get(f"{one.path}.{name}", "")
        at_source = place_of(source) if source else None
        inputs.append((_named(name, variable), at_source, _source_doc(source)))
    offered = [*mechanism.State.variables.items(), *mechanism.Outputs.variables.items()]
    return Ends(
        places()[one.path],
        tuple(inputs),
        tuple(
            (_named(name, variable), tuple(feeds.get(f"{one.path}.{name}", ()))) for name, variable in offered
        ),
    )


def _doc(place: str, target: str) -> str:
    variables = instances()[place].mechanism.Inputs.variables
    return variables[target.rpartition(".")[2]].doc


def _source_doc(source: str) -> str:
    return needling_analgesia().sources[source].doc if source else ""
