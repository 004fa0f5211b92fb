"""Composing over HTTP: every verb as a stream of events, bar by bar; music goes in and comes out as text.

A verb is asked by POST and answered by server-sent events (`text/event-stream`), or as one JSON value for who accepts
`application/json` only. Closing the connection stops the work.
"""

from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import replace
from fractions import Fraction
from typing import TYPE_CHECKING, Annotated, Any, Literal

import orjson
from anyio import to_thread
from fastapi import APIRouter, Request
from fastapi.responses import Response, StreamingResponse
from pydantic import Field

from segue.errors import InputError
from segue.music.key import Key
from segue.music.metre import Metre
from segue.serve.access import ComposeCaller, ServiceOf
from segue.serve.composing import Shown, Verb, as_abc, composed, offer_as_json, read_music
from segue.serve.problems import problem
from segue.serve.service import Service
from segue.serve.shapes import PROBLEMS, Closed

if TYPE_CHECKING:  # slow to import, and loaded by the first verb
    from segue.compose.offer import Offer
    from segue.compose.studio import Studio

router = APIRouter(prefix="/compose", tags=["compose"], responses=PROBLEMS)
Text = Annotated[str, Field(min_length=1, max_length=500_000)]
Label = Annotated[str, Field(max_length=40)]
Bar = Annotated[int, Field(ge=1, le=100_000)]
Bars = Annotated[tuple[Bar, ...], Field(max_length=1_000)]
_EXAMPLE = "X:1\nM:4/4\nL:1/4\nK:G\n|: G A B c | d2 B2 | c A F D | G4 :|\n"


class Wanted(Closed):
    """What all verbs may be asked."""

    n: Annotated[int, Field(ge=1, le=16, description="How many alternatives.")] = 4
    seed: Annotated[int, Field(ge=0, lt=2**31)] = 0
    style: Label = ""
    without: Annotated[tuple[Label, ...], Field(max_length=40, description="Rules of theory to switch off.")] = ()
    originality: bool = True


class Given(Wanted):
    """A verb that works on music."""

    music: Annotated[Text, Field(examples=[_EXAMPLE])]
    format: Literal["abc", "musicxml", "chords", "cho", "lab"] = "abc"
    bars: Annotated[Bars, Field(description="Bars to write, from 1; all without.")] = ()
    keep: Annotated[Bars, Field(description="Bars that stay as they are.")] = ()


class HarmonyIn(Given):
    """Chords to a melody."""

    key: Label = ""
    complexity: Literal["", "triads", "sevenths", "rich"] = ""
    span: Annotated[str, Field(max_length=10, description="Bars a chord lasts, such as 1/2 or 1.")] = ""


class ChordsIn(Wanted):
    """A new progression."""

    key: Label = ""
    metre: Label = ""
    bars: Annotated[int, Field(ge=1, le=500)] = 8
    complexity: Literal["", "triads", "sevenths", "rich"] = ""


class MelodyIn(Given):
    """Melodies over chords."""

    contour: Label = ""
    instrument: Label = "voice"


class InfillIn(Given):
    """Bars of any part anew."""

    parts: Annotated[tuple[Annotated[int, Field(ge=0, le=100)], ...], Field(max_length=100)] = ()


class ArrangeIn(Given):
    """Parts to a lead sheet."""

    parts: Annotated[tuple[Label, ...], Field(max_length=20)] = ()


class PieceIn(Wanted):
    """A whole piece by a plan of form."""

    n: Annotated[int, Field(ge=1, le=16)] = 1
    form: Label = "AABA"
    bars: Annotated[int | None, Field(ge=1, le=500)] = None
    key: Label = ""
    metre: Label = ""
    tempo: Annotated[float | None, Field(gt=0, le=500)] = None
    instrument: Label = "voice"
    parts: Annotated[tuple[Label, ...], Field(max_length=20)] = ()


class LyricsIn(Wanted):
    """Words to a melody, a form, or the tune name of a ci."""

    language: Literal["en", "zh"] = "en"
    music: Annotated[str, Field(max_length=500_000)] = ""
    format: Literal["abc", "musicxml"] = "abc"
    form: Annotated[str, Field(max_length=1_000, examples=["8 6 8 6 ABAB"])] = ""
    tune: Annotated[str, Field(max_length=40, description="A ci's tune name, such as 浣溪沙.")] = ""
    theme: Annotated[str, Field(max_length=200)] = ""


@router.post("/harmony")
async def harmony(asked: HarmonyIn, request: Request, _: ComposeCaller, service: ServiceOf) -> Response:
    """Give a melody chords."""
    from segue.compose.chords import ChordWish

    score, key = read_music(asked.music, asked.format), Key.parse(asked.key) if asked.key else None
    wish = ChordWish(complexity=asked.complexity, span=_span(asked.span), without=asked.without)
    return await _answered(
        request,
        service,
        asked,
        lambda one: one.harmonize(score, wish, key=key, bars=asked.bars or None, keep=asked.keep),
    )


@router.post("/chords")
async def chords(asked: ChordsIn, request: Request, _: ComposeCaller, service: ServiceOf) -> Response:
    """Write a new progression."""
    from segue.compose.chords import ChordWish, new_progression

    given = new_progression(asked.bars, _key(asked.key), _metre(asked.metre), "")
    wish = ChordWish(complexity=asked.complexity, without=asked.without)
    return await _answered(request, service, asked, lambda one: one.chords(given, wish))


@router.post("/melody")
async def melody(asked: MelodyIn, request: Request, _: ComposeCaller, service: ServiceOf) -> Response:
    """Write melodies over chords."""
    from segue.compose.melody import MelodyWish

    score = read_music(asked.music, asked.format)
    wish = MelodyWish(contour=asked.contour, instrument=asked.instrument, without=asked.without)
    return await _answered(request, service, asked, lambda one: one.melody(score.progression, wish))


@router.post("/infill")
async def infill(asked: InfillIn, request: Request, _: ComposeCaller, service: ServiceOf) -> Response:
    """Rewrite bars of any part; everything else stays as it is."""
    score = read_music(asked.music, asked.format)
    return await _answered(
        request,
        service,
        asked,
        lambda one: one.infill(score, asked.bars or None, parts=asked.parts or None, keep=asked.keep),
    )


@router.post("/arrange")
async def arrange(asked: ArrangeIn, request: Request, _: ComposeCaller, service: ServiceOf) -> Response:
    """Write parts to a lead sheet."""
    score = read_music(asked.music, asked.format)
    return await _answered(request, service, asked, lambda one: one.arrange(score, asked.style, asked.parts))


@router.post("/piece")
async def piece(asked: PieceIn, request: Request, _: ComposeCaller, service: ServiceOf) -> Response:
    """Write a whole piece."""
    from segue.compose.melody import MelodyWish
    from segue.compose.piece import PieceWish

    wish = PieceWish(
        *(asked.form, asked.bars, asked.style, _key(asked.key), _metre(asked.metre), asked.tempo),
        melody=MelodyWish(instrument=asked.instrument),
        parts=asked.parts,
    )
    return await _answered(request, service, asked, lambda one: one.piece(wish))


@router.post("/lyrics")
async def lyrics(asked: LyricsIn, request: Request, _: ComposeCaller, service: ServiceOf) -> Response:
    """Write words whose lines fit; to music, each alternative is also that music with the words under its notes."""
    from segue.compose.lyrics.frame import of_form, of_score, of_tune
    from segue.compose.lyrics.laying import lay
    from segue.compose.lyrics.writing import Wish

    if sum(map(bool, (asked.music, asked.form, asked.tune))) != 1:
        raise InputError("words fit one thing: music, a form such as '8 6 8 6 ABAB', or the tune name of a ci")
    score = read_music(asked.music, asked.format) if asked.music else None
    if score is not None:
        frame = of_score(score, asked.language)
    else:
        frame = of_tune(asked.tune) if asked.tune else of_form(asked.form, asked.language)
    wish = Wish(theme=asked.theme)

    def shown(offer: Offer[Any]) -> dict[str, Any]:
        told = offer_as_json(offer)
        return told if score is None else told | {"abc": as_abc(lay(offer.value, frame, score))}

    return await _answered(request, service, asked, lambda one: one.lyrics(frame, wish, sung=score), shown)


def _key(text: str) -> Key | None:
    return Key.parse(text) if text else None


def _metre(text: str) -> Metre | None:
    return Metre.parse(text) if text else None


def _span(text: str) -> Fraction | None:
    try:
        return Fraction(text) if text else None
    except (ValueError, ZeroDivisionError):
        raise InputError(f"span {text!r}: a number of bars such as 1/2, 1 or 2 is accepted") from None


async def _answered(
    request: Request, service: Service, asked: Wanted, verb: Verb, shown: Shown = offer_as_json
) -> Response:
    studio = await to_thread.run_sync(lambda: service.studio)
    mine = replace(
        studio, n=asked.n, seed=asked.seed, style=asked.style, without=asked.without, originality=asked.originality
    )
    accepted = request.headers.get("accept", "*/*")
    if "application/json" in accepted and "text/event-stream" not in accepted:
        return await _whole(mine, verb, shown)
    headers = {"Cache-Control": "no-store", "X-Accel-Buffering": "no"}
    return StreamingResponse(_events(mine, verb, shown), media_type="text/event-stream", headers=headers)


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
