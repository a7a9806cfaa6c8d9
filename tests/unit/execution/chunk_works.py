"""Work for these tests, in a module that worker processes can import; and a program that runs it."""

import json
import os
import random
import sys
import time
import uuid
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pyarrow as pa

from deqi import results
from deqi.errors import ParameterError
from deqi.execution import execute


@dataclass(frozen=True)
class Rows:
    """Rows of every kind of column; a pause before each chunk; a file for each call, if there is a folder."""

    seconds: float = 0.0
    calls: str = ""

    def __call__(self, first, stop, threads):
        if self.calls:
            # The file is there when work begins, so that a test can wait for it.
            Path(self.calls, f"{first}-{stop}-{threads}-{uuid.uuid4().hex}").touch()
        time.sleep(self.seconds)
        patient = np.arange(first, stop)
        return pa.table(
            {
                "patient": patient,
                "pain": np.where(patient % 5 == 0, np.nan, 50 + 20 * np.sin(patient)),
                "left": pa.array([None if k % 7 == 0 else float(k) for k in patient], pa.float64()),
                "arm": [f"arm {'x' * (k % 4)}" for k in patient],
                "blind": patient % 2 == 0,
            }
        )


@dataclass(frozen=True)
class Dies(Rows):
    """A worker that is killed at a patient."""

    at: int = 4

    def __call__(self, first, stop, threads):
        if first <= self.at < stop:
            os._exit(7)
        return super().__call__(first, stop, threads)


@dataclass(frozen=True)
class Refuses(Rows):
    """An error for the user's eyes at a patient; `bug` makes it one of the programmer."""

    at: int = 4
    bug: bool = False

    def __call__(self, first, stop, threads):
        if first <= self.at < stop:
            raise ZeroDivisionError("oh") if self.bug else ParameterError("is no number", where="page.toml")
        return super().__call__(first, stop, threads)


@dataclass(frozen=True)
class Impure(Rows):
    """Rows that depend on the process."""

    def __call__(self, first, stop, threads):
        rows = super().__call__(first, stop, threads)
        return rows.append_column("process", [[os.getpid()] * len(rows)])


@dataclass(frozen=True)
class Bulky(Rows):
    """Rows of which one patient's fill 50 kB and more, whatever the compression."""

    at: int = 4

    def __call__(self, first, stop, threads):
        noise = [random.Random(k).randbytes(50_000).hex() if k == self.at else "" for k in range(first, stop)]
        return super().__call__(first, stop, threads).append_column("noise", [noise])


def main():
    """Run `execute` as the first argument says, in JSON; print the digest."""
    results.code_hash = lambda: "f" * 12  # as in conftest.py
    given = json.loads(sys.argv[1])
    work = Rows(given.pop("seconds", 0.0), given.pop("calls", ""))
    print(execute(work, described={"trial": "t", "seed": 1}, **given).digest())
