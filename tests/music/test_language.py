"""The score language: what is encoded is decoded to the same score, and what it cannot say is told."""

from __future__ import annotations

from fractions import Fraction

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from segue.errors import InputError
from segue.music.chord import Chord
from segue.music.key import Key
from segue.music.language import vocabulary as v
from segue.music.language.decode import decode
from segue.music.language.encode import encode
from segue.music.language.grammar import Limits, check
from segue.music.metre import Metre
from segue.music.note import Note, Notes
from segue.music.score import Bar, ChordAt, Part, Score, Tempo
from tests.music.scores import scores

Q = Fraction


def lead_sheet() -> Score:
    """Two bars of 3/4 in D with a pick-up, one chord a bar, and a note held over the bar line."""
    bars = (Bar(Metre(3, 4), Key.parse("D"), Q(1)), Bar(Metre(3, 4), Key.parse("D")), Bar(Metre(3, 4), Key.parse("D")))
    notes = Notes.of([Note(Q(0), Q(1), 69), Note(Q(1), Q(2), 74), Note(Q(3), Q(2), 78), Note(Q(5), Q(2), 74)])
    chords = (ChordAt(Q(1), Chord.parse("D")), ChordAt(Q(4), Chord.parse("A7/E")))
    return Score((Part(notes, program=73),), bars, chords, (Tempo(Q(0), 112.0),), style="waltz")


def test_a_lead_sheet_in_words() -> None:
    assert str(encode(lead_sheet())) == (
        "task:lead source:notated style:waltz mode:major tonic:2 metre:3/4 tempo:112 "
        "voice:1 kind:mono inst:flute register:1 "
        "bar:0 partial hold:24 voice:1 note:-5:24 "
        "bar:1 chords root:0 quality: voice:1 note:0:48 note:4:24 "
        "bar:2 chords root:7 quality:7 bass:7 voice:1 hold:24 note:0:48 end"
    )


def test_a_task_puts_the_chords_behind_the_voices() -> None:
    said = str(encode(lead_sheet(), "harmonize"))
    assert "bar:2 voice:1 hold:24 note:0:48 chords root:7 quality:7 bass:7 end" in said
    assert decode(encode(lead_sheet(), "harmonize").tokens) == lead_sheet()


def test_what_is_masked_is_said_at_the_end() -> None:
    code = encode(lead_sheet(), masks=[(1, 1), (2, 0), (0, 0)])
    assert str(code).endswith(
        "bar:0 partial hold:24 chords mask voice:1 note:-5:24 "
        "bar:1 chords root:0 quality: voice:1 mask "
        "bar:2 chords mask voice:1 hold:24 note:0:48 "
        "fill bar:0 chords silent bar:1 voice:1 note:0:48 note:4:24 bar:2 chords root:7 quality:7 bass:7 end"
    )
    assert decode(code.tokens) == lead_sheet()


def test_an_excerpt_says_anew_what_sounds_on() -> None:
    code = encode(lead_sheet(), first=2)
    assert "later" in str(code) and "bar:2 chords root:7 quality:7 bass:7 voice:1 note:4:24 note:0:48" in str(code)
    excerpt = decode(code.tokens)
    assert [note.pitch for note in excerpt.parts[0].notes] == [78, 74]
    assert excerpt.bars == lead_sheet().bars[2:]


def test_changes_and_triads_say_the_chords_alone() -> None:
    key = Key.parse("A minor")
    labels = ("Am", "Am7", "D9", "D9", "Esus4", "E7", "N.C.", "E7")
    bars = tuple(Bar(key=key) for _ in labels)
    chords = tuple(ChordAt(Q(4 * place), Chord.parse(label)) for place, label in enumerate(labels))
    score = Score(bars=bars, chords=chords)
    assert str(encode(score, "triads", source="chart")).endswith("root:0 quality:m root:5 quality: root:7 quality: end")
    assert "root:0 quality:m root:0 quality:m7 root:5 quality:9 root:7 quality:sus4 root:7 quality:7 nc root:7" in str(
        encode(score, "changes", source="chart")
    )
    found = [str(one.chord) for one in decode(encode(score, "triads").tokens).chords]
    assert found == ["Am", "D", "E"]


def test_what_cannot_be_said_is_told() -> None:
    notes = Notes.of([Note(Q(0), Q(1, 7), 60, velocity=99)])
    part = Part(notes, name="Solo", program=1)
    bar = Bar(Metre(17, 16), Key.parse("G#"), section="Coda 2", ending=(7,), repeats_to=3)
    lost = " | ".join(encode(Score((part,), (bar,), tempos=(Tempo(Q(0), 100.0),), title="X", style="grindcore")).lost)
    for what in (
        "title", "names of parts", "velocities", "times between ticks", "key G# major is said as Ab major",
        "tempo 100 is said as 96", "program 1 is said as 0 (piano)", "metre 17/16 is said as 4/4", "ending (7,)",
        "section 'Coda 2'", "played 3 times", "style 'grindcore' is said as 'unknown'",
    ):  # fmt: skip
        assert what in lost


def kit(*rows: tuple[int, int, int]) -> Score:
    """Two bars of 3/8 of drums; rows are start and length in ticks, and the drum."""
    notes = Notes.of(Note(Q(start, 24), Q(length, 24), pitch) for start, length, pitch in rows)
    return Score((Part(notes, is_drums=True),), (Bar(Metre(3, 8)),) * 2)


def test_drum_notes_last_a_sixteenth_or_until_the_next_or_to_the_bar_line() -> None:
    # from 0 four ticks to the next, from 4 a sixteenth, from 32 four to the bar line at 36, from 60 a sixteenth
    score = kit((0, 4, 36), (0, 4, 42), (4, 6, 38), (32, 4, 42), (60, 6, 36))
    code = encode(score)
    assert decode(code.tokens) == score
    assert encode(decode(code.tokens)).lost == code.lost == ()


def test_other_lengths_of_drum_notes_are_told_and_said_alike() -> None:
    score, long = kit((0, 6, 36), (24, 6, 38)), kit((0, 24, 36), (24, 1, 38))
    assert encode(long).lost == ("lengths of drum notes",)
    assert encode(long).tokens == encode(score).tokens
    assert decode(encode(long).tokens) == score


@settings(max_examples=150, deadline=None)
@given(scores(), st.sampled_from(("lead", "harmonize")))
def test_decoding_undoes_encoding(score: Score, task: str) -> None:
    code = encode(score, task)
    assert code.lost == ()
    assert decode(code.tokens) == score
    assert check(code.tokens).is_ended


@settings(max_examples=100, deadline=None)
@given(scores(), st.data())
def test_decoding_undoes_encoding_with_masks(score: Score, data: st.DataObject) -> None:
    lanes = [(bar, lane) for bar in range(len(score.bars)) for lane in range(len(score.parts) + 1)]
    masks = data.draw(st.sets(st.sampled_from(lanes)))
    assert decode(encode(score, masks=masks).tokens) == score


@settings(max_examples=100, deadline=None)
@given(scores(), st.data())
def test_excerpts_follow_the_grammar(score: Score, data: st.DataObject) -> None:
    first = data.draw(st.integers(0, len(score.bars) - 1))
    last = data.draw(st.integers(first + 1, len(score.bars)))
    tokens = encode(score, first=first, last=last).tokens
    assert decode(tokens).bars == score.bars[first:last]


def test_bad_calls_name_what_is_accepted() -> None:
    with pytest.raises(InputError, match=r"task 'leed' is none of .*did you mean \"lead\""):
        encode(lead_sheet(), "leed")
    with pytest.raises(InputError, match=r"mask \(3, 0\): bars 0 to 2, lanes 0 to 1 are accepted"):
        encode(lead_sheet(), masks=[(3, 0)])
    with pytest.raises(InputError, match="has no bars"):
        encode(Score())
    with pytest.raises(InputError, match="source 'tape' is none of notated"):
        encode(lead_sheet(), source="tape")
    with pytest.raises(InputError, match=r"token 8: 'end' cannot follow here"):
        decode([*encode(lead_sheet()).tokens[:7], v.END])


def test_transposed_music_differs_in_its_tonic_alone() -> None:
    score = lead_sheet()
    notes = Notes.of(Note(note.start, note.length, note.pitch + 3, 80) for note in score.parts[0].notes)
    chords = tuple(
        ChordAt(one.start, Chord.parse(label)) for one, label in zip(score.chords, ("F", "C7/G"), strict=True)
    )
    bars = tuple(Bar(bar.metre, Key.parse("F"), bar.length) for bar in score.bars)
    moved = score.replace(parts=(Part(notes, program=73),), chords=chords, bars=bars)
    ours, theirs = encode(score).tokens, encode(moved).tokens
    differing = [v.TOKENS[a] for a, b in zip(ours, theirs, strict=True) if a != b]
    assert differing == ["tonic:2"]


def test_the_vocabulary_is_what_the_weights_know() -> None:
    assert v.SIZE == len(set(v.TOKENS)) == 960
    assert check(encode(lead_sheet()).tokens[:-1], Limits()).legal()
