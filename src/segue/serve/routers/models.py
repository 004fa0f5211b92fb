"""Tuned models over HTTP: runs with their figures before and after, promoting, going back, tuning as a job."""

from __future__ import annotations

from dataclasses import asdict
from typing import Annotated, Any, Literal

import orjson
from anyio import to_thread
from fastapi import APIRouter, Query, Request
from fastapi.responses import FileResponse, Response
from pydantic import BaseModel

from segue.errors import NotFoundError
from segue.serve.access import ModelsCaller, ServiceOf
from segue.serve.paging import tagged
from segue.serve.repeating import Repeat, once
from segue.serve.routers.jobs import job_as_json
from segue.serve.service import Service
from segue.serve.shapes import PROBLEMS, Closed, JobOut
from segue.tasks import TASKS, task_named
from segue.tune.run import Run

router = APIRouter(prefix="/models", tags=["models"], responses=PROBLEMS)


class TestOut(BaseModel):
    """A test set: how many pairs, and the figure of the run before and of this one on it."""

    __test__ = False  # no test of pytest's

    size: int
    before: float
    after: float


class ContinuedOut(BaseModel):
    """What a run made of what the run `since` knew: pairs learned anew and read again, both test sets, the decision."""

    since: str
    fresh: int
    replayed: int
    is_warm: bool
    old: TestOut
    new: TestOut | None
    tolerance: float
    decision: Literal["promote", "keep"]
    why: str


class RunOut(BaseModel):
    """A tuned model with its figures; `retired` says why its weights are gone, "" where they are there."""

    id: str
    task: str
    method: str
    metric: str
    before: dict[str, float]
    after: dict[str, float]
    baselines: dict[str, dict[str, float]]
    made_at: str
    seconds: float
    trainable: int
    total: int
    data_hash: str
    is_served: bool
    retired: str
    continued: ContinuedOut | None


class ChangeOut(BaseModel):
    """A promotion or a rollback."""

    at: str
    act: str
    run: str
    instead_of: str


class TuneIn(Closed):
    """How much to spend on tuning."""

    size: Literal["tiny", "small", "base"] = "small"


def run_as_json(service: Service, run: Run) -> dict[str, Any]:
    """A run as it is told."""
    served = service.registry.served(run.task)
    return {
        "id": run.id,
        "task": run.task,
        "method": run.recipe.method,
        "metric": run.metric,
        "before": dict(run.before),
        "after": dict(run.after),
        "baselines": {name: dict(row) for name, row in run.baselines.items()},
        "made_at": run.made_at.isoformat(),
        "seconds": run.seconds,
        "trainable": run.trainable,
        "total": run.total,
        "data_hash": run.data_hash,
        "is_served": served is not None and served.id == run.id,
        "retired": service.registry.retired(run),
        "continued": None if run.continued is None else run.continued.as_dict(),
    }


@router.get("", response_model=list[RunOut])
def runs(
    request: Request, _: ModelsCaller, service: ServiceOf, task: Annotated[str | None, Query(max_length=100)] = None
) -> Response:
    """All tuned models, the oldest first."""
    if task is not None:
        task_named(task)
    return tagged(request, orjson.dumps([run_as_json(service, run) for run in service.registry.list(task)]))


@router.get("/tasks")
def tasks(request: Request, _: ModelsCaller) -> Response:
    """What can be tuned."""
    return tagged(request, orjson.dumps([asdict(one) for one in TASKS]))


@router.get("/runs/{run}", response_model=RunOut)
def show(run: str, request: Request, _: ModelsCaller, service: ServiceOf) -> Response:
    """One tuned model."""
    return tagged(request, orjson.dumps(run_as_json(service, service.registry.show(run))))


@router.get("/runs/{run}/curve.png", response_class=FileResponse)
def curve(run: str, _: ModelsCaller, service: ServiceOf) -> FileResponse:
    """The learning curve of a run, as a picture."""
    found = service.registry.show(run)
    if found.path is None or not (found.path / "curve.png").is_file():
        raise NotFoundError(f"no curve of run {run!r}")
    return FileResponse(found.path / "curve.png", media_type="image/png")


@router.get("/record/{task}", response_model=list[ChangeOut])
def record(task: str, request: Request, _: ModelsCaller, service: ServiceOf) -> Response:
    """Every promotion and rollback of a task, the oldest first."""
    task_named(task)
    return tagged(request, orjson.dumps([asdict(change) for change in service.registry.record(task)]))


@router.post("/runs/{run}/promote", response_model=RunOut)
async def promote(run: str, _: ModelsCaller, service: ServiceOf) -> Any:
    """Serve a run from now on; refused where it does not beat the one being served."""
    found = await to_thread.run_sync(service.registry.promote, run)
    return run_as_json(service, found)


@router.post("/tasks/{task}/rollback", response_model=RunOut)
async def rollback(task: str, _: ModelsCaller, service: ServiceOf) -> Any:
    """Serve again the run that was served before."""
    task_named(task)
    return run_as_json(service, await to_thread.run_sync(service.registry.rollback, task))


@router.post("/tasks/recommend/tune", status_code=202, response_model=JobOut)
async def tune(
    request: Request, asked: TuneIn, caller: ModelsCaller, service: ServiceOf, repeat: Repeat = ""
) -> Response:
    """Tune the recommender on all listens that are kept; what is better is served. One tuning waits or runs at a time:
    asked for another, that one is told."""

    async def act() -> tuple[int, Any]:
        job = await to_thread.run_sync(service.jobs.ask_alone, "tune", asked.model_dump(), caller.key.id)
        return 202, job_as_json(job)

    return await once(request, service.ledger, caller.key.id, repeat, act)
