"""MIDI files mean what the specification says."""

from __future__ import annotations

from fractions import Fraction

from segue.formats import midi
from segue.formats.midi import read
from segue.music.key import Key
from segue.music.metre import Metre
from segue.music.pitch import Tone
from segue.music.score import Bar, Part, Score, Tempo
from tests.formats.midi_bytes import END, key, meta, metre, off, on, smf, tune

F = Fraction
G = Key(Tone("G"))


def rows(part: Part) -> list[tuple[Fraction, Fraction, int, int]]:
    return [(note.start, note.length, note.pitch, note.velocity) for note in part.notes]


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
