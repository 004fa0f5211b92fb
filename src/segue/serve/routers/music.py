"""Music as files: read in one format, written in another; what the formats and styles are; how original a tune is."""

from __future__ import annotations

import base64
import zlib
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Literal

import orjson
from anyio import to_thread
from fastapi import APIRouter, Query, Request
from fastapi.responses import Response
from pydantic import BaseModel, Field

from segue.errors import InputError
from segue.music.lyric import Lyric
from segue.music.score import Score
from segue.music.styles import STYLES, UNKNOWN
from segue.serve.access import ComposeCaller
from segue.serve.composing import read_music
from segue.serve.paging import tagged
from segue.serve.routers.recognize import ending_of
from segue.serve.shapes import PROBLEMS, Closed

if TYPE_CHECKING:
    from segue.compose.originality import Originality

router = APIRouter(prefix="/music", tags=["music"], responses=PROBLEMS)
_LARGEST = 500_000  # bytes of a tune
Packed = Annotated[
    str, Query(min_length=1, max_length=60_000, description="ABC, deflated (RFC 1951), in base64url without padding.")
]
Target = Literal["abc", "musicxml", "mid", "svg", "pdf", "wav"]
_WRITERS = {  # the module of `segue.formats`, and what it writes; those are imported where they are first asked
    "abc": ("abc", "text/vnd.abc"),
    "musicxml": ("musicxml", "application/vnd.recordare.musicxml+xml"),
    "mid": ("midi", "audio/midi"),
    "svg": ("svg", "image/svg+xml"),
    "pdf": ("pdf", "application/pdf"),
    "wav": ("wav", "audio/wav"),
}


class AboutOut(BaseModel):
    """What can be read and written, and the styles, forms and parts of a band that have a name."""

    reads: list[str]
    writes: list[str]
    styles: list[str]
    forms: list[str]
    parts: list[str]


class TuneIn(Closed):
    """A tune as text."""

    music: Annotated[str, Field(min_length=1, max_length=500_000)]
    style: Annotated[str, Field(max_length=40)] = ""


class OriginalityOut(BaseModel):
    """How much of a tune stands in tunes that were learned from."""

    is_original: bool
    score: float
    limit: float
    nearest: str | None
    nearest_title: str | None
    nearest_share: float
    longest: int
    told: str


@router.get("", response_model=AboutOut)
def about(request: Request, _: ComposeCaller) -> Response:
    """The formats, styles, forms and parts."""
    from segue.compose.forms import FORMS
    from segue.compose.roles import ROLES
    from segue.formats import suffixes

    styles = [name for name in STYLES if name != UNKNOWN]
    told = {"reads": suffixes(), "writes": list(_WRITERS), "styles": styles, "forms": list(FORMS)}
    return tagged(request, orjson.dumps(told | {"parts": [*ROLES, "satb"]}))


@router.post("/convert", response_class=Response)
async def convert(
    request: Request,
    _: ComposeCaller,
    file: Annotated[str, Query(min_length=1, max_length=200, description="The file's name; only its ending counts.")],
    to: Annotated[Target, Query()] = "abc",
) -> Response:
    """Write a score in another format: the body is the file."""
    return await _written(await request.body(), f"file{ending_of(file)}", to)


@router.get("/convert", response_class=Response)
async def convert_packed(_: ComposeCaller, packed: Packed, to: Annotated[Target, Query()] = "abc") -> Response:
    """Write a tune in another format, where all of it stands in the address: what a link carries, or a drag."""
    return await _written(_unpacked(packed), "file.abc", to)


async def _written(data: bytes, name: str, to: Target) -> Response:
    module, media = _WRITERS[to]

    def work() -> bytes:
        from segue import formats

        written: bytes = getattr(formats, module).write(_read(data, name))
        return written

    body = await to_thread.run_sync(work)
    headers = {"Content-Disposition": f'attachment; filename="segue.{to}"'}
    return Response(body, headers=headers, media_type=media)


def _unpacked(packed: str) -> bytes:
    try:
        inflating = zlib.decompressobj(wbits=-zlib.MAX_WBITS)
        data = inflating.decompress(base64.b64decode(packed + "=" * (-len(packed) % 4), b"-_", validate=True), _LARGEST)
    except (ValueError, zlib.error) as error:
        raise InputError(f"packed is no deflated text in base64url: {error}") from error
    if not inflating.eof:
        raise InputError(f"packed is cut off, or holds more than {_LARGEST:,} bytes")
    return data


def _read(data: bytes, name: str) -> Score:
    if not data:
        raise InputError("the body is empty: it is to be the file")
    from segue.formats import find

    refused: InputError | None = None
    for each in find(Path(name), data):
        if not getattr(each, "IS_WORDS", False):
            try:
                piece: Score | Lyric = each.read(data, file=name)  # type: ignore[attr-defined]
            except InputError as error:
                refused = refused or error
                continue
            if isinstance(piece, Score):
                return piece
    raise refused or InputError(f"{name!r} holds no score")


@lru_cache(maxsize=1)
def _judge() -> Originality:
    from segue.compose.originality import DATA, load_originality

    return load_originality(DATA / "tunes.npz", DATA / "borrowing.json")


@router.post("/originality", response_model=OriginalityOut)
async def originality(asked: TuneIn, _: ComposeCaller) -> Any:
    """How original a tune is, and which known one is nearest."""
    return await to_thread.run_sync(_told, asked)


def _told(asked: TuneIn) -> dict[str, Any]:
    judge = _judge()
    report = judge.report(read_music(asked.music, "abc"), None, style=asked.style)
    return {
        "is_original": judge.is_original(report),
        "score": report.score,
        "limit": report.limit.score,
        "nearest": report.nearest.name if report.nearest else None,
        "nearest_title": report.nearest.title if report.nearest else None,
        "nearest_share": report.nearest_share if report.nearest else 0.0,
        "longest": report.longest.notes if report.longest else 0,
        "told": str(report),
    }
