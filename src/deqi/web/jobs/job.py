"""A job as it stands."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

STATES = ("queued", "running", "finished", "failed", "cancelled")
#: States that a job stays in.
ENDED = ("finished", "failed", "cancelled")
#: A job's id, which the server makes.
ID = r"^[0-9a-f]{32}$"


@dataclass(frozen=True)
class Job:
    """A job as it stands; times are seconds since 1970.

    Attributes
    ----------
    id : str
        Made by the server; whoever knows it may see the job.
    user : str
        Who asked for it, and may cancel it.
    kind : str
        ``trial``.
    spec : mapping
        What was asked for.
    state : str
        One of `STATES`.
    stage : str
        What is being done.
    done, total : int
        Patients.
    seconds_left : float or None
        If things go on as they went [s].
    created, started, ended : float or None
        When; a job that was taken up again started then.
    attempts : int
        How often it was begun.
    error : mapping or None
        Why it failed: ``says``, ``where``, ``fix``.
    digest : str
        SHA-256 of the cohort, once it is there.
    version : int
        Rises with every change.
    """

    id: str
    user: str
    kind: str
    spec: Mapping[str, Any]
    state: str
    stage: str
    done: int
    total: int
    seconds_left: float | None
    created: float
    started: float | None
    ended: float | None
    attempts: int
    error: Mapping[str, str] | None
    digest: str
    version: int

    @classmethod
    def of(cls, row: Mapping[str, Any]) -> Job:
        """The job of a row of the store."""
        values = {name: row[name] for name in cls.__dataclass_fields__}
        values["spec"] = json.loads(row["spec"])
        values["error"] = json.loads(row["error"]) if row["error"] else None
        return cls(**values)

    @property
    def has_ended(self) -> bool:
        """Whether nothing more will come of it."""
        return self.state in ENDED

    def as_dict(self) -> dict[str, Any]:
        """The job as plain data, without who asked for it."""
        return {
            "id": self.id,
            "kind": self.kind,
            "asked": dict(self.spec),
            "state": self.state,
            "stage": self.stage,
            "progress": {"done": self.done, "total": self.total, "seconds_left": self.seconds_left},
            "created": _moment(self.created),
            "started": _moment(self.started),
            "ended": _moment(self.ended),
            "attempts": self.attempts,
            "error": None if self.error is None else dict(self.error),
            "digest": self.digest or None,
            "version": self.version,
        }


def _moment(seconds: float | None) -> str | None:
    return None if seconds is None else datetime.fromtimestamp(seconds, UTC).isoformat(timespec="seconds")
