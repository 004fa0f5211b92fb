"""The log of offers: what a verb offered is written down with its wish, and what the musician made of it.

Everything stays in the store on this machine; `segue compose log` shows and deletes it, and `segue tune score
--from-accepts` learns from what was taken.
"""

from __future__ import annotations

import hashlib
from array import array
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from sys import byteorder
from typing import Protocol

import orjson

from segue.compose.offer import Offer, T
from segue.corpora.corpus import Piece
from segue.errors import InputError, NotFoundError
from segue.listens.offered import Acceptance, LoggedOffer, NewCall, NewOffer, OfferLog
from segue.music.language.decode import decode
from segue.music.language.encode import encode
from segue.music.lyric import Lyric
from segue.music.note import Notes
from segue.music.score import Progression, Score

Value = Score | Progression | Lyric
_OWN = "own"


class Records(Protocol):
    """What a studio tells of its offers: a `Recorder`, or whatever passes on to one."""

    def offered(
        self,
        verb: str,
        offers: Sequence[Offer[T]],
        *,
        given: Value | None = None,
        wish: Mapping[str, object] | None = None,
    ) -> str:
        """Log a call of a verb with its offers and return the call's name; "" where nothing was logged."""
        ...


@dataclass(frozen=True)
class Recorder:
    """Writes down what a studio offers, and what becomes of it."""

    log: OfferLog

    def offered(
        self,
        verb: str,
        offers: Sequence[Offer[T]],
        *,
        given: Value | None = None,
        wish: Mapping[str, object] | None = None,
    ) -> str:
        """Log a call of a verb with its offers and return the call's name; "" where nothing was offered.

        `given` is the music that the verb was given, `wish` what was asked for, by name.
        """
        rows = [NewOffer(one.seed, _kind(one.value), digest_of(one.value), tokens_of(one.value)) for one in offers]
        if not rows:
            return ""
        return self.log.add(NewCall(verb, rows, wish or {}, None if given is None else digest_of(given)))

    def find(self, value: Value) -> LoggedOffer:
        """The latest offer of this music; NotFoundError where it was never offered."""
        found = self.log.find(digest_of(value))
        if found is None:
            raise NotFoundError("this music was not offered, or its offer was deleted from the log")
        return found

    def accepted(self, call: str, place: int) -> LoggedOffer:
        """The musician took the offer at a place (from 1) of a call as it is."""
        return self.log.judge(call, place, "accepted")

    def edited(self, call: str, place: int, value: Value) -> LoggedOffer:
        """The musician took an offer and made `value` of it; the same music again means that it was accepted."""
        rows = [one for one in self.log.list() if (one.call, one.place) == (call, place)]
        if rows and rows[0].digest == digest_of(value):
            return self.accepted(call, place)
        return self.log.judge(call, place, "edited", tokens_of(value))

    def declined(self, call: str, place: int) -> LoggedOffer:
        """The musician did not want the offer."""
        return self.log.judge(call, place, "declined")


def digest_of(value: Value) -> bytes:
    """Return a hash of 16 bytes of the music alone: notes and chords with their times, or the words of a lyric.

    Names, instruments, loudness and what is not heard do not count, so that a file gives the same hash in any format
    that keeps notes and chords.
    """
    if isinstance(value, Lyric):
        said: object = [line.text for line in value.lines]
    else:
        score = value.score if isinstance(value, Progression) else value
        notes = sorted((part.is_drums, *map(str, row)) for part in score.parts for row in _rows(part.notes))
        said = [notes, [(str(one.start), str(one.chord)) for one in score.chords]]
    return hashlib.blake2b(repr(said).encode(), digest_size=16).digest()


def _rows(notes: Notes) -> Iterator[tuple[Fraction, Fraction, int]]:
    """Start, length (quarter notes) and pitch of each note."""
    times = [[Fraction(ticks, notes.resolution) for ticks in column] for column in (notes.starts, notes.lengths)]
    return zip(*times, notes.pitches, strict=True)


def tokens_of(value: Value) -> bytes | None:
    """Return music in the score language, two bytes a token, the little end first; None where it cannot be said."""
    if isinstance(value, Lyric):
        return None
    try:
        tokens = encode(value.score if isinstance(value, Progression) else value).tokens
    except InputError:
        return None
    return _in_order(array("H", tokens)).tobytes()


def score_of(tokens: bytes) -> Score:
    """Return the score that logged tokens say."""
    held = array("H")
    held.frombytes(tokens)
    return decode(_in_order(held).tolist())


def _in_order(held: array[int]) -> array[int]:
    """The same numbers with the little end first, from or to the order of this machine."""
    if byteorder == "big":
        held.byteswap()
    return held


def _kind(value: Value) -> str:
    return type(value).__name__.lower()


def logged_as_json(row: LoggedOffer) -> dict[str, object]:
    """A logged offer as one JSON object; its tokens are left out."""
    return {
        "number": row.id,
        "at": row.at,
        "call": row.call,
        "place": row.place,
        "verb": row.verb,
        "seed": row.seed,
        "wish": orjson.loads(row.wish),
        "kind": row.kind,
        "music": row.digest.hex(),
        "state": row.state,
        "judged_at": row.judged_at,
    }


def rate_as_json(rate: Acceptance) -> dict[str, object]:
    """How a verb's offers were taken, as one JSON object."""
    counts = {"calls": rate.calls, "taken": rate.taken, "rate": round(rate.rate, 4), "offers": rate.offers}
    return {"verb": rate.verb, **counts, "accepted": rate.accepted, "edited": rate.edited, "declined": rate.declined}


def taken_pieces(log: OfferLog) -> list[Piece]:
    """Return the music that was accepted, or what was made of it where it was edited, as pieces to tune to.

    Pieces of the same given music share their key, and so are never both learned from and tested on. Lyrics, and music
    that the score language cannot say, are left out.
    """
    pieces = []
    for one in log.list(states=("accepted", "edited")):
        tokens = one.edited if one.state == "edited" else one.tokens
        if tokens is not None:
            key = one.given.hex() if one.given is not None else one.call
            pieces.append(Piece(key, score_of(tokens), _OWN, file=f"offer {one.id}"))
    return pieces
