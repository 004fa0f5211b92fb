"""What English prosody promises: syllables, stress, splitting, on words of the dictionary and on words of songs."""

from __future__ import annotations

import re
import zlib
from pathlib import Path

import pytest

from segue.compose.lyrics.english import (
    pronunciations,
    split,
    syllable_counts,
    usual_stresses,
    words_of,
)
from segue.compose.lyrics.letters import Letters, align, alignment_costs, learn, shipped
from segue.compose.lyrics.phones import Pronunciation, dictionary
from segue.corpora.corpus import Piece
from segue.corpora.lead_sheets import read_openewld
from segue.errors import FormatError


@pytest.mark.parametrize(
    ("word", "count"),
    [
        ("love", 1),
        ("Beautiful", 3),
        ("o'er", 1),
        ("heav'n", 1),
        ("ev'ry", 2),
        ("flow'r", 1),
        ("wand’ring", 2),
        ("lov'd", 1),
        ("sunder'd", 2),
        ("singin'", 2),
        ("cometh", 2),
        ("lovest", 2),
        ("moonless", 2),
        ("heart-strings", 2),
        ("'Tis", 1),
        ("I'm", 1),
        ("hmm", 1),
    ],
)
def test_words_of_songs_have_their_syllables(word: str, count: int) -> None:
    assert syllable_counts(word)[0] == count
    assert len(split(word)) == count


def test_a_word_may_be_sung_in_several_ways() -> None:
    assert set(syllable_counts("fire")) == {1, 2}
    assert set(syllable_counts("every")) == {2, 3}


def test_words_are_found_with_their_apostrophes_and_hyphens() -> None:
    assert words_of("O'er the lone-some hills, I'm singin' 'neath (the) moon!") == [
        *("O'er", "the", "lone-some", "hills", "I'm", "singin'", "'neath", "the", "moon"),
    ]


@pytest.mark.parametrize(
    ("word", "stresses"),
    [("remember", (0, 1, 0)), ("yesterday", (1, 0, 0)), ("the", (0,)), ("moon", (1,)), ("alone", (0, 1))],
)
def test_stress_is_that_of_the_word_and_weak_words_have_none(word: str, stresses: tuple[int, ...]) -> None:
    assert usual_stresses(word) == stresses
    assert tuple(syllable.stress for syllable in split(word)) == stresses


@pytest.mark.parametrize(
    ("word", "parts"),
    [
        ("lover", "lov-er"),
        ("never", "nev-er"),
        ("yesterday", "yes-ter-day"),
        ("remember", "re-mem-ber"),
        ("together", "to-geth-er"),
        ("nothing", "noth-ing"),
        ("Ethiopia", "E-thi-o-pi-a"),
        ("lonely", "lone-ly"),
        ("ev'ry", "ev'-ry"),
    ],
)
def test_a_word_is_split_where_its_sounds_part(word: str, parts: str) -> None:
    said = split(word)
    assert "-".join(syllable.text for syllable in said) == parts
    assert said[0].is_start and said[-1].is_end
    assert not any(syllable.is_start for syllable in said[1:])


def test_splitting_keeps_every_letter() -> None:
    words = [word for word in list(dictionary())[::4001] if word.isalpha()]
    for word in words:
        assert "".join(syllable.text for syllable in split(word)).replace("~", "") == word
        assert len(split(word)) == syllable_counts(word)[0]


def test_an_unknown_word_is_said_by_its_letters_and_says_so() -> None:
    (said,) = pronunciations("blorbed")
    assert said == Pronunciation(("B", "L", "AO1", "R", "B", "D"), is_known=False)


def test_what_has_no_letters_is_no_word() -> None:
    assert pronunciations("...") == ()
    assert syllable_counts("") == ()


# ---- letters


def test_letters_say_words_that_were_held_out() -> None:
    """The shipped model has not seen words whose CRC-32 ends in 0; a sample of them, the rest in the benchmark."""
    held = [word for word in dictionary() if word.isalpha() and word.isascii() and zlib.crc32(word.encode()) % 800 == 0]
    counted = stressed = 0
    for word in held:
        said = Pronunciation(tuple(" ".join(shipped().say(word)).split()))
        ways = [Pronunciation(tuple(way.split())) for way in dictionary()[word]]
        same = [way for way in ways if way.syllables == said.syllables]
        counted += bool(same)
        stressed += any(way.stresses.index(1) == said.stresses.index(1) for way in same if 1 in way.stresses)
    assert len(held) > 100
    assert counted / len(held) > 0.92
    assert stressed / len(held) > 0.8


def test_letters_are_learned_from_words() -> None:
    words = {"cat": "K AE1 T", "mat": "M AE1 T", "can": "K AE1 N", "man": "M AE1 N", "tam": "T AE1 M", "act": "AE1 K T"}
    rules = learn({word: phones.split() for word, phones in words.items()} | {"nat": ["N", "AE1", "T"]}, rare=1)
    assert [rules.say(word) for word in ("tan", "mac")] == [("T", "AE1", "N"), ("M", "AE1", "K")]


def test_a_model_of_letters_comes_back_from_its_file(tmp_path: Path) -> None:
    rules = learn({"cat": ["K", "AE1", "T"], "at": ["AE1", "T"], "tact": ["T", "AE1", "K", "T"]}, rare=1)
    rules.write(tmp_path / "letters.gz")
    assert Letters.read(tmp_path / "letters.gz") == rules
    (tmp_path / "letters.gz").write_bytes(b"nothing")
    with pytest.raises(FormatError, match=r"letters\.gz"):
        Letters.read(tmp_path / "letters.gz")


def test_letters_and_phones_are_aligned() -> None:
    assert align("knight", ["N", "AY1", "T"], alignment_costs()) in (
        ("", "N", "AY1", "", "", "T"),
        ("N", "", "AY1", "", "", "T"),
    )
    assert align("a", ["EY1", "B", "IY1"], alignment_costs()) is None


# ---- real songs


def test_sung_syllables_are_those_of_the_songs(data: Path) -> None:
    """On 40 songs of OpenEWLD: of words that are known, 99 % are sung on a number of syllables that is told."""
    if not (data / "openewld").is_dir():
        pytest.skip(f"no openewld in {data}")
    known = fitting = 0
    for number, piece in enumerate(read_openewld(data / "openewld")):
        if number == 40:
            break
        assert isinstance(piece, Piece)
        for part in piece.score.parts:
            held: list[str] = []
            for sung in (sung for sung in part.words if sung.verse == 1):
                held = [sung.syllable.text] if sung.syllable.is_start else [*held, sung.syllable.text]
                word = re.sub(r"[^A-Za-z'’\-]", "", "".join(held)).strip("-")
                if sung.syllable.is_end and word and any(way.is_known for way in pronunciations(word)):
                    known += 1
                    fitting += len(held) in syllable_counts(word)
    assert known > 2000
    assert fitting / known > 0.985
