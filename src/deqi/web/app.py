"""The application: guard, pages, JSON, jobs, put together."""

from __future__ import annotations

import contextlib
import os
import signal
import threading
import time
from collections.abc import AsyncIterator

from fastapi import FastAPI
from fastapi.staticfiles import StaticFiles
from starlette.middleware.gzip import GZipMiddleware
from starlette.responses import Response
from starlette.types import Scope

from deqi import __version__
from deqi.web import about
from deqi.web.api import routers
from deqi.web.course import routes as course
from deqi.web.errors import add_handlers
from deqi.web.evidence import routes as evidence
from deqi.web.jobs import Runners, Store
from deqi.web.model import routes as model
from deqi.web.pages import STATIC
from deqi.web.patient import routes as patient
from deqi.web.security import Guard
from deqi.web.session import routes as session
from deqi.web.settings import Settings
from deqi.web.trial import routes as trial
from deqi.web.users import secret_of

_ABOUT = (
    "An in-silico laboratory of acupuncture analgesia. Model estimates, not measurements; for research and "
    "teaching, no advice on anybody's care. An error is `{error: {says, where, fix}}`."
)
# A server without its parent looks for it this often, and has so long to end [s].
_LOOK_SECONDS = 1.0
_END_SECONDS = 15.0


class _Static(StaticFiles):
    """Files that a browser keeps, and asks about each time: a new page must not meet old modules."""

    async def get_response(self, path: str, scope: Scope) -> Response:
        found = await super().get_response(path, scope)
        found.headers["cache-control"] = "no-cache"
        return found


def create_app(settings: Settings) -> FastAPI:
    """The application.

    Parameters
    ----------
    settings : Settings
        Where jobs are kept, who may ask, what is refused. The workers start with the application, and end
        with it.

    Raises
    ------
    FileError
        If the folder of jobs cannot be used.
    """
    store = Store(settings.data)
    secret = secret_of(settings.data)

    @contextlib.asynccontextmanager
    async def living(app: FastAPI) -> AsyncIterator[None]:
        if settings.parent:
            threading.Thread(target=_hang, args=(settings.parent,), daemon=True).start()
        runners = Runners(store, settings)
        if settings.runners:
            runners.start()
        try:
            yield
        finally:
            if settings.runners:
                runners.stop()

    app = FastAPI(
        title="deqi",
        version=__version__,
        description=_ABOUT,
        openapi_url="/api/openapi.json",
        # Their pages load scripts from elsewhere.
        docs_url=None,
        redoc_url=None,
        lifespan=living,
    )
    app.state.settings, app.state.store, app.state.secret, app.state.watchers = settings, store, secret, 0
    # Events are left as they are, and each piece of a page that is sent in pieces goes out at once.
    app.add_middleware(GZipMiddleware, minimum_size=1024, compresslevel=6)
    app.add_middleware(Guard, settings=settings, secret=secret)
    add_handlers(app)
    for router in (
        *routers,
        *(page.router for page in (session, course, patient, trial, evidence, model, about)),
    ):
        app.include_router(router)
    app.mount("/static", _Static(directory=STATIC), name="static")
    return app


def from_environment() -> FastAPI:
    """The application of a server process, which `deqi serve` started."""
    return create_app(Settings.from_environment())


def _hang(parent: int) -> None:
    """End when the process that started this one is gone, so that nothing holds the port."""
    while os.getppid() == parent:
        time.sleep(_LOOK_SECONDS)
    os.kill(os.getpid(), signal.SIGTERM)
    time.sleep(_END_SECONDS)
    os._exit(1)
