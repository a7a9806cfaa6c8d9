"""The result of simulating: every series over time, with its unit and meaning.

A run cannot be changed. It is an `xarray.Dataset` inside, one variable a path,
over one time axis in minutes since week 0 (dense around the first session, six
hours apart elsewhere). At the edge of a session the value is that of the moment
before the edge: minute 30 of a 30-minute session still has its needles in.
"""

from __future__ import annotations

import io
import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np

from deqi.core.writing import replace_file
from deqi.errors import DeqiError, FileError, UnknownNameError
from deqi.results.provenance import Provenance

_MINUTES_A_WEEK = 10080.0
_FORMAT = "deqi run 1"
THRESHOLD = "experiment.threshold.threshold"


class Run:
    """An immutable simulated course.

    Use `deqi.simulate` to make one and `Run.load` to read one from a file.

    Attributes
    ----------
    provenance : dict
        Where it is from; a copy at each access.
    weeks : float
        Length of the course [week].
    sessions : tuple of (float, float)
        Start and stop of each needle session [min].
    """

    def __init__(self, dataset: Any) -> None:
        for variable in dataset.variables.values():
            variable.values.flags.writeable = False
        self._dataset = dataset

    @classmethod
    def build(cls, course: Mapping[str, Any], provenance: Provenance) -> Run:
        """A run from the plain data of a course; see `deqi.simulation`."""
        import xarray as xr

        about = course["about"]
        variables = {
            path: ("time", np.array(values), {"units": about[path].unit, "long_name": about[path].doc})
            for path, values in course["series"].items()
        }
        variables[THRESHOLD] = (
            "time",
            np.array(course["threshold"]),
            {"units": "Hz", "long_name": "experimental pain threshold, as C-fibre firing evoked"},
        )
        attributes = {
            "format": _FORMAT,
            "weeks": float(course["weeks"]),
            "sessions": json.dumps(course["sessions"]),
            "provenance": json.dumps(provenance),
        }
        time = ("time", np.array(course["time"]), {"units": "min", "long_name": "minutes since week 0"})
        return cls(xr.Dataset(variables, coords={"time": time}, attrs=attributes))

    # ------------------------------------------------------------------ looking inside

    @property
    def dataset(self) -> Any:
        """A copy as `xarray.Dataset`."""
        return self._dataset.copy(deep=True)

    @property
    def provenance(self) -> Provenance:
        """Where it is from; a fresh copy."""
        return dict(json.loads(self._dataset.attrs["provenance"]))

    @property
    def weeks(self) -> float:
        """Length of the course [week]."""
        return float(self._dataset.attrs["weeks"])

    @property
    def sessions(self) -> tuple[tuple[float, float], ...]:
        """Start and stop of each needle session [min]."""
        return tuple((a, b) for a, b in json.loads(self._dataset.attrs["sessions"]))

    @property
    def time(self) -> np.ndarray[Any, Any]:
        """Minutes since week 0, shape (time,), read-only."""
        return np.asarray(self._dataset["time"].values)

    @property
    def paths(self) -> tuple[str, ...]:
        """Path of every series."""
        return tuple(str(name) for name in self._dataset.data_vars)

    def __getitem__(self, path: str) -> np.ndarray[Any, Any]:
        """A series by path, shape (time,), read-only."""
        if path not in self._dataset.data_vars:
            raise UnknownNameError("series", path, self.paths)
        return np.asarray(self._dataset[path].values)

    def unit(self, path: str) -> str:
        """Unit of a series."""
        self[path]
        return str(self._dataset[path].attrs["units"])

    def meaning(self, path: str) -> str:
        """What a series means."""
        self[path]
        return str(self._dataset[path].attrs["long_name"])

    def at(self, path: str, *, week: float | None = None, minute: float | None = None) -> float:
        """Value of a series at a week, or at a minute after the first session's start.

        Raises
        ------
        DeqiError
            If the run does not report that time.
        """
        if (week is None) == (minute is None):
            raise DeqiError("give either a week or a minute", where=f"value of {path}")
        start = self.sessions[0][0] if self.sessions else 0.0
        when = week * _MINUTES_A_WEEK if week is not None else start + float(minute or 0.0)
        k = int(np.argmin(np.abs(self.time - when)))
        if abs(self.time[k] - when) > 1e-6 * max(1.0, abs(when)):
            raise DeqiError(
                f"minute {when:g} is not reported", where="run", fix=f"the nearest is {self.time[k]:g}"
            )
        return float(self[path][k])

    def threshold_change(self, minute: float) -> float:
        """Change of the experimental pain threshold since the needles went in [percent]."""
        return 100 * (self.at(THRESHOLD, minute=minute) / self.at(THRESHOLD, minute=0.0) - 1)

    # ------------------------------------------------------------------ keeping

    def save(self, path: str | Path) -> Path:
        """Write to a netCDF file; a file of that name is replaced at once or not at all.

        Raises
        ------
        FileError
            If it cannot be written.
        """
        # Through memory: HDF5 brings the whole process down when a disk fills under an open file.
        content = io.BytesIO()
        self._dataset.to_netcdf(content, engine="h5netcdf")
        return replace_file(path, content.getvalue())

    @classmethod
    def load(cls, path: str | Path) -> Run:
        """Read a run that was saved.

        Raises
        ------
        FileError
            If there is no such file, or it is no run.
        """
        import xarray as xr

        try:
            with xr.open_dataset(path, engine="h5netcdf") as opened:
                dataset = opened.load()
        except (OSError, ValueError) as error:
            raise FileError(
                "cannot be read as a run", where=str(path), fix="give a file that --out wrote"
            ) from error
        if dataset.attrs.get("format") != _FORMAT:
            raise FileError("is no run of this version", where=str(path))
        return cls(dataset)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Run) and bool(self._dataset.identical(other._dataset))

    __hash__ = None  # type: ignore[assignment]

    def __repr__(self) -> str:
        made = self.provenance
        return f"<Run {made['protocol']['name']} in {made['patient']['name']}, {self.weeks:g} weeks>"
