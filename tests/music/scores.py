"""Scores drawn by Hypothesis: of everything that the score language can say."""

from __future__ import annotations

from fractions import Fraction

from hypothesis import strategies as st

from segue.music.chord import QUALITIES, Chord
from segue.music.instruments import INSTRUMENTS
from segue.music.key import MODES
from segue.music.language import vocabulary as v
from segue.music.language.layout import canonical_key
from segue.music.lyric import Sung, Syllable
from segue.music.metre import Metre
from segue.music.note import Note, Notes
from segue.music.pitch import spell
from segue.music.score import Bar, ChordAt, Part, Score, Tempo, sum_lengths

TICK = Fraction(1, v.TICKS)


@st.composite
def bars(draw: st.DrawFn) -> tuple[Bar, ...]:
    metre = Metre.parse(draw(st.sampled_from(v.METRES)))
    key = canonical_key(draw(st.integers(0, 11)), draw(st.sampled_from(list(MODES))))
    made = []
    for _ in range(draw(st.integers(1, 5))):
        if draw(st.integers(0, 4)) == 0:
            metre = Metre.parse(draw(st.sampled_from(v.METRES)))
        if draw(st.integers(0, 5)) == 0:
            key = canonical_key(draw(st.integers(0, 11)), draw(st.sampled_from(list(MODES))))
        made.append(
            Bar(
                metre,
                key,
                length=draw(st.one_of(st.just(metre.length), st.integers(1, 200).map(lambda ticks: ticks * TICK))),
                repeats_from=draw(st.booleans()),
                repeats_to=draw(st.sampled_from((1, 1, 1, 2))),
                ending=draw(st.sampled_from(((), (), *v.ENDINGS))),
                section=draw(st.sampled_from(("", "", *v.SECTIONS))),
            )
        )
    return tuple(made)


@st.composite
def one_voice(draw: st.DrawFn, ticks: int) -> Part:
    at, notes = 0, []
    while at < ticks and len(notes) < 30:
        at += draw(st.sampled_from((0, 0, 0, 12, 24, 7)))
        length = draw(st.one_of(st.sampled_from((6, 12, 24, 36, 48)), st.integers(1, 300)))
        if at + length > ticks:
            break
        notes.append(Note(at * TICK, length * TICK, draw(st.integers(0, 127))))
        at += length
    words = []
    for note in notes:
        if draw(st.booleans()):
            words.append((note.start, draw(st.booleans()), draw(st.sampled_from((None, 0, 1)))))
    return Part(Notes.of(notes), program=_program(draw), words=_sung(words))


def _sung(words: list[tuple[Fraction, bool, int | None]]) -> tuple[Sung, ...]:
    ends = [place + 1 == len(words) or words[place + 1][1] for place in range(len(words))]
    return tuple(
        Sung(start, Syllable("", is_start, ends[place], stress))
        for place, (start, is_start, stress) in enumerate(words)
    )


@st.composite
def many_notes(draw: st.DrawFn, ticks: int) -> Part:
    found: dict[tuple[int, int], Note] = {}
    for _ in range(draw(st.integers(0, 25))):
        start, pitch = draw(st.integers(0, ticks - 1)), draw(st.integers(0, 127))
        length = draw(st.integers(1, min(ticks - start, 16 * v.TICKS)))
        found[start, pitch] = Note(start * TICK, length * TICK, pitch)
    return Part(Notes.of(found.values()), program=_program(draw))


@st.composite
def drums(draw: st.DrawFn, bounds: list[int]) -> Part:
    """Strokes of a sixteenth, or of less where another one or a bar line (`bounds`, in ticks) comes sooner."""
    struck = draw(st.sets(st.tuples(st.integers(0, bounds[-1] - 1), st.sampled_from(v.DRUMS)), max_size=20))
    borders = sorted({*bounds, *(start for start, _ in struck)})
    lengths = {start: min(6, next(border for border in borders if border > start) - start) for start, _ in struck}
    return Part(Notes.of(Note(start * TICK, lengths[start] * TICK, pitch) for start, pitch in struck), is_drums=True)


def _program(draw: st.DrawFn) -> int:
    return draw(st.sampled_from([instrument.program for instrument in INSTRUMENTS]))


@st.composite
def scores(draw: st.DrawFn) -> Score:
    drawn = draw(bars())
    bounds = [int(sum_lengths(drawn[:count]) * v.TICKS) for count in range(len(drawn) + 1)]
    ticks = bounds[-1]
    kinds = st.one_of(one_voice(ticks), one_voice(ticks), many_notes(ticks), drums(bounds))
    parts = draw(st.lists(kinds, max_size=3))
    starts = sorted(draw(st.sets(st.integers(0, ticks - 1), max_size=8)))
    return Score(
        parts=tuple(part for part in parts if len(part.notes)),
        bars=drawn,
        chords=tuple(ChordAt(start * TICK, draw(chords(drawn, start * TICK))) for start in starts),
        tempos=draw(st.sampled_from(((), (Tempo(Fraction(0), 112.0),)))),
        style=draw(st.sampled_from(("", "reel", "jazz"))),
    )


@st.composite
def chords(draw: st.DrawFn, drawn: tuple[Bar, ...], at: Fraction) -> Chord:
    """A chord as it is spelled in the key of the bar that `at` lies in."""
    if draw(st.integers(0, 9)) == 0:
        return Chord(None)
    key = next(bar.key for place, bar in enumerate(drawn) if at < sum_lengths(drawn[: place + 1]))
    root = key.spell(draw(st.integers(0, 11)))
    step = draw(st.integers(0, 11))
    bass = spell((root.pc + step) % 12, key.signature) if step else None
    return Chord(root, draw(st.sampled_from(list(QUALITIES))), bass)
