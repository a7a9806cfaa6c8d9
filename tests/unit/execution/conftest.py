"""Helpers of these tests: work in a module that every process can import, and runs as programs."""

import json
import os
import subprocess
import sys
import time
from pathlib import Path

import pytest

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
