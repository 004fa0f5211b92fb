"""The n-gram beside a lyric model: proper probabilities, small counts left out, the same again from a file."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from segue.compose.lyrics.english import syllable_counts
from segue.errors import FormatError, InputError
from segue.models.lyrics.ngrams import ORDER, NGrams, Told, kind_of
from segue.models.lyrics.room import Room
from segue.models.lyrics.vocabulary import BEGIN, END, FIRST, LENGTHS, SPELL, SPELLED, CodedLine, LyricVocabulary

ITEMS = ("the", "river", "runs", "away", "night", "and", "day")
VOCABULARY = LyricVocabulary("en", ITEMS)


def tokens(*lines: str) -> list[int]:
    coded = [CodedLine(tuple(line.split()), sum(syllable_counts(word)[0] for word in line.split())) for line in lines]
    return VOCABULARY.encode(coded)


SONGS = [tokens("the river runs", "night and day"), tokens("the river runs away", "the night")] * 2


def test_what_follows_makes_one() -> None:
    ngrams = NGrams.of(SONGS, VOCABULARY.size)
    for song in SONGS[:2]:
        for place in range(len(song)):
            p, known = ngrams.after(song[: place + 1])
            assert p.sum() == pytest.approx(1, abs=1e-4)
            assert (p > 0).all()
            assert 0 <= known < ORDER
    p, _ = ngrams.after(tokens("the river runs")[:3])  # begin, a length, "runs": lines are said from their end
    assert p.argmax() == FIRST + ITEMS.index("river")


def test_what_occurs_once_is_kept_in_short_contexts_alone() -> None:
    once = NGrams.of([tokens("the river runs away")], VOCABULARY.size)
    assert len(once.levels[1].tokens) > 4
    assert all((level.tokens < FIRST).all() for level in once.levels[2:])


def test_a_file_says_the_same(tmp_path: Path) -> None:
    ngrams = NGrams.of(SONGS, VOCABULARY.size)
    ngrams.save(tmp_path)
    back = NGrams.load(tmp_path)
    for place in range(1, len(SONGS[0])):
        assert np.array_equal(back.after(SONGS[0][:place])[0], ngrams.after(SONGS[0][:place])[0])
    (tmp_path / "ngrams.npz").write_bytes(b"no")
    with pytest.raises(FormatError, match=r"ngrams\.npz"):
        NGrams.load(tmp_path)
    with pytest.raises(InputError, match="no such file"):
        NGrams.load(tmp_path / "none")


def test_shares_go_to_what_says_more() -> None:
    good, bad = np.full(20, 0.5), np.full(20, 0.01)
    kinds, known = np.repeat([0, 2], 10), np.full(20, 1)
    told = Told(np.where(kinds == 0, good, bad), np.where(kinds == 0, bad, good), known, kinds)
    chosen = NGrams.of(SONGS, VOCABULARY.size).with_shares(told)
    assert chosen.shares[0, 1] == 1
    assert chosen.shares[2, 1] == 0
    assert chosen.mix(told) == pytest.approx(good)
    assert [kind_of(token) for token in (FIRST, SPELL, FIRST - 1, BEGIN)] == [0, 1, 1, 2]


def test_mixed_is_a_distribution_over_what_is_legal() -> None:
    ngrams = NGrams.of(SONGS, VOCABULARY.size)
    rng = np.random.default_rng(0)
    logits = rng.normal(size=(3, len(ITEMS))).astype(np.float32)
    legal = rng.random((3, len(ITEMS))) < 0.6
    legal[:, 0] = True
    said = np.exp(ngrams.mixed(logits, legal, [SONGS[0][:3]] * 3))
    assert (said * legal).sum(1) == pytest.approx(np.ones(3), abs=1e-4)
    assert (said[~legal] < 1e-9).all()


def test_a_line_has_room_for_what_its_length_says() -> None:
    room = Room(VOCABULARY, lambda word: syllable_counts(word)[0])
    line = tokens("the river runs")  # begin, length 4, runs, river, the, end
    flags = room.after(line)
    assert flags[0].all()
    assert not flags[1][[END, LENGTHS]].any()
    river, away = FIRST + ITEMS.index("river"), FIRST + ITEMS.index("away")
    assert flags[1][[river, away, SPELL]].all()
    assert not flags[3][[river, away]].any()  # one syllable is left
    assert flags[3][FIRST]
    assert flags[4][[END, LENGTHS]].all()
    assert not flags[4][FIRST:].any()
    spelled = room.after([BEGIN, LENGTHS + 2, *VOCABULARY.line_body(["moon"]), FIRST])
    assert spelled[2][SPELLED]
    assert not spelled[2][FIRST]
    assert spelled[-1][FIRST]  # moon is one syllable, the another one: one is left
    assert not spelled[-1][END]
