"""Recognizing over HTTP: a file is sent, or named by a path below an allowed folder; styles and evidence come back.

What is said against an answer ("it is a slip jig") is learned from at once, as styles of one's own.
"""

from __future__ import annotations

import tempfile
import threading
from collections import Counter
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import orjson
from anyio import to_thread
from fastapi import APIRouter, Query, Request
from fastapi.responses import Response
from pydantic import BaseModel

from segue.errors import AccessError, InputError, NotFoundError
from segue.serve.access import RecognizeCaller, ServiceOf
from segue.serve.paging import tagged
from segue.serve.service import Service
from segue.serve.shapes import PROBLEMS, Language

if TYPE_CHECKING:
    from segue.recognize.guess import Answer

router = APIRouter(tags=["recognize"], responses=PROBLEMS)
_LEARNING = threading.Lock()
_MOST = 50  # paths told at once


class BecauseOut(BaseModel):
    """A part that speaks for a style, and how far its probability falls without it; `called` in the language asked."""

    what: str
    drop: float
    place: int
    count: int
    called: str


class PartOut(BaseModel):
    """A part of what was told, and how far the probability of the likeliest style falls without it."""

    what: str
    drop: float
    place: int
    count: int


class GuessOut(BaseModel):
    """A style, how probable it is, and because of what; `called` in the language asked."""

    style: str
    called: str
    probability: float
    because: list[BecauseOut]
    without: float | None


class TraitOut(BaseModel):
    """What a score has much or little of, and how much of the probability of its style that is credited with."""

    english: str
    chinese: str
    credit: float


class AnswerOut(BaseModel):
    """What is told of one file."""

    kind: str
    guesses: list[GuessOut]
    is_sure: bool
    notice: list[str]
    heat: list[PartOut]
    traits: list[TraitOut]
    witnesses: list[dict[str, Any]]
    sentence: str
    picture: str | None


class LearnedOut(BaseModel):
    """What styles of one's own are told by now: files by label, how well, and what is to be known about them."""

    name: str
    labels: dict[str, int]
    accuracy: dict[str, float]
    notice: list[str]


Because = Annotated[bool, Query(description="Name the parts that speak for the styles.")]
Own = Annotated[str, Query(alias="with", max_length=100, description="Styles of one's own; those shipped without.")]
Picture = Annotated[bool, Query(description="Draw the evidence, as SVG.")]
PathName = Annotated[str, Query(min_length=1, max_length=1000, description="Below a folder that the server allows.")]
FileName = Annotated[str, Query(min_length=1, max_length=200, description="The file's name; only its ending counts.")]


@dataclass(frozen=True, slots=True)
class Asking:
    """How a file is to be told."""

    because: bool = True
    own: str = ""
    picture: bool = False
    language: str = "en"


@router.post("/recognize", response_model=AnswerOut)
async def recognize(
    request: Request,
    _: RecognizeCaller,
    service: ServiceOf,
    file: FileName,
    because: Because = True,
    own: Own = "",
    picture: Picture = False,
    lang: Annotated[Language, Query()] = "en",
) -> Response:
    """Tell the style of a file: the body is the file."""
    async with sent(request, file) as place:
        body = await to_thread.run_sync(_told, service, place, Asking(because, own, picture, lang))
    return Response(body, media_type="application/json")


@router.get("/recognize", response_model=AnswerOut)
async def recognize_path(
    request: Request,
    _: RecognizeCaller,
    service: ServiceOf,
    path: PathName,
    because: Because = True,
    own: Own = "",
    picture: Picture = False,
    lang: Annotated[Language, Query()] = "en",
) -> Response:
    """Tell the style of a file on the server's machine."""
    place = allowed(path, service.settings.folders)
    return tagged(request, await to_thread.run_sync(_told, service, place, Asking(because, own, picture, lang)))


@router.post("/recognize/labels", status_code=201, response_model=LearnedOut)
async def label(
    request: Request,
    _: RecognizeCaller,
    service: ServiceOf,
    file: FileName,
    style: Annotated[str, Query(min_length=1, max_length=100, description="What it is.")],
    own: Annotated[str, Query(alias="with", min_length=1, max_length=100)] = "mine",
) -> Any:
    """Say what a file is: styles of one's own learn it, and tell by it from two files of two labels on."""
    async with sent(request, file) as place:
        return await to_thread.run_sync(_learned, service, place, style.strip(), own)


@router.post("/recognize/labels/path", status_code=201, response_model=LearnedOut)
async def label_path(
    _: RecognizeCaller,
    service: ServiceOf,
    path: PathName,
    style: Annotated[str, Query(min_length=1, max_length=100, description="What it is.")],
    own: Annotated[str, Query(alias="with", min_length=1, max_length=100)] = "mine",
) -> Any:
    """Say what a file on the server's machine is, as of one that is sent."""
    place = allowed(path, service.settings.folders)
    return await to_thread.run_sync(_learned, service, place, style.strip(), own)


@router.get("/recognize/folders", response_model=list[str])
def folders(request: Request, _: RecognizeCaller, service: ServiceOf) -> Response:
    """The folders below which files may be named."""
    return tagged(request, orjson.dumps([str(one) for one in service.settings.folders]))


@router.get("/recognize/files", response_model=list[str])
def files(
    request: Request,
    _: RecognizeCaller,
    service: ServiceOf,
    path: Annotated[str, Query(max_length=1000, description="The beginning of a path.")] = "",
) -> Response:
    """Up to 50 paths below the allowed folders that begin so: a folder's, once the folder is named whole."""
    return tagged(request, orjson.dumps(beginning(path, service.settings.folders)))


@router.get("/recognize/labels", response_model=list[str])
def own_styles(request: Request, _: RecognizeCaller, service: ServiceOf) -> Response:
    """The names of styles of one's own."""
    from segue.recognize.own_styles import STYLES

    folder = service.settings.home / STYLES
    names = sorted(one.name for one in folder.iterdir() if one.is_dir()) if folder.is_dir() else []
    return tagged(request, orjson.dumps(names))


@asynccontextmanager
async def sent(request: Request, name: str) -> AsyncIterator[Path]:
    """A body as a file for a while; InputError where it is empty or its name has no ending."""
    with tempfile.TemporaryDirectory(prefix="segue-") as folder:
        place = Path(folder, f"file{ending_of(name)}")
        size = 0
        with place.open("wb") as stream:
            async for piece in request.stream():
                size += len(piece)
                await to_thread.run_sync(stream.write, piece)
        if not size:
            raise InputError("the body is empty: it is to be the file")
        yield place


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


def beginning(path: str, folders: tuple[Path, ...]) -> list[str]:
    """Return the folders, or what lies in a folder below them and begins as the path does; folders end in "/"."""
    named = Path(path if path.endswith("/") else path.rpartition("/")[0] or "/")
    try:
        inside = named.resolve()
        if not any(inside.is_relative_to(folder.resolve()) for folder in folders):
            return [f"{folder}/" for folder in folders if str(folder).startswith(path)]
        found = sorted(one for one in inside.iterdir() if not one.name.startswith("."))
        paths = [f"{named / one.name}/" if one.is_dir() else str(named / one.name) for one in found]
    except (OSError, ValueError, RuntimeError):
        return []
    return [one for one in paths if one.startswith(path)][:_MOST]


def _told(service: Service, place: Path, asking: Asking) -> bytes:
    from segue.recognize.items import read_item
    from segue.recognize.own_styles import STYLES, place_of, tell
    from segue.recognize.pictures import picture
    from segue.recognize.sentences import sentence

    is_explained = asking.because or asking.picture
    if asking.own:
        learned = place_of(service.settings.home / STYLES, asking.own, must_be=True)
        answer = tell(learned, place, is_explained=is_explained)
    else:
        answer = service.recognizer.file(place, is_explained=is_explained)
    drawn = picture(read_item(place), answer, asking.language) if asking.picture and answer.guesses else None
    more = {"sentence": sentence(answer, asking.language), "picture": drawn}
    return orjson.dumps(_called(answer, asking.language) | more, option=orjson.OPT_SERIALIZE_NUMPY)


def _called(answer: Answer, language: str) -> dict[str, Any]:
    """An answer with its styles and parts by the names that a language has for them."""
    from segue.music.style_names import short_name
    from segue.recognize.sentences import part_name

    told = asdict(answer)
    for guess, row in zip(answer.guesses, told["guesses"], strict=True):
        row["called"] = short_name(guess.style, language)
        for part, line in zip(guess.because, row["because"], strict=True):
            line["called"] = part_name(answer.kind, part, language)
    told["witnesses"] = [_called(one, language) for one in answer.witnesses]
    return told


def _learned(service: Service, place: Path, style: str, own: str) -> dict[str, Any]:
    from segue.recognize.own_styles import STYLES, VECTORS, example_of, learn, load_book, place_of

    home = service.settings.home
    folder, cache = place_of(home / STYLES, own), home / VECTORS
    with _LEARNING:
        book = load_book(folder, cache).with_said([example_of(place, cache, style)])
        learned, book = learn(folder, book)
    return {
        "name": own,
        "labels": dict(Counter(one.label for one in book.examples)),
        "accuracy": {kind: one.accuracy for kind, one in learned.items()},
        "notice": list(book.notices),
    }
