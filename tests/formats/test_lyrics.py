"""Words as text: headings, blank lines, and the way back."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from segue.errors import FormatError, InputError
from segue.formats import lyrics
from segue.music.lyric import Line, Lyric
from tests.formats.chord_sheets import damaged


def sections(text: str) -> list[tuple[str, list[str]]]:
    return [(name, [line.text for line in lines]) for name, lines in lyrics.read(text.encode()).sections]


def test_headings_and_blank_lines_make_sections() -> None:
    assert sections("[Verse 1]\na\nb\n\nc\n\nChorus:\nd\n[Solo]\n\n副歌：\ne\n") == [
        ("Verse 1", ["a", "b"]),
        ("", ["c"]),
        ("Chorus", ["d"]),
        ("Solo", []),
        ("副歌", ["e"]),
    ]


def test_titles_stand_at_the_top_only() -> None:
    lyric = lyrics.read("Title: One\nartist: Two\nlanguage: zh\n\nfirst\ntitle: not one\n".encode("utf-16"))
    assert (lyric.title, lyric.artist, lyric.language) == ("One", "Two", "zh")
    assert [line.text for line in lyric.lines] == ["first", "title: not one"]


def test_windows_text_is_read() -> None:
    assert sections("Café\r\nnoir".encode("cp1252").decode("latin-1"))[0][1] == ["Café", "noir"]
    assert lyrics.read("Café".encode("cp1252")).lines[0].text == "Café"


TEXTS = st.text("abcé 月,.'-", min_size=1, max_size=20).map(lambda text: f"w{text}".strip())
SECTIONS = st.tuples(st.sampled_from(["", "verse", "Chorus 2"]), st.lists(TEXTS.map(Line), max_size=4).map(tuple))


@settings(max_examples=60, deadline=None)
@given(st.lists(SECTIONS, min_size=1, max_size=5), st.sampled_from(["", "A title"]))
def test_words_come_back(rows: list[tuple[str, tuple[Line, ...]]], title: str) -> None:
    kept = tuple((name, lines) for name, lines in rows if name or lines)
    lyric = Lyric(kept, title, title)
    if not lyric.lines:
        with pytest.raises(InputError):
            lyrics.write(lyric)
        return
    assert lyrics.read(lyrics.write(lyric)) == lyric


def test_times_are_not_kept() -> None:
    timed = Lyric((("", (Line("word", 1.5, ((0, 1.5),)),)),))
    assert lyrics.read(lyrics.write(timed)) == Lyric((("", (Line("word"),)),))


@pytest.mark.parametrize("line", ["", "[verse]", " leading\n", "Chorus:"])
def test_a_line_that_text_cannot_say_is_refused(line: str) -> None:
    with pytest.raises(InputError, match="lines or names that plain text cannot say"):
        lyrics.write(Lyric((("", (Line("word"), Line(line), Line("word"))),)))


@pytest.mark.parametrize("data", [b"", b"[verse]\n\n", b"123\n", b"words\0and"])
def test_what_has_no_words_is_refused(data: bytes) -> None:
    with pytest.raises(FormatError, match=r"empty|no words|no text"):
        lyrics.read(data)


@settings(max_examples=60, deadline=None)
@given(damaged(lyrics.EXAMPLE, [b"[", b"]", b"\n\n", b"[x]\n", b"title: y\n"]))
def test_damaged_words_are_read_or_refused(data: bytes) -> None:
    try:
        assert lyrics.read(data).lines
    except FormatError:
        return
