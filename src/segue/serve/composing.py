"""Composing for a server: a verb in a thread, its bars and offers told as they are made, stopped at once."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from anyio import to_thread

from segue.errors import FormatError, InputError, SegueError
from segue.listens.offered import OfferLog
from segue.music.lyric import Lyric
from segue.music.note import Notes
from segue.music.score import Progression, Score

if TYPE_CHECKING:  # slow to import, and loaded by the first verb
    from segue.compose.drawing import Glimpse
    from segue.compose.log import Value
    from segue.compose.offer import Offer, T
    from segue.compose.studio import Studio
    from segue.likeness import Model
    from segue.serve.keys import Key
    from segue.serve.service import Service
    from segue.serve.verbs import Wanted

Verb = Callable[["Studio"], Sequence["Offer[Any]"]]
Shown = Callable[["Offer[Any]"], dict[str, Any]]
Event = tuple[str, dict[str, Any]]
_ONE = threading.Lock()  # one verb at a time: each takes the whole processor


class GoneError(Exception):
    """Nobody listens any more."""


class Noting:
    """Writes offers into the log, as the command line does, and keeps the name of the last call."""

    def __init__(self, log: OfferLog) -> None:
        self._log = log
        self.call: str | None = None

    def offered(
        self,
        verb: str,
        offers: Sequence[Offer[T]],
        *,
        given: Value | None = None,
        wish: Mapping[str, object] | None = None,
    ) -> str:
        """Log a call with its offers and return its name."""
        from segue.compose.log import Recorder

        self.call = Recorder(self._log).offered(verb, offers, given=given, wish=wish) or None
        return self.call or ""


def model_for(service: Service, text: str, style: str) -> Model | None:
    """Music that was sent to be liked, recognized; None for an empty text."""
    from segue.likeness import model_from

    if not text.strip():
        return None
    score = read_music(text, "abc")
    return model_from(score, score.title or "the model", service.recognizer.score(score, is_explained=False), style)


def studio_for(service: Service, asked: Wanted, key: Key, liked: Model | None = None) -> Studio:
    """The studio as a request wants it; what it offers to whom the server belongs to is logged, and nobody else's."""
    recorder = Noting(service.store.offers) if key.may("admin") else None
    return replace(
        service.studio,
        n=asked.n,
        seed=asked.seed,
        style=asked.style or (liked.style if liked is not None else ""),
        liking=None if liked is None else liked.liking,
        without=asked.without,
        originality=asked.originality,
        recorder=recorder,
    )


def read_music(text: str, kind: str) -> Score:
    """Read music that was sent as text ("abc", "musicxml", "chords", "chordpro" ...); FormatError where it is none."""
    from pathlib import Path

    from segue.formats import find  # as slow to import

    data = text.encode()
    refused: FormatError | None = None
    for each in find(Path(f"music.{kind}"), data):
        if getattr(each, "IS_WORDS", False):
            continue
        try:
            score = each.read(data, file=f"music.{kind}")  # type: ignore[attr-defined]
        except FormatError as error:
            refused = refused or error
            continue
        if isinstance(score, Score):
            return score
    raise refused or InputError(f"format {kind!r} is none of music as text: abc, musicxml, chords, cho are some")


def sounding(score: Score) -> tuple[int, Notes]:
    """The number, from 1, and the notes of the first part that has some and is no drums; InputError where none is."""
    for number, part in enumerate(score.parts, 1):
        if len(part.notes) and not part.is_drums:
            return number, part.notes
    raise InputError("the music has no part with notes; a new melody is asked for without bars and keep")


def as_abc(score: Score) -> str:
    """Return a score as ABC."""
    from segue.formats import abc

    return abc.write(score).decode()


def shown_like(liked: Model | None) -> Shown:
    """What tells an offer, and how near it comes to the music that it shall be like."""
    if liked is None:
        return offer_as_json
    return lambda offer: offer_as_json(offer) | {"like": liked.row(_score(offer.value))}


def _score(value: Score | Progression) -> Score:
    return value.score if isinstance(value, Progression) else value


def offer_as_json(offer: Offer[Any]) -> dict[str, Any]:
    """An offer: its music as ABC (words as lines), how likely it is, and the reasons."""
    value = offer.value.score if isinstance(offer.value, Progression) else offer.value
    told: dict[str, Any] = {
        "fit": None if offer.fit != offer.fit else offer.fit,
        "seed": offer.seed,
        "reasons": list(offer.reasons),
        "is_stopped": offer.is_stopped,
    }
    if isinstance(value, Lyric):
        return told | {
            "sections": [{"name": name, "lines": [one.text for one in lines]} for name, lines in value.sections]
        }
    return told | {
        "abc": as_abc(value),
        "bars": len(value.bars),
        "notes": sum(len(part.notes) for part in value.parts),
        "notice": list(value.notice),
    }


async def composed(studio: Studio, verb: Verb, shown: Shown = offer_as_json) -> AsyncIterator[Event]:
    """Carry out a verb and tell, as it goes on: ("bars", how many are drawn), ("bar", a bar of an alternative as it is
    drawn), ("offer", each alternative as `shown` tells it), ("done", how many) or ("problem", what was wrong).

    When nobody asks for the next one any more, drawing ends within a bar.
    """
    loop, told = asyncio.get_running_loop(), asyncio.Queue[Event | None]()
    is_gone = threading.Event()

    def tell(event: Event | None) -> None:
        loop.call_soon_threadsafe(told.put_nowait, event)

    def work() -> None:
        try:
            with _ONE:
                offers = verb(_telling(studio, tell, is_gone))
            call = studio.recorder.call if isinstance(studio.recorder, Noting) else None
            for number, offer in enumerate(offers, 1):
                tell(("offer", {"number": number, "call": call, **shown(offer)}))
            tell(("done", {"offers": len(offers)}))
        except GoneError:
            pass
        except SegueError as error:
            tell(("problem", {"status": error.http_status, "detail": str(error), "kind": type(error).__name__}))
        finally:
            tell(None)

    worker = asyncio.create_task(to_thread.run_sync(work))
    try:
        while (event := await told.get()) is not None:
            yield event
        await worker
    finally:
        is_gone.set()


def _telling(studio: Studio, tell: Callable[[Event], None], is_gone: threading.Event) -> Studio:
    def bars(count: int) -> None:
        if is_gone.is_set():
            raise GoneError
        tell(("bars", {"done": count}))

    def seen(glimpse: Glimpse) -> None:
        if is_gone.is_set():
            raise GoneError
        tell(("bar", {"seed": glimpse.seed, "bar": glimpse.bar + 1, "abc": as_abc(glimpse.score)}))

    return replace(studio, progress=bars, seen=seen)
