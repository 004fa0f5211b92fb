"""ChordPro gives its chords as a score and its words as a lyric."""

from __future__ import annotations

import pytest
from hypothesis import given, settings

from segue.errors import FormatError, InputError
from segue.formats import chordpro
from segue.music.key import Key
from segue.music.score import Bar, Score
from tests.formats.chord_sheets import damaged, sheets

SWING = b"""{t:Swing Low}
{artist: Trad.}
{key: D}
{capo: 2}
# a comment
{soc}
Swing [D]low, sweet [G]chari[D]ot,
Comin' for to carry me [A7]home.
{eoc}

I [D]looked over Jordan, and [G]what [*loud]did I [D]see, [riff]
{chorus}
{sot}
e|--3--[C]--|
{eot}
"""


def labels(score: Score) -> str:
    return " ".join(str(one.chord) for one in score.chords)


def test_each_chord_takes_a_bar_where_no_bar_lines_are_given() -> None:
    score = chordpro.read(SWING)
    assert labels(score) == "D G D A7 D G D D G D A7"
    assert [one.start for one in score.chords] == [4 * place for place in range(11)]
    assert [bar.section for bar in score.bars if bar.section] == ["chorus", "chorus"]
    assert (score.title, score.composer, score.key) == ("Swing Low", "Trad.", Key.parse("D"))
    assert score.notice == (
        "capo 2: chords are as written",
        "[riff] is no chord, and left out",
        "one bar for each chord where no bar lines are given",
    )


def test_bar_lines_among_words_are_kept() -> None:
    score = chordpro.read(b"Oh | [C]Hello [Am]world | and on | [F]hello |")
    assert [(int(one.start), str(one.chord)) for one in score.chords] == [(0, "C"), (2, "Am"), (8, "F")]
    assert len(score.bars) == 3
    assert score.notice == ()


def test_grids_are_read_as_charts() -> None:
    score = chordpro.read(
        b'{time: 3/4}\n{tempo: 90}\n{start_of_grid label="A"}\n'
        b"intro |: Am . . | F . E7 :| x3 slow\n|1 C . . :|2 Am . . |.\n{eog}\n"
    )
    assert labels(score) == "Am F E7 C Am"
    assert [bar.repeats_to for bar in score.bars] == [1, 3, 2, 1]
    assert [bar.ending for bar in score.bars] == [(), (), (1,), (2,)]
    assert score.bars[0].section == "A"
    assert score.tempos[0].bpm == 90


def test_words_come_under_the_labels_of_their_sections() -> None:
    lyric = chordpro.read_lyric(SWING)
    assert (lyric.title, lyric.artist) == ("Swing Low", "Trad.")
    assert [(name, [line.text for line in lines]) for name, lines in lyric.sections] == [
        ("chorus", ["Swing low, sweet chariot,", "Comin' for to carry me home."]),
        ("", ["I looked over Jordan, and what did I see,"]),
    ]
    with pytest.raises(FormatError, match="no words"):
        chordpro.read_lyric(b"{t: x}\n[C]\n")


@settings(max_examples=60, deadline=None)
@given(sheets())
def test_a_sheet_of_chords_comes_back(score: Score) -> None:
    assert chordpro.read(chordpro.write(score)) == score


def test_a_written_song() -> None:
    score = chordpro.read(chordpro.EXAMPLE)
    assert chordpro.write(score).decode() == (
        "{title: A song}\n{key: C}\n{time: 4/4}\n"
        '{start_of_grid label="Verse 1"}\n| C Am | F G |\n{end_of_grid}\n'
        '{start_of_grid label="coda"}\n|: C F | G7 :|\n{end_of_grid}\n'
    )


def test_what_chordpro_cannot_say_is_refused() -> None:
    with pytest.raises(InputError, match="style"):
        chordpro.write(Score(bars=(Bar(),), style="jazz"))
    with pytest.raises(InputError, match="at least one bar"):
        chordpro.write(Score())


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("", "empty"),
        ("just words", "no chord in it"),
        ("{key: Q}\n[C]a", "line 1: 'Q' is no key"),
        ("{time: x}\n[C]a", "line 1: 'x' is no metre"),
        ("{tempo: x}\n[C]a", "line 1: tempo 'x' is none"),
        ("{???}\n[C]a", "line 1: .* is no directive"),
        ("{sog}\n| C | Hfoo |\n", "line 2: 'Hfoo' is no chord"),
        ("[C]" * 90_000, "too many"),
    ],
)
def test_what_is_no_song_is_refused_with_its_line(text: str, message: str) -> None:
    with pytest.raises(FormatError, match=message):
        chordpro.read(text.encode())


@settings(max_examples=60, deadline=None)
@given(damaged(chordpro.EXAMPLE, [b"{soc}\n", b"{chorus}\n", b"[", b"]", b"|", b"{sog}\n", b"{eog}\n", b"[G]"]))
def test_a_damaged_song_is_read_or_refused(data: bytes) -> None:
    for read in (chordpro.read, chordpro.read_lyric):
        try:
            assert read(data) is not None
        except FormatError:
            continue
