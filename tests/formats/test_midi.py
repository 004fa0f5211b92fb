"""MIDI files mean what the specification says, come back as they were written, and nasty ones are refused at a byte."""

from __future__ import annotations

import io
import time
from collections import Counter, deque
from fractions import Fraction
from pathlib import Path
from typing import Any

import mido
import pytest
from benchmarks.result import data_dir
from hypothesis import given, settings
from hypothesis import strategies as st

from segue.errors import FormatError, InputError, UnavailableError
from segue.formats import midi
from segue.formats.midi import read, write
from segue.music.chord import Chord
from segue.music.key import Key
from segue.music.lyric import Sung, Syllable
from segue.music.metre import Metre
from segue.music.note import Note, Notes
from segue.music.pitch import Tone
from segue.music.score import Bar, ChordAt, Part, Score, Tempo
from tests.formats.midi_bytes import END, key, meta, metre, number, off, on, smf, tune

F = Fraction
G = Key(Tone("G"))


def rows(part: Part) -> list[tuple[Fraction, Fraction, int, int]]:
    return [(note.start, note.length, note.pitch, note.velocity) for note in part.notes]


# ---- reading


def test_the_example_is_read_as_it_was_put_together() -> None:
    score = read(midi.EXAMPLE)
    (part,) = score.parts
    assert rows(part) == [(F(0), F(1), 67, 80), (F(1), F(1), 69, 80)]
    assert (part.name, part.program, part.is_drums) == ("Viol", 40, False)
    assert [(sung.start, sung.syllable.text) for sung in part.words] == [(F(0), "La"), (F(1), "la!")]
    assert score.bars == (Bar(Metre(3, 4), G),)
    assert score.tempos == (Tempo(F(0), 120.0),)
    assert score.notice == ()


def test_notes_are_sorted_by_start_pitch_and_length() -> None:
    part = read(smf(on(0, 72) + on(0, 60) + on(0, 60) + off(240, 60) + off(240, 60) + off(0, 72) + END)).parts[0]
    assert rows(part) == [(F(0), F(1, 2), 60, 80), (F(0), F(1), 60, 80), (F(0), F(1), 72, 80)]


def test_tracks_channels_and_programs_are_parts() -> None:
    drums = b"\0\x99\x24\x50" + b"\x60\x89\x24\0"
    two = b"\0\xc0\x28" + b"\0\xc1\x20" + on(0, 60) + on(0, 36, channel=1) + off(480, 60) + off(0, 36, channel=1)
    score = read(smf(meta(0, 3, b"Title") + END, meta(0, 3, b"duo") + two + END, meta(0, 3, b"kit") + drums + END))
    told = [(part.name, part.program, part.is_drums, part.notes[0].pitch) for part in score.parts]
    assert told == [("duo", 40, False, 60), ("duo", 32, False, 36), ("kit", 0, True, 36)]
    assert score.title == "Title"


def test_a_new_metre_cuts_a_bar_short_and_keys_fall_on_bars() -> None:
    conductor = metre(0, 4, 2) + key(0, 1) + metre(480, 4, 2) + metre(4 * 480, 3, 2) + key(0, -3, 1) + END
    score = read(smf(conductor, tune(*[60] * 8) + END))
    assert [(bar.metre, bar.length, bar.key) for bar in score.bars] == [
        (Metre(4, 4), F(1), G),
        (Metre(4, 4), F(4), G),
        (Metre(3, 4), F(3), Key(Tone("C"), "minor")),
    ]


def test_without_a_metre_bars_are_four_quarters_and_notes_beyond_the_last_extend_them() -> None:
    assert read(smf(tune(*[60] * 9) + END)).bars == (Bar(),) * 3


def test_the_most_frequent_key_is_kept_where_parts_differ() -> None:
    score = read(smf(*(key(0, fifths) + tune(60) + END for fifths in (0, 2, 0, 0))))
    assert score.key == Key()
    assert score.notice == ("parts differ in key signature; the most frequent one is kept",)


def test_a_tempo_is_as_round_as_midi_says_it() -> None:
    tempos = [meta(480, 0x51, round(60e6 / bpm).to_bytes(3, "big")) for bpm in (130, 72.5, 119.999)]
    score = read(smf(b"".join(tempos) + END, tune(60, 60, 60, 60) + END))
    assert [(tempo.start, tempo.bpm) for tempo in score.tempos] == [(F(1), 130), (F(2), 72.5), (F(3), 119.999)]


def test_a_note_without_length_lasts_one_tick_and_that_is_said() -> None:
    score = read(smf(on(0, 60) + off(0, 60) + on(0, 62) + off(480, 62) + END))
    assert rows(score.parts[0]) == [(F(0), F(1, 480), 60, 80), (F(0), F(1), 62, 80)]
    assert score.notice == ("1 notes without length last one tick",)


def test_what_metre_and_tempo_cannot_be_is_left_out_and_said() -> None:
    score = read(smf(metre(0, 0, 2) + meta(0, 0x51, b"\0\0\1") + key(0, 9) + tune(60) + END))
    assert (score.metre, score.tempos, score.key) == (Metre(), (), Key())
    told = " ".join(score.notice)
    assert "0/4 is no metre" in told
    assert "a tempo of 1 microseconds" in told
    assert "a key signature of 9 sharps is left out" in told


def test_lyrics_find_the_part_that_sings_them_and_verses_follow() -> None:
    """As LilyPond writes them: lyric tracks without notes after the melody, the accompaniment with other onsets."""
    lyric = meta(0, 5, b"A-") + meta(480, 5, b"men,") + meta(480, 5, "süß".encode())
    second = meta(0, 5, b"O") + meta(480, 5, b"well- ") + meta(480, 5, b"come")
    bass = tune(48, length=960) + tune(43)
    score = read(smf(tune(60, 62, 64) + END, lyric + END, second + END, bass + END))
    assert [len(part.words) for part in score.parts] == [6, 0]
    told = [
        (one.verse, one.start, one.syllable.text, one.syllable.is_start, one.syllable.is_end)
        for one in score.parts[0].words
    ]
    assert told[:3] == [(1, F(0), "A", True, False), (1, F(1), "men,", False, True), (1, F(2), "süß", True, True)]
    assert told[3:] == [(2, F(0), "O", True, True), (2, F(1), "well-", True, True), (2, F(2), "come", True, True)]


def told_words(score: Score) -> list[str]:
    """Syllables, joined by hyphens to the next one where a word goes on."""
    return [sung.syllable.text + "-" * (not sung.syllable.is_end) for part in score.parts for sung in part.words]


def test_blanks_join_syllables_as_well_as_hyphens_do() -> None:
    def lyric(*texts: bytes) -> Score:
        events = b"".join(meta(480, 5, text) for text in texts)
        return read(smf(tune(*[60] * 9) + END, events + END))

    after = lyric(b"Hel", b"lo ", b"big ", b"world\r", b"it ", b"is")
    assert told_words(after) == ["Hel-", "lo", "big", "world", "it", "is"]
    assert [sung.syllable.is_start for sung in after.parts[0].words] == [True, False, True, True, True, True]
    before = lyric(b"/Hel", b"lo", b" big", b"\\world", b" it", b" is")
    assert told_words(before) == ["Hel-", "lo", "big", "world", "it", "is"]
    assert told_words(lyric(b"Stil-", b"le", b"Nacht,", b"hei-", b"li-", b"ge")) == [
        "Stil-",
        "le",
        "Nacht,",
        "hei-",
        "li-",
        "ge",
    ]


def test_letters_of_windows_are_read() -> None:
    score = read(
        smf(
            meta(0, 3, "Grün".encode("cp1252")) + END,
            tune(60, 62) + END,
            meta(0, 5, b"gr\xfcn") + meta(480, 5, b"ist") + END,
        )
    )
    assert (score.title, told_words(score)) == ("Grün", ["grün", "ist"])


def test_karaoke_files_keep_their_words_as_texts() -> None:
    texts = (b"@LENGL", b"@TSilent Night", b"\\Si", b"lent", b" night,", b"/ho", b"ly")
    words = b"".join(meta(0 if text.startswith(b"@") else 480, 1, text) for text in texts)
    head = meta(0, 3, b"Soft karaoke") + meta(0, 1, b"@KMIDI KARAOKE FILE") + END
    score = read(smf(head, tune(*[60] * 9) + END, meta(0, 3, b"Words") + words + END))
    assert score.title == "Silent Night"
    assert told_words(score) == ["Si-", "lent", "night,", "ho-", "ly"]
    assert [sung.start for sung in score.parts[0].words] == [1, 2, 3, 4, 5]


def test_markers_that_are_all_chords_are_chords() -> None:
    def markers(*labels: str) -> Score:
        return read(smf(b"".join(meta(960, 6, label.encode()) for label in labels) + END, tune(*[60] * 9) + END))

    assert [(one.start, str(one.chord)) for one in markers("C", "Am7", "F/A").chords] == [
        (2, "C"),
        (4, "Am7"),
        (6, "F/A"),
    ]
    assert [bar.section for bar in markers("A", "B", "C").bars] == ["", "B", ""]
    assert markers("C", "Am7", "Coda").chords == ()


def test_a_part_of_block_chords_is_read_as_chord_symbols() -> None:
    """As POP909-CL keeps its labels."""

    def block(*pitches: int) -> bytes:
        return (
            b"".join(on(0, pitch) for pitch in pitches)
            + off(480, pitches[0])
            + b"".join(off(0, p) for p in pitches[1:])
        )

    blocks = block(48, 52, 55) + block(48, 52, 55) + block(47, 50, 55) + block(57, 60, 64, 67) + block(50, 53, 56, 59)
    score = read(smf(tune(*[60] * 5) + END, meta(0, 3, b"chords") + blocks + END))
    assert len(score.parts) == 1
    assert [(str(one.chord), one.start) for one in score.chords] == [
        ("C", F(0)),
        ("G/B", F(2)),
        ("Am7", F(3)),
        ("Ddim7", F(4)),
    ]
    alone = read(smf(meta(0, 3, b"chords") + blocks + END))
    assert (len(alone.parts), alone.chords) == (1, ())


def test_markers_name_the_bars_they_stand_on() -> None:
    score = read(smf(meta(0, 6, b"Verse") + meta(1920, 6, b"B") + meta(100, 6, b"here") + END, tune(*[60] * 8) + END))
    assert [bar.section for bar in score.bars] == ["Verse", "B"]
    assert score.chords == ()


# ---- writing


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


# ---- nasty files

FAR = b"\xc0\x80\x80\x00"  # a time of 134,217,728 ticks
NASTY = {
    "empty": (b"", r"byte 0: the file is empty \(0 bytes\)"),
    "not MIDI": (b"RIFF" * 20, r"byte 0: it begins with b'RIFF'; a MIDI file begins with b'MThd'"),
    "header only": (smf()[:9], r"byte 9: a header of 9 bytes; 14 are needed"),
    "no track": (smf(), r"byte 14: no track in it"),
    "truncated": (smf(tune(60) + END)[:-5], r"byte 18: a chunk of 13 bytes where 8 are left"),
    "a chunk that lies": (smf(tune(60) + END)[:18] + b"\xff\xff\xff\xff", r"byte 18: a chunk of 4,294,967,295 bytes"),
    "film frames": (smf(tune(60) + END, resolution=0xE728), r"byte 12: times in film frames \(SMPTE\)"),
    "no resolution": (smf(tune(60) + END, resolution=0), r"byte 12: 0 ticks to a quarter note"),
    "far note": (smf(on(0, 60) + FAR + b"\x80\x3c\0" + END), r"byte 26: a time of 134,217,728 ticks"),
    "wrapping times": (
        smf((FAR + b"\x90\x3c\x50" + FAR + b"\x80\x3c\0") * 20 + END),
        r"byte 22: a time of 134,217,728",
    ),
    "data without status": (smf(b"\0\x10\x10" + tune(60) + END), r"byte 23: 0x10 begins no event"),
    "data too high": (smf(b"\0\x90\xc8\xc8" + off(10, 60) + END), r"byte 23: 0x90 begins no event"),
    "a text that lies": (
        smf(b"\0\xff\x05\xff\xff\xff\x7f" + END),
        r"byte 25: an event of 268,435,455 bytes where 4 are",
    ),
    "a time without end": (smf(b"\xff\xff\xff\xff\xff\xff"), r"byte 22: a time that does not end"),
    "66 bytes": (
        smf(FAR + metre(0, 1, 6)[1:] + FAR + metre(0, 1, 6)[1:] + FAR + on(0, 60)[1:] + FAR + off(0, 60)[1:] + END),
        r"byte 22: a time of 134,217,728 ticks",
    ),
    "as many tracks": (smf(*[END] * 20_000), r"byte 10: 20,000 tracks; at most 1,000 are read"),
    "too large": (smf(tune(60) + END) + bytes(5_000_000), r"byte 5000000: 5,000,035 bytes; at most 5,000,000 are read"),
    "bars without end": (
        smf(metre(0, 1, 6) + END, on(0, 60) + number(1 << 21) + off(0, 60)[1:] + END, resolution=24),
        r"1,398,102 bars; at most 100,000 are read",
    ),
    "words without end": (smf(meta(0, 5, b"la") * 60_000 + END), r"60,000 lyric events; at most 50,000 are read"),
    "too long": (
        smf(on(0, 60) + number(1 << 21) + off(0, 60)[1:] + END, resolution=1),
        r"2,097,152 quarter notes long; at most 100,000 are read",
    ),
    "too many parts": (
        smf(*(b"\0\xc0" + bytes((n % 128,)) + tune(60) + END for n in range(300))),
        r"300 parts; at most 256 are read",
    ),
}


@pytest.mark.parametrize("name", NASTY)
def test_a_nasty_file_is_refused_at_once_with_its_byte(name: str) -> None:
    data, message = NASTY[name]
    began = time.process_time()
    with pytest.raises(FormatError, match=message):
        read(data, file="nasty.mid")
    assert time.process_time() - began < 1


def test_an_error_names_the_file() -> None:
    with pytest.raises(FormatError, match=r"^nasty\.mid, byte 18: ") as caught:
        read(NASTY["truncated"][0], file="nasty.mid")
    assert (caught.value.file, caught.value.place) == ("nasty.mid", "byte 18")


STOP = END[1:]  # where a time stands before it already
FULL = {
    "running status all the way": (smf(b"\0\x90" + b"\x3c\x50\1\x3c\0\1" * 800_000 + STOP), 800_000),
    "notes that never end": (smf(b"\0\x90" + b"\x3c\x50\0" * 1_600_000 + STOP, tune(60) + END), 1),
    "all at once": (smf(b"\0\x90" + b"\x3c\x50\0" * 800_000 + b"\x3c\0\1" * 800_000 + STOP), 800_000),
    "words and markers": (smf((b"\0\xff\5\1a" + b"\1\xff\6\1b") * 49_000 + END, tune(60) + END), 1),
    "words for many": (smf(*[tune(60) + END] * 250, *[meta(0, 5, b"la") * 60 + END] * 700), 250),
    "metres and keys": (
        smf((metre(0, 4, 2) + key(1, 1) + metre(1, 3, 2) + key(1, 2)) * 12_000 + END, tune(60) + END),
        1,
    ),
    "tempos": (smf((b"\1\xff\x51\3\7\xa1\x20" + b"\1\xff\x51\3\7\xa1\x21") * 24_000 + END, tune(60) + END), 1),
    "chord symbols": (
        smf(
            tune(60) + END,
            meta(0, 3, b"Chords") + b"".join(meta(9, 6, b"C7#9/%c" % (65 + n % 7)) for n in range(49_000)) + END,
        ),
        1,
    ),
    "sections": (
        smf(metre(0, 1, 6) + b"".join(meta(30, 6, b"%d" % n) for n in range(49_000)) + END, tune(60) + END),
        1,
    ),
}


@pytest.mark.parametrize("name", FULL)
def test_a_file_full_of_one_thing_takes_under_a_second(name: str) -> None:
    data, notes = FULL[name]
    began = time.process_time()
    score = read(data)
    assert time.process_time() - began < 1
    assert sum(len(part.notes) for part in score.parts) == notes


# ---- real files

CORPORA = {
    "pop909": ("pop909/*/*.mid", 909),
    "pop909_cl": ("pop909_cl/POP909_processed/*.mid", 909),
    "mutopia": ("mutopia_midi/*.mid", 2_883),
    "ceol_rince": ("ceol_rince/MIDI/*.mid", 1_195),
    "groove": ("groove/groove/*/*/*.mid", 1_150),
}


def corpus(name: str, every: int = 1) -> list[Path]:
    pattern, count = CORPORA[name]
    try:
        files = sorted(data_dir().glob(pattern))
    except UnavailableError as error:
        pytest.skip(str(error))
    if len(files) != count:
        pytest.skip(f"{len(files)} files of {name}, not {count}")
    return files[::every]


def heard_by_mido(data: bytes) -> Counter[tuple[int, int, int, int, bool]]:
    """Start, length, pitch, velocity and whether it is a drum, of every note that ends."""
    found: Counter[tuple[int, int, int, int, bool]] = Counter()
    for track in mido.MidiFile(file=io.BytesIO(data)).tracks:
        at = 0
        begun: dict[tuple[int, int], deque[tuple[int, int]]] = {}
        for event in track:
            at += event.time
            if event.type not in ("note_on", "note_off"):
                continue
            waiting = begun.setdefault((event.channel, event.note), deque())
            if event.type == "note_on" and event.velocity:
                waiting.append((at, event.velocity))
            elif waiting:
                start, velocity = waiting.popleft()
                found[start, max(1, at - start), event.note, velocity, event.channel == 9] += 1
    return found


def heard_by_us(score: Score) -> Counter[tuple[int, int, int, int, bool]]:
    return Counter(
        (*row, part.is_drums)
        for part in score.parts
        for row in zip(part.notes.starts, part.notes.lengths, part.notes.pitches, part.notes.velocities, strict=True)
    )


def check_read_back(name: str, every: int) -> Any:
    wrong = []
    for path in corpus(name, every):
        score = read(path.read_bytes(), file=path.name)
        written = write(score)
        again = read(written)
        if again != score or heard_by_us(again) != heard_by_mido(written):
            wrong.append(path.name)
        if name != "pop909_cl" and heard_by_us(score) != heard_by_mido(path.read_bytes()):
            wrong.append(f"{path.name} itself")
    return wrong


@pytest.mark.parametrize("name", CORPORA)
def test_real_files_are_read_as_mido_reads_them_and_come_back(name: str) -> None:
    assert check_read_back(name, every=100) == []


@pytest.mark.slow
@pytest.mark.parametrize("name", CORPORA)
def test_all_real_files_come_back(name: str) -> None:
    wrong = []
    for path in corpus(name):
        score = read(path.read_bytes(), file=path.name)
        if read(write(score)) != score:
            wrong.append(path.name)
    assert wrong == []


def test_pop909_cl_keeps_its_chords() -> None:
    found = [read(path.read_bytes()) for path in corpus("pop909_cl", every=10)]
    assert sum(bool(score.chords) for score in found) >= 0.98 * len(found)


def test_pretty_midi_hears_the_same_in_seconds() -> None:
    pretty_midi = pytest.importorskip("pretty_midi")
    for path in corpus("mutopia", every=200):
        score = read(path.read_bytes())
        theirs = pretty_midi.PrettyMIDI(io.BytesIO(write(score)))
        assert sum(len(instrument.notes) for instrument in theirs.instruments) == sum(
            map(len, (p.notes for p in score.parts))
        )
        assert len(theirs.lyrics) == sum(len(part.words) for part in score.parts)
        assert abs(len(theirs.get_downbeats()) - len(score.bars)) <= 1
