"""`deqi trial --cluster`: the same command and the same bits; what is wrong with a cluster is one line."""

from __future__ import annotations

import contextlib
import json
import os
import re
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

SMALL = ("trial", "gerac", "--patients", "24", "--chunk", "6", "--out", "run", "--json")


def deqi(*words: str, cwd: Path) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "deqi", *words], cwd=cwd, capture_output=True, text=True, timeout=300
    )


@contextlib.contextmanager
def cluster(folder: Path, preload: str = "") -> Iterator[str]:
    """A scheduler and one worker, as processes of their own; the scheduler's address."""
    file, lie = folder / "scheduler.json", folder / "preload.py"
    lie.write_text(preload)
    common = ("--host", "127.0.0.1", "--scheduler-file", str(file))
    alone = ("--nthreads", "2", "--no-nanny", "--no-dashboard", "--local-directory", str(folder))
    started = [
        subprocess.Popen(
            [sys.executable, "-m", f"distributed.cli.{kind}", *common, *more],
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            start_new_session=True,
        )
        for kind, more in (
            ("dask_scheduler", ("--port", "0", "--no-show")),
            ("dask_worker", (*alone, "--preload", str(lie))),
        )
    ]
    try:
        end = time.monotonic() + 60
        address = ""
        while not address:
            assert time.monotonic() < end, "no scheduler came"
            # The file may be there before all of it is.
            with contextlib.suppress(OSError, ValueError):
                address = json.loads(file.read_text())["address"]
            time.sleep(0.05)
        yield address
    finally:
        for program in started:
            with contextlib.suppress(ProcessLookupError):
                os.killpg(program.pid, signal.SIGKILL)
            program.wait()


def test_a_cluster_gives_the_same_bits(tmp_path: Path) -> None:
    (tmp_path / "here").mkdir()
    with cluster(tmp_path) as address:
        done = deqi(*SMALL, "--cluster", address, cwd=tmp_path)
    assert done.returncode == 0, done.stderr
    alone = deqi(*SMALL, cwd=tmp_path / "here")
    there, here = json.loads(done.stdout), json.loads(alone.stdout)
    assert there["digest"] == here["digest"]
    assert there["contrasts"] == here["contrasts"]


def test_a_worker_that_may_give_other_bits_is_refused_in_one_line(tmp_path: Path) -> None:
    with cluster(tmp_path, "import deqi; deqi.__version__ = '0.0.9'") as address:
        done = deqi(*SMALL, "--cluster", address, cwd=tmp_path)
    assert (done.returncode, done.stdout) == (2, "")
    said = done.stderr.strip().splitlines()[-1]
    assert re.search(r"worker tcp://127\.0\.0\.1:\d+: may give other bits: deqi is 0\.0\.9 there and", said)
    assert "Traceback" not in done.stderr
    assert not (tmp_path / "run" / "chunks").exists()


def test_where_nobody_answers_is_one_line(tmp_path: Path) -> None:
    address = "nonsense://x:1"
    done = deqi(*SMALL, "--cluster", address, cwd=tmp_path)
    assert done.returncode == 2
    assert f"{address}: no scheduler answers; give the address that it shows" in done.stderr
    assert "Traceback" not in done.stderr
