"""What a section of a piece is made of: chords that its form gives, what comes back, what is new in it, its ending."""

from __future__ import annotations

import random
from dataclasses import dataclass, field, replace

from segue.compose.drawing import Spot
from segue.compose.forms import Section
from segue.compose.guides import Pitches, of_classes
from segue.compose.holes import CHORDS
from segue.music.chord import Chord
from segue.music.language import vocabulary as v
from segue.music.note import Notes
from segue.music.score import ChordAt, Score

CLOSE = 2  # bars of a cadence
_ROOTS = sum(1 << token for token in v.ROOT)
_LEAVING = sum(1 << token for token in (*v.BAR, v.END))


def given_chords(score: Score, section: Section) -> list[ChordAt]:
    """The chords of a section whose form gives its harmony: sevenths on the degrees, as a blues has them."""
    key, starts = score.bars[section.first].key, score.bar_starts
    is_minor = key.mode in ("minor", "dorian", "phrygian", "locrian")
    found: list[ChordAt] = []
    for number, degree in enumerate(section.degrees):
        quality = "m7" if is_minor and degree != 5 else "7"
        chord = Chord(key.spell(key.tonic.pc + {1: 0, 4: 5, 5: 7}[degree]), quality)
        if not found or found[-1].chord != chord:
            found.append(ChordAt(starts[section.first + number], chord))
    return found


def repeated(score: Score, model: Section, section: Section) -> Score:
    """Write the notes and chords of a section again where it comes back."""
    starts = score.bar_starts
    begin, end, shift = starts[model.first], starts[model.after], starts[section.first] - starts[model.first]
    notes = score.parts[0].notes
    moved = [replace(note, start=note.start + shift) for note in notes if begin <= note.start < end]
    chords = [replace(one, start=one.start + shift) for one in score.chords if begin <= one.start < end]
    part = replace(score.parts[0], notes=Notes.of([*notes, *moved]))
    return score.replace(parts=(part,), chords=(*score.chords, *chords))


def varied(section: Section, share: float, is_closed_anew: bool, seed: int) -> list[int]:
    """The bars of a return that are written anew: its cadence where that changes, then bars late in their phrases.

    The first bar is kept as long as others are left, so that one hears what comes back.
    """
    count = round(share * section.bars)
    anew = list(range(section.after - CLOSE, section.after)) if is_closed_anew else []
    draws = random.Random(seed)
    rest = [bar for bar in range(section.first, section.after) if bar not in anew]
    order = sorted(rest, key=lambda bar: (bar == section.first, -((bar - section.first) % 4), draws.random()))
    return sorted(anew + order[: max(0, count - len(anew))])


def endings(score: Score, section: Section, whole: Pitches, is_last: bool) -> dict[int, Pitches]:
    """On what a section's melody ends: at the end the tonic, at a close its triad, where it is open the dominant's."""
    key = score.bars[section.after - 1].key
    scale = key.scale
    degrees = (4, 6, 1) if section.cadence == "half" else (0,) if is_last else (0, 2, 4)
    return {section.after - 1: whole & of_classes(frozenset(scale[step] for step in degrees))}


@dataclass
class Framing:
    """A chord where the section begins, another one after two long bars at the latest, a melody in every bar."""

    section: Section
    most: int  # bars that a chord may last
    _root: int = field(default=-1, init=False)
    _since: int = field(default=0, init=False)

    def __call__(self, spot: Spot) -> int | None:
        """Return the tokens that may come; None where it does not matter."""
        state, bar = spot.state, spot.bar
        if state.phase == "quality" and spot.lane == CHORDS:
            if spot.root != self._root:
                self._root, self._since = spot.root, bar
            return None
        is_due = bar == self.section.first or bar - self._since >= self.most
        legal = state.mask()
        if spot.lane == -1 and is_due and legal >> v.CHORD_LANE & 1:
            return 1 << v.CHORD_LANE
        if spot.lane == CHORDS and is_due and state.phase == "chords" and state.is_entry:
            stale = 1 << v.ROOT.start + (self._root - state.tonic) % 12 if bar != self.section.first else 0
            return _ROOTS & ~stale
        # from here the bar could be left without its melody
        return ~_LEAVING if spot.lane <= CHORDS and legal >> v.VOICE.start & 1 else None
