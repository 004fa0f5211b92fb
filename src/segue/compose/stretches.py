"""A voice drawn into a score of any length, stretch by stretch, and several alternatives of it."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from fractions import Fraction

from segue.compose.drawing import ROWS, Ask, Narrow, Rewriting, draw_each
from segue.compose.offer import Offer, T, check_count
from segue.models.engine.protocol import Engine
from segue.models.engine.sampling import Sampling
from segue.music.language.layout import Head
from segue.music.note import Notes
from segue.music.score import Part, Score

STRETCH = 64  # bars drawn before what is done can be kept
_AGAIN = 3  # times that alternatives equal to others are drawn anew

Told = Callable[[str, int, int], None]  # what is done, how much of it, of how much


def silent(_what: str, _done: int, _total: int) -> None:
    """Tell nothing."""


@dataclass(frozen=True)
class Voice:
    """A part of a score that is to be drawn: its number from 0, its bars, how it is said, and what may come in it."""

    part: int
    bars: range
    head: Head | None
    narrow: tuple[Narrow, ...]
    what: str  # as it is told to who waits


@dataclass(frozen=True)
class Drawing:
    """A score with a voice drawn in it; `bars` is the first bar not reached, `is_stopped` whether Ctrl-C came."""

    score: Score
    fit: float
    bars: int
    is_stopped: bool = False


@dataclass(frozen=True)
class Task:
    """A voice to be drawn into a score, with a sampling."""

    score: Score
    voice: Voice
    sampling: Sampling


def draw_voice(engine: Engine, score: Score, voice: Voice, sampling: Sampling, told: Told = silent) -> Drawing:
    """Draw one voice; everything else stays the very same.

    Ctrl-C ends it after the last stretch that is done, if there is one.
    """
    return draw_voices(engine, [Task(score, voice, sampling)], told)[0]


def draw_voices(engine: Engine, tasks: Sequence[Task], told: Told = silent) -> list[Drawing]:
    """Draw voices of the same bars side by side, each as it would be drawn alone; Ctrl-C ends all of them."""
    scores, voice = [task.score for task in tasks], tasks[0].voice
    sums: list[list[tuple[float, int]]] = [[] for _ in tasks]
    first, total, is_stopped = voice.bars.start, len(voice.bars), False
    try:
        told(voice.what, 0, total)
        while first < voice.bars.stop:
            stop = min(first + STRETCH, voice.bars.stop)
            if voice.bars.stop - stop < STRETCH // 4:
                stop = voice.bars.stop
            offers = draw_each(engine, [_stretch(*one, range(first, stop)) for one in zip(scores, tasks, strict=True)])
            scores = [_with_drawn(score, offer, voice.part) for score, offer in zip(scores, offers, strict=True)]
            for held, offer in zip(sums, offers, strict=True):
                held.append((offer.fit, stop - first))
            first = stop
            told(voice.what, first - voice.bars.start, total)
    except KeyboardInterrupt:
        if first == voice.bars.start:
            raise
        is_stopped = True
    return [Drawing(score, _mean(held), first, is_stopped) for score, held in zip(scores, sums, strict=True)]


def _stretch(score: Score, task: Task, bars: range) -> Ask:
    voice = task.voice
    seen = score if bars.stop == len(score.bars) else opening(score, bars.stop)
    holes = frozenset((bar, voice.part + 1) for bar in bars)
    heads: Mapping[int, Head] = {voice.part: voice.head} if voice.head else {}
    return Ask(Rewriting(seen, holes, heads=heads, narrow=voice.narrow), task.sampling)


def _with_drawn(score: Score, offer: Offer[Score], number: int) -> Score:
    """The score with one part as it was drawn."""
    return score.replace(parts=(*score.parts[:number], offer.value.parts[number], *score.parts[number + 1 :]))


def _mean(sums: Sequence[tuple[float, int]]) -> float:
    known = [(fit, bars) for fit, bars in sums if not math.isnan(fit)]
    return sum(fit * bars for fit, bars in known) / sum(bars for _, bars in known) if known else math.nan


def opening(score: Score, bars: int) -> Score:
    """Return the first bars of a score; a note that goes on behind them ends with them."""
    end = score.bar_starts[bars]
    return score.replace(
        parts=tuple(_until(part, end) for part in score.parts),
        bars=score.bars[:bars],
        chords=tuple(one for one in score.chords if one.start < end),
        tempos=tuple(one for one in score.tempos if one.start < end),
    )


def _until(part: Part, end: Fraction) -> Part:
    notes = [replace(note, length=min(note.length, end - note.start)) for note in part.notes if note.start < end]
    return replace(part, notes=Notes.of(notes), words=tuple(one for one in part.words if one.start < end))


def several(n: int, seed: int, once: Callable[[int], tuple[Offer[T], bool]]) -> list[Offer[T]]:
    """Ask for `n` alternatives by seeds from `seed` on, one after the other, the likeliest first.

    `once` gives one, and whether Ctrl-C ended it: then no more are asked for. Else as `in_batches`.
    """

    def one(seeds: Sequence[int]) -> tuple[list[Offer[T]], bool]:
        offer, is_stopped = once(seeds[0])
        return [offer], is_stopped

    return in_batches(n, seed, one, 1)


def in_batches(
    n: int, seed: int, together: Callable[[Sequence[int]], tuple[list[Offer[T]], bool]], rows: int = ROWS
) -> list[Offer[T]]:
    """Ask for `n` alternatives by seeds from `seed` on, so many at once, the likeliest first.

    `together` gives those of some seeds, and whether Ctrl-C ended it: then no more are asked for. Those equal to one
    before are drawn anew with further seeds, and left out if they still are. Ctrl-C ends the work with those that are
    done, if there are any. InputError for a number that there cannot be.
    """
    check_count(n)
    found: list[Offer[T]] = []
    seeds, is_stopped = range(seed, seed + n * (1 + _AGAIN)), False
    try:
        while seeds and len(found) < n and not is_stopped:
            count = min(rows, n - len(found))
            offers, is_stopped = together(seeds[:count])
            seeds = seeds[count:]
            for offer in offers:
                if all(offer.value != other.value for other in found):
                    found.append(offer)
    except KeyboardInterrupt:
        if not found:
            raise
    return sorted(found, key=lambda offer: (-offer.fit if not math.isnan(offer.fit) else 0.0, offer.seed))
