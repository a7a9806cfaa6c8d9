"""The result of simulating: every series over time, with its unit and meaning.

A run cannot be changed. Inside it are plain arrays, one a path, over one time
axis in minutes since week 0 (dense around the first session, six hours apart
elsewhere). At the edge of a session the value is that of the moment before the
edge: minute 30 of a 30-minute session still has its needles in. `Run.dataset`,
and the netCDF file that `Run.save` writes, are an `xarray.Dataset` of the same.
"""

from __future__ import annotations

import io
import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np

from deqi.core.writing import replace_file
from deqi.errors import DeqiError, FileError, UnknownNameError
from deqi.results.provenance import Provenance

_MINUTES_A_WEEK = 10080.0
_FORMAT = "deqi run 1"
THRESHOLD = "experiment.threshold.threshold"

_Array = np.ndarray[Any, Any]


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

    def __init__(
        self,
        time: _Array,
        series: Mapping[str, _Array],
        about: Mapping[str, tuple[str, str]],
        *,
        weeks: float,
        sessions: Sequence[Sequence[float]],
        provenance: str,
    ) -> None:
        self._time = _frozen(time)
        self._series = {path: _frozen(values) for path, values in series.items()}
        self._about = {path: about[path] for path in self._series}
        self._weeks = float(weeks)
        self._sessions = tuple((float(start), float(stop)) for start, stop in sessions)
        # As text, so that a change to what `provenance` returns does not come back.
        self._provenance = provenance

    @classmethod
    def build(cls, course: Mapping[str, Any], provenance: Provenance) -> Run:
        """A run from the plain data of a course; see `deqi.simulation`."""
        about = {path: (course["about"][path].unit, course["about"][path].doc) for path in course["series"]}
        return cls(
            course["time"],
            {**course["series"], THRESHOLD: course["threshold"]},
            {**about, THRESHOLD: ("Hz", "experimental pain threshold, as C-fibre firing evoked")},
            weeks=course["weeks"],
            sessions=course["sessions"],
            provenance=json.dumps(provenance),
        )

    # ------------------------------------------------------------------ looking inside

    @property
    def dataset(self) -> Any:
        """A copy as `xarray.Dataset`."""
        import xarray as xr

        variables = {
            path: ("time", values.copy(), {"units": self.unit(path), "long_name": self.meaning(path)})
            for path, values in self._series.items()
        }
        time = ("time", self._time.copy(), {"units": "min", "long_name": "minutes since week 0"})
        attributes = {
            "format": _FORMAT,
            "weeks": self._weeks,
            "sessions": json.dumps(self._sessions),
            "provenance": self._provenance,
        }
        return xr.Dataset(variables, coords={"time": time}, attrs=attributes)

    @property
    def provenance(self) -> Provenance:
        """Where it is from; a fresh copy."""
        return dict(json.loads(self._provenance))

    @property
    def weeks(self) -> float:
        """Length of the course [week]."""
        return self._weeks

    @property
    def sessions(self) -> tuple[tuple[float, float], ...]:
        """Start and stop of each needle session [min]."""
        return self._sessions

    @property
    def time(self) -> _Array:
        """Minutes since week 0, shape (time,), read-only."""
        return self._time

    @property
    def paths(self) -> tuple[str, ...]:
        """Path of every series."""
        return tuple(self._series)

    def __getitem__(self, path: str) -> _Array:
        """A series by path, shape (time,), read-only."""
        if path not in self._series:
            raise UnknownNameError("series", path, self.paths)
        return self._series[path]

    def unit(self, path: str) -> str:
        """Unit of a series."""
        self[path]
        return self._about[path][0]

    def meaning(self, path: str) -> str:
        """What a series means."""
        self[path]
        return self._about[path][1]

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
        self.dataset.to_netcdf(content, engine="h5netcdf")
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
        head = dataset.attrs
        if head.get("format") != _FORMAT:
            raise FileError("is no run of this version", where=str(path))
        series = {str(name): v for name, v in dataset.data_vars.items()}
        return cls(
            dataset["time"].values,
            {name: v.values for name, v in series.items()},
            {name: (str(v.attrs["units"]), str(v.attrs["long_name"])) for name, v in series.items()},
            weeks=head["weeks"],
            sessions=json.loads(head["sessions"]),
            provenance=str(head["provenance"]),
        )

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, Run):
            return NotImplemented
        return (
            self._head() == other._head()
            and np.array_equal(self._time, other._time)
            and all(np.array_equal(v, other._series[p], equal_nan=True) for p, v in self._series.items())
        )

    def _head(self) -> tuple[object, ...]:
        return (self._about, self._weeks, self._sessions, self._provenance)

    __hash__ = None  # type: ignore[assignment]

    def __repr__(self) -> str:
        made = self.provenance
        return f"<Run {made['protocol']['name']} in {made['patient']['name']}, {self.weeks:g} weeks>"


def _frozen(values: Any) -> _Array:
    """A copy that cannot be written to."""
    copy = np.array(values)
    copy.flags.writeable = False
    return copy
