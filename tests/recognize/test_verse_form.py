"""The form of words: counted by hand on verses that everybody knows."""

from __future__ import annotations

import pytest

from segue.music.lyric import Line, Lyric
from segue.recognize.verse_form import form_in_words, form_of, scheme_of, syllables

GRACE = """Amazing grace how sweet the sound
That saved a wretch like me
I once was lost but now am found
Was blind but now I see

Through many dangers toils and snares
I have already come
Tis grace hath brought me safe thus far
And grace will lead me home"""
ROW = "Row, row, row your boat\nGently down the stream\nROW, row, row your boat\nLife is but a dream"


def lyric(text: str) -> Lyric:
    return Lyric(tuple(("", tuple(map(Line, block.split("\n")))) for block in text.split("\n\n")))


def test_stanzas_lines_and_syllables() -> None:
    form = form_of(lyric(GRACE))
    assert [len(stanza) for stanza in form.stanzas] == [4, 4]
    assert form.stanzas[0] == (8, 6, 8, 6)  # common metre
    assert form.schemes[0] == "AxAx" and form.refrain == ("", 0)


def test_what_comes_again_is_a_refrain_however_it_is_written() -> None:
    form = form_of(lyric(ROW))
    assert form.refrain[1] == 2 and form.refrain[0].lower() == "row row row your boat"
    assert "comes twice" in form_in_words(form)


def test_chinese_is_counted_by_clauses_and_characters() -> None:
    form = form_of(lyric("床前明月光，疑是地上霜。\n举头望明月，低头思故乡。"))
    assert form.stanzas == ((5, 5, 5, 5),) and form.is_chinese
    assert form.scheme == "AAxA"
    assert form_in_words(form) == "4 clauses, of 5 characters, rhymes AAxA"


@pytest.mark.parametrize(
    ("word", "count"),
    [("love", 1), ("little", 2), ("loved", 1), ("wanted", 2), ("makes", 1), ("the", 1), ("roses", 2), ("Nacht", 1)],
)
def test_syllables_of_words(word: str, count: int) -> None:
    assert syllables(word) == count


def test_schemes_by_hand() -> None:
    assert scheme_of(["ay", "ee", "ay", ""]) == "AxAx"
    assert scheme_of(["a", "b", "b", "a"]) == "ABBA"
    assert scheme_of([]) == ""


def test_words_that_are_none() -> None:
    for text in ("", "12 34\n!!"):
        assert form_in_words(form_of(lyric(text))) == ""
    assert form_in_words(form_of(lyric("la"))) == "1 line, of about 1 syllable"
