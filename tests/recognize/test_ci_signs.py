"""One verse, written as people sign it: the characters stay, and what does not hang on signs is told the same."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from segue.music.lyric import Line, Lyric
from segue.recognize.ci_signs import WAYS, anyhow, written
from segue.recognize.ci_tunes import FRONT, copies
from segue.recognize.lyrics import LyricsFront, lines_of, place_features

LINES = ("小楼昨夜又东风。", "故国不堪回首、月明中。", "雕栏玉砌应犹在，只是朱颜改。")
YU = Lyric((("", tuple(map(Line, LINES))),))
CHARACTERS = "小楼昨夜又东风故国不堪回首月明中雕栏玉砌应犹在只是朱颜改"


def lengths(item: Lyric) -> list[int]:
    return [len(line) for line in lines_of(item)]


def test_each_way_keeps_the_characters_and_parts_them_as_it_says() -> None:
    told = {name: written(YU, way, np.random.default_rng(3)) for name, way in WAYS.items()}
    assert all("".join(lines_of(item)) == CHARACTERS for item in told.values())
    assert lengths(told["sentences"]) == [7, 9, 12]
    assert lengths(told["bare"]) == [28]
    assert all(line.text.isalnum() for name in ("lines", "bare") for line in told[name].lines)


def test_light_signs_go_and_other_signs_change() -> None:
    drawn = [written(YU, WAYS["edited"], np.random.default_rng(seed)) for seed in range(40)]
    assert {tuple(lengths(item)) for item in drawn} == {(7, 9, 7, 5), (7, 6, 3, 7, 5)}  # a comma, or nothing
    assert all("、" not in line.text for item in drawn for line in item.lines)
    assert {line.text[-1] for item in drawn for line in item.lines} == {"，", "。"}


def test_commas_go_and_sentences_run_on() -> None:
    """A third of the commas, edited ones too; of the stops half: a rhyme of the set may lie within a sentence."""
    merged = [written(YU, WAYS["merged"], np.random.default_rng(seed)) for seed in range(60)]
    assert {9, 12, 16} <= {length for item in merged for length in lengths(item)}
    periods = {tuple(lengths(written(YU, WAYS["periods"], np.random.default_rng(seed)))) for seed in range(40)}
    assert periods == {(7, 9, 12), (16, 12), (7, 21), (28,)}


def test_clauses_on_lines_are_those_of_the_set_or_joined_at_light_signs() -> None:
    drawn = [written(YU, WAYS["lines"], np.random.default_rng(seed)) for seed in range(20)]
    assert {tuple(lengths(item)) for item in drawn} == {(7, 6, 3, 7, 5), (7, 9, 7, 5)}


def test_equal_seeds_write_alike_and_others_do_not() -> None:
    items = [YU] * 20
    assert anyhow(items, 1) == anyhow(items, 1) != anyhow(items, 2)


def test_copies_are_whole_written_anyhow_and_thinned() -> None:
    shown = list(copies([YU] * 30))
    assert shown[0] == [YU] * 30 and len(shown) == 6
    assert len({tuple(lengths(item)) for item in shown[1]}) > 2
    assert all(any("" in lines_of(item) for item in copy) for copy in shown[2:])


@pytest.mark.parametrize("way", WAYS)
def test_places_of_characters_are_the_same_whichever_signs_part_them(way: str) -> None:
    front = LyricsFront(shape=0, words=0, places=512)
    told = front.vectors([YU, written(YU, WAYS[way], np.random.default_rng(0))])
    assert np.array_equal(told[0], told[1]) and told.any()


def test_places_by_hand() -> None:
    told = place_features(["举头望明月，", "低头。", "疑是地上霜。"])
    assert told["characters 12"] == 1
    assert {
        "^0 o",
        "^1 l",
        "^4 o",
        "^5 l",
        "$0 l",
        "$1 o",
        "$11 o",
    } <= told.keys()  # jǔ tóu ... yuè dī ... shàng shuāng
    assert {name for name in told if name.endswith(" r")} == {"^2 r", "^10 r", "^11 r", "$9 r", "$1 r", "$0 r"}  # ang
    gone = place_features(["举头望明月，", "", "疑是地上霜。"])
    assert "characters 12" not in gone and "^5 l" not in gone and "$5 l" not in gone
    assert {"^0 o", "^4 o", "^2 r", "$0 l", "$4 l"} <= gone.keys()
    assert place_features([]) == {} and place_features(["", ""]) == {}


def test_lines_that_are_none_of_the_verse_are_left_out() -> None:
    headed = Lyric((("", (Line("虞美人"), *YU.lines)),))
    front = replace(FRONT, skipped=1)
    assert np.array_equal(front.vectors([headed]), FRONT.vectors([YU]))
    assert front.parts(headed)[0] == "line 1 (虞美人)"
    assert np.array_equal(front.vectors([front.without(headed, {0})]), FRONT.vectors([YU]))
