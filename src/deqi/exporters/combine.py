"""A COMBINE archive: the model as SBML, what to do with it as SED-ML, to read as Markdown, and its sources.

Needs the optional packages ``python-libcombine``, ``python-libsedml`` and
``python-libsbml``.
"""

from __future__ import annotations

import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

from deqi.core.writing import replace_file
from deqi.errors import FileError
from deqi.exporters.citations import bibliography
from deqi.exporters.equations import markdown_text
from deqi.exporters.sbml import sbml_text
from deqi.exporters.sedml import MODEL_FILE, sedml_text
from deqi.exporters.walk import Walk

#: What is inside: name, the word by which libCombine knows the format, and the master that is run.
_INSIDE = (
    (MODEL_FILE, "sbml", False),
    ("course.sedml", "sedml", True),
    ("equations.md", "md", False),
    ("references.bib", "bib", False),
)
# Formats that libCombine does not know have their media type.
_MEDIA = {
    "md": "http://purl.org/NET/mediatypes/text/markdown",
    "bib": "http://purl.org/NET/mediatypes/application/x-bibtex",
}


def write_omex(walked: Walk, path: str | Path) -> Path:
    """Write an archive; a file of that name is replaced at once or not at all.

    Parameters
    ----------
    walked : Walk
        A model with a course.
    path : str or Path
        Where to.

    Raises
    ------
    FileError
        If a package is not installed, or it cannot be written.
    """
    try:
        import libcombine
    except ImportError as error:
        raise FileError(
            "a COMBINE archive needs python-libcombine", fix="pip install 'deqi[exchange]'"
        ) from error
    made: dict[str, Callable[[], str]] = {
        MODEL_FILE: lambda: sbml_text(walked),
        "course.sedml": lambda: sedml_text(walked),
        "equations.md": lambda: markdown_text(walked),
        "references.bib": lambda: bibliography(walked.sources),
    }
    with tempfile.TemporaryDirectory() as folder:
        archive = libcombine.CombineArchive()
        for name, known, master in _INSIDE:
            text = Path(folder, name)
            text.write_text(made[name](), encoding="utf-8")
            media = _MEDIA.get(known) or libcombine.KnownFormats.lookupFormat(known)
            archive.addFile(str(text), name, media, master)
        archive.addMetadata(".", _about(libcombine, walked))
        zipped = Path(folder, "archive.omex")
        if not archive.writeToFile(str(zipped)):
            raise FileError("libCombine could not write the archive", where=str(path))
        archive.cleanUp()
        return replace_file(path, zipped.read_bytes())


def _about(libcombine: Any, walked: Walk) -> Any:
    description = libcombine.OmexDescription()
    description.setAbout(".")
    description.setDescription("\n".join([walked.title, *walked.notes]))
    description.setCreated(libcombine.OmexDescription.getCurrentDateAndTime())
    return description
