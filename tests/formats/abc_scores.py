"""Scores drawn by Hypothesis of everything that ABC can say."""

from __future__ import annotations

from fractions import Fraction

from hypothesis import strategies as st

from segue.music.chord import QUALITIES, Chord
from segue.music.key import MODES, Key
from segue.music.lyric import Sung, Syllable
from segue.music.metre import Metre
from segue.music.note import Note, Notes
from segue.music.pitch import Tone
from segue.music.score import Bar, ChordAt, Part, Score, Tempo, sum_lengths

METRES = ("4/4", "3/4", "6/8", "2/2", "9/8", "5/4", "7/16", "12/8", "2/1")
TEXTS = st.text(st.characters(exclude_categories=["Cs"]), max_size=12)
# Lengths in quarter notes: plain and dotted notes, tuplets, and what no tuplet says.
LENGTHS = [Fraction(1, 4), Fraction(1, 2), Fraction(3, 4), Fraction(1), Fraction(3, 2), Fraction(2), Fraction(5, 2)]
LENGTHS += [
    Fraction(1, 3),
    Fraction(2, 3),
    Fraction(1, 6),
    Fraction(1, 5),
    Fraction(2, 5),
    Fraction(1, 7),
    Fraction(4, 9),
]
LENGTHS += [Fraction(1, 15), Fraction(3, 17), Fraction(1, 64), Fraction(1, 480)]
ENDINGS = ((), (), (), (1,), (2,), (1, 3), (2, 4, 5))


def keys() -> st.SearchStrategy[Key]:
    return st.builds(Key, st.builds(Tone, st.sampled_from("CDEFGAB"), st.integers(-1, 1)), st.sampled_from(list(MODES)))


@st.composite
def bars(draw: st.DrawFn, most: int = 6) -> tuple[Bar, ...]:
    metre, key, made = Metre.parse(draw(st.sampled_from(METRES))), draw(keys()), []
    for _ in range(draw(st.integers(1, most))):
        metre = Metre.parse(draw(st.sampled_from(METRES))) if draw(st.integers(0, 4)) == 0 else metre
        key = draw(keys()) if draw(st.integers(0, 4)) == 0 else key
        made.append(
            Bar(
                metre,
                key,
                length=draw(st.one_of(st.just(metre.length), st.just(metre.length), st.sampled_from(LENGTHS))),
                repeats_from=draw(st.booleans()),
                repeats_to=draw(st.sampled_from((1, 1, 1, 2, 3))),
                ending=draw(st.sampled_from(ENDINGS)),
                section=draw(st.one_of(st.just(""), st.just("A"), TEXTS)),
            )
        )
    return tuple(made)


@st.composite
def melodies(draw: st.DrawFn, end: Fraction) -> list[Note]:
    """Notes one after the other, with rests between them."""
    at, notes = Fraction(0), []
    while len(notes) < 24:
        at += draw(st.sampled_from([Fraction(0)] * 4 + LENGTHS))
        length = draw(st.sampled_from(LENGTHS))
        if at + length > end:
            break
        notes.append(Note(at, length, draw(st.integers(0, 127)), draw(st.sampled_from((80, 80, 80, 105, 33)))))
        at += length
    return notes


@st.composite
def heaps(draw: st.DrawFn, end: Fraction) -> list[Note]:
    """Notes that overlap in every way, equal ones too."""
    notes = []
    for _ in range(draw(st.integers(0, 16))):
        start, length = draw(st.integers(0, 40)) * Fraction(1, 4), draw(st.sampled_from(LENGTHS))
        if start + length <= end:
            notes.append(Note(start, length, draw(st.integers(0, 127)), draw(st.sampled_from((80, 80, 100)))))
    return notes


@st.composite
def parts(draw: st.DrawFn, end: Fraction) -> Part:
    is_melody = draw(st.booleans())
    notes = draw(melodies(end) if is_melody else heaps(end))
    words = draw(verses(notes)) if is_melody else ()
    sound = (draw(st.integers(0, 127)), draw(st.booleans()))
    return Part(Notes.of(notes), draw(st.one_of(st.just(""), TEXTS)), *sound, words)


@st.composite
def verses(draw: st.DrawFn, notes: list[Note]) -> tuple[Sung, ...]:
    """Words on some of the notes; where one begins follows from whether the one before ended."""
    sung = []
    for verse in range(1, draw(st.integers(1, 3))):
        is_start = True
        for note in notes:
            if draw(st.booleans()):
                is_end = draw(st.booleans())
                text = draw(st.one_of(st.sampled_from(("la", "Freu-de", "1. A~way", "é")), TEXTS.filter(len)))
                at = note.start + draw(st.sampled_from((0, 0, 0, Fraction(1, 2)))) * note.length
                sung.append(Sung(at, Syllable(text, is_start, is_end), verse))
                is_start = is_end
    return tuple(sorted(sung, key=lambda one: (one.start, one.verse)))


@st.composite
def times(draw: st.DrawFn, end: Fraction) -> list[Fraction]:
    found = {draw(st.integers(0, 40)) * draw(st.sampled_from(LENGTHS[:10])) for _ in range(draw(st.integers(0, 6)))}
    return sorted(time for time in found if time < end)


@st.composite
def chords(draw: st.DrawFn) -> Chord:
    if draw(st.integers(0, 9)) == 0:
        return Chord(None)
    tones = st.builds(Tone, st.sampled_from("CDEFGAB"), st.integers(-1, 1))
    return Chord(draw(tones), draw(st.sampled_from(list(QUALITIES))), draw(st.one_of(st.none(), tones)))


@st.composite
def scores(draw: st.DrawFn) -> Score:
    drawn = draw(bars())
    end = sum_lengths(drawn)
    return Score(
        parts=tuple(draw(parts(end)) for _ in range(draw(st.integers(0, 3)))),
        bars=drawn,
        chords=tuple(ChordAt(time, draw(chords())) for time in draw(times(end))),
        tempos=tuple(
            Tempo(time, draw(st.one_of(st.integers(1, 2000), st.floats(1, 2000)))) for time in draw(times(end))
        ),
        title=draw(TEXTS),
        composer=draw(TEXTS),
        style=draw(TEXTS),
    )
