"""Chord after chord: changes as classes, and what a model of tokens, or an n-gram, thinks comes next.

A class is a root above the tonic with a quality: `root * Q + quality`, Q qualities, and 12 Q for no chord. A model's
probability of a class is P(root token) times P(quality token | root). *Renormalised* both are shares among what could
be said there: roots (not the end, nor a bass), and qualities, without the class that stands before it, as changes never
repeat it. The *raw* rate leaves both as they are among all tokens. The most probable class is found exactly: roots are
tried from the most probable on until none left can win.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from benchmarks.ngram import NGram, adapted
from benchmarks.score_protocol import CONTEXT, Rate
from segue.models.engine.protocol import Engine
from segue.music.language import vocabulary as v

Doubles = NDArray[np.float64]


@dataclass(frozen=True)
class Alphabet:
    """The classes of a task: its qualities as tokens, and whether no chord is one of them."""

    qualities: tuple[int, ...]
    has_none: bool

    @property
    def size(self) -> int:
        """The number of classes."""
        return 12 * len(self.qualities) + self.has_none

    def tokens(self, chord: int) -> tuple[int, ...]:
        """Say a class."""
        root, quality = divmod(chord, len(self.qualities))
        return (v.NO_CHORD,) if root == 12 else (v.ROOT.start + root, self.qualities[quality])

    def classes(self, tokens: Sequence[int]) -> tuple[int, ...]:
        """Read the classes in the body of a piece of changes without basses."""
        place = {token: number for number, token in enumerate(self.qualities)}
        count, found = len(self.qualities), []
        for at, token in enumerate(tokens):
            if token in v.ROOT:
                found.append((token - v.ROOT.start) * count + place[tokens[at + 1]])
            elif token == v.NO_CHORD:
                found.append(12 * count)
        return tuple(found)


TRIADS = Alphabet((v.QUALITY_OF[""], v.QUALITY_OF["m"]), False)
FULL = Alphabet(tuple(v.QUALITY), True)


@dataclass(frozen=True)
class Changes:
    """A song's header and its classes."""

    header: tuple[int, ...]
    chords: tuple[int, ...]


@dataclass(frozen=True)
class Told:
    """How well the chords of songs were told: nats of each song, renormalised and raw, hits, and how many there are."""

    nats: tuple[float, ...]
    raw: tuple[float, ...]
    hits: tuple[int, ...]
    counts: tuple[int, ...]

    @property
    def perplexity(self) -> Rate:
        """Perplexity for each chord, renormalised."""
        return Rate.of(self.nats, self.counts).exponential()

    @property
    def raw_perplexity(self) -> Rate:
        """Perplexity for each chord, raw."""
        return Rate.of(self.raw, self.counts).exponential()

    @property
    def accuracy(self) -> Rate:
        """The share of chords that were the most probable class."""
        return Rate.of(self.hits, self.counts)


def told_by_model(engine: Engine, alphabet: Alphabet, songs: Sequence[Changes]) -> Told:
    """Ask a score model for every chord of songs."""
    return _told([_Asking(engine, alphabet, song).told() for song in songs])


def told_by_ngram(model: NGram, chords: Sequence[Sequence[int]], *, is_adaptive: bool = False) -> Told:
    """Ask an n-gram over classes, renormalised without the class before; an adaptive one learns from the song too."""
    rows = []
    for song in chords:
        p = adapted(model, song) if is_adaptive else model.probabilities(song)
        said = np.asarray(song)
        places = np.arange(len(said))
        raw = -np.log(p[places, said])
        p[places[1:], said[:-1]] = 0
        nats = -np.log(p[places, said] / p.sum(1))
        rows.append((float(nats.sum()), float(raw.sum()), int((p.argmax(1) == said).sum()), len(said)))
    return _told(rows)


def _told(rows: Sequence[tuple[float, float, int, int]]) -> Told:
    nats, raw, hits, counts = zip(*rows, strict=True)
    return Told(nats, raw, hits, counts)


class _Asking:
    """One song, chord by chord."""

    def __init__(self, engine: Engine, alphabet: Alphabet, song: Changes) -> None:
        self.alphabet, self.song = alphabet, song
        self.longest = min(CONTEXT, engine.longest)
        self.session = engine.open()
        self.logits = self.session.feed({0: song.header})[0]

    def told(self) -> tuple[float, float, int, int]:
        """Nats, raw nats, hits and the number of chords."""
        nats = raw = hits = 0.0
        for at, chord in enumerate(self.song.chords):
            if self.session.lengths[0] + 4 > self.longest:
                self._forget(at)
            found = self._asked(chord, self.song.chords[at - 1] if at else None)
            nats, raw, hits = nats + found[0], raw + found[1], hits + found[2]
            self.logits = self.session.feed({0: self.alphabet.tokens(chord)})[0]
        return nats, raw, int(hits), len(self.song.chords)

    def _forget(self, at: int) -> None:
        """Where the context is full, keep the header and as many of the chords before `at` as fill half of it."""
        recent = self.song.chords[max(at - self.longest // 4, 0) : at]
        self.session.cut(0, 0)
        said = [token for chord in recent for token in self.alphabet.tokens(chord)]
        self.logits = self.session.feed({0: [*self.song.header, *said]})[0]

    def _asked(self, chord: int, before: int | None) -> tuple[float, float, bool]:
        """Nats and raw nats of a chord, and whether it is the most probable; the session is left as it was."""
        none = 12 * len(self.alphabet.qualities)
        options = [*v.ROOT, *([v.NO_CHORD] if self.alphabet.has_none and before != none else [])]
        firsts = _log_shares(self.logits[options])
        said = self.alphabet.tokens(chord)
        raw = -float(_log_shares(self.logits)[said[0]])
        best, winner, nats = -np.inf, -1, 0.0
        for place in np.argsort(-firsts, kind="stable"):
            token, first = options[place], float(firsts[place])
            if first <= best and token != said[0]:
                continue
            if token == v.NO_CHORD:
                shares, number = np.zeros(1), none
            else:
                number = (token - v.ROOT.start) * len(self.alphabet.qualities)
                logits = self._after(token)
                shares = self._qualities(logits, number, before)
                if token == said[0]:
                    raw -= float(_log_shares(logits)[said[1]])
            if token == said[0]:
                nats = -(first + float(shares[chord - number]))
            if first + shares.max() > best:
                best, winner = first + float(shares.max()), number + int(shares.argmax())
        return nats, raw, winner == chord

    def _after(self, token: int) -> NDArray[np.float32]:
        """Logits behind one more token, which is forgotten again."""
        held = self.session.lengths[0]
        logits = self.session.feed({0: (token,)})[0].copy()
        self.session.cut(0, held)
        return logits

    def _qualities(self, logits: NDArray[np.float32], number: int, before: int | None) -> Doubles:
        """Log shares of the qualities of a root whose first class is `number`, without the class before."""
        kept = logits[list(self.alphabet.qualities)].astype(np.float64)
        if before is not None and 0 <= before - number < len(kept):
            kept[before - number] = -np.inf
        return _log_shares(kept)


def _log_shares(logits: NDArray[np.floating]) -> Doubles:
    """log(softmax(logits))."""
    from_most = logits.astype(np.float64) - logits.max()
    return np.asarray(from_most - np.log(np.exp(from_most).sum()))
