"""Applications and servers for the tests of the web application."""

from __future__ import annotations

import contextlib
import json
import os
import signal
import subprocess
import sys
import threading
import time
import warnings
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx
import pytest
import uvicorn

from deqi.web import Settings, create_app

with warnings.catch_warnings():
    # Starlette would rather have httpx2; the tests need no more than httpx does.
    warnings.simplefilter("ignore")
    from fastapi.testclient import TestClient

_PATIENCE = 90.0


@pytest.fixture(scope="module")
def address(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The application on a free port of loopback, without workers, for a browser to open."""
    app = create_app(Settings(tmp_path_factory.mktemp("page"), runners=0))
    server = uvicorn.Server(uvicorn.Config(app, host="127.0.0.1", port=0, log_level="error"))
    thread = threading.Thread(target=server.run)
    thread.start()
    end = time.monotonic() + _PATIENCE
    while not server.started:
        assert time.monotonic() < end
        assert thread.is_alive()
        time.sleep(0.02)
    yield f"http://127.0.0.1:{server.servers[0].sockets[0].getsockname()[1]}"
    server.should_exit = True
    thread.join(20)


@dataclass
class Server:
    """`deqi serve` as a process of its own."""

    process: subprocess.Popen[str]
    address: str
    client: httpx.Client

    def post(self, asked: dict[str, Any]) -> dict[str, Any]:
        answer = self.client.post("/api/jobs", json=asked)
        assert answer.status_code == 202, answer.text
        return answer.json()

    def job(self, name: str) -> dict[str, Any]:
        return self.client.get(f"/api/jobs/{name}").raise_for_status().json()

    def wait(self, name: str, until: Callable[[dict[str, Any]], bool]) -> dict[str, Any]:
        return wait_for(lambda: self.job(name), until)

    def wait_for_end(self, name: str) -> dict[str, Any]:
        return self.wait(name, lambda job: job["state"] in ("finished", "failed", "cancelled"))

    def events(self, name: str) -> list[dict[str, Any]]:
        """Every event of a job until it has ended."""
        found = []
        with self.client.stream("GET", f"/api/jobs/{name}/events", timeout=_PATIENCE) as answer:
            assert answer.headers["content-type"].startswith("text/event-stream")
            lines = (line for line in answer.iter_lines() if line.startswith("data: "))
            found += [json.loads(line.removeprefix("data: ")) for line in lines]
        return found

    def close(self) -> None:
        """Whatever the test did, it is gone."""
        self.end(signal.SIGKILL)
        assert self.process.stdout is not None
        self.process.stdout.close()

    def end(self, how: signal.Signals = signal.SIGTERM) -> None:
        self.client.close()
        if self.process.poll() is None:
            self.process.send_signal(how)
        self.process.wait(30)


def wait_for(look: Callable[[], Any], until: Callable[[Any], bool], seconds: float = _PATIENCE) -> Any:
    end = time.monotonic() + seconds
    while True:
        found = look()
        if until(found):
            return found
        assert time.monotonic() < end, found
        time.sleep(0.1)


def serve(*options: str, data: Path) -> Server:
    """Start a server on a free port of loopback, and wait until it answers."""
    process = subprocess.Popen(
        [sys.executable, "-m", "deqi", "serve", "--port", "0", "--data", str(data), *options],
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        text=True,
        env={**os.environ, "OPENBLAS_NUM_THREADS": "1"},
    )
    assert process.stdout is not None
    address = process.stdout.readline().removeprefix("deqi: ").strip()
    # What listens everywhere is asked on this machine.
    client = httpx.Client(base_url=address.partition("?")[0].replace("0.0.0.0", "127.0.0.1"), timeout=30)
    server = Server(process, address, client)
    try:
        wait_for(lambda: _answers(client), bool, seconds=30)
    except BaseException:
        server.close()
        raise
    return server


def _answers(client: httpx.Client) -> bool:
    try:
        return client.get("/healthz").status_code == 200
    except httpx.TransportError:
        return False


@pytest.fixture
def serving(tmp_path: Path) -> Iterator[Callable[..., Server]]:
    """`serve` on one folder; whatever it started is gone afterwards."""
    begun: list[Server] = []

    def start(*options: str) -> Server:
        begun.append(serve(*options, data=tmp_path / "data"))
        return begun[-1]

    yield start
    for server in begun:
        server.close()


@pytest.fixture(scope="module")
def client(tmp_path_factory: pytest.TempPathFactory) -> Iterator[TestClient]:
    """The application without workers: jobs stay in the queue."""
    with _application(tmp_path_factory.mktemp("data")) as made:
        yield made


@pytest.fixture
def application(tmp_path: Path) -> Iterator[Callable[..., TestClient]]:
    """The application with settings and limits of a test's own, on one folder."""
    with contextlib.ExitStack() as stack:
        yield lambda **changes: stack.enter_context(_application(tmp_path / "data", **changes))


@contextlib.contextmanager
def _application(
    data: Path, *, limits: dict[str, float] | None = None, **changes: Any
) -> Iterator[TestClient]:
    settings = Settings(data, runners=0, **changes).with_limits(**(limits or {}))
    with TestClient(create_app(settings), base_url="http://localhost", raise_server_exceptions=False) as made:
        yield made
