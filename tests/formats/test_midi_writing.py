"""What is written as MIDI comes back as it was, and is heard so by others."""

from __future__ import annotations

import io
from fractions import Fraction

import mido
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from segue.errors import InputError
from segue.formats.midi import read, write
from segue.music.chord import Chord
from segue.music.key import Key
from segue.music.lyric import Sung, Syllable
from segue.music.metre import Metre
from segue.music.note import Note, Notes
from segue.music.pitch import Tone
from segue.music.score import Bar, ChordAt, Part, Score, Tempo

F = Fraction
G = Key(Tone("G"))


def rows(part: Part) -> list[tuple[Fraction, Fraction, int, int]]:
    return [(note.start, note.length, note.pitch, note.velocity) for note in part.notes]


def song() -> Score:
    """Everything at once that a MIDI file can say."""
    bars = (
        Bar(Metre(3, 4), G, F(1), section="Intro"),
        Bar(Metre(3, 4), G),
        Bar(Metre(6, 8), Key(Tone("E"), "minor")),
        Bar(Metre(3, 4), Key(Tone("G", -1)), F(2)),
    )
    melody = [
        Note(F(0), F(1, 3), 60, 1),
        Note(F(1, 3), F(2, 3), 127, 127),
        Note(F(1), F(3), 0),
        Note(F(4), F(1, 8), 61),
    ]
    words = (
        Sung(F(0), Syllable("Hel", True, False)),
        Sung(F(1, 3), Syllable("lo-", False, True)),
        Sung(F(0), Syllable("你"), 2),
        Sung(F(1), Syllable("好"), 2),
    )
    parts = (
        Part(Notes.of(melody), "Voice", 52, words=words),
        Part(Notes.of([Note(F(0), F(4), 40)]), "Bass", 32),
        Part(Notes.of([Note(F(0), F(1, 4), 36), Note(F(0), F(1, 4), 42)]), "Kit", 8, is_drums=True),
    )
    chords = (
        ChordAt(F(0), Chord.parse("G/B")),
        ChordAt(F(1), Chord.parse("N.C.")),
        ChordAt(F(8), Chord.parse("Cmaj7")),
    )
    return Score(parts, bars, chords, (Tempo(F(0), 132.5), Tempo(F(4), 61)), title="A song " * 30 + "of länge")


def test_a_song_comes_back_as_it_was_written() -> None:
    assert read(write(song())) == song()


def test_what_is_written_is_heard_so_by_others() -> None:
    """mido finds drums on channel 10, one channel for each part, lyrics, markers, and the pick-up as a metre twice."""
    file = mido.MidiFile(file=io.BytesIO(write(song())))
    assert file.type == 1
    assert [track.name.strip() for track in file.tracks[1:]] == ["Chords", "Voice", "Voice", "Bass", "Kit"]
    assert {track.name: {event.channel for event in track if event.type == "note_on"} for track in file.tracks[4:]} == {
        "Bass": {1},
        "Kit": {9},
    }
    metres = [(event.numerator, event.denominator) for event in file.tracks[0] if event.type == "time_signature"]
    assert metres == [(3, 4), (3, 4), (6, 8), (3, 4), (3, 4)]
    assert [event.text for event in file.tracks[1] if event.type == "marker"] == ["G/B", "N.C.", "Cmaj7"]
    assert [event.key for event in file.tracks[0] if event.type == "key_signature"] == ["G", "Em", "Gb"]


def test_a_bar_longer_than_its_metre_becomes_a_metre_of_its_length() -> None:
    back = read(write(Score(bars=(Bar(length=F(5)), Bar(length=F(9, 2)), Bar()))))
    assert [bar.metre for bar in back.bars] == [Metre(5, 4), Metre(9, 8), Metre(4, 4)]
    with pytest.raises(InputError, match="a bar of 13/3 quarter notes"):
        write(Score(bars=(Bar(length=F(13, 3)),)))


def test_a_tempo_that_midi_cannot_say_is_refused() -> None:
    with pytest.raises(InputError, match=r"a tempo of 2 quarter notes a minute; MIDI can say 3\.58"):
        write(Score(bars=(Bar(),), tempos=(Tempo(F(0), 2),)))


def test_times_beyond_every_resolution_are_rounded_to_a_fine_one() -> None:
    times = [F(1, 7), F(1, 11), F(1, 13), F(1, 17), F(1, 19)]
    notes = Notes.of([Note(F(place), length, 60) for place, length in enumerate(times)])
    back = read(write(Score((Part(notes),), (Bar(),) * 2))).parts[0].notes
    assert back.resolution == 27_720
    assert all(abs(mine.length - length) <= F(1, 55_440) for mine, length in zip(back, times, strict=True))


def test_a_mode_keeps_its_signature() -> None:
    back = read(write(Score(bars=(Bar(key=Key(Tone("D"), "dorian")), Bar(key=Key(Tone("G", 1), "major"))))))
    assert [bar.key.signature for bar in back.bars] == [0, -4]


def test_many_parts_share_channels_by_program_and_come_back_apart() -> None:
    notes = Notes.of([Note(F(0), F(1), 60)])
    score = Score(tuple(Part(notes, f"part {number}", number % 20) for number in range(40)), (Bar(),))
    assert read(write(score)) == score


lengths = st.sampled_from([F(1, 4), F(1, 3), F(1, 2), F(1), F(3, 2), F(7, 5)])


@st.composite
def scores(draw: st.DrawFn) -> Score:
    """Scores whose parts never sound one pitch twice at once."""
    metres = draw(st.lists(st.sampled_from([(4, 4), (3, 4), (6, 8), (7, 16), (2, 2)]), min_size=1, max_size=5))
    keys = st.builds(Key.of_signature, st.integers(-7, 7), st.sampled_from(["major", "minor"]))
    bars = []
    for count, value in metres:
        whole = Metre(count, value)
        bars.append(
            Bar(
                whole,
                draw(keys),
                draw(st.sampled_from([whole.length, whole.length / 2])),
                section=draw(st.sampled_from(["", "", "Coda"])),
            )
        )
    end = sum(bar.length for bar in bars)
    parts = []
    for place in range(draw(st.integers(0, 3))):
        at, notes = F(0), []
        for length in draw(st.lists(lengths, max_size=8)):
            if at + length > end:
                break
            notes.append(Note(at, length, draw(st.integers(0, 127)), draw(st.integers(1, 127))))
            at += length
        if notes:
            parts.append(Part(Notes.of(notes), f"p{place}", draw(st.integers(0, 127)), draw(st.booleans())))
    labels = st.sampled_from(["C", "F#m7b5", "Bbmaj7/D", "N.C.", "G7sus4"])
    starts = sorted(draw(st.sets(st.integers(0, int(end * 4) - 1), max_size=4)))
    chords = tuple(ChordAt(F(start, 4), Chord.parse(draw(labels))) for start in starts)
    tempos = (Tempo(F(0), draw(st.integers(4, 400))),)
    return Score(tuple(parts), tuple(bars), chords, tempos, title=draw(st.sampled_from(["", "Tune", "曲"])))


@given(scores())
@settings(max_examples=150, deadline=None)
def test_what_is_written_is_read_back(score: Score) -> None:
    assert read(write(score)) == score
