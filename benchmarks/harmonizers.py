"""Simple ways to harmonize a melody: the tonic throughout, the best-fitting triad, a hidden Markov model over bars."""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from benchmarks.harmony_protocol import Frame, Melody, Triad, absolute, relative, tones
from segue.music.key import Key
from segue.music.score import Score

TRIADS: tuple[Triad, ...] = tuple((root, is_minor) for is_minor in (False, True) for root in range(12))
Doubles = NDArray[np.float64]
Harmonized = tuple[Melody, Sequence[Triad | None]]


@dataclass(frozen=True)
class Slot:
    """A stretch of a bar with one chord: its frames, and for how long each pitch class sounds in it (C first)."""

    frames: tuple[int, ...]
    weights: tuple[float, ...]


@lru_cache(maxsize=8192)
def slots_of(melody: Melody, parts: int) -> tuple[Slot, ...]:
    """Cut each bar into `parts` equal stretches; those without a frame are left out."""
    score, frames = melody.score, melody.frames
    starts = [float(start) for start in score.bar_starts]
    edges = [low + (high - low) * part / parts for low, high in pairwise(starts) for part in range(parts)] + starts[-1:]
    weights = np.zeros((len(edges) - 1, 12))
    for note in melody.notes:
        begin, end = float(note.start), float(note.end)
        for place in range(bisect_right(edges, begin) - 1, bisect_left(edges, end)):
            weights[place, note.pitch % 12] += min(end, edges[place + 1]) - max(begin, edges[place])
    inside: dict[int, list[int]] = {}
    for number, frame in enumerate(frames):
        inside.setdefault(bisect_right(edges, float(frame.start)) - 1, []).append(number)
    return tuple(Slot(tuple(inside[place]), tuple(weights[place])) for place in sorted(inside))


def tonic_only(melody: Melody) -> list[Triad | None]:
    """The triad of the tonic, minor where the key's third is."""
    return [_tonic(melody.score, frame) for frame in melody.frames]


def _tonic(score: Score, frame: Frame) -> Triad:
    key = score.bars[frame.bar].key
    return key.tonic.pc, (key.tonic.pc + 3) % 12 in key.scale


def template(melody: Melody, parts: int) -> list[Triad | None]:
    """In each stretch the triad in which the melody sounds longest; of equals the one before, else the tonic."""
    found: list[Triad | None] = [None] * len(melody.frames)
    last: Triad | None = None
    for slot in slots_of(melody, parts):
        fits = {chord: sum(slot.weights[pc] for pc in tones(chord)) for chord in TRIADS}
        most = max(fits.values())
        best = [chord for chord in TRIADS if fits[chord] == most]
        home = _tonic(melody.score, melody.frames[slot.frames[0]])
        last = last if last in best else home if home in best else best[0]
        for place in slot.frames:
            found[place] = last
    return found


@dataclass(frozen=True)
class HiddenMarkov:
    """Triads, seen from the tonic, as hidden states of stretches; what sounds in them as independent draws.

    After Simon, Morris and Basu, "MySong" (CHI 2008), with one chord to each of `parts` stretches of a bar. The
    logarithm of what is seen is weighted by `trust` (quarter notes count as draws).
    """

    parts: int
    smoothing: float
    trust: float
    first: Doubles
    moves: Doubles  # from, to
    sounds: Doubles  # state, pitch class from the tonic

    @classmethod
    def of(cls, tunes: Sequence[Harmonized], parts: int, smoothing: float, trust: float) -> HiddenMarkov:
        """Count beginnings, moves and sounding time in tunes with chords."""
        first, moves = np.full((2, 24), smoothing), np.full((2, 24, 24), smoothing)
        sounds = np.full((2, 24, 12), smoothing)
        for melody, truth in tunes:
            mode, before = _mode(melody.score), -1
            for slot in slots_of(melody, parts):
                named = [truth[place] for place in slot.frames if truth[place] is not None]
                if not named:
                    continue
                key = _key(melody, slot)
                most = max(dict.fromkeys(named), key=named.count)
                state = TRIADS.index(relative(most, key))  # type: ignore[arg-type]
                sounds[mode, state] += np.roll(slot.weights, -key.tonic.pc)
                if before < 0:
                    first[mode, state] += 1
                else:
                    moves[mode, before, state] += 1
                before = state
        shares = [np.log(table / table.sum(-1, keepdims=True)) for table in (first, moves, sounds)]
        return cls(parts, smoothing, trust, *shares)

    def harmonize(self, melody: Melody) -> list[Triad | None]:
        """The likeliest states (Viterbi)."""
        mode = _mode(melody.score)
        slots = slots_of(melody, self.parts)
        keys = [_key(melody, slot) for slot in slots]
        seen = [
            self.trust * (self.sounds[mode] @ np.roll(slot.weights, -key.tonic.pc))
            for slot, key in zip(slots, keys, strict=True)
        ]
        best, back = self.first[mode] + seen[0], []
        for one in seen[1:]:
            each = best[:, None] + self.moves[mode]
            back.append(each.argmax(0))
            best = each.max(0) + one
        states = [int(best.argmax())]
        for links in reversed(back):
            states.append(int(links[states[-1]]))
        found: list[Triad | None] = [None] * len(melody.frames)
        for slot, key, state in zip(slots, keys, reversed(states), strict=True):
            for place in slot.frames:
                found[place] = absolute(TRIADS[state], key)
        return found


def _key(melody: Melody, slot: Slot) -> Key:
    return melody.score.bars[melody.frames[slot.frames[0]].bar].key


def _mode(score: Score) -> int:
    """0 for a major third above the tonic, 1 for a minor one."""
    key = score.key
    return int((key.tonic.pc + 3) % 12 in key.scale)
