"""LRC: times of lines and words, and the way back."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from segue.errors import FormatError, InputError
from segue.formats import lrc
from segue.music.lyric import Line, Lyric
from tests.formats.chord_sheets import damaged


def lines(text: str) -> list[tuple[float | None, str]]:
    return [(line.at, line.text) for line in lrc.read(text.encode()).lines]


def test_times_of_lines() -> None:
    assert lines("[00:12.34]one\n[01:02]two\n[00:20.5] three \n[00:21.123]\nno time\n") == [
        (12.34, "one"),
        (62.0, "two"),
        (20.5, "three"),
        (21.123, ""),
        (None, "no time"),
    ]


def test_a_line_sung_twice_is_written_out_in_order() -> None:
    assert lines("[00:10.00][00:30.00]again\n[00:20.00]between\n") == [(10, "again"), (20, "between"), (30, "again")]


def test_times_of_words_are_places_in_the_line() -> None:
    (line,) = lrc.read(b"[00:01.00] <00:01.00>Hel<00:01.20>lo <00:01.50>world<00:02.00>").lines
    assert line == Line("Hello world", 1.0, ((0, 1.0), (3, 1.2), (6, 1.5), (11, 2.0)))


def test_a_positive_offset_brings_the_words_sooner() -> None:
    lyric = lrc.read(b"[offset:+500]\n[00:01.00]<00:01.25>one\n[00:00.10]early\n")
    assert [line.at for line in lyric.lines] == [0.5, 0.0]
    assert lyric.lines[0].stamps == ((0, 0.75),)


def test_tags_and_sections() -> None:
    lyric = lrc.read(
        "[ti:夜]\n[ar:A]\n[al:Album]\n[by:me]\n[la:zh]\n[00:01.00]a\n[section:chorus]\n[00:02.00]b\n".encode()
    )
    assert (lyric.title, lyric.artist, lyric.language) == ("夜", "A", "zh")
    assert [name for name, _ in lyric.sections] == ["", "chorus"]


def test_a_written_file() -> None:
    lyric = Lyric((("", (Line("By word", 15.0, ((0, 15.0), (3, 15.405))),)), ("hook", (Line("la", 61.5),))), "T")
    assert lrc.write(lyric).decode() == (
        "[ti:T]\n[00:15.00]<00:15.00>By <00:15.405>word\n[section:hook]\n[01:01.50]la\n"
    )


TIMES = st.integers(0, 3_600_000).map(lambda milliseconds: milliseconds / 1000)
TEXTS = st.text("abcé 月,.'-", max_size=12).map(lambda text: f"w{text}".strip())


@st.composite
def timed(draw: st.DrawFn) -> Line:
    text = draw(TEXTS)
    places = sorted(draw(st.lists(st.integers(0, len(text)), max_size=3)))
    return Line(text, draw(TIMES), tuple((place, draw(TIMES)) for place in places))


@settings(max_examples=60, deadline=None)
@given(
    st.lists(st.lists(timed(), min_size=1, max_size=4).map(tuple), min_size=1, max_size=3), st.sampled_from(["", "x"])
)
def test_words_and_times_come_back(rows: list[tuple[Line, ...]], name: str) -> None:
    lyric = Lyric(tuple((name, row) for row in rows), name, name)
    assert lrc.read(lrc.write(lyric)) == lyric


@pytest.mark.parametrize("line", [Line("[00:01.00]x", 1.0), Line("no time"), Line(" blank", 1.0), Line("a", 1e6)])
def test_what_lrc_cannot_say_is_refused(line: Line) -> None:
    with pytest.raises(InputError, match=r"cannot be said in LRC|0 to 59,999 are accepted"):
        lrc.write(Lyric((("", (line,)),)))


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("", "empty"),
        ("words", "no line with a time"),
        ("[offset:soon]\n[00:01.00]a", "line 1: offset 'soon'"),
        ("[999:99.00]a", "line 1: time 999:99"),
        ("[00:01.00]" * 200_001, "200,000 times"),
    ],
)
def test_what_is_no_lrc_is_refused(text: str, message: str) -> None:
    with pytest.raises(FormatError, match=message):
        lrc.read(text.encode())


@settings(max_examples=60, deadline=None)
@given(damaged(lrc.EXAMPLE, [b"[00:01]", b"<00:01.5>", b"[offset:10]\n", b"[", b">", b"\n"]))
def test_a_damaged_file_is_read_or_refused(data: bytes) -> None:
    try:
        assert lrc.read(data).lines
    except FormatError:
        return
