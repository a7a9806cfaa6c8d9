"""`deqi parameters`: every value with its source."""

from __future__ import annotations

from typing import Annotated

from deqi.cli.arguments import Argument, Option

__all__ = ["parameters_command"]


def parameters_command(
    path: Annotated[
        str | None,
        Argument(help="A path, or the beginning of one: spinal.gate, drugs.opioid.clearance."),
    ] = None,
    kind: Annotated[str | None, Option(help="measured, derived, fitted, scaled or assumed.")] = None,
    patient: Annotated[str | None, Option(help="Lay this patient's values over the base set.")] = None,
    as_json: Annotated[bool, Option("--json", help="Print one JSON object.")] = False,
) -> None:
    """List parameter values with unit, kind, grade and source, and count them by kind."""
    from deqi.cli.output import number, print_json, print_table
    from deqi.core import cite
    from deqi.errors import UnknownNameError
    from deqi.models import load_patient
    from deqi.parameters import KINDS, base_values, count_kinds, merge

    values = merge(base_values(), load_patient(patient).values if patient else {})
    if kind is not None and kind not in KINDS:
        raise UnknownNameError("kind", kind, KINDS)
    found = [
        v
        for p, v in sorted(values.items())
        if (path is None or p == path or p.startswith(f"{path}.")) and (kind is None or v.kind == kind)
    ]
    if path is not None and not any(p == path or p.startswith(f"{path}.") for p in values):
        prefixes = {".".join(p.split(".")[:n]) for p in values for n in (1, 2, 3)}
        raise UnknownNameError("parameter", path, [*values, *sorted(prefixes)])
    counts = count_kinds(found)
    if as_json:
        print_json({"parameters": [v.as_dict() for v in found], "counts": counts, "total": len(found)})
        return
    rows = [(v.path, number(v.value, 4), v.unit, v.kind, v.grade, v.source or "-") for v in found]
    print_table("", ("path", "value", "unit", "kind", "grade", "source"), rows)
    if len(found) == 1:
        only = found[0]
        for line in (only.note, str(cite(only.source)) if only.source else ""):
            if line:
                print(line)
    print(f"{len(found)} values: " + ", ".join(f"{n} {k}" for k, n in counts.items()))
