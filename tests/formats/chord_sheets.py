"""Scores of bars and chords drawn by Hypothesis, and damage done to texts."""

from __future__ import annotations

from fractions import Fraction

from hypothesis import strategies as st

from segue.music.chord import NO_CHORD, QUALITIES, Chord
from segue.music.key import MODES, Key
from segue.music.metre import Metre
from segue.music.pitch import Tone
from segue.music.score import Bar, ChordAt, Score, Tempo

TONES = st.integers(-8, 12).map(Tone.of_fifths)
FREE = st.sampled_from(["(1,b3,11)", "(1,4,#4,5,b7,9)", "(1,b2,2)"])
CHORDS = st.just(NO_CHORD) | st.builds(Chord, TONES, st.sampled_from(list(QUALITIES)) | FREE, st.none() | TONES)
KEYS = st.builds(Key, st.integers(-6, 6).map(Tone.of_fifths), st.sampled_from(list(MODES)))
METRES = st.sampled_from([Metre(4, 4), Metre(3, 4), Metre(6, 8), Metre(7, 8), Metre(2, 2)])
NAMES = st.sampled_from(["", "A song", "Noël: part 2", "夜曲", "x2", "50%"])
LENGTHS = st.just(Fraction(0)) | st.sampled_from([Fraction(1), Fraction(5, 2), Fraction(7, 3)])


@st.composite
def sheets(draw: st.DrawFn) -> Score:
    bars: list[Bar] = []
    chords: list[ChordAt] = []
    tempos: list[Tempo] = []
    key, metre, at = draw(KEYS), draw(METRES), Fraction(0)
    for _ in range(draw(st.integers(1, 7))):
        if draw(st.integers(0, 5)) == 0:
            key, metre = draw(KEYS), draw(METRES)
        bar = Bar(
            metre,
            key,
            length=draw(LENGTHS),
            repeats_from=draw(st.booleans()),
            repeats_to=draw(st.sampled_from([1, 1, 2, 3, 16])),
            ending=draw(st.sampled_from([(), (), (1,), (2,), (1, 3)])),
            section=draw(st.sampled_from(["", "", "verse", "chorus 2", "B'", "sólo"])),
        )
        if draw(st.integers(0, 4)) == 0:
            tempos.append(Tempo(at, draw(st.sampled_from([60.0, 112.5, 93.20000000000001]))))
        places = draw(st.integers(1, 8))
        for place in range(places):
            if draw(st.booleans()):
                chords.append(ChordAt(at + bar.length * place / places, draw(CHORDS)))
        bars.append(bar)
        at += bar.length
    return Score((), tuple(bars), tuple(chords), tuple(tempos), draw(NAMES), draw(NAMES))


@st.composite
def damaged(draw: st.DrawFn, whole: bytes, pieces: list[bytes]) -> bytes:
    """An example with some of its bytes cut out, doubled, or with pieces put in."""
    data = whole
    for _ in range(draw(st.integers(1, 6))):
        start = draw(st.integers(0, len(data)))
        end = draw(st.integers(start, min(len(data), start + 30)))
        middle = draw(st.sampled_from([b"", data[start:end] * 2, *pieces]) | st.binary(max_size=6))
        data = data[:start] + middle + data[end:]
    return data
