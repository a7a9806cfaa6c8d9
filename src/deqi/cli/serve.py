"""`deqi serve`: the application in a browser, on this machine."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

from deqi.cli.arguments import Option

if TYPE_CHECKING:
    import socket

    from deqi.web.settings import Settings

__all__ = ["serve_command"]

_MOST_WORKERS = 64
# Streams of events are open as long as their reader likes; a server that is to end waits so long [s].
_GRACE_SECONDS = 2


def serve_command(
    host: Annotated[
        str, Option(help="Address to listen on; any but a loopback one needs a token.")
    ] = "127.0.0.1",
    port: Annotated[int, Option(help="Port; 0 takes a free one.")] = 8000,
    workers: Annotated[int, Option(help="Server processes, each with one that does long work.")] = 1,
    data: Annotated[
        Path | None, Option(help="Folder of jobs and their files; by default the user's own.")
    ] = None,
    token: Annotated[
        str | None, Option(help="What users must show; made where one is needed and none is given.")
    ] = None,
    open_it: Annotated[bool, Option("--open", help="Open a browser on it.")] = False,
) -> None:
    """Serve the web application: sessions and trials in a browser.

    It listens to this machine alone unless told otherwise, and asks nothing of any other.
    """
    import os
    import secrets

    from deqi.errors import DeqiError
    from deqi.web.settings import Settings, default_data, is_loopback

    if not 1 <= workers <= _MOST_WORKERS:
        raise DeqiError(f"{workers} server processes", where="--workers", fix=f"give 1 to {_MOST_WORKERS}")
    made = secrets.token_urlsafe(24) if token is None and not is_loopback(host) else ""
    folder = (data or default_data()).absolute()
    settings = Settings(folder, host=host, token=token or made, parent=os.getpid() if workers > 1 else 0)
    listening = _listening(host, port)
    _check_folder(settings)
    address = _address(listening, host)
    # The token is shown this once, and only if nobody knows it yet.
    print(f"deqi: {address}{f'?token={made}' if made else ''}", flush=True)
    print(f"jobs are kept in {folder}; Ctrl-C ends the server", file=sys.stderr, flush=True)
    if open_it:
        _open_soon(f"{address}?token={settings.token}" if settings.token else address)
    _serve(settings, listening, workers)


def _listening(host: str, port: int) -> socket.socket:
    """A socket that listens; whether it can is known before anything is loaded."""
    import socket

    from deqi.errors import DeqiError

    if not 0 <= port <= 65535:
        raise DeqiError(
            f"there is no port {port}", where="--port", fix="give 1 to 65535, or 0 for a free one"
        )
    try:
        family, kind, _, _, address = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)[0]
    except (OSError, UnicodeError) as error:
        raise DeqiError(
            f"'{host}' is no address of this machine", where="--host", fix="try 127.0.0.1"
        ) from error
    listening = socket.socket(family, kind)
    # A server that has just ended must not stand in the way; one that listens does.
    listening.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        listening.bind(address)
        listening.listen(1024)
    except OSError as error:
        listening.close()
        reason = (error.strerror or str(error)).lower()
        raise DeqiError(
            f"cannot listen on {host} port {port}: {reason}",
            where="--port",
            fix="try another, or 0 for a free one",
        ) from error
    return listening


def _check_folder(settings: Settings) -> None:
    from deqi.web.jobs.store import Store
    from deqi.web.users import secret_of

    Store(settings.data)
    secret_of(settings.data)


def _address(listening: socket.socket, host: str) -> str:
    port = listening.getsockname()[1]
    return f"http://{f'[{host}]' if ':' in host else host}:{port}/"


def _open_soon(address: str) -> None:
    """Open a browser; the socket listens already, so that it waits until the server answers."""
    import threading
    import webbrowser

    threading.Timer(0.5, webbrowser.open, (address,)).start()


def _serve(settings: Settings, listening: socket.socket, workers: int) -> None:
    import uvicorn
    from uvicorn.supervisors import Multiprocess

    settings.to_environment()
    config = uvicorn.Config(
        "deqi.web.app:from_environment",
        factory=True,
        workers=workers,
        log_level="warning",
        # Addresses may hold a token.
        access_log=False,
        server_header=False,
        # Who asks is who connects, whatever a header says.
        proxy_headers=False,
        timeout_graceful_shutdown=_GRACE_SECONDS,
        # A machine that is busy with a trial may answer late.
        timeout_worker_healthcheck=60,
    )
    if workers == 1:
        server = uvicorn.Server(config)
        server.run(sockets=[listening])
        if not server.started:
            sys.exit(2)
    else:
        Multiprocess(config, sockets=[listening]).run()
