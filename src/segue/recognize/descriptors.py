"""A score as numbers that theory has names for: tones, steps, rhythm, metre, texture, timbre, harmony, form, drums.

Shares within a family add up to 1 (or are all 0 where there is nothing to count), so that a longer piece is not another
style. Tones are counted from the tonic of their bar. Names are those of `NAMES`, in the order of the vector.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from types import MappingProxyType

import numpy as np
from numpy.typing import NDArray

from segue.music.chord import Chord
from segue.music.score import Score

Floats = NDArray[np.float32]
Doubles = NDArray[np.float64]
Integers = NDArray[np.int64]
_LENGTHS = (1 / 8, 1 / 6, 1 / 4, 1 / 3, 3 / 8, 1 / 2, 2 / 3, 3 / 4, 1, 3 / 2, 2, 3, 4)  # quarter notes
_METRES = ("2/4", "3/4", "4/4", "2/2", "3/2", "3/8", "6/8", "9/8", "12/8")
_POSITIONS = 24  # of a bar
_LAGS = (1, 2, 4, 8, 16)  # bars
_STEP_GRAMS, _TIME_GRAMS, _CHORD_GRAMS = 256, 128, 64  # places that runs of steps, lengths and chords are hashed to
_KITS = (
    (35, 36),
    (37, 38, 39, 40),
    (42, 44),
    (46,),
    (41, 43, 45, 47, 48, 50),
    (49, 52, 55, 57),
    (51, 53, 59),
    (54, 56, 58, 69, 70, 82),
)  # kick, snare, closed and open hi-hat, toms, crash, ride, shakers and bells; all else is hand drums
_KIT_NAMES = ("kick", "snare", "hi-hat", "open hi-hat", "toms", "crash", "ride", "shakers", "hand drums")  # fmt: skip
_SIXTEENTHS = 16  # of a bar, in which drums are counted


@dataclass(frozen=True, eq=False)
class Heard:
    """The notes of a score as columns, by their starts: in quarter notes, with the bar (from 0) that each begins in."""

    score: Score
    starts: Doubles
    lengths: Doubles
    pitches: Integers
    velocities: Integers
    programs: Integers  # 128 for drums
    parts: Integers

    @classmethod
    def of(cls, score: Score) -> Heard:
        """Gather the notes of all parts."""
        columns: list[list[NDArray[np.generic]]] = [[] for _ in range(6)]
        for number, part in enumerate(score.parts):
            notes = part.notes
            rows = (
                np.asarray(notes.starts, np.float64) / notes.resolution,
                np.asarray(notes.lengths, np.float64) / notes.resolution,
                np.asarray(notes.pitches, np.int64),
                np.asarray(notes.velocities, np.int64),
                np.full(len(notes), 128 if part.is_drums else part.program, np.int64),
                np.full(len(notes), number, np.int64),
            )
            for column, row in zip(columns, rows, strict=True):
                column.append(row)
        kinds = (np.float64, np.float64, np.int64, np.int64, np.int64, np.int64)
        joined = [
            np.concatenate([*column, np.zeros(0)]).astype(kind) for column, kind in zip(columns, kinds, strict=True)
        ]
        order = np.lexsort((-joined[2], joined[0]))
        return cls(score, *(column[order] for column in joined))  # type: ignore[arg-type]

    @cached_property
    def edges(self) -> Doubles:
        """Where bars begin, and at last where the score ends (bars + 1)."""
        return np.array([float(start) for start in self.score.bar_starts])

    @cached_property
    def bars(self) -> Integers:
        """The bar (from 0) of each note."""
        found = np.searchsorted(self.edges, self.starts + 1e-6, side="right") - 1
        bars: Integers = np.clip(found, 0, max(len(self.score.bars) - 1, 0))
        return bars

    @cached_property
    def degrees(self) -> Integers:
        """The semitones of each note above the tonic of its bar (0 to 11)."""
        tonics = np.array([bar.key.tonic.pc for bar in self.score.bars] or [0])
        steps: Integers = (self.pitches - tonics[self.bars]) % 12
        return steps

    @cached_property
    def offsets(self) -> Doubles:
        """Where in its bar each note begins, in quarter notes; a pick-up is counted from its end."""
        before = [
            max(float(bar.metre.length - bar.length), 0.0) if not place else 0.0
            for place, bar in enumerate(self.score.bars)
        ]
        offsets: Doubles = self.starts - self.edges[self.bars] + np.array(before or [0.0])[self.bars]
        return offsets

    @cached_property
    def spans(self) -> Doubles:
        """The length of the metre that each note stands in, in quarter notes."""
        return np.array([float(bar.metre.length) for bar in self.score.bars] or [4.0])[self.bars]

    @cached_property
    def is_pitched(self) -> NDArray[np.bool_]:
        """Which notes have a pitch."""
        return self.programs < 128

    @cached_property
    def line(self) -> Integers:
        """The places of the melody's notes: of the first pitched part, the highest at each start."""
        places = np.flatnonzero(self.is_pitched)
        if not len(places):
            return places
        mine = places[self.parts[places] == self.parts[places].min()]
        melody: Integers = mine[np.append(True, np.diff(self.starts[mine]) > 1e-6)]
        return melody


def shares_of(places: NDArray[np.generic], count: int, weights: NDArray[np.generic] | None = None) -> Doubles:
    """Return how often each place (0 to count - 1) comes up, as shares (count); zeros where none does."""
    found = np.bincount(np.asarray(places, np.int64), weights=weights, minlength=count)[:count].astype(np.float64)
    total = found.sum()
    return found / total if total else found


def _nearest_length(lengths: Doubles) -> Integers:
    known = np.log(np.array(_LENGTHS))
    nearest: Integers = np.abs(np.log(np.maximum(lengths, 1e-3))[:, None] - known).argmin(1)
    return nearest


def _tones(heard: Heard) -> Doubles:
    on = heard.is_pitched
    minor = np.array([(bar.key.tonic.pc + 3) % 12 in bar.key.scale for bar in heard.score.bars])
    starts_beat = on & (np.abs(heard.offsets - np.round(heard.offsets)) < 1e-6)
    last = heard.degrees[heard.line[-1:]]
    return np.concatenate(
        [
            shares_of(heard.degrees[on], 12, heard.lengths[on]),
            shares_of(heard.degrees[starts_beat], 12),
            shares_of(last, 12),
            [minor.mean() if len(minor) else 0.0],
        ]
    )


def _steps(heard: Heard) -> Doubles:
    moves = np.clip(np.diff(heard.pitches[heard.line]), -12, 12)
    turns = np.mean(np.sign(moves[1:]) * np.sign(moves[:-1]) < 0) if len(moves) > 1 else 0.0
    return np.concatenate([shares_of(moves + 12, 25), [turns, np.abs(moves).mean() if len(moves) else 0.0]])


def _rhythm(heard: Heard) -> Doubles:
    line = heard.line
    waits = np.diff(heard.starts[line])
    where = np.floor(heard.offsets[line] / heard.spans[line] * _POSITIONS + 1e-6).astype(np.int64)
    return np.concatenate(
        [
            shares_of(_nearest_length(heard.lengths[line]), len(_LENGTHS)),
            shares_of(_nearest_length(waits[waits > 1e-6]), len(_LENGTHS)),
            shares_of(np.clip(where, 0, _POSITIONS - 1), _POSITIONS),
        ]
    )


def _metre(heard: Heard) -> Doubles:
    told = [str(bar.metre) for bar in heard.score.bars]
    known = np.array([told.count(name) for name in _METRES], np.float64) / max(len(told), 1)
    tempo = float(heard.score.tempos[0].bpm) if heard.score.tempos else 0.0
    pick_up = bool(heard.score.bars) and heard.score.bars[0].length < heard.score.bars[0].metre.length
    return np.concatenate([known, [1 - known.sum(), tempo / 120, pick_up]])


def _texture(heard: Heard) -> Doubles:
    on, bars = heard.is_pitched, max(len(heard.score.bars), 1)
    pitches, end = heard.pitches[on], float(heard.score.end) or 1.0
    if not len(pitches):
        return np.zeros(10)
    low, high = np.percentile(pitches, [5, 95])
    line = heard.pitches[heard.line]
    return np.array(
        [
            np.log1p(bars),
            np.log1p(len(heard.score.parts)),
            len(pitches) / bars / 8,
            heard.lengths[on].sum() / end,
            (pitches.mean() - 60) / 12,
            (high - low) / 12,
            (line.mean() - 60) / 12,
            line.std() / 12,
            heard.velocities[on].std() / 127,
            np.mean(np.diff(heard.starts[on]) < 1e-6) if len(pitches) > 1 else 0.0,
        ]
    )


def _timbre(heard: Heard) -> Doubles:
    return shares_of(heard.programs // 8, 17, heard.lengths)


_QUALITIES: tuple[tuple[str, Callable[[set[int]], bool]], ...] = (
    ("major", lambda steps: steps == {0, 4, 7}),
    ("minor", lambda steps: steps == {0, 3, 7}),
    ("dominant", lambda steps: {0, 4, 10} <= steps),
    ("major seventh", lambda steps: {0, 4, 11} <= steps),
    ("minor seventh", lambda steps: {0, 3, 10} <= steps and 6 not in steps),
    ("diminished", lambda steps: {0, 3, 6} <= steps),
)


def _quality(chord: Chord) -> int:
    root = chord.root.pc if chord.root is not None else 0
    steps = {(pc - root) % 12 for pc in chord.pitch_classes}
    return next((place for place, (_, fits) in enumerate(_QUALITIES) if fits(steps)), len(_QUALITIES))


def _harmony(heard: Heard) -> Doubles:
    said = [one for one in heard.score.chords if one.chord.root is not None]
    starts = np.array([float(one.start) for one in said])
    places = np.clip(
        np.searchsorted(heard.edges, starts + 1e-6, side="right") - 1, 0, max(len(heard.score.bars) - 1, 0)
    )
    tonics = [heard.score.bars[place].key.tonic.pc for place in places]
    roots = np.array([one.chord.root.pc for one in said if one.chord.root is not None], np.int64)
    degrees = (roots - np.array(tonics, np.int64)) % 12
    kinds = degrees * 8 + np.array([_quality(one.chord) for one in said], np.int64)
    moves = kinds[:-1] * 96 + kinds[1:] if len(kinds) > 1 else np.zeros(0, np.int64)
    return np.concatenate(
        [
            shares_of(degrees, 12),
            shares_of(kinds % 8, len(_QUALITIES) + 1),
            shares_of(_hashed(moves, _CHORD_GRAMS), _CHORD_GRAMS),
            [len(said) / max(len(heard.score.bars), 1) / 2, bool(said)],
        ]
    )


def _form(heard: Heard) -> Doubles:
    count = len(heard.score.bars)
    rhythms: list[frozenset[int]] = [frozenset()] * count
    tunes: list[frozenset[tuple[int, int]]] = [frozenset()] * count
    whole = np.round(heard.offsets * 12).astype(np.int64)
    order = np.argsort(heard.bars, kind="stable")
    cuts = np.searchsorted(heard.bars[order], np.arange(count + 1))
    for bar in range(count):
        mine = order[cuts[bar] : cuts[bar + 1]]
        rhythms[bar] = frozenset(whole[mine].tolist())
        tunes[bar] = frozenset(zip(whole[mine].tolist(), heard.pitches[mine].tolist(), strict=True))
    bars = heard.score.bars
    signs = [
        sum(bar.repeats_to > 1 for bar in bars),
        sum(bool(bar.ending) for bar in bars),
        count % 8 / 8,
        count % 8 == 0,
    ]
    found = [float(sign) for sign in signs]
    for held in (rhythms, tunes):
        for lag in _LAGS:
            pairs = [(held[bar], held[bar - lag]) for bar in range(lag, count) if held[bar]]
            found.append(float(np.mean([one == other for one, other in pairs])) if pairs else 0.0)
        some = [one for one in held if one]
        found.append(len(set(some)) / len(some) if some else 0.0)
    return np.array(found)


def _grams(heard: Heard) -> Doubles:
    line = heard.line
    degrees, lengths = heard.degrees[line], _nearest_length(heard.lengths[line])
    moves = np.clip(np.diff(heard.pitches[line]), -12, 12) + 12
    steps = (moves[:-1] * 25 + moves[1:]) * 12 + degrees[:-2] if len(line) > 2 else np.zeros(0, np.int64)
    count = len(_LENGTHS)
    times = (lengths[:-2] * count + lengths[1:-1]) * count + lengths[2:] if len(line) > 2 else np.zeros(0, np.int64)
    return np.concatenate(
        [shares_of(_hashed(steps, _STEP_GRAMS), _STEP_GRAMS), shares_of(_hashed(times, _TIME_GRAMS), _TIME_GRAMS)]
    )


def _hashed(numbers: Integers, places: int) -> Integers:
    """Spread numbers over places (multiplicative hashing; Knuth, The Art of Computer Programming 3, 6.4)."""
    return ((numbers * 2654435761) % 2**32 * places) // 2**32


_KIT_OF = np.full(128, len(_KITS), np.int64)
for _place, _pitches in enumerate(_KITS):
    _KIT_OF[list(_pitches)] = _place


def kits_of(pitches: Integers) -> Integers:
    """Return the kit of each drum by its pitch in General MIDI: its place in _KIT_NAMES."""
    found: Integers = _KIT_OF[pitches]
    return found


def _drums(heard: Heard) -> Doubles:
    count = len(_KIT_NAMES)
    on = ~heard.is_pitched
    kits, where = kits_of(heard.pitches[on]), heard.offsets[on] / heard.spans[on] * _SIXTEENTHS
    near = np.round(where).astype(np.int64)
    loud, late = heard.velocities[on] / 127, where - near
    hits = shares_of(kits * _SIXTEENTHS + near % _SIXTEENTHS, count * _SIXTEENTHS)
    each = [mean_of(values, kits, count) for values in (loud, late, np.abs(late))]
    swing = [np.mean(late[near % 2 == odd]) if (near % 2 == odd).any() else 0.0 for odd in (0, 1)]
    bars = max(len(heard.score.bars), 1)
    return np.concatenate(
        [hits, *each, shares_of(kits, count), swing, [loud.std() if len(loud) else 0.0, len(kits) / bars / 16]]
    )


def mean_of(values: Doubles, places: Integers, count: int) -> Doubles:
    """Return the mean of values at each place (count), 0 where there is none."""
    sums, often = np.bincount(places, values, count), np.bincount(places, minlength=count)
    return sums / np.maximum(often, 1)


# a new family is one function and one line here
FAMILIES: Mapping[str, Callable[[Heard], Doubles]] = MappingProxyType(
    {
        "tones": _tones,
        "steps": _steps,
        "rhythm": _rhythm,
        "metre": _metre,
        "texture": _texture,
        "timbre": _timbre,
        "harmony": _harmony,
        "form": _form,
        "grams": _grams,
        "drums": _drums,
    }
)


def describe(score: Score, more: Sequence[Callable[[Heard], Doubles]] = ()) -> Floats:
    """Return the descriptors of a score (d), finite for any score, an empty one too; those of more families at last."""
    heard = Heard.of(score)
    families = (*FAMILIES.values(), *more)
    found: Floats = np.concatenate([family(heard) for family in families]).astype(np.float32)
    return found
