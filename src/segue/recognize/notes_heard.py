"""The notes of a recording as a witness: heard by a network, given bars, told as scores are.

What is heard has no instruments, no chord signs and bars that are guessed, so it is told by a head of its own. That one
learns from scores that went the same way: their notes in seconds, at another speed, some of them lost, some heard an
octave off, then bars and key found anew (`played`, `worn`, `segue.models.audio.notes_bars.score_of`). `python -m
benchmarks.style_fusion --ship` makes it.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass, replace
from fractions import Fraction
from functools import lru_cache
from itertools import pairwise
from pathlib import Path

import numpy as np

from segue.errors import InputError
from segue.formats.audio import Recording, decode
from segue.models.audio.notes import RATE, Listener
from segue.models.audio.notes_bars import score_of
from segue.models.audio.notes_tracking import Sounded, notes_of
from segue.music.score import Score, Tempo
from segue.recognize.answering import SHIPPED, answered
from segue.recognize.audio import SHORTEST, clock, oddities
from segue.recognize.guess import Answer
from segue.recognize.head import Floats, Head, load_head
from segue.recognize.scores import Scores
from segue.sound.sounding import sounding_parts

HEARD = 30.0  # seconds from the middle of a recording that are heard
FEWEST = 8  # notes that a style is told from
_FOLDER = "notes"
_LOST, _OCTAVE, _LATE = 0.15, 0.05, 0.01  # of notes: what is not heard, what is heard an octave up too; seconds
_FASTEST = 1.25  # a speed at most, and one over it at least


@dataclass(frozen=True, eq=False)
class Transcript:
    """What was heard: a score with bars that are guessed, and the second of the recording in which it begins."""

    score: Score
    start: float = 0.0
    notice: tuple[str, ...] = ()

    @property
    def count(self) -> int:
        """How many notes there are."""
        return sum(len(part.notes) for part in self.score.parts)


class NotesFront:
    """The front end of notes that were heard: descriptors of scores; bars, told by their times."""

    kind = "notes"

    def vectors(self, items: Sequence[Transcript]) -> Floats:
        """Return the descriptors of each (n, d)."""
        return Scores().vectors([item.score for item in items])

    def parts(self, item: Transcript) -> Sequence[str]:
        """Return the bars by about when they sound, "0:12 to 0:14"."""
        quarter = 60 / item.score.tempos[0].bpm if item.score.tempos else 0.5
        edges = [item.start + float(start) * quarter for start in item.score.bar_starts]
        return [f"{clock(first)} to {clock(end)}" for first, end in pairwise(edges)]

    def without(self, item: Transcript, parts: Collection[int]) -> Transcript:
        """Return what was heard without the notes of some bars (from 0)."""
        return replace(item, score=Scores().without(item.score, parts))


def transcribe(recording: Recording, listener: Listener) -> Transcript:
    """Hear the notes of a recording of one stretch at 22,050 samples a second; InputError for another."""
    if recording.rate != RATE or len(recording.stretches) != 1:
        raise InputError(
            f"{len(recording.stretches)} stretches at {recording.rate:,} samples a second: one at {RATE:,} is needed"
        )
    (stretch,) = recording.stretches
    notes = notes_of(listener.hear(stretch.samples))
    early = min((note.start for note in notes), default=0.0)
    return Transcript(score_of(from_zero(notes)), stretch.start + early, recording.notice)


def style_of_notes(path: Path, *, is_explained: bool = True) -> tuple[Answer, Transcript]:
    """Hear the notes in thirty seconds from the middle of a recording, and tell their style.

    See `decode` and `Listener.load` for the errors; InputError where less than a second sounds. Of fewer than eight
    notes, and of noise, there is no guess.
    """
    listener = Listener.load()
    recording = decode(path, RATE, most=HEARD, window=HEARD)
    if recording.heard < SHORTEST:
        raise InputError(f"{recording.heard:.2g} s of sound: notes are heard from {SHORTEST:g} s on")
    transcript = transcribe(recording, listener)
    odd = oddities(recording)
    if transcript.count < FEWEST or odd:
        told = odd or (f"{transcript.count} notes are heard: too few to tell a style from",)
        return Answer(NotesFront.kind, (), False, told), transcript
    answer = answered(NotesFront(), shipped_head(), transcript, is_explained=is_explained)
    bars = len(transcript.score.bars)
    told = (f"{transcript.count} notes are heard, in about {bars} bars of {transcript.score.metre}",)
    return replace(answer, notice=(*answer.notice, *told)), transcript


@lru_cache(maxsize=1)
def shipped_head(folder: Path = SHIPPED / _FOLDER) -> Head:
    """The head that Segue brings along."""
    return load_head(folder)


# ---- to learn from


def at_speed(score: Score, factor: float) -> Score:
    """Return a score played faster by a factor; where no tempo is given, faster than 120 quarter notes a minute."""
    tempos = score.tempos or (Tempo(Fraction(0), 120.0),)
    changed = [replace(tempo, bpm=min(max(tempo.bpm * factor, 1.0), 2000.0)) for tempo in tempos]
    return score.replace(tempos=tuple(changed))


def drawn_speed(rng: np.random.Generator) -> float:
    """Draw a factor of speed, from a fifth slower to a quarter faster."""
    return float(_FASTEST ** rng.uniform(-1, 1))


def in_seconds(score: Score) -> tuple[Sounded, ...]:
    """Return the pitched notes of a score as they sound, repeats and accompaniment too, by their beginnings.

    InputError where it is longer than 20 minutes.
    """
    parts, timeline, _ = sounding_parts(score)
    found: list[Sounded] = []
    for part in parts:
        if part.is_drums or not len(part.notes):
            continue
        notes = part.notes
        starts = np.asarray(notes.starts, np.float64) / notes.resolution
        begin = timeline.seconds(starts)
        end = timeline.seconds(starts + np.asarray(notes.lengths, np.float64) / notes.resolution)
        rows = zip(begin.tolist(), end.tolist(), notes.pitches, strict=True)
        found += [Sounded(first, max(last, first + 0.02), pitch, 0.7) for first, last, pitch in rows]
    return tuple(sorted(found, key=lambda note: (note.start, note.pitch)))


def played(score: Score, most: float = HEARD) -> tuple[Sounded, ...]:
    """Return `in_seconds` of a score, at most `most` seconds from its middle, the first note at 0."""
    notes = in_seconds(score)
    last = max((note.end for note in notes), default=0.0)
    start = max(0.0, (last - most) / 2)
    kept = [note for note in notes if start <= note.start < start + most]
    return from_zero([replace(note, end=min(note.end, start + most)) for note in kept])


def from_zero(notes: Sequence[Sounded]) -> tuple[Sounded, ...]:
    """Return notes moved together so that the first begins at 0."""
    early = min((note.start for note in notes), default=0.0)
    return tuple(replace(note, start=note.start - early, end=note.end - early) for note in notes)


def worn(notes: Sequence[Sounded], rng: np.random.Generator) -> tuple[Sounded, ...]:
    """Return notes as a network may hear them: some lost, some an octave up too, none exactly in its place."""
    found: list[Sounded] = []
    for note in notes:
        if rng.random() < _LOST:
            continue
        start = max(0.0, note.start + float(rng.normal(0, _LATE)))
        heard = replace(note, start=start, end=max(start + 0.06, note.end + float(rng.normal(0, 4 * _LATE))))
        found.append(heard)
        if rng.random() < _OCTAVE and note.pitch <= 96:
            found.append(replace(heard, pitch=note.pitch + 12))
    return tuple(sorted(found, key=lambda note: (note.start, note.pitch)))
