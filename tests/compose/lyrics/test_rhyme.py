"""What rhyme promises, in English and in Chinese, on pairs whose answer is known."""

from __future__ import annotations

import pytest

from segue.compose.lyrics import chinese
from segue.compose.lyrics.rhyme import kind_of, part, rhymes
from segue.errors import InputError


@pytest.mark.parametrize(
    ("one", "other", "kind"),
    [
        ("light", "night", "perfect"),
        ("desire", "fire", "multi"),
        ("flying", "dying", "multi"),
        ("see it", "free it", "multi"),
        ("I see you", "and free you", "multi"),
        ("ring out for you", "I love you true", "perfect"),
        ("the sea", "my memory", "light"),
        ("love", "enough", "slant"),
        ("time", "mine", "slant"),
        ("the sea", "we see", "identical"),
        ("love", "love", "identical"),
        ("delight", "light", "identical"),
        ("water", "over", "none"),
        ("moon", "night", "none"),
        ("", "night", "none"),
    ],
)
def test_pairs_make_the_rhyme_that_they_are_known_for(one: str, other: str, kind: str) -> None:
    assert kind_of(one, other) == kind
    assert kind_of(other, one) == kind


def test_strictness_says_which_rhymes_count() -> None:
    assert [rhymes("sea", "memory", strictness) for strictness in ("strict", "sung", "slant")] == [False, True, True]
    assert [rhymes("time", "mine", strictness) for strictness in ("strict", "sung", "slant")] == [False, False, True]


def test_the_part_that_rhymes_runs_from_the_last_stress() -> None:
    assert part(("R", "IH0", "M", "EH1", "M", "B", "ER0")) == ("EH", "M", "B", "ER")


@pytest.mark.parametrize(
    ("one", "other", "is_rhyme"),
    [
        ("一曲新词酒一杯", "夕阳西下几时回", True),
        ("无可奈何花落去", "似曾相识燕归来", False),
        ("风", "中", True),  # eng and ong are one class
        ("知", "衣", False),  # the i of zh is another vowel
        ("月", "月", False),
        ("安", "烟。", True),
        ("abc", "月", False),
    ],
)
def test_chinese_lines_rhyme_by_class(one: str, other: str, is_rhyme: bool) -> None:
    assert chinese.rhymes(one, other) is is_rhyme


def test_the_two_systems_differ_where_they_are_known_to() -> None:
    assert not chinese.rhymes("诗", "衣", "xin")
    assert chinese.rhymes("诗", "衣", "zhe")
    assert chinese.class_of("中") == "庚"
    assert chinese.class_of("中", "zhe") == "中东"
    with pytest.raises(InputError, match="rhyme system 'old' is none of xin, zhe"):
        chinese.class_of("中", "old")  # type: ignore[arg-type]


def test_every_final_has_a_class_in_both_systems() -> None:
    finals = {final for row in chinese.XIN.values() for final in row.split()}
    assert finals == {final for row in chinese.ZHE.values() for final in row.split()}
    for code in range(0x4E00, 0x9FA6, 97):
        told = chinese.readings(chr(code))
        if told and told[0][0] not in ("n", "ng", "m"):
            assert chinese.class_of(chr(code)), (chr(code), told)


def test_tones_are_level_or_oblique() -> None:
    assert chinese.tone_kinds("天") == {"平"}
    assert chinese.tone_kinds("月") == {"仄"}
    assert chinese.tone_kinds("长") == {"平", "仄"}
    assert [syllable.tone for syllable in chinese.split("明月，几时有？")] == [2, 4, 3, 2, 3]


def test_the_dominant_share_counts_the_largest_class() -> None:
    assert chinese.dominant_share(["风", "中", "红", "月"]) == 0.75
    assert chinese.dominant_share([]) == 0
