"""The words of the public sets: lines where melodies breathe, clauses where signs stand, the sets themselves."""

from __future__ import annotations

from fractions import Fraction
from itertools import islice
from pathlib import Path

import pytest

from segue.corpora.verse import VERSE_SETS, VerseLine, clauses, sung_lines, text_lines, verses_of
from segue.music.lyric import Sung, Syllable
from segue.music.note import Note, Notes
from segue.music.phrases import Onset, phrases
from segue.music.score import Part


def test_clauses_are_parted_at_signs_and_lost_characters_end_them() -> None:
    assert clauses(["一曲新词酒一杯，去年天气旧亭台。"]) == [
        VerseLine("一曲新词酒一杯", "，", begins=True),
        VerseLine("去年天气旧亭台", "。"),
    ]
    assert clauses(["一曲□词，去年天气。"]) == []
    assert [line.text for line in clauses(["一曲□词，去年天气？"], is_whole=False)] == ["去年天气"]
    assert clauses(["去年天气？"])[0].sign == "。"


def test_running_text_is_parted_at_capital_letters() -> None:
    text = "Who are you dusky woman, so ancient, And why do I sing Rising here by the roadside"
    assert text_lines(text) == [
        "Who are you dusky woman, so ancient,",
        "And why do I sing",
        "Rising here by the roadside",
    ]


def test_sung_words_are_lines_where_the_melody_breathes() -> None:
    """Two phrases of five notes with a rest between; no line ends inside a word."""
    starts = [0, 1, 2, 3, 4, 7, 8, 9, 10, 11]
    syllables = [("Sing", 1, 1), ("to", 1, 1), ("the", 1, 1), ("eve", 1, 0), ("ning,", 0, 1)]
    syllables += [("Ri", 1, 0), ("ver", 0, 1), ("run", 1, 1), ("slow", 1, 0), ("ly", 0, 1)]
    words = tuple(
        Sung(Fraction(start), Syllable(text, bool(begin), bool(end)))
        for start, (text, begin, end) in zip(starts, syllables, strict=True)
    )
    part = Part(Notes.of(Note(Fraction(start), Fraction(1), 60) for start in starts), words=words)
    assert verses_of(part) == [1]
    assert [line.text for line in sung_lines(part, 1)] == ["Sing to the evening,", "River run slowly"]


def test_phrases_are_never_empty_and_lose_no_onset() -> None:
    melody = [Onset(Fraction(place), Fraction(place + 1)) for place in range(100)]
    found = phrases(melody)
    assert [onset for phrase in found for onset in phrase] == melody
    assert all(3 <= len(phrase) <= 14 for phrase in found)
    assert phrases([]) == []


@pytest.mark.parametrize(("name", "number"), [("openewld", 10), ("lieder", 20), ("ci", 300), ("qu", 200), ("old", 100)])
def test_the_first_verses_of_a_set_are_read(name: str, number: int, data: Path) -> None:
    (group,) = (each for each in VERSE_SETS if each.name == name)
    if not (data / group.folder).is_dir():
        pytest.skip(f"no {group.folder} in {data}")
    found = list(islice(group.verses(data), number))
    assert len(found) == number
    for verse in found:
        assert verse.language == group.language and verse.lines and verse.lines[0].begins
        assert all(line.text.strip() for line in verse.lines)
    if name == "ci":
        assert found[0].title == "导引"
