"""What the MusicXML reader promises, on small scores whose right answer is known."""

from __future__ import annotations

from fractions import Fraction as F

import pytest

from segue.errors import FormatError
from segue.formats import musicxml
from segue.music.chord import Chord
from segue.music.key import Key
from segue.music.metre import Metre
from segue.music.score import ChordAt, Score, Tempo

HEAD = '<?xml version="1.0" encoding="UTF-8"?>\n<!DOCTYPE score-partwise PUBLIC '
HEAD += '"-//Recordare//DTD MusicXML 4.0 Partwise//EN" "http://www.musicxml.org/dtds/partwise.dtd">\n'
KEY, TIME = "<key><fifths>0</fifths><mode>major</mode></key>", "<time><beats>4</beats><beat-type>4</beat-type></time>"
FOUR = f"<attributes><divisions>4</divisions>{KEY}{TIME}</attributes>"


def note(pitch: str, duration: int, more: str = "") -> str:
    """A note such as C4 (R is a rest) with a duration in divisions; `more` may begin with <chord/> or <grace/>."""
    alter = {"#": "<alter>1</alter>", "b": "<alter>-1</alter>"}.get(pitch[1:-1], "")
    lead = next((tag for tag in ("<chord/>", "<grace/>", "<cue/>") if more.startswith(tag)), "")
    where = f"<pitch><step>{pitch[0]}</step>{alter}<octave>{pitch[-1]}</octave></pitch>" if pitch != "R" else "<rest/>"
    timed = "" if lead == "<grace/>" else f"<duration>{duration}</duration>"
    return f"<note>{lead}{where}{timed}{more[len(lead) :]}</note>"


def backup(duration: int) -> str:
    return f"<backup><duration>{duration}</duration></backup>"


def measures(*bars: str) -> str:
    return "".join(
        bar if bar.startswith("<measure") else f'<measure number="{number}">{bar}</measure>'
        for number, bar in enumerate(bars, 1)
    )


def score(*bars: str, part: str = "<part-name>Flute</part-name>", head: str = "", more: str = "") -> bytes:
    """A score of one part; `more` holds further <score-part>s and, after a |, <part>s."""
    listed, _, parts = more.partition("|")
    inner = f'{head}<part-list><score-part id="P1">{part}</score-part>{listed}</part-list>'
    return f'{HEAD}<score-partwise>{inner}<part id="P1">{measures(*bars)}</part>{parts}</score-partwise>'.encode()


def read(*bars: str, part: str = "<part-name>Flute</part-name>", head: str = "") -> Score:
    return musicxml.read(score(*bars, part=part, head=head))


def rows(read: Score, part: int = 0) -> list[tuple[F, F, int]]:
    """Start, length and pitch of each note of a part."""
    return [(one.start, one.length, one.pitch) for one in read.parts[part].notes]


# ---- notes


def test_notes_chords_and_rests_have_their_places() -> None:
    found = read(FOUR + note("C4", 4) + note("E4", 4, "<chord/>") + note("R", 2) + note("F#4", 2) + note("Bb3", 8))
    assert rows(found) == [(F(0), F(1), 60), (F(0), F(1), 64), (F(3, 2), F(1, 2), 66), (F(2), F(2), 58)]
    assert found.notice == ()


def test_voices_are_laid_over_each_other() -> None:
    forward = "<forward><duration>4</duration></forward>"
    found = read(FOUR + note("C5", 16) + backup(16) + forward + note("D3", 8))
    assert rows(found) == [(F(0), F(4), 72), (F(1), F(2), 50)]


def test_ties_make_one_note_across_bars() -> None:
    start, stop = '<tie type="start"/>', '<tie type="stop"/>'
    found = read(FOUR + note("C4", 16, start), note("C4", 16, stop + start), note("C4", 4, stop) + note("C4", 12))
    assert rows(found) == [(F(0), F(9), 60), (F(9), F(3), 60)]


def test_ties_are_joined_within_their_voice_where_two_have_the_same_pitch() -> None:
    start, stop = '<tie type="start"/>', '<tie type="stop"/>'

    def voice(number: int) -> str:
        return f"<voice>{number}</voice>"

    first = note("C4", 16, start + voice(1)) + backup(8) + note("C4", 8, start + voice(2))
    second = note("C4", 4, stop + voice(1)) + backup(4) + note("C4", 8, stop + voice(2)) + note("R", 8)
    assert rows(read(FOUR + first, second)) == [(F(0), F(5), 60), (F(2), F(4), 60)]


def test_a_tie_that_comes_from_a_shared_head_is_joined_to_the_note_that_lasts() -> None:
    start, stop = '<tie type="start"/>', '<tie type="stop"/>'
    first = note("C4", 4, start) + note("E4", 12) + backup(16) + note("C4", 16)
    assert rows(read(FOUR + first, note("C4", 16, stop))) == [(F(0), F(1), 60), (F(0), F(8), 60), (F(1), F(3), 64)]


def test_a_tie_may_cross_to_another_staff() -> None:
    start, stop = '<tie type="start"/><staff>1</staff>', '<tie type="stop"/><staff>2</staff>'
    found = read(FOUR + note("C4", 16, start), note("C4", 16, stop) + backup(16) + note("C3", 16, "<staff>2</staff>"))
    assert rows(found, 0) == [(F(0), F(8), 60)]
    assert rows(found, 1) == [(F(4), F(4), 48)]


def test_divisions_may_change_and_be_odd() -> None:
    found = read(
        FOUR + note("C4", 16), "<attributes><divisions>7</divisions></attributes>" + note("C4", 1) + note("D4", 27)
    )
    assert rows(found)[1:] == [(F(4), F(1, 7), 60), (F(29, 7), F(27, 7), 62)]


def test_grace_and_cue_notes_are_left_out_and_said() -> None:
    found = read(FOUR + note("D4", 0, "<grace/>") + note("C4", 8) + note("E4", 8, "<cue/>"))
    assert rows(found) == [(F(0), F(2), 60)]
    assert found.notice == ("1 grace notes dropped", "1 cue notes dropped")
    assert found.bars[0].length == 4


def test_loudness_comes_from_the_note_or_what_was_said_before() -> None:
    loud = '<direction><direction-type><dynamics><f/></dynamics></direction-type><sound dynamics="100"/></direction>'
    found = read(FOUR + note("C4", 4) + loud + note("D4", 4) + note("E4", 8).replace("<note>", '<note dynamics="50">'))
    assert [one.velocity for one in found.parts[0].notes] == [80, 90, 45]


# ---- parts


PIANO = "<part-name>Piano</part-name><midi-instrument id='I'><midi-program>1</midi-program></midi-instrument>"


def test_each_staff_of_a_player_is_a_part() -> None:
    one, two = "<staff>1</staff>", "<staff>2</staff>"
    found = read(FOUR + note("C5", 16, one) + backup(16) + note("C3", 16, two), part=PIANO)
    assert [(part.name, part.program, rows(found, place)[0][2]) for place, part in enumerate(found.parts)] == [
        ("Piano RH", 0, 72),
        ("Piano LH", 0, 48),
    ]


def test_a_player_with_one_staff_in_use_keeps_the_plain_name() -> None:
    assert [part.name for part in read(FOUR + note("C5", 16, "<staff>1</staff>"), part=PIANO).parts] == ["Piano"]


def test_drums_are_read_by_their_instrument_or_by_their_line() -> None:
    def drum(step: str, octave: int, instrument: str = "") -> str:
        place = f"<display-step>{step}</display-step><display-octave>{octave}</display-octave>"
        return f"<note><unpitched>{place}</unpitched><duration>4</duration>{instrument}</note>"

    kit = "<part-name>Kit</part-name><midi-instrument id='I1'><midi-channel>10</midi-channel>"
    kit += "<midi-unpitched>57</midi-unpitched></midi-instrument>"
    found = read(FOUR + drum("F", 4) + drum("C", 5) + drum("E", 5, "<instrument id='I1'/>"), part=kit)
    assert found.parts[0].is_drums
    assert [one.pitch for one in found.parts[0].notes] == [36, 38, 56]


def test_transposed_parts_are_read_as_they_sound() -> None:
    transpose = "<transpose><diatonic>-1</diatonic><chromatic>-2</chromatic></transpose></attributes>"
    found = read(FOUR.replace("</attributes>", transpose) + note("D4", 16))
    assert [one.pitch for one in found.parts[0].notes] == [60]
    assert found.bars[0].key == Key.parse("Bb")
    octave = "<transpose><chromatic>0</chromatic><octave-change>-1</octave-change></transpose></attributes>"
    assert rows(read(FOUR.replace("</attributes>", octave) + note("D4", 16)))[0][2] == 50


def test_the_key_is_that_of_most_parts() -> None:
    horn = FOUR.replace(
        "</attributes>", "<transpose><diatonic>-4</diatonic><chromatic>-7</chromatic></transpose></attributes>"
    )
    others = "".join(
        f'<part id="P{number}">{measures(FOUR.replace("<fifths>0", "<fifths>2") + note("D4", 16))}</part>'
        for number in (2, 3)
    )
    found = musicxml.read(score(horn + note("C4", 16), more=f"|{others}"))
    assert [str(bar.key) for bar in found.bars] == ["D major"]


def test_a_part_that_is_shorter_leaves_the_bars_of_the_longer() -> None:
    other = f'<part id="P2">{measures(FOUR + note("C3", 16), note("D3", 16))}</part>'
    found = musicxml.read(score(FOUR + note("C4", 16), more=f'<score-part id="P2"/>|{other}'))
    assert len(found.bars) == 2
    assert rows(found, 1)[1] == (F(4), F(4), 50)


def test_timewise_scores_give_the_same() -> None:
    parts = [f'<part id="P1">{FOUR}{note("C4", 16)}</part>', f'<part id="P1">{note("D4", 16)}</part>']
    bars = "".join(f'<measure number="{number}">{part}</measure>' for number, part in enumerate(parts, 1))
    listed = '<part-list><score-part id="P1"><part-name>Flute</part-name></score-part></part-list>'
    timewise = f"<score-timewise>{listed}{bars}</score-timewise>".encode()
    assert musicxml.read(timewise) == read(FOUR + note("C4", 16), note("D4", 16))


# ---- bars


def test_a_bar_is_as_long_as_its_longest_content() -> None:
    pickup = f'<measure number="0" implicit="yes">{FOUR}{note("G4", 4)}</measure>'
    found = read(pickup, note("C5", 16), note("C5", 20), "")
    assert [bar.length for bar in found.bars] == [1, 4, 5, 4]
    assert {bar.metre for bar in found.bars} == {Metre(4, 4)}


def test_a_bar_that_misses_its_metre_by_rounding_has_its_metre() -> None:
    fine = FOUR.replace("<divisions>4", "<divisions>480")
    third = "".join(note("C4", 319) for _ in range(6))
    found = read(fine + third, note("D4", 1920))
    assert found.bars[0].length == 4
    assert rows(found)[-1] == (F(4), F(4), 62)
    assert found.notice == ("1 measures rounded to their metre",)


def test_metre_and_key_may_change_and_have_modes() -> None:
    change = "<attributes><key><fifths>-1</fifths><mode>minor</mode></key>"
    change += "<time><beats>3+2</beats><beat-type>8</beat-type></time></attributes>"
    found = read(FOUR + note("C4", 16), change + note("C4", 10))
    assert (found.bars[1].metre, found.bars[1].key) == (Metre(5, 8), Key.parse("D minor"))
    dorian = read(FOUR.replace("major", "dorian") + note("C4", 16))
    assert dorian.bars[0].key == Key.parse("D dorian")


def test_a_key_in_the_midst_of_a_bar_holds_from_the_next() -> None:
    change = "<attributes><key><fifths>2</fifths><mode>major</mode></key></attributes>"
    found = read(FOUR + note("C4", 8) + change + note("C4", 8), note("D4", 16))
    assert [str(bar.key) for bar in found.bars] == ["C major", "D major"]


def test_a_signature_without_a_mode_is_major_and_said() -> None:
    found = read(FOUR.replace("<mode>major</mode>", "") + note("C4", 16))
    assert str(found.key) == "C major"
    assert found.notice == ("1 key signatures say no mode, read as major",)


def test_repeats_endings_and_sections_are_signs_of_bars() -> None:
    def barline(place: str, inner: str) -> str:
        return f'<barline location="{place}">{inner}</barline>'

    mark = "<direction><direction-type><rehearsal>A</rehearsal></direction-type></direction>"
    verse = "<direction><direction-type><words>Verse 1:</words></direction-type></direction>"
    dolce = verse.replace("Verse 1:", "dolce")
    found = read(
        FOUR + barline("left", '<repeat direction="forward"/>') + mark + note("C4", 16),
        barline("left", '<ending number="1, 2" type="start"/>')
        + note("C4", 16)
        + barline("right", '<ending number="1, 2" type="stop"/><repeat direction="backward" times="3"/>'),
        barline("left", '<ending number="3" type="start"/>') + verse + note("C4", 16),
        dolce + note("C4", 16) + barline("right", '<repeat direction="backward"/>'),
    )
    assert [(bar.repeats_from, bar.repeats_to, bar.ending, bar.section) for bar in found.bars] == [
        (True, 1, (), "A"),
        (False, 3, (1, 2), ""),
        (False, 1, (3,), "Verse 1"),
        (False, 2, (), ""),
    ]


def test_jumps_are_left_out_and_said() -> None:
    jump = '<direction><direction-type><words>D.C.</words></direction-type><sound dacapo="yes"/></direction>'
    assert read(FOUR + note("C4", 16) + jump).notice == ("1 jumps (D.C., D.S., coda) not kept",)


# ---- chords, words, tempo, titles


def harmony(root: str, kind: str, more: str = "") -> str:
    return f"<harmony><root><root-step>{root}</root-step></root><kind>{kind}</kind>{more}</harmony>"


def test_chords_have_places_and_offsets() -> None:
    found = read(
        FOUR + harmony("C", "major") + harmony("G", "dominant", "<offset>8</offset>") + note("C4", 16),
        harmony("C", "none") + note("C4", 16),
    )
    assert found.chords == (
        ChordAt(F(0), Chord.parse("C")),
        ChordAt(F(2), Chord.parse("G7")),
        ChordAt(F(4), Chord(None)),
    )


def test_chords_at_one_note_are_spread_over_its_beats() -> None:
    both = harmony("C", "major") + harmony("A", "minor")
    found = read(FOUR + both + note("C4", 16), both + harmony("G", "major") + note("C4", 16), both + note("C4", 4))
    assert [(each.start, str(each.chord)) for each in found.chords] == [
        *((F(0), "C"), (F(2), "Am")),
        *((F(4), "C"), (F(6), "Am"), (F(7), "G")),
        *((F(8), "C"), (F(17, 2), "Am")),
    ]
    assert found.notice == ("4 chords spread over the note that they stand at",)


def test_of_two_chords_at_one_time_the_first_part_has_the_say() -> None:
    other = f'<part id="P2">{measures(FOUR + harmony("A", "minor") + note("C3", 16))}</part>'
    found = musicxml.read(score(FOUR + harmony("C", "major") + note("C4", 16), more=f"|{other}"))
    assert [str(each.chord) for each in found.chords] == ["C"]
    assert found.notice == ("1 chords dropped that stand outside the bars or at one time with another",)


def test_words_have_syllables_and_verses() -> None:
    def lyric(verse: int, syllabic: str, text: str) -> str:
        return f'<lyric number="{verse}"><syllabic>{syllabic}</syllabic><text>{text}</text></lyric>'

    elided = "<lyric number='1'><syllabic>end</syllabic><text>na</text><elision>‿</elision>"
    elided += "<syllabic>begin</syllabic><text>in</text></lyric>"
    found = read(
        FOUR
        + note("C4", 4, lyric(1, "begin", "Ho-") + lyric(2, "single", "O"))
        + note("D4", 4, elided)
        + note("E4", 8, "<lyric><extend/></lyric>")
    )
    told = [(sung.start, sung.verse, *_told(sung.syllable)) for sung in found.parts[0].words]
    assert told == [(F(0), 1, "Ho-", True, False), (F(0), 2, "O", True, True), (F(1), 1, "na‿in", False, False)]


def _told(syllable: object) -> tuple[object, ...]:
    return tuple(getattr(syllable, name) for name in ("text", "is_start", "is_end"))


def test_numbers_of_verses_are_no_words() -> None:
    def lyric(text: str) -> str:
        return f"<lyric><syllabic>single</syllabic><text>{text}</text></lyric>"

    found = read(FOUR + note("C4", 4, lyric("1. If")) + note("D4", 4, lyric("2:")) + note("E4", 8, lyric("4 you")))
    assert [(sung.start, sung.syllable.text) for sung in found.parts[0].words] == [(F(0), "If"), (F(2), "4 you")]
    assert musicxml.read(musicxml.write(found)) == found


def test_words_of_a_grace_note_belong_to_the_next_note() -> None:
    lyric = "<lyric><syllabic>single</syllabic><text>la</text></lyric>"
    found = read(FOUR + note("D4", 0, "<grace/>" + lyric) + note("C4", 16))
    assert [(sung.start, sung.syllable.text) for sung in found.parts[0].words] == [(F(0), "la")]


def test_tempos_are_quarter_notes_a_minute() -> None:
    dotted = "<metronome><beat-unit>quarter</beat-unit><beat-unit-dot/><per-minute>c. 60</per-minute></metronome>"
    shown = f"<direction><direction-type>{dotted}</direction-type></direction>"
    found = read(FOUR + shown + note("C4", 8) + '<sound tempo="72.5"/>' + note("C4", 8))
    assert found.tempos == (Tempo(F(0), 90.0), Tempo(F(2), 72.5))


def test_titles_and_composers() -> None:
    work = "<work><work-title>Winterreise</work-title></work>"
    movement = "<movement-title>Gute\n Nacht</movement-title>"
    creator = "<identification><creator type='composer'>Franz Schubert</creator>"
    creator += "<creator type='lyricist'>Wilhelm Müller</creator></identification>"
    found = read(FOUR + note("C4", 16), head=work + movement + creator)
    assert (found.title, found.composer) == ("Gute Nacht", "Franz Schubert")
    assert read(FOUR + note("C4", 16), head=work + "<movement-title>Title</movement-title>").title == "Winterreise"


# ---- what is refused


@pytest.mark.parametrize(
    ("data", "message"),
    [
        (b"<opus/>", "the root is <opus>, not <score-partwise> or <score-timewise>"),
        (b"<score-partwise/>", "a score without measures"),
        (b"<score-partwise>", "line 1: no well-formed XML: no element found"),
        (score(FOUR + note("H4", 16)), "measure 1: step 'H', octave '4' is no pitch"),
        (score(FOUR, note("C4", -4)), "measure 2: duration '-4' is negative or too long"),
        (score(FOUR.replace("<divisions>4", "<divisions>0")), "divisions '0': a whole number from 1 on is accepted"),
        (score(FOUR + note("C4", 4_000)), "a bar of 1000 quarter notes"),
    ],
)
def test_what_cannot_be_is_refused_with_its_place(data: bytes, message: str) -> None:
    with pytest.raises(FormatError, match="(?s)song.musicxml.*" + message.replace("(", r"\(")):
        musicxml.read(data, file="song.musicxml")
