"""Listens over HTTP: sent one by one, imported as a file, read page by page."""

from __future__ import annotations

import contextlib
from datetime import datetime
from itertools import islice
from pathlib import Path
from typing import Annotated, Any

import orjson
from anyio import to_thread
from fastapi import APIRouter, Query, Request
from fastapi.responses import Response

from segue.errors import InputError
from segue.listens.listen import Listen, check_listener
from segue.listens.song import Song
from segue.serve.access import Caller, ListensCaller, ServiceOf
from segue.serve.paging import Cursor, Limit, cursor_of, place_of, tagged
from segue.serve.repeating import Repeat, once
from segue.serve.routers.jobs import job_as_json
from segue.serve.service import Service
from segue.serve.shapes import PROBLEMS, AddedOut, JobOut, Listener, ListenIn, ListensIn, ListensOut

router = APIRouter(tags=["listens"], responses=PROBLEMS)
SOURCE = "segue"


@router.post("/listens", status_code=201, response_model=AddedOut)
async def submit(
    request: Request, sent: ListensIn, caller: ListensCaller, service: ServiceOf, repeat: Repeat = ""
) -> Response:
    """Plays of one listener; answered when they are durable. A play known already is counted and left."""
    listener = caller.listener(sent.listener)
    records = [_listen(listener, one, place) for place, one in enumerate(sent.listens)]

    async def act() -> tuple[int, Any]:
        added = await service.intake.add(records)
        service.figures.listens.inc(len(records))
        return 201, {"new": added.new, "known": added.known}

    return await once(request, service.ledger, caller.key.id, repeat, act)


def _listen(listener: str, one: ListenIn, place: int) -> Listen:
    try:
        at = datetime.fromisoformat(one.at)
    except ValueError as error:
        raise InputError(f"listens.{place}.at {one.at!r} is no time such as 2026-03-01T12:00:00Z") from error
    if at.tzinfo is None:
        raise InputError(f"listens.{place}.at {one.at!r} names no zone: 2026-03-01T12:00:00Z does")
    return Listen(listener, Song(one.artist, one.title, one.album), at, one.ms_played, one.skipped, SOURCE)


@router.get("/listens", response_model=ListensOut)
async def listens(
    request: Request,
    caller: ListensCaller,
    service: ServiceOf,
    listener: Annotated[Listener | None, Query()] = None,
    limit: Limit = 100,
    cursor: Cursor = "",
) -> Response:
    """A listener's plays, the latest first."""
    name, first = caller.listener(listener), int(place_of(cursor, int) or 0)
    found = await to_thread.run_sync(_page, service, name, first, limit)
    rows = [
        {
            "artist": one.song.artist,
            "title": one.song.title,
            "album": one.song.album,
            "at": one.at.isoformat(),
            "ms_played": one.ms_played,
            "skipped": one.skipped,
            "source": one.source,
        }
        for one in found[:limit]
    ]
    more = cursor_of(first + limit) if len(found) > limit else None
    return tagged(request, orjson.dumps({"listens": rows, "next": more}))


def _page(service: Service, listener: str, first: int, limit: int) -> list[Listen]:
    return list(islice(service.store.listens(listener, first + limit + 1), first, None))


@router.post("/imports", status_code=202, response_model=JobOut)
async def imports(
    request: Request,
    caller: ListensCaller,
    service: ServiceOf,
    listener: Annotated[Listener | None, Query()] = None,
    file: Annotated[str, Query(max_length=200, description="The file's name; only its ending counts.")] = "export.zip",
    source: Annotated[str | None, Query(max_length=40)] = None,
    dry_run: Annotated[bool, Query()] = False,
) -> Any:
    """Import an export: the body is the file. A job reads it; all of it is kept, or nothing."""
    name = _import_for(caller, listener)
    job_id = service.jobs.new_id()
    folder = service.jobs.folder(job_id)
    kept = f"export{_ending(file)}"
    try:
        await _receive(request, folder, kept)
        asked = {"file": kept, "listener": name, "source": source, "dry_run": dry_run}
        job = await to_thread.run_sync(service.jobs.ask, "import", asked, caller.key.id, name, job_id)
    except BaseException:
        with contextlib.suppress(OSError):
            (folder / kept).unlink()
            folder.rmdir()
        raise
    return job_as_json(job)


def _import_for(caller: Caller, listener: str | None) -> str | None:
    """Whose an export is; None, where the key is nobody's own, for one that names its listeners."""
    if listener is not None:
        check_listener(listener)
    if listener is None and caller.key.listener is None:
        return None
    return caller.listener(listener)


def _ending(name: str) -> str:
    """The ending of a name that was sent, and nothing else of it: letters and digits."""
    ending = Path(name.replace("\\", "/")).suffix.lower()
    return ending if 1 < len(ending) <= 12 and ending[1:].isalnum() and ending.isascii() else ""


async def _receive(request: Request, folder: Path, name: str) -> None:
    """Write a body to a file, piece by piece; it has its name when it is whole."""
    folder.mkdir(parents=True)
    part = folder / f"{name}.part"
    size = 0
    with part.open("wb") as stream:
        async for piece in request.stream():
            size += len(piece)
            await to_thread.run_sync(stream.write, piece)
    if not size:
        part.unlink()
        raise InputError("the body is empty: it is to be the file")
    part.replace(folder / name)


@router.get("/listeners", response_model=list[str])
def listeners(request: Request, caller: ListensCaller, service: ServiceOf) -> Response:
    """All listeners; of a key that is somebody's, that one alone."""
    own = caller.key.listener
    return tagged(request, orjson.dumps(list(service.store.listeners()) if own is None else [own]))
