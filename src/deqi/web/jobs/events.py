"""How far a job is, as a stream of server-sent events."""

from __future__ import annotations

import asyncio
import json
import time
from collections.abc import AsyncIterator

from anyio import to_thread

from deqi.web.jobs.job import Job
from deqi.web.jobs.store import Store

# Whether something has changed is looked up this often [s].
_LOOK_SECONDS = 0.25
# A line without meaning, so that nothing in between takes the stream for dead [s].
_ALIVE_SECONDS = 15.0


async def events(store: Store, job: Job) -> AsyncIterator[bytes]:
    """A job as it stands, again whenever it has changed, until it has ended.

    Each event is named ``job``, has the job's version for its id and the job as JSON for its data. The
    stream ends with the job; a browser that connects anew gets one event more, and can close.
    """
    shown, told = -1, time.monotonic()
    now: Job | None = job
    while now is not None:
        if now.version != shown:
            shown, told = now.version, time.monotonic()
            yield as_event(now)
            if now.has_ended:
                return
        elif time.monotonic() - told > _ALIVE_SECONDS:
            told = time.monotonic()
            yield b": still there\n\n"
        await asyncio.sleep(_LOOK_SECONDS)
        now = await to_thread.run_sync(store.get, job.id)


def as_event(job: Job) -> bytes:
    """A job as an event."""
    data = json.dumps(job.as_dict(), ensure_ascii=False)
    return f"event: job\nid: {job.version}\ndata: {data}\n\n".encode()
