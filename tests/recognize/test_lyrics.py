"""The lyric front end: shapes by hand, and verse forms made by a rule that are told apart and explained."""

from __future__ import annotations

import numpy as np
import pytest

from segue.errors import InputError
from segue.music.lyric import Line, Lyric
from segue.recognize.evidence import because
from segue.recognize.hashing import damped, hashed, place_of
from segue.recognize.head import fit_head
from segue.recognize.lyrics import LyricsFront, Shape, chinese_shape, lines_of, shape_features, spelled_shape, words

FRONT = LyricsFront()
NIGHT = "床前明月光，疑是地上霜。\n举头望明月，低头思故乡。"  # Li Bai


def lyric(text: str) -> Lyric:
    return Lyric((("", tuple(map(Line, text.split("\n")))),))


def test_chinese_is_parted_at_its_signs_and_other_words_are_not() -> None:
    assert lines_of(lyric(NIGHT)) == ["床前明月光", "疑是地上霜", "举头望明月", "低头思故乡"]
    assert lines_of(lyric(NIGHT), with_signs=True)[:2] == ["床前明月光，", "疑是地上霜。"]
    assert lines_of(lyric("Oh, my love, \nmy dear.")) == ["Oh, my love,", "my dear."]
    assert lines_of(lyric("「月亮」代表 我的心")) == ["月亮代表", "我的心"]


def test_shapes_of_chinese_clauses() -> None:
    assert chinese_shape("床前明月光，") == Shape(5, "ang", "，", "level")
    assert chinese_shape("疑是地上霜。") == Shape(5, "ang", "。", "level")  # shuang: the glide does not count
    assert chinese_shape("举头望明月、") == Shape(5, "e", "、", "oblique")
    assert chinese_shape("") == Shape(0)


def test_shapes_of_lines_in_letters() -> None:
    assert spelled_shape("Down by the river side") == Shape(5, "id")
    assert spelled_shape("I shall hide") == Shape(3, "id")
    assert spelled_shape("la la la la") == Shape(4, "a")
    assert spelled_shape("... 12") == Shape(0)


def test_rhymes_are_shares_of_pairs() -> None:
    told = shape_features([Shape(4, rhyme) for rhyme in "abab"])
    assert (told["rhymes 1 apart"], told["rhymes 2 apart"], told["rhymes 3 apart"]) == (0, 1, 0)
    told = shape_features([Shape(4, rhyme) for rhyme in "aabb"])
    assert told["rhymes 1 apart"] == pytest.approx(2 / 3)


def test_a_line_that_was_taken_away_leaves_no_trace_but_its_place() -> None:
    whole = shape_features([Shape(7, "a"), Shape(5, "b"), Shape(7, "a")])
    rest = shape_features([Shape(7, "a"), Shape(0), Shape(7, "a")])
    assert {"<0 7", ">0 7", "<2 7", ">2 7", "n7"} <= rest.keys()
    assert not {"<1 5", "n5", "n7 5", "n5 7", "n7 5 7", "n7 7"} & rest.keys()
    assert whole["lines 3"] == rest["lines 3"] == 1


def test_words_are_told_with_their_letters() -> None:
    told = words(["Love me, love", "my love"])
    assert told[" love "] > told[" me "] > 0
    assert {"love me", "me love", "my love", "<lo", "ove>"} <= told.keys()
    assert "love my" not in told
    assert sum(value * value for value in told.values()) == pytest.approx(1)


def test_counts_are_damped_by_hand() -> None:
    told = damped({"a": 1, "b": 2})
    assert told["b"] / told["a"] == pytest.approx(1 + np.log(2))


def test_names_have_places_by_the_seed() -> None:
    named = {"one": 1.0, "two": 2.0}
    row = hashed([named], 1 << 16)[0]
    assert row[place_of("one") % (1 << 16)] == 1
    assert row.sum() == 3
    assert np.array_equal(hashed([named], 64, seed=1), hashed([named], 64, seed=1))
    assert not np.array_equal(hashed([named], 64, seed=1), hashed([named], 64, seed=2))
    assert hashed([named, {}], 1).tolist() == [[3.0], [0.0]]
    with pytest.raises(InputError, match="vectors of 0 numbers"):
        hashed([named], 0)


def test_vectors_have_one_width() -> None:
    shown = [lyric(NIGHT), lyric("Down by the river\nI will wait for ever"), lyric(""), Lyric(())]
    assert FRONT.vectors(shown).shape == (4, 2048)
    assert LyricsFront(shape=64, words=0).vectors(shown).shape == (4, 64)
    assert LyricsFront(shape=0, words=32).vectors(shown).shape == (4, 32)
    assert not FRONT.vectors(shown)[2:].any()
    assert FRONT.vectors([]).shape[0] == 0


def test_parts_and_what_is_left_without_them() -> None:
    item = lyric(NIGHT)
    assert FRONT.parts(item)[1] == "line 2 (疑是地上霜)"
    rest = FRONT.without(item, {1, 3})
    assert lines_of(rest) == ["床前明月光", "", "举头望明月", ""]
    assert np.array_equal(FRONT.vectors([FRONT.without(item, ())]), FRONT.vectors([item]))
    assert len(FRONT.parts(rest)) == 4


# ---- a world of verse forms: the lengths of clauses are the form, the characters mean nothing

FORMS = {"浣溪沙": (7, 7, 7, 7, 7, 7), "如梦令": (6, 6, 5, 6, 2, 2, 6), "卜算子": (5, 5, 7, 5, 5, 5, 7, 5)}
SIGNS = "春花秋月何时了往事知多少小楼昨夜又东风故国不堪回首明中雕栏玉砌应犹在只是朱颜改"


def world(count: int, seed: int) -> tuple[list[Lyric], list[str]]:
    rng = np.random.default_rng(seed)
    tunes = [list(FORMS)[one] for one in rng.integers(0, len(FORMS), count)]
    clauses = [["".join(rng.choice(list(SIGNS), length)) for length in FORMS[tune]] for tune in tunes]
    return [lyric("\n".join(f"{one}。" for one in each)) for each in clauses], tunes


def test_forms_are_told_by_their_shape_whatever_the_words() -> None:
    front = LyricsFront(shape=256, words=0)
    train, test = world(90, 0), world(60, 1)
    head = fit_head(front.vectors(train[0]), train[1])
    guessed = head.probabilities(front.vectors(test[0])).argmax(1)
    assert [head.styles[one] for one in guessed] == test[1]


def test_words_alone_do_not_tell_forms_whose_words_are_drawn() -> None:
    front = LyricsFront(shape=0, words=256)
    train, test = world(90, 0), world(60, 1)
    head = fit_head(front.vectors(train[0]), train[1])
    guessed = head.probabilities(front.vectors(test[0])).argmax(1)
    assert np.mean([head.styles[one] == tune for one, tune in zip(guessed, test[1], strict=True)]) < 0.7


def test_the_word_that_matters_is_in_the_line_that_is_named() -> None:
    rng = np.random.default_rng(0)
    plain = ["walk along the road", "sing a little song", "look at all the stars", "come and stay a while"]
    items, styles = [], []
    for number in range(60):
        held = [str(one) for one in rng.permutation(plain)]
        if number % 2:
            held[int(rng.integers(4))] = "the train has whistled by"
        items.append(lyric("\n".join(held)))
        styles.append(("country", "pop")[number % 2 == 0])
    front = LyricsFront(shape=0)
    head = fit_head(front.vectors(items), styles)
    asked = lyric("sing a little song\nlook at all the stars\nthe train has whistled by\ncome and stay a while")
    found = because(front, head, asked, head.styles.index("country"), count=1)
    assert [one.what for one in found] == ["line 3 (the train has whistled by)"]
