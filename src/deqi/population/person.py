"""One patient of many, to be simulated alone."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from deqi.models import Patient, load_patient, parameter_schema
from deqi.parameters import ParameterValue, merge
from deqi.simulation import Case


def drawn_values(preset: str, numbers: Mapping[str, float], said: str) -> dict[str, ParameterValue]:
    """Parameter values of one patient, with the source that their preset gives for them.

    Parameters
    ----------
    preset : str
        Patient preset.
    numbers : mapping
        Value by path, in declared units.
    said : str
        Where they are from, in words.
    """
    values, schema = Case.of("none", preset).values, parameter_schema()
    return {
        path: replace(
            values[path],
            value=float(number),
            unit=schema[path].unit,
            note=f"drawn for {said}",
            distribution=None,
            origin=said,
        )
        for path, number in numbers.items()
    }


def drawn_patient(preset: str, numbers: Mapping[str, float], name: str, said: str) -> Patient:
    """One patient as an object that `deqi.simulate` takes; parameters as for `drawn_values`.

    Examples
    --------
    >>> someone = drawn_patient(
    ...     "chronic_low_back_pain", {"mind.expectation.expectation": 0.9}, "a", "an example"
    ... )
    >>> someone.values["mind.expectation.expectation"].value
    0.9
    """
    person = load_patient(preset)
    return replace(
        person,
        name=name,
        title=f"{said[:1].upper()}{said[1:]} ({person.title[:1].lower()}{person.title[1:]})",
        values=merge(person.values, drawn_values(preset, numbers, said)),
    )
