"""What a server is told: where it listens, where it keeps jobs, what it refuses."""

from __future__ import annotations

import ipaddress
import json
import os
from dataclasses import asdict, dataclass, field, fields, replace
from pathlib import Path
from typing import Any

from deqi.errors import DeqiError

#: Names by which this machine calls itself.
LOOPBACK = ("localhost", "127.0.0.1", "::1")
#: A token shorter than this can be guessed.
SHORTEST_TOKEN = 16
# Settings reach processes that a server starts by this variable.
_VARIABLE = "DEQI_WEB_SETTINGS"


@dataclass(frozen=True)
class Limits:
    """What is refused because it is too much.

    Attributes
    ----------
    body_bytes : int
        Length of what is sent with a request.
    patients : int
        Patients of a job.
    job_seconds : float
        How long a job may take from its (latest) start [s].
    jobs_per_user : int
        Jobs of one user that are queued or running.
    queue : int
        Jobs of all users that are queued or running.
    watchers : int
        Streams of events that one server process keeps open.
    keep_days : float
        How long an ended job and its files are kept [d].
    keep_jobs : int
        How many ended jobs are kept.
    """

    body_bytes: int = 64 * 1024
    patients: int = 5000
    job_seconds: float = 3600.0
    jobs_per_user: int = 4
    queue: int = 32
    watchers: int = 200
    keep_days: float = 30.0
    keep_jobs: int = 200


@dataclass(frozen=True)
class Settings:
    """What a server is told.

    Attributes
    ----------
    data : Path
        Folder of jobs and their files; made if there is none.
    host : str
        Where it listens.
    token : str
        What a user must show; empty for none, which only a server on loopback may have.
    hosts : tuple of str
        Names by which it may be called; empty for any. By default those of loopback, and its host.
    runners : int
        Processes in which each server process does long work; 0 leaves it to others.
    lease_seconds : float
        A job whose process has not been heard of for so long is taken by another [s].
    parent : int
        Process that started it, and without which it must end; 0 for none. It is told, not looked up: that
        process may be gone by then.
    limits : Limits
        What is refused because it is too much.

    Examples
    --------
    >>> settings = Settings(Path("/tmp/deqi-data"))
    >>> settings.local, settings.allowed_hosts
    (True, ('localhost', '127.0.0.1', '::1'))
    """

    data: Path
    host: str = "127.0.0.1"
    token: str = ""
    hosts: tuple[str, ...] = ()
    runners: int = 1
    lease_seconds: float = 6.0
    parent: int = 0
    limits: Limits = field(default_factory=Limits)

    def __post_init__(self) -> None:
        if self.token and len(self.token) < SHORTEST_TOKEN:
            raise DeqiError(
                f"a token of {len(self.token)} characters can be guessed",
                where="--token",
                fix=f"give {SHORTEST_TOKEN} or more, or leave it out: one is made where it is needed",
            )
        if not self.local and not self.token:
            raise DeqiError(
                f"{self.host} can be reached from other machines, and there is no token",
                where="--host",
                fix="give --token, or keep to 127.0.0.1",
            )

    @property
    def local(self) -> bool:
        """Whether only this machine can reach it."""
        return is_loopback(self.host)

    @property
    def allowed_hosts(self) -> tuple[str, ...]:
        """Names by which it may be called; empty for any.

        A page elsewhere may let its own name point to this machine (DNS rebinding). Where there is a token,
        such a page does not have it: a browser keeps it under another name.
        """
        if self.hosts or not self.local:
            return self.hosts
        return tuple(dict.fromkeys((*LOOPBACK, self.host)))

    def to_environment(self) -> None:
        """Leave the settings to processes that this one starts."""
        plain = {**asdict(self), "data": str(self.data)}
        os.environ[_VARIABLE] = json.dumps(plain)

    @classmethod
    def from_environment(cls) -> Settings:
        """The settings that `to_environment` left.

        Raises
        ------
        DeqiError
            If there are none.
        """
        if _VARIABLE not in os.environ:
            raise DeqiError("a server was started without settings", fix="start it with: deqi serve")
        told: dict[str, Any] = json.loads(os.environ[_VARIABLE])
        told |= {
            "data": Path(told["data"]),
            "hosts": tuple(told["hosts"]),
            "limits": Limits(**told["limits"]),
        }
        return cls(**told)

    def with_limits(self, **limits: float) -> Settings:
        """The same with some limits changed."""
        known = {f.name for f in fields(Limits)}
        assert set(limits) <= known, limits
        return replace(self, limits=Limits(**{**asdict(self.limits), **limits}))


def is_loopback(host: str) -> bool:
    """Whether only this machine can reach a host name or address.

    Examples
    --------
    >>> [is_loopback(host) for host in ("localhost", "127.0.0.2", "::1", "0.0.0.0", "example.org")]
    [True, True, True, False, False]
    """
    if host == "localhost":
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False


def default_data() -> Path:
    """Where jobs are kept unless told otherwise: the user's folder for data."""
    base = os.environ.get("XDG_DATA_HOME") or str(Path.home() / ".local" / "share")
    return Path(base) / "deqi" / "web"
