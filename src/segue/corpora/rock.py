"""A Corpus Study of Rock Music (de Clercq and Temperley): harmony and vocal melody of 200 songs, as scale degrees.

Harmony is read as David Temperley heard it, of the two analyses of each song. A melody says where its notes begin, in
which degree and octave, but not how long they are: each lasts until the next one, at most half a bar. Where melody and
harmony differ in their number of bars, or it spans more than three octaves, the melody is left out.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from fractions import Fraction
from itertools import accumulate
from pathlib import Path

from segue.corpora.corpus import Found, Piece
from segue.corpora.files import below, each_file
from segue.errors import FormatError
from segue.music.chord import NO_CHORD, Chord
from segue.music.key import Key
from segue.music.keyfinding import find_mode, weights_of_chords, weights_of_parts
from segue.music.metre import Metre
from segue.music.note import Note, Notes
from segue.music.pitch import Tone
from segue.music.roman import parse_roman
from segue.music.score import Bar, ChordAt, Part, Score

_TOKEN = re.compile(r"\[([^\]]*)\]|\||[^\s|\[]+")
_REPEAT = re.compile(r"R\*(\d+)")
_NOTE = re.compile(r"([\^v]*)([b#n]*)([1-7])|[^1-7\^vb#n]")
_MAJOR = (0, 2, 4, 5, 7, 9, 11)
_ALTER = {"b": -1, "#": 1, "n": 0}
_SPECIAL = (("s4", "sus4"), ("b5", "(1,3,b5)"), ("a", "aug"))  # endings of numerals that other analyses do not have
_VOICE = 53  # General MIDI's "Voice Oohs"
_WIDEST = 36  # semitones; a melody that runs wider lost its octave somewhere
_FOUR = Metre(4, 4)


@dataclass(frozen=True)
class _Bar:
    """A bar of either file: its metre, its tonic, the degrees that are lowered throughout, and what stands in it."""

    metre: Metre
    tonic: Tone
    lowered: frozenset[int]
    words: tuple[str, ...]


def read(folder: Path) -> Found:
    """Give the songs by file name."""
    data = folder / "source" / "data"

    def song(file: Path) -> Iterator[Piece]:
        stem = file.stem.removesuffix("_dt")
        title = (data / "rs200_harmony" / f"{file.stem}.har").read_text(encoding="utf-8", errors="replace")
        melody = next(iter(sorted((data / "rs200_melody").glob(f"{stem}_*.mel"))), None)
        sung = _bars(melody.read_text(encoding="utf-8", errors="replace")) if melody else []
        bars = _bars(file.read_text(encoding="utf-8", errors="replace"), sung[0].metre if sung else _FOUR)
        score = _score(bars, sung if len(sung) == len(bars) else [])
        named = re.search(r"%\s*(\S.*)", title)
        score = score.replace(title=named[1].strip() if named else stem)
        yield Piece(stem, score, "rock_corpus", "rock", file=below(folder, file))

    return each_file(folder, "source/data/rs200_harmony_exp/*_dt.txt", song)


def _bars(text: str, metre: Metre = _FOUR) -> list[_Bar]:
    """The bars of a file; marks in brackets hold from there on, and `R*8` is eight bars of rest."""
    tonic, lowered, bars = Tone("C"), frozenset[int](), list[_Bar]()
    words: list[str] = []
    lines = [line.partition("%")[0] for line in text.splitlines() if not line.startswith("Warning")]
    for found in _TOKEN.finditer(" ".join(lines)):
        mark = found[1]
        if found[0] == "|":
            times = _REPEAT.fullmatch(words[-1]) if words else None
            bars.append(_Bar(metre, tonic, lowered, tuple(words[:-1] if times else words)))
            bars += [_Bar(metre, tonic, lowered, ())] * (int(times[1]) - 1 if times else 0)
            words = []
        elif mark is None:
            words.append(found[0])
        elif "/" in mark:
            metre = Metre.parse(mark)
        elif re.fullmatch(r"[.b#]*", mark):
            lowered = frozenset(at for at, sign in enumerate(mark) if sign == "b")
        elif mark.startswith("OCT="):
            words.append(mark)
        elif mark != "0":
            tonic = Tone.parse(mark)
    return bars


def _score(bars: Sequence[_Bar], sung: Sequence[_Bar]) -> Score:
    bars = [replace(bar, metre=other.metre) for bar, other in zip(bars, sung, strict=True)] if sung else bars
    starts = list(accumulate((bar.metre.length for bar in bars), initial=Fraction(0)))
    chords = list(_chords(bars, starts))
    notes = list(_notes(sung, starts))
    if notes and max(note.pitch for note in notes) - min(note.pitch for note in notes) > _WIDEST:
        notes = []
    part = Part(Notes.of(notes), "Melody", _VOICE)
    weights = weights_of_parts([part]) if notes else [0.0] * 12
    weights = [one + other for one, other in zip(weights, weights_of_chords(chords, float(starts[-1])), strict=True)]
    keys = {tonic: find_mode(weights, tonic) for tonic in {bar.tonic for bar in bars}}
    return Score(
        (part,) if notes else (),
        tuple(Bar(bar.metre, keys[bar.tonic]) for bar in bars),
        tuple(chords),
        style="rock",
    )


# ---- harmony


def _chords(bars: Sequence[_Bar], starts: Sequence[Fraction]) -> Iterator[ChordAt]:
    """The chords, each where another one begins; what stands in a bar shares it equally, and `.` sounds on."""
    last: Chord | None = None
    for bar, start in zip(bars, starts, strict=False):
        for at, word in enumerate(bar.words):
            chord = last if word == "." else NO_CHORD if word in ("R", "-") else _chord(word, bar.tonic)
            if chord is not None and chord != last:
                yield ChordAt(start + bar.metre.length * at / len(bar.words), chord)
            last = chord


def _chord(word: str, tonic: Tone) -> Chord:
    """The chord of a numeral; `x` and `h` are diminished and half-diminished sevenths, `s4` and `a` sus4 and aug."""
    key = Key(tonic)
    for ending, quality in _SPECIAL:
        if word.endswith(ending):
            return replace(parse_roman(word.removesuffix(ending), key), quality=quality)
    return parse_roman(word.replace("x", "o").replace("h", "ø"), key)


# ---- melody


def _notes(bars: Sequence[_Bar], starts: Sequence[Fraction]) -> Iterator[Note]:
    begun = list(_onsets(bars, starts))
    ends = [*(start for start, _, _ in begun[1:]), *starts[-1:]][: len(begun)]
    for (start, pitch, longest), end in zip(begun, ends, strict=True):
        yield Note(start, min(end - start, longest), pitch)


def _onsets(bars: Sequence[_Bar], starts: Sequence[Fraction]) -> Iterator[tuple[Fraction, int, Fraction]]:
    """Where notes begin, their pitch, and half the length of their bar.

    The beats of a bar share it equally, and so do the signs of a beat. A note is the one of its degree that is nearest
    to the note before (of two that are a tritone away the upper one), an octave higher for each `^`, lower for each
    `v`; after `[OCT=4]` it lies in C4 to B4. Of the readings that seem possible this one keeps the melodies narrowest.
    """
    last: int | None = None
    octave = 4
    for bar, start in zip(bars, starts, strict=False):
        beats = []
        for word in bar.words:
            if word.startswith("OCT="):
                octave, last = int(word[4:]), None
            else:
                beats.append(word)
        for at, beat in enumerate(beats):
            signs = list(_NOTE.finditer(beat))
            for place, sign in enumerate(signs):
                if sign[3] is not None:
                    last = _pitch(sign, bar, last, octave)
                    share = bar.metre.length / len(beats)
                    yield start + share * at + share * place / len(signs), last, bar.metre.length / 2


def _pitch(sign: re.Match[str], bar: _Bar, last: int | None, octave: int) -> int:
    step = int(sign[3]) - 1
    alter = sum(_ALTER[one] for one in sign[2]) if sign[2] else -int(step in bar.lowered)
    pc = (bar.tonic.pc + _MAJOR[step] + alter) % 12
    if last is None:
        return 12 * (octave + 1) + pc
    pitch = last + (pc - last + 5) % 12 - 5 + 12 * (sign[1].count("^") - sign[1].count("v"))
    if not 21 <= pitch <= 108:
        raise FormatError(f"a sung note of MIDI pitch {pitch}; 21 to 108 are accepted")
    return pitch
