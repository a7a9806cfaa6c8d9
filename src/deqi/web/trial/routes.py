"""Addresses of the Trial page: the form, a job by its id, its files, sizes at a glance."""

from __future__ import annotations

from typing import Annotated, Any
from urllib.parse import parse_qsl

from fastapi import APIRouter, Depends, Request
from fastapi.responses import FileResponse, RedirectResponse, Response

from deqi.errors import DeqiError
from deqi.web.api.jobs import Asked, TheJob, delete_job, post_job
from deqi.web.errors import Refused, told
from deqi.web.jobs import Job, Store
from deqi.web.jobs.folders import FILES, RESULT, folder_of
from deqi.web.pages import page
from deqi.web.settings import Settings
from deqi.web.trial import drawing
from deqi.web.trial.asked import Wanted
from deqi.web.trial.keeping import TRIAL, archive, commands, trial_files
from deqi.web.trial.library import choices, shams
from deqi.web.trial.results import in_words, results_of
from deqi.web.trial.size import answer, given
from deqi.web.users import user_of

router = APIRouter(include_in_schema=False)
#: Without a referrer a browser does not say where a form comes from either, and it would be refused.
_SAYS_FROM_WHERE = {"referrer-policy": "same-origin"}
_STATES = {
    "queued": "waiting",
    "running": "running",
    "finished": "done",
    "failed": "failed",
    "cancelled": "cancelled",
}


async def _fields(request: Request) -> dict[str, str]:
    return dict(parse_qsl((await request.body()).decode("utf-8", "replace"), keep_blank_values=True))


@router.get("/trial")
def trial_page(request: Request) -> Response:
    """The form, sizes at a glance, and your jobs."""
    return _form(request, Wanted.of(request.query_params))


@router.post("/trial")
def start(request: Request, fields: Annotated[dict[str, str], Depends(_fields)]) -> Response:
    """Put a trial in the queue and lead to its page; an error stands in the form, which keeps its values."""
    wanted = Wanted.of(fields)
    try:
        job = post_job(request, Response(), Asked(**wanted.spec()))
    except DeqiError as error:
        return _form(request, wanted, told(error), 422)
    except Refused as refused:
        said = {"says": refused.detail, "where": refused.where, "fix": refused.fix}
        return _form(request, wanted, said, refused.status_code)
    return RedirectResponse(f"/trial/{job['id']}", status_code=303)


@router.get("/trial/size")
def size_page(request: Request) -> Response:
    """Patients an arm by formula."""
    found = answer(given(request.query_params))
    status = 422 if found["error"] else 200
    return _page(request, "trial.html", status, **_nothing(), size=found, alone=True)


@router.get("/trial/{id}")
def job_page(request: Request, job: TheJob) -> Response:
    """A job as it stands: waiting, running, or what came of it."""
    store: Store = request.app.state.store
    return _page(
        request,
        "trial_job.html",
        job=job,
        mine=job.user == user_of(request),
        state=_STATES[job.state],
        ahead=store.ahead(job) if job.state == "queued" else 0,
        asked=in_words(job.spec),
        again=Wanted.again(job.spec),
        commands=commands(job.spec),
        found=results_of(job, store.data) if job.state == "finished" else None,
        files=FILES,
        drawing=drawing,
        needs_folder=bool(job.spec.get("sham")),
    )


@router.post("/trial/{id}/cancel")
def cancel(request: Request, job: TheJob) -> Response:
    """Stop a job; one that has ended stays as it is."""
    if not job.has_ended:
        delete_job(request, job)
    return RedirectResponse(f"/trial/{job.id}", status_code=303)


@router.post("/trial/{id}/remove")
def remove(request: Request, job: TheJob) -> Response:
    """Forget a job that has ended, with its files."""
    if not job.has_ended:
        raise Refused(409, "the job has not ended", where="id", fix="cancel it first")
    delete_job(request, job)
    return RedirectResponse("/trial", status_code=303)


@router.get("/trial/{id}/result.json")
def result_file(request: Request, job: TheJob) -> Response:
    """The result as `deqi trial --json` prints it."""
    _finished(request, job)
    path = folder_of(request.app.state.store.data, job.id) / RESULT
    return FileResponse(path, media_type="application/json", filename=f"deqi-{job.id[:8]}-{RESULT}")


@router.get("/trial/{id}/{name}.toml")
def toml_file(request: Request, job: TheJob, name: str) -> Response:
    """The trial as `deqi trial` reads it, or a protocol that must lie beside it."""
    files = trial_files(job.spec)
    wanted = f"{name}.toml"
    if wanted not in files:
        raise Refused(404, f"there is no {wanted}", where="name", fix=f"one of {', '.join(files)}")
    return _download(files[wanted], "application/toml; charset=utf-8", wanted)


@router.get("/trial/{id}/all.zip")
def all_files(request: Request, job: TheJob) -> Response:
    """Everything in one archive."""
    _finished(request, job)
    return _download(archive(job, request.app.state.store.data), "application/zip", f"deqi-{job.id[:8]}.zip")


def _finished(request: Request, job: Job) -> None:
    if job.state != "finished":
        raise Refused(409, f"the job is {_STATES[job.state]}", where="id", fix=f"see /trial/{job.id}")
    folder = folder_of(request.app.state.store.data, job.id)
    if not all((folder / name).is_file() for name in (*FILES, RESULT)):
        raise Refused(404, "the files were removed", where="id", fix="ask for the trial again")


def _download(content: bytes, media: str, name: str) -> Response:
    return Response(
        content, media_type=media, headers={"content-disposition": f'attachment; filename="{name}"'}
    )


def _form(
    request: Request, wanted: Wanted, error: dict[str, str] | None = None, status: int = 200
) -> Response:
    store: Store = request.app.state.store
    settings: Settings = request.app.state.settings
    return _page(
        request,
        "trial.html",
        status,
        wanted=wanted,
        error=error,
        choices=choices(),
        shams=shams(),
        most=settings.limits.patients,
        jobs=[(job, _STATES[job.state], in_words(job.spec)) for job in store.of_user(user_of(request))],
        keep_days=settings.limits.keep_days,
        size=answer(given({})),
        alone=False,
    )


def _nothing() -> dict[str, Any]:
    return {"wanted": None, "error": None, "choices": (), "shams": (), "jobs": ()}


def _page(request: Request, template: str, status: int = 200, **context: Any) -> Response:
    made = page(request, template, status=status, here="/trial", **context)
    made.headers.update(_SAYS_FROM_WHERE)
    return made


__all__ = ["TRIAL", "router"]
