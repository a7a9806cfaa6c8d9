"""Where results lie, and removing them. Names are the server's: ids, and a fixed few files."""

from __future__ import annotations

import shutil
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from types import MappingProxyType

from deqi.errors import FileError
from deqi.web.jobs.store import Store
from deqi.web.settings import Limits

_JOBS = "jobs"
RESULT = "result.json"


@dataclass(frozen=True)
class Kind:
    """A file that a user may fetch.

    Attributes
    ----------
    name : str
        Its name.
    media : str
        Its media type.
    says : str
        What it is.
    """

    name: str
    media: str
    says: str


#: Files of a finished trial.
FILES: Mapping[str, Kind] = MappingProxyType(
    {
        kind.name: kind
        for kind in (
            Kind("report.html", "text/html; charset=utf-8", "the report, one file with figures inside"),
            Kind("cohort.csv", "text/csv; charset=utf-8", "one row a patient"),
            Kind("cohort.parquet", "application/vnd.apache.parquet", "one row a patient"),
        )
    }
)


def folder_of(data: Path, name: str) -> Path:
    """The folder of a job; `name` is an id that the server made."""
    return data / _JOBS / name


def make_folder(data: Path, name: str) -> Path:
    """The folder of a job, which is there afterwards.

    Raises
    ------
    FileError
        If it cannot be made.
    """
    folder = folder_of(data, name)
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise FileError(f"cannot be made: {error.strerror}", where=str(folder)) from error
    return folder


def remove_folder(data: Path, name: str) -> None:
    """Remove a job's files; another process may do so at the same time."""
    shutil.rmtree(folder_of(data, name), ignore_errors=True)


def sweep(store: Store, limits: Limits) -> None:
    """Forget what is past the limits, and remove files of jobs that are forgotten."""
    folders = [entry.name for entry in (store.data / _JOBS).glob("*")]
    store.forget(days=limits.keep_days, number=limits.keep_jobs)
    # Folders were listed first: one that is made meanwhile has a job, and is not among them.
    kept = store.names()
    for name in folders:
        if name not in kept:
            remove_folder(store.data, name)
