"""A model as Antimony: text that people read, and that its tools turn into SBML. Needs no package."""

from __future__ import annotations

import re

from deqi.exporters.infix import infix
from deqi.exporters.walk import CONVERSION, ENVIRONMENT, OUTPUT, PARAMETER, STATE, Edge, Quantity, Walk

_TITLES = {
    PARAMETER: "what is constant for a patient",
    CONVERSION: "factors between scales",
    ENVIRONMENT: "what comes from outside the body, as it is at the start",
    STATE: "what the body remembers: rate per minute, and value at week 0",
    OUTPUT: "what follows from those at once",
}


def antimony_text(walked: Walk) -> str:
    """Antimony text of a walk, with what happens as events.

    Units and sources are comments: Antimony's own units hold no scores.

    Parameters
    ----------
    walked : Walk
        A model with numbers, and with a course if it has one.

    Examples
    --------
    >>> from deqi.models import needling_analgesia
    >>> from deqi.exporters.walk import walk
    >>> model = needling_analgesia()
    >>> walked = walk(model, dict.fromkeys(model.parameters, 1.0), dict.fromkeys(model.states, 0.0))
    >>> [line for line in antimony_text(walked).splitlines() if line.startswith("  periphery__root__root'")]
    ["  periphery__root__root' = -(periphery__root__root/periphery__root__recovery);"]
    """
    lines = [f"// {_line(walked.title)}", *(f"// {_line(note)}" for note in walked.notes)]
    lines += ["// Time is in minutes.", "", f"model {re.sub(r'[^A-Za-z0-9_]', '_', walked.name)}()"]
    for role in (PARAMETER, CONVERSION, ENVIRONMENT, STATE, OUTPUT):
        lines += ["", f"  // {_TITLES[role]}"]
        for quantity in walked.of(role):
            lines += _told(quantity)
    if walked.edges:
        lines += ["", "  // what happens"]
        lines += [_event(k, edge, walked) for k, edge in enumerate(walked.edges)]
    return "\n".join([*lines, "end", ""])


def _told(quantity: Quantity) -> list[str]:
    name = quantity.symbol
    source = quantity.given.source if quantity.given is not None else ""
    about = f"  // {_line(quantity.meaning)} [{quantity.unit}]{f', {source}' if source else ''}"
    if quantity.role == OUTPUT:
        return [about, f"  {name} := {infix(quantity.formula)};"]
    value = f"  {name} = {quantity.value!r};"
    if quantity.role == STATE:
        return [about, f"  var {name};", value, f"  {name}' = {infix(quantity.formula)};"]
    if quantity.role == ENVIRONMENT:
        return [f"  var {name};", f"{value}{about}"]
    return [f"{value}{about}"]


def _event(number: int, edge: Edge, walked: Walk) -> str:
    named = {path: walked.by_path[path].symbol for path in (*edge.sets, *edge.adds)}
    does = [f"{named[path]} = {value!r}" for path, value in edge.sets.items()]
    does += [f"{named[path]} = {named[path]} + {amount!r}" for path, amount in edge.adds.items()]
    return f"  edge_{number + 1}: at (time >= {edge.minute!r}): {', '.join(does)};  // {_line(edge.label)}"


def _line(text: str) -> str:
    return " ".join(text.split())
