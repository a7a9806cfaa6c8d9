"""`deqi serve` as it is typed: what it listens to, what it refuses, what it tells."""

from __future__ import annotations

import socket
import subprocess
import sys

import httpx
import pytest


def deqi(*options: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "deqi", "serve", *options], capture_output=True, text=True, timeout=60
    )


@pytest.mark.parametrize(
    ("options", "says"),
    [
        (["--port", "PORT"], "address already in use"),
        (["--port", "99999"], "there is no port 99999"),
        (["--host", "no.such.host.invalid"], "is no address of this machine"),
        (["--workers", "0"], "0 server processes"),
        (["--token", "short"], "a token of 5 characters can be guessed"),
        (["--port", "0", "--data", "FILE"], "choose another --data"),
    ],
    ids=lambda v: " ".join(v) if isinstance(v, list) else "",
)
def test_what_cannot_be_is_one_line_and_status_2(options, says, tmp_path):
    (tmp_path / "file").write_text("mine")
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        known = {"PORT": str(taken.getsockname()[1]), "FILE": str(tmp_path / "file")}
        if "--data" not in options:
            options = [*options, "--data", str(tmp_path / "data")]
        done = deqi(*(known.get(word, word) for word in options))
    assert done.returncode == 2, done
    assert says in done.stderr
    assert done.stderr.count("\n") == 1
    assert done.stdout == ""
    assert (tmp_path / "file").read_text() == "mine"


def test_help_loads_nothing_heavy():
    heavy = "fastapi starlette uvicorn jinja2 pydantic numpy asyncio"
    code = (
        "import contextlib, io, sys\nfrom deqi.cli.main import run\n"
        "for words in (['--help'], ['serve', '--help']):\n"
        "    with contextlib.suppress(SystemExit), contextlib.redirect_stdout(io.StringIO()) as said:\n"
        "        run(words)\n"
        "    assert 'web application' in said.getvalue()\n"
        f"print(sorted(set({heavy.split()!r}) & set(sys.modules)))"
    )
    done = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=True, timeout=60
    )
    assert done.stdout.strip() == "[]"


def test_where_others_can_reach_it_a_token_is_made_and_shown_once(serving):
    server = serving("--host", "0.0.0.0")
    address = httpx.URL(server.address)
    assert len(address.params["token"]) >= 32
    local = f"http://127.0.0.1:{address.port}"
    with httpx.Client(base_url=local, follow_redirects=True) as browser:
        assert browser.get("/about").status_code == 401
        page = browser.get("/about", params={"token": address.params["token"]})
        assert page.status_code == 200
        assert "token" not in str(page.url)
        assert browser.get("/api/about").status_code == 200


def test_loopback_is_the_default_and_a_given_token_is_not_shown(serving):
    server = serving("--token", "a-token-of-some-length")
    assert server.address.startswith("http://127.0.0.1:")
    assert "token" not in server.address
    assert server.client.get("/api/about").status_code == 401
    headers = {"authorization": "Bearer a-token-of-some-length"}
    assert server.client.get("/api/about", headers=headers).status_code == 200
    assert "server" not in server.client.get("/healthz").headers
