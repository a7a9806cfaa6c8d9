"""Handing the model to other tools, one format a file, from the symbols alone.

| file | what |
|---|---|
| `walk.py`, `course.py` | what every format is written from: a model, and a protocol in a patient |
| `infix.py`, `sbml_units.py` | formulas and units as other languages have them |
| `identifiers.py`, `identifiers.toml` | what quantities are in public ontologies |
| `sbml.py`, `sedml.py`, `combine.py` | SBML, SED-ML, and a COMBINE archive of both |
| `antimony.py`, `equations.py` | to read: Antimony, LaTeX, Markdown |
| `formats.py` | all of those by name |
| `stricta_table.py` | a protocol as a STRICTA table, there and back |
| `zarr_store.py` | runs as Zarr |
| `citations.py` | the bibliography of a run |
| `petab.py`, `petab_export.py`, `petab_tables.py`, `formula.py` | data to fit, as PEtab tables |
"""

from deqi.exporters.citations import bibliography, cited, provenance_of
from deqi.exporters.course import walk_case, walk_course, walk_model
from deqi.exporters.formats import FORMATS, write_walk
from deqi.exporters.sbml import sbml_faults, sbml_text, to_sbml
from deqi.exporters.stricta_table import read_stricta, stricta_csv, stricta_markdown
from deqi.exporters.zarr_store import read_zarr, write_zarr

__all__ = [
    "FORMATS",
    "bibliography",
    "cited",
    "provenance_of",
    "read_stricta",
    "read_zarr",
    "sbml_faults",
    "sbml_text",
    "stricta_csv",
    "stricta_markdown",
    "to_sbml",
    "walk_case",
    "walk_course",
    "walk_model",
    "write_walk",
    "write_zarr",
]
