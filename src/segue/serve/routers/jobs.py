"""Jobs over HTTP: how far they are, stopping them, going on with them."""

from __future__ import annotations

from typing import Any

import orjson
from anyio import to_thread
from fastapi import APIRouter, Request
from fastapi.responses import Response

from segue.errors import NotFoundError
from segue.serve.access import Caller, ListensCaller, ServiceOf
from segue.serve.jobs import Job
from segue.serve.paging import Cursor, Limit, cursor_of, place_of, tagged
from segue.serve.service import Service
from segue.serve.shapes import PROBLEMS, JobOut, JobsOut

router = APIRouter(prefix="/jobs", tags=["jobs"], responses=PROBLEMS)


def job_as_json(job: Job) -> dict[str, Any]:
    """A job as it is told; what was asked may hold names and is left out."""
    names = ("id", "kind", "state", "done", "total", "said", "result", "problem", "made_at", "ended_at")
    return {name: getattr(job, name) for name in names}


def is_theirs(caller: Caller, job: Job) -> bool:
    """Whether a caller may see a job: their own, or any for who is nobody in particular."""
    return caller.key.listener is None or job.key_id == caller.key.id or job.listener == caller.key.listener


@router.get("", response_model=JobsOut)
def jobs(
    request: Request, caller: ListensCaller, service: ServiceOf, limit: Limit = 50, cursor: Cursor = ""
) -> Response:
    """Jobs, the latest first."""
    before = place_of(cursor, str)
    found = service.jobs.list(str(before or ""), limit)
    more = cursor_of(found[-1].made_at) if len(found) == limit else None
    rows = [job_as_json(job) for job in found if is_theirs(caller, job)]
    return tagged(request, orjson.dumps({"jobs": rows, "next": more}))


@router.get("/{job_id}", response_model=JobOut)
def job(job_id: str, request: Request, caller: ListensCaller, service: ServiceOf) -> Response:
    """One job."""
    return tagged(request, orjson.dumps(job_as_json(_mine(service, caller, job_id))))


@router.post("/{job_id}/cancel", response_model=JobOut)
async def cancel(job_id: str, caller: ListensCaller, service: ServiceOf) -> Any:
    """Stop a job; what it wrote in its one transaction is undone, what it trained is kept for going on."""
    _mine(service, caller, job_id)
    return job_as_json(await to_thread.run_sync(service.jobs.cancel, job_id))


@router.post("/{job_id}/resume", response_model=JobOut)
async def resume(job_id: str, caller: ListensCaller, service: ServiceOf) -> Any:
    """Go on with a job that failed or was cancelled."""
    _mine(service, caller, job_id)
    return job_as_json(await to_thread.run_sync(service.jobs.resume, job_id))


def _mine(service: Service, caller: Caller, job_id: str) -> Job:
    found = service.jobs.show(job_id)
    if not is_theirs(caller, found):
        raise NotFoundError(f"no job {job_id!r}")
    return found
