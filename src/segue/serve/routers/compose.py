"""Composing over HTTP: every verb as a stream of events, bar by bar; music goes in and comes out as text.

A verb is asked by POST and answered by server-sent events (`text/event-stream`), or as one JSON value for who accepts
`application/json` only. Closing the connection stops the work.
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable
from typing import TYPE_CHECKING, Any, TypeVar

import orjson
from anyio import to_thread
from fastapi import APIRouter, Request
from fastapi.responses import Response, StreamingResponse

from segue.serve import asking
from segue.serve.access import Caller, ComposeCaller, ServiceOf
from segue.serve.asking import Call
from segue.serve.composing import Shown, Verb, composed, studio_for
from segue.serve.problems import problem
from segue.serve.service import Service
from segue.serve.shapes import PROBLEMS
from segue.serve.verbs import (
    ArrangeIn,
    ChordsIn,
    HarmonyIn,
    InfillIn,
    LyricsIn,
    MelodyIn,
    PhraseIn,
    PieceIn,
    ReharmonizeIn,
    Wanted,
)

if TYPE_CHECKING:  # slow to import, and loaded by the first verb
    from segue.compose.studio import Studio

W = TypeVar("W", bound=Wanted)
router = APIRouter(prefix="/compose", tags=["compose"], responses=PROBLEMS)


@router.post("/harmony")
async def harmony(asked: HarmonyIn, request: Request, caller: ComposeCaller, service: ServiceOf) -> Response:
    """Give a melody chords."""
    return await _answered(request, service, caller, asked, asking.harmony)


@router.post("/reharmonize")
async def reharmonize(asked: ReharmonizeIn, request: Request, caller: ComposeCaller, service: ServiceOf) -> Response:
    """Give other chords to music that has some, or bars of them."""
    return await _answered(request, service, caller, asked, asking.reharmonize)


@router.post("/chords")
async def chords(asked: ChordsIn, request: Request, caller: ComposeCaller, service: ServiceOf) -> Response:
    """Write a new progression, or go on from one."""
    return await _answered(request, service, caller, asked, asking.chords)


@router.post("/melody")
async def melody(asked: MelodyIn, request: Request, caller: ComposeCaller, service: ServiceOf) -> Response:
    """Write melodies over chords: new ones, one that goes on from a phrase or answers it, or bars of one anew."""
    return await _answered(request, service, caller, asked, asking.melody)


@router.post("/infill")
async def infill(asked: InfillIn, request: Request, caller: ComposeCaller, service: ServiceOf) -> Response:
    """Rewrite bars of any part; everything else stays as it is."""
    return await _answered(request, service, caller, asked, asking.infill)


@router.post("/arrange")
async def arrange(asked: ArrangeIn, request: Request, caller: ComposeCaller, service: ServiceOf) -> Response:
    """Write parts to a lead sheet."""
    return await _answered(request, service, caller, asked, asking.arrange)


@router.post("/phrase")
async def phrase(asked: PhraseIn, request: Request, caller: ComposeCaller, service: ServiceOf) -> Response:
    """Write phrases of two or four bars: new ones, variations of one, or steps from one to another."""
    return await _answered(request, service, caller, asked, asking.phrase)


@router.post("/piece")
async def piece(asked: PieceIn, request: Request, caller: ComposeCaller, service: ServiceOf) -> Response:
    """Write a whole piece."""
    return await _answered(request, service, caller, asked, asking.piece)


@router.post("/lyrics")
async def lyrics(asked: LyricsIn, request: Request, caller: ComposeCaller, service: ServiceOf) -> Response:
    """Write words whose lines fit; to music, each alternative is also that music with the words under its notes."""
    return await _answered(request, service, caller, asked, asking.lyrics)


async def _answered(
    request: Request, service: Service, caller: Caller, asked: W, to_call: Callable[[W, Service], Call]
) -> Response:
    call = await to_thread.run_sync(to_call, asked, service)
    studio = await to_thread.run_sync(studio_for, service, asked, caller.key, call.liked)
    accepted = request.headers.get("accept", "*/*")
    if "application/json" in accepted and "text/event-stream" not in accepted:
        return await _whole(studio, call.verb, call.shown)
    headers = {"Cache-Control": "no-store", "X-Accel-Buffering": "no"}
    return StreamingResponse(_events(studio, call.verb, call.shown), media_type="text/event-stream", headers=headers)


async def _events(studio: Studio, verb: Verb, shown: Shown) -> AsyncIterator[bytes]:
    async for name, value in composed(studio, verb, shown):
        yield b"event: " + name.encode() + b"\ndata: " + orjson.dumps(value) + b"\n\n"


async def _whole(studio: Studio, verb: Verb, shown: Shown) -> Response:
    offers: list[dict[str, Any]] = []
    async for name, value in composed(studio, verb, shown):
        if name == "offer":
            offers.append(value)
        elif name == "problem":
            return problem(value["status"], value["detail"], kind=value["kind"])
    return Response(orjson.dumps({"offers": offers}), media_type="application/json")
