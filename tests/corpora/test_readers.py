"""What each reader makes of a small file of its set: known notes, chords, keys; and what is broken is named."""

from __future__ import annotations

import json
from fractions import Fraction
from pathlib import Path

import pytest

from segue.corpora import BY_NAME, jazz, rock, romantext, when_in_rome
from segue.corpora.corpus import Broken, Piece
from segue.corpora.tune_books import book
from segue.errors import FormatError
from segue.music.metre import Metre

HARMONY = "[C] I | IV . V7 . | vi R |\n"
MELODY = "[C] [OCT=4] .. 12 | 3. ^1 | R*1 |\n"


def put(folder: Path, files: dict[str, str]) -> Path:
    for name, text in files.items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text(text, encoding="utf-8")
    return folder


def rock_song(harmony: str = HARMONY, melody: str = MELODY) -> dict[str, str]:
    data = "source/data/"
    return {
        f"{data}rs200_harmony_exp/song_dt.txt": harmony,
        f"{data}rs200_harmony/song_dt.har": "% A Song\n",
        f"{data}rs200_melody/song_tdc.mel": melody,
    }


def chords(piece: Piece) -> list[tuple[float, str]]:
    return [(float(one.start), str(one.chord)) for one in piece.score.chords]


def only(found: list[Piece | Broken]) -> Piece:
    (piece,) = found
    assert isinstance(piece, Piece), piece
    return piece


# ---- rock


def test_a_rock_song_has_its_harmony_and_its_melody(tmp_path: Path) -> None:
    piece = only(list(rock.read(put(tmp_path, rock_song()))))
    assert (piece.key, piece.score.title, piece.style) == ("song", "A Song", "rock")
    assert chords(piece) == [(0, "C"), (4, "F"), (6, "G7"), (8, "Am"), (10, "N.C.")]
    notes = [(note.start, note.length, note.pitch) for note in piece.score.parts[0].notes]
    assert notes == [
        (Fraction(2), Fraction(1), 60),
        (Fraction(3), Fraction(1), 62),
        (Fraction(4), Fraction(2), 64),
        (Fraction(6), Fraction(2), 72),  # at most half a bar
    ]


def test_degrees_are_lowered_by_the_mark_of_the_song_and_by_signs(tmp_path: Path) -> None:
    melody = "[C] [..b...b] [OCT=4] 3 n3 | b2 v7 | R*1 |"
    piece = only(list(rock.read(put(tmp_path, rock_song(melody=melody)))))
    assert list(piece.score.parts[0].notes.pitches) == [63, 64, 61, 46]


def test_a_melody_of_other_bars_is_left_out(tmp_path: Path) -> None:
    piece = only(list(rock.read(put(tmp_path, rock_song(melody="[C] [OCT=4] 1 | 2 |")))))
    assert piece.score.parts == ()
    assert len(piece.score.bars) == 3


def test_the_metre_of_the_melody_holds_for_the_harmony(tmp_path: Path) -> None:
    piece = only(list(rock.read(put(tmp_path, rock_song(melody=f"[12/8] {MELODY}")))))
    assert {bar.metre for bar in piece.score.bars} == {Metre(12, 8)}
    assert chords(piece)[1:3] == [(6, "F"), (9, "G7")]


# ---- When in Rome


ANALYSIS = """Composer: Nobody
Title: Nothing
Time Signature: 3/4
Note: m1 is short
m0 b3 G: I
m1 I b2.5 V65 || b3 I
m2-3 = m0-1
m3var1 IV
m4 e: i b2 what b3 V
"""


def test_an_analysis_has_beats_keys_copies_and_no_variants() -> None:
    analysis = romantext.read(ANALYSIS)
    told = {at: [(str(one.chord), float(one.offset)) for one in figures] for at, figures in analysis.figures.items()}
    assert told[0] == [("G", 2)]
    assert told[1] == told[3] == [("G", 0), ("D7/F#", 1.5), ("G", 2)]
    assert told[4] == [("Em", 0), ("B", 2)]
    assert (str(analysis.key), analysis.unnamed, analysis.title) == ("G major", 1, "Nothing")


@pytest.mark.parametrize(("said", "second"), [("6/8", Fraction(3, 2)), ("slow 6/8", Fraction(1, 2)), ("Cut", 2)])
def test_beats_are_those_of_the_metre_or_as_slow_as_it_is_said(said: str, second: Fraction) -> None:
    analysis = romantext.read(f"Time Signature: {said}\nm1 C: I b2 V\n")
    assert analysis.figures[1][1].offset == second


def test_text_without_bars_is_no_analysis() -> None:
    with pytest.raises(FormatError, match=r"analysis\.txt: an analysis without bars"):
        romantext.read("Title: nothing", file="analysis.txt")
    with pytest.raises(FormatError, match="'presto' is no metre"):
        romantext.read("Time Signature: presto\nm1 I")


def test_what_is_listed_as_not_commercial_is_left_out(tmp_path: Path) -> None:
    place = "Corpus/Quartets/Haydn,_Franz_Joseph/Op020_No1/{}/analysis.txt"
    files = {place.format(number): ANALYSIS for number in (1, 2)}
    put(tmp_path, files | {"NC_FILES.txt": f"data/when_in_rome/{place.format(1)}\n"})
    piece = only(list(when_in_rome.read(tmp_path)))
    assert (piece.key, piece.style, piece.group) == (
        "Haydn,_Franz_Joseph/Op020_No1/2",
        "classical",
        "Haydn,_Franz_Joseph",
    )
    assert [bar.length for bar in piece.score.bars] == [1, 3, 3, 3, 3]  # the pick-up lasts from its first chord on
    assert chords(piece)[:3] == [(0, "G"), (2.5, "D7/F#"), (3, "G")]


# ---- jazz and tunes


def test_labels_share_their_bar_and_the_mode_is_found(tmp_path: Path) -> None:
    head = "Title = Blue\nComposedBy = A. Nonymous\nDBKeySig = C\nTimeSig = 4 4\nBars = 4\n"
    put(tmp_path, {"SongDB/A/Blue.txt": f"{head} Am7 | Dm7 E7 |\n Am7 | NC E7 E7 Am7 |\n"})
    piece = only(list(jazz.read_bunks(tmp_path)))
    assert chords(piece) == [
        *((0, "Am7"), (4, "Dm7"), (6, "E7"), (8, "Am7")),
        *((12, "N.C."), (13, "E7"), (15, "Am7")),
    ]
    assert str(piece.score.key) == "A minor"
    assert piece.group == "A. Nonymous"


def test_a_broken_chart_is_named_and_the_next_is_read(tmp_path: Path) -> None:
    head = "Title = {}\nTimeSig = 4 4\n"
    put(tmp_path, {"SongDB/A/1.txt": head + "C | Q7 |", "SongDB/A/2.txt": head + "C | G7 |", "SongDB/A/3.txt": ""})
    first, second, third = jazz.read_bunks(tmp_path)
    assert isinstance(first, Broken)
    assert first.name == "SongDB/A/1.txt"
    assert "Q7" in first.why
    assert isinstance(second, Piece)
    assert isinstance(third, Broken)
    assert "a chart without bars" in third.why


def test_standards_without_a_key_get_the_one_that_is_heard(tmp_path: Path) -> None:
    song = {
        "Title": "Blue",
        "Rhythm": "Bossa Nova",
        "TimeSignature": "4/4",
        "Sections": [{"MainSegment": {"Chords": ""}}],
    }
    song["Sections"] = [{"Label": "A", "MainSegment": {"Chords": "Dm7|Gm7|A7|Dm6"}}]
    put(tmp_path, {"JazzStandards.json": json.dumps([song])})
    piece = only(list(jazz.read_ireal(tmp_path)))
    assert (str(piece.score.key), piece.style) == ("D minor", "bossa")


def test_a_tune_has_the_style_of_its_words_or_of_its_book(tmp_path: Path) -> None:
    tune = "X:{}\nT:{}\nM:4/4\nL:1/4\nK:G\nGABc|d4|\n\n"
    names = ("The Reel of Jig", "Quick Step", "A Song")
    put(tmp_path, {"b.abc": "".join(tune.format(at, name) for at, name in enumerate(names, 1))})
    styles = {name: [found.style for found in book(name)(tmp_path) if isinstance(found, Piece)] for name in BOOKS}
    assert styles == {
        "oneill": ["jig", "march", "air"],
        "aird": ["jig", "march", "folk"],
        "nottingham": ["unknown"] * 3,
    }


BOOKS = ("oneill", "aird", "nottingham")


def test_tunes_of_one_title_share_their_split_but_not_their_name(tmp_path: Path) -> None:
    tune = "X:1\nT:Twice\nK:G\nGABc|\n\n"
    put(tmp_path, {"b.abc": tune + tune})
    one, other = book("aird")(tmp_path)
    assert isinstance(one, Piece)
    assert isinstance(other, Piece)
    assert one.key == other.key == "b/Twice"
    assert one.name != other.name


def test_every_set_is_listed_once_with_its_licence() -> None:
    assert len({corpus.folder for corpus in BY_NAME.values()}) == len(BY_NAME)
    assert all(corpus.licence for corpus in BY_NAME.values())
    assert [name for name, corpus in BY_NAME.items() if not corpus.may_train] == [
        "nottingham",
        "jazz_bunks",
        "jazz_standards_ireal",
    ]
