"""Recommending over HTTP: lists, neighbours, paths, why and why not, thumbs, playlists."""

from __future__ import annotations

from collections.abc import Hashable
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Annotated, Any, Literal

import orjson
from anyio import to_thread
from fastapi import APIRouter, Query, Request
from fastapi.responses import Response
from pydantic import Field

from segue.errors import InputError, NotFoundError
from segue.listens.listen import Feedback
from segue.listens.song import Song
from segue.recommend.phrases import phrase
from segue.recommend.playlists import WRITERS, Entry
from segue.recommend.rendering import song_as_json, suggestion_as_json
from segue.serve.access import Caller, ListensCaller, ServiceOf
from segue.serve.paging import Cursor, Limit, cursor_of, place_of, tagged
from segue.serve.repeating import Repeat, once
from segue.serve.service import Service
from segue.serve.shapes import (
    PROBLEMS,
    AddedOut,
    Closed,
    FeedbackIn,
    Language,
    Listener,
    Name,
    NearOut,
    SaidsOut,
    SongOut,
    SuggestionsOut,
    TakenBackOut,
    WhyOut,
)

if TYPE_CHECKING:  # slow to import, and loaded by the first question
    from segue.recommend.filters import Filters
    from segue.recommend.suggestion import Suggestion

router = APIRouter(tags=["recommend"], responses=PROBLEMS)
_MEDIA = {".m3u8": "application/vnd.apple.mpegurl", ".xspf": "application/xspf+xml", ".jspf": "application/json"}
Number = Annotated[int, Field(ge=1, le=200)]


class Asked(Closed):
    """What is asked of a list."""

    listener: Listener | None = None
    n: Number = 20
    like: Annotated[tuple[Name, ...], Field(max_length=50, description="Artists, or songs as Artist - Title.")] = ()
    text: Annotated[str, Field(max_length=500, description="A taste in words.")] = ""
    diversity: Annotated[float, Field(ge=0, le=1)] = 0.0
    tag: Annotated[tuple[Name, ...], Field(max_length=50)] = ()
    without_tag: Annotated[tuple[Name, ...], Field(max_length=50)] = ()
    without_artist: Annotated[tuple[Name, ...], Field(max_length=50)] = ()
    year_from: Annotated[int | None, Field(ge=1000, le=2200)] = None
    year_to: Annotated[int | None, Field(ge=1000, le=2200)] = None
    per_artist: Annotated[int | None, Field(ge=1, le=200)] = None
    new_artists: bool = False
    known: bool = False
    reasons: Annotated[int, Field(ge=0, le=1000, description="The most reasons told of a song, the largest first.")] = 8
    lang: Language = "en"

    @property
    def filters(self) -> Filters:
        """What is asked of each song."""
        from segue.recommend.filters import Filters

        return Filters(
            *(self.year_from, self.year_to, self.tag, self.without_tag, self.without_artist),
            *(self.new_artists, self.per_artist),
        )


def whose(caller: Caller, named: str | None, *, is_needed: bool) -> str | None:
    """Return the listener that is meant, None for nobody where nobody needs to be."""
    if named is None and caller.key.listener is None and not is_needed:
        return None
    return caller.listener(named)


@router.get("/recommendations", response_model=SuggestionsOut)
async def recommendations(
    request: Request, asked: Annotated[Asked, Query()], caller: ListensCaller, service: ServiceOf
) -> Response:
    """Songs for a listener, or for a taste in names and words, each with its reasons."""
    listener = whose(caller, asked.listener, is_needed=not asked.like and not asked.text)
    stamp = (service.tastes.stamp, service.store.mark())
    name = orjson.dumps([listener, request.url.query])
    body = service.rendered.find(name, stamp)
    if body is None:
        body = await to_thread.run_sync(_recommend, service, listener, asked, stamp[1])
        service.rendered.keep(name, stamp, body)
    return tagged(request, body)


def _recommend(service: Service, listener: str | None, asked: Asked, mark: Hashable) -> bytes:
    ready = service.tastes.of(listener, mark)
    found = ready.model.recommend(
        ready.history, asked.n, asked.like, asked.text, asked.filters, asked.diversity, asked.known
    )
    told = {"listener": listener, "songs_asked": ready.heard, "of_these_by_text_alone": ready.by_text}
    return orjson.dumps({**told, "suggestions": [suggestion_as_json(one, asked.lang, asked.reasons) for one in found]})


@router.get("/similar", response_model=list[NearOut])
async def similar(
    request: Request,
    song: Annotated[Name, Query()],
    _: ListensCaller,
    service: ServiceOf,
    n: Annotated[Number, Query()] = 20,
) -> Response:
    """Songs like one song or artist, whoever asks."""

    def told() -> bytes:
        found = service.tastes.base().similar(song, n)
        rows = [
            song_as_json(one.song) | {"score": one.score, "shared_tags": [each.words for each in one.tags]}
            for one in found
        ]
        return orjson.dumps(rows)

    return tagged(request, await to_thread.run_sync(told))


@router.get("/path", response_model=list[SongOut])
async def path(
    request: Request,
    start: Annotated[Name, Query()],
    end: Annotated[Name, Query()],
    _: ListensCaller,
    service: ServiceOf,
    steps: Annotated[int, Query(ge=2, le=100)] = 8,
) -> Response:
    """Songs that lead from one to another in small steps."""
    found = await to_thread.run_sync(service.tastes.base().path, start, end, steps)
    return tagged(request, orjson.dumps([song_as_json(one) for one in found]))


@router.get("/explanation", response_model=WhyOut)
async def explanation(
    request: Request,
    song: Annotated[Name, Query()],
    caller: ListensCaller,
    service: ServiceOf,
    listener: Annotated[Listener | None, Query()] = None,
    lang: Annotated[Language, Query()] = "en",
) -> Response:
    """Why a song, or why not: its score and rank for a listener, and all that speaks for and against it."""
    name = caller.listener(listener)

    def told() -> bytes:
        ready = service.tastes.of(name, service.store.mark())
        found = ready.model.explain(ready.history, song)
        return orjson.dumps(suggestion_as_json(found, lang) | {"instead": _instead(found)})

    return tagged(request, await to_thread.run_sync(told))


def _instead(found: Suggestion) -> dict[str, Any] | None:
    """The rank had the three songs that speak most against it not been heard; None where that helps nothing."""
    against = [one.song for one in found.reasons if one.kind == "song" and one.song is not None and one.logit < 0][:3]
    rank = found.without(*against) if against else found.rank
    return {"without": [str(song) for song in against], "rank": rank} if rank < found.rank else None


@router.post("/feedback", status_code=201, response_model=AddedOut)
async def feedback(
    request: Request, said: FeedbackIn, caller: ListensCaller, service: ServiceOf, repeat: Repeat = ""
) -> Response:
    """Like, dislike or hide a song or an artist; the next list heeds it."""
    listener = caller.listener(said.listener)
    _, song = await to_thread.run_sync(_known_song, service, said.artist, said.title)

    async def act() -> tuple[int, Any]:
        added = await service.intake.add([Feedback(listener, song, said.verdict, datetime.now(UTC), "segue")])
        return 201, {"new": added.new, "known": added.known}

    return await once(request, service.ledger, caller.key.id, repeat, act)


@router.delete("/feedback", response_model=TakenBackOut)
async def take_back(
    caller: ListensCaller,
    service: ServiceOf,
    artist: Annotated[Name, Query()],
    title: Annotated[str, Query(max_length=1000)] = "",
    listener: Annotated[Listener | None, Query()] = None,
) -> Response:
    """Take back all that was said of a song or an artist; the next list is as if nothing had been."""
    name = caller.listener(listener)

    def act() -> int:
        row, _ = _known_song(service, artist, title)
        return service.store.withdraw(name, row)

    gone = await to_thread.run_sync(act)
    return Response(orjson.dumps({"taken_back": gone}), media_type="application/json")


@router.get("/feedback", response_model=SaidsOut)
async def said(
    request: Request,
    caller: ListensCaller,
    service: ServiceOf,
    listener: Annotated[Listener | None, Query()] = None,
    limit: Limit = 50,
    cursor: Cursor = "",
) -> Response:
    """What was liked, disliked and hidden, the latest first; of each song the word that counts."""
    name, first = caller.listener(listener), int(place_of(cursor, int) or 0)

    def told() -> bytes:
        latest: dict[tuple[str, str], Feedback] = {}
        for one in service.store.feedback(name):
            latest.setdefault(one.song.key, one)
        rows = [
            {"artist": one.song.artist, "title": one.song.title, "verdict": one.verdict, "at": one.at}
            for one in latest.values()
        ]
        following = first + limit
        return orjson.dumps(
            {"said": rows[first:following], "next": cursor_of(following) if following < len(rows) else None}
        )

    return tagged(request, await to_thread.run_sync(told))


def _known_song(service: Service, artist: str, title: str) -> tuple[int, Song]:
    found = service.store.find_song(artist, title)
    if found is None:
        raise NotFoundError(f"song {Song(artist, title)} is not known here")
    return found


class Taken(Closed):
    """What is asked of a playlist."""

    listener: Listener | None = None
    n: Number = 20
    text: Annotated[str, Field(max_length=500, description="A taste in words.")] = ""
    diversity: Annotated[float, Field(ge=0, le=1)] = 0.0
    format: Literal["m3u8", "xspf", "jspf"] = "xspf"
    lang: Language = "en"


@router.get("/playlist", response_class=Response)
async def playlist(asked: Annotated[Taken, Query()], caller: ListensCaller, service: ServiceOf) -> Response:
    """Recommendations as a playlist for a player, the reasons as notes."""
    name = caller.listener(asked.listener)

    def told() -> bytes:
        ready = service.tastes.of(name, service.store.mark())
        found = ready.model.recommend(ready.history, asked.n, text=asked.text, diversity=asked.diversity)
        entries = [Entry(one.song, phrase(one, asked.lang)) for one in found]
        return WRITERS[f".{asked.format}"](f"Segue for {name}", entries)

    headers = {"Content-Disposition": f'attachment; filename="segue.{asked.format}"'}
    return Response(await to_thread.run_sync(told), headers=headers, media_type=_MEDIA[f".{asked.format}"])


@router.get("/songs", response_model=list[SongOut])
async def songs(
    request: Request, q: Annotated[str, Query(min_length=1, max_length=200)], _: ListensCaller, service: ServiceOf
) -> Response:
    """Songs whose artist and title hold all words of `q`."""
    if not q.strip():
        raise InputError("q holds no word")
    found = await to_thread.run_sync(service.store.search_songs, q)
    return tagged(request, orjson.dumps([song_as_json(song) for _, song in found]))
