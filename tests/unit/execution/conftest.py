"""Helpers of these tests: work in a module that every process can import, and runs as programs."""

import contextlib
import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from deqi import results

HERE = str(Path(__file__).parent)
# Worker processes are told the path of their parent.
_ENVIRONMENT = {**os.environ, "PYTHONPATH": HERE}
if HERE not in sys.path:
    sys.path.insert(0, HERE)


@pytest.fixture
def python():
    """Run code in a process of its own; what it prints."""

    def run(code, *words):
        done = subprocess.run(
            [sys.executable, "-c", code, *words], env=_ENVIRONMENT, capture_output=True, text=True
        )
        assert done.returncode == 0, done.stderr
        return done.stdout.strip()

    return run


@pytest.fixture
def started():
    """Start a run as a program of its own; whatever is left of it is killed at the end."""
    programs = []

    def start(**given):
        program = subprocess.Popen(
            [sys.executable, "-c", "import chunk_works; chunk_works.main()", json.dumps(given)],
            env=_ENVIRONMENT,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
            # Signals of a terminal reach a whole group; so a test can send one without being hit.
            start_new_session=True,
        )
        programs.append(program)
        return program

    yield start
    for program in programs:
        program.kill()
        program.communicate()


@pytest.fixture
def until():
    """Wait until something holds."""

    def wait(condition, seconds=60.0):
        end = time.monotonic() + seconds
        while not condition():
            assert time.monotonic() < end, "it never came about"
            time.sleep(0.01)

    return wait


# While deqi is being worked on, files may change between the start of two processes.
SAME_CODE = "import deqi.results as r; r.code_hash = lambda: 'f' * 12"


class Dask:
    """A scheduler and workers, each a process of its own that may be killed as in real life."""

    def __init__(self, folder):
        self._folder, self.programs = folder, []
        self._file = folder / "scheduler.json"
        self.scheduler = self._start("dask_scheduler", "--host", "127.0.0.1", "--port", "0", "--no-show")

    @property
    def address(self):
        """Of the scheduler, once it listens."""
        end = time.monotonic() + 60
        while True:
            # The file may be there before all of it is.
            with contextlib.suppress(OSError, ValueError, KeyError):
                return json.loads(self._file.read_text())["address"]
            assert time.monotonic() < end, "no scheduler came"
            time.sleep(0.02)

    def worker(self, preload="", nanny=False, alike=True):
        """Start a worker with one thread; with `preload`, code that it runs first."""
        words = [
            "--host",
            "127.0.0.1",
            "--nthreads",
            "1",
            "--no-dashboard",
            "--local-directory",
            str(self._folder),
        ]
        if not nanny:
            words.append("--no-nanny")
        file = self._folder / f"preload{len(self.programs)}.py"
        file.write_text(f"{SAME_CODE if alike else ''}\n{preload}")
        words += ["--preload", str(file)]
        return self._start("dask_worker", *words)

    def _start(self, kind, *words):
        program = subprocess.Popen(
            [sys.executable, "-m", f"distributed.cli.{kind}", *words, "--scheduler-file", str(self._file)],
            env=_ENVIRONMENT,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            start_new_session=True,
        )
        self.programs.append(program)
        return program

    def close(self):
        """Kill what is left, nannies' workers too."""
        for program in reversed(self.programs):
            with contextlib.suppress(ProcessLookupError):
                os.killpg(program.pid, signal.SIGKILL)
            program.wait()


@pytest.fixture
def dask_processes(tmp_path, monkeypatch):
    """A cluster of real processes; all of them end with the test."""
    folder = tmp_path / "dask"
    folder.mkdir()
    monkeypatch.setattr(results, "code_hash", lambda: "f" * 12)
    made = Dask(folder)
    yield made
    made.close()
