"""iReal charts: cells are beats, links are unscrambled, and all of JazzStandards is read."""

from __future__ import annotations

import json
from urllib.parse import quote

import pytest
from benchmarks.result import data_dir
from hypothesis import given, settings

from segue.errors import FormatError, UnavailableError
from segue.formats import chart, ireal
from segue.music.score import Score
from tests.formats.chord_sheets import damaged


def link(music: str) -> Score:
    return ireal.read(f"irealbook://T=C=Swing=D-=n={music}".encode())


def scrambled(music: str) -> str:
    """What iReal Pro does to its exports, told by its rule: ends of a block of fifty change places, and its middle."""
    out = ""
    while len(music) > 51:
        block, music = list(music[:50]), music[50:]
        for at in [*range(5), *range(10, 24)]:
            block[at], block[49 - at] = block[49 - at], block[at]
        out += "".join(block)
    return out + music


def body(score: Score) -> str:
    return chart.write(score).decode().split("metre: ", 1)[1].partition("\n")[2]


def test_the_example() -> None:
    score = ireal.read(ireal.EXAMPLE)
    assert (score.title, score.composer, score.style, str(score.key)) == (
        "Little blues",
        "Nobody",
        "Medium Swing",
        "F major",
    )
    assert body(score) == "[A]\n|: F7 | Bb7 | F7 | Cm7 F7 :|\n[B]\n| Bb7 | % | F7 | D7 Gm7 C7 / |\n"


@pytest.mark.parametrize(
    ("music", "bars"),
    [
        ("[T44C^7 A-7 |D-7 G7 Z", "| Cmaj7 Am7 | Dm7 G7 |"),
        ("[T44C   |x  |D-7,G7,C,A7|r|Z", "| C | % | Dm7 G7 C A7 | C |\n| Dm7 G7 C A7 |"),
        ("[T44C G |F |r|   Z", "| C G | F | C G | F |"),
        ("{T44C |N1F }N2G |C Z", "|: C | 1. F :|\n| 2. G | C |"),
        ("{T44C |<3x>G }", "|: C | G :| x3"),
        ("[T44C(A-7) W/B |n |A-7(D7) Z", "| C C/B | N.C. | Am7 |"),
        ("[T44C p p G |p p F p Z", "| C / / G | / F |"),
        ("[T44Co7XyQ|Eh7 A7b9LZsD-7,lG7sus Kcl Z", "| Cdim7 | Em7b5 A7b9 | Dm7 G7sus4 / / | Dm7 G7sus4 / / |"),
        ("[T44C*maj9#11*|F-^7 Q]", "| Cmaj9#11 | FmMaj7 |"),
    ],
)
def test_signs(music: str, bars: str) -> None:
    assert body(link(music)).strip() == bars


def test_two_chords_in_a_waltz_are_two_beats_and_one() -> None:
    assert [str(one.start) for one in link("[T34C G Z").chords] == ["0", "2"]
    assert [str(one.start) for one in link("[T54C G Z").chords] == ["0", "3"]
    assert [str(one.start) for one in link("[T34C,G,F, Z").chords] == ["0", "1", "2"]


def test_exported_links_are_unscrambled_one_song_after_the_other() -> None:
    music = "*A{T44C^7   |Eh7 A7b9 |D-7   |G7   |C^7 A-7 |D-7 G7 |E-7 A7 |D-7 G7 }*B[F^7   |Bb7   |C6   Z "
    song = f"One Two==Somebody==Bossa=C-==1r34LbKcu7{scrambled(music)}==120=3"
    page = f'<a href="irealb://{quote(song + "===" + song.replace("One", "Two") + "===Playlist")}">songs</a>'
    one, two = ireal.read_all(page.encode())
    assert (one.title, two.title, str(one.key), one.style) == ("One Two", "Two Two", "C minor", "Bossa")
    assert body(one) == body(two) == body(link(music))


def test_json_endings_and_repeats() -> None:
    song = {
        "Title": "T",
        "Key": "Gmin",
        "TimeSignature": "4/4",
        "Sections": [
            {
                "Label": "A",
                "MainSegment": {"Chords": "Gm|C7(Gm7),(C7)"},
                "Endings": [{"Chords": "F"}, {"Chords": "D7,"}],
            },
            {"Label": "i", "Repeats": 1, "MainSegment": {"Chords": "Gm,,C7,"}},
        ],
    }
    score = ireal.read(json.dumps([song]).encode())
    assert body(score) == "[A]\n|: Gm | C7 | 1. F :|\n| 2. D7 |\n[intro]\n|: Gm C7 :|\n"
    assert str(score.key) == "G minor"


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("", "empty"),
        ("hello", "no iReal chart in it"),
        ("[1]", "song 1: '1' stands where JazzStandards has a dict"),
        ("{", "this is no JSON"),
        ("[" * 200_000, "too deep|no JSON"),
        ('[{"Sections": [{"MainSegment": {"Chords": "Hfoo"}}]}]', "song 1: 'Hfoo' is no chord"),
        ("irealbook://T=C=S=C=n=[T44C ?", "song 1: .* is nothing that iReal charts have"),
        ("irealbook://T=C=S=C=n=x Z", "song 1: a bar repeats what is not there"),
        ("irealbook://T=C=S=C=n=W/C Z", "before any chord"),
        ("irealb://T=C=S=C=nothing=x", "a link with 0 characters of music"),
    ],
)
def test_what_is_no_chart_is_refused(text: str, message: str) -> None:
    with pytest.raises(FormatError, match=message):
        ireal.read(text.encode())


@settings(max_examples=60, deadline=None)
@given(damaged(ireal.EXAMPLE, [b"{", b"}", b"x", b"r", b"N1", b"T34", b"(", b"<3x>", b"=", b"*A"]))
def test_a_damaged_chart_is_read_or_refused(data: bytes) -> None:
    try:
        assert ireal.read(data).bars
    except FormatError:
        return


def test_all_of_jazz_standards_is_read() -> None:
    try:
        file = data_dir() / "jazz_standards_ireal" / "JazzStandards.json"
    except UnavailableError:
        pytest.skip("needs jazz_standards_ireal in SEGUE_DATA")
    songs = ireal.read_all(file.read_bytes())
    assert len(songs) == 1382
    assert all(song.chords and song.title for song in songs)
