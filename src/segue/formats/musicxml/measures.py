"""The measures of one part as MusicXML."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterator
from dataclasses import dataclass
from fractions import Fraction
from xml.sax.saxutils import escape

from segue.formats.musicxml.elements import Spelling, clef, harmony, notes, tempo
from segue.formats.musicxml.marks import Accidentals, mark_beams, mark_tuplets, written_pitch
from segue.formats.musicxml.values import grid_of
from segue.formats.musicxml.voices import Event, Lane, groups_of
from segue.music.chord import Chord
from segue.music.score import Bar, ChordAt, Part, Score, Tempo

_METRONOME = (Fraction(1), Fraction(3, 2))  # beats that a metronome mark is written for


@dataclass(frozen=True, slots=True)
class Layout:
    """What all parts share: the score, ticks to a quarter note, where bars begin (and end) in ticks, bar lines."""

    score: Score
    divisions: int
    starts: list[int]
    barlines: list[tuple[str, str]]


class Measures:
    """Writes the measures of one part; the leader carries chords, tempos and names of sections too."""

    def __init__(self, layout: Layout, part: Part, name: str, *, is_leader: bool) -> None:
        self._layout, self._part, self._is_leader = layout, part, is_leader
        self._player = name if part.is_drums else ""
        groups = groups_of(part.notes, layout.divisions)
        self._lane = Lane(groups, part.words, layout.starts, layout.divisions)
        self._chords = layout.score.chords
        self._chord_starts = [int(each.start * layout.divisions) for each in self._chords]
        self._marks = self._by_bar() if is_leader else {}
        self._has_key = not part.is_drums or all(each.is_drums for each in layout.score.parts)
        beat = layout.score.metre.beat
        self._beat = beat if beat in _METRONOME else Fraction(1)
        self._shown = 0.0  # the tempo that the last metronome mark gave

    def _by_bar(self) -> dict[int, list[tuple[int, ChordAt | Tempo]]]:
        found: dict[int, list[tuple[int, ChordAt | Tempo]]] = {}
        starts = self._layout.starts
        marks: tuple[ChordAt | Tempo, ...] = (*self._layout.score.tempos, *self._layout.score.chords)
        for mark in marks:
            at = int(mark.start * self._layout.divisions)
            bar = min(bisect_right(starts, at), len(starts) - 1) - 1
            found.setdefault(bar, []).append((at - starts[bar], mark))
        return found

    def lines(self) -> Iterator[str]:
        """Yield the measures, line by line; bars count from 1, a pick-up is 0."""
        bars = self._layout.score.bars
        first = 0 if bars[0].length < bars[0].metre.length else 1
        before: Bar | None = None
        for place, bar in enumerate(bars):
            left, right = self._layout.barlines[place]
            inner = [left, self._attributes(bar, before), self._section(bar), *self._music(place, bar), right]
            implicit = ' implicit="yes"' if bar.is_irregular else ""
            yield f'    <measure number="{place + first}"{implicit}>'
            yield from (f"      {line}" for line in inner if line)
            yield "    </measure>"
            before = bar

    def _attributes(self, bar: Bar, before: Bar | None) -> str:
        inner = "" if before else f"<divisions>{self._layout.divisions}</divisions>"
        if self._has_key and (before is None or bar.key != before.key):
            inner += f"<key><fifths>{bar.key.signature}</fifths><mode>{bar.key.mode}</mode></key>"
        if before is None or bar.metre != before.metre:
            inner += f"<time><beats>{bar.metre.count}</beats><beat-type>{bar.metre.value}</beat-type></time>"
        if before is None:
            inner += clef(self._part)
        return f"<attributes>{inner}</attributes>" if inner else ""

    def _section(self, bar: Bar) -> str:
        if not (self._is_leader and bar.section):
            return ""
        words = f"<rehearsal>{escape(bar.section)}</rehearsal>"
        return f'<direction placement="above"><direction-type>{words}</direction-type></direction>'

    def _music(self, place: int, bar: Bar) -> Iterator[str]:
        length = self._layout.starts[place + 1] - self._layout.starts[place]
        voices = self._lane.voices(place, grid_of(bar.metre, self._layout.divisions))
        is_silent = len(voices) == 1 and all(event.group is None and not event.words for event in voices[0][1])
        if is_silent and not bar.is_irregular:  # programs give a bar's rest the length of the metre
            yield from self._marked(place, 0, None)
            yield f'<note><rest measure="yes"/><duration>{length}</duration><voice>1</voice></note>'
            return
        for _, events in voices:
            mark_tuplets(events, self._layout.divisions)
            mark_beams(events, bar.metre, self._layout.divisions)
        spellings = self._spellings(place, bar, [event for _, events in voices for event in events])
        reached = 0
        for voice, events in voices:
            if reached:
                yield f"<backup><duration>{reached}</duration></backup>"
            reached = 0
            for event in events:
                if event.at > reached:
                    yield f"<forward><duration>{event.at - reached}</duration></forward>"
                reached = event.at + event.ticks
                if voice == 1:
                    yield from self._marked(place, event.at, reached if reached < length else None)
                yield from notes(event, voice, spellings.get(id(event), {}), self._player)

    def _marked(self, place: int, first: int, last: int | None) -> Iterator[str]:
        """The chords and tempos from `first` to before `last` (None: all that follow) of a bar, written at `first`."""
        for at, mark in self._marks.get(place, ()):
            if at < first or (last is not None and at >= last):
                continue
            offset = f"<offset>{at - first}</offset>" if at > first else ""
            if isinstance(mark, ChordAt):
                yield harmony(mark.chord, offset)
            else:
                is_shown = at == 0 and abs(mark.bpm - self._shown) >= 1
                self._shown = mark.bpm if is_shown else self._shown
                yield tempo(mark, offset, beat=self._beat, is_shown=is_shown)

    def _spellings(self, place: int, bar: Bar, events: list[Event]) -> dict[int, Spelling]:
        """How the notes of each event (by its id) are spelled, with their accidentals, in the order of time."""
        found: dict[int, Spelling] = {}
        if self._part.is_drums:
            return found
        shown = Accidentals(bar.key)
        for event in sorted(events, key=lambda event: event.at):
            if event.group is None:
                continue
            chord = self._chord_at(self._layout.starts[place] + event.at)
            spelling = found[id(event)] = {}
            for pitch, _ in event.group.notes:
                step, alter, octave = written_pitch(pitch, bar.key, chord, event.group.lean(pitch))
                accidental = shown.of(step, alter, octave, is_tied=event.tied_from)
                altered = f"<alter>{alter}</alter>" if alter else ""
                text = f"<pitch><step>{step}</step>{altered}<octave>{octave}</octave></pitch>"
                spelling[pitch] = text, f"<accidental>{accidental}</accidental>" if accidental else ""
        return found

    def _chord_at(self, at: int) -> Chord | None:
        place = bisect_right(self._chord_starts, at)
        return self._chords[place - 1].chord if place else None
