"""Which triads a melody asks for: paths of the harmony model, and each as what may be drawn in the chord lane."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property, lru_cache

import numpy as np

from segue.compose.bearing import is_avoided
from segue.compose.chords import ChordWish, due_at, places_due
from segue.compose.drawing import Narrow, Spot
from segue.compose.holes import CHORDS
from segue.compose.theory import CADENCE_ROOTS, MELODY_TONES, Setting, weighty
from segue.models.harmony.beats import STATES, UNKNOWN, Beats, beats_of, state_of, states_of
from segue.models.harmony.chain import Chain, Path
from segue.models.harmony.model import HarmonyModel
from segue.music.chord import QUALITIES, Chord
from segue.music.language import masks as m
from segue.music.language import vocabulary as v
from segue.music.pitch import Tone, spell
from segue.music.score import Score

_TRIES = 6  # draws for each path that is wanted
Triad = tuple[int, bool]  # pitch class of the root, whether its third is minor


@dataclass(frozen=True, eq=False)
class Hearing:
    """What the harmony model hears in a score that is to get chords in some bars, by a wish.

    A stretch lasts as long as the wish says that a chord does, else a beat; the other bars keep the chords they have.
    """

    model: HarmonyModel
    score: Score
    bars: Collection[int]
    wish: ChordWish

    @cached_property
    def beats(self) -> Beats:
        """The beats of the score."""
        return beats_of(self.score)

    @cached_property
    def firsts(self) -> list[int]:
        """The first beat of each stretch."""
        span, bars = self.wish.span, self.bars
        if span is None or not bars:
            return list(range(len(self.beats)))
        due = places_due(self.score, bars, span)
        found = {0, *(place for place, bar in enumerate(self.beats.bars) if bar not in bars)}
        found |= {place for place in range(1, len(self.beats)) if not self._is_in(place - 1)}
        for bar, places in due.items():
            ticks = {place: self._ticks(place) for place, number in enumerate(self.beats.bars) if number == bar}
            for wanted in places:
                found.add(min(ticks, key=lambda place: (abs(ticks[place] - wanted), place)))
        return sorted(found)

    @cached_property
    def chain(self) -> Chain:
        """The chain of triads over stretches, with what is known of them."""
        heard = self.model.hear(self.beats)
        known = states_of(self.score, self.beats)
        allowed: dict[int, Collection[int]] = {
            place: (int(known[place]),)
            for place in range(len(self.beats))
            if not self._is_in(place) and known[place] != UNKNOWN
        }
        return heard.within(allowed).within(self._bearing()).within(self._cadences()).joined(self.firsts)

    def paths(self, count: int, seed: int, temperature: float = 1.0) -> list[Path]:
        """Return so many different paths, or fewer where no more come up: the likeliest, then drawn ones by their
        probability."""
        found = [self.chain.best()]
        rng = np.random.default_rng(seed)
        for _ in range(_TRIES * count if count > 1 else 0):
            path = self.chain.draw(rng, temperature)
            if path not in found:
                found.append(path)
            if len(found) == count:
                break
        return sorted(found, key=self.chain.log_probability, reverse=True)

    def triads(self, path: Path) -> Iterator[tuple[int, Triad]]:
        """The beats (from 0) at which a path's triad changes or new bars begin, and the triads."""
        before = UNKNOWN
        for first, state in zip(self.firsts, path, strict=True):
            begins = not first or not self._is_in(first - 1)
            tonic = self.beats.tonics[first]
            sounding = (state % 12 + tonic) % 12 + state // 12 * 12
            if self._is_in(first) and (begins or sounding != before):
                yield first, (sounding % 12, sounding >= 12)
            before = sounding

    def saying(self, path: Path) -> Narrow:
        """Return the constraint that new chords are those of a path, in any colour that has their third.

        Inversions come only where rich chords are wished.
        """
        plan: dict[int, dict[int, Triad]] = {bar: {} for bar in self.bars}
        for beat, triad in self.triads(path):
            plan[self.beats.bars[beat]][self._ticks(beat)] = triad
        short = {bar: due for bar, due in plan.items() if max(due, default=0) < v.FAR}
        return _planned(short, has_basses=self.wish.complexity == "rich")

    def _is_in(self, beat: int) -> bool:
        return self.beats.bars[beat] in self.bars

    def _ticks(self, beat: int) -> int:
        start = self.score.bar_starts[self.beats.bars[beat]]
        return int((self.beats.edges[beat] - start) * v.TICKS)

    def _bearing(self) -> dict[int, list[int]]:
        """The states under long notes that no tone of theirs clashes with, where that rule is on."""
        found: dict[int, list[int]] = {}
        if MELODY_TONES in self.wish.without:
            return found
        setting, edges = Setting(self.score, frozenset()), self.beats.edges
        for place, tonic in enumerate(self.beats.tonics):
            long = {(note.pitch - tonic) % 12 for note in weighty(setting, edges[place], edges[place + 1])}
            good = [state for state in range(STATES) if not long & _avoided(state)]
            if self._is_in(place) and long and good:
                found[place] = good
        return found

    def _cadences(self) -> dict[int, list[int]]:
        """What a planned cadence asks of the beats around its bar line."""
        found = {}
        for bar, kind in self.wish.cadences.items():
            first = bisect_right(self.beats.edges, self.score.bar_starts[bar]) - 1
            for place, roots in zip((first - 1, first), CADENCE_ROOTS[kind], strict=True):
                found[place] = [state for state in range(STATES) if state % 12 in roots]
        return found


def _planned(plan: Mapping[int, Mapping[int, Triad]], *, has_basses: bool) -> Narrow:
    """Chords at these ticks of bars, of these triads, their roots in the bass if not told otherwise."""

    def narrow(spot: Spot) -> int | None:
        due = plan.get(spot.bar)
        if due is None or spot.lane > CHORDS:
            return None
        state = spot.state
        triad = due.get(state.pos)
        if state.phase == "quality":
            return _coloured(triad[1]) if triad is not None else None
        left = due_at(spot, sorted(due))
        if left is not None and triad is not None and state.phase == "chords" and left & m.bits(v.ROOT):
            left &= ~m.bits(v.ROOT) | 1 << v.ROOT.start + (triad[0] - state.tonic) % 12
        return left if has_basses or left is None else left & ~m.BASSES

    return narrow


@lru_cache(maxsize=STATES)
def _avoided(state: int) -> frozenset[int]:
    """Return the steps above the tonic that clash with a triad."""
    triad = Chord(spell(state % 12), "m" if state >= 12 else "")
    return frozenset(pc for pc in range(12) if is_avoided(pc, triad))


@lru_cache(maxsize=2)
def _coloured(is_minor: bool) -> int:
    """The tokens of qualities with that third."""
    state = 12 * is_minor
    return m.bits(v.QUALITY_OF[quality] for quality in QUALITIES if state_of(Chord(Tone("C"), quality), 0) == state)
