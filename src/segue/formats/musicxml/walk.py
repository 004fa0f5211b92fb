"""One <part> of MusicXML, walked once: what it holds, each thing with its measure and the ticks from there."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from fractions import Fraction
from xml.etree.ElementTree import Element

from segue.errors import FormatError
from segue.formats.musicxml.drums import drum_at
from segue.formats.musicxml.harmony import chord_of
from segue.formats.musicxml.signs import Signs, key_of, metre_of, section_of, syllable_of, tempo_of
from segue.music.chord import Chord
from segue.music.key import Key
from segue.music.lyric import Syllable
from segue.music.metre import Metre

_STEPS = {"C": 0, "D": 2, "E": 4, "F": 5, "G": 7, "A": 9, "B": 11}
_NUMBER = re.compile(r"[-+]?\d+(?:\.\d*)?|[-+]?\.\d+")
MOST_TICKS = 1 << 40
FORTE = 90  # the velocity of 100 %, as the standard has it


@dataclass(slots=True)
class Row:
    """A written note: measure, ticks from its start, length in ticks, pitch, velocity (0: not said), tie, staff."""

    measure: int
    at: int
    length: int
    pitch: int
    velocity: int
    tie: int  # 1: tied to the next, 2: to the one before, 3: both
    staff: str
    voice: str


@dataclass(slots=True)
class Walked:
    """What a part holds; `at` and lengths in ticks, `measure` an index from 0."""

    rows: list[Row] = field(default_factory=list)
    lengths: list[int] = field(default_factory=list)  # how far the content of each measure reaches
    implicit: list[bool] = field(default_factory=list)
    keys: list[tuple[int, Key]] = field(default_factory=list)
    metres: list[tuple[int, Metre]] = field(default_factory=list)
    chords: list[tuple[int, int, Chord]] = field(default_factory=list)
    tempos: list[tuple[int, int, float]] = field(default_factory=list)
    loud: list[tuple[int, int, int]] = field(default_factory=list)  # measure, at, velocity
    words: list[tuple[int, int, str, int, Syllable]] = field(default_factory=list)  # measure, at, staff, verse
    signs: dict[int, Signs] = field(default_factory=dict)
    lost: Counter[str] = field(default_factory=Counter)
    is_unpitched: bool = False


class Walk:
    """Walks the measures of one part in their order; `resolution` ticks to a quarter note."""

    def __init__(self, resolution: int, drums: dict[str, int], file: str, *, is_ours: bool = False) -> None:
        self.found = Walked()
        self._resolution, self._drums, self._file, self._is_ours = resolution, drums, file, is_ours
        self._divisions = 1
        self._ticks: dict[str | None, int] = {}
        self._steps = 0  # semitones from written to sounding
        self._fifths = 0  # the same on the line of fifths
        self._measure, self._at, self._start, self._reach = 0, 0, 0, 0
        self._held: list[Element] = []  # lyrics of grace notes, for the note that follows
        self._above: list[int] = []  # places in `found.chords` of those that stand before the next note
        self._beat = Fraction(1)

    def measure(self, index: int, attributes: dict[str, str], content: Element) -> None:
        """Walk one measure."""
        self._measure, self._at, self._start, self._reach, self._above = index, 0, 0, 0, []
        for element in content:
            walk = _WALKS.get(element.tag)
            if walk is not None:
                walk(self, element)
        self.found.lengths.append(self._reach)
        self.found.implicit.append(attributes.get("implicit") == "yes")

    def _signs(self) -> Signs:
        return self.found.signs.setdefault(self._measure, Signs())

    def _duration(self, element: Element) -> int:
        """The <duration> of an element in ticks."""
        text = element.findtext("duration")
        ticks = self._ticks.get(text)
        if ticks is None:
            ticks = self._ticks[text] = self._counted(text)
        return ticks

    def _counted(self, text: str | None) -> int:
        quarters = _fraction(text)
        if quarters is None:
            raise self._error(f"duration {(text or '')[:30]!r} is no number")
        ticks = quarters * self._resolution / self._divisions
        if not 0 <= ticks < MOST_TICKS:
            raise self._error(f"duration {(text or '')[:30]!r} is negative or too long")
        if ticks.denominator != 1:
            self.found.lost["durations rounded"] += 1
        return round(ticks)

    def _error(self, message: str) -> FormatError:
        return FormatError(message, file=self._file, place=f"measure {self._measure + 1}")

    # ---- notes

    def _note(self, element: Element) -> None:
        if element.find("grace") is not None:
            self.found.lost["grace notes dropped"] += 1
            self._held += element.findall("lyric")
            return
        length = self._duration(element)
        if element.find("chord") is None:
            if len(self._above) > 1:
                self._spread(length)
            self._above = []
            self._start = self._at
            self._at += length
            if self._at > self._reach:
                self._reach = self._at
        pitch = self._pitch(element)
        if pitch >= 0 and length:
            self._sound(element, pitch, length)
        lyrics = element.findall("lyric")
        if lyrics or self._held:
            self._sing(element, lyrics)

    def _sound(self, element: Element, pitch: int, length: int) -> None:
        if element.find("cue") is not None:
            self.found.lost["cue notes dropped"] += 1
            return
        tie = 0
        for sign in element.findall("tie"):
            tie |= 1 if sign.get("type") == "start" else 2
        velocity, percent = 0, element.get("dynamics")
        if percent:
            velocity = velocity_of(percent)
        self.found.rows.append(
            Row(
                self._measure,
                self._start,
                length,
                pitch,
                velocity,
                tie,
                element.findtext("staff") or "1",
                element.findtext("voice") or "1",
            )
        )

    def _pitch(self, element: Element) -> int:
        """The MIDI pitch that sounds; -1 where none does."""
        pitch = element.find("pitch")
        if pitch is None:
            return self._unpitched(element)
        step, alter, octave = pitch.findtext("step"), pitch.findtext("alter"), pitch.findtext("octave")
        try:
            midi = 12 * int(octave or "") + 12 + _STEPS[(step or "").strip()] + self._steps
            if alter:
                midi += round(float(alter))
        except (ValueError, KeyError, OverflowError):
            said = ", ".join(f"{child.tag} {(child.text or '')[:9]!r}" for child in pitch[:3])
            raise self._error(f"{said} is no pitch; such as step 'C', alter '1', octave '4'") from None
        if not 0 <= midi <= 127:
            self.found.lost["notes outside MIDI's 0 to 127 dropped"] += 1
            return -1
        return midi

    def _unpitched(self, element: Element) -> int:
        place = element.find("unpitched")
        if place is None:
            return -1
        self.found.is_unpitched = True
        named = element.find("instrument")
        known = self._drums.get((named.get("id") or "") if named is not None else "")
        if known is not None:
            return known
        where = (place.findtext("display-step") or "") + (place.findtext("display-octave") or "")
        return drum_at(where, (element.findtext("notehead") or "").strip())

    def _sing(self, element: Element, lyrics: list[Element]) -> None:
        lyrics, self._held = [*self._held, *lyrics], []
        staff = element.findtext("staff") or "1"
        for place, lyric in enumerate(lyrics, 1):
            sung = syllable_of(lyric, place, strips_numbers=not self._is_ours)
            if sung is not None:
                self.found.words.append((self._measure, self._start, staff, *sung))

    # ---- time

    def _backup(self, element: Element) -> None:
        self._at -= self._duration(element)
        if self._at < 0:
            self.found.lost["steps back before a measure's start"] += 1
            self._at = 0

    def _forward(self, element: Element) -> None:
        self._at += self._duration(element)
        self._reach = max(self._reach, self._at)

    def _attributes(self, element: Element) -> None:
        divisions = element.findtext("divisions")
        if divisions is not None:
            self._divide(divisions)
        transpose = element.find("transpose")
        if transpose is not None:
            self._transpose(transpose)
        measure = self._measure + bool(self._at)  # one in the midst of a bar counts from the next bar on
        time = element.find("time")
        if time is not None:
            metre = metre_of(time)
            if metre:
                self._beat = metre.beat
                self.found.metres.append((measure, metre))
            else:
                self.found.lost["metres of an unknown kind"] += 1
        signature = element.find("key")
        if signature is not None:
            key = key_of(signature, self._fifths)
            if key:
                self.found.keys.append((measure, key))
                if not signature.findtext("mode"):
                    self.found.lost["key signatures say no mode, read as major"] += 1
            else:
                self.found.lost["keys of an unknown kind"] += 1

    def _divide(self, text: str) -> None:
        try:
            self._divisions = int(text)
        except ValueError:
            self._divisions = 0
        if not 0 < self._divisions < MOST_TICKS:
            raise self._error(f"divisions {text[:30]!r}: a whole number from 1 on is accepted")
        self._ticks.clear()

    def _transpose(self, element: Element) -> None:
        try:
            chromatic = round(float(element.findtext("chromatic") or 0))
            diatonic = int(element.findtext("diatonic") or 0)
            octaves = int(element.findtext("octave-change") or 0)
        except (ValueError, OverflowError):
            raise self._error("a <transpose> that is no whole number") from None
        if max(abs(chromatic), abs(diatonic), abs(octaves)) > 99:
            raise self._error(f"transposed by {chromatic} semitones and {octaves} octaves")
        self._steps = chromatic + 12 * octaves
        fifths = 7 * chromatic - 12 * diatonic
        self._fifths = fifths if abs(fifths) <= 7 else (7 * chromatic + 5) % 12 - 5

    # ---- what stands above and around the notes

    def _harmony(self, element: Element) -> None:
        chord = chord_of(element)
        if chord is None:
            self.found.lost["chord symbols not understood"] += 1
            return
        offset = self._offset(element)
        if not offset:
            if self._above and self.found.chords[self._above[-1]][2] == chord:
                return
            self._above.append(len(self.found.chords))
        self.found.chords.append((self._measure, self._at + offset, chord))

    def _spread(self, length: int) -> None:
        """Spread chords that stand at one note over its beats, the first the longest: programs lose their offsets."""
        count, beat = len(self._above), int(self._beat * self._resolution)
        step = length // beat // count * beat or length // count
        if not step:
            return
        for place, index in enumerate(self._above[1:], 1):
            measure, at, chord = self.found.chords[index]
            self.found.chords[index] = (measure, at + length - (count - place) * step, chord)
        self.found.lost["chords spread over the note that they stand at"] += count - 1

    def _offset(self, element: Element) -> int:
        text = element.findtext("offset")
        if not text:
            return 0
        quarters = _fraction(text) or Fraction(0)
        offset = round(quarters * self._resolution / self._divisions)
        return offset if abs(offset) < MOST_TICKS else 0

    def _direction(self, element: Element) -> None:
        at = max(0, self._at + self._offset(element))
        sound = element.find("sound")
        tempo = tempo_of(element, sound)
        if tempo:
            self.found.tempos.append((self._measure, at, tempo))
        if sound is not None:
            self._heard(sound, at)
        for kind in element.iter("direction-type"):
            for sign in kind:
                self._sign(sign, at)

    def _sign(self, sign: Element, at: int) -> None:
        if sign.tag not in ("words", "rehearsal"):
            if sign.tag in ("segno", "coda"):
                self.found.lost["jumps (D.C., D.S., coda) not kept"] += 1
            return
        text = (sign.text or "").strip()
        if text.upper() in ("N.C.", "NC", "NO CHORD"):
            self.found.chords.append((self._measure, at, Chord(None)))
            return
        section = section_of(text, is_rehearsal=sign.tag == "rehearsal")
        if section and not self._signs().section:
            self._signs().section = section

    def _sound_alone(self, element: Element) -> None:
        at = max(0, self._at + self._offset(element))
        tempo = tempo_of(element, element)
        if tempo:
            self.found.tempos.append((self._measure, at, tempo))
        self._heard(element, at)

    def _heard(self, sound: Element, at: int) -> None:
        percent = sound.get("dynamics")
        if percent:
            velocity = velocity_of(percent)
            if velocity:
                self.found.loud.append((self._measure, at, velocity))
        if any(sound.get(jump) for jump in ("dacapo", "dalsegno", "tocoda", "fine")):
            self.found.lost["jumps (D.C., D.S., coda) not kept"] += 1

    def _barline(self, element: Element) -> None:
        self._signs().add_barline(element)


def velocity_of(percent: str) -> int:
    """Return the velocity of a percentage of forte, 1 to 127; 0 where it is no number."""
    try:
        value = float(percent) * FORTE / 100
    except ValueError:
        return 0
    return round(min(127.0, max(1.0, value))) if value == value else 0


def _fraction(text: str | None) -> Fraction | None:
    """Read a number of at most 24 letters as it is; None where it is none, or has an exponent, which might be huge."""
    plain = (text or "").strip()
    if len(plain) > 24 or not _NUMBER.fullmatch(plain):
        return None
    return Fraction(plain)


_WALKS: dict[str, Callable[[Walk, Element], None]] = {
    "note": Walk._note,
    "backup": Walk._backup,
    "forward": Walk._forward,
    "attributes": Walk._attributes,
    "harmony": Walk._harmony,
    "direction": Walk._direction,
    "sound": Walk._sound_alone,
    "barline": Walk._barline,
}
