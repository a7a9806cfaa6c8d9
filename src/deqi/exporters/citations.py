"""The bibliography of what a run used, from its provenance."""

from __future__ import annotations

import json
from collections.abc import Iterable
from pathlib import Path
from typing import Any

from deqi import __version__
from deqi.core.citations import Reference, cite
from deqi.errors import FileError
from deqi.results import Run

_MANIFEST = "manifest.json"
_FIX = "give the folder of a trial, or a netCDF file of deqi simulate"
#: Notes of entries that have to be looked up before they are cited.
_UNCHECKED = "identifier not checked"


def provenance_of(path: str | Path) -> dict[str, Any]:
    """Where a run is from: what `deqi trial` or `deqi simulate` kept with it.

    Parameters
    ----------
    path : str or Path
        Folder of a trial's run, or a netCDF file of a simulated course.

    Raises
    ------
    FileError
        If it is neither.
    """
    place = Path(path)
    if not place.is_dir():
        return Run.load(place).provenance
    try:
        found = json.loads((place / _MANIFEST).read_text(encoding="utf-8"))["described"]["made_with"]
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise FileError("holds no run of a trial", where=str(place), fix=_FIX) from error
    if not isinstance(found, dict):
        raise FileError("does not say what its run was made with", where=str(place), fix=_FIX)
    return found


def cited(path: str | Path) -> tuple[Reference, ...]:
    """The references of a run, by key.

    Raises
    ------
    FileError
        If it is no run.
    UnknownNameError
        If it cites what is not in this version's bibliography.
    """
    keys = provenance_of(path).get("cites")
    if not isinstance(keys, list):
        raise FileError("does not say what it used", where=str(path), fix=_FIX)
    return tuple(cite(str(key), str(path)) for key in sorted(set(keys)))


def unchecked(references: Iterable[Reference]) -> tuple[str, ...]:
    """Keys of entries that have to be looked up before anybody cites them."""
    return tuple(r.key for r in references if r.fields.get("note") == _UNCHECKED)


def bibliography(references: Iterable[Reference | str]) -> str:
    """BibTeX text of references, deqi itself first.

    Parameters
    ----------
    references : iterable of Reference or str
        References, or their keys.

    Raises
    ------
    UnknownNameError
        If there is none of a key.

    Examples
    --------
    >>> print(bibliography(["haake2007"]).splitlines()[0])
    @software{deqi,
    """
    found = [cite(r) if isinstance(r, str) else r for r in references]
    ours = Reference(
        "deqi",
        "software",
        {
            "author": "{The deqi authors}",
            "title": "deqi: from needle to pain score, "
            "a mechanistic model of acupuncture, dry needling and pain",
            "version": __version__,
        },
    )
    entries = [ours, *sorted(found, key=lambda r: r.key)]
    return "\n\n".join(entry.bibtex() for entry in entries) + "\n"
