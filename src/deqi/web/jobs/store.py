"""The queue: one SQLite file that all processes of a server share.

A job is taken by one statement, so that two processes never take the same one,
and held by a lease that its owner renews. Whoever has lost it, because it was
cancelled or because nothing was heard for too long, can no longer write to it.
"""

from __future__ import annotations

import json
import secrets
import sqlite3
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from deqi.errors import FileError
from deqi.web.jobs.job import ENDED, Job

_NAME = "jobs.sqlite"
_FORMAT = 1
_TABLE = """
CREATE TABLE IF NOT EXISTS jobs (
  id TEXT PRIMARY KEY, user TEXT NOT NULL, kind TEXT NOT NULL, spec TEXT NOT NULL,
  state TEXT NOT NULL DEFAULT 'queued', stage TEXT NOT NULL DEFAULT 'waiting',
  done INTEGER NOT NULL DEFAULT 0, total INTEGER NOT NULL, seconds_left REAL,
  created REAL NOT NULL, started REAL, ended REAL,
  owner TEXT NOT NULL DEFAULT '', lease REAL NOT NULL DEFAULT 0, attempts INTEGER NOT NULL DEFAULT 0,
  error TEXT NOT NULL DEFAULT '', digest TEXT NOT NULL DEFAULT '', version INTEGER NOT NULL DEFAULT 1
);
CREATE INDEX IF NOT EXISTS by_state ON jobs (state, created);
"""
_OPEN = "state IN ('queued', 'running')"
#: A job that so many processes were lost with is given up.
MOST_ATTEMPTS = 5
# Another process writes for milliseconds; a full disk or a stopped machine may take longer [s].
_PATIENCE = 20.0
_LOST = {
    "says": f"{MOST_ATTEMPTS} processes were lost in the middle of it",
    "where": "",
    "fix": "ask for fewer patients: memory may have been short",
}


class Full(Exception):
    """There is no room for another job; the text says whose."""


class Store:
    """The queue in a folder.

    Parameters
    ----------
    data : Path
        The folder; made if there is none.

    Raises
    ------
    FileError
        If it cannot be used.

    Examples
    --------
    >>> import tempfile
    >>> with tempfile.TemporaryDirectory() as data:
    ...     store = Store(Path(data))
    ...     job = store.add("me", "trial", {"trial": "gerac"}, total=60, per_user=4, queue=32)
    ...     taken = store.claim("worker 1", lease=5.0)
    ...     job.state, taken.id == job.id, store.claim("worker 2", lease=5.0)
    ('queued', True, None)
    """

    def __init__(self, data: Path) -> None:
        self.data = data
        self._file = data / _NAME
        try:
            data.mkdir(parents=True, exist_ok=True)
            with self._open() as there:
                there.execute("PRAGMA journal_mode = WAL")
                made = there.execute("PRAGMA user_version").fetchone()[0]
                if made not in (0, _FORMAT):
                    raise FileError(
                        f"is of another version of deqi ({made})",
                        where=str(self._file),
                        fix="choose another --data",
                    )
                there.executescript(_TABLE + f"PRAGMA user_version = {_FORMAT};")
        except (OSError, sqlite3.Error) as error:
            raise FileError(
                f"cannot be used: {getattr(error, 'strerror', None) or error}",
                where=str(data),
                fix="choose another --data",
            ) from error

    # ------------------------------------------------------------------ users

    def add(
        self, user: str, kind: str, spec: Mapping[str, Any], *, total: int, per_user: int, queue: int
    ) -> Job:
        """Put a job in the queue.

        Raises
        ------
        Full
            If the user, or all together, have as many as they may.
        """
        name = secrets.token_hex(16)
        with self._writing() as there:
            mine, every = there.execute(
                f"SELECT count(*) FILTER (WHERE user = ?), count(*) FROM jobs WHERE {_OPEN}", (user,)
            ).fetchone()
            if mine >= per_user:
                raise Full(f"you have {mine} jobs that have not ended, and may have {per_user}")
            if every >= queue:
                raise Full(f"there are {every} jobs that have not ended, and may be {queue}")
            there.execute(
                "INSERT INTO jobs (id, user, kind, spec, total, created) VALUES (?, ?, ?, ?, ?, ?)",
                (name, user, kind, json.dumps(dict(spec)), total, time.time()),
            )
        return self.get(name) or _gone()

    def get(self, name: str) -> Job | None:
        """A job; None if there is none of that id."""
        with self._open() as there:
            row = there.execute("SELECT * FROM jobs WHERE id = ?", (name,)).fetchone()
        return None if row is None else Job.of(row)

    def of_user(self, user: str) -> list[Job]:
        """A user's jobs, the newest first."""
        with self._open() as there:
            rows = there.execute("SELECT * FROM jobs WHERE user = ? ORDER BY created DESC LIMIT 100", (user,))
            return [Job.of(row) for row in rows]

    def ahead(self, job: Job) -> int:
        """How many wait before a queued job."""
        with self._open() as there:
            asked = "SELECT count(*) FROM jobs WHERE state = 'queued' AND created < ?"
            return int(there.execute(asked, (job.created,)).fetchone()[0])

    def cancel(self, name: str) -> None:
        """Stop a job that has not ended; its owner hears of it when it next writes."""
        with self._writing() as there:
            there.execute(
                f"UPDATE jobs SET state = 'cancelled', stage = '', owner = '', ended = ?, "
                f"version = version + 1 WHERE id = ? AND {_OPEN}",
                (time.time(), name),
            )

    def remove(self, name: str) -> None:
        """Forget a job that has ended."""
        with self._writing() as there:
            there.execute(f"DELETE FROM jobs WHERE id = ? AND NOT {_OPEN}", (name,))

    # ------------------------------------------------------------------ workers

    def claim(self, owner: str, *, lease: float) -> Job | None:
        """Take the job that has waited longest, or one whose owner is not heard of any more.

        Parameters
        ----------
        owner : str
            Who takes it; different for every process.
        lease : float
            For how long, unless renewed [s].
        """
        now = time.time()
        waiting = f"(state = 'queued' OR (state = 'running' AND lease < {now!r}))"
        with self._open() as there:
            # Reading does not hold anybody up, and there is mostly nothing to do.
            if there.execute(f"SELECT 1 FROM jobs WHERE {waiting} LIMIT 1").fetchone() is None:
                return None
        with self._writing() as there:
            there.execute(
                "UPDATE jobs SET state = 'failed', stage = '', owner = '', ended = ?, error = ?, "
                f"version = version + 1 WHERE {waiting} AND attempts >= {MOST_ATTEMPTS}",
                (now, json.dumps(_LOST)),
            )
            row = there.execute(
                "UPDATE jobs SET state = 'running', stage = 'starting', owner = ?, lease = ?, started = ?, "
                "attempts = attempts + 1, version = version + 1 "
                f"WHERE id = (SELECT id FROM jobs WHERE {waiting} ORDER BY created LIMIT 1) RETURNING *",
                (owner, now + lease, now),
            ).fetchone()
        return None if row is None else Job.of(row)

    def renew(self, name: str, owner: str, *, lease: float) -> bool:
        """Hold on to a job; whether it is still the owner's."""
        return self._change(name, owner, {"lease": time.time() + lease}, silent=True)

    def tell(self, name: str, owner: str, **values: Any) -> bool:
        """Say how far it is, by column; whether it is still the owner's."""
        return self._change(name, owner, values)

    def finish(self, name: str, owner: str, digest: str) -> bool:
        """It is done."""
        values = {"state": "finished", "stage": "", "seconds_left": None, "digest": digest}
        return self._change(name, owner, {**values, "ended": time.time(), "owner": ""})

    def fail(self, name: str, owner: str, error: Mapping[str, str]) -> bool:
        """It cannot be done."""
        values = {"state": "failed", "stage": "", "seconds_left": None, "error": json.dumps(dict(error))}
        return self._change(name, owner, {**values, "ended": time.time(), "owner": ""})

    def release(self, owner: str) -> None:
        """Put back what a worker had, which was ended on purpose: that is no attempt."""
        with self._writing() as there:
            there.execute(
                "UPDATE jobs SET state = 'queued', stage = 'waiting', owner = '', lease = 0, "
                "seconds_left = NULL, attempts = attempts - 1, version = version + 1 "
                "WHERE owner = ? AND state = 'running'",
                (owner,),
            )

    # ------------------------------------------------------------------ keeping

    def names(self) -> set[str]:
        """Ids of all jobs."""
        with self._open() as there:
            return {row["id"] for row in there.execute("SELECT id FROM jobs")}

    def forget(self, *, days: float, number: int) -> None:
        """Forget jobs that ended long ago, and the oldest of too many."""
        ended = f"state IN ({', '.join(map(repr, ENDED))})"
        with self._writing() as there:
            there.execute(f"DELETE FROM jobs WHERE {ended} AND ended < ?", (time.time() - 86400 * days,))
            there.execute(
                f"DELETE FROM jobs WHERE {ended} AND id NOT IN "
                f"(SELECT id FROM jobs WHERE {ended} ORDER BY ended DESC LIMIT ?)",
                (number,),
            )

    # ------------------------------------------------------------------ the file

    def _change(self, name: str, owner: str, values: Mapping[str, Any], *, silent: bool = False) -> bool:
        names: Sequence[str] = [f"{column} = ?" for column in values]
        if not silent:
            names = [*names, "version = version + 1"]
        with self._writing() as there:
            done = there.execute(
                f"UPDATE jobs SET {', '.join(names)} WHERE id = ? AND owner = ? AND state = 'running'",
                (*values.values(), name, owner),
            )
            return done.rowcount == 1

    @contextmanager
    def _open(self) -> Iterator[sqlite3.Connection]:
        there = sqlite3.connect(self._file, timeout=_PATIENCE, isolation_level=None)
        try:
            there.row_factory = sqlite3.Row
            there.execute("PRAGMA synchronous = NORMAL")
            yield there
        finally:
            there.close()

    @contextmanager
    def _writing(self) -> Iterator[sqlite3.Connection]:
        """A transaction that has the right to write from its beginning."""
        with self._open() as there:
            there.execute("BEGIN IMMEDIATE")
            try:
                yield there
            except BaseException:
                there.execute("ROLLBACK")
                raise
            there.execute("COMMIT")


def _gone() -> Job:
    raise FileError("a job was removed as soon as it was made", where=_NAME)
