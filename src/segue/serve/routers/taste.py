"""A listener's taste over HTTP: in words, over time, what they set of it, and how well it would have been guessed."""

from __future__ import annotations

from dataclasses import asdict
from typing import Annotated, Any

import orjson
from anyio import to_thread
from fastapi import APIRouter, Query, Request
from fastapi.responses import Response
from pydantic import BaseModel, Field

from segue.errors import NotFoundError
from segue.listens.leanings import LONGEST_LIFE, MOST_LESS, Leaning
from segue.serve.access import ListensCaller, ServiceOf
from segue.serve.paging import tagged
from segue.serve.shapes import PROBLEMS, Closed, Listener, Name, ScorecardOut
from segue.serve.taste_words import course_of, taste_of

router = APIRouter(tags=["taste"], responses=PROBLEMS)


class TagOut(BaseModel):
    """A tag and its share of all that tags weigh; below 0 where it is disliked."""

    tag: str
    share: float


class ArtistOut(BaseModel):
    """An artist and what their songs weigh together."""

    artist: str
    pull: float


class TasteOut(BaseModel):
    """A taste in words, and what the listener set of it."""

    listener: str
    songs: int
    plays: int
    skips: int
    half_life: Annotated[float, Field(description="Days after which a play weighs half.")]
    usual_half_life: float
    less: list[str]
    tags: list[TagOut]
    artists: list[ArtistOut]


class TasteIn(Closed):
    """What a listener sets; all of it is set anew."""

    listener: Listener | None = None
    half_life: Annotated[float | None, Field(gt=0, le=LONGEST_LIFE, description="Days; the usual one for null.")] = None
    less: Annotated[tuple[Name, ...], Field(max_length=MOST_LESS, description="Tags and artists to have less of.")] = ()


class SliceOut(BaseModel):
    """A stretch of time: how many plays, and the tags' shares of them."""

    since: str
    plays: int
    shares: list[float]


class CourseOut(BaseModel):
    """How tags shared the plays over time."""

    tags: list[str]
    slices: list[SliceOut]


@router.get("/taste", response_model=TasteOut)
async def taste(
    request: Request,
    caller: ListensCaller,
    service: ServiceOf,
    listener: Annotated[Listener | None, Query()] = None,
    n: Annotated[int, Query(ge=1, le=100)] = 20,
) -> Response:
    """A listener's taste in words: the tags and the artists that the plays weigh most."""
    name = caller.listener(listener)
    told = await to_thread.run_sync(taste_of, service.store, name, n)
    if not told["songs"]:
        raise NotFoundError(f"nothing is kept of {name!r}")
    return tagged(request, orjson.dumps(told))


@router.put("/taste", response_model=TasteOut)
async def set_taste(said: TasteIn, caller: ListensCaller, service: ServiceOf) -> Any:
    """Set how fast plays fade and what there is to be less of; the next list heeds it."""
    name, leaning = caller.listener(said.listener), Leaning(said.half_life, said.less)
    await to_thread.run_sync(service.store.leanings.set, name, leaning)
    return await to_thread.run_sync(taste_of, service.store, name, 20)


@router.get("/taste/course", response_model=CourseOut)
async def course(
    request: Request,
    caller: ListensCaller,
    service: ServiceOf,
    listener: Annotated[Listener | None, Query()] = None,
    n: Annotated[int, Query(ge=1, le=20)] = 6,
) -> Response:
    """How the tags that are played most often came and went."""
    name = caller.listener(listener)
    service.store.counts(name)  # NotFoundError for an unknown one
    return tagged(request, orjson.dumps(await to_thread.run_sync(course_of, service.store, name, n)))


@router.get("/scorecard", response_model=ScorecardOut)
async def own_scorecard(
    request: Request, caller: ListensCaller, service: ServiceOf, listener: Annotated[Listener | None, Query()] = None
) -> Response:
    """How well the recommender would have guessed what a listener came to hear last month, beside popularity."""
    from segue.recommend.live import Pulls
    from segue.recommend.scorecard import scorecard
    from segue.recommend.seen import FILE, read_seen

    name = caller.listener(listener)

    def told() -> bytes:
        base, run = service.tastes.base(), service.registry.served("recommend")
        is_there = run is not None and run.path is not None and (run.path / FILE).is_file()
        seen = read_seen(run.path) if run is not None and run.path is not None and is_there else None
        pulls = Pulls().leaning(service.store.leanings.of(name))  # NotFoundError for an unknown one
        return orjson.dumps(asdict(scorecard(base, service.store.listens(name), seen, pulls=pulls)))

    return tagged(request, await to_thread.run_sync(told))
