"""A simulated course as Zarr, beside the netCDF that `Run.save` writes; it needs the package ``zarr``."""

from __future__ import annotations

import importlib.util
import json
import os
import shutil
import tempfile
from pathlib import Path

from deqi.errors import FileError
from deqi.results import Run

_FIX = "give what write_zarr wrote"


def write_zarr(run: Run, path: str | Path) -> Path:
    """Write a run to a new folder of Zarr's; there is all of it, or none.

    Parameters
    ----------
    run : Run
        The run.
    path : str or Path
        A folder that is not there yet.

    Raises
    ------
    FileError
        If zarr is not installed, something of that name is there, or it cannot be written.
    """
    _need_zarr()
    target = Path(path)
    if target.exists():
        raise FileError("is there already", where=str(target), fix="give another name")
    try:
        part = Path(tempfile.mkdtemp(prefix=f".{target.name}.", suffix=".part", dir=target.parent))
    except OSError as error:
        raise FileError(f"cannot be written: {error.strerror}", where=str(target)) from error
    try:
        inside = part / "run"
        run.dataset.to_zarr(inside, mode="w-", zarr_format=2, consolidated=True)
        os.rename(inside, target)
    except OSError as error:
        reason = error.strerror or str(error)
        raise FileError(f"cannot be written: {reason}", where=str(target)) from error
    finally:
        shutil.rmtree(part, ignore_errors=True)
    return target


def read_zarr(path: str | Path) -> Run:
    """Read a run that `write_zarr` wrote.

    Parameters
    ----------
    path : str or Path
        Its folder.

    Raises
    ------
    FileError
        If zarr is not installed, or it is no run.
    """
    _need_zarr()
    import xarray as xr

    try:
        with xr.open_zarr(path, consolidated=True, chunks=None) as opened:
            dataset = opened.load()
        head = dataset.attrs
        return Run(
            dataset["time"].values,
            {str(name): v.values for name, v in dataset.data_vars.items()},
            {
                str(name): (str(v.attrs["units"]), str(v.attrs["long_name"]))
                for name, v in dataset.data_vars.items()
            },
            weeks=head["weeks"],
            sessions=json.loads(head["sessions"]),
            provenance=str(head["provenance"]),
        )
    except (OSError, KeyError, ValueError) as error:
        raise FileError(
            "cannot be read as a run", where=str(path), fix="give what write_zarr wrote"
        ) from error


def _need_zarr() -> None:
    if importlib.util.find_spec("zarr") is None:
        raise FileError("Zarr needs the package zarr", fix="pip install 'deqi[zarr]'")
