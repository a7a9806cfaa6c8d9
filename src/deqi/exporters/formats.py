"""Every format that a walk is written in, by name."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path
from types import MappingProxyType

from deqi.core.writing import replace_file
from deqi.errors import FileError, UnknownNameError
from deqi.exporters.antimony import antimony_text
from deqi.exporters.combine import write_omex
from deqi.exporters.equations import latex_text, markdown_text
from deqi.exporters.sbml import sbml_text
from deqi.exporters.sedml import sedml_text
from deqi.exporters.walk import Walk

_TEXTS: Mapping[str, Callable[[Walk], str]] = MappingProxyType(
    {"sbml": sbml_text, "antimony": antimony_text, "latex": latex_text, "markdown": markdown_text}
)

#: Format by name, and what it is.
FORMATS: Mapping[str, str] = MappingProxyType(
    {
        "sbml": "SBML Level 3 Version 2: equations, units, events, annotations",
        "sedml": "SED-ML: how to simulate it, with its SBML beside",
        "omex": "COMBINE archive: SBML, SED-ML, equations and sources in one file",
        "antimony": "Antimony: the model as text that people and tools read",
        "latex": "LaTeX: every equation and value",
        "markdown": "Markdown: every equation, value and source",
    }
)


def write_walk(walked: Walk, form: str, path: str | Path) -> tuple[Path, ...]:
    """Write a walk in a format.

    Parameters
    ----------
    walked : Walk
        A model with numbers, and with a course if it has one.
    form : str
        One of `FORMATS`.
    path : str or Path
        The file; ``sedml`` writes its model beside it, with ``.xml`` in place of the ending.

    Returns
    -------
    tuple of Path
        What was written.

    Raises
    ------
    UnknownNameError
        If there is no such format.
    FileError
        If an optional package is missing, or the file cannot be written.
    """
    if form not in FORMATS:
        raise UnknownNameError("format", form, FORMATS)
    target = Path(path)
    if form == "omex":
        return (write_omex(walked, target),)
    if form == "sedml":
        model = target.with_suffix(".xml")
        if model == target:
            raise FileError("is where the model goes", where=str(target), fix="give a name like course.sedml")
        told, sbml = sedml_text(walked, model.name), sbml_text(walked)
        return replace_file(target, told.encode()), replace_file(model, sbml.encode())
    return (replace_file(target, _TEXTS[form](walked).encode()),)
