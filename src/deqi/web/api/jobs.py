"""Long work: asked for, watched, cancelled, fetched."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator
from pathlib import Path as File
from typing import Annotated, Any, Literal

from fastapi import APIRouter, Body, Depends, Path, Request
from fastapi.responses import FileResponse, Response, StreamingResponse
from pydantic import BaseModel, ConfigDict, Field

from deqi.errors import DeqiError
from deqi.web.errors import Refused, responses
from deqi.web.jobs.events import events
from deqi.web.jobs.folders import FILES, RESULT, folder_of, remove_folder
from deqi.web.jobs.job import ID, Job
from deqi.web.jobs.store import Full, Store
from deqi.web.settings import Settings
from deqi.web.users import user_of

router = APIRouter(tags=["jobs"])
#: A report is one file with styles inside, and can do nothing.
_REPORT = "default-src 'none'; style-src 'unsafe-inline'; img-src data:; sandbox; frame-ancestors 'self'"


class Asked(BaseModel):
    """A trial that is asked for, from the library or designed: one of the two."""

    model_config = ConfigDict(extra="forbid")

    kind: Literal["trial"] = "trial"
    trial: str | None = Field(default=None, max_length=80, description="Name of a trial of the library.")
    design: dict[str, Any] | None = Field(
        default=None, description="A design, as the TOML file that `deqi trial` takes; files cannot be named."
    )
    patients: int | None = Field(
        default=None,
        ge=1,
        le=10_000_000,
        description="Patients randomised in all; by default the trial's own.",
    )
    seed: int = Field(default=1, ge=0, le=2**32 - 1, description="Seed of everything random.")
    sham: str | None = Field(
        default=None, max_length=80, description="A type of sham in place of the trial's."
    )


class Progress(BaseModel):
    """How far a job is."""

    done: int
    total: int
    seconds_left: float | None


class Told(BaseModel):
    """A job as it stands."""

    id: str
    kind: str
    asked: dict[str, Any]
    state: Literal["queued", "running", "finished", "failed", "cancelled"]
    stage: str
    progress: Progress
    ahead: int = Field(description="Jobs that wait before this one.")
    created: str
    started: str | None
    ended: str | None
    attempts: int
    error: dict[str, str] | None
    digest: str | None
    version: int


class Jobs(BaseModel):
    """Jobs of a user."""

    jobs: list[Told]


def _store(request: Request) -> Store:
    found: Store = request.app.state.store
    return found


def _job(request: Request, id: Annotated[str, Path(pattern=ID)]) -> Job:
    found = _store(request).get(id)
    if found is None:
        raise Refused(404, "there is no such job", where="id", fix="it may have been removed: ask again")
    return found


TheJob = Annotated[Job, Depends(_job)]


def _told(store: Store, job: Job) -> dict[str, Any]:
    return {**job.as_dict(), "ahead": store.ahead(job) if job.state == "queued" else 0}


@router.post("/api/jobs", status_code=202, response_model=Told, responses=responses(429))
def post_job(request: Request, response: Response, asked: Annotated[Asked, Body()]) -> dict[str, Any]:
    """Put a trial in the queue; it is checked as the command line checks it."""
    from deqi.web.jobs.trial import check_trial

    settings: Settings = request.app.state.settings
    if (asked.trial is None) == (asked.design is None):
        raise DeqiError("needs trial or design, one of them", where="body", fix='write {"trial": "gerac"}')
    spec = asked.model_dump(exclude={"kind"})
    _few_enough(asked.patients, settings)
    plan = check_trial(spec)
    _few_enough(plan.patients, settings)
    spec |= {"patients": plan.patients, "title": plan.title}
    store = _store(request)
    try:
        job = store.add(
            user_of(request),
            asked.kind,
            spec,
            total=plan.patients,
            per_user=settings.limits.jobs_per_user,
            queue=settings.limits.queue,
        )
    except Full as full:
        raise Refused(429, str(full), fix="wait until one has ended, or cancel one") from full
    response.headers["location"] = f"/api/jobs/{job.id}"
    return _told(store, job)


def _few_enough(patients: int | None, settings: Settings) -> None:
    most = settings.limits.patients
    if patients is not None and patients > most:
        raise DeqiError(
            f"{patients} patients are more than this server takes",
            where="patients",
            fix=f"give {most} or fewer here; the command line takes more",
        )


@router.get("/api/jobs", response_model=Jobs, responses=responses())
def get_jobs(request: Request) -> dict[str, Any]:
    """Your jobs, the newest first."""
    store = _store(request)
    return {"jobs": [_told(store, job) for job in store.of_user(user_of(request))]}


@router.get("/api/jobs/{id}", response_model=Told, responses=responses(404))
def get_job(request: Request, job: TheJob) -> dict[str, Any]:
    """A job as it stands. Whoever knows its id may see it."""
    return _told(_store(request), job)


@router.delete("/api/jobs/{id}", response_model=Told, responses=responses(404, 409))
def delete_job(request: Request, job: TheJob) -> dict[str, Any]:
    """Cancel a job that has not ended; remove one that has, with its files. It must be yours."""
    if job.user != user_of(request):
        raise Refused(403, "the job is another user's", where="id")
    store = _store(request)
    if job.has_ended:
        store.remove(job.id)
        remove_folder(store.data, job.id)
        return _told(store, job)
    store.cancel(job.id)
    return _told(store, store.get(job.id) or job)


@router.get(
    "/api/jobs/{id}/events",
    response_class=StreamingResponse,
    responses=responses(404, 429)
    | {
        200: {
            "description": "Events named `job`, each the job as JSON; the stream ends with the job.",
            "content": {"text/event-stream": {"schema": {"type": "string"}}},
        }
    },
)
async def get_events(request: Request, job: TheJob) -> StreamingResponse:
    """How far a job is, as it happens."""
    state, most = request.app.state, request.app.state.settings.limits.watchers
    if state.watchers >= most:
        raise Refused(429, f"{most} streams are open", fix="ask for the job itself now and then")

    async def counted() -> AsyncIterator[bytes]:
        state.watchers += 1
        try:
            async for event in events(state.store, job):
                yield event
        finally:
            state.watchers -= 1

    # A proxy must not gather events.
    headers = {"x-accel-buffering": "no"}
    return StreamingResponse(counted(), media_type="text/event-stream", headers=headers)


@router.get("/api/jobs/{id}/result", responses=responses(404, 409))
def get_result(request: Request, job: TheJob) -> dict[str, Any]:
    """The result of a finished trial, as `deqi trial --json` prints it, and the job."""
    found: dict[str, Any] = json.loads(_file(request, job, RESULT).read_bytes())
    return {"job": job.as_dict(), "result": found}


@router.get(
    "/api/jobs/{id}/files/{kind}",
    response_class=FileResponse,
    responses=responses(404, 409)
    | {
        200: {
            "description": "; ".join(f"`{kind.name}`: {kind.says}" for kind in FILES.values()),
            "content": {kind.media: {"schema": {"type": "string"}} for kind in FILES.values()},
        }
    },
)
def get_file(
    request: Request, job: TheJob, kind: Literal["report.html", "cohort.csv", "cohort.parquet"]
) -> FileResponse:
    """A file of a finished trial."""
    about = FILES[kind]
    shown = kind == "report.html"
    return FileResponse(
        _file(request, job, kind),
        media_type=about.media,
        filename=f"deqi-{job.id[:8]}-{kind}",
        content_disposition_type="inline" if shown else "attachment",
        headers={"content-security-policy": _REPORT} if shown else None,
    )


def _file(request: Request, job: Job, name: str) -> File:
    if job.state != "finished":
        said = "has not ended" if not job.has_ended else f"has {job.state}"
        raise Refused(409, f"the job {said}", where="id", fix=f"see /api/jobs/{job.id}")
    path = folder_of(_store(request).data, job.id) / name
    if not path.is_file():
        raise Refused(404, "the file was removed", where="kind", fix="ask for the trial again")
    return path


__all__ = ["Asked", "Told", "router"]
