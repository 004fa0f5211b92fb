"""A score laid out for the score language: what every bar says in every lane, before an order is chosen."""

from __future__ import annotations

import math
from bisect import bisect_right
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from fractions import Fraction
from itertools import pairwise

from segue.errors import InputError
from segue.music.chord import Chord
from segue.music.instruments import INSTRUMENTS, OF_PROGRAM
from segue.music.key import MODES, Key
from segue.music.language import vocabulary as v
from segue.music.language.lanes import Sung, VoiceLanes, drum_lanes, is_one_voice, mono_lanes, poly_lanes
from segue.music.score import Bar, Part, Score
from segue.music.styles import UNKNOWN, style_named

_SECTIONS = {section.casefold(): section for section in v.SECTIONS}
_MODE_OF = {mode: v.MODE.start + place for place, mode in enumerate(MODES)}


@dataclass(frozen=True, slots=True)
class Head:
    """What the header says of a voice: the tokens of its kind, instrument and register."""

    kind: int
    instrument: int
    register: int


DRUM_TICKS = v.TICKS // 4  # that drum notes last at most
DRUM_HEAD = Head(v.ID["kind:drums"], v.INST.start, v.ID["register:0"])  # only its kind is said


@dataclass(frozen=True, slots=True)
class BarLayout:
    """One bar: its tonic, mode and metre as tokens, its length in ticks, its signs, and its lanes (() where silent).

    `entries` holds for each voice the tokens that say anew, from the bar's start, a note that was held over its line.
    """

    tonic: int
    mode: int
    metre: int
    ticks: int
    partial: tuple[int, ...]
    signs: tuple[int, ...]
    chords: tuple[int, ...]
    sounding: tuple[int, ...]  # the chord that goes on from before, where none begins at the bar's start
    voices: tuple[tuple[int, ...], ...]
    entries: tuple[tuple[int, ...], ...]
    repeats_to: bool


@dataclass(frozen=True, slots=True)
class Layout:
    """A whole score, laid out; `lost` says in words what the score language cannot say of it."""

    source: int
    style: int
    tempo: int
    heads: tuple[Head, ...]
    bars: tuple[BarLayout, ...]
    changes: tuple[Chord, ...]
    lost: tuple[str, ...]


def lay_out(score: Score, source: str = "notated") -> Layout:
    """Lay out a score; InputError where it has no bars or `source` is none of the known ones."""
    if source not in v.SOURCES:
        raise InputError(f"source {source!r} is none of {', '.join(v.SOURCES)}")
    if not score.bars or min(bar.length for bar in score.bars) < Fraction(1, v.TICKS):
        raise InputError(f"score {score.title!r} has no bars, or one shorter than 1/{v.TICKS} of a quarter note")
    return _Laying(score).result(v.ID[f"source:{source}"])


def canonical_key(pc: int, mode: str) -> Key:
    """Return the key that a tonic token and a mode token mean: spelled with five flats to six sharps."""
    fifths = (pc - _major_above(mode)) * 7 % 12
    return Key.of_signature(fifths - 12 if fifths > 6 else fifths, mode)


def drum_lengths(starts: Iterable[int], bounds: Iterable[int]) -> dict[int, int]:
    """Return how long drum notes last by the ticks at which they start, since their words do not say it.

    It is a sixteenth (6 ticks), or the time until the next of them or the next bar, where that is less. `bounds` are
    the starts of bars and at last their end.
    """
    ordered = sorted({*starts, *bounds})
    return {start: min(DRUM_TICKS, after - start) for start, after in pairwise(ordered)}


def _major_above(mode: str) -> int:
    return MODES[mode] * 7 % 12


class _Laying:
    def __init__(self, score: Score) -> None:
        self.score = score
        self.lost: list[str] = []
        self.bounds = [_ticks(start) for start in score.bar_starts]
        self.tonics = [bar.key.tonic.pc for bar in score.bars]

    def result(self, source: int) -> Layout:
        score = self.score
        self._note_what_is_not_said()
        parts = [part for part in score.parts if len(part.notes)]
        if len(parts) > v.VOICES:
            self.lost.append(f"{len(parts) - v.VOICES} of {len(parts)} parts")
        voices = [self._voice(part) for part in parts[: v.VOICES]]
        chords, sounding = self._chords()
        bars = tuple(
            self._bar(place, bar, chords[place], sounding[place], [lanes for _, lanes in voices])
            for place, bar in enumerate(score.bars)
        )
        style = style_named(score.style)
        if score.style and style != score.style:
            self.lost.append(f"style {score.style!r} is said as {style!r}")
        heads = tuple(head for head, _ in voices)
        changes = tuple(one.chord for one in score.chords)
        return Layout(source, v.ID[f"style:{style or UNKNOWN}"], self._tempo(), heads, bars, changes, tuple(self.lost))

    def _note_what_is_not_said(self) -> None:
        score = self.score
        for what, is_there in (
            ("title", score.title),
            ("composer", score.composer),
            ("names of parts", any(part.name for part in score.parts)),
            ("velocities", any(set(part.notes.velocities) - {80} for part in score.parts)),
            ("changes of tempo", len(score.tempos) > 1),
            ("empty parts", any(not len(part.notes) for part in score.parts)),
            ("words (their stress is said)", any(one.syllable.text for part in score.parts for one in part.words)),
            ("times between ticks", any(part.notes.resolution and _is_between(part) for part in score.parts)),
        ):
            if is_there:
                self.lost.append(what)
        for bar in dict.fromkeys(score.bars):
            if bar.key != canonical_key(bar.key.tonic.pc, bar.key.mode):
                said = canonical_key(bar.key.tonic.pc, bar.key.mode)
                self.lost.append(f"key {bar.key} is said as {said}")

    def _tempo(self) -> int:
        if not self.score.tempos:
            return v.ID["tempo:0"]
        bpm = self.score.tempos[0].bpm
        near = min(v.TEMPOS[1:], key=lambda tempo: abs(math.log(tempo / bpm)))
        if near != bpm:
            self.lost.append(f"tempo {bpm:g} is said as {near}")
        return v.ID[f"tempo:{near}"]

    def _voice(self, part: Part) -> tuple[Head, VoiceLanes]:
        rows = sorted({(start, pitch, length) for start, length, pitch, _ in part.notes.in_ticks(v.TICKS)})
        if len(rows) < len(part.notes):
            self.lost.append(f"{len(part.notes) - len(rows)} doubled notes of part {part.name!r}")
        if part.is_drums:
            said = [row for row in rows if row[1] in v.DRUMS]
            if len(said) < len(rows):
                self.lost.append(f"{len(rows) - len(said)} drum notes outside {v.DRUMS.start} to {v.DRUMS.stop - 1}")
            lengths = drum_lengths((start for start, _, _ in said), self.bounds)
            if any(length != lengths.get(start) for start, _, length in said):
                self.lost.append("lengths of drum notes")
            return DRUM_HEAD, drum_lanes(said, self.bounds)
        instrument = INSTRUMENTS[OF_PROGRAM[part.program]]
        if part.program != instrument.program:
            self.lost.append(f"program {part.program} is said as {instrument.program} ({instrument.name})")
        octaves = _register([pitch for _, pitch, _ in rows], self.tonics[0])
        bases = [v.tonic_pitch(pc) + 12 * octaves for pc in self.tonics]
        rows, is_mono = is_one_voice(rows)
        kind = "mono" if is_mono else "poly"
        head = Head(v.ID[f"kind:{kind}"], v.ID[f"inst:{instrument.name}"], v.ID[f"register:{octaves}"])
        words = self._words(part)
        lanes = mono_lanes(rows, self.bounds, bases, words) if is_mono else poly_lanes(rows, self.bounds, bases, words)
        self.lost += lanes.lost
        return head, lanes

    def _words(self, part: Part) -> Sung:
        if any(one.verse != 1 for one in part.words):
            self.lost.append("verses after the first")
        said: Sung = {}
        for one in part.words:
            if one.verse == 1:
                stress = "?" if one.syllable.stress is None else str(one.syllable.stress)
                said[_ticks(one.start)] = v.ID[f"syl{':' if one.syllable.is_start else '-'}{stress}"]
        return said

    def _chords(self) -> tuple[list[tuple[int, ...]], list[tuple[int, ...]]]:
        """Return for each bar the chords that begin in it, and the one that sounds on at its start."""
        count = len(self.score.bars)
        inside: list[dict[int, Chord]] = [{} for _ in range(count)]
        for one in self.score.chords:
            at = min(_ticks(one.start), self.bounds[-1] - 1)
            place = bisect_right(self.bounds, at, hi=count) - 1
            if at - self.bounds[place] in inside[place]:
                self.lost.append(f"chord {inside[place][at - self.bounds[place]]}, within a tick of the next")
            inside[place][at - self.bounds[place]] = one.chord
        lanes: list[tuple[int, ...]] = []
        before: list[tuple[int, ...]] = []
        last: Chord | None = None
        for place in range(count):
            tonic = self.tonics[place]
            before.append(() if last is None or 0 in inside[place] else chord_tokens(last, tonic))
            lane: tuple[int, ...] = ()
            for at, last in sorted(inside[place].items()):
                lane += v.at_tokens(at) + chord_tokens(last, tonic)
            lanes.append(lane)
        for chord in dict.fromkeys(one.chord for one in self.score.chords):
            if chord.root is not None and chord.quality not in v.QUALITY_OF:
                self.lost.append(f"chord {chord} is said as {chord.nearest_quality()!r}")
        return lanes, before

    def _bar(
        self, place: int, bar: Bar, chords: tuple[int, ...], sounding: tuple[int, ...], voices: Sequence[VoiceLanes]
    ) -> BarLayout:
        ticks = self.bounds[place + 1] - self.bounds[place]
        metre = _metre(bar)
        full = _ticks(bar.metre.length) if metre == str(bar.metre) else v.METRE_TICKS[v.ID[f"metre:{metre}"]]
        if metre != str(bar.metre):
            self._lose(f"metre {bar.metre} is said as {metre}")
        if bar.repeats_to > 2:
            self._lose(f"a passage played {bar.repeats_to} times is said as played twice")
        return BarLayout(
            tonic=v.TONIC.start + bar.key.tonic.pc,
            mode=_MODE_OF[bar.key.mode],
            metre=v.ID[f"metre:{metre}"],
            ticks=ticks,
            partial=v.hold_tokens(ticks) if ticks != full else (),
            signs=self._signs(bar),
            chords=chords,
            sounding=sounding,
            voices=tuple(lanes.bars[place] for lanes in voices),
            entries=tuple(lanes.entries.get(place, ()) for lanes in voices),
            repeats_to=bar.repeats_to > 1,
        )

    def _signs(self, bar: Bar) -> tuple[int, ...]:
        said: list[int] = []
        if bar.section:
            section = section_named(bar.section)
            if section != bar.section:
                self._lose(f"section {bar.section!r} is said as {section or 'nothing'!r}")
            if section:
                said.append(v.ID[f"section:{section}"])
        if bar.repeats_from:
            said.append(v.REPEAT_FROM)
        if bar.ending:
            if bar.ending in v.ENDINGS:
                said.append(v.ENDING.start + v.ENDINGS.index(bar.ending))
            else:
                self._lose(f"ending {bar.ending}")
        return tuple(said)

    def _lose(self, what: str) -> None:
        if what not in self.lost:
            self.lost.append(what)


def chord_tokens(chord: Chord, tonic: int) -> tuple[int, ...]:
    """Say a chord relative to a tonic (pitch class): root, quality and, where it is another tone, bass."""
    if chord.root is None:
        return (v.NO_CHORD,)
    quality = v.QUALITY_OF.get(chord.quality)
    if quality is None:
        quality = v.QUALITY_OF[chord.nearest_quality()]
    said = (v.ROOT.start + (chord.root.pc - tonic) % 12, quality)
    bass = 0 if chord.bass is None else (chord.bass.pc - chord.root.pc) % 12
    return (*said, v.BASS.start + bass - 1) if bass else said


def section_named(name: str) -> str:
    """Return the section word that a free name stands for ("Verse 2" is "verse"), or ""."""
    plain = name.strip().casefold().replace("-", "").rstrip(" 0123456789'")
    if plain in _SECTIONS:
        return _SECTIONS[plain]
    return next((section for word, section in _SECTIONS.items() if len(word) > 1 and plain.startswith(word)), "")


def _metre(bar: Bar) -> str:
    text = str(bar.metre)
    if text in v.METRES:
        return text
    ticks = _ticks(bar.metre.length)
    same = [v.TOKENS[token] for token in v.METRE if v.METRE_TICKS[token] == ticks]
    return same[0].removeprefix("metre:") if same else "4/4"


def _register(pitches: Sequence[int], tonic: int) -> int:
    """Return the register that leaves the fewest notes outside its window, and then is most central."""
    base = v.tonic_pitch(tonic)
    middle = sorted(pitches)[len(pitches) // 2] if pitches else base

    def cost(octaves: int) -> tuple[int, int]:
        low = base + 12 * octaves + v.LOWEST
        high = base + 12 * octaves + v.HIGHEST
        return sum(not low <= pitch <= high for pitch in pitches), abs(middle - (low + high) // 2)

    return min(v.REGISTERS, key=cost)


def _ticks(time: Fraction) -> int:
    return (2 * time.numerator * v.TICKS + time.denominator) // (2 * time.denominator)


def _is_between(part: Part) -> bool:
    """Whether a time of a part lies between two ticks."""
    notes = part.notes
    resolution = notes.resolution
    if v.TICKS % resolution == 0:
        return False
    return any(time * v.TICKS % resolution for column in (notes.starts, notes.lengths) for time in column)
