"""Recognizing over HTTP: a file is sent, or named by a path below an allowed folder; styles and evidence come back."""

from __future__ import annotations

import tempfile
from dataclasses import asdict
from pathlib import Path
from typing import Annotated, Any

import orjson
from anyio import to_thread
from fastapi import APIRouter, Query, Request
from fastapi.responses import Response
from pydantic import BaseModel

from segue.errors import AccessError, InputError, NotFoundError
from segue.serve.access import RecognizeCaller, ServiceOf
from segue.serve.paging import tagged
from segue.serve.service import Service
from segue.serve.shapes import PROBLEMS

router = APIRouter(tags=["recognize"], responses=PROBLEMS)


class BecauseOut(BaseModel):
    """A part that speaks for a style, and how far its probability falls without it."""

    what: str
    drop: float
    place: int


class GuessOut(BaseModel):
    """A style, how probable it is, and because of what."""

    style: str
    probability: float
    because: list[BecauseOut]


class AnswerOut(BaseModel):
    """What is told of one file."""

    kind: str
    guesses: list[GuessOut]
    is_sure: bool
    notice: list[str]
    witnesses: list[dict[str, Any]]


@router.post("/recognize", response_model=AnswerOut)
async def recognize(
    request: Request,
    _: RecognizeCaller,
    service: ServiceOf,
    file: Annotated[str, Query(min_length=1, max_length=200, description="The file's name; only its ending counts.")],
    because: Annotated[bool, Query(description="Name the parts that speak for the styles.")] = True,
) -> Response:
    """Tell the style of a file: the body is the file."""
    with tempfile.TemporaryDirectory(prefix="segue-") as folder:
        place = Path(folder, f"file{ending_of(file)}")
        size = 0
        with place.open("wb") as stream:
            async for piece in request.stream():
                size += len(piece)
                await to_thread.run_sync(stream.write, piece)
        if not size:
            raise InputError("the body is empty: it is to be the file")
        body = await to_thread.run_sync(_told, service, place, because)
    return Response(body, media_type="application/json")


@router.get("/recognize", response_model=AnswerOut)
async def recognize_path(
    request: Request,
    _: RecognizeCaller,
    service: ServiceOf,
    path: Annotated[str, Query(min_length=1, max_length=1000, description="Below a folder that the server allows.")],
    because: Annotated[bool, Query()] = True,
) -> Response:
    """Tell the style of a file on the server's machine."""
    place = allowed(path, service.settings.folders)
    return tagged(request, await to_thread.run_sync(_told, service, place, because))


def ending_of(name: str) -> str:
    """The endings of a name that was sent, and nothing else of it; InputError where it has none."""
    plain = name.replace("\\", "/").rpartition("/")[2]
    endings = [
        one.lower() for one in Path(plain).suffixes[-2:] if one[1:].isalnum() and one.isascii() and len(one) <= 12
    ]
    if not endings:
        raise InputError(f"file {plain[:40]!r} has no ending that says what it is, such as .abc or .mp3")
    return "".join(endings[-1:])


def allowed(path: str, folders: tuple[Path, ...]) -> Path:
    """Return a file below one of the folders; AccessError for any other, links followed, NotFoundError for none."""
    try:
        place = Path(path).resolve(strict=False)
        is_below = any(place.is_relative_to(folder.resolve()) for folder in folders)
    except (OSError, ValueError, RuntimeError) as error:
        raise InputError(f"path {path[:80]!r} cannot be a file: {error}") from error
    if not is_below:
        raise AccessError("files may be named below the folders given by `segue serve --allow FOLDER` only")
    if not place.is_file():
        raise NotFoundError(f"no file {path!r}")
    return place


def _told(service: Service, place: Path, because: bool) -> bytes:
    return orjson.dumps(asdict(service.recognizer.file(place, is_explained=because)))
