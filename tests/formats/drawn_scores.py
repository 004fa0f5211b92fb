"""Scores drawn by Hypothesis, of all that MusicXML can say."""

from __future__ import annotations

from fractions import Fraction
from itertools import accumulate

from hypothesis import strategies as st

from segue.music.chord import QUALITIES, Chord
from segue.music.key import MODES, Key
from segue.music.lyric import Sung, Syllable
from segue.music.metre import Metre
from segue.music.note import Note, Notes
from segue.music.pitch import Tone
from segue.music.score import Bar, ChordAt, Part, Score, Tempo

METRES = st.sampled_from(
    [Metre(*pair) for pair in ((4, 4), (3, 4), (6, 8), (2, 2), (5, 8), (7, 8), (12, 8), (1, 4), (5, 4))]
)
KEYS = st.builds(lambda fifths, mode: Key.of_signature(fifths, mode), st.integers(-7, 7), st.sampled_from(list(MODES)))
TONES = st.builds(Tone.of_fifths, st.integers(-12, 12))
PARTS_OF_BEAT = st.sampled_from([1, 2, 3, 4, 5, 6, 7, 8, 12, 16, 24, 48, 480])
TEXTS = st.text(
    st.characters(min_codepoint=33, max_codepoint=0x2FFF, exclude_categories=("Cs", "Cn", "Zs", "Zl", "Zp", "Cc"))
)
NAMES = st.lists(TEXTS.filter(bool), max_size=3).map(" ".join)


@st.composite
def bars(draw: st.DrawFn) -> tuple[Bar, ...]:
    """A few bars: changes of key and metre, pick-ups and irregular bars, repeats, endings, sections."""
    metre, key, found = draw(METRES), draw(KEYS), []
    for _ in range(draw(st.integers(1, 6))):
        if draw(st.integers(0, 4)) == 0:
            metre, key = draw(METRES), draw(KEYS)
        length = Fraction(0)
        if draw(st.integers(0, 5)) == 0:
            length = Fraction(draw(st.integers(1, 40)), draw(PARTS_OF_BEAT))
        passes = draw(st.lists(st.integers(1, 12), max_size=3, unique=True)) if draw(st.integers(0, 4)) == 0 else []
        found.append(
            Bar(
                metre,
                key,
                length,
                repeats_from=draw(st.integers(0, 4)) == 0,
                repeats_to=draw(st.sampled_from([1, 1, 1, 2, 3, 99])),
                ending=tuple(sorted(passes)),
                section=draw(NAMES) if draw(st.integers(0, 4)) == 0 else "",
            )
        )
    return tuple(found)


@st.composite
def times(draw: st.DrawFn, end: Fraction) -> Fraction:
    """A time from 0 to before `end`, in quarter notes."""
    unit = draw(PARTS_OF_BEAT)
    return Fraction(draw(st.integers(0, max(0, -(-end * unit // 1) - 1))), unit)


@st.composite
def parts(draw: st.DrawFn, end: Fraction) -> Part:
    """A part with overlapping notes, and words wherever they may be."""
    notes = []
    for _ in range(draw(st.integers(0, 12))):
        start = draw(times(end))
        length = min(Fraction(draw(st.integers(1, 30)), draw(PARTS_OF_BEAT)), end - start)
        if length > 0:
            notes.append(
                Note(start, length, draw(st.integers(0, 127)), draw(st.sampled_from([80, 80, 80, 1, 127, 64])))
            )
    syllables = st.builds(Syllable, TEXTS.filter(bool), st.booleans(), st.booleans())
    words = draw(st.lists(st.builds(Sung, times(end), syllables, st.integers(1, 4)), max_size=5))
    is_drums = draw(st.booleans()) and bool(notes)
    return Part(
        Notes.of(notes),
        draw(NAMES),
        draw(st.integers(0, 127)),
        is_drums,
        tuple(sorted(words, key=lambda sung: (sung.start, sung.verse))),
    )


@st.composite
def chords(draw: st.DrawFn, end: Fraction) -> tuple[ChordAt, ...]:
    """Chords of the table of qualities, now and then none."""
    starts = sorted(set(draw(st.lists(times(end), max_size=5))))
    kinds = st.builds(Chord, TONES, st.sampled_from(list(QUALITIES)), st.one_of(st.none(), TONES))
    return tuple(ChordAt(start, draw(st.one_of(kinds, st.just(Chord(None))))) for start in starts)


@st.composite
def scores(draw: st.DrawFn) -> Score:
    """A score of what MusicXML can say."""
    laid = draw(bars())
    end = list(accumulate(bar.length for bar in laid))[-1]
    tempos = {draw(times(end)): draw(st.floats(1, 2000)) for _ in range(draw(st.integers(0, 3)))}
    return Score(
        parts=tuple(draw(st.lists(parts(end), max_size=3))),
        bars=laid,
        chords=draw(chords(end)),
        tempos=tuple(Tempo(start, tempos[start]) for start in sorted(tempos)),
        title=draw(NAMES),
        composer=draw(NAMES),
        style=draw(NAMES),
    )
